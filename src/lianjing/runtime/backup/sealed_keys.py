"""Keys under a passphrase: scrypt and AES-256-GCM, as one small file of the archive."""

from __future__ import annotations

import base64
import json
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from lianjing.kernel.refusal import BadInput

LABEL = b"lianjing backup keys 1"
COST = {"n": 2**16, "r": 8, "p": 1}  # 64 MB: within the 128 MB that a small machine spares
LEAST = 12


def seal(keys: dict[str, bytes], passphrase: str) -> bytes:
    """Return the keys under a passphrase; BadInput for one of fewer than LEAST characters."""
    if len(passphrase) < LEAST:
        raise BadInput(f"备份口令至少 {LEAST} 个字符")
    salt, nonce = os.urandom(16), os.urandom(12)
    text = json.dumps({name: base64.b64encode(key).decode() for name, key in keys.items()}).encode()
    return salt + nonce + AESGCM(_key(passphrase, salt)).encrypt(nonce, text, LABEL)


def unseal(sealed: bytes, passphrase: str) -> dict[str, bytes]:
    """Return the keys by their names; BadInput for a wrong passphrase or a changed file."""
    salt, nonce, content = sealed[:16], sealed[16:28], sealed[28:]
    try:
        text = AESGCM(_key(passphrase, salt)).decrypt(nonce, content, LABEL)
    except (InvalidTag, ValueError) as error:
        raise BadInput("备份口令不对，或密钥文件被改动") from error
    return {name: base64.b64decode(key) for name, key in json.loads(text).items()}


def _key(passphrase: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=32, **COST).derive(passphrase.encode())
