"""Writes of copies and questions, each part of an act; who may reach the matter is asked in process.consulting."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.consultation.models import Circulation, CirculationCopy, Inquiry, InquiryAnswer
from lianjing.runtime.matter.models import Matter, Recusal
from lianjing.runtime.message.services import Draft, one_line, send_all
from lianjing.runtime.org.queries import holders, posts_held
from lianjing.runtime.trail.act import Act

COPY_CLAUSE = "zone_organisation#16"
INQUIRY_CLAUSE = "zone_organisation#17"
READERS = ("operator", "reviewer", "approver", "head", "supervisor")
MOST = 50
LONGEST = 2000
Seat = tuple[int, int]  # (person, post)
Asked = tuple[int, int | None]  # (post, a person of it or None for whoever holds it)


def circulate(act: Act, *, matter: Matter, to: Sequence[Seat], text: str) -> Circulation:
    """Send copies of a matter to officials at their own posts; part of an act. Nobody gets a second live copy."""
    seats = list(dict.fromkeys(to))
    if not seats or len(seats) > MOST:
        raise BadInput(_("请选择阅知人（不超过%(most)s人）") % {"most": MOST}, "to")
    if len({person for person, _post in seats}) != len(seats):
        raise BadInput(_("同一人只需选择一次"), "to")
    for person_id, post_id in seats:
        _require_reader(act, matter, person_id, post_id)
    row = act.save(
        Circulation(
            matter=matter,
            sender_person_id=act.actor.person_id or 0,
            sender_post_id=act.actor.post_id or 0,
            text=text.strip()[:LONGEST],
            sent_at=act.now,
        )
    )
    for person_id, post_id in seats:
        act.save(CirculationCopy(circulation=row, person_id=person_id, post_id=post_id))
    _tell(
        act, "circulated", [person for person, _post in seats], matter, row.text, f"/circulations/{row.pk}/"
    )
    return row


def _require_reader(act: Act, matter: Matter, person_id: int, post_id: int) -> None:
    if person_id == act.actor.person_id:
        raise BadInput(_("不能传阅给本人"), "to")
    own = [held.post for held in posts_held(person_id, act.day) if held.on_behalf_of_id is None]
    if not any(post.id == post_id and post.kind in READERS for post in own):
        raise Refusal(Ground.POST, "circulation.reader", _("只能传阅给今日在任的公职岗位人员"), COPY_CLAUSE)
    recused = Recusal.objects.filter(
        person_id=person_id, matter_id__in=[matter.pk, matter.root_id], result="recused"
    )
    if recused.exists():
        raise Refusal(
            Ground.CONFLICT, "circulation.recused", _("该人员已在此事项中回避，不能传阅"), COPY_CLAUSE
        )
    live = CirculationCopy.objects.filter(
        circulation__matter=matter,
        circulation__withdrawn_at__isnull=True,
        person_id=person_id,
        post_id=post_id,
    )
    if live.exists():
        raise BadInput(_("所选人员已有此事项的传阅件"), "to")


def note_read(act: Act, copy: CirculationCopy, remark: str) -> CirculationCopy:
    """Sign a copy as read (已阅), once, perhaps with a remark; part of an act. It approves nothing."""
    if copy.circulation.withdrawn_at is not None:
        raise Refusal(Ground.STALE, "circulation.withdrawn", _("该传阅已撤回"), COPY_CLAUSE)
    if copy.read_at is not None:
        raise Refusal(Ground.STALE, "circulation.read", _("您已阅知该传阅件"), COPY_CLAUSE)
    copy.read_at, copy.remark = act.now, remark.strip()[:LONGEST]
    return act.save(copy)


def take_back(act: Act, row: Circulation, reason: str) -> Circulation:
    """Withdraw a circulation by its sender: from now on its copies open nothing; part of an act."""
    if row.sender_person_id != act.actor.person_id:
        raise Refusal(Ground.POST, "circulation.not_sender", _("只有发送人可以撤回传阅"), COPY_CLAUSE)
    if row.withdrawn_at is not None:
        raise Refusal(Ground.STALE, "circulation.withdrawn", _("该传阅已撤回"), COPY_CLAUSE)
    row.withdrawn_at, row.withdrawn_reason = act.now, _reason(act, reason)
    return act.save(row)


def ask(
    act: Act,
    *,
    matter: Matter,
    item_id: int,
    to: Sequence[Asked],
    question: str,
    is_required: bool,
    due_on: date | None,
) -> Inquiry:
    """Ask other posts from an open step; part of an act. The clock of the step is not touched."""
    asked = list(dict.fromkeys(to))
    if not question.strip():
        raise BadInput(_("请写明征询内容"), "question")
    if not asked or len(asked) > MOST:
        raise BadInput(_("请选择被征询岗位"), "to")
    if due_on is not None and due_on < act.day:
        raise BadInput(_("希望答复日不能早于今天"), "due_on")
    answerers = [_answerers(act, post_id, person_id) for post_id, person_id in asked]
    row = act.save(
        Inquiry(
            work_item_id=item_id,
            matter=matter,
            asker_person_id=act.actor.person_id or 0,
            asker_post_id=act.actor.post_id or 0,
            question=question.strip()[:LONGEST],
            is_required=is_required,
            asked_at=act.now,
            due_on=due_on,
        )
    )
    for post_id, person_id in asked:
        act.save(InquiryAnswer(inquiry=row, post_id=post_id, person_id=person_id))
    people = [person for found in answerers for person in found]
    _tell(act, "inquiry", people, matter, row.question, f"/inquiries/{row.pk}/")
    return row


def _answerers(act: Act, post_id: int, person_id: int | None) -> list[int]:
    if post_id == act.actor.post_id:
        raise BadInput(_("不能征询本岗位"), "to")
    found = [
        holder.person_id
        for holder in holders(post_id, act.day)
        if person_id in (None, holder.person_id)
        and any(
            held.post.id == post_id and held.post.kind in READERS
            for held in posts_held(holder.person_id, act.day)
        )
    ]
    if act.actor.person_id in found and len(found) == 1:
        raise BadInput(_("不能征询本人"), "to")
    if not found:
        raise Refusal(Ground.POST, "inquiry.nobody", _("被征询岗位今日无人在任，请另选岗位"), INQUIRY_CLAUSE)
    return found


def answer(act: Act, row: InquiryAnswer, text: str) -> InquiryAnswer:
    """Answer a question, once, at the post that was asked; part of an act. The asker is told."""
    inquiry = row.inquiry
    if inquiry.withdrawn_at is not None:
        raise Refusal(Ground.STALE, "inquiry.withdrawn", _("该征询已撤回"), INQUIRY_CLAUSE)
    if row.answered_at is not None:
        raise Refusal(Ground.STALE, "inquiry.answered", _("该征询已答复"), INQUIRY_CLAUSE)
    if inquiry.work_item.closed_at is not None:
        raise Refusal(
            Ground.STALE, "inquiry.item_closed", _("征询所在环节已办结，不再接受答复"), INQUIRY_CLAUSE
        )
    if inquiry.asker_person_id == act.actor.person_id:
        raise Refusal(Ground.CONFLICT, "inquiry.own", _("不能答复本人提出的征询"), INQUIRY_CLAUSE)
    if not text.strip():
        raise BadInput(_("请写明答复"), "text")
    row.answered_at, row.answered_by_person_id = act.now, act.actor.person_id
    row.text = text.strip()[:LONGEST]
    act.save(row)
    link = f"/items/{inquiry.work_item_id}/"
    _tell(act, "inquiry_answered", [inquiry.asker_person_id], inquiry.matter, row.text, link)
    return row


def take_back_question(act: Act, row: Inquiry, reason: str) -> Inquiry:
    """Withdraw a question from the step that asked it: what was answered stays, nothing more is awaited."""
    if row.withdrawn_at is not None:
        raise Refusal(Ground.STALE, "inquiry.withdrawn", _("该征询已撤回"), INQUIRY_CLAUSE)
    row.withdrawn_at, row.withdrawn_reason = act.now, _reason(act, reason)
    return act.save(row)


def _reason(act: Act, reason: str) -> str:
    if not reason.strip():
        raise BadInput(_("请写明撤回理由"), "reason")
    act.reason = reason.strip()[:LONGEST]
    return act.reason


def _tell(act: Act, kind: str, people: Sequence[int], matter: Matter, text: str, link: str) -> None:
    others = [person for person in people if person != act.actor.person_id]
    send_all(
        [
            Draft(
                others,
                kind,
                one_line(matter.title),
                text,
                link,
                matter.pk,
                sender_person_id=act.actor.person_id,
            )
        ],
        act.now,
    )
