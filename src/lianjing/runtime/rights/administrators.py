"""The three seats: a person comes in, or gets a new one-time pass-phrase, when the two other administrators agree."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.access.actors import self_actor
from lianjing.runtime.org.models import Appointment, LoginAccount, Person, Post
from lianjing.runtime.org.queries import on_day, roles_of
from lianjing.runtime.org.services import SEATS, SEPARATE, add_appointment, refuse_administrators_in_one_hand
from lianjing.runtime.rights import logins
from lianjing.runtime.rights.models import AdministratorChange
from lianjing.runtime.trail.act import Act, Actor, legal_day, recorded

INSTALLATION = "installation:1"


@dataclass(frozen=True, slots=True)
class Seat:
    """One of the three seats with who sits on it today; None while it is empty."""

    post: Post
    person: Person | None
    number: str


def seats(now: datetime) -> list[Seat]:
    """Return the three seats with their holders of today."""
    day = legal_day(now)
    found = []
    for post in Post.objects.filter(kind__in=SEATS).select_related("unit").order_by("id"):
        terms = Appointment.objects.filter(on_day(day), post=post).select_related("person__login")
        persons = [term.person for term in terms.order_by("id")]
        found += [Seat(post, person, _number(person)) for person in persons] or [Seat(post, None, "")]
    return found


def _number(person: Person) -> str:
    return LoginAccount.objects.filter(person=person).values_list("number", flat=True).first() or ""


def propose(
    *, person_id: int, now: datetime, role: str, incoming: Person, number: str, basis: str
) -> AdministratorChange:
    """Propose who takes the seat of another administrator; the same person gets only a new pass-phrase."""
    actor = self_actor(person_id, now, SEATS)
    with recorded("administrator.propose", chain=INSTALLATION, actor=actor, now=now) as act:
        _refuse_unless_other(actor, role, now)
        if not basis.strip():
            raise BadInput(_("任职须有任职文件依据"), "basis")
        if AdministratorChange.objects.filter(role=role, status="pending").exists():
            raise BadInput(_("该管理员岗位的更换正在等待另一名管理员同意"), "role")
        _refuse_named(actor, incoming.id)
        post, outgoing = _seat(role), _holder(role, now)
        if outgoing != incoming:
            refuse_administrators_in_one_hand(incoming, post, act.day)
        existing = _number(incoming)
        if not existing and not logins.NUMBER.fullmatch(number.strip()):
            raise BadInput(_("账号由4至40位数字、字母、点、横线组成"), "number")
        return act.save(
            AdministratorChange(
                role=role,
                outgoing_person=outgoing,
                incoming_person=incoming,
                number=existing or number.strip(),
                basis=basis.strip(),
                proposed_by_person_id=person_id,
                proposed_at=now,
                status="pending",
            )
        )


def agree(*, change_id: int, person_id: int, now: datetime) -> logins.OneTime:
    """Let the change happen: the old holder's seat and log-in end, the new one's begin with a one-time pass-phrase."""
    row = AdministratorChange.objects.select_related("outgoing_person", "incoming_person").get(id=change_id)
    actor = self_actor(person_id, now, SEATS)
    with recorded("administrator.change", chain=INSTALLATION, actor=actor, now=now, role="approved") as act:
        row.read_again()
        _refuse_unless_other(actor, row.role, now)
        _refuse_decided(row, actor)
        row.status, row.decided_by_person_id, row.decided_at = "granted", person_id, now
        act.save(row)
        if row.outgoing_person_id != row.incoming_person_id:
            _unseat(act, row)
            add_appointment(
                act,
                person=row.incoming_person,
                post=_seat(row.role),
                from_on=act.day,
                basis=row.basis,
                is_seat=True,
                approved_by_person_id=person_id,
            )
        return _secret(act, row)


def _unseat(act: Act, row: AdministratorChange) -> None:
    """The seat ends the day before; who took it only today has it closed on the same day."""
    if row.outgoing_person is None:
        return
    terms = Appointment.objects.filter(on_day(act.day), person=row.outgoing_person, post__kind=row.role)
    for term in terms:
        term.to_on = max(term.from_on, act.day - timedelta(days=1))
        act.save(term)
    account = LoginAccount.objects.filter(person=row.outgoing_person).first()
    if account is not None:
        logins.shut(act, account, row.basis)


def _secret(act: Act, row: AdministratorChange) -> logins.OneTime:
    """The proposer made the log-in, who agrees grants it: two persons, as for every other."""
    account = LoginAccount.objects.filter(person=row.incoming_person).first()
    made = (
        logins.make(act, row.incoming_person, row.number) if account is None else logins.reissue(act, account)
    )
    made.grant.made_by_person_id = row.proposed_by_person_id
    logins.release(act, LoginAccount.objects.get(person=row.incoming_person), made.grant)
    return made


def refuse(*, change_id: int, person_id: int, reason: str, now: datetime) -> AdministratorChange:
    """Turn a proposal down, with the reason."""
    row = AdministratorChange.objects.get(id=change_id)
    actor = self_actor(person_id, now, SEATS)
    with recorded("administrator.refuse", chain=INSTALLATION, actor=actor, now=now, reason=reason) as act:
        row.read_again()
        _refuse_unless_other(actor, row.role, now)
        _refuse_decided(row, actor)
        if not reason.strip():
            raise BadInput(_("请写明理由"), "reason")
        row.status, row.decided_by_person_id, row.decided_at = "refused", person_id, now
        row.reason = reason.strip()
        return act.save(row)


def _refuse_unless_other(actor: Actor, role: str, now: datetime) -> None:
    """Only an administrator of another seat than the one that changes."""
    if not roles_of(actor.person_id or 0, legal_day(now)) & (SEATS - {role}):
        raise Refusal(
            Ground.POST, "administrator.not_other", _("管理员更换由另外两名管理员共同办理"), SEPARATE
        )


def _refuse_decided(row: AdministratorChange, actor: Actor) -> None:
    if row.status != "pending":
        raise Refusal(Ground.STALE, "rights.decided", _("该申请已办理"))
    if actor.person_id == row.proposed_by_person_id:
        raise Refusal(Ground.CONFLICT, "rights.two_persons", _("提出人不能同意本人的提议"), SEPARATE)
    _refuse_named(actor, row.incoming_person_id)


def _refuse_named(actor: Actor, incoming_id: int) -> None:
    if actor.person_id == incoming_id:
        raise Refusal(Ground.CONFLICT, "org.own_appointment", _("不得办理本人的任职"), SEPARATE)


def _seat(role: str) -> Post:
    post = Post.objects.filter(kind=role).order_by("id").first()
    if post is None or role not in SEATS:
        raise BadInput(_("没有该管理员岗位"), "role")
    return post


def _holder(role: str, now: datetime) -> Person | None:
    term = (
        Appointment.objects.filter(on_day(legal_day(now)), post__kind=role)
        .select_related("person")
        .order_by("id")
        .first()
    )
    return term.person if term else None
