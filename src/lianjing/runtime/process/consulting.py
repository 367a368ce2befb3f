"""Copies for information and questions as acts on a matter: who may send, read, ask, answer and take back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from lianjing.kernel.refusal import Ground, Refusal
from lianjing.runtime.consultation import services
from lianjing.runtime.consultation.models import Circulation, CirculationCopy, Inquiry, InquiryAnswer
from lianjing.runtime.consultation.queries import inquiries_of
from lianjing.runtime.consultation.services import COPY_CLAUSE, INQUIRY_CLAUSE, Asked, Seat
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.matter.queries import chain_of
from lianjing.runtime.org.queries import actor_at
from lianjing.runtime.process.desk import WATCHING, actor_near
from lianjing.runtime.process.opinions import sealed_items
from lianjing.runtime.process.scope import open_to_act
from lianjing.runtime.process.step import at_step
from lianjing.runtime.trail.act import answered, legal_day, recorded, request_digest


def circulate(
    *,
    matter_id: int,
    person_id: int,
    to: Sequence[Seat],
    text: str,
    now: datetime,
    key: str = "",
    channel: str = "web",
) -> Circulation:
    """Send copies of a matter for information (传阅), by an official in whose own scope it is."""
    matter = open_to_act(person_id, matter_id, legal_day(now))
    actor = actor_near(person_id, legal_day(now), unit_id=matter.unit_id, kinds=WATCHING, own_only=True)
    digest = request_digest(["circulate", str(matter_id), str(person_id), repr(list(to)), text])
    if answered(key, digest) is not None:
        return Circulation.objects.filter(matter=matter, sender_person_id=person_id).latest("id")
    with recorded(
        "circulation.send",
        chain=chain_of(matter),
        actor=actor,
        now=now,
        matter_id=matter.pk,
        root_matter_id=matter.root_id,
        request_key=key,
        request_sha256=digest,
    ) as act:
        return services.circulate(act, matter=matter, to=to, text=text)


def read_copy(*, circulation_id: int, person_id: int, now: datetime, remark: str = "") -> CirculationCopy:
    """Sign one's copy as read (已阅), at the post at which it came."""
    copy = _copy(circulation_id, person_id)
    matter = copy.circulation.matter
    actor = actor_at(person_id, copy.post_id, legal_day(now))
    with recorded("circulation.read", chain=chain_of(matter), actor=actor, now=now, **_places(matter)) as act:
        return services.note_read(act, _copy(circulation_id, person_id), remark)


def take_back_copies(*, circulation_id: int, person_id: int, reason: str, now: datetime) -> Circulation:
    """Withdraw a circulation, by its sender, with a reason."""
    row = Circulation.objects.select_related("matter").filter(pk=circulation_id).first()
    if row is None or row.sender_person_id != person_id:
        raise Refusal(Ground.SCOPE, "scope.circulation", _("没有该传阅，或不在您的数据范围内"), COPY_CLAUSE)
    actor = actor_near(person_id, legal_day(now), unit_id=row.matter.unit_id, kinds=WATCHING)
    with recorded(
        "circulation.withdraw", chain=chain_of(row.matter), actor=actor, now=now, **_places(row.matter)
    ) as act:
        return services.take_back(act, Circulation.objects.get(pk=circulation_id), reason)


def _copy(circulation_id: int, person_id: int) -> CirculationCopy:
    found = CirculationCopy.objects.select_related("circulation__matter").filter(
        circulation_id=circulation_id, person_id=person_id
    )
    copy = found.first()
    if copy is None:
        raise Refusal(Ground.SCOPE, "scope.circulation", _("没有该传阅，或不在您的数据范围内"), COPY_CLAUSE)
    return copy


def ask(
    *,
    item_id: int,
    person_id: int,
    to: Sequence[Asked],
    question: str,
    now: datetime,
    is_required: bool = False,
    due_on: date | None = None,
    key: str = "",
    channel: str = "web",
) -> Inquiry:
    """Ask other posts from an open step (征询), by whoever may do the step; its clock goes on."""
    digest = request_digest(["ask", str(item_id), str(person_id), repr(list(to)), question, str(is_required)])
    if answered(key, digest) is not None:
        return Inquiry.objects.filter(work_item_id=item_id, asker_person_id=person_id).latest("id")
    with at_step(item_id, person_id, now, channel, key, digest, ".ask") as (deed, item, _graph, _procedure):
        deed.act.duty = ""  # to ask is not to have done the step
        return services.ask(
            deed.act,
            matter=deed.matter,
            item_id=item.pk,
            to=to,
            question=question,
            is_required=is_required,
            due_on=due_on,
        )


def answer(*, answer_id: int, person_id: int, text: str, now: datetime, key: str = "") -> InquiryAnswer:
    """Answer a question at the post that was asked; a question to one person of the post is his alone."""
    row = _asked(answer_id)
    matter = row.inquiry.matter
    digest = request_digest(["answer", str(answer_id), str(person_id), text])
    if answered(key, digest) is not None:
        return row
    actor = actor_at(person_id, row.post_id, legal_day(now))
    with recorded(
        "inquiry.answer",
        chain=chain_of(matter),
        actor=actor,
        now=now,
        request_key=key,
        request_sha256=digest,
        **_places(matter),
    ) as act:
        row = _asked(answer_id)
        if row.person_id not in (None, actor.person_id, actor.on_behalf_of_id):
            raise Refusal(Ground.POST, "inquiry.not_asked", _("该征询指定由他人答复"), INQUIRY_CLAUSE)
        return services.answer(act, row, text)


def take_back_question(*, inquiry_id: int, person_id: int, reason: str, now: datetime) -> Inquiry:
    """Withdraw a question, by whoever may do the step that asked it, with a reason."""
    row = Inquiry.objects.filter(pk=inquiry_id).first()
    if row is None:
        raise Refusal(Ground.SCOPE, "scope.inquiry", _("没有该征询，或不在您的数据范围内"), INQUIRY_CLAUSE)
    with at_step(row.work_item_id, person_id, now, "web", "", "", ".ask_withdraw") as (deed, _i, _g, _p):
        deed.act.duty = ""
        return services.take_back_question(deed.act, Inquiry.objects.get(pk=inquiry_id), reason)


def visible_inquiries(matter: Matter, person_id: int, now: datetime) -> QuerySet[Inquiry]:
    """Return the questions of a matter that a person may read: those of a sealed joint review are its own people's."""
    rows = inquiries_of(matter.pk)
    sealed = sealed_items([matter.pk], now)
    return rows.exclude(work_item_id__in=sealed - _own_items(sealed, person_id)) if sealed else rows


def _own_items(sealed: set[int], person_id: int) -> set[int]:
    """The sealed steps in which the person asked something himself."""
    mine = Inquiry.objects.filter(work_item_id__in=sealed, asker_person_id=person_id)
    return set(mine.values_list("work_item_id", flat=True))


def _asked(answer_id: int) -> InquiryAnswer:
    row = (
        InquiryAnswer.objects.select_related("inquiry__matter", "inquiry__work_item")
        .filter(pk=answer_id)
        .first()
    )
    if row is None:
        raise Refusal(Ground.SCOPE, "scope.inquiry", _("没有该征询，或不在您的数据范围内"), INQUIRY_CLAUSE)
    return row


def _places(matter: Matter) -> dict[str, int | None]:
    return {"matter_id": matter.pk, "root_matter_id": matter.root_id}
