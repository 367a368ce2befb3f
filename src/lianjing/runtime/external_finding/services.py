"""Writes of outside findings: issue with three demands, name who answers, answer with evidence, accept or return."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime import codes
from lianjing.runtime.documents.models import Document
from lianjing.runtime.documents.services import upload
from lianjing.runtime.domains import domain as installed
from lianjing.runtime.external_finding.fixes import fix_of
from lianjing.runtime.external_finding.models import ExternalFinding, ExternalFindingPart
from lianjing.runtime.external_finding.queries import DEMANDS, balance_of, parts_of
from lianjing.runtime.matter.acting import act_on
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.matter.queries import chain_of
from lianjing.runtime.matter.services import begin, close, number
from lianjing.runtime.message.services import one_line, send
from lianjing.runtime.org.models import Person, Unit
from lianjing.runtime.org.queries import heads_of, posts_held
from lianjing.runtime.parameter.queries import figure
from lianjing.runtime.process.desk import BUSINESS, actor_near
from lianjing.runtime.process.scope import open_for
from lianjing.runtime.trail.act import Act, Actor, answered, legal_day, recorded, request_digest
from lianjing.runtime.trail.models import Event

KIND = "external_finding"
SERIES = "巡反"
CLAUSE = "zone_rectification#2"
SUPERVISORS = ("supervisor",)
DONE = {"fix": "has_fix", "screen": "has_screening", "rule_change": "has_rule_change"}
MONTH_DAYS = 30
IMMEDIATE = "immediate"


@dataclass(frozen=True, slots=True)
class Found:
    """What was found: in which domain and unit, by whom, the fact, the duty, the track, the words of each demand."""

    domain: str
    unit_id: int
    source_kind: str
    issued_on: date
    fact: str
    duty: str = ""
    track: str = IMMEDIATE
    issuer: str = ""
    doc_no: str = ""
    fix_text: str = ""
    screen_text: str = ""
    rule_text: str = ""

    def parts(self) -> list[str]:
        """What a repeated request must say again."""
        return [self.domain, str(self.unit_id), self.doc_no, self.issued_on.isoformat(), self.fact]


def due_days(issued_on: date, track: str) -> tuple[date, date]:
    """Return by when the fact is mended and by when the whole is reported: the short clock of 立行立改, and the months."""
    report = issued_on + timedelta(days=MONTH_DAYS * int(figure("inspection.report_months", issued_on)))
    if track == IMMEDIATE:
        return issued_on + timedelta(days=int(figure("inspection.immediate_days", issued_on))), report
    return report, report


def issue(found: Found, *, person_id: int, now: datetime, key: str = "") -> ExternalFinding:
    """Enter a finding with its three demands, by a supervisor: a root matter of the unit; its heads are told."""
    day = legal_day(now)
    actor = actor_near(person_id, day, kinds=SUPERVISORS, own_only=True)
    unit = _checked(found, day)
    digest = request_digest(["external_finding.issue", str(person_id), *found.parts()])
    if (event := answered(key, digest)) is not None:
        return ExternalFinding.objects.get(pk__in=Event.objects.filter(id=event).values("matter_id"))
    with recorded(
        "external_finding.issue",
        chain=f"unit:{unit.pk}",
        actor=actor,
        now=now,
        request_key=key,
        request_sha256=digest,
    ) as act:
        mend_on, report_on = due_days(found.issued_on, found.track)
        row = _begun(act, found, unit, report_on)
        texts = {"fix": found.fix_text, "screen": found.screen_text, "rule_change": found.rule_text}
        for demand in DEMANDS:
            due = mend_on if demand == "fix" else report_on
            act.save(ExternalFindingPart(finding=row, demand=demand, text=texts[demand].strip(), due_on=due))
        _tell(act, row, heads_of(unit.pk, act.day), "external_finding_issued", row.fact_text)
        return row


def _begun(act: Act, found: Found, unit: Unit, report_on: date) -> ExternalFinding:
    source = codes.label("external_source", found.source_kind)
    matter = begin(
        act,
        domain=found.domain,
        kind=KIND,
        title=_("%(source)s反馈：%(fact)s") % {"source": source, "fact": found.fact.strip()[:40]},
        unit_id=unit.pk,
        due_on=report_on,
    )
    number(act, matter, SERIES)
    act.chain = chain_of(matter)
    return act.save(
        ExternalFinding(
            matter=matter,
            source_kind=found.source_kind,
            issuer=found.issuer.strip(),
            doc_no=found.doc_no.strip(),
            issued_on=found.issued_on,
            unit=unit,
            fact_text=found.fact.strip(),
            duty_text=found.duty.strip(),
            track=found.track,
            due_on=report_on,
            issued_by_person_id=act.actor.person_id or 0,
        )
    )


def _checked(found: Found, day: date) -> Unit:
    unit = Unit.objects.filter(pk=found.unit_id).exclude(kind="outside").first()
    if unit is None:
        raise BadInput(_("请选择被反馈单位"), "unit")
    if found.source_kind not in codes.codes("external_source"):
        raise BadInput(_("请选择问题来源"), "source_kind")
    if found.track not in codes.codes("track"):
        raise BadInput(_("请选择整改轨道"), "track")
    if not found.fact.strip():
        raise BadInput(_("请写明发现的问题"), "fact")
    if found.issued_on > day:
        raise BadInput(_("反馈日不能晚于今天"), "issued_on")
    try:
        installed(found.domain)
    except KeyError:
        raise BadInput(_("请选择问题所属领域"), "domain") from None
    return unit


def _tell(act: Act, row: ExternalFinding, people: list[int], kind: str, text: str) -> None:
    send(
        to_person_ids=[person for person in people if person != act.actor.person_id],
        kind=kind,
        subject=one_line(row.matter.title, row.due_on.isoformat()),
        text=text,
        link=f"/findings/{row.pk}/",
        matter_id=row.pk,
        now=act.now,
        sender_person_id=act.actor.person_id,
    )


def _reach(
    finding_id: int, person_id: int, now: datetime, kinds: tuple[str, ...]
) -> tuple[ExternalFinding, Actor]:
    """Return the finding and the actor; Refusal(SCOPE) for who may not see it, Refusal(POST) without such a post."""
    day = legal_day(now)
    matter = open_for(person_id, finding_id, day)
    row = ExternalFinding.objects.select_related("matter", "unit").filter(pk=matter.pk).first()
    if row is None:
        raise Refusal(Ground.SCOPE, "scope.finding", _("没有该问题，或不在您的数据范围内"))
    return row, actor_near(person_id, day, unit_id=row.unit_id, kinds=kinds, own_only=True)


def _part(finding_id: int, demand: str) -> ExternalFindingPart:
    row = ExternalFindingPart.objects.filter(finding_id=finding_id, demand=demand).first()
    if row is None:
        raise BadInput(_("请选择整改要求"), "demand")
    return row


def _require_open(part: ExternalFindingPart) -> None:
    if part.accepted_on is not None:
        raise Refusal(Ground.STALE, "external_finding.accepted", _("该项要求已销号"), CLAUSE)


def _require_unit(row: ExternalFinding, person_id: int, now: datetime) -> None:
    own = [held.post.unit_id for held in posts_held(person_id, legal_day(now)) if held.on_behalf_of is None]
    if row.unit_id not in own:
        raise Refusal(Ground.POST, "external_finding.not_unit", _("由被反馈单位的人员办理"), CLAUSE)


def assign(
    *, finding_id: int, demand: str, owner_person_id: int, person_id: int, now: datetime, key: str = ""
) -> ExternalFindingPart:
    """Name who answers a demand: somebody of the unit, named by its head."""
    row, actor = _reach(finding_id, person_id, now, ("head", "approver"))
    _require_unit(row, person_id, now)
    owner = Person.objects.filter(pk=owner_person_id).first()
    held = posts_held(owner_person_id, legal_day(now)) if owner else []
    if owner is None or all(each.post.unit_id != row.unit_id for each in held):
        raise BadInput(_("责任人应为被反馈单位今日在任人员"), "owner_person")
    parts = [str(finding_id), demand, str(owner_person_id)]
    with act_on("external_finding.assign", row.matter, actor, now, key, parts) as (act, done):
        part = _part(finding_id, demand)
        if done:
            return part
        _require_open(part)
        part.owner_person = owner
        act.save(part)
        _tell(act, row, [owner.pk], "external_finding_assigned", part.text or row.fact_text)
        return part


def supply(
    *,
    finding_id: int,
    person_id: int,
    content: bytes,
    file_name: str,
    title: str,
    now: datetime,
    is_fictitious: bool = False,
    key: str = "",
) -> Document:
    """Keep a paper as evidence in the finding's file, by somebody of the unit; an act of its own."""
    row, actor = _reach(finding_id, person_id, now, BUSINESS)
    _require_unit(row, person_id, now)
    return upload(
        matter_id=row.pk,
        kind="rectification",
        title=title,
        content=content,
        file_name=file_name,
        actor=actor,
        now=now,
        is_fictitious=is_fictitious,
        key=key,
    )


