"""The canonical bytes of an event hold for every value of the profile and refuse every other."""

import contextlib
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianjing.kernel.trail.envelope import (
    Envelope,
    NotCanonical,
    body_hash,
    canonical,
    event_id,
    instant,
    leaf_hash,
    parse_envelope,
)

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | text,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text("abcxyz_", max_size=6), inner, max_size=4)
    ),
    max_leaves=15,
)


@given(values)
def test_canonical_bytes_read_back_to_the_same_value_and_the_same_bytes(value):
    data = canonical(value)
    assert json.loads(data) == value
    assert canonical(json.loads(data)) == data


@pytest.mark.parametrize(
    "value", [1.5, float("nan"), 2**53, {"鍵": 1}, {1: 2}, "\ud800", b"x", {"a": object()}, [[1.0]]]
)
def test_what_is_outside_the_profile_is_refused(value):
    with pytest.raises(NotCanonical):
        canonical(value)


def _envelope(**changes):
    fields = {
        "id": "0195-x",
        "recorded": "2025-03-03T01:30:00.000000Z",
        "actor": "p-1",
        "act": "a.b",
        "object": "matter:1",
        "oseq": 1,
        "oprev": "",
        "body": "0" * 64,
    }
    return Envelope(**{**fields, **changes})


def test_an_envelope_reads_back_from_its_bytes():
    envelope = _envelope(post="post:3", behalf="p-2", refused="red_line.x")
    assert parse_envelope(envelope.to_bytes()) == envelope


def test_an_envelope_of_more_than_one_kilobyte_is_refused():
    with pytest.raises(NotCanonical, match="at most 1024"):
        _envelope(act="x" * 1100).to_bytes()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"[1]",
        b"\xff",
        b'{"v":2}',
        b'{"v":1,"id":"x"}',
        b"[" * 600,
        b"x" * 2000,
        b'{"v":1,"unknown":1}',
    ],
)
def test_malformed_envelopes_are_refused_with_a_reason(data):
    with pytest.raises(NotCanonical):
        parse_envelope(data)


def test_an_envelope_with_the_same_fields_in_another_spelling_is_refused():
    data = _envelope().to_bytes().replace(b'{"', b'{ "', 1)
    with pytest.raises(NotCanonical, match="canonical"):
        parse_envelope(data)


@given(st.binary(max_size=200))
def test_no_bytes_bring_the_parser_down(data):
    with contextlib.suppress(NotCanonical):
        parse_envelope(data)


def test_the_leaf_hash_is_that_of_rfc_6962():
    # RFC 6962 2.1.1: MTH({d0}) = SHA-256(0x00 || d0); the empty leaf is a published test vector.
    assert leaf_hash(b"").hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"


def test_the_body_hash_depends_on_the_salt():
    assert body_hash(b"a" * 32, b"x") != body_hash(b"b" * 32, b"x")


def test_event_ids_are_version_7_and_sort_by_time():
    early = event_id(datetime(2025, 1, 1, tzinfo=UTC), bytes(10))
    late = event_id(datetime(2025, 1, 2, tzinfo=UTC), b"\xff" * 10)
    assert early < late and early[14] == "7" and early[19] in "89ab"


def test_a_time_without_zone_cannot_be_recorded():
    with pytest.raises(ValueError, match="zone"):
        instant(datetime(2025, 1, 1))  # noqa: DTZ001
