"""Checkpoints (C2SP tlog-checkpoint): the signed head of the log, and the cosignatures of witnesses on it."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass

from lianjing.kernel.trail.malformed import Malformed, base64_hash, base64_text, decimal, utf8_bytes
from lianjing.kernel.trail.note import COSIGNATURE, SCHEMES, Note, Signature, Signer, VerifierKey, Verify

CHECKPOINT_LIMIT = 16 * 1024
ORIGIN_LIMIT = 255  # bytes
EXTENSIONS_LIMIT = 16
TIME_LIMIT = 2**63
_stamp = struct.Struct(">Q")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The head of the log `origin` when it had `size` leaves: its root. Extensions are lines that prove nothing."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The text that is signed."""
        lines = (self.origin, str(self.size), base64_text(self.root), *self.extensions)
        return "".join(f"{line}\n" for line in lines)


def parse_checkpoint(text: str) -> Checkpoint:
    """Return the checkpoint that a note's text is; Malformed otherwise."""
    utf8_bytes(text, "checkpoint", CHECKPOINT_LIMIT)
    lines = text.split("\n")
    if lines.pop() or len(lines) < 3 or not all(lines):
        raise Malformed("checkpoint", "not three or more lines that are not empty")
    if any(character < " " for line in lines for character in line):
        raise Malformed("checkpoint", "a control character")
    origin, size, root, *extensions = lines
    utf8_bytes(origin, "checkpoint", ORIGIN_LIMIT)
    if len(extensions) > EXTENSIONS_LIMIT:
        raise Malformed("checkpoint", f"{len(extensions)} extension lines, at most {EXTENSIONS_LIMIT}")
    return Checkpoint(origin, decimal(size, "checkpoint"), base64_hash(root, "checkpoint"), tuple(extensions))


def cosignature_message(checkpoint_text: str, time: int) -> bytes:
    """Return the bytes that a witness signs for a checkpoint at a POSIX time."""
    return f"cosignature/v1\ntime {time}\n{checkpoint_text}".encode()


def cosign(checkpoint_text: str, signer: Signer, time: int) -> Signature:
    """Return the cosignature line of a witness: as of `time` (POSIX seconds) this is the largest tree it saw."""
    parse_checkpoint(checkpoint_text)
    if not 0 <= time < TIME_LIMIT:
        raise ValueError(f"no time is {time}")
    key = signer.verifier_key
    if key.kind != COSIGNATURE:
        raise ValueError("the key is not one for cosignatures")
    blob = _stamp.pack(time) + signer.sign(cosignature_message(checkpoint_text, time))
    return Signature(signer.name, key.key_id, blob)


def cosigned_by(note: Note, key: VerifierKey, schemes: Mapping[int, Verify] = SCHEMES) -> int | None:
    """Return the latest POSIX time at which the witness cosigned, None where it did not or a line of it is bad."""
    verify, lines = schemes.get(key.kind), [line for line in note.signatures if key.made(line)]
    if verify is None or key.kind != COSIGNATURE or not lines:
        return None
    times: list[int] = []
    for line in lines:
        if len(line.blob) <= _stamp.size:
            return None
        (time,) = _stamp.unpack_from(line.blob)
        message = cosignature_message(note.text, time)
        if time >= TIME_LIMIT or not verify(key.key, message, line.blob[_stamp.size :]):
            return None
        times.append(time)
    return max(times)
