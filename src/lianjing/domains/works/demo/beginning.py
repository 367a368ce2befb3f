"""From the opening of a project through initiation and planning permits."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from lianjing.domains.works.demo.desk import (
    ARCHIVES,
    COST,
    FUNDS,
    HEAD,
    LEAD,
    LEADER,
    OFFICER,
    PLANNER,
    SECRETARY,
    TENDERS,
)
from lianjing.domains.works.demo.job import USUAL, Job
from lianjing.domains.works.demo.meetings import decided
from lianjing.domains.works.demo.plans import COMMON
from lianjing.domains.works.demo.yearly import planned_item
from lianjing.domains.works.queries.approvals import applied_for, body_of
from lianjing.domains.works.services.project import open_project
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.process.models import WorkItem
from lianjing.runtime.scene_queue import Script

AUTHORITY = "开发区行政审批局"
DESIGNER, ASSESSOR = "婺澜市政规划设计院有限公司", "婺澜工程咨询评估有限公司"
EXPERTS = (
    ("尚知行", "婺澜交通规划研究院", "补充交通量预测和近远期衔接"),
    ("符砚青", "婺澜理工大学", "完善软基处理方案比选"),
    ("巫祺", "婺澜水利水电勘测院", "排水口标高与规划河道一致"),
)

PERMIT_WORDS = {
    "prereview": ("用地预审与选址意见书", "用字第990101{year}{number:05d}号"),
    "land_planning": ("建设用地规划许可证", "地字第990101{year}{number:05d}号"),
    "works_planning": ("建设工程规划许可证", "建字第990101{year}{number:05d}号"),
    "construction": ("施工许可证", "99010120{year}{number:05d}"),
}


def opened(job: Job) -> None:
    """Open the project now (form F1)."""
    plan, day = job.plan, job.desk.today
    start = day + timedelta(days=110)
    job.root = open_project(
        person_id=job.desk.person(OFFICER),
        now=job.desk.scene.now,
        data={
            "title": plan.title,
            "project_code": plan.number,
            "sector": plan.sector,
            "nature": plan.nature,
            "site": plan.site,
            "scale": plan.scale,
            "total_investment": str(plan.budget),
            "fund_kind": plan.fund_kind,
            "is_state_controlled": "on",
            "funding_year": str(day.year),
            "planned_start_on": start,
            "planned_end_on": start + timedelta(days=300 if plan.budget > 20_000_000 else 150),
            "need": plan.need + COMMON,
            "plan_item": planned_item(plan.number),
            "simple_case": plan.simple_case,
        },
    )


def proposed(job: Job) -> Script[Matter]:
    """Open the proposal and hand it in."""
    matter = job.open(OFFICER, "works_proposal", f"{job.plan.title}项目建议书")
    yield from drafted(job, matter, f"管委会年度政府投资项目计划（{job.desk.today.year}年）")
    return matter


def drafted(job: Job, matter: Matter, basis: str) -> Script[None]:
    """Hand in the proposal, once more after a return."""
    data = {"amount": str(job.plan.budget), "authority": AUTHORITY, "basis": basis}
    yield from job.step(OFFICER, matter, "draft", data)


def funds(job: Job) -> dict[str, Any]:
    """Return the budget line of the project."""
    year = job.desk.today.year
    line = {
        "code": f"21203{job.plan.number[-6:]}",
        "name": f"{job.plan.title}建设资金",
        "fiscal_year": year,
        "fund_kind": job.plan.fund_kind,
        "amount": str(job.plan.budget),
    }
    return {"lines": [line], **job.opinion()}


def initiated(job: Job) -> Script[None]:
    """Go through all approvals to the gate into planning: on the simplified path the design alone."""
    if not job.plan.simple_case:
        matter = yield from proposed(job)
        yield from job.step(HEAD, matter, "check")
        yield from job.step(FUNDS, matter, "funds", lambda: funds(job))
        yield from granted(job, matter, "项目建议书")
        yield from studied(job)
    yield from designed(job)


def studied(job: Job) -> Script[None]:
    """Commission the study, meet its pre-conditions, have it reviewed and approved."""
    matter = job.open(OFFICER, "works_feasibility", f"{job.plan.title}可行性研究")
    yield from job.step(OFFICER, matter, "commission", commission(job, "澜经采"))
    yield from job.step(PLANNER, matter, "preconditions", preconditions(job))
    estimate = (job.plan.budget * Decimal("0.97")).quantize(Decimal(1000))
    yield from job.step(OFFICER, matter, "compile", costs(job, estimate))
    yield from job.step(LEAD, matter, "review", lambda: reviewed(job))
    yield from granted(job, matter, "可行性研究报告")


def designed(job: Job) -> Script[None]:
    """Have the design made, reviewed, paid for and approved, and pass the gate into planning."""
    matter = job.open(TENDERS, "works_design", f"{job.plan.title}初步设计及概算")
    yield from job.step(TENDERS, matter, "commission", commission(job, "澜经设"))
    yield job.days(USUAL["budget"])
    cost = yield from job.present(COST)
    job.paper(cost, matter, "design", f"{job.plan.title}初步设计文件", step="budget")
    yield from job.step(COST, matter, "budget", costs(job, job.plan.budget), wait=0.1)
    yield from job.step(LEAD, matter, "review", lambda: reviewed(job))
    yield from job.step(FUNDS, matter, "funds", lambda: funds(job))
    yield from granted(job, matter, "初步设计及概算")
    yield job.days(0.6)
    job.gate(LEAD)


def granted(job: Job, matter: Matter, words: str) -> Script[None]:
    """Go on from the leader's decision: the meeting where it is due, filing, registration and confirmation."""
    yield from job.step(LEADER, matter, "decide")
    amount = applied_for(matter.pk)
    if WorkItem.objects.filter(matter=matter, step_key="collective", closed_at=None).exists():
        title = f"关于{job.plan.title}{words}的审议"
        yield from decided(
            job.desk,
            matter,
            body=body_of(matter.pk),
            title=title,
            kind="project",
            amount=amount or job.plan.budget,
        )
        yield from job.step(SECRETARY, matter, "collective", {"opinion": "会议审议通过。"})
    filed = next(job.desk.letters)
    data = {"project_code": job.plan.number, "acceptance_no": f"3309-{filed:05d}"}
    yield from job.step(OFFICER, matter, "filing", lambda: {**data, "applied_on": job.desk.today})
    number = next(job.desk.letters)
    yield from job.step(
        OFFICER,
        matter,
        "register",
        lambda: {
            "permit_no": f"澜经审〔{job.desk.today.year}〕{number}号",
            "issued_on": job.desk.today,
            "amount": str(amount or job.plan.budget),
        },
    )
    yield from job.step(HEAD, matter, "confirm", {"is_same": "on"})


