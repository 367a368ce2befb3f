"""Whatever bytes come, each format answers with a value that reads back or with Malformed, and with nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianjing.kernel.trail.checkpoint import cosigned_by, parse_checkpoint
from lianjing.kernel.trail.malformed import Malformed
from lianjing.kernel.trail.merkle import NotProved
from lianjing.kernel.trail.note import note_bytes, parse_note, parse_signatures, parse_vkey, signed_by
from lianjing.kernel.trail.policy import Policy, parse_policy
from lianjing.kernel.trail.proof import check_proof, parse_proof
from lianjing.kernel.trail.signer import parse_seed_signer
from lianjing.kernel.trail.tiles import TileReader, bundle, entries_of, tile_hashes, tile_path
from lianjing.kernel.trail.verification import recount
from lianjing.kernel.trail.witness import check_growth, parse_request
from tests.kernel.trail.drawn_log import LOG, MALFORMED, WITNESS, log_of, note_of, policy_of
from tests.kernel.trail.test_policy import TWO_LEVELS
from tests.kernel.trail.test_proof import GOOD, GOOD_REQUEST, receipt

SMALL, LARGE_LEAF = log_of(5), log_of(300).leaves[5]
NOTE = note_bytes(note_of(SMALL))
BUNDLE = SMALL.files["tile/entries/000.p/5"]
TILE = SMALL.files["tile/0/000.p/5"]
LINES = "".join(line.line for line in note_of(SMALL).signatures).encode()
SAMPLES = {
    "note": [NOTE],
    "checkpoint": [note_of(SMALL).text.encode()],
    "signature lines": [LINES],
    "verifier key": [LOG.verifier_key.text.encode(), WITNESS.verifier_key.text.encode()],
    "signing key": [LOG.text.encode()],
    "policy": [TWO_LEVELS.encode(), policy_of().text.encode()],
    "receipt": [GOOD.encode(), receipt(b"extra").text.encode()],
    "request": [GOOD_REQUEST],
    "bundle": [BUNDLE],
    "tile": [TILE],
}
PIECES = [b"", b"\n", b"\n\n", b" ", b"+", b"=", b"0", b"9" * 25, b"\x00", b"\xff", "—".encode(), "\u00a0".encode(),
          "\u2028".encode(), "٣".encode(), b"\r", b"\t", b"A" * 44, b"\xed\xa0\x80", b"index 1\n", b"quorum none\n"]  # fmt: skip


def spoilt(samples, plan):
    """Return a good sample after up to four cuts and insertions, or the plan itself.

    One draw of bytes says what is done: it shrinks like any other and costs a tenth of as many draws as there are edits.
    """
    if not plan or plan[0] == 255:
        return plan[1:]
    data = samples[plan[0] % len(samples)]
    for high, low, cut, piece in zip(*[iter(plan[1:])] * 4, strict=False):
        place = (high << 8 | low) % (len(data) + 1)
        if cut & 1:  # where a line begins, most is decided
            place = data.find(b"\n", place) + 1
        new = PIECES[piece % len(PIECES)] if piece < 200 else bytes([piece])
        data = (
            data[:place] + new + data[place + (cut >> 2) % 13 * (cut >> 1 & 1) :]
        )  # half of them insert only
    return data


plans = st.binary(min_size=5, max_size=17) | st.binary(max_size=80).map(lambda data: b"\xff" + data)


def text_of(data):
    """Return text such as a careless caller hands over: with lone surrogates where the bytes are not UTF-8."""
    return data.decode("utf-8", "surrogateescape")


def read(parse, data):
    """Return what `parse` makes of the data, None where it refuses with a reason."""
    try:
        return parse(data)
    except Malformed as error:
        assert type(error) is Malformed
        assert error.what
        assert error.reason
        return None


# Real signatures are dear; what a verifier does with one that is good, or bad, is the same.
FAST = {1: lambda *_: True, 4: lambda *_: True}
CREDULOUS = Policy(policy_of().log_keys, policy_of().witnesses, {}, "group", FAST)


def check_note(data):
    if note := read(parse_note, data):
        assert note_bytes(note) == data
        signed_by(note, LOG.verifier_key, FAST)
        cosigned_by(note, WITNESS.verifier_key, FAST)
        read(CREDULOUS.satisfied, note)


def check_signature_lines(data):
    if lines := read(parse_signatures, data):
        assert "".join(line.line for line in lines).encode() == data


def check_checkpoint(data):
    if checkpoint := read(parse_checkpoint, text_of(data)):
        assert checkpoint.text.encode() == data


def check_verifier_key(data):
    if key := read(parse_vkey, text_of(data)):
        assert key.text.encode() == data


def check_signing_key(data):
    if signer := read(parse_seed_signer, text_of(data)):
        assert signer.text.encode() == data


def check_policy(data):
    if policy := read(parse_policy, data):
        assert parse_policy(policy.text) == policy
        policy.has_quorum({"X1", "Y1"})
    read(parse_policy, text_of(data))


def check_receipt(data):
    if proof := read(parse_proof, data):
        assert proof.text.encode() == data
        try:
            check_proof(proof, LARGE_LEAF, CREDULOUS)
        except NotProved as error:
            assert str(error)
    read(parse_proof, text_of(data))


def check_request(data):
    if asked := read(parse_request, data):
        assert asked.data == data
        try:
            check_growth(asked, None)
        except NotProved as error:
            assert str(error)


def check_bundle(data):
    if entries := read(entries_of, data):
        assert bundle(entries) == data
    files = SMALL.files | {"tile/entries/000.p/5": data}
    assert (recount(5, files.__getitem__).faults == ()) == (data == BUNDLE)


def check_tile(data):
    if hashes := read(lambda tile: tile_hashes(tile, 5), data):
        assert b"".join(hashes) == data
    reader = TileReader({tile_path(0, 0, 5): data}.__getitem__, 5)
    assert read(lambda place: reader(0, place), 3) in {None, data[96:128]}


CHECKS = {
    "note": check_note,
    "signature lines": check_signature_lines,
    "checkpoint": check_checkpoint,
    "verifier key": check_verifier_key,
    "signing key": check_signing_key,
    "policy": check_policy,
    "receipt": check_receipt,
    "request": check_request,
    "bundle": check_bundle,
    "tile": check_tile,
}


@MALFORMED
@given(plans)
def test_every_format_reads_back_or_refuses_with_a_reason_whatever_bytes_come(plan):
    for what, samples in SAMPLES.items():
        CHECKS[what](spoilt(samples, plan))


@pytest.mark.parametrize("what", SAMPLES)
def test_every_format_reads_its_good_samples(what):
    for sample in SAMPLES[what]:
        CHECKS[what](sample)


def test_a_malformed_error_names_the_format_and_the_fault():
    with pytest.raises(Malformed, match=r"^policy: no quorum$"):
        parse_policy("\n")
