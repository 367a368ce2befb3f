"""The file key: an Ed25519 seed as a signer, and its text form."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from lianjing.kernel.trail import ed25519
from lianjing.kernel.trail.malformed import Malformed, base64_bytes, base64_text
from lianjing.kernel.trail.note import COSIGNATURE, ED25519, VKEY_LIMIT, VerifierKey, check_name

PREFIX = "PRIVATE+KEY+"


@dataclass(frozen=True)
class SeedSigner:
    """Signs with an Ed25519 seed of 32 bytes; `kind` is ED25519 for a log and COSIGNATURE for a witness."""

    name: str
    seed: bytes = field(repr=False)
    kind: int = ED25519

    def __post_init__(self) -> None:
        check_name(self.name, "signing key")
        if len(self.seed) != ed25519.SEED_SIZE or self.kind not in {ED25519, COSIGNATURE}:
            raise Malformed("signing key", "not a seed of 32 bytes of a known kind")

    @cached_property
    def verifier_key(self) -> VerifierKey:
        """The public half."""
        return VerifierKey(self.name, self.kind, ed25519.public_key(self.seed))

    def sign(self, message: bytes) -> bytes:
        """Return the signature of the message, 64 bytes."""
        return ed25519.sign(self.seed, message)

    @property
    def text(self) -> str:
        """The secret key as one line, `PRIVATE+KEY+name+id+base64`, as Go's note package writes it."""
        seed = base64_text(bytes([self.kind]) + self.seed)
        return f"{PREFIX}{self.name}+{self.verifier_key.key_id.hex()}+{seed}"


def parse_seed_signer(text: str) -> SeedSigner:
    """Return the signer of a secret key line; the error never repeats the line."""
    parts = text.removeprefix(PREFIX).split("+", 2)
    if len(text) > VKEY_LIMIT or not text.startswith(PREFIX) or len(parts) != 3:
        raise Malformed("signing key", "not of the form `PRIVATE+KEY+name+id+base64`")
    name, key_id, encoded = parts
    data = base64_bytes(encoded, "signing key")
    if not data:
        raise Malformed("signing key", "too short")
    signer = SeedSigner(name, data[1:], data[0])
    if signer.verifier_key.key_id.hex() != key_id:
        raise Malformed("signing key", "the id is not that of the key")
    return signer
