"""Experts of the pools: who may be drawn to evaluate, to award, to review."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime import codes
from lianjing.runtime.org.models import Person
from lianjing.runtime.org.queries import actor_at, posts_held
from lianjing.runtime.parties.models import Enterprise, Expert
from lianjing.runtime.trail.act import Act, Actor, legal_day, recorded

KEEPERS = ("personnel_officer", "tender_officer")
CLAUSE = "zone_organisation#15"


def add_expert(
    act: Act,
    *,
    person_id: int,
    pool: str,
    specialty: str = "",
    employer_enterprise_id: int | None = None,
    employer_unit_id: int | None = None,
    natural_person_id: int | None = None,
    from_on: date | None = None,
    to_on: date | None = None,
    performance_score: Decimal | None = None,
    note: str = "",
) -> Expert:
    """Enter a person into a pool with his employer; part of an act. Nobody stands twice in one pool."""
    if pool not in codes.codes("expert_pool"):
        raise BadInput(_("请选择专家库"), "pool")
    first = from_on or act.day
    if to_on is not None and to_on < first:
        raise BadInput(_("出库日早于入库日"), "to_on")
    person = Person.objects.filter(pk=person_id).first()
    if person is None:
        raise BadInput(_("请选择人员"), "person")
    if pool_on(pool, first).filter(person=person).exists():
        raise BadInput(_("该人员已在此专家库中"), "person")
    return act.save(
        Expert(
            person=person,
            pool=pool,
            specialty=specialty.strip(),
            employer_enterprise_id=employer_enterprise_id,
            employer_unit_id=employer_unit_id,
            natural_person_id=natural_person_id,
            from_on=first,
            to_on=to_on,
            performance_score=performance_score,
            note=note.strip(),
        )
    )


def end_expert(act: Act, expert: Expert, *, to_on: date, note: str = "") -> Expert:
    """Take a person out of a pool: `to_on` is his last day; part of an act."""
    if expert.to_on is not None and expert.to_on < act.day:
        raise BadInput(_("该专家已出库"), "to_on")
    if expert.from_on is not None and to_on < expert.from_on:
        raise BadInput(_("出库日早于入库日"), "to_on")
    expert.to_on = to_on
    expert.note = note.strip() or expert.note
    return act.save(expert)


def pool_on(pool: str, day: date) -> QuerySet[Expert]:
    """Return the experts of a pool in force on the day."""
    begun = Q(from_on__isnull=True) | Q(from_on__lte=day)
    live = begun & (Q(to_on__isnull=True) | Q(to_on__gte=day))
    return Expert.objects.filter(live, pool=pool)


def pool_of(pool: str, day: date) -> list[Expert]:
    """Return the experts of a pool on the day, those who left the service left out, in the order of entry."""
    found = pool_on(pool, day).filter(Q(person__left_on__isnull=True) | Q(person__left_on__gte=day))
    return list(found.select_related("person", "employer_enterprise", "employer_unit").order_by("id"))


def enter(
    *,
    expert_person_id: int,
    pool: str,
    person_id: int,
    now: datetime,
    specialty: str = "",
    employer_credit_code: str = "",
    employer_unit_id: int | None = None,
    from_on: date | None = None,
    note: str = "",
) -> Expert:
    """Enter a person into a pool, by the personnel or the tender post; an act of its own."""
    actor = keeper(person_id, now)
    with recorded("expert.add", chain=f"person:{expert_person_id}", actor=actor, now=now) as act:
        _require_another(expert_person_id, person_id)
        code = employer_credit_code.strip().upper()
        firm = Enterprise.objects.filter(credit_code=code).order_by("id").first() if code else None
        if code and firm is None:
            raise BadInput(_("没有该统一社会信用代码的企业"), "employer_credit_code")
        return add_expert(
            act,
            person_id=expert_person_id,
            pool=pool,
            specialty=specialty,
            employer_enterprise_id=firm.pk if firm else None,
            employer_unit_id=employer_unit_id,
            from_on=from_on,
            note=note,
        )


def leave(*, expert_id: int, to_on: date, person_id: int, now: datetime, note: str = "") -> Expert:
    """Take a person out of a pool with the reason, by the personnel or the tender post; an act of its own."""
    expert = Expert.objects.get(pk=expert_id)
    actor = keeper(person_id, now)
    with recorded("expert.end", chain=f"person:{expert.person_id}", actor=actor, now=now) as act:
        if not note.strip():
            raise BadInput(_("请写明出库原因"), "note")
        _require_another(expert.person_id, person_id)
        act.reason = note.strip()
        return end_expert(act, expert, to_on=to_on, note=note)


def keeper(person_id: int, now: datetime) -> Actor:
    """Return the actor who keeps the pools; Refusal(POST) for anyone else."""
    day = legal_day(now)
    for held in posts_held(person_id, day):
        if held.post.key in KEEPERS:
            return actor_at(person_id, held.post.pk, day)
    raise Refusal(Ground.POST, "expert.keeper", _("专家库由组织人事岗或招标管理岗维护"), CLAUSE)


def _require_another(expert_person_id: int, person_id: int) -> None:
    if expert_person_id == person_id:
        raise Refusal(Ground.CONFLICT, "expert.own_entry", _("不得办理本人的入库和出库"), CLAUSE)
