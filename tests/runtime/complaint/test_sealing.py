"""Envelopes that anyone can close and only the pass-phrase opens."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lianjing.kernel.refusal import BadInput
from lianjing.runtime.complaint.queries import digest_of
from lianjing.runtime.complaint.sealing import make_key, seal, seal_text, unseal, unseal_text, unwrap

PHRASE = "两人分别保管的口令一句话"
PUBLIC, WRAPPED = make_key(PHRASE)
PRIVATE = unwrap(WRAPPED, PHRASE)


@given(st.text(max_size=200))
def test_what_was_closed_is_what_is_opened(text: str) -> None:
    text = text.encode("utf-8", "ignore").decode()
    assert unseal_text(PRIVATE, seal_text(PUBLIC, text)) == text


def test_two_envelopes_of_one_text_have_nothing_in_common() -> None:
    assert seal(PUBLIC, b"same")[:32] != seal(PUBLIC, b"same")[:32]


@settings(max_examples=60)
@given(st.data())
def test_one_changed_bit_or_a_cut_is_noticed(data: st.DataObject) -> None:
    envelope = bytearray(seal(PUBLIC, "岑砺岳收受现金".encode()))
    place = data.draw(st.integers(0, len(envelope) * 8 - 1))
    envelope[place // 8] ^= 1 << place % 8
    # The topmost bit of a Curve25519 point is ignored by its standard (RFC 7748, 5): the key is the same all the same,
    # but the envelope's own key goes into the derivation as it stands, so even that is noticed.
    with pytest.raises(BadInput):
        unseal(PRIVATE, bytes(envelope))
    with pytest.raises(BadInput):
        unseal(PRIVATE, bytes(envelope[: data.draw(st.integers(0, len(envelope) - 1))]))


def test_another_key_and_another_phrase_open_nothing() -> None:
    _public, other = make_key("另外一句足够长的口令在此")
    with pytest.raises(BadInput):
        unseal(unwrap(other, "另外一句足够长的口令在此"), seal(PUBLIC, b"text"))
    for phrase in ("", PHRASE + " ", "两人分别保管的口令"):
        with pytest.raises(BadInput):
            unwrap(WRAPPED, phrase)
    with pytest.raises(BadInput):
        make_key("太短")


@pytest.mark.parametrize("rubbish", ["", "%%%", "AAAA", "A" * 400])
def test_rubbish_is_no_envelope(rubbish: str) -> None:
    assert unseal_text(PRIVATE, "") == ""
    if rubbish:
        with pytest.raises(BadInput):
            unseal_text(PRIVATE, rubbish)
    with pytest.raises(BadInput):
        unwrap(rubbish, PHRASE)


def test_a_receipt_number_is_found_however_it_is_written() -> None:
    assert digest_of("7K3M-0QRS-1TVW-XYZ2") == digest_of(" 7k3m oqrs itvw xyz2 ")
    assert digest_of("7K3M0QRS1TVWXYZ2") != digest_of("7K3M0QRS1TVWXYZ3")
