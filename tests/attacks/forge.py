"""What a forger brings along: Ed25519, notes, tiles and chains, from the standard library alone.

Nothing here comes from the product or from its verifier: the formats are those of RFC 6962, RFC 8032 and C2SP.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
BASE_Y = 4 * pow(5, -1, P) % P
BASE_X = 15112221349535400772501151409588531511454012693041857206046113283949847762202
LOG, WITNESS = 1, 4


def _add(one: tuple[int, int], two: tuple[int, int]) -> tuple[int, int]:
    product = D * one[0] * two[0] * one[1] * two[1] % P
    x = (one[0] * two[1] + one[1] * two[0]) * pow(1 + product, -1, P)
    y = (one[1] * two[1] + one[0] * two[0]) * pow(1 - product, -1, P)
    return x % P, y % P


def _times(factor: int) -> bytes:
    """Return the encoding of factor times the base point."""
    total, point = (0, 1), (BASE_X, BASE_Y)
    while factor:
        if factor & 1:
            total = _add(total, point)
        point, factor = _add(point, point), factor >> 1
    return (total[1] | (total[0] & 1) << 255).to_bytes(32, "little")


def _halves(seed: bytes) -> tuple[int, bytes]:
    digest = hashlib.sha512(seed).digest()
    return int.from_bytes(digest[:32], "little") & ((1 << 254) - 8) | 1 << 254, digest[32:]


@cache
def public_key(seed: bytes) -> bytes:
    """Return the public key of a seed."""
    return _times(_halves(seed)[0])


@cache
def sign(seed: bytes, message: bytes) -> bytes:
    """Return the Ed25519 signature (RFC 8032, 5.1.6)."""
    scalar, prefix = _halves(seed)
    nonce = int.from_bytes(hashlib.sha512(prefix + message).digest(), "little") % ORDER
    point = _times(nonce)
    challenge = int.from_bytes(hashlib.sha512(point + public_key(seed) + message).digest(), "little") % ORDER
    return point + ((nonce + challenge * scalar) % ORDER).to_bytes(32, "little")


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def key_id(name: str, kind: int, seed: bytes) -> bytes:
    """Return the four bytes by which a note names a key."""
    return hashlib.sha256(f"{name}\n".encode() + bytes([kind]) + public_key(seed)).digest()[:4]


def vkey(name: str, kind: int, seed: bytes) -> str:
    """Return the verifier key of a seed."""
    return f"{name}+{key_id(name, kind, seed).hex()}+{_b64(bytes([kind]) + public_key(seed))}"


def note(text: str, *lines: str) -> str:
    """Return the signed note of a text and its signature lines."""
    return text + "\n" + "".join(line + "\n" for line in lines)


def log_line(text: str, name: str, seed: bytes) -> str:
    """Return the log's signature line."""
    return f"— {name} {_b64(key_id(name, LOG, seed) + sign(seed, text.encode()))}"


def cosigned_line(text: str, name: str, seed: bytes, moment: int) -> str:
    """Return a witness's line (C2SP tlog-cosignature)."""
    signature = sign(seed, f"cosignature/v1\ntime {moment}\n{text}".encode())
    return f"— {name} {_b64(key_id(name, WITNESS, seed) + moment.to_bytes(8, 'big') + signature)}"


def leaf_hash(entry: bytes) -> bytes:
    """Return the RFC 6962 leaf hash."""
    return hashlib.sha256(b"\x00" + entry).digest()


def root_of(hashes: Sequence[bytes]) -> bytes:
    """Return the RFC 6962 root, as its definition says it."""
    if len(hashes) < 2:
        return hashes[0] if hashes else hashlib.sha256().digest()
    half = 1 << (len(hashes) - 1).bit_length() - 1
    return hashlib.sha256(b"\x01" + root_of(hashes[:half]) + root_of(hashes[half:])).digest()


def path_of(index: int, hashes: Sequence[bytes]) -> list[bytes]:
    """Return the inclusion path of a leaf (RFC 6962, 2.1.1)."""
    if len(hashes) < 2:
        return []
    half = 1 << (len(hashes) - 1).bit_length() - 1
    if index < half:
        return [*path_of(index, hashes[:half]), root_of(hashes[half:])]
    return [*path_of(index - half, hashes[half:]), root_of(hashes[:half])]


def checkpoint_text(origin: str, entries: Sequence[bytes]) -> str:
    """Return the text of the checkpoint over these entries."""
    return f"{origin}\n{len(entries)}\n{_b64(root_of([leaf_hash(entry) for entry in entries]))}\n"


def tile_path(kind: str, number: int, width: int = 256) -> str:
    """Return the path of a tile (C2SP tlog-tiles)."""
    digits = f"{number:03d}"
    digits = "0" * (-len(digits) % 3) + digits
    parts = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    place = "/".join(["tile", kind, *("x" + part for part in parts[:-1]), parts[-1]])
    return place if width == 256 else f"{place}.p/{width}"


def write(place: Path, data: bytes) -> None:
    """Write a file and the folders above it."""
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(data)


def write_tiles(folder: Path, entries: Sequence[bytes]) -> None:
    """Write the tiles and bundles of a log."""
    for number in range(0, len(entries), 256):
        part = entries[number : number + 256]
        bundle = b"".join(len(entry).to_bytes(2, "big") + entry for entry in part)
        write(folder / tile_path("entries", number // 256, len(part)), bundle)
    row, level = [leaf_hash(entry) for entry in entries], 0
    while row:
        for number in range(0, len(row), 256):
            part = row[number : number + 256]
            write(folder / tile_path(str(level), number // 256, len(part)), b"".join(part))
        row = [root_of(row[at : at + 256]) for at in range(0, len(row) // 256 * 256, 256)]
        level += 1


def read_entries(folder: Path, size: int) -> list[bytes]:
    """Return the entries of a log folder."""
    entries: list[bytes] = []
    for number in range(0, size, 256):
        place = folder / tile_path("entries", number // 256, min(256, size - number))
        data, at = place.read_bytes(), 0
        while at < len(data):
            stop = at + 2 + int.from_bytes(data[at : at + 2], "big")
            entries.append(data[at + 2 : stop])
            at = stop
    return entries


def canonical(value: Any) -> bytes:
    """Return JSON as the trail writes it."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def rechained(entries: Iterable[bytes]) -> list[bytes]:
    """Return the envelopes with the numbers and hashes of each object's chain made right."""
    heads: dict[str, tuple[int, str]] = {}
    result = []
    for entry in entries:
        fields = json.loads(entry)
        count, head = heads.get(fields["object"], (0, ""))
        fields.update(oseq=count + 1, oprev=head)
        result.append(canonical(fields))
        heads[fields["object"]] = (count + 1, leaf_hash(result[-1]).hex())
    return result
