"""Waiting after failures: counted for the account and for the address, each wait twice as long as the last."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput
from lianjing.runtime.access.actors import refuse_unless, self_actor
from lianjing.runtime.access.log import note
from lianjing.runtime.access.models import LoginLock
from lianjing.runtime.access.policy import policy
from lianjing.runtime.org.models import LoginAccount
from lianjing.runtime.trail.act import recorded

LONGEST = timedelta(hours=24)
FORGOTTEN = timedelta(days=30)  # a lock that old makes the next one no longer


def subjects(number: str, ip: str) -> list[str]:
    """Return what is counted: the account, whether it exists or not, and the address; "" counts nothing."""
    pairs = (("number", number[:60]), ("address", ip))
    return [f"{kind}:{value}" for kind, value in pairs if value]


def waiting_minutes(number: str, ip: str, now: datetime) -> int:
    """Return how many whole minutes account and address must still wait, 0 for none."""
    rows = LoginLock.objects.filter(subject__in=subjects(number, ip), locked_until__gt=now)
    ends = [row.locked_until for row in rows if row.locked_until is not None]
    # A clock that was set back must not lock for longer than any lock lasts.
    left = max((min(end - now, LONGEST) for end in ends), default=timedelta())
    return -(-int(left.total_seconds()) // 60)


def count_failure(number: str, ip: str, now: datetime) -> None:
    """Count a failure against account and address; at the policy's number they wait."""
    limits = {"number": policy("lock.account_failures", now), "address": policy("lock.address_failures", now)}
    for subject in subjects(number, ip):
        limit = limits[subject.partition(":")[0]]
        if limit:
            _count(subject, limit, now)


def _count(subject: str, limit: int, now: datetime) -> None:
    window = timedelta(minutes=policy("lock.window_minutes", now))
    first = timedelta(minutes=policy("lock.minutes", now))
    with transaction.atomic():
        LoginLock.objects.get_or_create(subject=subject, defaults={"counted_from": now})
        row = LoginLock.objects.select_for_update().get(subject=subject)
        if not now - window <= row.counted_from <= now:  # also where the clock was set back
            row.failures, row.counted_from = 0, now
        row.failures += 1
        if row.failures >= limit:
            if row.locked_until is not None and row.locked_until < now - FORGOTTEN:
                row.locks = 0
            row.locked_until = now + min(first * 2 ** min(row.locks, 12), LONGEST)
            row.failures, row.locks = 0, row.locks + 1
        row.save()


def forget(number: str) -> None:
    """Forget an account's failures after a log-in; those of the address stay."""
    LoginLock.objects.filter(subject=f"number:{number[:60]}").delete()


def unlock(*, subject: str, by_person_id: int, reason: str, now: datetime) -> None:
    """Let an account (`number:…`) or an address (`address:…`) try again; the system administrator's act."""
    actor = self_actor(by_person_id, now, {"system_admin"})
    kind, _colon, value = subject.partition(":")
    person_id = (
        LoginAccount.objects.filter(number=value).values_list("person_id", flat=True).first()
        if kind == "number"
        else None
    )
    chain = f"person:{person_id}" if person_id else "installation:1"
    with recorded(
        "access.unlock", chain=chain, actor=actor, now=now, reason=reason, extra={"unlocked": subject}
    ):
        refuse_unless(by_person_id, now, {"system_admin"})
        if not reason.strip():
            raise BadInput(_("请写明理由"), "reason")
        if not LoginLock.objects.filter(subject=subject).delete()[0]:
            raise BadInput(_("没有这条锁定"), "subject")
        note(
            number=value if kind == "number" else "",
            person_id=person_id,
            now=now,
            outcome="notice",
            reason="unlocked",
        )


def sweep(now: datetime) -> int:
    """Drop counts that no longer matter; returns how many."""
    spent = LoginLock.objects.filter(counted_from__lt=now - FORGOTTEN).exclude(
        locked_until__gt=now - FORGOTTEN
    )
    return spent.delete()[0]
