"""Writes of the check of like cases: a run over all proxy-collected cases, and the ledger that its hits give."""

from __future__ import annotations

from datetime import date, datetime

from django.utils.translation import gettext as _

from lianjing.domains.injury.models import InjuryScreening, InjuryScreeningCase
from lianjing.domains.injury.queries.screening import (
    CRITERION,
    SUBJECT,
    Case,
    cases_on,
    criterion_text,
    digest,
    unchecked,
)
from lianjing.domains.injury.rules.withheld import NOTHING
from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime import codes
from lianjing.runtime.external_finding.models import ExternalFinding
from lianjing.runtime.external_finding.queries import source_of
from lianjing.runtime.matter.acting import act_on
from lianjing.runtime.org.models import Person
from lianjing.runtime.org.queries import actor_with, posts_held
from lianjing.runtime.process.scope import open_for
from lianjing.runtime.trail.act import Act, legal_day
from lianjing.runtime.undertaking.services import give

AUDITOR = "benefit_auditor"
SCREENING_CLAUSE, LEDGER_CLAUSE, CHECK_CLAUSE = (
    "zone_rectification#4",
    "zone_rectification#5",
    "zone_rectification#6",
)


def run(*, finding_id: int, person_id: int, now: datetime, key: str = "") -> InjuryScreening:
    """Check all proxy-collected cases as of today and keep the whole population, by the auditor.

    The condition, the population and the hits are kept with their digests: the same facts give the same digests again.
    """
    finding = _finding(finding_id, person_id, now)
    actor = actor_with(person_id, AUDITOR, legal_day(now), finding.unit_id)
    parts = [str(finding_id), now.isoformat() if not key else ""]
    with act_on("injury.screen", finding.matter, actor, now, key, parts) as (act, done):
        before = InjuryScreening.objects.filter(finding=finding).order_by("-run_at", "-pk").first()
        if done and before is not None:
            return before
        found = cases_on(act.day)
        words = criterion_text(act.day)
        row = act.save(
            InjuryScreening(
                finding=finding,
                criterion=CRITERION,
                criterion_text=words,
                criterion_sha256=digest([words]),
                as_of_on=act.day,
                run_at=now,
                person_id=person_id,
                population_count=len(found),
                population_sha256=digest(case.line for case in found),
                hit_count=sum(case.is_hit for case in found),
                hits_sha256=digest(case.line for case in found if case.is_hit),
                withheld=sum((case.withheld for case in found), NOTHING),
                previous=before,
            )
        )
        for case in found:
            act.save(_kept(row, case, before))
        return row


def _kept(row: InjuryScreening, case: Case, before: InjuryScreening | None) -> InjuryScreeningCase:
    earlier = InjuryScreeningCase.objects.filter(screening=before, injury=case.injury).first()
    return InjuryScreeningCase(
        screening=row,
        injury=case.injury,
        received=case.received,
        owed=case.owed,
        passed_on=case.passed_on,
        is_hit=case.is_hit,
        reasons=",".join(case.reasons),
        undertaking=earlier.undertaking if earlier is not None else None,
    )


def _finding(finding_id: int, person_id: int, now: datetime) -> ExternalFinding:
    matter = open_for(person_id, finding_id, legal_day(now))
    row = ExternalFinding.objects.select_related("matter", "unit").filter(pk=matter.pk).first()
    if row is None or row.matter.domain != "injury":
        raise Refusal(Ground.SCOPE, "scope.finding", _("没有该问题，或不在您的数据范围内"))
    if row.matter.status != "open":
        raise Refusal(Ground.STALE, "external_finding.closed", _("该问题已办结，不再排查"), SCREENING_CLAUSE)
    return row


def enter_ledger(
    *,
    screening_id: int,
    owner_person_id: int,
    checker_person_id: int,
    due_on: date,
    person_id: int,
    now: datetime,
    key: str = "",
) -> int:
    """Give an undertaking for every hit of a run that has none, by the auditor; returns how many.

    The owner is of the agency and answers for the case beside the employer; the checker is another.
    """
    screening = InjuryScreening.objects.select_related("finding__matter").get(pk=screening_id)
    finding = _finding(screening.finding_id, person_id, now)
    actor = actor_with(person_id, AUDITOR, legal_day(now), finding.unit_id)
    owner, checker = (_officer(each, finding, now) for each in (owner_person_id, checker_person_id))
    parts = [str(screening_id), str(owner.pk), str(checker.pk), due_on.isoformat()]
    with act_on("injury.enter_ledger", finding.matter, actor, now, key, parts) as (act, done):
        hits = InjuryScreeningCase.objects.filter(screening=screening, is_hit=True, undertaking__isnull=True)
        if done:
            return 0
        rows = list(hits.select_related("injury__matter", "injury__employer_enterprise").order_by("pk"))
        if not rows:
            raise BadInput(_("本次排查没有尚未列入台账的命中案件"), "screening")
        for row in rows:
            _give(act, row, finding, owner=owner, checker=checker, due_on=due_on)
        return len(rows)


def _give(
    act: Act,
    row: InjuryScreeningCase,
    finding: ExternalFinding,
    *,
    owner: Person,
    checker: Person,
    due_on: date,
) -> None:
    reasons = "、".join(codes.label("withheld_kind", each) for each in row.reasons.split(",") if each)
    words = {
        "case": row.injury.matter.title,
        "firm": row.injury.employer_enterprise.name,
        "reasons": reasons,
        "amount": f"{max(NOTHING, row.owed - row.passed_on):,.2f}",
    }
    row.undertaking = give(
        act,
        what=_("%(case)s：督促%(firm)s转付工伤待遇（%(reasons)s，未转付%(amount)s元）") % words,
        due_on=due_on,
        source_kind="screening",
        matter=row.injury.matter,
        category="rectification",
        owner_person=owner,
        checker_person=checker,
        owner_enterprise=row.injury.employer_enterprise,
        clause=LEDGER_CLAUSE,
        source=source_of(finding.pk),
        track=finding.track,
    )
    act.save(row)


def _officer(person_id: int, finding: ExternalFinding, now: datetime) -> Person:
    held = posts_held(person_id, legal_day(now))
    if all(each.post.unit_id != finding.unit_id for each in held):
        raise BadInput(_("责任人和核验人应为经办机构今日在任人员"), "owner_person")
    return Person.objects.get(pk=person_id)


def check_complete(finding_id: int, subject: str, day: date) -> None:
    """Refuse to answer the check of like cases while a case has no signed home check or a hit no row in the ledger."""
    table, _colon, key = subject.partition(":")
    number = int(key) if key.isascii() and key.isdigit() else 0
    row = InjuryScreening.objects.filter(pk=number, finding_id=finding_id).first()
    if table != SUBJECT or row is None:
        raise BadInput(_("请选择回应本问题的排查"), "subject")
    if left := len(unchecked(row.pk)):
        raise Refusal(
            Ground.RULE,
            "injury.unchecked",
            _("还有%(count)s件代办代领案件没有两人上门核查") % {"count": left},
            CHECK_CLAUSE,
        )
    open_hits = InjuryScreeningCase.objects.filter(screening=row, is_hit=True, undertaking__isnull=True)
    if left := open_hits.count():
        raise Refusal(
            Ground.RULE,
            "injury.not_in_ledger",
            _("还有%(count)s件命中案件没有列入整改台账") % {"count": left},
            LEDGER_CLAUSE,
        )
