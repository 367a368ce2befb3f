"""The story of the article: found by the inspection team, checked across the city, urged, visited, passed on or not."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from lianjing.domains.injury.demo.desk import (
    AGENCY,
    AGENT,
    ASSESSOR,
    AUDITOR,
    FIRST,
    OTHER_AUDITOR,
    SECOND,
    SUPERVISOR,
    Desk,
)
from lianjing.domains.injury.models import InjuryScreening, InjuryScreeningCase
from lianjing.domains.injury.services import home_check, screening, urging
from lianjing.domains.injury.services.takeover import PaidItem
from lianjing.runtime.external_finding import services as findings
from lianjing.runtime.external_finding.models import ExternalFinding
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.org.models import Unit
from lianjing.runtime.scene_queue import Script
from lianjing.runtime.undertaking.services import close

GRANT = "disability_grant"
TERM = 30  # calendar days that the auditor gives in the ledger


def rectified(desk: Desk) -> Script[None]:
    """Two cases are kept back, one is whole; of the two, one is settled and closed, one stays open and goes up."""
    paid_on = desk.today - timedelta(days=45)
    kept, settled, whole = (
        desk.old_case(PaidItem(GRANT, Decimal(amount), paid_on)) for amount in (42000, 63000, 29400)
    )
    desk.pass_on(desk.items(whole)[0], Decimal(29400))
    yield 2.0
    finding = found(desk)
    yield 1.0
    run = screening.run(finding_id=finding.pk, person_id=desk.person(AUDITOR), now=desk.now())
    listed(desk, run)
    for case in (kept, settled):
        urged(desk, case)
    yield 3.0
    for row in InjuryScreeningCase.objects.filter(screening=run).select_related("injury").order_by("pk"):
        visited(desk, row)
    yield 4.0
    closed(desk, settled, run)
    yield 2.0
    answered(desk, finding, run)
    yield 1.0
    findings.accept(finding_id=finding.pk, demand="screen", person_id=desk.person(SUPERVISOR), now=desk.now())
    yield 20.0
    screening.run(finding_id=finding.pk, person_id=desk.person(AUDITOR), now=desk.now())
    urging.escalate_due(desk.now())


def found(desk: Desk) -> ExternalFinding:
    """The inspection team tells the agency what it found, with three demands."""
    told = findings.Found(
        domain="injury",
        unit_id=Unit.objects.get(code=AGENCY).pk,
        source_kind="tour",
        issued_on=desk.today,
        fact="有的工伤职工没有及时足额领取工伤待遇，部分代办的用人单位收款后没有足额转付",
        duty="对代办代领情况核查不够，支付环节缺少凭证比对",
        issuer="市委巡察组",
        doc_no="巡反〔2025〕7号",
        fix_text="督促有关企业尽快将工伤待遇转付给工伤职工",
        screen_text="对全市类似情况进行排查，建立整改台账，限时解决",
        rule_text="从制度层面堵住工伤支付环节的薄弱问题",
    )
    return findings.issue(told, person_id=desk.person(SUPERVISOR), now=desk.now())


def listed(desk: Desk, run: InjuryScreening) -> None:
    """The hits enter the ledger."""
    screening.enter_ledger(
        screening_id=run.pk,
        owner_person_id=desk.person(ASSESSOR),
        checker_person_id=desk.person(OTHER_AUDITOR),
        due_on=desk.today + timedelta(days=TERM),
        person_id=desk.person(AUDITOR),
        now=desk.now(),
    )


def urged(desk: Desk, case: Matter) -> None:
    """The employer's responsible person is urged by name and signs."""
    text = "请将代领的工伤待遇足额转付职工本人账户，并报送银行转账凭证"
    due_on = desk.today + timedelta(days=10)
    notice = urging.Notice(desk.items(case)[0].pk, "untransferred", "钱沄帆", "总经理", due_on, text)
    row = urging.urge(notice, person_id=desk.person(AUDITOR), now=desk.now())
    urging.receive(notice_id=row.pk, person_id=desk.person(AGENT), now=desk.now())


def visited(desk: Desk, row: InjuryScreeningCase) -> None:
    """Two officers visit the worker; the second confirms."""
    case = row.injury.matter
    taken = Decimal(0) if row.is_hit else Decimal(1)
    check = home_check.make(
        injury_id=case.pk,
        second_person_id=desk.person(SECOND),
        checked_on=desk.today,
        statement="单位说已经领到，但没有给我" if row.is_hit else "应得的已经全部收到，垫付由单位报销",
        received={
            item.pk: (item.paid or Decimal(0)) * taken if item.claim_id is None else Decimal(0)
            for item in desk.items(case)
        },
        person_id=desk.person(FIRST),
        now=desk.now(),
    )
    home_check.sign(home_check_id=check.pk, person_id=desk.person(SECOND), now=desk.now())


def closed(desk: Desk, case: Matter, run: InjuryScreening) -> None:
    """The employer passes the whole on; another visit hears it; the checker closes the row with the voucher."""
    item = desk.items(case)[0]
    voucher = desk.pass_on(item, item.paid or Decimal(0))
    row = InjuryScreeningCase.objects.get(screening=run, injury_id=case.pk)
    check = home_check.make(
        injury_id=case.pk,
        second_person_id=desk.person(SECOND),
        checked_on=desk.today,
        statement="钱已经全部收到",
        received={item.pk: item.paid or Decimal(0)},
        person_id=desk.person(FIRST),
        now=desk.now(),
    )
    home_check.sign(home_check_id=check.pk, person_id=desk.person(SECOND), now=desk.now())
    close(
        undertaking_id=row.undertaking_id or 0,
        person_id=desk.person(OTHER_AUDITOR),
        result="done",
        evidence_document_id=voucher.pk,
        now=desk.now(),
    )


def answered(desk: Desk, finding: ExternalFinding, run: InjuryScreening) -> None:
    """The agency answers the check of like cases with its run and a report."""
    number = desk.number("排查报告")
    evidence = findings.supply(
        finding_id=finding.pk,
        person_id=desk.person(AUDITOR),
        content=f"%PDF-1.4 {number}".encode(),
        file_name=f"{number}.pdf",
        title="工伤待遇代办代领排查报告",
        now=desk.now(),
        is_fictitious=True,
    )
    findings.answer(
        finding_id=finding.pk,
        demand="screen",
        text="已对全市代办代领案件逐件排查、上门核查，命中案件全部列入整改台账",
        evidence_document_id=evidence.pk,
        subject=f"injury_screening:{run.pk}",
        person_id=desk.person(AUDITOR),
        now=desk.now(),
    )
