"""Reads of access: who is on line, the log-in log, a person's factors, sessions and outside identities."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from lianjing.runtime.access.models import ExternalIdentity, Factor, LoginLock, LoginRecord, SessionRecord
from lianjing.runtime.access.policy import policy_list
from lianjing.runtime.org.models import PostDuty
from lianjing.runtime.org.queries import in_being, posts_held
from lianjing.runtime.trail.act import legal_day


def online_sessions() -> QuerySet[SessionRecord]:
    """Return the sessions that have not ended, the latest seen first.

    One left idle ends when it is next used or swept: `seen_at` says how fresh each is.
    """
    return SessionRecord.objects.filter(ended_at=None).select_related("person").order_by("-seen_at", "-id")


def sessions_of(person_id: int) -> QuerySet[SessionRecord]:
    """Return a person's sessions that have not ended."""
    return online_sessions().filter(person_id=person_id)


def login_records() -> QuerySet[LoginRecord]:
    """Return the log-in log, the latest first."""
    return LoginRecord.objects.select_related("person").order_by("-happened_at", "-id")


def locked(now: datetime) -> QuerySet[LoginLock]:
    """Return what waits after failures: accounts (`number:…`) and addresses (`address:…`)."""
    return LoginLock.objects.filter(locked_until__gt=now).order_by("-locked_until")


def factors_of(person_id: int) -> QuerySet[Factor]:
    """Return a person's factors in use."""
    return Factor.objects.filter(person_id=person_id, removed_at=None).order_by("enrolled_at", "id")


def identities_of(person_id: int) -> QuerySet[ExternalIdentity]:
    """Return whom outside directories know a person as."""
    return ExternalIdentity.objects.filter(person_id=person_id, ended_at=None).order_by("kind")


def needs_factor(person_id: int, now: datetime) -> bool:
    """True where the policy wants a second factor for a post or duty that the person holds today."""
    kinds, duties = policy_list("factor.post_kinds", now), policy_list("factor.duties", now)
    if not kinds and not duties:
        return False
    day = legal_day(now)
    posts = [held.post for held in posts_held(person_id, day)]
    if any(post.kind in kinds for post in posts):
        return True
    carried = PostDuty.objects.filter(in_being(day), post_id__in=[post.id for post in posts], duty__in=duties)
    return bool(duties) and carried.exists()
