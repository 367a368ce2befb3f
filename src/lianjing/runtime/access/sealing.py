"""Secrets at rest: sealed with a key derived from the installation's secret, or kept as a keyed digest.

The key is HKDF-SHA256 of `SECRET_KEY` with a fixed label, used by Fernet (AES-128-CBC, HMAC-SHA256). With the
database alone nothing can be opened. When the secret is changed, the former one goes into `SECRET_KEY_FALLBACKS`.
"""

from __future__ import annotations

import base64
import hmac
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

SEAL, DIGEST = b"lianjing access seal 1", b"lianjing access digest 1"


class CannotOpen(Exception):
    """A sealed secret was made under another installation secret, or was changed."""


@lru_cache(maxsize=8)
def _key(secret: str, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(secret.encode())


def _fernet() -> MultiFernet:
    return MultiFernet([Fernet(base64.urlsafe_b64encode(_key(secret, SEAL))) for secret in _secrets()])


def _secrets() -> list[str]:
    """The installation's secret, then the former ones."""
    return [str(secret) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]


def seal(content: bytes) -> str:
    """Return a secret as it may lie in a table."""
    return _fernet().encrypt(content).decode()


def open_sealed(sealed: str) -> bytes:
    """Return a secret in clear; CannotOpen under another installation secret."""
    try:
        return _fernet().decrypt(sealed.encode())
    except InvalidToken as error:
        raise CannotOpen from error


def keyed_digest(content: str) -> str:
    """Return a digest that only this installation can make."""
    return _digest(settings.SECRET_KEY, content)


def keyed_digests(content: str) -> list[str]:
    """Return the digests under the present secret and the former ones, to look one up."""
    return [_digest(secret, content) for secret in _secrets()]


def _digest(secret: str, content: str) -> str:
    return hmac.digest(_key(secret, DIGEST), content.encode(), "sha256").hex()
