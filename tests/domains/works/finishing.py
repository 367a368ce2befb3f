"""The end of a project played through the services: acceptance, settlement, final account, warranty, archive."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from lianjing.domains.works.demo.completing import draw_audit_firm
from lianjing.domains.works.models import Warranty
from lianjing.runtime.contract.models import Contract
from lianjing.runtime.documents import catalogue as archive
from lianjing.runtime.draw.queries import drawn, picks
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.org.queries import actor_with
from lianjing.runtime.undertaking import services as undertakings
from lianjing.runtime.undertaking.models import Undertaking

BUILDER, CHIEF, PLANNER, LEAD, QUALITY, ARCHIVES = "40001", "41001", "20401", "20702", "20710", "20708"
COST, AUDITOR, LEADER, SECRETARY, SITE, USER = "20705", "20501", "20002", "20101", "20704", "20711"
FUNDS, FINANCE_HEAD, OFFICER, HEAD = "20201", "20204", "20703", "20701"
AUDIT_FIRMS = {"婺澜鉴澈会计师事务所（普通合伙）": "42501", "婺澜昭核会计师事务所（普通合伙）": "42502"}
GOOD = {"opinion": "情况属实，同意"}
FINISHING_PAPERS: dict[tuple[str, str], str | tuple[str, ...]] = {
    ("works_acceptance", "apply"): ("acceptance_application", "test_report", "drawing"),
    ("works_acceptance", "precheck"): "quality_report",
    ("works_acceptance", "checks"): "special_check",
    ("works_acceptance", "meeting"): ("acceptance", "warranty_letter"),
    ("works_acceptance", "rectify"): ("rectification", "photo"),
    ("works_acceptance", "file"): "filing",
    ("works_settlement", "submit"): ("settlement", "drawing"),
    ("works_settlement", "first"): "audit_report",
    ("works_settlement", "second"): "recheck_report",
    ("works_settlement", "confirm_owner"): "settled_form",
    ("works_settlement", "collective"): "minutes",
    ("works_final_account", "compile"): "final_account",
    ("works_final_account", "audit"): "audit_report",
    ("works_final_account", "approve"): "approval",
    ("works_final_account", "transfer"): "asset_list",
    ("works_warranty", "apply"): "letter",
    ("works_warranty", "use"): ("defect_check", "photo"),
    ("works_warranty", "site"): "photo",
    ("works_handover", "receive"): "handover_list",
    ("works_post_evaluation", "draft"): "evaluation",
}
PARTIES = (
    ("owner", "经开区建设管理中心", "柴堃林"),
    ("surveyor", "婺澜勘隅岩土勘察有限公司", "冼珩"),
    ("designer", "婺澜规晷建筑设计院有限公司", "亢霁"),
    ("contractor", "婺澜澍建市政工程有限公司", "钮犇"),
    ("supervisor", "婺澜衡矩工程监理有限公司", "濮阳堃"),
)


class Finishing:
    """What the cast does once the works stand; mixed into Play, which gives open, do, paper and the scene."""

    scene: Any
    open: Any
    do: Any
    decided: Any
    gate: Any

    # ---- acceptance

    def acceptance_data(self, contract: Contract, **changes: Any) -> dict[str, Any]:
        today = self.scene.today()
        return {
            "contract": contract.pk,
            "is_done": "on",
            "started_on": today - timedelta(days=60),
            "completed_on": today,
            "self_assessment": "自检合格，资料齐全",
            "tests": [{"name": "路基压实度", "report_no": "JC-2025-081", "conclusion": "合格"}],
            **changes,
        }

    def special_checks(self, **changes: Any) -> dict[str, Any]:
        day = self.scene.today()
        rows = [{"kind": "planning", "doc_no": "澜规核〔2025〕3号", "issued_on": day, "reason": ""}]
        rows += [
            {"kind": kind, "doc_no": "", "issued_on": "", "reason": "道路工程不涉及"}
            for kind in ("fire", "air_defence", "environment", "lightning")
        ]
        rows.append({"kind": "archives", "doc_no": "澜档验〔2025〕8号", "issued_on": day, "reason": ""})
        return {"checks": [{**row, **changes.get(str(row["kind"]), {})} for row in rows]}

    def meeting_data(self, result: str = "passed", **changes: Any) -> dict[str, Any]:
        return {
            "meeting_on": self.scene.today(),
            "parties": [
                {
                    "role": role,
                    "firm": firm,
                    "person_name": person,
                    "duty_text": "负责人",
                    "opinion_text": "同意",
                    "is_agreed": "no" if result == "failed" and role == "supervisor" else "yes",
                }
                for role, firm, person in PARTIES
            ],
            "spots": "K0+200路面厚度实测18 cm，合格",
            "result": result,
            "cost": "48000000",
            "parts": [
                {"part": "pipes", "years": "", "share": "60"},
                {"part": "waterproof", "years": "", "share": "40"},
            ],
            **changes,
        }

    def defect(self, what: str = "雨水井盖松动", days: int = 10) -> dict[str, Any]:
        return {"what": what, "due_on": self.scene.today() + timedelta(days=days)}

    def acceptance_to_meeting(self, project: Matter, contract: Contract, **changes: Any) -> Matter:
        matter: Matter = self.open(BUILDER, "works_acceptance", project)
        self.do(BUILDER, matter, "apply", self.acceptance_data(contract, **changes))
        self.to_meeting(matter)
        return matter

    def to_meeting(self, matter: Matter) -> None:
        self.do(CHIEF, matter, "precheck", {"prechecked_on": self.scene.today(), "problems": "无", **GOOD})
        self.do(PLANNER, matter, "checks", self.special_checks())

    def rectified(self, matter: Matter) -> None:
        self.do(BUILDER, matter, "rectify", {"done_text": "已逐项整改"})
        self.do(CHIEF, matter, "inspect")
        data = {"rechecked_on": self.scene.today(), "is_cleared": "on", **GOOD}
        self.do(QUALITY, matter, "recheck", data)

    def acceptance_filed(self, matter: Matter) -> None:
        data = {"filed_on": self.scene.today(), "filing_no": "BA-2025-031", "receiver": "望汀街道办事处"}
        self.do(ARCHIVES, matter, "file", data)

    def accepted(self, project: Matter, contract: Contract) -> Matter:
        """The works accepted without a defect, filed and handed over."""
        matter = self.acceptance_to_meeting(project, contract)
        self.do(LEAD, matter, "meeting", self.meeting_data())
        self.acceptance_filed(matter)
        return matter

    # ---- settlement and final account

    def firm_drawn(self, matter: Matter) -> str:
        """Draw the audit firm by two hands and return the log-in of the firm's lead."""
        draw = draw_audit_firm(self.scene, matter)
        return AUDIT_FIRMS[picks(draw)[0].label]

    def settlement_data(self, contract: Contract, claimed: str, **changes: Any) -> dict[str, Any]:
        return {"contract": contract.pk, "kind": "settlement", "claimed": claimed, **changes}

    def settlement_to_first(self, project: Matter, contract: Contract, claimed: str) -> tuple[Matter, str]:
        matter: Matter = self.open(BUILDER, "works_settlement", project)
        self.do(BUILDER, matter, "submit", self.settlement_data(contract, claimed))
        self.do(COST, matter, "complete", {"is_complete": "on"})
        lead = self.firm_drawn(matter)
        picked = picks(drawn(matter.pk, "audit_firm"))[0]
        self.do(AUDITOR, matter, "engage", {"enterprise": picked.candidate.partition(":")[2]})
        return matter, lead

    def settlement_signed(self, matter: Matter, lead: str) -> None:
        for number, step in ((BUILDER, "contractor"), (lead, "auditor"), (LEAD, "owner")):
            self.do(number, matter, f"confirm_{step}", {"is_confirmed": "on"})

    def settled(
        self, project: Matter, contract: Contract, claimed: str, first: str = "", second: str = ""
    ) -> Matter:
        """A settlement through all its steps, with the meeting where the sum asks for one."""
        first, second = first or claimed, second or first or claimed
        matter, lead = self.settlement_to_first(project, contract, claimed)
        self.do(lead, matter, "first", {"first_amount": first, "cuts": "土方工程量核减"})
        self.do(AUDITOR, matter, "second", {"second_amount": second, **GOOD})
        self.settlement_signed(matter, lead)
        if Decimal(second) >= 2_000_000:
            self.decided(matter, kind="party_committee", amount=second)
            self.do(SECRETARY, matter, "collective", {"approval_no": "〔2025〕9号", **GOOD})
        else:
            self.do(LEADER, matter, "approve", {"approval_no": "", **GOOD})
        return matter

    def accounted(self, project: Matter, amount: str) -> Matter:
        matter: Matter = self.open(FUNDS, "works_final_account", project)
        self.do(FUNDS, matter, "clean", {"balances": "无往来余额", "assets": "道路一条"})
        data = {"claimed": amount, "is_large": "small", "variance_text": "未超概算"}
        self.do(FINANCE_HEAD, matter, "compile", data)
        self.do(AUDITOR, matter, "audit", {"approved": amount, **GOOD})
        self.do(LEADER, matter, "approve", {"approval_no": "澜财决〔2025〕2号", **GOOD})
        self.do(FINANCE_HEAD, matter, "transfer", {"asset_no": "ZC-2025-7"})
        return matter

    # ---- warranty, archive, evaluation

    def wait_until(self, day: date) -> None:
        while self.scene.today() < day:
            self.scene.pass_time(hours=24 * max(1, (day - self.scene.today()).days))

    def asked_back(self, project: Matter, part: Warranty, amount: str) -> Matter:
        matter: Matter = self.open(BUILDER, "works_warranty", project)
        data = {"warranty": part.pk, "amount": amount, "record_text": "无"}
        self.do(BUILDER, matter, "apply", data)
        return matter

    def defect_free(self, **changes: Any) -> dict[str, Any]:
        return {
            "checked_on": self.scene.today(),
            "has_defects": "no",
            "check_text": "外观良好，未见渗漏",
            **changes,
        }

    def released_back(self, matter: Matter) -> None:
        self.do(USER, matter, "use", self.defect_free())
        self.do(SITE, matter, "site", self.defect_free())
        self.do(LEADER, matter, "approve", {**GOOD})

    def handed_over(self, project: Matter) -> Matter:
        matter: Matter = self.open(ARCHIVES, "works_handover", project)
        self.do(ARCHIVES, matter, "prepare", {"receiver": "澜汀市城建档案馆"})
        self.do(LEAD, matter, "check", {"is_same": "on", **GOOD})
        data = {"handed_on": self.scene.today(), "receiver_name": "档案馆签收人"}
        self.do(ARCHIVES, matter, "receive", data)
        return matter

    def evaluated_after(self, project: Matter) -> Matter:
        matter: Matter = self.open(OFFICER, "works_post_evaluation", project)
        self.do(OFFICER, matter, "draft", {"target_text": "按期通车", "result_text": "已通车"})
        self.do(USER, matter, "use")
        scores = dict.fromkeys(("schedule_score", "cost_score", "quality_score", "benefit_score"), "88")
        self.do(AUDITOR, matter, "score", {**scores, "grade": "b", **GOOD})
        self.do(HEAD, matter, "confirm")
        return matter

    def excused(self, project: Matter, stage: str, kind: str, reason: str) -> None:
        """A paper that the project does not need: said by one, agreed by another."""
        row = archive.propose_not_needed(
            matter_id=project.pk,
            stage=stage,
            kind=kind,
            reason=reason,
            actor=actor_with(self.scene.person(ARCHIVES), "archives_officer", self.scene.today()),
            now=self.scene.pass_time(hours=0.2),
        )
        lead = actor_with(self.scene.person(LEAD), "project_lead", self.scene.today())
        archive.agree_not_needed(not_needed_id=row.pk, actor=lead, now=self.scene.pass_time(hours=0.2))

    def completed(self, project: Matter, contract: Contract, claimed: str = "48000000") -> None:
        """A project accepted, past its gate into payment, settled and accounted for."""
        self.accepted(project, contract)
        self.gate(project)
        self.settled(project, contract, claimed)
        self.accounted(project, claimed)

    def close_deviations(self, project: Matter, number: str = HEAD) -> None:
        for row in Undertaking.objects.filter(matter=project, source_kind="deviation", closed_on=None):
            undertakings.close(
                undertaking_id=row.pk,
                person_id=row.checker_person_id or self.scene.person(number),
                result="not_done",
                evidence_document_id=None,
                now=self.scene.now,
                text="情况已说明",
            )
