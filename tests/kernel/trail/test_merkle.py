"""The tree is that of RFC 9162: roots, the growing edge, and proofs that hold for what is so and for nothing else."""

import hashlib
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianjing.kernel.trail import envelope, merkle
from lianjing.kernel.trail.merkle import (
    Frontier,
    HashMissing,
    NotProved,
    check_consistency,
    check_inclusion,
    consistency_proof,
    digest_of,
    empty_root,
    frontier_at,
    inclusion_proof,
    leaf_hash,
    leaf_hashes,
    root_of,
)
from tests.kernel.trail.drawn_log import entries, flipped, log_of, root_by_definition, sizes

# Published with the reference implementation of RFC 6962.
CT_LEAVES = [bytes.fromhex(text) for text in (
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
)]  # fmt: skip
CT_ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
CT_CONSISTENCY = {
    (1, 1): [],
    (1, 8): ["96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
             "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
             "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"],
    (6, 8): ["0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
             "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
             "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"],
    (2, 5): ["5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
             "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"],
}  # fmt: skip


def read_of(leaves):
    """Return a reader that computes each subtree by the definition."""
    return lambda height, index: root_by_definition(leaves[index << height : (index + 1) << height])


@pytest.mark.parametrize("size", range(9))
def test_the_published_roots_come_out(size):
    assert root_of(leaf_hashes(CT_LEAVES[:size])).hex() == CT_ROOTS[size]


@pytest.mark.parametrize(("old", "new"), CT_CONSISTENCY)
def test_the_published_consistency_proofs_come_out(old, new):
    proof = consistency_proof(old, new, read_of(leaf_hashes(CT_LEAVES)))
    assert [step.hex() for step in proof] == CT_CONSISTENCY[old, new]


def test_the_leaf_hash_is_that_of_the_envelope():
    assert leaf_hash(b"envelope") == envelope.leaf_hash(b"envelope")


@given(entries)
def test_a_frontier_that_appends_one_by_one_has_the_root_of_the_definition(drawn):
    frontier = Frontier()
    for place, leaf in enumerate(leaf_hashes(drawn)):
        assert frontier.root() == root_by_definition(leaf_hashes(drawn[:place]))
        frontier.append(leaf)
    assert (frontier.size, frontier.root()) == (len(drawn), root_by_definition(leaf_hashes(drawn)))


@given(sizes, st.lists(st.integers(0, 600), max_size=4))
def test_extending_in_any_parts_is_the_same_as_appending(size, cuts):
    leaves = log_of(size).leaves
    cuts = sorted({0, size, *(cut % (size + 1) for cut in cuts)})
    frontier, slow = Frontier(), Frontier()
    for begin, end in pairwise(cuts):
        frontier.extend(leaves[begin:end])
    for leaf in leaves:
        slow.append(leaf)
    assert (frontier.size, frontier.peaks) == (slow.size, slow.peaks)
    assert frontier.root() == root_of(leaves)


@given(sizes)
def test_a_frontier_goes_on_from_its_kept_hashes(size):
    leaves = log_of(size).leaves
    kept = Frontier.of(size, frontier_at(size, read_of(leaves)).peaks)
    kept.append(leaf_hash(b"one more"))
    assert kept.root() == root_by_definition([*leaves, leaf_hash(b"one more")])


def test_a_frontier_refuses_hashes_that_are_not_of_its_size():
    with pytest.raises(ValueError, match="edge of 3"):
        Frontier.of(3, [b"x" * 32])


@given(st.integers(1, 200), st.data())
def test_every_inclusion_proof_verifies_and_no_turned_bit_does(size, data):
    log = log_of(size)
    index = data.draw(st.integers(0, size - 1))
    proof = inclusion_proof(index, size, read_of(log.leaves))
    said = {"index": index, "size": size, "leaf": log.leaves[index], "proof": proof, "root": log.root()}
    check_inclusion(**said)
    bit = data.draw(st.integers(0, 2**13))
    wrong = data.draw(st.sampled_from(["leaf", "root", "proof"] if proof else ["leaf", "root"]))
    said[wrong] = turned(proof, bit) if wrong == "proof" else flipped(said[wrong], bit)
    with pytest.raises(NotProved):
        check_inclusion(**said)


def turned(proof, bit):
    data = flipped(b"".join(proof), bit)
    return [data[place : place + 32] for place in range(0, len(data), 32)]


