"""SM2 with SM3 (GB/T 32918) behind the signer port, from the library gmalg of the extra `sm`.

C2SP gives SM2 no number of its own, so its keys are of the kind 0xFF and begin with an identifier, as signed-note
prescribes. An SM2 line stands beside the Ed25519 line of the log, never instead of it: witnesses and receipts of
C2SP know Ed25519 only. Importing this module without the library is an ImportError that names the extra.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

from lianjing.kernel.trail.malformed import Malformed
from lianjing.kernel.trail.note import OTHER, SCHEMES, VerifierKey, Verify, check_name

try:
    import gmalg
    from gmalg.errors import GMError
except ImportError as error:
    raise ImportError("SM2 needs the extra: pip install 'lianjing[sm]'") from error

IDENTIFIER = b"urn:lianjing:sm2-with-sm3:1\n"
USER_ID = b"1234567812345678"  # the default of GB/T 35276
SECRET_SIZE, POINT_SIZE, SIGNATURE_SIZE = 32, 64, 64
ORDER = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
Draw = Callable[[int], int]  # bits to a random number of that many bits


def verify(key: bytes, message: bytes, signature: bytes) -> bool:
    """Return whether the signature (r ‖ s) is good; False, never an error, for whatever is malformed."""
    point = key.removeprefix(IDENTIFIER)
    if not key.startswith(IDENTIFIER) or (len(point), len(signature)) != (POINT_SIZE, SIGNATURE_SIZE):
        return False
    public = b"\x04" + point
    try:
        checker = gmalg.SM2(uid=USER_ID, pk=public)
        # The library does not ask by itself whether the point lies on the curve.
        return checker.verify_pk(public) and bool(checker.verify(message, signature[:32], signature[32:]))
    except (GMError, ValueError, TypeError):  # TypeError: the equation ends at the point at infinity
        return False


# What a policy is read with where the log signs with SM2 as well.
SCHEMES_WITH_SM2: Mapping[int, Verify] = MappingProxyType({**SCHEMES, OTHER: verify})


@dataclass(frozen=True)
class Sm2Signer:
    """Signs with a secret of 32 bytes kept in a file; a device in production has the same three names."""

    name: str
    secret: bytes = field(repr=False)
    draw: Draw | None = field(default=None, repr=False)  # None: the system's random numbers
    kind: int = field(default=OTHER, init=False)

    def __post_init__(self) -> None:
        check_name(self.name, "signing key")
        if len(self.secret) != SECRET_SIZE or not 1 <= int.from_bytes(self.secret, "big") <= ORDER - 2:
            raise Malformed("signing key", "not a secret of SM2")

    @cached_property
    def verifier_key(self) -> VerifierKey:
        """The public half: the identifier, then the point as x ‖ y."""
        point: bytes = gmalg.SM2().generate_pk(self.secret)
        return VerifierKey(self.name, OTHER, IDENTIFIER + point[1:])

    def sign(self, message: bytes) -> bytes:
        """Return r ‖ s; another one each time."""
        point = b"\x04" + self.verifier_key.key.removeprefix(IDENTIFIER)
        first, second = gmalg.SM2(self.secret, USER_ID, point, rnd_fn=self.draw).sign(message)
        return bytes(first.rjust(32, b"\0") + second.rjust(32, b"\0"))  # the library cuts leading zeros