def commission(job: Job, letters: str) -> dict[str, Any]:
    """Return who compiles, how chosen, at what price."""
    return {
        "firm_name": DESIGNER,
        "method": "comparison",
        "price": str((job.plan.budget * Decimal("0.012")).quantize(Decimal(100))),
        "contract_no": f"{letters}〔{job.desk.today.year}〕{next(job.desk.letters)}号",
        "authority": AUTHORITY,
    }


def preconditions(job: Job) -> dict[str, Any]:
    """Return the four papers that come first, or why one is not needed."""
    year = job.desk.today.year
    scheme = {
        "kind": "tender_scheme",
        "number": f"澜经招核〔{year}〕{next(job.desk.letters)}号",
        "reason": "",
    }
    return {
        "rows": [
            {
                "kind": "prereview",
                "number": f"用字第990101{year}{next(job.desk.letters):05d}号",
                "reason": "",
            },
            {"kind": "stability", "number": f"澜稳评〔{year}〕{next(job.desk.letters)}号", "reason": ""},
            {"kind": "energy", "number": "", "reason": "年综合能耗低于节能审查标准，不单独审查"},
            scheme,
        ],
        **job.opinion(),
    }


def costs(job: Job, total: Decimal) -> dict[str, Any]:
    """Return a sum by its items."""
    works = (total * Decimal("0.86")).quantize(Decimal(1000))
    other = (total * Decimal("0.08")).quantize(Decimal(1000))
    return {
        "compiler_name": "顾沅",
        "compiler_no": "建[造]11990000123",
        "works_amount": str(works),
        "equipment_amount": "0",
        "other_amount": str(other),
        "reserve_amount": str(total - works - other),
        "total": str(total),
        "base_period": f"{job.desk.today:%Y年%-m月}信息价",
        "scale": job.plan.scale,
    }


def reviewed(job: Job) -> dict[str, Any]:
    """Return the opinions of three experts and the firm that assessed."""
    experts = [
        {"name": name, "employer": employer, "advice": advice, "reply": "已采纳，见修改说明"}
        for name, employer, advice in EXPERTS
    ]
    return {"experts": experts, "checker_name": ASSESSOR, **job.opinion()}


def registered(job: Job, kind: str, *, wait: float = 7.0) -> Script[Matter]:
    """Wait for a permit and enter it."""
    words, number = PERMIT_WORDS[kind]
    yield job.days(wait, 0.35)
    matter = job.open(PLANNER, "works_permit", f"{job.plan.title}{words}")
    sign = number.format(year=job.desk.today.year % 100, number=next(job.desk.letters) + 200)
    yield from job.step(
        PLANNER,
        matter,
        "register",
        lambda: {
            "kind": kind,
            "permit_no": sign,
            "issued_on": job.desk.today,
            "applied_on": job.desk.today - timedelta(days=12),
            "result": "granted",
        },
        wait=0.2,
    )
    return matter


def permitted(job: Job, kind: str, *, wait: float = 7.0) -> Script[Matter]:
    """Wait for a permit, enter it and have it verified."""
    matter = yield from registered(job, kind, wait=wait)
    yield from job.step(ARCHIVES, matter, "verify", {"is_same": "on", "opinion": "已对照审批平台核对一致"})
    return matter


def planned(job: Job) -> Script[None]:
    """Get the planning permits and pass the gate into tendering; what is rebuilt on its own land needs no permit for it."""
    if job.plan.nature == "新建":
        yield from permitted(job, "land_planning", wait=5.0)
    yield from permitted(job, "works_planning")
    yield job.days(0.5)
    job.gate(LEAD)
