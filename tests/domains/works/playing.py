"""A small fixed cast that plays works procedures through the real services, one step a line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from typing import Any

from lianjing.domains.works.services.project import open_project
from lianjing.kernel.refusal import Refusal
from lianjing.runtime.contract.models import Contract
from lianjing.runtime.documents.services import upload
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.matter.stages import pass_gate
from lianjing.runtime.meeting import services as meetings
from lianjing.runtime.meeting.models import MeetingMember
from lianjing.runtime.org.models import Unit
from lianjing.runtime.org.queries import actor_at
from lianjing.runtime.parties.models import Account
from lianjing.runtime.parties.services import open_account
from lianjing.runtime.payment.models import BudgetLine
from lianjing.runtime.process import services as process
from lianjing.runtime.process.advice import advise
from lianjing.runtime.process.clocks import calendar
from lianjing.runtime.process.models import WorkItem
from lianjing.runtime.scene import Scene
from lianjing.runtime.trail.act import SYSTEM, recorded
from tests.domains.works.approving import APPROVING_PAPERS, Approving
from tests.domains.works.finishing import FINISHING_PAPERS, Finishing
from tests.domains.works.on_site import SITE_PAPERS, OnSite
from tests.domains.works.remembering import remembered
from tests.domains.works.tendering import TENDERING_PAPERS, Tendering

DIRECTOR, SECRETARYOF_PARTY, DEPUTY, LEADER, SECRETARY = "20001", "20003", "20004", "20002", "20101"
FUNDS, MAKER, CHECKER, FINANCE_HEAD = "20201", "20202", "20203", "20204"
ECO, PLANNER, PLN, AUDITOR, LAWYER, LAW = "20301", "20401", "20402", "20501", "20601", "20602"
HEAD, LEAD, OFFICER, SITE, COST, CONTRACTS, TENDERS, ARCHIVES = (f"2070{n}" for n in range(1, 9))
BUILDER, OTHER_BUILDER, CHIEF, ENGINEER = "40001", "40002", "41001", "41002"
FIRMS = ("婺澜澍建市政工程有限公司", "婺澜砼固建设集团有限公司", "澜汀市磐屹路桥工程有限公司")
SUPERVISION = "婺澜衡矩工程监理有限公司"
GOOD = {"opinion": "情况属实，同意"}
PAPERS = {
    **APPROVING_PAPERS,
    ("works_permit", "register"): "permit",
    **TENDERING_PAPERS,
    ("works_payment", "audit"): "audit_report",
    ("works_payment", "collective"): "minutes",
    ("works_payment", "finance"): "invoice",
    ("works_payment", "receipt"): "voucher",
    ("works_account_change", "apply"): "letter",
    **FINISHING_PAPERS,
    **SITE_PAPERS,
}


@contextmanager
def refused(ground: str, rule: str) -> Iterator[None]:
    """Expect a refusal by its ground and stable rule, with a clause."""
    try:
        yield
    except Refusal as refusal:
        assert (refusal.ground, refusal.rule) == (ground, rule), refusal
        assert refusal.clause, refusal
    else:
        raise AssertionError(f"expected a refusal by {rule}")


class Play(Approving, Finishing, Tendering, OnSite):
    """The cast at work on one project; every method leaves what the services left."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.papers = 0
        self.invoices = 0

    # ---- the least moves

    def open(self, number: str, procedure: str, project: Matter, title: str = "") -> Matter:
        self.scene.pass_time(hours=0.2)
        return process.open_matter(
            procedure_key=procedure,
            parent_id=project.id,
            title=title or procedure,
            person_id=self.scene.person(number),
            now=self.scene.now,
        )

    def do(
        self, number: str, matter: Matter, step: str, data: dict[str, Any] | None = None, element: str = ""
    ) -> process.Outcome:
        item = self.scene.item(matter, step, element)
        kinds = PAPERS.get((item.instance.definition.key, step), ())
        for kind in (kinds,) if isinstance(kinds, str) else kinds:
            self.paper(number, matter, kind, item)
        self.photos_for(number, matter, item)
        self.scene.pass_time(hours=0.2)
        return self.scene.do(number, matter, step, GOOD if data is None else data, element)

    def paper(self, number: str, matter: Matter, kind: str, item: WorkItem) -> None:
        self.papers += 1
        content = f"%PDF-1.4 demonstration {self.papers}".encode()
        post = item.post_id
        actor = actor_at(self.scene.person(number), post, self.scene.today())
        upload(
            matter_id=matter.id,
            kind=kind,
            title=f"{kind}",
            content=content,
            file_name="paper.pdf",
            actor=actor,
            now=self.scene.now,
            is_fictitious=True,
        )

    def back(self, number: str, matter: Matter, step: str, target: str, element: str = "") -> None:
        item = self.scene.item(matter, step, element)
        self.scene.pass_time(hours=0.2)
        process.return_item(
            item_id=item.id,
            person_id=self.scene.person(number),
            target=target,
            reason="not_conform",
            text="请补正",
            now=self.scene.now,
        )

    def gate(self, project: Matter, number: str = LEAD) -> Matter:
        self.scene.pass_time(hours=0.2)
        pass_gate(matter_id=project.id, person_id=self.scene.person(number), now=self.scene.now)
        project.refresh_from_db()
        return project

    # ---- the project

    def project_data(self, **changes: Any) -> dict[str, Any]:
        start = self.scene.today() + timedelta(days=90)
        return {
            "title": "望汀大道北延工程",
            "project_code": "2401-990101-04-01-318462",
            "sector": "road",
            "nature": "新建",
            "site": "望汀大道以北",
            "scale": "道路长1.82 km，宽36 m",
            "total_investment": "68000000.00",
            "fund_kind": "budget",
            "is_state_controlled": "on",
            "funding_year": "2025",
            "planned_start_on": start,
            "planned_end_on": start + timedelta(days=400),
            "need": "现状道路断头，" * 20,
            "simple_case": "in_plan",
            **changes,
        }

    def project(self, **changes: Any) -> Matter:
        return open_project(
            person_id=self.scene.person(OFFICER), now=self.scene.now, data=self.project_data(**changes)
        )

    def permit(self, project: Matter, kind: str, **changes: Any) -> Matter:
        matter = self.open(PLANNER, "works_permit", project, kind)
        data = {
            "kind": kind,
            "permit_no": f"建字第{kind}号",
            "issued_on": self.scene.today(),
            "result": "granted",
            **changes,
        }
        self.do(PLANNER, matter, "register", data)
        self.do(ARCHIVES, matter, "verify", {"is_same": "on"})
        return matter

    @remembered
    def awarded_project(self, *prices: str, budget: str = "68000000.00") -> tuple[Matter, Matter]:
        """A project in stage contract whose award waits for its contract; with its tender."""
        project = self.project()
        self.approved(project, budget)
        self.gate(project)
        self.permit(project, "works_planning")
        self.gate(project)
        tender = self.tendered(project, *prices)
        self.gate(project)
        return project, tender

    @remembered
    def under_contract(self, *prices: str, budget: str = "68000000.00") -> tuple[Matter, Contract]:
        """A project in stage contract with one contract in force."""
        project, tender = self.awarded_project(*prices, budget=budget)
        return project, self.contracted(project, tender)

    # ---- money

    def invoice(self, amount: str) -> dict[str, Any]:
        self.invoices += 1
        return {
            "invoice_code": "",
            "invoice_no": f"{99000000000000000000 + self.invoices}",
            "issued_on": self.scene.today(),
            "amount": amount,
        }

    def claim(self, contract: Contract, kind: str, gross: str = "", **changes: Any) -> dict[str, Any]:
        line = BudgetLine.objects.filter(project_id=contract.project_id).latest("id")
        return {
            "contract": contract.pk,
            "kind": kind,
            "gross": gross,
            "received_on": self.scene.today(),
            "delivered_on": self.scene.today(),
            "budget_line": line.pk,
            "invoices": [self.invoice(changes.pop("invoiced", gross))],
            **changes,
        }

    def applied(
        self,
        project: Matter,
        contract: Contract,
        kind: str = "advance",
        gross: str = "1000000",
        **changes: Any,
    ) -> Matter:
        matter = self.open(OFFICER, "works_payment", project)
        self.do(OFFICER, matter, "apply", self.claim(contract, kind, gross, **changes))
        return matter

    def audited(self, matter: Matter, approved: str) -> None:
        self.do(AUDITOR, matter, "audit", {"approved": approved, "cut_reason": "核减", **GOOD})

    def checked(self, matter: Matter, approved: str) -> None:
        boxes = {"is_contract_checked": "on", "is_measure_checked": "on", "is_change_checked": "on"}
        self.do(LEAD, matter, "internal", {**boxes, "approved": approved, "cut_reason": "核减", **GOOD})

    def decided(self, matter: Matter, *, kind: str, amount: str, item_kind: str = "large_fund") -> None:
        """A meeting passes the matter: agenda, materials, presence, views, votes, result."""
        scene = self.scene
        secretary, head = (
            scene.person(SECRETARY),
            scene.person(SECRETARYOF_PARTY if kind == "party_committee" else DIRECTOR),
        )
        unit = Unit.objects.get(code="ZONE")
        members = [scene.person(n) for n in (DIRECTOR, SECRETARYOF_PARTY, DEPUTY)]
        held_on = calendar().add_working_days(scene.today(), 4)
        meeting = meetings.call(
            unit_id=unit.pk,
            kind=kind,
            title=f"会议{matter.pk}",
            held_on=held_on,
            member_person_ids=members,
            head_person_id=head,
            person_id=secretary,
            now=scene.now,
        )
        item = meetings.put_on_agenda(
            meeting_id=meeting.pk,
            matter_id=matter.pk,
            title="审议",
            kind=item_kind,
            amount=Decimal(amount),
            person_id=secretary,
            now=scene.now,
        )
        meetings.send_materials(
            agenda_item_id=item.pk, person_id=secretary, now=scene.now, calendar=calendar()
        )
        if item.needs_legality:
            advise(
                agenda_item_id=item.pk,
                kind="legality",
                result="pass",
                text="权限、程序、内容合法",
                person_id=scene.person(LAWYER),
                now=scene.now,
            )
        while scene.today() < held_on:
            scene.pass_time(hours=12)
        seats = MeetingMember.objects.filter(meeting=meeting).exclude(role="secretary")
        present = [seat.person_id for seat in seats]
        meetings.record_presence(
            meeting_id=meeting.pk, present_person_ids=present, person_id=secretary, now=scene.now
        )
        for person in [*(m for m in members if m != head), head]:
            meetings.express_view(
                agenda_item_id=item.pk, person_id=person, text="同意", now=scene.pass_time(hours=0.1)
            )
        for person in members:
            meetings.cast(
                agenda_item_id=item.pk, person_id=person, choice="for", now=scene.pass_time(hours=0.1)
            )
        meetings.conclude(agenda_item_id=item.pk, person_id=secretary, now=scene.pass_time(hours=0.1))

    def financed(self, matter: Matter) -> None:
        boxes = {"is_invoice_verified": "on", "is_account_checked": "on", "is_budget_checked": "on"}
        self.do(FUNDS, matter, "finance", {**boxes, **GOOD})

    def payer(self) -> Account:
        found = Account.objects.filter(holder_kind="unit").first()
        if found is not None:
            return found
        unit = Unit.objects.get(code="CON")
        with recorded("parties.account", chain=f"unit:{unit.pk}", actor=SYSTEM, now=self.scene.now) as act:
            return open_account(
                act,
                holder=f"unit:{unit.pk}",
                holder_name=unit.name,
                account_no="9900000000000000900",
                bank_name="澜汀农商行",
                kind="basic",
            )

    def ordered(self, matter: Matter) -> None:
        self.do(
            MAKER, matter, "make_order", {"order_no": f"ZF-{matter.pk}", "payer_account": self.payer().pk}
        )

    def released(self, matter: Matter) -> None:
        self.do(CHECKER, matter, "check_order", {"is_same": "on"})
        self.do(FINANCE_HEAD, matter, "release", {"is_released": "on"})

    def receipted(self, matter: Matter, amount: str) -> None:
        self.do(
            MAKER,
            matter,
            "receipt",
            {"bank_ref": f"B{matter.pk}", "booked_on": self.scene.today(), "amount": amount},
        )