def answer(
    *,
    finding_id: int,
    demand: str,
    text: str,
    evidence_document_id: int | None,
    person_id: int,
    now: datetime,
    subject: str = "",
    key: str = "",
) -> ExternalFindingPart:
    """Answer a demand with words and evidence, by who was named (by anybody of the unit where nobody was).

    The check of like cases is answered by a run that the domain finds complete; the change of the rule by a version
    that came into force after the finding.
    """
    row, actor = _reach(finding_id, person_id, now, BUSINESS)
    _require_unit(row, person_id, now)
    parts = [str(finding_id), demand, text.strip(), str(evidence_document_id), subject]
    with act_on("external_finding.answer", row.matter, actor, now, key, parts) as (act, done):
        part = _part(finding_id, demand)
        if done:
            return part
        _require_open(part)
        if part.owner_person_id not in (None, person_id):
            raise Refusal(Ground.POST, "external_finding.not_owner", _("由该项要求的责任人答复"), CLAUSE)
        if not text.strip():
            raise BadInput(_("请写明整改情况"), "text")
        part.evidence_document = _evidence(row.matter, evidence_document_id)
        _check_subject(row, demand, subject, act.day)
        part.answer_text, part.answer_subject = text.strip(), subject
        part.answered_on, part.answered_by_person_id, part.returned_reason = act.day, person_id, ""
        act.reason = text.strip()
        act.save(part)
        _tell(act, row, [row.issued_by_person_id], "external_finding_answered", part.answer_text)
        return part


