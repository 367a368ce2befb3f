"""Writes of the organisation: units, posts, persons, appointments, delegations, conflicts, the power register."""

from __future__ import annotations

import secrets
from datetime import date, datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from pypinyin import lazy_pinyin

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.message.services import one_line, send
from lianjing.runtime.org.models import (
    Appointment,
    Delegation,
    DutyConflict,
    LoginAccount,
    Person,
    Post,
    PostDuty,
    PowerItem,
    Unit,
)
from lianjing.runtime.org.queries import holders, in_being, on_day, unit_and_above
from lianjing.runtime.trail.act import Act, Actor, recorded

DELEGATION = "zone_organisation#5"
SEPARATE = "zone_organisation#10"
SEATS = frozenset({"system_admin", "security_admin", "audit_admin"})


def add_unit(
    act: Act, *, code: str, name: str, kind: str, parent: Unit | None = None, **columns: Any
) -> Unit:
    """Add a unit; part of an act. BadInput for a code in use or an empty name."""
    if not code.strip() or not name.strip():
        raise BadInput(_("单位代码和名称不能为空"), "code")
    if Unit.objects.filter(code=code).exists():
        raise BadInput(_("单位代码“%(code)s”已被使用") % {"code": code}, "code")
    return act.save(Unit(code=code.strip(), name=name.strip(), kind=kind, parent=parent, **columns))


def add_post(
    act: Act, *, unit: Unit, key: str, name: str, kind: str, duties: tuple[str, ...] = (), **columns: Any
) -> Post:
    """Add a post with its duties; part of an act. BadInput where the unit has a post of this key already."""
    if Post.objects.filter(in_being(act.day), unit=unit, key=key).exists():
        raise BadInput(_("“%(unit)s”已设有岗位“%(post)s”") % {"unit": unit.name, "post": name}, "key")
    post = act.save(Post(unit=unit, key=key, name=name, kind=kind, **columns))
    for duty in duties:
        act.save(PostDuty(post=post, duty=duty))
    return post


def add_person(
    act: Act,
    *,
    name: str,
    kind: str,
    unit: Unit | None = None,
    pinyin: str = "",
    number: str = "",
    **columns: Any,
) -> Person:
    """Add a person with a pseudonym for the trail and, where `number` is given, a locked log-in; part of an act.

    The reading of a name is proposed, never trusted: a given `pinyin` stands.
    """
    if not name.strip():
        raise BadInput(_("姓名不能为空"), "name")
    reading = pinyin or " ".join(lazy_pinyin(name))
    person = act.save(
        Person(
            pseudonym=f"p-{secrets.token_hex(6)}",
            name=name.strip(),
            pinyin=reading,
            kind=kind,
            unit=unit,
            **columns,
        )
    )
    if number:
        if LoginAccount.objects.filter(number=number).exists():
            raise BadInput(_("账号“%(number)s”已被使用") % {"number": number}, "number")
        login = LoginAccount(number=number, person=person, must_change_password=True)
        login.set_unusable_password()
        login.save()
    return person


def add_appointment(
    act: Act,
    *,
    person: Person,
    post: Post,
    from_on: date,
    basis: str,
    to_on: date | None = None,
    is_seat: bool = False,
    **columns: Any,
) -> Appointment:
    """Appoint a person to a post from a day, with the paper it rests on; part of an act (C4).

    `is_seat`: by installation or by the agreement of the two other administrators; an administrator's post is
    filled in no other way.
    """
    if to_on is not None and to_on < from_on:
        raise BadInput(_("任职止日早于起日"), "to_on")
    if not basis.strip():
        raise BadInput(_("任职须有任职文件依据"), "basis")
    overlap = Appointment.objects.filter(person=person, post=post).exclude(to_on__lt=from_on)
    if any(to_on is None or row.from_on <= to_on for row in overlap):
        raise BadInput(_("该人员在此期间已任该岗位"), "from_on")
    refuse_administrators_in_one_hand(person, post, from_on, to_on)
    if post.kind in SEATS and not is_seat:
        raise Refusal(
            Ground.CONFLICT,
            "org.administrator_seat",
            _("管理员岗位只能由另外两名管理员共同办理更换"),
            SEPARATE,
        )
    rotation = _years_later(from_on, post.rotation_years) if post.rotation_years else None
    return act.save(
        Appointment(
            person=person,
            post=post,
            from_on=from_on,
            to_on=to_on,
            basis=basis,
            rotation_due_on=rotation,
            **columns,
        )
    )


def refuse_administrators_in_one_hand(
    person: Person, post: Post, from_on: date, to_on: date | None = None
) -> None:
    """The three administrators exclude one another, and administration excludes business (三员).

    `separation` lets the database refuse the same, whoever writes.
    """
    terms = Appointment.objects.filter(Q(to_on=None) | Q(to_on__gte=from_on), person=person)
    lent = Delegation.objects.filter(to_on__gte=from_on, to_person=person)
    if to_on is not None:
        terms, lent = terms.filter(from_on__lte=to_on), lent.filter(from_on__lte=to_on)
    others = {*terms.values_list("post__kind", flat=True), *lent.values_list("post__kind", flat=True)}
    others -= {post.kind}
    if (post.kind in SEATS and others) or (post.kind not in SEATS and others & SEATS):
        raise Refusal(
            Ground.CONFLICT, "org.administrators", _("三员互斥，且管理员不得兼任业务岗位"), SEPARATE
        )


