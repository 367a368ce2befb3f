"""How a contract is signed and what happens on its site: start, progress, visas, changes, wages, checks."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from lianjing.domains.works.demo.papers import png
from lianjing.domains.works.models import Award, Bid
from lianjing.runtime.contract.models import Contract
from lianjing.runtime.documents.models import Photo
from lianjing.runtime.documents.photos import NewPhoto, hand_in
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.parties.models import Enterprise
from lianjing.runtime.process import services as process
from lianjing.runtime.process.models import WorkItem
from lianjing.runtime.process.papers import uploader
from lianjing.runtime.scene import Scene
from tests.domains.works.remembering import remembered

LEADER, SEALS, FUNDS, MAKER, LAWYER = "20002", "20102", "20201", "20202", "20601"
LEAD, SITE, COST, CONTRACTS, ARCHIVES, QUALITY = "20702", "20704", "20705", "20706", "20708", "20710"
BUILDER, CHIEF, ENGINEER, DESIGNER = "40001", "41001", "41002", "42101"
ECO, PLN, LAW = "20301", "20402", "20602"
SUPERVISION = "婺澜衡矩工程监理有限公司"
SITE_PAPERS: dict[tuple[str, str], str | tuple[str, ...]] = {
    ("works_contract", "draft"): "contract",
    ("works_contract", "file"): "contract",
    ("works_amendment", "draft"): "agreement",
    ("works_amendment", "file"): "agreement",
    ("works_start", "apply"): "start",
    ("works_progress", "report"): "progress",
    ("works_visa", "apply"): "visa",
    ("works_change", "propose"): "change",
    ("works_change", "drawing"): "design",
    ("works_change", "price"): "budget",
    ("works_change", "collective"): "minutes",
    ("works_subcontract", "apply"): "contract",
    ("works_wage", "pay"): "voucher",
}
# How many photographs a step asks for, and what they show.
SITE_PHOTOS: dict[tuple[str, str], tuple[int, str]] = {
    ("works_progress", "report"): (4, "progress"),
    ("works_change", "propose"): (3, "before"),
    ("works_change", "papers"): (3, "site"),
    ("works_visa", "apply"): (2, "before"),
    ("works_inspection", "rectify"): (1, "after"),
}
PICTURES = iter(range(1, 1_000_000))


class OnSite:
    """The contract and its site; a part of `Play`."""

    scene: Scene
    open: Any
    do: Any
    under_contract: Any
    permit: Any
    gate: Any

    def photos(self, number: str, matter: Matter, count: int, role: str) -> list[Photo]:
        """Hand in photographs with time and place, all in one act."""
        scene = self.scene
        scene.pass_time(hours=0.02)
        person = scene.person(number)
        return hand_in(
            matter_id=matter.pk,
            photos=[self.picture(role) for _each in range(count)],
            actor=uploader(matter, person, scene.today()),
            now=scene.now,
            is_fictitious=True,
        )

    def picture(self, role: str, **changes: Any) -> NewPhoto:
        seed = next(PICTURES)
        data = {
            "content": png(seed) + str(seed).encode(),
            "file_name": "现场.png",
            "title": f"现场照片{seed}",
            "role": role,
            "taken_at": self.scene.now - timedelta(hours=1),
            "latitude": Decimal("30.123456"),
            "longitude": Decimal("120.654321"),
        }
        return NewPhoto(**{**data, **changes})

    def photos_for(self, number: str, matter: Matter, item: WorkItem) -> None:
        """Hand in what the step asks for, where nothing is there yet."""
        wanted = SITE_PHOTOS.get((item.instance.definition.key, item.step_key))
        if wanted is None or Photo.objects.filter(document__matter=matter, role=wanted[1]).exists():
            return
        self.photos(number, matter, *wanted)

    # ---- contract

    def contract_data(self, tender: Matter, **changes: Any) -> dict[str, Any]:
        award = Award.objects.select_related("tender", "bid", "enterprise").get(tender_id=tender.pk)
        bid: Bid = award.bid
        return {
            "award": award.pk,
            "code": "澜经建合2025-031",
            "title": "施工合同",
            "kind": "works",
            "pricing": "unit_price",
            "days": str(bid.days or award.tender.days or 400),
            "quality": bid.quality or award.tender.quality or "合格",
            "manager_name": bid.manager_name or "施工经理",
            "amount": str(award.amount),
            "provisional": "0",
            "advance_ratio": "10",
            "progress_ratio": "80",
            "retention_ratio": "3",
            "payment_days": "30",
            "owners": [
                {
                    "owner_name": "蓝音",
                    "interest": "shareholding",
                    "share_ratio": "60",
                    "is_beneficial": "on",
                },
                {"owner_name": "濮阳昕", "interest": "shareholding", "share_ratio": "40"},
            ],
            "holder_name": award.enterprise.name,
            "account_no": "9900 0000 0000 0000 101",
            "bank_name": "澜汀农商行",
            "supervisor_name": SUPERVISION,
            "supervisor_credit_code": Enterprise.objects.get(name=SUPERVISION).credit_code,
            **changes,
        }

    def drafted(self, project: Matter, tender: Matter, **changes: Any) -> Matter:
        matter = self.open(CONTRACTS, "works_contract", project)
        self.do(CONTRACTS, matter, "draft", self.contract_data(tender, **changes))
        self.compared(matter)
        return matter

    def compared(self, matter: Matter) -> None:
        self.do(CONTRACTS, matter, "compare", {"explanation": "标的名称按施工合同示范文本书写"})

    def countersigned(self, matter: Matter) -> None:
        for number, step in ((COST, "cost"), (FUNDS, "finance"), (LAWYER, "legal")):
            self.do(number, matter, step)

    def sealed_and_filed(self, matter: Matter) -> Contract:
        self.do(SEALS, matter, "seal", {"signed_on": self.scene.today(), "seal_no": f"用印{matter.pk}"})
        signed_on = Contract.objects.get(pk=matter.pk).signed_on
        self.do(ARCHIVES, matter, "file", {"signed_on": signed_on, "is_same": "on"})
        return Contract.objects.get(pk=matter.pk)

    def contracted(self, project: Matter, tender: Matter, **changes: Any) -> Contract:
        matter = self.drafted(project, tender, **changes)
        self.countersigned(matter)
        self.do(LEADER, matter, "approve")
        return self.sealed_and_filed(matter)

    def amendment_data(self, contract: Contract, new_amount: str, **changes: Any) -> dict[str, Any]:
        return {
            "contract": contract.pk,
            "code": f"{contract.code}-补1",
            "new_amount": new_amount,
            "reason": "工程变更",
            **changes,
        }

    def amended(self, project: Matter, contract: Contract, new_amount: str, **changes: Any) -> Matter:
        matter = self.open(CONTRACTS, "works_amendment", project)
        self.do(CONTRACTS, matter, "draft", self.amendment_data(contract, new_amount, **changes))
        self.do(FUNDS, matter, "finance")
        self.do(LAWYER, matter, "legal")
        self.do(LEADER, matter, "approve")
        self.do(SEALS, matter, "seal", {"signed_on": self.scene.today(), "seal_no": f"用印{matter.pk}"})
        self.do(ARCHIVES, matter, "file", {"is_same": "on"})
        return matter

    # ---- start and progress

    def implementing(self, *prices: str, budget: str = "68000000.00") -> tuple[Matter, Contract]:
        """A project in stage implementation whose works have not started."""
        project, contract = self.under_contract(*prices, budget=budget)
        self.permit(project, "construction")
        self.gate(project)
        return project, contract

    @remembered
    def building(self, *prices: str, budget: str = "68000000.00") -> tuple[Matter, Contract]:
        """A project whose works have started."""
        project, contract = self.implementing(*prices, budget=budget)
        self.started(project, contract)
        return project, contract

    def start_data(self, contract: Contract, **changes: Any) -> dict[str, Any]:
        today = self.scene.today()
        return {
            "contract": contract.pk,
            "planned_start_on": today,
            "planned_end_on": today + timedelta(days=1200),
            "staff": [{"post": "项目经理", "name": contract.manager_name, "number": "浙1332024"}],
            "milestones": [
                {"kind": "foundation", "title": "基础完成", "planned_on": today + timedelta(days=90)},
                {"kind": "completion", "title": "完工", "planned_on": today + timedelta(days=400)},
            ],
            "wage_account_no": "9900 0000 0000 0000 201",
            "wage_bank_name": "澜汀农商行",
            "is_ready": "on",
            "has_bond": "on",
            "has_real_name": "on",
            **changes,
        }

    def start_applied(self, project: Matter, contract: Contract, **changes: Any) -> Matter:
        matter = self.open(BUILDER, "works_start", project)
        self.do(BUILDER, matter, "apply", self.start_data(contract, **changes))
        return matter

    def started(self, project: Matter, contract: Contract, **changes: Any) -> Matter:
        matter = self.start_applied(project, contract, **changes)
        self.do(CHIEF, matter, "supervise", {"order_no": "开工令-01", "opinion": "具备开工条件"})
        self.do(SITE, matter, "site", {"is_seen": "on", "opinion": "现场已核对"})
        self.do(LEAD, matter, "approve", {"start_on": self.scene.today(), "opinion": "同意开工"})
        return matter

    def report_data(self, contract: Contract, ratio: str, **changes: Any) -> dict[str, Any]:
        return {
            "contract": contract.pk,
            "period_on": self.scene.today(),
            "reported_ratio": ratio,
            "worker_count": 60,
            **changes,
        }

    def progressed(
        self, project: Matter, contract: Contract, ratio: str, value: str, **changes: Any
    ) -> Matter:
        matter = self.open(BUILDER, "works_progress", project)
        self.do(BUILDER, matter, "report", self.report_data(contract, ratio, **changes))
        self.do(ENGINEER, matter, "verify", {"verified_ratio": ratio, "completed_value": value})
        self.do(SITE, matter, "confirm")
        return matter

    # ---- changes and visas

    def change_data(self, contract: Contract, code: str = "BG-2025-001", **changes: Any) -> dict[str, Any]:
        return {
            "contract": contract.pk,
            "code": code,
            "proposer": "contractor",
            "cause": "site_condition",
            "responsible": "none",
            "part": f"K0+420–K0+510 {code}",
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
        **changes: Any,
    ) -> Matter:
        matter = self.open(BUILDER, "works_change", project)
        self.do(BUILDER, matter, "propose", self.change_data(contract, code, **changes))
        self.do(CHIEF, matter, "supervise")
        self.drawn(matter)
        self.change_priced(matter, amount, scope=scope)
        return matter

    def drawn(self, matter: Matter) -> None:
        """Let the designer draw where the project has one."""
        if WorkItem.objects.filter(matter=matter, step_key="drawing", closed_at=None).exists():
            self.do(DESIGNER, matter, "drawing", {"drawing_no": f"设变-{matter.pk}", "opinion": "已出图"})

    def change_priced(self, matter: Matter, amount: str, *, scope: bool = False) -> process.Outcome:
        items = [{"item_code": "040201001", "name": "换填", "quantity_delta": "1", "unit_price": amount}]
        data = {"items": items, **({"scope_changed": "on"} if scope else {})}
        return self.do(COST, matter, "price", data)

    def changed(self, project: Matter, contract: Contract, amount: str, code: str = "BG-2025-001") -> Matter:
        """A general change, approved and ordered."""
        matter = self.change_to_price(project, contract, amount, code=code)
        self.do(LEAD, matter, "lead")
        self.do(LEADER, matter, "leader")
        self.do(SITE, matter, "order", {"work_started_on": self.scene.today()})
        return matter

    def visa_data(self, contract: Contract, **changes: Any) -> dict[str, Any]:
        return {
            "contract": contract.pk,
            "code": "QZ-2025-001",
            "reason": "管沟遇地下障碍物",
            "occurred_at": self.scene.now - timedelta(hours=5),
            "part": "K1+120检查井",
            "order_ref": "工程联系单第12号",
            **changes,
        }

    def visa_measured(self, project: Matter, contract: Contract, **changes: Any) -> Matter:
        matter = self.open(BUILDER, "works_visa", project)
        self.do(BUILDER, matter, "apply", self.visa_data(contract, **changes))
        self.do(ENGINEER, matter, "measure", self.measured_data())
        self.do(SITE, matter, "joint", {"is_present": "on", "opinion": "共同计量，数量属实"})
        return matter

    def measured_data(self, **changes: Any) -> dict[str, Any]:
        return {
            "measured_at": self.scene.now - timedelta(minutes=20),
            "items": [{"name": "破除混凝土", "formula": "12.5×2×0.4", "unit_name": "m³", "quantity": "10"}],
            **changes,
        }

    def visa_priced(self, matter: Matter, unit_price: str, **changes: Any) -> None:
        rows = Matter._meta.apps.get_model("works", "SiteVisaItem").objects.filter(site_visa_id=matter.pk)
        prices = [{"item": str(row.pk), "unit_price": unit_price} for row in rows]
        self.do(COST, matter, "price", {"prices": prices, "price_source": "contract", **changes})

    def visa_approved(self, project: Matter, contract: Contract, unit_price: str, **changes: Any) -> Matter:
        matter = self.visa_measured(project, contract, **changes)
        self.visa_priced(matter, unit_price)
        self.do(LEAD, matter, "lead")
        self.do(LEADER, matter, "leader")
        return matter

    # ---- people

    def opinions(self, matter: Matter, **given: str) -> None:
        for number, element in ((ECO, "ECO"), (PLN, "PLN"), (LAW, "LAW")):
            self.do(
                number, matter, "joint", {"result": given.get(element, "agree"), "opinion": "已核"}, element
            )
