"""Signed notes (C2SP signed-note): a text, its signature lines, and the keys that verify them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

from lianjing.kernel.trail import ed25519
from lianjing.kernel.trail.malformed import Malformed, base64_bytes, base64_text, utf8_bytes, utf8_text

ED25519 = 0x01  # kinds of signature, one byte
COSIGNATURE = 0x04
OTHER = 0xFF  # the key begins with a longer identifier
NOTE_LIMIT = 128 * 1024
SIGNATURES_LIMIT = 64
VKEY_LIMIT = 8 * 1024
KEY_ID_SIZE = 4
DASH = "— "  # em dash, space

Verify = Callable[[bytes, bytes, bytes], bool]  # (key, message, signature); never raises for bad bytes
SCHEMES: Mapping[int, Verify] = MappingProxyType({ED25519: ed25519.verify, COSIGNATURE: ed25519.verify})


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line: who, the 4 bytes that name the key, and what the key's kind makes of the text."""

    name: str
    key_id: bytes
    blob: bytes

    @property
    def line(self) -> str:
        """The line as it stands in a note, with its newline."""
        return f"{DASH}{self.name} {base64_text(self.key_id + self.blob)}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A text that ends with a newline, and its signatures in their order. Believe nothing before verification."""

    text: str
    signatures: tuple[Signature, ...]


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key with the name and the kind of signature it is for."""

    name: str
    kind: int
    key: bytes

    @property
    def key_id(self) -> bytes:
        """The first 4 bytes of SHA-256(name ‖ newline ‖ kind ‖ key)."""
        data = self.name.encode("utf-8") + b"\n" + bytes([self.kind]) + self.key
        return hashlib.sha256(data).digest()[:KEY_ID_SIZE]

    @property
    def text(self) -> str:
        """The key as `name+id+base64`."""
        return f"{self.name}+{self.key_id.hex()}+{base64_text(bytes([self.kind]) + self.key)}"

    def made(self, signature: Signature) -> bool:
        """Return whether the line says that this key made it."""
        return signature.name == self.name and signature.key_id == self.key_id


class Signer(Protocol):
    """Signs bytes with one key, wherever the key lies: a file, a token, a device."""

    @property
    def name(self) -> str:
        """The name of the key in signature lines."""

    @property
    def kind(self) -> int:
        """The kind of signature, one byte."""

    @property
    def verifier_key(self) -> VerifierKey:
        """The public half."""

    def sign(self, message: bytes) -> bytes:
        """Return the bare signature of the message."""


def check_name(name: str, what: str) -> None:
    """Return where a key may have this name: not empty, no space, no plus, no control character."""
    utf8_bytes(name, what, VKEY_LIMIT)
    if not name or "+" in name or any(character.isspace() or character < " " for character in name):
        raise Malformed(what, "a name that is empty or has a space, a plus or a control character")


def _check_text(text: str) -> None:
    if not text.endswith("\n"):
        raise Malformed("note", "the text does not end with a newline")
    if any(character < " " and character != "\n" for character in text):
        raise Malformed("note", "a control character")


def parse_signature(line: str) -> Signature:
    """Return the signature of one line without its newline."""
    name, separator, encoded = line.removeprefix(DASH).partition(" ")
    if not line.startswith(DASH) or not separator:
        raise Malformed("signature line", "not of the form `— name base64`")
    check_name(name, "signature line")
    data = base64_bytes(encoded, "signature line")
    if len(data) <= KEY_ID_SIZE:
        raise Malformed("signature line", "too short")
    return Signature(name, data[:KEY_ID_SIZE], data[KEY_ID_SIZE:])


def parse_signatures(data: bytes) -> tuple[Signature, ...]:
    """Return the signatures of bare lines, as a witness answers."""
    text = utf8_text(data, "signature line", NOTE_LIMIT)
    if not text.endswith("\n"):
        raise Malformed("signature line", "no newline at the end")
    lines = text[:-1].split("\n")
    if len(lines) > SIGNATURES_LIMIT:
        raise Malformed("signature line", f"{len(lines)} signatures, at most {SIGNATURES_LIMIT}")
    return tuple(parse_signature(line) for line in lines)


def parse_note(data: bytes) -> Note:
    """Return the note in `data`; Malformed names what is wrong. No signature has been verified then."""
    text = utf8_text(data, "note", NOTE_LIMIT)
    place = text.rfind("\n\n")
    if place < 0:
        raise Malformed("note", "no blank line before the signatures")
    _check_text(text)
    body, lines = text[: place + 1], text[place + 2 :]
    if not lines:
        raise Malformed("note", "no signature")
    return Note(body, parse_signatures(lines.encode("utf-8")))


def note_bytes(note: Note) -> bytes:
    """Return the bytes of a note; Malformed where they would not be read back."""
    if not note.signatures:
        raise Malformed("note", "no signature")
    text = note.text + "\n" + "".join(signature.line for signature in note.signatures)
    data = utf8_bytes(text, "note", NOTE_LIMIT)
    if parse_note(data) != note:
        raise Malformed("note", "would not be read back as it is")
    return data


def parse_vkey(text: str) -> VerifierKey:
    """Return the key in `name+id+base64`; Malformed where the id is not that of the key."""
    utf8_bytes(text, "verifier key", VKEY_LIMIT)
    name, _, rest = text.partition("+")
    key_id, separator, encoded = rest.partition("+")
    if not separator:
        raise Malformed("verifier key", "not of the form `name+id+base64`")
    check_name(name, "verifier key")
    data = base64_bytes(encoded, "verifier key")
    if len(data) < 2:
        raise Malformed("verifier key", "too short")
    key = VerifierKey(name, data[0], data[1:])
    if key.kind in SCHEMES and not ed25519.is_public_key(key.key):
        raise Malformed("verifier key", "not an Ed25519 public key")
    if key.key_id.hex() != key_id:
        raise Malformed("verifier key", "the id is not that of the key")
    return key


def sign_note(text: str, signers: Iterable[Signer]) -> Note:
    """Return the text signed by each signer, in order."""
    _check_text(text)
    message = utf8_bytes(text, "note", NOTE_LIMIT)
    signatures = [
        Signature(signer.name, signer.verifier_key.key_id, signer.sign(message)) for signer in signers
    ]
    return Note(text, tuple(signatures))


def signed_by(note: Note, key: VerifierKey, schemes: Mapping[int, Verify] = SCHEMES) -> bool:
    """Return whether the key signed the text: at least one line of it, and no line of it is bad.

    A cosignature is no signature of the text: see `checkpoint.cosigned_by`. A kind that `schemes` lacks is not
    verified, hence False.
    """
    verify, lines = schemes.get(key.kind), [line for line in note.signatures if key.made(line)]
    if verify is None or key.kind == COSIGNATURE or not lines:
        return False
    message = note.text.encode("utf-8")
    return all(verify(key.key, message, line.blob) for line in lines)
