"""One-time codes by the clock (RFC 6238): six digits, thirty seconds, each taken once."""

from __future__ import annotations

import base64
import secrets
from datetime import datetime
from urllib.parse import quote, urlencode

from cryptography.hazmat.primitives.hashes import SHA1, SHA256, SHA512
from cryptography.hazmat.primitives.twofactor.hotp import HOTP
from django.db import IntegrityError, transaction

from lianjing.runtime.access.models import Factor, FactorSecret, UsedCode
from lianjing.runtime.access.sealing import open_sealed

SECONDS = 30
DIGITS = 6
DRIFT = 1  # steps before and after: clocks of telephones differ (RFC 6238 5.2)
LENGTH = 20  # bytes, that of the hash (RFC 4226 4)
ISSUER = "廉镜 Lianjing"


def new_secret() -> bytes:
    """Return a secret for an app."""
    return secrets.token_bytes(LENGTH)


def base32(secret: bytes) -> str:
    """Return a secret as apps take it by hand."""
    return base64.b32encode(secret).decode().rstrip("=")


def address(secret: bytes, number: str) -> str:
    """Return the otpauth address that a QR code carries."""
    label = quote(f"{ISSUER}:{number}", safe=":")
    return (
        f"otpauth://totp/{label}?{urlencode({'secret': base32(secret), 'issuer': ISSUER}, quote_via=quote)}"
    )


def step_at(now: datetime) -> int:
    """Return the time step of a moment."""
    return int(now.timestamp()) // SECONDS


def code_at(
    secret: bytes, step: int, digits: int = DIGITS, algorithm: SHA1 | SHA256 | SHA512 | None = None
) -> str:
    """Return the code of a time step."""
    # SHA-1 is what authenticator apps speak; its collisions do not touch an HMAC.
    return HOTP(secret, digits, algorithm or SHA1()).generate(step).decode()


def matching_step(secret: bytes, code: str, now: datetime) -> int | None:
    """Return the time step whose code this is, within the drift; None for any other. Every step is compared."""
    clean = "".join(code.split())
    if len(clean) != DIGITS or not (clean.isascii() and clean.isdigit()):
        return None
    middle, found = step_at(now), None
    for step in range(middle - DRIFT, middle + DRIFT + 1):
        if secrets.compare_digest(code_at(secret, step), clean):
            found = step
    return found


def take(factor: Factor, code: str, now: datetime) -> str:
    """Take a code once: "" where it holds, else why not (wrong_code, code_used); CannotOpen as sealing says.

    A step that was taken stays taken for good: a clock set back brings no code back to life.
    """
    row = FactorSecret.objects.get(factor=factor)
    step = matching_step(open_sealed(row.sealed), code, now)
    if step is None:
        return "wrong_code"
    try:
        with transaction.atomic():
            UsedCode.objects.create(factor=factor, step=step)
    except IntegrityError:
        return "code_used"
    FactorSecret.objects.filter(factor=factor).update(used_at=now)
    return ""
