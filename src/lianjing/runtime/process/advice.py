"""Advice on an item of a meeting before it is discussed: the legality review of the legal post, the experts' argument."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime import codes
from lianjing.runtime.documents.models import Document
from lianjing.runtime.meeting.models import AgendaItem
from lianjing.runtime.meeting.rules import EXPERT_CLAUSE, LEGALITY_CLAUSE
from lianjing.runtime.meeting.services.desk import (
    item_of,
    require_silent,
    secretary_of,
    sitting,
    still_open,
)
from lianjing.runtime.org.queries import actor_with
from lianjing.runtime.process.models import Review
from lianjing.runtime.trail.act import Actor, legal_day

LAWYER = "legal_officer"
KINDS = ("legality", "expert")
RESULTS = ("pass", "return", "refuse")


def advise(
    *,
    agenda_item_id: int,
    kind: str,
    result: str,
    text: str,
    person_id: int,
    now: datetime,
    document_id: int | None = None,
    key: str = "",
) -> Review:
    """Give the advice that an item waits for, before anyone has spoken on it; a later one stands beside the earlier.

    The legality review is the legal post's own, never of him who applied. What experts argued is entered by the
    secretary, with their signed paper in the matter's file.
    """
    item = item_of(agenda_item_id)
    actor = _adviser(kind, person_id, item, now)
    parts = [str(item.pk), kind, result, text, str(document_id)]
    with sitting("meeting.advise", item.meeting.unit_id, actor, now, key, parts, item.matter) as (act, done):
        if done:
            return Review.objects.filter(agenda_item=item, kind=kind).latest("id")
        item = still_open(item)
        require_silent(Q(agenda_item=item))
        _require_stated(kind, result, text, document_id, item)
        review = act.save(
            Review(
                domain=item.matter.domain,
                matter=item.matter,
                kind=kind,
                seq=KINDS.index(kind) + 1,
                unit_id=actor.unit_id,
                post_id=actor.post_id,
                person_id=person_id,
                round=Review.objects.filter(agenda_item=item, kind=kind).count() + 1,
                done_at=now,
                result=result,
                opinion_text=text.strip(),
                agenda_item=item,
                clause=LEGALITY_CLAUSE if kind == "legality" else EXPERT_CLAUSE,
            )
        )
        setattr(item, f"{kind}_review", review)
        act.save(item)
        if document_id is not None:
            act.extra["advice_document"] = document_id
        return review


def _adviser(kind: str, person_id: int, item: AgendaItem, now: datetime) -> Actor:
    if kind not in KINDS:
        raise BadInput(_("请选择审查类型"), "kind")
    if kind == "expert":
        return secretary_of(person_id, item.meeting.unit_id, now)
    if person_id == item.matter.applicant_person_id:
        raise Refusal(
            Ground.CONFLICT, "meeting.own_matter_advised", _("合法性审查不得由申请人进行"), LEGALITY_CLAUSE
        )
    return actor_with(person_id, LAWYER, legal_day(now))


def _require_stated(kind: str, result: str, text: str, document_id: int | None, item: AgendaItem) -> None:
    if result not in RESULTS or result not in codes.codes("review_result"):
        raise BadInput(_("请选择审查结论"), "result")
    if not text.strip():
        raise BadInput(_("请写明审查意见"), "text")
    if kind == "expert" and document_id is None:
        raise BadInput(_("请选择专家论证意见书"), "document_id")
    owned = Q(matter_id=item.matter_id) | Q(matter_id=item.matter.root_id)
    if document_id is not None and not Document.objects.filter(owned, pk=document_id).exists():
        raise BadInput(_("该文件不属于本议题的事项"), "document_id")


def advice_given(agenda_item_id: int) -> list[Review]:
    """Return the advice on an item in the order in which it was given."""
    return list(
        Review.objects.filter(agenda_item_id=agenda_item_id, kind__in=KINDS)
        .select_related("person", "post", "unit")
        .order_by("done_at", "id")
    )
