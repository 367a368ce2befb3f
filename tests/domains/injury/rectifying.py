"""Old cases paid by proxy and the rectification of them, through the real services: shared by several tests."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from lianjing.domains.injury.models import BenefitItem, HomeCheck, InjuryScreening, InjuryUrging
from lianjing.domains.injury.services import home_check, screening, takeover, urging
from lianjing.runtime.documents.models import Document
from lianjing.runtime.external_finding import services as findings
from lianjing.runtime.external_finding.models import ExternalFinding
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.org.models import Unit
from lianjing.runtime.scene import Scene
from lianjing.runtime.undertaking.models import Undertaking
from lianjing.runtime.undertaking.services import close

SUPERVISOR, COUNTER, FIRST, SECOND = "30001", "21201", "21202", "21203"
OWNER, AUDITOR, CHECKER, HEAD, AGENT = "21207", "21212", "21213", "21214", "42701"
FIRM = "91990101MA8BTUTA8W"
PAID_ON = date(2025, 6, 2)
PDF = b"%PDF-1.4 "


class Rectifying:
    """The agency and the inspection team at work on old proxy-collected cases."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.papers = 0

    def now(self):
        return self.scene.pass_time(hours=0.2)

    def old_case(self, *items: tuple[str, str], worker: str = "卞犇", paid_on: date = PAID_ON) -> Matter:
        """A case paid to the employer before the platform."""
        return takeover.take_over(
            takeover.OldCase(worker, FIRM, date(2025, 3, 1)),
            [takeover.PaidItem(kind, Decimal(amount), paid_on) for kind, amount in items],
            person_id=self.scene.person(COUNTER),
            now=self.now(),
        )

    def items(self, case: Matter) -> list[BenefitItem]:
        return list(BenefitItem.objects.filter(injury_id=case.pk).order_by("pk"))

    def found(self, **changes: object) -> findings.Found:
        values = {
            "domain": "injury",
            "unit_id": Unit.objects.get(code="SIC").pk,
            "source_kind": "tour",
            "issued_on": self.scene.today(),
            "fact": "有的工伤职工没有及时足额领取工伤待遇",
            "duty": "社会保险服务中心对代办代领监管不严",
            "fix_text": "督促有关企业转付",
            "screen_text": "对全市类似情况进行排查",
            "rule_text": "从制度层面堵住工伤支付环节的薄弱问题",
        }
        return findings.Found(**{**values, **changes})

    def finding(self, **changes: object) -> ExternalFinding:
        return findings.issue(self.found(**changes), person_id=self.scene.person(SUPERVISOR), now=self.now())

    def run(self, finding: ExternalFinding) -> InjuryScreening:
        return screening.run(finding_id=finding.pk, person_id=self.scene.person(AUDITOR), now=self.now())

    def listed(self, run: InjuryScreening, days: int = 10) -> list[Undertaking]:
        screening.enter_ledger(
            screening_id=run.pk,
            owner_person_id=self.scene.person(OWNER),
            checker_person_id=self.scene.person(CHECKER),
            due_on=self.scene.today() + timedelta(days=days),
            person_id=self.scene.person(AUDITOR),
            now=self.now(),
        )
        return list(Undertaking.objects.filter(source=f"external_finding:{run.finding_id}").order_by("pk"))

    def visited(self, case: Matter, *received: str, is_signed: bool = True) -> HomeCheck:
        row = home_check.make(
            injury_id=case.pk,
            second_person_id=self.scene.person(SECOND),
            checked_on=self.scene.today(),
            statement="单位收到后没有给我",
            received={
                item.pk: Decimal(amount) for item, amount in zip(self.items(case), received, strict=True)
            },
            person_id=self.scene.person(FIRST),
            now=self.now(),
        )
        if is_signed:
            home_check.sign(home_check_id=row.pk, person_id=self.scene.person(SECOND), now=self.now())
        return row

    def urged(self, item: BenefitItem, kind: str = "untransferred", days: int = 5) -> InjuryUrging:
        notice = urging.Notice(
            item.pk, kind, "钱沄帆", "总经理", self.scene.today() + timedelta(days=days), "请足额转付"
        )
        return urging.urge(notice, person_id=self.scene.person(AUDITOR), now=self.now())

    def passed_on(self, item: BenefitItem, amount: str) -> Document:
        self.papers += 1
        row = takeover.pass_on(
            item_id=item.pk,
            content=PDF + str(self.papers).encode(),
            file_name="voucher.pdf",
            amount=Decimal(amount),
            paid_on=self.scene.today(),
            voucher_no=f"ZF{self.papers:04d}",
            person_id=self.scene.person(AUDITOR),
            now=self.now(),
        )
        assert row.voucher_document is not None
        return row.voucher_document

    def closed(self, row: Undertaking, evidence: Document) -> Undertaking:
        return close(
            undertaking_id=row.pk,
            person_id=self.scene.person(CHECKER),
            result="done",
            evidence_document_id=evidence.pk,
            now=self.now(),
        )

    def evidence(self, finding: ExternalFinding, title: str = "整改报告") -> Document:
        self.papers += 1
        return findings.supply(
            finding_id=finding.pk,
            person_id=self.scene.person(AUDITOR),
            content=PDF + f"evidence {self.papers}".encode(),
            file_name="report.pdf",
            title=f"{title}{self.papers}",
            now=self.now(),
        )
