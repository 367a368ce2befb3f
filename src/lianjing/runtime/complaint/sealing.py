"""Seals what is reported: anyone can close the envelope, only who knows the pass-phrase can open it.

Content: X25519 with a fresh key for each envelope, HKDF-SHA-256, ChaCha20-Poly1305 (RFC 7748, 5869, 8439). The private
key lies encrypted by AES-256-GCM under scrypt of the pass-phrase (RFC 7914).
"""

from __future__ import annotations

import base64
import os
from binascii import Error

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput

PURPOSE = b"lianjing complaint 1"
KEY, SALT, NONCE = 32, 16, 12
SHORTEST_PHRASE = 12


def make_key(phrase: str) -> tuple[str, str]:
    """Return a new public key and its private half wrapped under the pass-phrase; BadInput for a short phrase."""
    if len(phrase) < SHORTEST_PHRASE:
        raise BadInput(_("口令不少于十二个字符"), "phrase")
    private = X25519PrivateKey.generate()
    salt, nonce = os.urandom(SALT), os.urandom(NONCE)
    wrapped = (
        salt + nonce + AESGCM(_stretched(phrase, salt)).encrypt(nonce, private.private_bytes_raw(), PURPOSE)
    )
    return private.public_key().public_bytes_raw().hex(), base64.b64encode(wrapped).decode()


def unwrap(wrapped: str, phrase: str) -> bytes:
    """Return the private key; BadInput for another pass-phrase."""
    try:
        data = base64.b64decode(wrapped, validate=True)
        salt, nonce, rest = data[:SALT], data[SALT : SALT + NONCE], data[SALT + NONCE :]
        return AESGCM(_stretched(phrase, salt)).decrypt(nonce, rest, PURPOSE)
    except (InvalidTag, Error, ValueError) as error:
        raise BadInput(_("口令不对"), "phrase") from error


def seal(public_key: str, content: bytes) -> bytes:
    """Close an envelope for the holder of a key."""
    once = X25519PrivateKey.generate()
    theirs = X25519PublicKey.from_public_bytes(bytes.fromhex(public_key))
    own = once.public_key().public_bytes_raw()
    key = _agreed(once.exchange(theirs), own, bytes.fromhex(public_key))
    # The key is used once, so that a fixed nonce is used once under it.
    return own + ChaCha20Poly1305(key).encrypt(bytes(NONCE), content, PURPOSE)


def unseal(private_key: bytes, envelope: bytes) -> bytes:
    """Open an envelope; BadInput where it was made for another key or has been changed."""
    try:
        private = X25519PrivateKey.from_private_bytes(private_key)
        theirs = envelope[:KEY]
        shared = private.exchange(X25519PublicKey.from_public_bytes(theirs))
        key = _agreed(shared, theirs, private.public_key().public_bytes_raw())
        return ChaCha20Poly1305(key).decrypt(bytes(NONCE), envelope[KEY:], PURPOSE)
    except (InvalidTag, ValueError) as error:
        raise BadInput(_("不能解密：密钥不符，或内容已被改动")) from error


def seal_text(public_key: str, text: str) -> str:
    """Close a text; "" stays as it is."""
    return base64.b64encode(seal(public_key, text.encode())).decode() if text else ""


def unseal_text(private_key: bytes, sealed: str) -> str:
    """Open a text; BadInput where that cannot be done."""
    try:
        return unseal(private_key, base64.b64decode(sealed, validate=True)).decode() if sealed else ""
    except (Error, UnicodeDecodeError) as error:
        raise BadInput(_("不能解密：密钥不符，或内容已被改动")) from error


def _stretched(phrase: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=KEY, n=2**15, r=8, p=1).derive(phrase.encode())


def _agreed(shared: bytes, once: bytes, theirs: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY, salt=once + theirs, info=PURPOSE).derive(shared)
