"""The Merkle tree of RFC 6962 and RFC 9162: hashes, the growing edge, proofs and their checks."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, Literal

HashName = Literal["sha256", "sm3"]
Read = Callable[[int, int], bytes]  # (height, index): the hash of a complete subtree of 2**height leaves
Digest = Callable[[bytes], Any]  # bytes to a hash object of hashlib

PROOF_LIMIT = 63  # hashes in a proof of a log below 2**62 leaves; C2SP allows no more either
LEAF, NODE = b"\x00", b"\x01"


class NotProved(ValueError):
    """A proof that is well formed and does not prove what it should; the text says why."""


class HashMissing(RuntimeError):
    """The OpenSSL of this Python does not have the hash that the log is set to."""


def digest_of(hash_name: HashName) -> Digest:
    """Return the hash as a function; HashMissing where OpenSSL was built without it (SM3 may be)."""
    if hash_name == "sha256":
        return hashlib.sha256
    try:
        hashlib.new(hash_name)
    except ValueError as error:
        raise HashMissing(
            f"the hash {hash_name} is not in this Python's OpenSSL ({', '.join(sorted(hashlib.algorithms_available))})"
        ) from error
    return partial(hashlib.new, hash_name)


def leaf_hash(data: bytes, hash_name: HashName = "sha256") -> bytes:
    """Return H(0x00 ‖ data)."""
    return bytes(digest_of(hash_name)(LEAF + data).digest())


def leaf_hashes(entries: Iterable[bytes], hash_name: HashName = "sha256") -> list[bytes]:
    """Return the leaf hash of each entry: the way for many."""
    digest, leaf = digest_of(hash_name), LEAF
    return [digest(leaf + entry).digest() for entry in entries]


def node_hash(left: bytes, right: bytes, hash_name: HashName = "sha256") -> bytes:
    """Return H(0x01 ‖ left ‖ right)."""
    return bytes(digest_of(hash_name)(NODE + left + right).digest())


def empty_root(hash_name: HashName = "sha256") -> bytes:
    """Return the root of the tree without leaves, H()."""
    return bytes(digest_of(hash_name)(b"").digest())


def pairs(hashes: Iterable[bytes], digest: Digest) -> list[bytes]:
    """Return the nodes above an even number of neighbours."""
    node, each = NODE, iter(hashes)
    return [digest(node + left + right).digest() for left, right in zip(each, each, strict=True)]


def complete_root(hashes: Sequence[bytes], hash_name: HashName = "sha256") -> bytes:
    """Return the root above 2**n hashes."""
    digest, node = digest_of(hash_name), NODE
    while len(hashes) > 1:  # `pairs`, written out: this loop is where a log spends its time
        each = iter(hashes)
        hashes = [digest(node + left + right).digest() for left, right in zip(each, each, strict=True)]
    return hashes[0]


class Frontier:
    """The right edge of a growing tree: the roots of its complete subtrees, the largest first.

    It is all that appending and the root need: at most 62 hashes.
    """

    __slots__ = ("_digest", "_hash_name", "peaks", "size")

    def __init__(self, hash_name: HashName = "sha256") -> None:
        self.size = 0
        self.peaks: list[bytes] = []
        self._hash_name: HashName = hash_name
        self._digest = digest_of(hash_name)

    @classmethod
    def of(cls, size: int, hashes: Sequence[bytes], hash_name: HashName = "sha256") -> Frontier:
        """Return the edge of a tree of `size` leaves whose complete subtrees have these roots."""
        if size < 0 or len(hashes) != size.bit_count():
            raise ValueError(f"{len(hashes)} hashes for the edge of {size} leaves")
        frontier = cls(hash_name)
        frontier.size, frontier.peaks = size, list(hashes)
        return frontier

    def append(self, leaf: bytes) -> None:
        """Add one leaf by its hash."""
        peaks, size, digest = self.peaks, self.size, self._digest
        while size & 1:
            leaf = digest(NODE + peaks.pop() + leaf).digest()
            size >>= 1
        peaks.append(leaf)
        self.size += 1

    def extend(self, leaves: Sequence[bytes]) -> None:
        """Add many leaves by their hashes, level by level; the same as appending each."""
        peaks, digest = self.peaks, self._digest
        begin, hashes, left_over = self.size, list(leaves), []
        while hashes:
            if begin & 1:
                hashes.insert(0, peaks.pop())
                begin -= 1
            if len(hashes) & 1:
                left_over.append(hashes.pop())
            begin >>= 1
            hashes = pairs(hashes, digest)
        self.peaks = peaks + left_over[::-1]
        self.size += len(leaves)

    def root(self) -> bytes:
        """Return the root of the tree as it stands."""
        if not self.peaks:
            return empty_root(self._hash_name)
        digest, root = self._digest, self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            root = digest(NODE + peak + root).digest()
        return root


def root_of(leaves: Sequence[bytes], hash_name: HashName = "sha256") -> bytes:
    """Return the root above these leaf hashes."""
    frontier = Frontier(hash_name)
    frontier.extend(leaves)
    return frontier.root()


# ---------------------------------------------------------------- proofs


def _split(width: int) -> int:
    """Return the largest power of two below `width` (2 or more)."""
    return 1 << (width - 1).bit_length() - 1


def range_root(begin: int, end: int, read: Read, hash_name: HashName = "sha256") -> bytes:
    """Return the hash of the leaves from `begin` to `end`, where `begin` is where a subtree of the tree begins."""
    peaks = []
    while begin < end:
        height = (end - begin).bit_length() - 1
        peaks.append(read(height, begin >> height))
        begin += 1 << height
    root = peaks.pop()
    while peaks:
        root = node_hash(peaks.pop(), root, hash_name)
    return root


def frontier_at(size: int, read: Read, hash_name: HashName = "sha256") -> Frontier:
    """Return the edge of the tree that has `size` leaves, from stored hashes."""
    peaks, begin = [], 0
    while begin < size:
        height = (size - begin).bit_length() - 1
        peaks.append(read(height, begin >> height))
        begin += 1 << height
    return Frontier.of(size, peaks, hash_name)


def inclusion_proof(index: int, size: int, read: Read, hash_name: HashName = "sha256") -> list[bytes]:
    """Return the path from leaf `index` to the root of the tree of `size` leaves, the sibling first (RFC 9162, 2.1.3)."""
    if not 0 <= index < size:
        raise ValueError(f"leaf {index} is not in a tree of {size}")
    begin, end, path = 0, size, []
    while end - begin > 1:
        middle = begin + _split(end - begin)
        if index < middle:
            path.append(range_root(middle, end, read, hash_name))
            end = middle
        else:
            path.append(range_root(begin, middle, read, hash_name))
            begin = middle
    return path[::-1]


def consistency_proof(old: int, new: int, read: Read, hash_name: HashName = "sha256") -> list[bytes]:
    """Return the proof that the first `old` of `new` leaves are the old tree (RFC 9162, 2.1.4); empty from nothing."""
    if not 0 <= old <= new:
        raise ValueError(f"a tree of {new} does not grow from one of {old}")
    if old in {0, new}:
        return []
    begin, end, is_old_tree, path = 0, new, True, []
    while old != end - begin:
        width = _split(end - begin)
        if old <= width:
            path.append(range_root(begin + width, end, read, hash_name))
            end = begin + width
        else:
            path.append(range_root(begin, begin + width, read, hash_name))
            begin, old, is_old_tree = begin + width, old - width, False
    if not is_old_tree:
        path.append(range_root(begin, end, read, hash_name))
    return path[::-1]


def check_inclusion(
    *,
    index: int,
    size: int,
    leaf: bytes,
    proof: Sequence[bytes],
    root: bytes,
    hash_name: HashName = "sha256",
) -> None:
    """Return where `leaf` (a leaf hash) stands at `index` of the tree; NotProved otherwise (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        raise NotProved(f"leaf {index} is not in a tree of {size}")
    if _lead(index, size - 1, leaf, proof, digest_of(hash_name)) != root:
        raise NotProved("the leaf does not lead to the root")


def _lead(place: int, last: int, result: bytes, proof: Sequence[bytes], digest: Digest) -> bytes:
    """Return the root to which the path leads from a leaf."""
    for sibling in proof:
        if last == 0:
            raise NotProved("the proof is too long")
        if place & 1 or place == last:
            result = digest(NODE + sibling + result).digest()
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            result = digest(NODE + result + sibling).digest()
        place, last = place >> 1, last >> 1
    if last:
        raise NotProved("the proof is too short")
    return result


def check_consistency(
    *,
    old: int,
    new: int,
    old_root: bytes,
    new_root: bytes,
    proof: Sequence[bytes],
    hash_name: HashName = "sha256",
) -> None:
    """Return where the new tree begins with the old one; NotProved otherwise (RFC 9162, 2.1.4.2)."""
    if not 0 <= old <= new:
        raise NotProved(f"a tree of {new} does not grow from one of {old}")
    if len(proof) > PROOF_LIMIT + 1:
        raise NotProved("the proof is too long")
    if old in {0, new}:
        _check_trivial(old, new, old_root, new_root, proof, hash_name)
        return
    path = list(proof) if old & (old - 1) else [old_root, *proof]
    if not path:
        raise NotProved("the proof is too short")
    before, after = _climb(old - 1, new - 1, path, digest_of(hash_name))
    if before != old_root:
        raise NotProved("the proof does not lead to the old root")
    if after != new_root:
        raise NotProved("the proof does not lead to the new root")


def _check_trivial(
    old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes], hash_name: HashName
) -> None:
    if proof:
        raise NotProved("the proof is too long")
    if old == new and old_root != new_root:
        raise NotProved("two roots for one size")
    if old == 0 and old_root != empty_root(hash_name):
        raise NotProved("the old root is not that of the empty tree")


def _climb(place: int, last: int, path: Sequence[bytes], digest: Digest) -> tuple[bytes, bytes]:
    """Return the old and the new root to which the path leads."""
    while place & 1:
        place, last = place >> 1, last >> 1
    before = after = path[0]
    for sibling in path[1:]:
        if last == 0:
            raise NotProved("the proof is too long")
        if place & 1 or place == last:
            before = digest(NODE + sibling + before).digest()
            after = digest(NODE + sibling + after).digest()
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            after = digest(NODE + after + sibling).digest()
        place, last = place >> 1, last >> 1
    if last:
        raise NotProved("the proof is too short")
    return before, after
