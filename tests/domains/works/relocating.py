"""The cast of a relocation: two officers, the street, the drawn appraiser, the checker."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from decimal import Decimal
from typing import Any

from lianjing.domains.works.services import relocation_project as projects
from lianjing.runtime.draw import services as draws
from lianjing.runtime.draw.models import Draw
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.parties.models import Enterprise
from lianjing.runtime.payment.models import BudgetLine
from lianjing.runtime.process.services import open_matter
from tests.domains.works.playing import (
    AUDITOR,
    CHECKER,
    FINANCE_HEAD,
    FUNDS,
    GOOD,
    LEADER,
    MAKER,
    PAPERS,
    Play,
)

REL_HEAD, FIRST, SECOND, RECHECKER, STREET = "21001", "21002", "21003", "21004", "21101"
APPRAISERS = {"婺澜公允房地产土地评估有限公司": "42601", "婺澜圭表资产评估有限公司": "42602"}
PAPERS.update(
    {
        ("works_relocation", "survey"): "photo",
        ("works_relocation", "appraise"): "evaluation_report",
        ("works_relocation", "agree"): "agreement",
        ("works_relocation", "collective"): "minutes",
        ("works_relocation", "move_out"): "photo",
        ("works_compensation", "apply"): "agreement",
        ("works_compensation", "receipt"): "voucher",
    }
)
HOUSE = {"kind": "house", "name": "砖混二层", "area_m2": "120.00", "unit_price": "2000"}
TREES = {"kind": "crops", "name": "果树", "area_m2": "10", "unit_price": "300"}


class Relocation:
    """The moves of a relocation on one project."""

    def __init__(self, play: Play, project: Matter) -> None:
        self.play, self.project, self.scene = play, project, play.scene
        self.draws = 0

    def budget(self, amount: str = "243000") -> BudgetLine:
        return projects.add_budget(
            project_id=self.project.pk,
            person_id=self.scene.person(FUNDS),
            now=self.scene.pass_time(hours=0.1),
            code="2120801-07",
            name="征迁补偿",
            fiscal_year=2025,
            fund_kind="budget",
            amount=Decimal(amount),
        )

    def survey_data(self, **changes: Any) -> dict[str, Any]:
        return {
            "code": "上篁畈-017",
            "village_name": "上篁畈",
            "owner_kind": "person",
            "owner_name": "陈大明",
            "id_no": "11010519491231002X",
            "member_count": 4,
            "plot_no": "SHF-017",
            "title_no": "集土证第017号",
            "surveyed_area_m2": "120.00",
            "surveyed_on": self.scene.today(),
            "has_no_tie": "on",
            **changes,
        }

    def opened(self) -> Matter:
        return self.play.open(FIRST, "works_relocation", self.project, "上篁畈-017")

    def surveyed(self, **changes: Any) -> Matter:
        matter = self.opened()
        self.play.do(FIRST, matter, "survey", self.survey_data(**changes))
        measured = changes.get("surveyed_area_m2", "120.00")
        self.play.do(
            SECOND, matter, "second", {"measured_area_m2": measured, "is_same": "on", "has_no_tie": "on"}
        )
        self.play.do(RECHECKER, matter, "verify")
        return matter

    def notice(self, days: int = 7) -> dict[str, Any]:
        return {
            "to_on": self.scene.today() + timedelta(days=days),
            "address": "上篁畈村务公开栏",
            "contact_text": "0579-00000000",
        }

    def published(self, matter: Matter, step: str, result: str, days: int = 7) -> None:
        self.play.do(STREET, matter, step, self.notice(days))
        self.scene.pass_time(hours=24 * (days + 1))
        self.play.do(STREET, matter, result, {"is_posted": "on", **GOOD})

    def draw(self, kind: str, candidates: list[draws.Candidate] | None, *, by: str, count: int = 1) -> Draw:
        scene, operator, other = self.scene, self.scene.person(by), self.scene.person(AUDITOR)
        self.draws += 1
        secret = hashlib.sha256(f"secret {self.draws}".encode()).digest()
        if kind == "household_sample":
            row = projects.begin_sample(
                project_id=self.project.pk,
                person_id=operator,
                now=scene.pass_time(hours=0.1),
                committer_person_id=other,
            )
        else:
            row = draws.prepare(
                matter_id=self.project.pk,
                kind=kind,
                pick_count=count,
                title="抽取",
                person_id=operator,
                now=scene.pass_time(hours=0.1),
                committer_person_id=other,
            )
        digest = hashlib.sha256(secret).hexdigest()
        draws.commit(draw_id=row.pk, person_id=other, digest=digest, now=scene.pass_time(hours=0.1))
        if candidates is None:
            projects.lock_sample(draw_id=row.pk, person_id=operator, now=scene.pass_time(hours=0.1))
        else:
            draws.lock(
                draw_id=row.pk, candidates=candidates, person_id=operator, now=scene.pass_time(hours=0.1)
            )
        return draws.reveal(
            draw_id=row.pk, person_id=other, value=secret.hex(), now=scene.pass_time(hours=0.1)
        )

    def appraiser_drawn(self) -> Draw:
        firms = Enterprise.objects.filter(name__in=APPRAISERS).order_by("pk")
        return self.draw(
            "appraiser", [draws.Candidate(f"enterprise:{firm.pk}", firm.name) for firm in firms], by=REL_HEAD
        )

    def appraised(self, matter: Matter, *items: dict[str, str]) -> None:
        self.play.do(REL_HEAD, matter, "assign", {"is_drawn": "on"})
        item = self.scene.item(matter, "appraise")
        number = next(
            number
            for name, number in APPRAISERS.items()
            if item.post.unit.enterprise_no == Enterprise.objects.get(name=name).credit_code
        )
        data = {
            "report_no": "评字2025-17",
            "appraised_on": self.scene.today(),
            "items": list(items or (HOUSE, TREES)),
        }
        self.play.do(number, matter, "appraise", data)

    def agreement(self, *items: dict[str, str], **changes: Any) -> dict[str, Any]:
        return {
            "agreement_no": "XY-017",
            "agreed_on": self.scene.today(),
            "mode": "money",
            "items": list(items or (HOUSE, TREES)),
            "holder_name": "陈大明",
            "account_no": "9900000000000000317",
            "bank_name": "澜汀农商行",
            **changes,
        }

    def to_agreement(self, **changes: Any) -> Matter:
        matter = self.surveyed(**changes)
        self.published(matter, "publish_survey", "survey_result")
        self.appraiser_drawn()
        self.appraised(matter)
        return matter

    def approved(self, matter: Matter) -> None:
        self.play.do(REL_HEAD, matter, "head")
        self.play.do(FUNDS, matter, "finance")
        self.play.do(LEADER, matter, "leader")

    def remeasured(self, matter: Matter, area: str = "120.00") -> None:
        projects.remeasure(
            household_id=matter.pk,
            person_id=self.scene.person(RECHECKER),
            area=Decimal(area),
            now=self.scene.pass_time(hours=0.1),
        )

    def claim(self) -> dict[str, Any]:
        line = BudgetLine.objects.get(project_id=self.project.pk, purpose="relocation")
        return {"received_on": self.scene.today(), "is_own_account": "on", "budget_line": line.pk}

    def compensation(self, matter: Matter) -> Matter:
        self.scene.pass_time(hours=0.2)
        return open_matter(
            procedure_key="works_compensation",
            parent_id=matter.pk,
            title="补偿款",
            person_id=self.scene.person(FIRST),
            now=self.scene.now,
        )

    def paid(self, payment: Matter, amount: str = "243000") -> None:
        play = self.play
        play.do(AUDITOR, payment, "audit")
        play.financed(payment)
        play.ordered(payment)
        play.do(CHECKER, payment, "check_order", {"is_same": "on"})
        play.do(FINANCE_HEAD, payment, "release", {"is_released": "on"})
        play.do(
            MAKER,
            payment,
            "receipt",
            {"bank_ref": f"C{payment.pk}", "booked_on": self.scene.today(), "amount": amount},
        )
