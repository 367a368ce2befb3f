"""The papers of supervision: reminder, urging sheet, record of a talk, suggestion; numbered, told, answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime import codes
from lianjing.runtime.finding import deadlines
from lianjing.runtime.finding.acting import act_on, answerer, supervisor
from lianjing.runtime.finding.assigning import tell
from lianjing.runtime.finding.models import Finding, FindingStep, Paper
from lianjing.runtime.finding.numbering import PAPERS, next_no
from lianjing.runtime.finding.recusal import refuse_own
from lianjing.runtime.finding.visibility import open_for
from lianjing.runtime.org.models import Person, Unit
from lianjing.runtime.org.queries import heads_of, posts_held
from lianjing.runtime.trail.act import Act, legal_day

KINDS = tuple(PAPERS)


@dataclass(frozen=True, slots=True)
class Draft:
    """What a paper says. Without an addressee it goes to the unit concerned; a talk has two who talk."""

    kind: str
    demand_text: str
    situation_text: str = ""
    demand: str = "fix"
    to_unit_id: int | None = None
    to_person_id: int | None = None
    second_person_id: int | None = None
    place: str = ""
    reply_due_on: date | None = None


def issue(act: Act, row: Finding, draft: Draft) -> Paper:
    """Issue a paper on a finding; part of an act. A reminder and a talk set their stamps of the four-early loop."""
    if draft.kind not in KINDS:
        raise BadInput(_("请选择文书种类"), "kind")
    if not draft.demand_text.strip():
        raise BadInput(_("请写明要求"), "demand_text")
    if draft.demand not in codes.codes("paper_demand"):
        raise BadInput(_("请选择要求类别"), "demand")
    unit = Unit.objects.filter(pk=draft.to_unit_id or _unit_concerned(row) or 0).first()
    paper = act.save(
        Paper(
            kind=draft.kind,
            doc_no=next_no(act, PAPERS[draft.kind]),
            finding=row,
            case_id=row.case_id,
            to_unit=unit,
            to_person=_addressee(draft, act),
            from_unit_id=act.actor.unit_id or 0,
            demand=draft.demand,
            situation_text=draft.situation_text.strip() or row.fact_text or row.explanation,
            demand_text=draft.demand_text.strip(),
            place=draft.place.strip(),
            issued_by_person_id=act.actor.person_id or 0,
            second_person=_second(draft, act),
            issued_on=act.day,
            reply_due_on=_reply_due(draft, act, row),
        )
    )
    if draft.kind in ("tip", "reminder"):
        row.reminded_on = row.reminded_on or act.day
    if draft.kind == "talk":
        row.educated_on = row.educated_on or act.day
    return paper


def _unit_concerned(row: Finding) -> int | None:
    return row.matter.unit_id if row.matter is not None else row.unit_id


def _addressee(draft: Draft, act: Act) -> Person | None:
    if draft.to_person_id is None:
        if draft.kind == "talk":
            raise BadInput(_("请选择被约谈人"), "to_person")
        return None
    person = Person.objects.filter(pk=draft.to_person_id).first()
    if person is None or not posts_held(person.pk, act.day):
        raise BadInput(_("受文人应为今日在任人员"), "to_person")
    return person


def _second(draft: Draft, act: Act) -> Person | None:
    if draft.kind != "talk":
        return None
    if draft.second_person_id in (None, act.actor.person_id, draft.to_person_id):
        raise BadInput(_("约谈须两人进行，请选择另一谈话人"), "second_person")
    return Person.objects.filter(pk=draft.second_person_id).first()


def _reply_due(draft: Draft, act: Act, row: Finding) -> date | None:
    if draft.reply_due_on is not None and draft.reply_due_on < act.day:
        raise BadInput(_("回复期限不能早于今天"), "reply_due_on")
    if draft.reply_due_on is not None or draft.kind == "talk":
        return draft.reply_due_on
    if draft.kind == "suggestion":
        return deadlines.reply_by(act.day)
    return deadlines.working_days(deadlines.FEEDBACK, act.day, row.unit_id)


def send_paper(*, finding_id: int, draft: Draft, person_id: int, now: datetime, key: str = "") -> Paper:
    """Issue a paper beside the handling (督办单, 工作提示, …), by a supervisor; the unit concerned is told."""
    day = legal_day(now)
    row, actor = open_for(person_id, finding_id, day), supervisor(person_id, day)
    parts = [draft.kind, draft.demand_text.strip(), str(draft.to_person_id)]
    with act_on("finding.paper", row, actor, now, key=key, parts=parts) as (act, done):
        if done:
            return Paper.objects.filter(finding=row, kind=draft.kind).order_by("-pk")[0]
        if row.state == "closed":
            raise Refusal(Ground.STALE, "finding.moved_on", _("该预警已销号"))
        refuse_own(row, actor)
        paper = issue(act, row, draft)
        act.save(row)
        act.save(
            FindingStep(
                finding=row,
                kind="paper",
                opened_at=act.now,
                done_at=act.now,
                person_id=person_id,
                post_id=actor.post_id,
                text=draft.demand_text.strip(),
                paper=paper,
            )
        )
        to = [paper.to_person_id] if paper.to_person_id else heads_of(paper.to_unit_id, act.day)
        tell(act, row, [each for each in to if each], paper.demand_text)
        return paper


def reply(*, paper_id: int, text: str, person_id: int, now: datetime, key: str = "") -> Paper:
    """Answer a paper, by the unit that it was sent to or the person named."""
    day = legal_day(now)
    paper = Paper.objects.select_related("finding").filter(pk=paper_id, finding__isnull=False).first()
    if paper is None or paper.finding is None:
        raise Refusal(Ground.SCOPE, "scope.paper", _("没有该文书，或不在您的数据范围内"))
    row = open_for(person_id, paper.finding.pk, day)
    actor = answerer(row, person_id, day)
    with act_on("finding.reply", row, actor, now, key=key, parts=[str(paper_id), text.strip()]) as (
        act,
        done,
    ):
        paper.read_again()
        if done:
            return paper
        if paper.replied_on is not None:
            raise Refusal(Ground.STALE, "paper.replied", _("该文书已回复"))
        if not text.strip():
            raise BadInput(_("请写明回复内容"), "text")
        paper.replied_on, paper.reply_text = act.day, text.strip()
        paper.replied_by_person_id = person_id
        act.save(paper)
        tell(act, row, [paper.issued_by_person_id], paper.reply_text)
        return paper
