"""Ed25519 (RFC 8032) in plain Python: strict verification, and signing from a seed.

Verification is what the trail rests on, and refuses whatever RFC 8032 lets a careless reader accept: S beyond the
order, points that are off the curve, not canonical or of small order. Signing takes no constant time: a key that
others could time belongs into a device behind the signer port.
"""

from __future__ import annotations

import hashlib
from functools import cache

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
SQRT_M1 = pow(2, (P - 1) // 4, P)
KEY_SIZE, SEED_SIZE, SIGNATURE_SIZE = 32, 32, 64

Point = tuple[int, int, int, int]  # extended coordinates X, Y, Z, T with x = X/Z, y = Y/Z, x*y = T/Z
NEUTRAL: Point = (0, 1, 1, 0)


def _add(a: Point, b: Point) -> Point:
    x1, y1, z1, t1 = a
    x2, y2, z2, t2 = b
    left, right = (y1 - x1) * (y2 - x2) % P, (y1 + x1) * (y2 + x2) % P
    cross, depth = 2 * t1 * t2 * D % P, 2 * z1 * z2 % P
    e, f, g, h = right - left, depth - cross, depth + cross, right + left
    return e * f % P, g * h % P, f * g % P, e * h % P


def _double(a: Point) -> Point:
    x, y, z, _ = a
    xx, yy = x * x % P, y * y % P
    h = xx + yy
    e = h - (x + y) * (x + y)
    g = xx - yy
    f = 2 * z * z + g
    return e * f % P, g * h % P, f * g % P, e * h % P


def _times_both(first: int, a: Point, second: int, b: Point) -> Point:
    """Return first·a + second·b, both scalars run through together."""
    both, result = _add(a, b), NEUTRAL
    for bit in range(max(first.bit_length(), second.bit_length()) - 1, -1, -1):
        result = _double(result)
        match first >> bit & 1, second >> bit & 1:
            case 1, 1:
                result = _add(result, both)
            case 1, 0:
                result = _add(result, a)
            case 0, 1:
                result = _add(result, b)
            case _:
                pass
    return result


def _encode(a: Point) -> bytes:
    x, y, z, _ = a
    inverse = pow(z, -1, P)
    x, y = x * inverse % P, y * inverse % P
    return (y | (x & 1) << 255).to_bytes(KEY_SIZE, "little")


def _decode(data: bytes) -> Point | None:
    """Return the point, None where the bytes are not the canonical encoding of one on the curve."""
    number = int.from_bytes(data, "little")
    sign, y = number >> 255, number & (1 << 255) - 1
    if len(data) != KEY_SIZE or y >= P:
        return None
    over, under = (y * y - 1) % P, (D * y * y + 1) % P
    x = over * pow(under, 3, P) * pow(over * pow(under, 7, P), (P - 5) // 8, P) % P
    if under * x * x % P == -over % P:
        x = x * SQRT_M1 % P
    if under * x * x % P != over or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


def _is_small(a: Point) -> bool:
    """Return whether eight times the point is the neutral one."""
    x, y, z, _ = _double(_double(_double(a)))
    return x % P == 0 and (y - z) % P == 0


@cache
def _base() -> Point:
    point = _decode((4 * pow(5, -1, P) % P).to_bytes(KEY_SIZE, "little"))
    assert point is not None
    return point


def _challenge(*parts: bytes) -> int:
    return int.from_bytes(hashlib.sha512(b"".join(parts)).digest(), "little") % ORDER


def is_public_key(key: bytes) -> bool:
    """Return whether the bytes are a canonical point on the curve that is not of small order."""
    point = _decode(key)
    return point is not None and not _is_small(point)


def verify(key: bytes, message: bytes, signature: bytes) -> bool:
    """Return whether the signature is good; False, never an error, for whatever is malformed."""
    if len(signature) != SIGNATURE_SIZE:
        return False
    public, nonce = _decode(key), _decode(signature[:KEY_SIZE])
    scalar = int.from_bytes(signature[KEY_SIZE:], "little")
    if public is None or nonce is None or scalar >= ORDER or _is_small(public) or _is_small(nonce):
        return False
    x, y, z, t = public
    challenge = _challenge(signature[:KEY_SIZE], key, message)
    return _encode(_times_both(scalar, _base(), challenge, (P - x, y, z, P - t))) == signature[:KEY_SIZE]


def _expand(seed: bytes) -> tuple[int, bytes]:
    if len(seed) != SEED_SIZE:
        raise ValueError(f"a seed of {len(seed)} bytes, {SEED_SIZE} are due")
    digest = hashlib.sha512(seed).digest()
    scalar = int.from_bytes(digest[:32], "little") & (1 << 254) - 8 | 1 << 254
    return scalar, digest[32:]


@cache
def _multiples() -> tuple[tuple[Point, ...], ...]:
    """Return digit · 16**place · base for each digit and place: a thousand points, computed once for signing."""
    rows, step = [], _base()
    for _place in range(64):
        row = [NEUTRAL]
        for _digit in range(15):
            row.append(_add(row[-1], step))
        rows.append(tuple(row))
        step = _add(row[-1], step)
    return tuple(rows)


def _times_base(scalar: int) -> bytes:
    result = NEUTRAL
    for place, row in enumerate(_multiples()):
        if digit := scalar >> 4 * place & 15:
            result = _add(result, row[digit])
    return _encode(result)


def public_key(seed: bytes) -> bytes:
    """Return the public key of a seed of 32 bytes."""
    return _times_base(_expand(seed)[0])


def sign(seed: bytes, message: bytes) -> bytes:
    """Return the signature, the same one each time for the same seed and message."""
    scalar, prefix = _expand(seed)
    public = _times_base(scalar)
    nonce = _challenge(prefix, message)
    commitment = _times_base(nonce)
    answer = (nonce + _challenge(commitment, public, message) * scalar) % ORDER
    return commitment + answer.to_bytes(32, "little")
