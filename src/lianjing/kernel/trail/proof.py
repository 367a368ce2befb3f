"""Receipts (C2SP tlog-proof): that an entry stands in the log, to be verified off line against a policy."""

from __future__ import annotations

from dataclasses import dataclass

from lianjing.kernel.trail.checkpoint import Checkpoint, parse_checkpoint
from lianjing.kernel.trail.malformed import (
    Malformed,
    base64_bytes,
    base64_hashes,
    base64_text,
    decimal,
    utf8_bytes,
    utf8_text,
)
from lianjing.kernel.trail.merkle import PROOF_LIMIT, HashName, NotProved, check_inclusion
from lianjing.kernel.trail.note import Note, note_bytes, parse_note
from lianjing.kernel.trail.policy import Policy

FIRST_LINE = "c2sp.org/tlog-proof@v1"
LIMIT = 160 * 1024
EXTRA_LIMIT = 8 * 1024


@dataclass(frozen=True, slots=True)
class TlogProof:
    """Leaf `index`, its path to the root, the checkpoint with its signatures; `extra` is proved by nothing."""

    index: int
    inclusion: tuple[bytes, ...]
    checkpoint_note: Note
    extra: bytes = b""

    @property
    def checkpoint(self) -> Checkpoint:
        """The checkpoint as the note says it; believe it after `check_proof` only."""
        return parse_checkpoint(self.checkpoint_note.text)

    @property
    def text(self) -> str:
        """The receipt as a text file."""
        lines = [FIRST_LINE]
        if self.extra:
            lines.append(f"extra {base64_text(self.extra)}")
        lines += [f"index {self.index}", *map(base64_text, self.inclusion), ""]
        return "".join(f"{line}\n" for line in lines) + note_bytes(self.checkpoint_note).decode("utf-8")


def parse_proof(text: str | bytes) -> TlogProof:
    """Return the receipt in a text; Malformed names what is wrong. Nothing has been verified then."""
    if isinstance(text, bytes):
        text = utf8_text(text, "receipt", LIMIT)
    utf8_bytes(text, "receipt", LIMIT)
    head, separator, note_text = text.partition("\n\n")
    first, *lines = head.split("\n")
    if not separator or first != FIRST_LINE or not lines:
        raise Malformed("receipt", f"does not begin with {FIRST_LINE} and an index")
    extra = b""
    if lines[0].startswith("extra "):
        extra = base64_bytes(lines.pop(0).removeprefix("extra "), "receipt")
        if not 0 < len(extra) <= EXTRA_LIMIT:
            raise Malformed("receipt", "extra data that is empty or too long")
    if not lines or not lines[0].startswith("index "):
        raise Malformed("receipt", "no index")
    index = decimal(lines[0].removeprefix("index "), "receipt")
    note = parse_note(note_text.encode("utf-8"))
    parse_checkpoint(note.text)
    return TlogProof(index, base64_hashes(lines[1:], "receipt", PROOF_LIMIT), note, extra)


def check_proof(
    proof: TlogProof, leaf: bytes, policy: Policy, hash_name: HashName = "sha256"
) -> list[tuple[str, int]]:
    """Return which witnesses cosigned and when, where `leaf` (a leaf hash) stands in a log that the policy trusts.

    NotProved says what is missing: the log's signature, the quorum, or the path to the root.
    """
    checkpoint = policy.signed(proof.checkpoint_note)
    if checkpoint is None:
        raise NotProved("no log of the policy signed the checkpoint")
    check_inclusion(
        index=proof.index,
        size=checkpoint.size,
        leaf=leaf,
        proof=proof.inclusion,
        root=checkpoint.root,
        hash_name=hash_name,
    )
    covering = policy.covering(proof.checkpoint_note)
    if not policy.has_quorum({name for name, _ in covering}):
        raise NotProved("the witnesses that cosigned the checkpoint are not enough for the policy")
    return covering
