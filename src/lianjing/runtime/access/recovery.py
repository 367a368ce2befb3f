"""Recovery codes: ten at a time, shown once, each taken once; new ones end the old."""

from __future__ import annotations

import secrets
from datetime import datetime

from lianjing.runtime.access.actors import self_actor
from lianjing.runtime.access.log import note
from lianjing.runtime.access.models import RecoveryCode
from lianjing.runtime.access.origin import Origin
from lianjing.runtime.access.sealing import keyed_digest, keyed_digests
from lianjing.runtime.org.models import LoginAccount
from lianjing.runtime.trail.act import recorded

COUNT = 10
LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"  # without those that are read for another
GROUPS, GROUP = 3, 5  # 15 letters of 31: 74 bits


def make(*, account: LoginAccount, origin: Origin, now: datetime) -> list[str]:
    """Make new codes and return them, once; one event without them."""
    codes = ["-".join(_group() for _each in range(GROUPS)) for _code in range(COUNT)]
    with recorded(
        "factor.recovery_codes",
        chain=f"person:{account.person_id}",
        actor=self_actor(account.person_id, now),
        now=now,
    ):
        RecoveryCode.objects.filter(person_id=account.person_id, used_at=None).delete()
        RecoveryCode.objects.bulk_create(
            RecoveryCode(person_id=account.person_id, digest=keyed_digest(_clean(code))) for code in codes
        )
    note(
        number=account.number,
        person_id=account.person_id,
        now=now,
        outcome="notice",
        origin=origin,
        reason="recovery_made",
    )
    return codes


def take(person_id: int, code: str, now: datetime) -> bool:
    """True where the code is one of the person's and was not taken before; it is taken now."""
    rows = RecoveryCode.objects.filter(
        person_id=person_id, digest__in=keyed_digests(_clean(code)), used_at=None
    )
    return rows.update(used_at=now) == 1


def left(person_id: int) -> int:
    """Return how many codes are left."""
    return RecoveryCode.objects.filter(person_id=person_id, used_at=None).count()


def _group() -> str:
    return "".join(secrets.choice(LETTERS) for _letter in range(GROUP))


def _clean(code: str) -> str:
    return "".join(each for each in code.casefold() if each.isalnum())
