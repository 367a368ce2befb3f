"""An act on a finding: who may do it, in which state, once however often it is asked for, on the finding's own chain."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime

from django.utils.translation import gettext as _

from lianjing.kernel.refusal import Ground, Refusal
from lianjing.runtime.finding.assigning import CHIEF, LISTED_ONLY
from lianjing.runtime.finding.models import Finding
from lianjing.runtime.finding.visibility import UNIT_KINDS, WIDE
from lianjing.runtime.org.queries import FIXED_POST, actor_at, actor_with, posts_held
from lianjing.runtime.process.desk import actor_near
from lianjing.runtime.trail.act import Act, Actor, answered, recorded, request_digest

SUPERVISORS = ("supervisor",)


@contextmanager
def act_on(
    verb: str, row: Finding, actor: Actor, now: datetime, *, key: str, parts: Sequence[str]
) -> Iterator[tuple[Act, bool]]:
    """Open the act; the second value is True where this request was done before. The row is read anew under the lock."""
    digest = request_digest([verb, str(actor.person_id), str(row.pk), *parts])
    chain = f"finding:{row.pk}"
    if answered(key, digest) is not None:
        yield Act(verb, chain, actor, now), True
        return
    with recorded(verb, chain=chain, actor=actor, now=now, request_key=key, request_sha256=digest) as act:
        row.read_again()
        yield act, False


def require_state(row: Finding, *states: str) -> None:
    """Raise Refusal(STALE) where the finding has moved on, Refusal(RULE) for one that is only listed."""
    if row.severity == LISTED_ONLY and row.state == "new":
        raise Refusal(Ground.RULE, "finding.listed_only", _("蓝色预警只列示，不进入处置流程"))
    if row.state not in states:
        raise Refusal(Ground.STALE, "finding.moved_on", _("该预警已不在此环节，请刷新页面"))


def supervisor(person_id: int, day: date) -> Actor:
    """Return a supervisor at a post of his own; what he decides is not delegated."""
    return actor_near(person_id, day, kinds=SUPERVISORS, own_only=True)


def chief(person_id: int, day: date) -> Actor:
    """Return the head of a supervising group."""
    return actor_with(person_id, CHIEF, day)


def undertaker(row: Finding, person_id: int, day: date) -> Actor:
    """Return who has the finding in hand: the person named, else anybody at a post of the unit that it was given to."""
    if row.person_id is not None and row.person_id != person_id:
        raise Refusal(Ground.POST, "finding.given_to_another", _("该预警已交由其他承办人办理"), FIXED_POST)
    return _at_unit(person_id, day, {row.unit_id}, (*UNIT_KINDS, *SUPERVISORS))


def decider(row: Finding, person_id: int, day: date) -> Actor:
    """Return who may decide on the handling: a supervisor, or a head of the unit that has it in hand."""
    if any(each.post.kind == "supervisor" for each in posts_held(person_id, day)):
        return supervisor(person_id, day)
    return _at_unit(person_id, day, units_of(row), WIDE)


def answerer(row: Finding, person_id: int, day: date) -> Actor:
    """Return who feeds back: somebody of the unit that the finding was given to, or of that of the matter."""
    return _at_unit(person_id, day, units_of(row), (*UNIT_KINDS, *SUPERVISORS))


def units_of(row: Finding) -> set[int | None]:
    """Return the unit that has the finding and the unit whose matter it is about."""
    return {row.unit_id, row.matter.unit_id if row.matter is not None else row.unit_id}


def _at_unit(person_id: int, day: date, units: set[int | None], kinds: Collection[str]) -> Actor:
    for held in posts_held(person_id, day):
        if held.post.unit_id in units and held.post.kind in kinds:
            return actor_at(person_id, held.post.pk, day)
    raise Refusal(Ground.POST, "finding.not_unit", _("由承办单位的人员办理"), FIXED_POST)
