"""The cast at a tender: plan, notice, sealed bids, opening, experts, candidates, award."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

from lianjing.domains.works.demo import tender_room as room
from lianjing.domains.works.demo.bidfiles import Offer
from lianjing.domains.works.models import Award, Bid, Project, Tender
from lianjing.runtime.fact.services import publish
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.parties.models import Enterprise
from lianjing.runtime.trail.act import LEGAL_ZONE, SYSTEM, recorded
from tests.domains.works.remembering import remembered

TENDERS, LAWYER, LEADER, HEAD, COST, AUDITOR, SECRETARY = (
    "20707",
    "20601",
    "20002",
    "20701",
    "20705",
    "20501",
    "20101",
)
AGENT, OTHER_AGENT = room.AGENT, room.OTHER_AGENT
FIRMS = (
    "婺澜澍建市政工程有限公司",
    "婺澜砼固建设集团有限公司",
    "澜汀市磐屹路桥工程有限公司",
    "澜汀市筑昉园林绿化有限公司",
    "澜汀市蓦成土石方工程有限公司",
)
PRICES = ("48000000", "49000000", "49500000")
MEDIA = [{"medium": "platform", "address": ""}, {"medium": "trading_site", "address": "公共资源交易网"}]
CRITERIA = [
    {"kind": "qualification", "text": "市政公用工程施工总承包二级以上", "weight": ""},
    {"kind": "price", "text": "报价", "weight": "60"},
    {"kind": "technical", "text": "施工组织设计", "weight": "30"},
    {"kind": "credit", "text": "企业信用", "weight": "10"},
]
TENDERING_PAPERS = {
    ("works_tender", "plan"): "tender_document",
    ("works_tender", "quotes"): "evaluation_report",
    ("works_tender", "evaluate"): "evaluation_report",
    ("works_award", "notice"): "award_notice",
}


class Tendering:
    """Moves of the tender; mixed into the cast of the works tests."""

    scene: Any

    @remembered
    def ready_to_tender(self, budget: str = "68000000", **changes: Any) -> Matter:
        """A project laid down in stage tendering, without the play of the stages before it."""
        project = self.project(**changes)
        with recorded("test.lay", chain=f"matter:{project.pk}", actor=SYSTEM, now=self.scene.now) as act:
            row = Project.objects.get(pk=project.pk)
            row.approved_budget = Decimal(budget)
            act.save(row)
            project.stage = "tendering"
            act.save(project)
            for kind in ("project_approved", "land_ready"):
                publish(act, matter=project, kind=kind, from_on=act.day)
        return project

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
            "criteria": CRITERIA,
            "award_method": "rank_one",
            "bond": "800000",
            "days": "400",
            "agency_selection": "comparison",
            "agency_name": room.AGENCY[0],
            "agency_code": room.AGENCY[1],
            "published_on": first,
            "deadline_on": first + timedelta(days=21),
            **changes,
        }

    def planned_tender(self, project: Matter, **changes: Any) -> Matter:
        """A tender whose plan is approved."""
        matter = self.open(TENDERS, "works_tender", project)
        self.do(TENDERS, matter, "plan", self.tender_plan(**changes))
        self.do(LAWYER, matter, "legality", {"is_fair": "on", "is_whole": "on", "opinion": "已核"})
        self.do(LEADER, matter, "approve")
        return matter

    def announce_data(self, **changes: Any) -> dict[str, Any]:
        today = self.scene.today()
        return {
            "filing_no": "澜招备〔2025〕18号",
            "outlets": MEDIA,
            "sale_to_on": today + timedelta(days=6),
            "deadline_at": datetime.combine(today + timedelta(days=21), time(9, 30), LEGAL_ZONE),
            "contact_text": "建设管理中心 0570-0000000",
            **changes,
        }

    def announced(self, matter: Matter, **changes: Any) -> Matter:
        """A tender whose notice is out and confirmed."""
        self.do(AGENT, matter, "announce", self.announce_data(**changes))
        self.do(TENDERS, matter, "confirm_notice", {"is_same": "on"})
        return matter

    def offers(self, *prices: str) -> list[Offer]:
        codes = dict(Enterprise.objects.filter(name__in=FIRMS).values_list("name", "credit_code"))
        return [Offer(name, codes[name], Decimal(price)) for name, price in zip(FIRMS, prices, strict=False)]

    def tender_to_deadline(self, project: Matter, **changes: Any) -> Matter:
        """A tender that awaits bids."""
        return self.announced(self.planned_tender(project, **changes))

    def sealed(self, matter: Matter, offers: Sequence[Offer]) -> None:
        """Bids in, the deadline past."""
        room.hand_in(self.scene, matter.pk, offers)
        room.until(self.scene, room.opened_time(self.scene, matter.pk))

    def tender_to_opening(self, project: Matter, *prices: str, **changes: Any) -> Matter:
        """A tender at its deadline with sealed bids."""
        matter = self.tender_to_deadline(project, **changes)
        self.sealed(matter, self.offers(*(prices or PRICES)))
        return matter

    def opened(self, matter: Matter, offers: Sequence[Offer]) -> Matter:
        """All bids opened."""
        room.unseal(self.scene, matter.pk, offers)
        self.do(AGENT, matter, "open_bids", {"is_over": "on"})
        return matter

    def seated(self, matter: Matter, **data: Any) -> None:
        """An evaluation committee drawn and seated."""
        room.stock_pools(self.scene)
        room.draw_experts(self.scene, matter.pk)
        self.do(AGENT, matter, "convene", data)

    def evaluated(self, matter: Matter, *prices: str, **judging: Any) -> None:
        """Bids opened, judged and ranked."""
        self.opened(matter, self.offers(*(prices or PRICES)))
        self.seated(matter)
        room.judged(self.scene, matter.pk, **judging)
        self.do(AGENT, matter, "evaluate", {"is_signed": "on"})

    def candidates_out(self, matter: Matter) -> None:
        """Candidates published."""
        data = {
            "outlets": MEDIA,
            "to_on": self.scene.today() + timedelta(days=3),
            "contact_text": "建设管理中心 0570-0000000",
        }
        self.do(AGENT, matter, "candidates", data)

    def unopposed(self, matter: Matter) -> None:
        """Candidates published and unopposed."""
        self.candidates_out(matter)
        while self.scene.today() <= _last_day(matter):
            self.scene.pass_time(hours=24)
        self.do(HEAD, matter, "settle", {"is_unchanged": "on", "opinion": "公示期满，无异议"})

    def bid_rows(self, matter: Matter) -> list[Bid]:
        return list(Bid.objects.filter(tender_id=matter.pk).order_by("id"))

    def award_data(self, matter: Matter, **changes: Any) -> dict[str, Any]:
        return {
            "tender": matter.pk,
            "method": Tender.objects.get(pk=matter.pk).award_method,
            "reason": "第一名，无异议",
            "legal_basis": "",
            **changes,
        }

    def award_begun(self, project: Matter, matter: Matter, **changes: Any) -> Matter:
        """An award prepared."""
        award = self.open(TENDERS, "works_award", project)
        self.do(TENDERS, award, "prepare", self.award_data(matter, **changes))
        return award

    def award_out(self, award: Matter) -> Award:
        """An award confirmed, its notice out."""
        self.do(LEADER, award, "confirm", {"is_lawful": "on", "opinion": "同意定标结果"})
        data = {"notice_no": "ZB-2025-018-T", "notice_on": self.scene.today()}
        self.do(TENDERS, award, "notice", data)
        return Award.objects.get(pk=award.pk)

    def tendered(self, project: Matter, *prices: str) -> Matter:
        """A whole tender with its award; the lowest price wins."""
        given = prices or PRICES
        matter = self.tender_to_opening(project, *given)
        self.evaluated(matter, *given)
        self.unopposed(matter)
        self.award_out(self.award_begun(project, matter))
        return matter


def _last_day(matter: Matter) -> Any:
    notices = Matter._meta.apps.get_model("publicity", "Publicity")._default_manager
    return notices.filter(matter=matter, kind="candidates").latest("id").to_on
