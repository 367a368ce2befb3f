"""A receipt proves its entry to whoever holds the policy; a witness answers only to a log that grew."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lianjing.kernel.trail.checkpoint import Checkpoint
from lianjing.kernel.trail.malformed import Malformed
from lianjing.kernel.trail.merkle import NotProved, consistency_proof, inclusion_proof, leaf_hash
from lianjing.kernel.trail.note import sign_note
from lianjing.kernel.trail.proof import TlogProof, check_proof, parse_proof
from lianjing.kernel.trail.witness import WitnessRequest, check_growth, parse_request
from tests.kernel.trail.drawn_log import LOG, MOMENT, ORIGIN, flipped, log_of, note_of, policy_of

SIZE, INDEX = 300, 5
FEW = settings(max_examples=60)


def receipt(extra=b""):
    log = log_of(SIZE)
    return TlogProof(INDEX, tuple(inclusion_proof(INDEX, SIZE, log.reader())), note_of(log), extra)


def request(old=100, new=SIZE):
    log = log_of(new)
    return WitnessRequest(old, tuple(consistency_proof(old, new, log.reader())), note_of(log, cosigned=False))


GOOD, GOOD_REQUEST = receipt().text, request().data


@settings(max_examples=20)
@given(st.integers(1, 300), st.data(), st.binary(max_size=40))
def test_a_receipt_of_any_entry_reads_back_and_proves_it(size, data, extra):
    log = log_of(size)
    index = data.draw(st.integers(0, size - 1))
    proof = TlogProof(index, tuple(inclusion_proof(index, size, log.reader())), note_of(log), extra)
    assert parse_proof(proof.text) == proof == parse_proof(proof.text.encode())
    assert check_proof(proof, log.leaves[index], policy_of()) == [("group", MOMENT)]
    assert proof.checkpoint == Checkpoint(ORIGIN, size, log.root())


@FEW
@given(st.integers(0, len(GOOD.encode()) * 8 - 1))
def test_no_turned_bit_of_a_receipt_proves_anything(bit):
    with pytest.raises((Malformed, NotProved)):
        check_proof(parse_proof(flipped(GOOD.encode(), bit)), log_of(SIZE).leaves[INDEX], policy_of())


def test_a_receipt_proves_no_other_entry():
    for leaf in (log_of(SIZE).leaves[INDEX + 1], leaf_hash(b"forged")):
        with pytest.raises(NotProved, match="does not lead to the root"):
            check_proof(receipt(), leaf, policy_of())


def test_what_lacks_the_logs_signature_or_the_quorum_proves_nothing():
    leaf, proof = log_of(SIZE).leaves[INDEX], receipt()
    pending = TlogProof(proof.index, proof.inclusion, note_of(log_of(SIZE), cosigned=False))
    with pytest.raises(NotProved, match="witnesses"):
        check_proof(pending, leaf, policy_of())
    assert check_proof(pending, leaf, policy_of("none")) == []
    stranger = TlogProof(proof.index, proof.inclusion, sign_note(proof.checkpoint_note.text, []))
    with pytest.raises(NotProved, match="no log"):
        check_proof(stranger, leaf, policy_of("none"))


def test_extra_data_is_carried_and_proves_nothing():
    leaf = log_of(SIZE).leaves[INDEX]
    assert check_proof(parse_proof(receipt(b"anything").text), leaf, policy_of())
    assert parse_proof(receipt(b"anything").text).extra == b"anything"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n",
        GOOD.replace("@v1", "@v2"),
        GOOD.replace("\n", "\r\n"),
        GOOD.replace("index 5", "index 05"),
        GOOD.replace("index 5", "index -5"),
        GOOD.replace("index 5", "index  5"),
        GOOD.replace("index 5", "index " + "9" * 30),
        GOOD.replace("index 5\n", ""),
        GOOD.replace("index 5", "extra \nindex 5"),
        GOOD.replace("index 5", "extra !\nindex 5"),
        GOOD.replace("index 5", "extra " + "A" * 12_000 + "\nindex 5"),
        GOOD.replace("index 5", "extra AAAA\nextra AAAA\nindex 5"),
        GOOD.replace("index 5", "extra AAAA"),
        GOOD.replace("index 5\n", "index 5\nAAAA\n"),
        GOOD.replace("index 5\n", "index 5\n" + ("A" * 43 + "=\n") * 64),
        GOOD.replace("\n\n", "\n"),
        GOOD.replace("\n300\n", "\n0300\n"),
        GOOD.replace("c2sp", "c2\ud800sp"),
        GOOD[:-1],
        "x" * 200_000,
    ],
)
def test_what_is_no_receipt_is_malformed(text):
    with pytest.raises(Malformed):
        parse_proof(text)


def test_a_receipt_with_one_hash_too_many_proves_nothing():
    longer = parse_proof(GOOD.replace("index 5\n", "index 5\n" + "A" * 43 + "=\n"))
    with pytest.raises(NotProved, match="too long"):
        check_proof(longer, log_of(SIZE).leaves[INDEX], policy_of())


# ---------------------------------------------------------------- what a witness is asked


@settings(max_examples=20)
@given(st.integers(0, 300), st.integers(0, 300))
def test_a_request_reads_back_and_a_witness_follows_an_honest_log(one, other):
    old, new = sorted((one, other))
    asked = request(old, new)
    assert parse_request(asked.data) == asked
    remembered = Checkpoint(ORIGIN, old, log_of(old).root())
    assert check_growth(asked, remembered).size == new
    if not old:
        assert check_growth(asked, None).root == log_of(new).root()


def test_a_witness_refuses_what_did_not_grow_from_what_it_remembers():
    def remembered(size=100, root=None, origin=ORIGIN):
        return Checkpoint(origin, size, root or log_of(size).root())

    for memory in (remembered(99), remembered(root=b"x" * 32), remembered(origin="another"), None):
        with pytest.raises(NotProved):
            check_growth(request(), memory)
    with pytest.raises(NotProved, match="two roots"):
        check_growth(request(SIZE, SIZE), remembered(SIZE, b"x" * 32))


@FEW
@given(st.integers(0, len(GOOD_REQUEST) * 8 - 1))
def test_no_turned_bit_of_a_request_is_cosigned(bit):
    with pytest.raises((Malformed, NotProved)):
        asked = parse_request(flipped(GOOD_REQUEST, bit))
        if policy_of("none").signed(asked.checkpoint_note) is None:
            raise NotProved("the log did not sign")
        check_growth(asked, Checkpoint(ORIGIN, 100, log_of(100).root()))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"old 1\n",
        GOOD_REQUEST[1:],
        GOOD_REQUEST.replace(b"old 100", b"old 0100"),
        GOOD_REQUEST.replace(b"old 100", b"old 301"),
        GOOD_REQUEST.replace(b"old 100\n", b"old 100\n" + (b"A" * 43 + b"=\n") * 64),
        GOOD_REQUEST.replace(b"old 100\n", b"old 100\nAAAA\n"),
        GOOD_REQUEST + b"\xff",
        b"x" * 200_000,
    ],
)
def test_what_is_no_request_is_malformed(data):
    with pytest.raises(Malformed):
        parse_request(data)


def test_the_file_for_the_stick_is_about_one_kilobyte():
    assert len(GOOD_REQUEST) < 1200
    assert len(GOOD) < 1500
    assert LOG.name in GOOD