@given(st.integers(1, 200), st.data())
def test_an_inclusion_proof_is_for_one_place_of_one_size_and_of_one_length(size, data):
    log = log_of(size)
    index, other = data.draw(st.integers(0, size - 1)), data.draw(st.integers(-1, size + 1))
    proof = inclusion_proof(index, size, read_of(log.leaves))
    said = {"index": index, "size": size, "leaf": log.leaves[index], "proof": proof, "root": log.root()}
    wrongs = [{"proof": [*proof, proof[0] if proof else b"x" * 32]}, {"proof": proof * 64 or [b"x" * 32]}]
    wrongs += [{"proof": proof[:-1]}] if proof else []
    wrongs += [{"index": other}] if other != index else []
    for wrong in wrongs:
        with pytest.raises(NotProved):
            check_inclusion(**(said | wrong))


@given(st.integers(0, 200), st.data())
def test_every_consistency_proof_verifies_and_no_turned_bit_does(new, data):
    log = log_of(new)
    old = data.draw(st.integers(0, new))
    proof = consistency_proof(old, new, read_of(log.leaves))
    said = {"old": old, "new": new, "old_root": log.root(old), "new_root": log.root(), "proof": proof}
    check_consistency(**said)
    bit = data.draw(st.integers(0, 2**13))
    can_be_wrong = ["old_root"] + ["new_root"] * (old > 0) + ["proof"] * bool(proof)
    wrong = data.draw(st.sampled_from(can_be_wrong))
    said[wrong] = turned(proof, bit) if wrong == "proof" else flipped(said[wrong], bit)
    with pytest.raises(NotProved):
        check_consistency(**said)


@given(st.integers(2, 200), st.data())
def test_a_consistency_proof_has_one_length(new, data):
    log = log_of(new)
    old = data.draw(st.integers(1, new))
    proof = consistency_proof(old, new, read_of(log.leaves))
    wrongs = [[*proof, b"x" * 32], (proof or [b"x" * 32]) * 65] + ([proof[:-1], []] if proof else [])
    for wrong in wrongs:
        with pytest.raises(NotProved):
            check_consistency(old=old, new=new, old_root=log.root(old), new_root=log.root(), proof=wrong)


def test_a_tree_does_not_shrink_and_nothing_grows_from_a_wrong_nothing():
    log = log_of(5)
    for old, new, before in [(5, 4, log.root()), (-1, 5, empty_root()), (0, 5, b"x" * 32)]:
        with pytest.raises(NotProved):
            check_consistency(old=old, new=new, old_root=before, new_root=log.root(), proof=[])


def test_proofs_of_what_is_not_there_are_refused():
    read = read_of(log_of(4).leaves)
    for index, size in [(4, 4), (-1, 4), (0, 0)]:
        with pytest.raises(ValueError, match="not in a tree"):
            inclusion_proof(index, size, read)
    for old, new in [(5, 4), (-1, 4)]:
        with pytest.raises(ValueError, match="does not grow"):
            consistency_proof(old, new, read)


# ---------------------------------------------------------------- the hash is a parameter

GB_T_32905 = {  # GB/T 32905-2016, annex A
    b"abc": "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0",
    b"abcd" * 16: "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732",
}


@pytest.mark.parametrize("message", GB_T_32905)
def test_sm3_gives_the_published_values(message):
    assert digest_of("sm3")(message).hexdigest() == GB_T_32905[message]


@given(entries)
def test_a_tree_of_sm3_holds_together_and_is_another_tree(drawn):
    leaves = leaf_hashes(drawn, "sm3")
    root = root_of(leaves, "sm3")
    assert root != root_of(leaf_hashes(drawn))
    read = lambda height, index: root_of(leaves[index << height : (index + 1) << height], "sm3")  # noqa: E731
    for index, leaf in enumerate(leaves):
        proof = inclusion_proof(index, len(leaves), read, "sm3")
        check_inclusion(index=index, size=len(leaves), leaf=leaf, proof=proof, root=root, hash_name="sm3")
        grown = consistency_proof(index, len(leaves), read, "sm3")
        before = root_of(leaves[:index], "sm3")
        check_consistency(
            old=index, new=len(leaves), old_root=before, new_root=root, proof=grown, hash_name="sm3"
        )


def test_a_python_without_sm3_says_so(monkeypatch):
    def new(name, data=b""):
        raise ValueError("unsupported hash type")

    monkeypatch.setattr(merkle.hashlib, "new", new)
    with pytest.raises(HashMissing, match="sm3 is not in this Python's OpenSSL"):
        leaf_hash(b"", "sm3")
    assert digest_of("sha256") is hashlib.sha256