def _evidence(matter: Matter, document_id: int | None) -> Document:
    document = Document.objects.filter(pk=document_id or 0, matter_id=matter.pk).first()
    if document is None:
        raise BadInput(_("每项要求均须附佐证材料方可答复"), "evidence_document")
    return document


def _check_subject(row: ExternalFinding, demand: str, subject: str, day: date) -> None:
    if demand == "rule_change":
        fix = fix_of(subject)
        if fix.from_on <= row.issued_on:
            raise Refusal(
                Ground.RULE,
                "external_finding.rule_older",
                _("该制度版本自%(day)s起施行，早于问题反馈，不能作为整改措施")
                % {"day": fix.from_on.isoformat()},
                "zone_rectification#8",
            )
    if demand == "screen":
        like_cases = installed(row.matter.domain).like_cases
        if like_cases is not None:
            like_cases.check(row.pk, subject, day)
        _require_settled(row, day)


def _require_settled(row: ExternalFinding, day: date) -> None:
    balance = balance_of(row.pk, day)
    if balance.overdue:
        raise Refusal(
            Ground.RULE,
            "external_finding.ledger_overdue",
            _("整改台账有%(count)s项逾期未销号，不能答复") % {"count": balance.overdue},
            "zone_rectification#5",
        )


def accept(
    *, finding_id: int, demand: str, person_id: int, now: datetime, key: str = ""
) -> ExternalFindingPart:
    """Accept an answer (销号), by a supervisor; with the third part the finding is closed, its ledger being at zero."""
    row, actor = _reach(finding_id, person_id, now, SUPERVISORS)
    with act_on("external_finding.accept", row.matter, actor, now, key, [str(finding_id), demand]) as (
        act,
        done,
    ):
        part = _part(finding_id, demand)
        if done:
            return part
        _require_answered(part)
        part.accepted_on, part.accepted_by_person_id = act.day, person_id
        act.save(part)
        row.read_again()
        setattr(row, DONE[demand], True)
        act.save(row)
        if all(each.accepted_on for each in parts_of(row.pk)):
            _close(act, row)
        return part


def _close(act: Act, row: ExternalFinding) -> None:
    left = balance_of(row.pk, act.day).open
    if left:
        raise Refusal(
            Ground.RULE,
            "external_finding.ledger_open",
            _("整改台账还有%(count)s项未销号，问题不能办结") % {"count": left},
            "zone_rectification#5",
        )
    close(act, Matter.objects.get(pk=row.pk), "done")


def _require_answered(part: ExternalFindingPart) -> None:
    _require_open(part)
    if part.answered_on is None or part.evidence_document_id is None:
        raise Refusal(
            Ground.RULE, "external_finding.unanswered", _("该项要求尚无附佐证的答复，不能销号"), CLAUSE
        )


def send_back(
    *, finding_id: int, demand: str, reason: str, person_id: int, now: datetime, key: str = ""
) -> ExternalFindingPart:
    """Return an answer with a reason, by a supervisor: the part is open again."""
    row, actor = _reach(finding_id, person_id, now, SUPERVISORS)
    parts = [str(finding_id), demand, reason.strip()]
    with act_on("external_finding.return", row.matter, actor, now, key, parts) as (act, done):
        part = _part(finding_id, demand)
        if done:
            return part
        _require_answered(part)
        if not reason.strip():
            raise BadInput(_("请写明退回理由"), "reason")
        told = [person for person in (part.answered_by_person_id,) if person is not None]
        part.answered_on, part.answered_by_person, part.returned_reason = None, None, reason.strip()
        act.reason = reason.strip()
        act.save(part)
        _tell(act, row, told, "external_finding_returned", reason.strip())
        return part