def _years_later(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return day.replace(year=day.year + years, day=28)


def end_appointment(
    *, appointment_id: int, to_on: date, actor: Actor, now: datetime, reason: str = ""
) -> Appointment:
    """Close an appointment with its last day."""
    row = Appointment.objects.get(id=appointment_id)
    with recorded(
        "appointment.end", chain=f"person:{row.person_id}", actor=actor, now=now, reason=reason
    ) as act:
        if to_on < row.from_on:
            raise BadInput(_("任职止日早于起日"), "to_on")
        row.to_on = to_on
        return act.save(row)


def delegate(
    *,
    post_id: int,
    from_person_id: int,
    to_person_id: int,
    from_on: date,
    to_on: date,
    reason: str,
    actor: Actor,
    now: datetime,
) -> Delegation:
    """Lend a post's authority for dated days; only its holder may, and not to himself.

    Whether it reaches a given matter (applicant above the delegate) is checked at the act.
    """
    with recorded(
        "delegation.give", chain=f"person:{from_person_id}", actor=actor, now=now, reason=reason
    ) as act:
        if to_on < from_on:
            raise BadInput(_("委托止日早于起日"), "to_on")
        if to_person_id == from_person_id:
            raise BadInput(_("不能委托给本人"), "to_person")
        if not reason.strip():
            raise BadInput(_("请写明委托理由"), "reason")
        direct = [holder.person_id for holder in holders(post_id, from_on) if holder.on_behalf_of_id is None]
        if from_person_id not in direct or actor.person_id != from_person_id:
            raise Refusal(
                Ground.DELEGATE, "delegation.not_holder", _("只有在岗本人可以委托本岗位的权力"), DELEGATION
            )
        _refuse_lending_administration(Post.objects.get(id=post_id), to_person_id, from_on, to_on)
        send(
            to_person_ids=[to_person_id],
            kind="delegation_given",
            subject=one_line(*(Post.objects.values_list("unit__name", "name").get(id=post_id))),
            text=f"{from_on.isoformat()} – {to_on.isoformat()}\n{reason}",
            link="/org/delegations/",
            now=now,
            sender_person_id=from_person_id,
        )
        return act.save(
            Delegation(
                post_id=post_id,
                from_person_id=from_person_id,
                to_person_id=to_person_id,
                from_on=from_on,
                to_on=to_on,
                reason=reason,
            )
        )


def _refuse_lending_administration(post: Post, to_person_id: int, from_on: date, to_on: date) -> None:
    """An administrator's post is not lent, and no administrator borrows a post."""
    if post.kind in SEATS:
        raise Refusal(Ground.CONFLICT, "delegation.administrator", _("管理员岗位不得委托他人"), SEPARATE)
    refuse_administrators_in_one_hand(Person.objects.get(id=to_person_id), post, from_on, to_on)


def end_delegation(*, delegation_id: int, to_on: date, actor: Actor, now: datetime) -> Delegation:
    """Shorten a delegation: its last day becomes `to_on`; only its giver may."""
    row = Delegation.objects.get(id=delegation_id)
    with recorded("delegation.end", chain=f"person:{row.from_person_id}", actor=actor, now=now) as act:
        if actor.person_id != row.from_person_id:
            raise Refusal(
                Ground.DELEGATE, "delegation.not_holder", _("只有委托人本人可以收回委托"), DELEGATION
            )
        row.to_on = max(to_on, row.from_on)
        return act.save(row)


def set_conflict(act: Act, *, duty_a: str, duty_b: str, scope: str, clause: str) -> DutyConflict:
    """Add a pair to the conflict-of-duty matrix; part of an act."""
    return act.save(DutyConflict(duty_a=duty_a, duty_b=duty_b, scope=scope, clause=clause, from_on=None))


def set_power_item(
    act: Act, *, code: str, name: str, unit: Unit, definition_key: str, from_on: date, **columns: Any
) -> PowerItem:
    """Enter an item in the power register from a day on; part of an act."""
    if PowerItem.objects.filter(on_day(from_on), code=code).exists():
        raise BadInput(_("权力事项“%(code)s”已在清单中") % {"code": code}, "code")
    return act.save(
        PowerItem(code=code, name=name, unit=unit, definition_key=definition_key, from_on=from_on, **columns)
    )


def end_power_item(*, item_id: int, to_on: date, actor: Actor, now: datetime, reason: str) -> PowerItem:
    """Take an item out of the register after `to_on`; acts under it are refused from the next day."""
    row = PowerItem.objects.get(id=item_id)
    with recorded("power_item.end", chain=f"unit:{row.unit_id}", actor=actor, now=now, reason=reason) as act:
        row.to_on = to_on
        return act.save(row)


def move_unit(act: Act, unit: Unit, parent: Unit | None) -> Unit:
    """Hang a unit under another; BadInput where that would close a ring."""
    if parent is not None and unit.id in unit_and_above(parent.id):
        raise BadInput(_("不能把单位移到其下级单位之下"), "parent")
    unit.parent = parent
    return act.save(unit)
