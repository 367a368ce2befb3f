"""Writes of publicity: publish, check, take down; raise, accept, answer and decide objections and complaints."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from urllib.parse import quote

from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime import codes
from lianjing.runtime.matter.acting import act_on
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.message.services import one_line, send
from lianjing.runtime.org.queries import heads_of
from lianjing.runtime.process.clocks import calendar, clock_for
from lianjing.runtime.process.desk import ANYBODY, BUSINESS, WATCHING, actor_near
from lianjing.runtime.process.scope import open_to_act
from lianjing.runtime.publicity.models import Objection, Publicity
from lianjing.runtime.publicity.queries import COMPLAINTS, digest, is_settled, norm_digest
from lianjing.runtime.trail.act import Act, Actor, legal_day

CLAUSE = "zone_organisation#13"
OBJECTION_CLAUSE = "zone_organisation#14"
ANSWER = "@works.tender.objection_answer_days"
ACCEPT = "@works.tender.complaint_accept_working_days"
DECIDE = "@works.tender.complaint_decide_working_days"


def publish(
    act: Act,
    *,
    matter: Matter,
    kind: str,
    title: str,
    text: str,
    media: Sequence[tuple[str, str]],
    from_on: date,
    to_on: date,
    subject: str = "",
    contact_text: str = "",
    period_on: date | None = None,
) -> list[Publicity]:
    """Publish one text in several media (medium, address) from the first to the last legal day; part of an act.

    The first day is not before the day of the act, or the day on which it is claimed to have happened (补录).
    """
    _require_notice(act, kind, title, text, media, from_on, to_on)
    return [
        act.save(
            Publicity(
                domain=matter.domain,
                kind=kind,
                subject=subject,
                matter=matter,
                title=title.strip(),
                text=text,
                medium=medium,
                address=address.strip(),
                text_sha256=digest(text),
                text_norm_sha256=norm_digest(text),
                published_at=act.now,
                from_on=from_on,
                to_on=to_on,
                period_on=period_on,
                contact_text=contact_text.strip(),
                person_id=act.actor.person_id,
            )
        )
        for medium, address in media
    ]


def _require_notice(
    act: Act,
    kind: str,
    title: str,
    text: str,
    media: Sequence[tuple[str, str]],
    from_on: date,
    to_on: date,
) -> None:
    if kind not in codes.codes("publicity_kind"):
        raise BadInput(_("请选择公示类型"), "kind")
    if not title.strip():
        raise BadInput(_("请填写公示标题"), "title")
    if not text.strip():
        raise BadInput(_("请填写公示正文"), "text")
    if not media or {medium for medium, _address in media} - codes.codes("medium"):
        raise BadInput(_("请选择公示媒介"), "media")
    if len(set(media)) != len(media):
        raise BadInput(_("公示媒介重复"), "media")
    first = legal_day(act.happened_at) if act.happened_at else act.day
    if from_on < first:
        raise BadInput(_("公示起始日不能早于发布日"), "from_on")
    if to_on < from_on:
        raise BadInput(_("公示截止日早于起始日"), "to_on")


def announce(
    *,
    matter_id: int,
    kind: str,
    title: str,
    text: str,
    media: Sequence[tuple[str, str]],
    from_on: date,
    to_on: date,
    person_id: int,
    now: datetime,
    contact_text: str = "",
    key: str = "",
) -> list[Publicity]:
    """Publish outside a step of a process, by an official who sees the matter; an act of its own."""
    matter = open_to_act(person_id, matter_id, legal_day(now))
    actor = actor_near(person_id, legal_day(now), unit_id=matter.unit_id)
    with act_on("publicity.publish", matter, actor, now, key, [kind, title, text]) as (act, done):
        if done:
            return list(
                Publicity.objects.filter(matter=matter, kind=kind, title=title.strip()).order_by("id")
            )
        return publish(
            act,
            matter=matter,
            kind=kind,
            title=title,
            text=text,
            media=media,
            from_on=from_on,
            to_on=to_on,
            contact_text=contact_text,
        )


def confirm(
    *, publicity_id: int, person_id: int, now: datetime, found_text: str | None = None, key: str = ""
) -> Publicity:
    """Confirm that the notice stands in its medium, by another person than the publisher.

    `found_text` is what stands there; where it differs from the text given, its digests say so for good.
    """
    row, actor = _notice(publicity_id, person_id, now)
    parts = [str(publicity_id), found_text or ""]
    with act_on("publicity.confirm", row.matter, actor, now, key, parts) as (act, done):
        row = _fresh_notice(publicity_id)
        if done:
            return row
        if row.person_id == person_id:
            raise Refusal(Ground.CONFLICT, "publicity.own_notice", _("发布人不能自行核对"), CLAUSE)
        if row.confirmed_at is not None:
            raise _no("publicity.confirmed", _("该公示已核对"))
        if row.taken_down_at is not None:
            raise _no("publicity.taken_down", _("该公示已撤下"))
        if found_text is not None and found_text.strip():
            row.text_sha256, row.text_norm_sha256 = digest(found_text), norm_digest(found_text)
        row.confirmed_at, row.confirmed_by_person_id = now, person_id
        return act.save(row)


def take_down(*, publicity_id: int, person_id: int, reason: str, now: datetime, key: str = "") -> Publicity:
    """Take a notice down with a reason; the row stays and says when and why."""
    row, actor = _notice(publicity_id, person_id, now)
    with act_on("publicity.take_down", row.matter, actor, now, key, [str(publicity_id), reason]) as (
        act,
        done,
    ):
        row = _fresh_notice(publicity_id)
        if done:
            return row
        if row.taken_down_at is not None:
            raise _no("publicity.taken_down", _("该公示已撤下"))
        if not reason.strip():
            raise BadInput(_("请写明撤下理由"), "reason")
        row.taken_down_at, row.taken_down_reason = now, reason.strip()
        return act.save(row)


def raise_objection(
    *,
    matter_id: int,
    kind: str,
    content: str,
    raised_by_name: str,
    person_id: int,
    now: datetime,
    raised_by: str = "",
    publicity_id: int | None = None,
    subject: str = "",
    is_anonymous: bool = False,
    contact_text: str = "",
    clause: str = "",
    pauses: bool = True,
    key: str = "",
) -> Objection:
    """Register a question, objection, complaint or appeal; its clock starts today.

    One that comes after the last day of the notice is registered all the same, but holds nothing up.
    """
    matter = open_to_act(person_id, matter_id, legal_day(now))
    actor = actor_near(person_id, legal_day(now), unit_id=matter.unit_id, kinds=ANYBODY)
    parts = [str(matter_id), kind, content, raised_by_name]
    with act_on("objection.raise", matter, actor, now, key, parts) as (act, done):
        if done:
            return Objection.objects.filter(matter=matter, kind=kind, content=content.strip()).latest("id")
        notice = _objected(matter, publicity_id)
        _require_objection(kind, content, raised_by_name, is_anonymous)
        is_late = notice is not None and notice.to_on is not None and act.day > notice.to_on
        _tell(act, matter)
        return act.save(
            Objection(
                domain=matter.domain,
                publicity=notice,
                matter=matter,
                subject=subject,
                kind=kind,
                raised_by="" if is_anonymous else raised_by,
                raised_by_name=_("匿名") if is_anonymous else raised_by_name.strip(),
                is_anonymous=is_anonymous,
                contact_text=contact_text.strip(),
                content=content.strip(),
                raised_on=act.day,
                due_on=due_day(ACCEPT if kind in COMPLAINTS else ANSWER, now),
                clause=clause or OBJECTION_CLAUSE,
                person_id=person_id,
                pauses=pauses and not is_late,
            )
        )


def _tell(act: Act, matter: Matter) -> None:
    """Tell the applicant and the head of the unit that has to answer; what was said stands in the site only."""
    people = {*heads_of(matter.unit_id, act.day), matter.applicant_person_id} - {act.actor.person_id}
    send(
        to_person_ids=[person for person in people if person is not None],
        kind="objection_received",
        subject=one_line(matter.title),
        link=f"/objections/?q={quote(matter.title)}",
        matter_id=matter.pk,
        now=act.now,
        sender_person_id=act.actor.person_id,
    )


def _objected(matter: Matter, publicity_id: int | None) -> Publicity | None:
    if publicity_id is None:
        return None
    notice = Publicity.objects.filter(pk=publicity_id, matter=matter).first()
    if notice is None:
        raise BadInput(_("没有该公示"), "publicity")
    return notice


def _require_objection(kind: str, content: str, raised_by_name: str, is_anonymous: bool) -> None:
    if kind not in codes.codes("objection_kind"):
        raise BadInput(_("请选择类型"), "kind")
    if not content.strip():
        raise BadInput(_("请写明异议内容"), "content")
    if not is_anonymous and not raised_by_name.strip():
        raise BadInput(_("请填写提出人，或选择匿名"), "raised_by_name")


def accept(
    *,
    objection_id: int,
    person_id: int,
    now: datetime,
    is_accepted: bool = True,
    text: str = "",
    key: str = "",
) -> Objection:
    """Accept a complaint or appeal, whose clock to decide starts; or do not, with the reason, which settles it."""
    row, actor = _objection(objection_id, person_id, now)
    parts = [str(objection_id), str(is_accepted), text]
    with act_on("objection.accept", row.matter, actor, now, key, parts) as (act, done):
        row = _fresh_objection(objection_id)
        if done:
            return row
        _require_open(row, person_id, for_complaint=True)
        if row.accepted_on is not None:
            raise _no("objection.accepted", _("该投诉已受理"), OBJECTION_CLAUSE)
        if is_accepted:
            row.accepted_on = act.day
            row.due_on = due_day(DECIDE, now)
        else:
            row.answer_text = _said(text, "text")
            row.result, row.decided_on = "not_accepted", act.day
            row.answered_by_person_id = person_id
        return act.save(row)


def answer(
    *, objection_id: int, result: str, answer_text: str, person_id: int, now: datetime, key: str = ""
) -> Objection:
    """Answer a question or an objection with its result; a complaint is decided instead."""
    return _settle("objection.answer", objection_id, result, answer_text, person_id, now, key)


def decide(
    *, objection_id: int, result: str, answer_text: str, person_id: int, now: datetime, key: str = ""
) -> Objection:
    """Decide a complaint or an appeal that was accepted."""
    return _settle("objection.decide", objection_id, result, answer_text, person_id, now, key)


def _settle(
    verb: str, objection_id: int, result: str, text: str, person_id: int, now: datetime, key: str
) -> Objection:
    row, actor = _objection(objection_id, person_id, now)
    with act_on(verb, row.matter, actor, now, key, [str(objection_id), result, text]) as (act, done):
        row = _fresh_objection(objection_id)
        if done:
            return row
        is_decision = verb == "objection.decide"
        _require_open(row, person_id, for_complaint=is_decision)
        if is_decision and row.accepted_on is None and result != "withdrawn":
            raise _no("objection.not_accepted", _("投诉尚未受理，不能作出处理"), OBJECTION_CLAUSE)
        if result not in codes.codes("objection_result") or result == "not_accepted":
            raise BadInput(_("请选择结果"), "result")
        row.result, row.answer_text = result, _said(text, "answer_text")
        row.answered_by_person_id = person_id
        row.answered_on = act.day
        if is_decision:
            row.decided_on = act.day
        return act.save(row)


def _require_open(row: Objection, person_id: int, *, for_complaint: bool) -> None:
    if is_settled(row):
        raise _no("objection.settled", _("已办结，不能再改"), OBJECTION_CLAUSE)
    if (row.kind in COMPLAINTS) != for_complaint:
        raise BadInput(_("投诉和申诉须先受理再处理，询问和异议直接答复"), "kind")
    if row.publicity is not None and row.publicity.person_id == person_id:
        raise Refusal(
            Ground.CONFLICT,
            "objection.own_paper",
            _("所涉文件的发布人不能办理对该文件的异议"),
            OBJECTION_CLAUSE,
        )


def due_day(deadline: str, now: datetime) -> date | None:
    """Return the day by which a deadline text counted from a moment is due, by the calendar as it is."""
    clock = clock_for(deadline, now)
    return legal_day(clock.due(calendar())) if clock is not None else None


def _notice(publicity_id: int, person_id: int, now: datetime) -> tuple[Publicity, Actor]:
    row = _fresh_notice(publicity_id)
    open_to_act(person_id, row.matter_id, legal_day(now))
    return row, actor_near(person_id, legal_day(now), unit_id=row.matter.unit_id, kinds=BUSINESS)


def _objection(objection_id: int, person_id: int, now: datetime) -> tuple[Objection, Actor]:
    row = _fresh_objection(objection_id)
    open_to_act(person_id, row.matter_id, legal_day(now))
    kinds = WATCHING if row.kind in COMPLAINTS else BUSINESS
    return row, actor_near(person_id, legal_day(now), unit_id=row.matter.unit_id, kinds=kinds)


def _fresh_notice(publicity_id: int) -> Publicity:
    return Publicity.objects.select_related("matter").get(pk=publicity_id)


def _fresh_objection(objection_id: int) -> Objection:
    return Objection.objects.select_related("matter", "publicity").get(pk=objection_id)


def _said(text: str, field: str) -> str:
    if not text.strip():
        raise BadInput(_("请写明情况"), field)
    return text.strip()


def _no(rule: str, message: str, clause: str = CLAUSE) -> Refusal:
    return Refusal(Ground.RULE, rule, message, clause)
