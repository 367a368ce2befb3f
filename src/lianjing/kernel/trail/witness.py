"""What a log asks of a witness (C2SP tlog-witness, the body of add-checkpoint), and the rule by which it answers."""

from __future__ import annotations

from dataclasses import dataclass

from lianjing.kernel.trail.checkpoint import Checkpoint, parse_checkpoint
from lianjing.kernel.trail.malformed import Malformed, base64_hashes, base64_text, decimal, utf8_text
from lianjing.kernel.trail.merkle import PROOF_LIMIT, HashName, NotProved, check_consistency, empty_root
from lianjing.kernel.trail.note import NOTE_LIMIT, Note, note_bytes, parse_note

REQUEST_LIMIT = NOTE_LIMIT + 8 * 1024


@dataclass(frozen=True, slots=True)
class WitnessRequest:
    """A checkpoint to be cosigned, with the proof that it grew from the tree of `old_size` leaves."""

    old_size: int
    proof: tuple[bytes, ...]
    checkpoint_note: Note

    @property
    def data(self) -> bytes:
        """The request as a file or an HTTP body."""
        lines = [f"old {self.old_size}", *map(base64_text, self.proof), ""]
        return "".join(f"{line}\n" for line in lines).encode("ascii") + note_bytes(self.checkpoint_note)


def parse_request(data: bytes) -> WitnessRequest:
    """Return the request in `data`; Malformed names what is wrong. Nothing has been verified then."""
    text = utf8_text(data, "witness request", REQUEST_LIMIT)
    head, separator, note_text = text.partition("\n\n")
    first, *lines = head.split("\n")
    if not separator or not first.startswith("old "):
        raise Malformed("witness request", "does not begin with the old size")
    old_size = decimal(first.removeprefix("old "), "witness request")
    note = parse_note(note_text.encode("utf-8"))
    if old_size > parse_checkpoint(note.text).size:
        raise Malformed("witness request", "the old size is beyond the new one")
    return WitnessRequest(old_size, base64_hashes(lines, "witness request", PROOF_LIMIT), note)


def check_growth(
    request: WitnessRequest, remembered: Checkpoint | None, hash_name: HashName = "sha256"
) -> Checkpoint:
    """Return the checkpoint that a witness may cosign; NotProved where it does not grow from the remembered one.

    The log's signature is checked before, by `policy.signed` or `note.signed_by`.
    """
    checkpoint = parse_checkpoint(request.checkpoint_note.text)
    old = remembered.size if remembered else 0
    if remembered and remembered.origin != checkpoint.origin:
        raise NotProved("the checkpoint is of another log")
    if request.old_size != old:
        raise NotProved(f"the request grows from {request.old_size} leaves, the witness remembers {old}")
    check_consistency(
        old=old,
        new=checkpoint.size,
        old_root=remembered.root if remembered else empty_root(hash_name),
        new_root=checkpoint.root,
        proof=request.proof,
        hash_name=hash_name,
    )
    return checkpoint
