"""From the opening of a project through initiation and planning permits."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from lianjing.domains.works.demo.desk import ARCHIVES, FUNDS, HEAD, LEAD, LEADER, OFFICER, PLANNER
from lianjing.domains.works.demo.job import Job
from lianjing.domains.works.demo.plans import COMMON
from lianjing.domains.works.demo.queue import Script
from lianjing.domains.works.services.project import open_project
from lianjing.runtime.matter.models import Matter

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
        },
    )


def proposed(job: Job) -> Script[Matter]:
    """Open the initiation and hand in the proposal."""
    matter = job.open(OFFICER, "works_initiation", f"{job.plan.title}立项及概算报批")
    yield from job.step(
        OFFICER,
        matter,
        "draft",
        {
            "requested_budget": str(job.plan.budget),
            "authority": "开发区行政审批局",
            "basis": f"管委会年度政府投资项目计划（{job.desk.today.year}年）",
        },
    )
    return matter


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
    """Go through the whole initiation, from the proposal to the gate into planning."""
    matter = yield from proposed(job)
    yield from job.step(HEAD, matter, "check")
    yield from job.step(FUNDS, matter, "funds", lambda: funds(job))
    yield from approved(job, matter)


def approved(job: Job, matter: Matter) -> Script[None]:
    """Go on from the decision to the gate into planning."""
    yield from job.step(LEADER, matter, "decide")
    number = next(job.desk.letters)
    yield from job.step(
        OFFICER,
        matter,
        "register",
        lambda: {
            "permit_no": f"澜经审〔{job.desk.today.year}〕{number}号",
            "issued_on": job.desk.today,
            "approved_budget": str(job.plan.budget),
        },
    )
    yield from job.step(HEAD, matter, "confirm", {"is_same": "on"})
    yield job.days(0.6)
    job.gate(LEAD)


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
