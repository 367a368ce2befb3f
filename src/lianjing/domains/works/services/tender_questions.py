"""Questions while bids are awaited: registered without a name, drafted by one, issued by another, in time."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from lianjing.domains.works.models import Clarification, Tender
from lianjing.domains.works.rules.tender_clock import check_amendment
from lianjing.domains.works.services.tender_acts import (
    agent_of,
    bidder_code,
    official_of,
    on_tender,
    person_seal,
    require_at,
    sealed_actor,
)
from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.parameter.queries import figure
from lianjing.runtime.publicity.models import Objection
from lianjing.runtime.trail.act import legal_day

CLAUSE = "tendering_regulation#21"


def ask(*, tender_id: int, content: str, person_id: int, now: datetime, key: str = "") -> Objection:
    """Register a question about the documents, by a bidder or the agency: nowhere does a name stand."""
    with on_tender("tender.ask", tender_id, person_id=person_id, now=now, key=key) as (act, tender):
        require_at(tender, "open_bids", "confirm_notice", "shortlist")
        if bidder_code(person_id, act):
            act.actor = sealed_actor(person_seal(tender_id, person_id))
        else:
            act.actor = agent_of(tender, person_id, act)
        if not content.strip():
            raise BadInput(_("请写明疑问"), "content")
        days = int(figure("works.tender.objection_answer_days", act.day))
        return act.save(
            Objection(
                domain=tender.matter.domain,
                matter=tender.matter,
                kind="question",
                raised_by_name=_("匿名"),
                is_anonymous=True,
                content=content.strip(),
                raised_on=act.day,
                due_on=act.day + timedelta(days=days),
                clause=CLAUSE,
                person_id=act.actor.person_id,
                pauses=False,
            )
        )


def draft_answer(
    *,
    tender_id: int,
    answer: str,
    person_id: int,
    now: datetime,
    objection_id: int | None = None,
    question: str = "",
    is_material: bool = False,
    new_deadline_at: datetime | None = None,
    key: str = "",
) -> Clarification:
    """Draft the answer to a question, or an amendment of the documents without one; by the tender post."""
    with on_tender("tender.draft_answer", tender_id, person_id=person_id, now=now, key=key) as (act, tender):
        act.actor = official_of(tender, person_id, "tender_officer", act)
        require_at(tender, "open_bids", "confirm_notice", "shortlist")
        asked = Objection.objects.filter(pk=objection_id or 0, matter=tender.matter, kind="question").first()
        if objection_id is not None and asked is None:
            raise BadInput(_("没有该疑问"), "objection")
        if not answer.strip():
            raise BadInput(_("请写明答复"), "answer")
        if new_deadline_at is not None and tender.deadline_at and new_deadline_at <= tender.deadline_at:
            raise BadInput(_("顺延后的截止时间须晚于原截止时间"), "new_deadline_at")
        return act.save(
            Clarification(
                tender=tender,
                seq=Clarification.objects.filter(tender=tender).count() + 1,
                objection=asked,
                question=asked.content if asked else question.strip(),
                answer=answer.strip(),
                drafted_at=now,
                drafted_by_person_id=person_id,
                is_material=is_material,
                new_deadline_at=new_deadline_at,
            )
        )


def issue_answer(*, clarification_id: int, person_id: int, now: datetime, key: str = "") -> Clarification:
    """Approve and issue an answer to all bidders, by the head of the department; a material one keeps its lead."""
    tender_id = Clarification.objects.values_list("tender_id", flat=True).get(pk=clarification_id)
    with on_tender("tender.issue_answer", tender_id, person_id=person_id, now=now, key=key) as (act, tender):
        act.actor = official_of(tender, person_id, "department_head", act)
        row = Clarification.objects.select_related("objection").get(pk=clarification_id)
        if row.issued_at is not None:
            raise Refusal(Ground.STALE, "tender.issued", _("该答复已发出"))
        if row.drafted_by_person_id == person_id:
            raise Refusal(
                Ground.CONFLICT, "separation.same_person", _("拟稿人不得审核发布"), "zone_organisation#4"
            )
        _move_deadline(tender, row, act.day)
        act.save(tender)
        row.issued_at, row.issued_by_person_id = now, person_id
        if row.objection is not None:
            row.objection.answered_on, row.objection.result = (
                act.day,
                "partly" if row.is_material else "rejected",
            )
            row.objection.answer_text, row.objection.answered_by_person_id = row.answer, person_id
            act.save(row.objection)
        return act.save(row)


def _move_deadline(tender: Tender, row: Clarification, day: date) -> None:
    assert tender.deadline_at is not None
    check_amendment(
        day,
        legal_day(tender.deadline_at),
        legal_day(row.new_deadline_at) if row.new_deadline_at else None,
        lead=int(figure("works.tender.amendment_lead_days", day)),
        is_material=row.is_material,
    )
    if row.new_deadline_at is not None:
        tender.deadline_at, tender.deadline_on = row.new_deadline_at, legal_day(row.new_deadline_at)
