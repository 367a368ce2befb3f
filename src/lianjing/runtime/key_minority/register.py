"""Who stands on the register of the key minority, and what each declares, learns and is checked for."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime import codes
from lianjing.runtime.key_minority.models import Declaration, DeclaredInterest, KeyPerson, PersonEducation
from lianjing.runtime.org.models import Person
from lianjing.runtime.org.queries import actor_with, posts_held
from lianjing.runtime.parties.models import Enterprise, Ownership
from lianjing.runtime.parties.services import register_natural_person, tie
from lianjing.runtime.process.desk import actor_near
from lianjing.runtime.trail.act import Act, Actor, legal_day, recorded

CHIEF = "supervisor_head"
OFFICE = ("operator", "reviewer", "approver", "head", "supervisor")
SUPERVISORS = ("supervisor",)
PERSONNEL = "personnel_officer"
# Interests that are held in a firm; a share is an ownership, the others a tie.
IN_FIRM = ("share", "part_time", "kin_business", "after_leaving")
SELF = ""


@dataclass(frozen=True, slots=True)
class Interest:
    """One interest as it is declared; `relation` is empty for one's own, else the kin's, whose name is then needed."""

    kind: str
    enterprise_id: int | None = None
    relation: str = SELF
    kin_name: str = ""
    counterpart: str = ""
    amount: Decimal | None = None
    from_on: date | None = None
    note: str = ""


def enter(
    *, about_person_id: int, reason: str, person_id: int, now: datetime, note: str = "", key: str = ""
) -> KeyPerson:
    """Put a person on the register, by the head of a supervising group."""
    actor = actor_with(person_id, CHIEF, legal_day(now))
    with _act("key_person.enter", about_person_id, actor, now, key) as act:
        if not Person.objects.filter(pk=about_person_id).exists():
            raise BadInput(_("请选择人员"), "person")
        if reason not in codes.codes("key_person_reason"):
            raise BadInput(_("请选择列入类别"), "reason")
        if KeyPerson.objects.filter(person_id=about_person_id, to_on__isnull=True).exists():
            raise Refusal(Ground.STALE, "key_person.entered", _("该人员已在册"))
        return act.save(
            KeyPerson(person_id=about_person_id, reason=reason, note=note.strip(), from_on=act.day)
        )


def leave(*, about_person_id: int, text: str, person_id: int, now: datetime, key: str = "") -> KeyPerson:
    """Take a person off the register with a reason, by the head of a supervising group."""
    actor = actor_with(person_id, CHIEF, legal_day(now))
    with _act("key_person.leave", about_person_id, actor, now, key) as act:
        row = KeyPerson.objects.filter(person_id=about_person_id, to_on__isnull=True).first()
        if row is None:
            raise Refusal(Ground.STALE, "key_person.not_entered", _("该人员不在册"))
        if not text.strip():
            raise BadInput(_("请写明理由"), "text")
        row.to_on, act.reason = act.day, text.strip()
        return act.save(row)


def declare(
    *,
    kind: str,
    year: int,
    interests: Sequence[Interest],
    person_id: int,
    now: datetime,
    nothing_to_declare: bool = False,
    key: str = "",
) -> Declaration:
    """Declare one's own interests; those in a firm become ownerships or ties whose source is the declaration."""
    actor = actor_near(person_id, legal_day(now), kinds=OFFICE, own_only=True)
    with _act("declaration.file", person_id, actor, now, key) as act:
        if kind not in codes.codes("declaration_kind"):
            raise BadInput(_("请选择申报类型"), "kind")
        if year not in (act.day.year, act.day.year - 1):
            raise BadInput(_("申报年度为本年度或者上一年度"), "year")
        if bool(interests) == nothing_to_declare:
            raise BadInput(_("请填写申报事项，或者确认无应申报事项"), "nothing_to_declare")
        row = act.save(
            Declaration(
                person_id=person_id,
                kind=kind,
                year=year,
                declared_on=act.day,
                nothing_to_declare=nothing_to_declare,
            )
        )
        for each in interests:
            _declared(act, row, each)
        return row


