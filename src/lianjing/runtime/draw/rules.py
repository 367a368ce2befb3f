"""The draw itself: pure, integers only, written so that anyone can compute it again (`lianjing-draw-1`).

Seed: SHA-256(leaf hash of event E ‖ revealed value), 32 bytes. The pool stands in the order in which E locked it,
excluded members left out; a weight counts in millionths. For a counter from 0: number = SHA-256(seed ‖ counter as 8
bytes, big-endian) as a big-endian integer. A number not below the greatest multiple of the weight that remains is
passed over, so that no member is favoured. Otherwise number mod that weight names a member: walk the remaining pool
and take away each weight until the rest is below the next one. He is picked and leaves the pool; the counter runs on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from decimal import Decimal
from typing import TypeVar

ALGORITHM = "lianjing-draw-1"
SEED_BYTES = 32
MILLIONTHS = 1_000_000
SPACE = 2**256

T = TypeVar("T")


def commitment(value: bytes) -> str:
    """Return the digest that is handed in before the pool is shown; ValueError unless 32 bytes."""
    if len(value) != SEED_BYTES:
        raise ValueError(f"{len(value)} bytes, {SEED_BYTES} are wanted")
    return hashlib.sha256(value).hexdigest()


def seed(leaf_hash: bytes, value: bytes) -> bytes:
    """Return the seed of a draw from the leaf hash of its locking event and the value revealed afterwards."""
    if len(leaf_hash) != SEED_BYTES or len(value) != SEED_BYTES:
        raise ValueError("leaf hash and value have 32 bytes each")
    return hashlib.sha256(leaf_hash + value).digest()


def millionths(weight: Decimal) -> int:
    """Return a weight as the whole number that is drawn with; ValueError below one millionth or with more places."""
    scaled = weight * MILLIONTHS
    if scaled != scaled.to_integral_value() or scaled <= 0:
        raise ValueError(f"weight {weight}")
    return int(scaled)


def pick(seed: bytes, candidates: Sequence[tuple[T, int]], count: int) -> list[T]:
    """Return `count` of the candidates (name, whole weight) in the order drawn, nobody twice.

    ValueError where the count is not between 1 and the number of candidates, or a weight is not positive.
    """
    if not 0 < count <= len(candidates):
        raise ValueError(f"{count} of {len(candidates)}")
    if any(weight <= 0 for _name, weight in candidates):
        raise ValueError("a weight is not positive")
    remaining, counter = list(candidates), 0
    picks: list[T] = []
    while len(picks) < count:
        total = sum(weight for _name, weight in remaining)
        number = int.from_bytes(hashlib.sha256(seed + counter.to_bytes(8, "big")).digest(), "big")
        counter += 1
        if number < SPACE - SPACE % total:
            picks.append(remaining.pop(_place(remaining, number % total))[0])
    return picks


def _place(remaining: Sequence[tuple[T, int]], rest: int) -> int:
    for place, (_name, weight) in enumerate(remaining):
        if rest < weight:
            return place
        rest -= weight
    raise AssertionError("rest is below the total weight")
