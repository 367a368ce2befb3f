"""The one error for bytes or text that are not of their format, and the strict readings that all formats share."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence

HASH_SIZE = 32
SIZE_LIMIT = 2**62  # leaves of a log; every number read from outside is below it
DIGITS_LIMIT = 19


class Malformed(ValueError):
    """Input that is not of its format: `what` names the format, `reason` what is wrong with it."""

    def __init__(self, what: str, reason: str) -> None:
        super().__init__(f"{what}: {reason}")
        self.what = what
        self.reason = reason


def decimal(text: str, what: str) -> int:
    """Return an ASCII decimal without sign or leading zero, below 2**62."""
    if not (text.isascii() and text.isdigit()) or len(text) > DIGITS_LIMIT:
        raise Malformed(what, "not a decimal number")
    if text != "0" and text[0] == "0":
        raise Malformed(what, "a number with a leading zero")
    if (number := int(text)) >= SIZE_LIMIT:
        raise Malformed(what, "a number beyond every log")
    return number


def base64_bytes(text: str, what: str) -> bytes:
    """Return the bytes of standard base64 (RFC 4648, section 4) in its one canonical spelling."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error) as error:
        raise Malformed(what, "not base64") from error
    if base64.b64encode(data).decode("ascii") != text:
        raise Malformed(what, "base64 that is not canonical")
    return data


def base64_hash(text: str, what: str) -> bytes:
    """Return the 32 bytes of a hash in base64."""
    data = base64_bytes(text, what)
    if len(data) != HASH_SIZE:
        raise Malformed(what, f"a hash of {len(data)} bytes, {HASH_SIZE} are due")
    return data


def base64_hashes(lines: Sequence[str], what: str, limit: int) -> tuple[bytes, ...]:
    """Return at most `limit` hashes, one a line."""
    if len(lines) > limit:
        raise Malformed(what, f"{len(lines)} hashes, at most {limit}")
    return tuple(base64_hash(line, what) for line in lines)


def base64_text(data: bytes) -> str:
    """Return standard base64 as text."""
    return base64.b64encode(data).decode("ascii")


def utf8_text(data: bytes, what: str, limit: int) -> str:
    """Return the text of UTF-8 bytes no longer than `limit`."""
    if len(data) > limit:
        raise Malformed(what, f"{len(data)} bytes, at most {limit}")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Malformed(what, "not UTF-8") from error


def utf8_bytes(text: str, what: str, limit: int) -> bytes:
    """Return the UTF-8 bytes of a text, no longer than `limit`; the reverse of `utf8_text`."""
    try:
        data = text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise Malformed(what, "a lone surrogate") from error
    if len(data) > limit:
        raise Malformed(what, f"{len(data)} bytes, at most {limit}")
    return data
