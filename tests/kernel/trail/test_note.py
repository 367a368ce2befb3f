"""A signed note is read only as it would be written, and verified only by the key that signed it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lianjing.kernel.trail.malformed import Malformed
from lianjing.kernel.trail.note import (
    COSIGNATURE,
    OTHER,
    SCHEMES,
    SIGNATURES_LIMIT,
    Note,
    Signature,
    VerifierKey,
    note_bytes,
    parse_note,
    parse_signatures,
    parse_vkey,
    sign_note,
    signed_by,
)
from lianjing.kernel.trail.signer import SeedSigner, parse_seed_signer
from tests.kernel.trail.drawn_log import LOG, OTHER_WITNESS, WITNESS

# The example of Go's note package, where the format comes from.
EXAMPLE_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
EXAMPLE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
).encode()

printable = st.characters(exclude_categories=["Cs", "Cc"]) | st.just("\n")
texts = st.text(printable, max_size=80).map(lambda text: text + "\n")
names = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Z"], exclude_characters="+"), min_size=1, max_size=12
)
signatures = st.builds(
    Signature, names, st.binary(min_size=4, max_size=4), st.binary(min_size=1, max_size=80)
)
FEW = settings(max_examples=25)


def test_the_example_of_the_specification_verifies():
    note, key = parse_note(EXAMPLE), parse_vkey(EXAMPLE_KEY)
    assert signed_by(note, key)
    assert (note_bytes(note), key.text) == (EXAMPLE, EXAMPLE_KEY)
    assert not signed_by(Note(note.text.replace("cryptography", "blockchain"), note.signatures), key)


@given(texts, st.lists(signatures, min_size=1, max_size=5))
def test_a_note_reads_back_to_itself(text, lines):
    note = Note(text, tuple(lines))
    assert parse_note(note_bytes(note)) == note


@FEW
@given(texts)
def test_whoever_signed_is_known_and_nobody_else(text):
    note = sign_note(text, [LOG])
    assert signed_by(note, LOG.verifier_key)
    namesake = SeedSigner(LOG.name, bytes(32))
    assert not signed_by(note, namesake.verifier_key)
    assert not signed_by(note, VerifierKey("other", 1, LOG.verifier_key.key))
    assert not signed_by(Note(text + "\n", note.signatures), LOG.verifier_key)


def test_one_bad_line_of_a_known_key_spoils_the_note():
    note = sign_note("text\n", [LOG])
    bad = Signature(LOG.name, LOG.verifier_key.key_id, bytes(64))
    assert not signed_by(Note(note.text, (*note.signatures, bad)), LOG.verifier_key)
    stranger = Signature("stranger", b"0000", b"whatever")
    assert signed_by(Note(note.text, (stranger, *note.signatures)), LOG.verifier_key)


def test_a_cosigner_signs_no_text_and_an_unknown_kind_is_not_believed():
    note = sign_note("text\n", [WITNESS])
    assert not signed_by(note, WITNESS.verifier_key)
    strange = VerifierKey("device", OTHER, b"urn:example:kind\n" + bytes(32))
    line = Signature("device", strange.key_id, b"anything")
    signed = Note("text\n", (line,))
    assert parse_vkey(strange.text) == strange
    assert not signed_by(signed, strange)
    believing = {
        **SCHEMES,
        OTHER: lambda key, message, signature: (message, signature) == (b"text\n", b"anything"),
    }
    assert signed_by(signed, strange, believing)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n",
        b"text\n",
        b"text\n\n",
        b"text\n\n\n",
        EXAMPLE[:-1],
        EXAMPLE + b"\n",
        EXAMPLE + b"x",
        EXAMPLE.replace("— ".encode(), b"- "),
        EXAMPLE.replace("— ".encode(), "—".encode()),
        EXAMPLE.replace(b"think", b"th\x00nk"),
        EXAMPLE.replace(b"think", b"th\tnk"),
        EXAMPLE.replace(b"think", b"th\xffnk"),
        EXAMPLE.replace(b"\n", b"\r\n"),
        EXAMPLE.replace(b"PeterNeumann", b"Peter+Neumann"),
        EXAMPLE.replace(b"PeterNeumann", "Peter\u00a0Neumann".encode()),
        EXAMPLE.replace(b"PeterNeumann ", b" "),
        EXAMPLE.replace(b"nAM=", b"nAN="),
        EXAMPLE.replace(b"nAM=", b"nAM"),
        EXAMPLE.replace(b"nAM=", b"nAM=="),
        b"text\n\n" + "— name AAAAAA==\n".encode(),
        b"text\n\n" + "— name é\n".encode(),
        b"text\n\n" + "— name AAAAAAA=\n".encode() * (SIGNATURES_LIMIT + 1),
        b"x" * 200_000 + EXAMPLE,
    ],
)
def test_what_is_no_note_is_malformed(data):
    with pytest.raises(Malformed) as caught:
        parse_note(data)
    assert caught.value.reason


def test_many_signatures_are_read_and_a_witness_answers_with_bare_lines():
    line = "— name AAAAAAA=\n".encode()
    assert len(parse_note(b"text\n\n" + line * SIGNATURES_LIMIT).signatures) == SIGNATURES_LIMIT
    assert parse_signatures(line * 2) == (Signature("name", bytes(4), b"\x00"),) * 2
    for wrong in (b"", line[:-1], line + b"\n", b"x\n"):
        with pytest.raises(Malformed):
            parse_signatures(wrong)


@pytest.mark.parametrize(
    "note",
    [
        Note("text\n", ()),
        Note("text", (Signature("name", b"0000", b"x"),)),
        Note("text\n", (Signature("na me", b"0000", b"x"),)),
        Note("text\n", (Signature("name", b"000", b"x"),)),
        Note("text\n", (Signature("name AAAAAAA=\n— other", b"0000", b"x"),)),
        Note("text\ud800\n", (Signature("name", b"0000", b"x"),)),
        Note("x" * 200_000 + "\n", (Signature("name", b"0000", b"x"),)),
    ],
)
def test_a_note_that_would_not_be_read_back_is_not_written(note):
    with pytest.raises(Malformed):
        note_bytes(note)


@pytest.mark.parametrize("text", ["", "no newline", "a\tb\n", "\x00\n"])
def test_a_text_that_is_no_notes_text_is_not_signed(text):
    with pytest.raises(Malformed):
        sign_note(text, [LOG])


# ---------------------------------------------------------------- keys


@pytest.mark.parametrize("signer", [LOG, WITNESS, OTHER_WITNESS], ids=["log", "witness", "other"])
def test_keys_read_back_to_themselves(signer):
    assert parse_vkey(signer.verifier_key.text) == signer.verifier_key
    assert parse_seed_signer(signer.text) == signer
    assert signer.seed.hex() not in repr(signer)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "name",
        "name+00000000",
        "name+00000000+AQ==",
        "+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        EXAMPLE_KEY.replace("c74f20a3", "c74f20a4"),
        EXAMPLE_KEY.replace("c74f20a3", "C74F20A3"),
        EXAMPLE_KEY.replace("Peter", "peter"),
        EXAMPLE_KEY + "=",
        EXAMPLE_KEY + "+x",
        VerifierKey("name", COSIGNATURE, b"x" * 31).text,
        VerifierKey("name", 1, bytes(32)).text,
        "name+00000000+" + "A" * 9000,
        "na\ud800me+00000000+AQ==",
    ],
)
def test_what_is_no_verifier_key_is_malformed(text):
    with pytest.raises(Malformed):
        parse_vkey(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "PRIVATE+KEY+name",
        "PRIVATE+KEY+name+00000000+",
        "PRIVATE+KEY+name+00000000+AQ==",
        LOG.text.replace("PRIVATE", "PUBLIC"),
        LOG.text.replace(LOG.verifier_key.key_id.hex(), "00000000"),
        LOG.text.replace("log.example", "log example"),
        LOG.text.replace("log.example", "log\udc80example"),
        "PRIVATE+KEY+name+00000000+" + "A" * 9000,
    ],
)
def test_what_is_no_signing_key_is_malformed_and_the_error_keeps_it_secret(text):
    with pytest.raises(Malformed) as caught:
        parse_seed_signer(text)
    assert LOG.text[-20:] not in str(caught.value)


def test_a_signer_of_an_unknown_kind_is_refused():
    with pytest.raises(Malformed):
        SeedSigner("name", bytes(32), 5)