def _declared(act: Act, row: Declaration, interest: Interest) -> DeclaredInterest:
    _check(interest)
    own = f"person:{row.person_id}"
    holder = own
    if interest.relation:
        kin = register_natural_person(act, name=interest.kin_name)
        holder = f"natural_person:{kin.pk}"
        tie(act, from_party=own, to_party=holder, kind=interest.relation, source="declared", is_kin=True)
    if interest.enterprise_id is not None and interest.kind in IN_FIRM:
        _bound(act, interest, holder, interest.kin_name.strip() or row.person.name)
    return act.save(
        DeclaredInterest(
            declaration=row,
            kind=interest.kind,
            enterprise_id=interest.enterprise_id,
            counterpart=interest.counterpart.strip(),
            holder=holder,
            relation=interest.relation,
            amount=interest.amount,
            note=interest.note.strip(),
            from_on=interest.from_on,
        )
    )


def _bound(act: Act, interest: Interest, holder: str, name: str) -> None:
    if interest.kind == "share":
        act.save(
            Ownership(
                enterprise_id=interest.enterprise_id or 0,
                owner=holder,
                owner_name=name,
                interest="shareholding",
                from_on=interest.from_on,
                source="declared",
            )
        )
        return
    tie(
        act,
        from_party=holder,
        to_party=f"enterprise:{interest.enterprise_id}",
        kind="employed",
        source="declared",
        from_on=interest.from_on,
    )


def _check(interest: Interest) -> None:
    if interest.kind not in codes.codes("declared_kind"):
        raise BadInput(_("请选择申报事项的类型"), "interest_kind")
    if interest.relation and (
        interest.relation not in codes.codes("tie_kind") or not interest.kin_name.strip()
    ):
        raise BadInput(_("请填写亲属关系和姓名"), "kin_name")
    if interest.kind in IN_FIRM and not Enterprise.objects.filter(pk=interest.enterprise_id or 0).exists():
        raise BadInput(_("请选择企业"), "enterprise")
    if interest.kind not in IN_FIRM and not (interest.counterpart.strip() or interest.note.strip()):
        raise BadInput(_("请写明对方或者情况"), "note")


def check(
    *, declaration_id: int, result: str, text: str, person_id: int, now: datetime, key: str = ""
) -> Declaration:
    """Say what a spot check of a declaration gave, by a supervisor who is not the person himself."""
    actor = actor_near(person_id, legal_day(now), kinds=SUPERVISORS, own_only=True)
    row = Declaration.objects.filter(pk=declaration_id).first()
    if row is None:
        raise Refusal(Ground.SCOPE, "scope.declaration", _("没有该申报"))
    with _act("declaration.check", row.person_id, actor, now, key) as act:
        row.read_again()
        if row.person_id == person_id:
            raise Refusal(Ground.CONFLICT, "declaration.own", _("不能抽查本人的申报"))
        if row.checked_on is not None:
            raise Refusal(Ground.STALE, "declaration.checked", _("该申报已抽查"))
        if result not in codes.codes("declare_check") or not text.strip():
            raise BadInput(_("请选择抽查结论并写明依据"), "result")
        row.check_result, row.check_text = result, text.strip()
        row.checked_on, row.checked_by_person_id = act.day, person_id
        row.is_complete = result == "truthful"
        return act.save(row)


def note_education(
    *,
    about_person_id: int,
    kind: str,
    title: str,
    held_on: date,
    person_id: int,
    now: datetime,
    key: str = "",
) -> PersonEducation:
    """Enter that a person of the register took part in an education, by the personnel post or a supervisor."""
    day = legal_day(now)
    is_personnel = any(each.post.key == PERSONNEL for each in posts_held(person_id, day))
    actor = (
        actor_with(person_id, PERSONNEL, day)
        if is_personnel
        else actor_near(person_id, day, kinds=SUPERVISORS, own_only=True)
    )
    with _act("key_person.education", about_person_id, actor, now, key) as act:
        if not KeyPerson.objects.filter(person_id=about_person_id, to_on__isnull=True).exists():
            raise BadInput(_("该人员不在册"), "person")
        if kind not in codes.codes("education_kind") or not title.strip():
            raise BadInput(_("请选择类型并写明内容"), "title")
        if held_on > act.day:
            raise BadInput(_("日期不能晚于今天"), "held_on")
        return act.save(
            PersonEducation(
                person_id=about_person_id,
                kind=kind,
                title=title.strip(),
                held_on=held_on,
                recorded_by_person_id=person_id,
            )
        )


def _act(
    verb: str, about_person_id: int, actor: Actor, now: datetime, key: str
) -> AbstractContextManager[Act]:
    return recorded(verb, chain=f"person:{about_person_id}", actor=actor, now=now, request_key=key)
