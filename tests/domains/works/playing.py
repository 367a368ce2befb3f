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
from lianjing.runtime.parties.models import Account, Enterprise
from lianjing.runtime.parties.services import open_account
from lianjing.runtime.payment.models import BudgetLine
from lianjing.runtime.process import services as process
from lianjing.runtime.process.clocks import calendar
from lianjing.runtime.process.models import WorkItem
from lianjing.runtime.scene import Scene
from lianjing.runtime.trail.act import SYSTEM, recorded

DIRECTOR, SECRETARYOF_PARTY, DEPUTY, LEADER, SECRETARY = "20001", "20003", "20004", "20002", "20101"
FUNDS, MAKER, CHECKER, FINANCE_HEAD = "20201", "20202", "20203", "20204"
ECO, PLANNER, PLN, AUDITOR, LAWYER, LAW = "20301", "20401", "20402", "20501", "20601", "20602"
HEAD, LEAD, OFFICER, SITE, COST, CONTRACTS, TENDERS, ARCHIVES = (f"2070{n}" for n in range(1, 9))
BUILDER, OTHER_BUILDER, CHIEF, ENGINEER = "40001", "40002", "41001", "41002"
FIRMS = ("婺澜澍建市政工程有限公司", "婺澜砼固建设集团有限公司", "澜汀市磐屹路桥工程有限公司")
SUPERVISION = "婺澜衡矩工程监理有限公司"
GOOD = {"opinion": "情况属实，同意"}
PAPERS = {
    ("works_initiation", "draft"): "proposal",
    ("works_initiation", "register"): "approval",
    ("works_permit", "register"): "permit",
    ("works_tender", "plan"): "tender_document",
    ("works_tender", "evaluate"): "evaluation_report",
    ("works_tender", "notice"): "award_notice",
    ("works_contract", "draft"): "contract",
    ("works_contract", "file"): "contract",
    ("works_progress", "report"): "progress",
    ("works_change", "propose"): "change",
    ("works_change", "price"): "budget",
    ("works_change", "collective"): "minutes",
    ("works_payment", "audit"): "audit_report",
    ("works_payment", "collective"): "minutes",
    ("works_payment", "finance"): "invoice",
    ("works_payment", "receipt"): "voucher",
    ("works_account_change", "apply"): "letter",
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


class Play:
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
        kind = PAPERS.get((item.instance.definition.key, step))
        if kind is not None:
            self.paper(number, matter, kind, item)
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
            **changes,
        }

    def project(self, **changes: Any) -> Matter:
        return open_project(
            person_id=self.scene.person(OFFICER), now=self.scene.now, data=self.project_data(**changes)
        )

    def approved(self, project: Matter, budget: str = "68000000.00") -> Matter:
        matter = self.open(OFFICER, "works_initiation", project)
        self.do(
            OFFICER,
            matter,
            "draft",
            {"requested_budget": budget, "authority": "行政审批局", "basis": "管委会会议纪要〔2025〕5号"},
        )
        self.do(HEAD, matter, "check")
        lines = [
            {
                "code": "2120399-01",
                "name": "市政道路建设",
                "fiscal_year": 2025,
                "fund_kind": "budget",
                "amount": budget,
            }
        ]
        self.do(FUNDS, matter, "funds", {"lines": lines, **GOOD})
        self.do(LEADER, matter, "decide")
        self.do(
            OFFICER,
            matter,
            "register",
            {"permit_no": "澜经审〔2025〕17号", "issued_on": self.scene.today(), "approved_budget": budget},
        )
        self.do(HEAD, matter, "confirm", {"is_same": "on"})
        return matter

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

    def tender_plan(self, **changes: Any) -> dict[str, Any]:
        first = self.scene.today()
        return {
            "title": "望汀大道北延工程施工",
            "code": "ZB-2025-018",
            "procurement_category": "works",
            "estimated": "50000000",
            "budget_money": "50000000",
            "control_price": "50000000",
            "method": "open",
            "evaluation_method": "comprehensive",
            "award_method": "rank_one",
            "published_on": first,
            "deadline_on": first + timedelta(days=21),
            **changes,
        }

    def tender_to_opening(self, project: Matter, **changes: Any) -> Matter:
        matter = self.open(TENDERS, "works_tender", project)
        self.do(TENDERS, matter, "plan", self.tender_plan(**changes))
        self.do(LAWYER, matter, "legality", {"is_fair": "on", "is_whole": "on", **GOOD})
        self.do(LEADER, matter, "approve")
        self.scene.pass_time(hours=24 * 22)
        return matter

    def bids(self, *prices: str) -> list[dict[str, str]]:
        firms = Enterprise.objects.in_bulk(
            Enterprise.objects.filter(name__in=FIRMS).values_list("pk", flat=True)
        )
        codes = {firm.name: firm.credit_code for firm in firms.values()}
        return [
            {"name": name, "credit_code": codes[name], "price": price}
            for name, price in zip(FIRMS, prices, strict=False)
        ]

    def evaluated(self, matter: Matter, *prices: str, **rows: Any) -> None:
        self.do(TENDERS, matter, "open_bids", {"opened_on": self.scene.today(), "bids": self.bids(*prices)})
        self.do(COST, matter, "evaluate", {"report_on": self.scene.today(), "results": self.results(matter)})

    def results(self, matter: Matter) -> list[dict[str, Any]]:
        from_low = sorted(self.bid_rows(matter), key=lambda bid: bid.price)
        return [
            {"bid": str(b.pk), "status": "valid", "score": "90", "rank": place, "reason": ""}
            for place, b in enumerate(from_low, start=1)
        ]

    def bid_rows(self, matter: Matter) -> list[Any]:
        from_table = Matter._meta.apps.get_model("works", "Bid")
        return list(from_table.objects.filter(tender_id=matter.pk).order_by("id"))

    def award_data(self, matter: Matter, rank: int = 1, **changes: Any) -> dict[str, Any]:
        bid = next(b for b in self.bid_rows(matter) if b.rank == rank)
        return {
            "bid": bid.pk,
            "decided_on": self.scene.today(),
            "reason": "第一名",
            "legal_basis": "",
            **changes,
        }

    def tendered(self, project: Matter, *prices: str) -> Matter:
        matter = self.tender_to_opening(project)
        self.evaluated(matter, *(prices or ("48000000", "49000000", "49500000")))
        self.do(LEADER, matter, "award", self.award_data(matter))
        self.do(TENDERS, matter, "notice", {"notice_no": "ZB-2025-018-T", "notice_on": self.scene.today()})
        return matter

    def contract_data(self, tender: Matter, **changes: Any) -> dict[str, Any]:
        award = Matter._meta.apps.get_model("works", "Award").objects.get(tender_id=tender.pk)
        return {
            "award": award.pk,
            "code": "澜经建合2025-031",
            "title": "施工合同",
            "kind": "works",
            "amount": str(award.amount),
            "provisional": "0",
            "advance_ratio": "10",
            "progress_ratio": "80",
            "retention_ratio": "3",
            "payment_days": "30",
            "holder_name": award.enterprise.name,
            "account_no": "9900 0000 0000 0000 101",
            "bank_name": "澜汀农商行",
            "supervisor_name": SUPERVISION,
            "supervisor_credit_code": Enterprise.objects.get(name=SUPERVISION).credit_code,
            **changes,
        }

    def contracted(self, project: Matter, tender: Matter, **changes: Any) -> Contract:
        matter = self.open(CONTRACTS, "works_contract", project)
        self.do(CONTRACTS, matter, "draft", self.contract_data(tender, **changes))
        self.do(COST, matter, "cost")
        self.do(FUNDS, matter, "finance")
        self.do(LAWYER, matter, "legal")
        self.do(LEADER, matter, "approve")
        self.do(ARCHIVES, matter, "file", {"signed_on": self.scene.today(), "is_same": "on"})
        return Contract.objects.get(pk=matter.pk)

    def under_contract(self, *prices: str, budget: str = "68000000.00") -> tuple[Matter, Contract]:
        """A project in stage contract with one contract in force."""
        project = self.project()
        self.approved(project, budget)
        self.gate(project)
        self.permit(project, "works_planning")
        self.gate(project)
        tender = self.tendered(project, *prices)
        self.gate(project)
        return project, self.contracted(project, tender)

    def building(self, *prices: str, budget: str = "68000000.00") -> tuple[Matter, Contract]:
        """A project in stage implementation."""
        project, contract = self.under_contract(*prices, budget=budget)
        self.permit(project, "construction")
        self.gate(project)
        return project, contract

    # ---- site and money

    def progressed(self, project: Matter, contract: Contract, ratio: str, value: str) -> Matter:
        matter = self.open(BUILDER, "works_progress", project)
        self.do(
            BUILDER,
            matter,
            "report",
            {
                "contract": contract.pk,
                "period_on": self.scene.today(),
                "reported_ratio": ratio,
                "worker_count": 60,
            },
        )
        self.do(ENGINEER, matter, "verify", {"verified_ratio": ratio, "completed_value": value})
        self.do(SITE, matter, "confirm")
        return matter

    def change_data(self, contract: Contract, code: str = "BG-2025-001", **changes: Any) -> dict[str, Any]:
        return {
            "contract": contract.pk,
            "code": code,
            "cause": "site_condition",
            "responsible": "none",
            "part": "K0+420–K0+510",
            "before_text": "原路基",
            "after_text": "换填",
            "proposed_on": self.scene.today(),
            **changes,
        }

    def change_to_price(
        self,
        project: Matter,
        contract: Contract,
        amount: str,
        *,
        code: str = "BG-2025-001",
        scope: bool = False,
    ) -> Matter:
        matter = self.open(BUILDER, "works_change", project)
        self.do(BUILDER, matter, "propose", self.change_data(contract, code))
        self.do(CHIEF, matter, "supervise")
        items = [{"item_code": "040201001", "name": "换填", "quantity_delta": "1", "unit_price": amount}]
        self.do(COST, matter, "price", {"items": items, **({"scope_changed": "on"} if scope else {})})
        return matter

    def changed(self, project: Matter, contract: Contract, amount: str, code: str = "BG-2025-001") -> Matter:
        """A general change, approved and ordered."""
        matter = self.change_to_price(project, contract, amount, code=code)
        self.do(LEAD, matter, "lead")
        self.do(LEADER, matter, "leader")
        self.do(SITE, matter, "order", {"work_started_on": self.scene.today()})
        return matter

    def opinions(self, matter: Matter, **given: str) -> None:
        for number, element in ((ECO, "ECO"), (PLN, "PLN"), (LAW, "LAW")):
            self.do(
                number, matter, "joint", {"result": given.get(element, "agree"), "opinion": "已核"}, element
            )

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
