"""The exact bytes of an event: canonical JSON, the public envelope, the salted body, and their hashes.

Canonical profile: RFC 8785 restricted to ASCII keys, text, integers below 2**53, booleans, null, lists and
objects. No floats: money is text. The stored bytes are what is hashed; nothing is re-serialised to verify.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

VERSION = 1
ENVELOPE_LIMIT = 1024
INTEGER_LIMIT = 2**53
SURROGATE = re.compile("[\ud800-\udfff]")
_encode = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, check_circular=False
).encode


class NotCanonical(ValueError):
    """A value that the canonical profile cannot carry; the text says where and why."""


def canonical(value: Any) -> bytes:
    """Return the one byte string that stands for `value`; NotCanonical where the profile has none."""
    _check(value, ())
    return _encode(value).encode("utf-8")


def _check(value: Any, path: tuple[Any, ...]) -> None:
    """Walk the value once; the path is spelled only when something is wrong."""
    kind = type(value)
    if kind is dict:
        for key, inner in value.items():
            if type(key) is not str or not key.isascii():
                raise NotCanonical(f"{_spell(path)}: key {key!r} is not ASCII text")
            _check(inner, (*path, key))
    elif kind in (list, tuple):
        for place, inner in enumerate(value):
            _check(inner, (*path, place))
    elif value is not None and kind is not bool and (fault := _fault(value, kind)):
        raise NotCanonical(f"{_spell(path)}: {fault}")


def _fault(value: Any, kind: type[Any]) -> str:
    if kind is int:
        return "" if -INTEGER_LIMIT < value < INTEGER_LIMIT else "integer beyond 2^53"
    if kind is not str:
        return f"{kind.__name__} is not in the profile"
    return "lone surrogate" if not value.isascii() and SURROGATE.search(value) else ""


def _spell(path: tuple[Any, ...]) -> str:
    return "$" + "".join(f".{part}" if isinstance(part, str) else f"[{part}]" for part in path)


def instant(moment: datetime) -> str:
    """Return `YYYY-MM-DDTHH:MM:SS.ffffffZ`; ValueError for a naive time."""
    if moment.tzinfo is None:
        raise ValueError("a time without zone cannot be recorded")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def leaf_hash(envelope: bytes) -> bytes:
    """Return the RFC 6962 leaf hash H(0x00 ‖ envelope), 32 bytes."""
    return hashlib.sha256(b"\x00" + envelope).digest()


def body_hash(salt: bytes, body: bytes) -> str:
    """Return the hex digest that the envelope carries for a body; the salt is 32 random bytes."""
    return hashlib.sha256(salt + body).hexdigest()


def event_id(moment: datetime, randomness: bytes) -> str:
    """Return a UUIDv7 (RFC 9562) for a moment and 10 random bytes."""
    milliseconds = int(moment.timestamp() * 1000)
    raw = bytearray(milliseconds.to_bytes(6, "big") + randomness[:10])
    raw[6] = (raw[6] & 0x0F) | 0x70
    raw[8] = (raw[8] & 0x3F) | 0x80
    text = raw.hex()
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


@dataclass(frozen=True, slots=True)
class Envelope:
    """The public part of an event (trail.md): at most 1 KB, no personal data, no business text."""

    id: str
    recorded: str
    actor: str  # pseudonym, or "system"
    act: str  # name of the act
    object: str  # "kind:id", the head of the chain
    oseq: int  # 1 for the first event of the object
    oprev: str  # hex leaf hash of the previous envelope of the object, "" for the first
    body: str  # hex body hash
    post: str = ""  # "post:id"
    behalf: str = ""  # pseudonym of the person acted for
    happened: str = ""  # claimed by the actor
    rule: str = ""  # rule version under which it happened
    refused: str = ""  # the rule that refused the attempt

    def to_bytes(self) -> bytes:
        """Return the canonical bytes; NotCanonical beyond 1 KB."""
        fields = {name: getattr(self, name) for name in self.__slots__ if getattr(self, name) != ""}
        fields.setdefault("oprev", "")
        data = canonical({"v": VERSION, **fields})
        if len(data) > ENVELOPE_LIMIT:
            raise NotCanonical(f"envelope of {len(data)} bytes, at most {ENVELOPE_LIMIT}")
        return data


def parse_envelope(data: bytes) -> Envelope:
    """Return the envelope that stands in `data`; NotCanonical names what is wrong with the bytes."""
    if len(data) > ENVELOPE_LIMIT:
        raise NotCanonical("envelope too long")
    try:
        fields = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise NotCanonical(f"not JSON: {error}") from error
    if not isinstance(fields, dict) or fields.pop("v", None) != VERSION:
        raise NotCanonical("not an envelope of this version")
    unknown = set(fields) - set(Envelope.__slots__)
    if unknown:
        raise NotCanonical(f"unknown fields {sorted(unknown)}")
    try:
        envelope = Envelope(**fields)
    except TypeError as error:
        raise NotCanonical(str(error)) from error
    if envelope.to_bytes() != data:
        raise NotCanonical("bytes are not canonical")
    return envelope
