"""Logs small enough to check by the definition itself, keys that sign, and how often the tests try."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from functools import cache

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from lianjing.kernel.trail.checkpoint import Checkpoint, cosign
from lianjing.kernel.trail.merkle import empty_root, leaf_hashes, node_hash
from lianjing.kernel.trail.note import COSIGNATURE, Note, sign_note
from lianjing.kernel.trail.policy import Policy, parse_policy
from lianjing.kernel.trail.signer import SeedSigner
from lianjing.kernel.trail.tiles import TileReader, entries_path, grown_bundles, grown_tiles

SOAK_EXAMPLES = 100_000
EXAMPLES = SOAK_EXAMPLES if os.environ.get("LIANJING_SOAK") == "1" else 2_000  # for each format
MALFORMED = settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))

ORIGIN = "log.example/trail"
LOG = SeedSigner(ORIGIN, bytes(range(32)))
WITNESS = SeedSigner("witness.example/监督组", bytes(range(32, 64)), COSIGNATURE)
OTHER_WITNESS = SeedSigner("other.example/w", bytes(range(64, 96)), COSIGNATURE)
MOMENT = 1_767_000_000

entries = st.lists(st.binary(max_size=8), max_size=40)
sizes = st.integers(0, 600) | st.sampled_from([0, 1, 2, 255, 256, 257, 511, 512, 513])


def root_by_definition(leaves):
    """Return the root as RFC 9162, 2.1.1 defines it."""
    if not leaves:
        return empty_root()
    if len(leaves) == 1:
        return leaves[0]
    middle = 1
    while middle * 2 < len(leaves):
        middle *= 2
    return node_hash(root_by_definition(leaves[:middle]), root_by_definition(leaves[middle:]))


@dataclass
class DrawnLog:
    """A log in memory: its files by path."""

    entries: list[bytes] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)

    @property
    def size(self) -> int:
        return len(self.entries)

    @property
    def leaves(self) -> list[bytes]:
        return leaf_hashes(self.entries)

    def root(self, size: int | None = None) -> bytes:
        return root_by_definition(self.leaves[:size])

    def read_file(self, path: str) -> bytes:
        return self.files[path]

    def reader(self, size: int | None = None) -> TileReader:
        return TileReader(self.read_file, self.size if size is None else size)

    def grow(self, more: list[bytes]) -> DrawnLog:
        for tile, content in grown_bundles(self.size, more, self.read_file):
            self.files[entries_path(tile.index, tile.width)] = content
        for tile, content in grown_tiles(self.size, leaf_hashes(more), self.read_file):
            self.files[tile.path] = content
        self.entries += more
        return self


@cache
def log_of(size: int) -> DrawnLog:
    """Return a log of numbered entries; not to be changed."""
    return DrawnLog().grow([b"entry %d" % number for number in range(size)])


def note_of(log: DrawnLog, *, cosigned: bool = True) -> Note:
    """Return the signed checkpoint of a log, with the witness's cosignature."""
    text = Checkpoint(ORIGIN, log.size, log.root()).text
    note = sign_note(text, [LOG])
    return Note(text, (*note.signatures, cosign(text, WITNESS, MOMENT))) if cosigned else note


def policy_of(quorum: str = "group") -> Policy:
    """Return a policy: the log, the witness, a group in which it suffices."""
    return parse_policy(
        f"# who is believed\nlog {LOG.verifier_key.text} https://log.example/\n"
        f"witness group {WITNESS.verifier_key.text}\nquorum {quorum}\n"
    )


def flipped(data: bytes, bit: int) -> bytes:
    """Return the bytes with one bit turned."""
    place = bit % (len(data) * 8)
    return data[: place // 8] + bytes([data[place // 8] ^ 1 << place % 8]) + data[place // 8 + 1 :]
