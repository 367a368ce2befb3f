"""How a project is approved before its tender: proposal, feasibility, design, detailed budget, adjustment."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from lianjing.runtime.matter.models import Matter
from lianjing.runtime.process.models import WorkItem
from lianjing.runtime.scene import Scene

LEADER, SECRETARY, FUNDS, PLANNER, AUDITOR = "20002", "20101", "20201", "20401", "20501"
HEAD, LEAD, OFFICER, COST, TENDERS = "20701", "20702", "20703", "20705", "20707"
DESIGNER, ASSESSOR = "婺澜市政规划设计院", "婺澜工程咨询评估有限公司"
GOOD = {"opinion": "情况属实，同意"}
CODE = "2401-990101-04-01-318462"
COMMITTEE_FROM = Decimal(2_000_000)
APPROVING_PAPERS: dict[tuple[str, str], str | tuple[str, ...]] = {
    ("works_proposal", "draft"): "proposal",
    ("works_proposal", "collective"): "minutes",
    ("works_proposal", "filing"): "letter",
    ("works_proposal", "register"): "approval",
    ("works_feasibility", "commission"): "agreement",
    ("works_feasibility", "compile"): "feasibility",
    ("works_feasibility", "review"): "opinion",
    ("works_feasibility", "collective"): "minutes",
    ("works_feasibility", "filing"): "letter",
    ("works_feasibility", "register"): "approval",
    ("works_design", "commission"): "agreement",
    ("works_design", "budget"): ("design", "budget"),
    ("works_design", "review"): "opinion",
    ("works_design", "collective"): "minutes",
    ("works_design", "filing"): "letter",
    ("works_design", "register"): "approval",
    ("works_detailed_budget", "draft"): ("design", "budget"),
    ("works_detailed_budget", "check"): "opinion",
    ("works_budget_adjustment", "draft"): "budget",
    ("works_budget_adjustment", "audit"): "audit_report",
    ("works_budget_adjustment", "collective"): "minutes",
    ("works_budget_adjustment", "filing"): "letter",
    ("works_budget_adjustment", "register"): "approval",
}


class Approving:
    """The approvals of a project; a part of `Play`."""

    scene: Scene
    open: Any
    do: Any
    decided: Any

    def approved(self, project: Matter, budget: str = "68000000.00") -> Matter:
        """The design approved on the simplified path, from its commission to the confirmed approval."""
        matter = self.open(TENDERS, "works_design", project)
        self.designed(matter, budget)
        self.passed(matter, budget)
        self.confirmed(matter, budget)
        return matter

    def commission(self, **changes: Any) -> dict[str, Any]:
        return {
            "firm_name": DESIGNER,
            "method": "open",
            "price": "680000",
            "contract_no": "澜经采〔2025〕8号",
            "authority": "行政审批局",
            **changes,
        }

    def costs(self, total: str, **changes: Any) -> dict[str, Any]:
        return {
            "compiler_name": "顾沅",
            "works_amount": total,
            "total": total,
            "base_period": "2025年8月信息价",
            "scale": "道路长1.82 km",
            **changes,
        }

    def experts(self, count: int = 3, **changes: Any) -> dict[str, Any]:
        rows = [
            {"name": f"专家{place}", "employer": "婺澜设计院", "advice": "补充论证", "reply": "已采纳"}
            for place in range(1, count + 1)
        ]
        return {"experts": rows, "checker_name": ASSESSOR, **GOOD, **changes}

    def lines(self, amount: str) -> dict[str, Any]:
        line = {
            "code": "2120399-01",
            "name": "市政道路建设",
            "fiscal_year": 2025,
            "fund_kind": "budget",
            "amount": amount,
        }
        return {"lines": [line], **GOOD}

    def designed(self, matter: Matter, budget: str) -> None:
        """A design with its budget, reviewed, its funds checked and decided by the leader."""
        self.do(TENDERS, matter, "commission", self.commission())
        self.do(COST, matter, "budget", self.costs(budget))
        self.do(LEAD, matter, "review", self.experts())
        self.do(FUNDS, matter, "funds", self.lines(budget))
        self.do(LEADER, matter, "decide")

    def passed(self, matter: Matter, amount: str) -> None:
        """The collective decision, where the table asks for one."""
        if WorkItem.objects.filter(matter=matter, step_key="collective", closed_at=None).exists():
            kind = "party_committee" if Decimal(amount) >= COMMITTEE_FROM else "director"
            self.decided(matter, kind=kind, amount=amount, item_kind="project")
            self.do(SECRETARY, matter, "collective", {"opinion": "会议通过"})

    def confirmed(self, matter: Matter, amount: str) -> None:
        """Filing, the approval registered by the officer and confirmed by the head."""
        self.do(
            OFFICER,
            matter,
            "filing",
            {
                "project_code": CODE,
                "acceptance_no": "330900-2025-0017",
                "applied_on": self.scene.today(),
            },
        )
        data = {"permit_no": "澜经审〔2025〕17号", "issued_on": self.scene.today(), "amount": amount}
        self.do(OFFICER, matter, "register", data)
        self.do(HEAD, matter, "confirm", {"is_same": "on"})

    def proposal_at_head(self, project: Matter, title: str = "", amount: str = "68000000.00") -> Matter:
        """A proposal that waits for the head of its unit."""
        matter: Matter = self.open(OFFICER, "works_proposal", project, title)
        draft = {"amount": amount, "authority": "行政审批局", "basis": "管委会会议纪要〔2025〕5号"}
        self.do(OFFICER, matter, "draft", draft)
        return matter

    def proposed(self, project: Matter, amount: str = "68000000.00") -> Matter:
        """A proposal approved."""
        matter = self.proposal_at_head(project, amount=amount)
        self.do(HEAD, matter, "check")
        self.do(FUNDS, matter, "funds", self.lines(amount))
        self.do(LEADER, matter, "decide")
        self.passed(matter, amount)
        self.confirmed(matter, amount)
        return matter

    def studied(self, project: Matter, amount: str = "68000000.00") -> Matter:
        """A feasibility study approved."""
        matter = self.open(OFFICER, "works_feasibility", project)
        self.do(OFFICER, matter, "commission", self.commission())
        rows = [{"kind": "prereview", "number": "用字第9901号", "reason": ""}]
        rows += [
            {"kind": kind, "number": "", "reason": "不涉及"}
            for kind in ("stability", "energy", "tender_scheme")
        ]
        self.do(PLANNER, matter, "preconditions", {"rows": rows})
        self.do(OFFICER, matter, "compile", self.costs(amount))
        self.do(LEAD, matter, "review", self.experts())
        self.do(LEADER, matter, "decide")
        self.passed(matter, amount)
        self.confirmed(matter, amount)
        return matter

    def priced(self, project: Matter, detailed: str = "55000000", control_price: str = "50000000") -> Matter:
        """Detailed budget and control price, made, checked and reviewed."""
        matter = self.open(COST, "works_detailed_budget", project)
        self.do(COST, matter, "draft", self.detailed(detailed, control_price))
        self.do(LEAD, matter, "check", {"checker_name": ASSESSOR, **GOOD})
        self.do(FUNDS, matter, "fiscal")
        return matter

    def detailed(self, detailed: str, control_price: str, **changes: Any) -> dict[str, Any]:
        return {
            "drawing_no": "审图〔2025〕12号",
            "firm_name": DESIGNER,
            "compiler_name": "顾沅",
            "detailed": detailed,
            "control_price": control_price,
            "base_period": "2025年8月信息价",
            **changes,
        }

    def adjusting(self, project: Matter, amount: str, **changes: Any) -> Matter:
        """An adjustment up to the audit, where one is due, or the decision."""
        matter = self.open(COST, "works_budget_adjustment", project)
        data = {"amount": amount, "cause": "geology", "plan": "软基处理增加", "source": "预备费和年度预算"}
        self.do(COST, matter, "draft", data | changes)
        self.do(LEAD, matter, "check")
        self.do(FUNDS, matter, "funds", self.lines(amount))
        return matter
