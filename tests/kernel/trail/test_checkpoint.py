"""A checkpoint says origin, size and root in one spelling; a cosignature says who saw it when."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lianjing.kernel.trail.checkpoint import Checkpoint, cosign, cosigned_by, parse_checkpoint
from lianjing.kernel.trail.malformed import SIZE_LIMIT, Malformed
from lianjing.kernel.trail.note import Note, Signature
from tests.kernel.trail.drawn_log import LOG, MOMENT, OTHER_WITNESS, WITNESS, flipped, log_of, note_of

ROOT = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="
GOOD = f"example.com/behind-the-sofa\n20852163\n{ROOT}\n"
lines = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20)


@given(
    lines,
    st.integers(0, SIZE_LIMIT - 1),
    st.binary(min_size=32, max_size=32),
    st.lists(lines, max_size=4).map(tuple),
)
def test_a_checkpoint_reads_back_to_itself(origin, size, root, extensions):
    checkpoint = Checkpoint(origin, size, root, extensions)
    assert parse_checkpoint(checkpoint.text) == checkpoint


def test_the_example_of_the_specification_is_read():
    checkpoint = parse_checkpoint(GOOD)
    assert (checkpoint.origin, checkpoint.size, checkpoint.text) == (
        "example.com/behind-the-sofa",
        20852163,
        GOOD,
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        GOOD[:-1],
        GOOD + "\n",
        "\n" + GOOD,
        GOOD.replace("20852163", "020852163"),
        GOOD.replace("20852163", "-1"),
        GOOD.replace("20852163", "+1"),
        GOOD.replace("20852163", "1_0"),
        GOOD.replace("20852163", "٣"),
        GOOD.replace("20852163", "²"),
        GOOD.replace("20852163", str(SIZE_LIMIT)),
        GOOD.replace("20852163", "9" * 5000),
        GOOD.replace("example", "exa\x00mple"),
        GOOD.replace("example", "exa\rmple"),
        GOOD.replace("example", "exa\ud800mple"),
        GOOD.replace("example", "x" * 256),
        GOOD.replace("q2I=", "q2J="),
        GOOD.replace("q2I=", "q2I"),
        GOOD.replace(ROOT, "AAAA"),
        GOOD + "extension\n" * 17,
        GOOD + "x" * 17_000 + "\n",
    ],
)
def test_what_is_no_checkpoint_is_malformed(text):
    with pytest.raises(Malformed):
        parse_checkpoint(text)


@settings(max_examples=20)
@given(st.integers(0, 2**63 - 1))
def test_a_cosignature_says_who_and_when(time):
    text = Checkpoint("log", 3, log_of(3).root(), ("extension",)).text
    note = Note(text, (cosign(text, WITNESS, time),))
    assert cosigned_by(note, WITNESS.verifier_key) == time
    assert cosigned_by(note, OTHER_WITNESS.verifier_key) is None
    assert cosigned_by(Note(text + "another\n", note.signatures), WITNESS.verifier_key) is None


@settings(max_examples=20)
@given(st.integers(0, 72 * 8 - 1))
def test_no_turned_bit_of_a_cosignature_is_believed(bit):
    note = note_of(log_of(3))
    line = note.signatures[1]
    wrong = Note(note.text, (Signature(line.name, line.key_id, flipped(line.blob, bit)),))
    assert cosigned_by(wrong, WITNESS.verifier_key) is None


def test_the_latest_of_several_cosignatures_counts_and_one_bad_line_spoils_all():
    text = note_of(log_of(3)).text
    early, late = cosign(text, WITNESS, MOMENT), cosign(text, WITNESS, MOMENT + 5)
    assert cosigned_by(Note(text, (late, early)), WITNESS.verifier_key) == MOMENT + 5
    for blob in (b"short", bytes(72), b"\xff" * 72):
        bad = Signature(WITNESS.name, WITNESS.verifier_key.key_id, blob)
        assert cosigned_by(Note(text, (late, bad)), WITNESS.verifier_key) is None


def test_a_logs_signature_is_no_cosignature_and_a_logs_key_gives_none():
    note = note_of(log_of(3))
    assert cosigned_by(note, LOG.verifier_key) is None
    with pytest.raises(ValueError, match="not one for cosignatures"):
        cosign(note.text, LOG, MOMENT)


@pytest.mark.parametrize("time", [-1, 2**63])
def test_a_time_that_no_clock_shows_is_refused(time):
    with pytest.raises(ValueError, match="no time is"):
        cosign(GOOD, WITNESS, time)


def test_only_a_checkpoint_is_cosigned():
    with pytest.raises(Malformed):
        cosign("anything\n", WITNESS, MOMENT)
