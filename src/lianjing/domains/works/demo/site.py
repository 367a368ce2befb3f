"""The site: monthly progress and change orders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from lianjing.domains.works.demo.contracting import agreed
from lianjing.domains.works.demo.desk import (
    COST,
    DEPARTMENTS,
    DESIGNER,
    LEAD,
    LEADER,
    PLANNING,
    SECRETARY,
    SITE,
)
from lianjing.domains.works.demo.job import Job
from lianjing.domains.works.demo.meetings import decided
from lianjing.domains.works.models import BidMember, ChangeOrder
from lianjing.domains.works.queries.standing import approved_changes
from lianjing.runtime.contract.queries import original_amount
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.process.models import WorkItem
from lianjing.runtime.scene_queue import Script, at_work

SLOW = {PLANNING: 5.2}  # whose opinions take long: median working days
JOINT = 1.8
PROPOSER = {"owner_request": "owner", "design_error": "designer", "policy": "policy"}
REPORT_DAY = 25


@dataclass(frozen=True)
class Change:
    """A change order as the site proposes it; `amount` in yuan, negative for a cut."""

    code: str
    amount: str
    part: str
    before: str
    after: str
    item: str = "挖填及换填"
    cause: str = "site_condition"
    responsible: str = "none"
    days: int = 0
    scope: bool = False


def next_report(day: date) -> date:
    """Return the next day of the month on which progress is reported."""
    this = day.replace(day=REPORT_DAY)
    return this if this >= day else (this.replace(day=1) + timedelta(days=32)).replace(day=REPORT_DAY)


def month(
    job: Job, period: date, ratio: Decimal, *, cut: Decimal = Decimal(0), is_returned: bool = False
) -> Script[Matter]:
    """Report the progress of a month: the firm, the supervision firm, the owner."""
    matter = job.open(job.builder, "works_progress", f"{job.plan.title}{period:%Y年%m月}进度")
    workers = 18 + job.dice.randrange(60)
    report = {
        "contract": job.contract.pk,
        "period_on": period,
        "reported_ratio": str(ratio),
        "worker_count": str(workers),
        "wages_due": str(workers * 6200),
        "wages_paid": str(workers * 6200),
        "problems": "雨天影响土方作业，已调整工序" if job.dice.random() < 0.3 else "",
        "measures": "增加一个作业班组，延长有效作业时间，按周考核进度。",
    }
    yield from job.step(job.builder, matter, "report", report)
    if is_returned:
        yield from job.back(
            job.engineer,
            matter,
            "verify",
            "report",
            "月报产值与现场计量不符，请按实际完成工程量重新填报。",
            reason="form_error",
        )
        yield from job.step(job.builder, matter, "report", {**report, "reported_ratio": str(ratio - cut)})
    yield from job.step(job.engineer, matter, "verify", lambda: verified(job, ratio - cut))
    yield from job.step(SITE, matter, "confirm", wait=job.days(1.0))
    return matter


def verified(job: Job, ratio: Decimal) -> dict[str, Any]:
    """Return the engineer's cumulative figures."""
    whole = original_amount(job.contract) + approved_changes(job.contract)
    value = (whole * ratio / 100).quantize(Decimal("0.01"))
    return {"verified_ratio": str(ratio), "completed_value": str(value), "opinion": "经现场核实计量"}


def months(
    job: Job, ratios: Sequence[str], *, cuts: Sequence[int] = (), returned: Sequence[int] = ()
) -> Script[None]:
    """Report month by month along a curve of percentages; some are cut or sent back."""
    due = next_report(job.desk.today)
    for place, ratio in enumerate(ratios):
        yield at_work(due, 90 + job.dice.randrange(240))
        cut = Decimal("1.2") if place in cuts or place in returned else Decimal(0)
        yield from month(job, due.replace(day=1), Decimal(ratio), cut=cut, is_returned=place in returned)
        due = next_report(max(job.desk.today, due + timedelta(days=1)))


def proposed(job: Job, change: Change) -> Script[Matter]:
    """Propose a change and have it reviewed by the supervision firm."""
    matter = job.open(job.builder, "works_change", f"{change.part}变更")
    yield from job.step(job.builder, matter, "propose", lambda: proposal(job, change))
    yield from job.step(job.chief, matter, "supervise")
    yield from drawn(job, matter)
    return matter


def drawn(job: Job, matter: Matter) -> Script[None]:
    """Let the designer draw where the project has one on the platform."""
    if WorkItem.objects.filter(matter=matter, step_key="drawing", closed_at=None).exists():
        number = f"设变-{job.desk.today.year}-{next(job.desk.letters):03d}"
        yield from job.step(
            DESIGNER, matter, "drawing", {"drawing_no": number, "opinion": "设计变更图纸已出具"}
        )


def started(job: Job) -> Script[None]:
    """Apply for the start of the works and have it approved with its day."""
    yield job.days(1.0)
    matter = job.open(job.builder, "works_start", f"{job.plan.title}开工报审")
    yield from job.step(job.builder, matter, "apply", lambda: start_data(job))
    number = f"开工令-{job.desk.today.year}-{next(job.desk.letters):03d}"
    yield from job.step(
        job.chief, matter, "supervise", {"order_no": number, "opinion": "具备开工条件，签发开工令"}
    )
    yield from job.step(SITE, matter, "site", {"is_seen": "on", "opinion": "人员、机械、材料已到场"})
    yield from job.step(LEAD, matter, "approve", lambda: {"start_on": job.desk.today, "opinion": "同意开工"})


def start_data(job: Job) -> dict[str, Any]:
    """Return the application as of today: the staff of the bid, and a milestone a third of the time each."""
    day, contract = job.desk.today, job.contract
    days = contract.days or 300
    staff = [{"post": "项目经理", "name": contract.manager_name, "number": "浙1332023"}]
    assert contract.tender_id is not None and contract.enterprise_id is not None
    members = BidMember.objects.filter(
        bid__tender_id=contract.tender_id, bid__enterprise_id=contract.enterprise_id
    ).exclude(role="agent")
    names = sorted(set(members.values_list("natural_person__name", flat=True)) - {contract.manager_name})
    staff += [{"post": "项目管理人员", "name": name, "number": ""} for name in names]
    marks = (("foundation", "基础完成", 3), ("topping", "主体完成", 2), ("completion", "完工", 1))
    return {
        "contract": contract.pk,
        "planned_start_on": day,
        "planned_end_on": day + timedelta(days=days),
        "staff": staff,
        "milestones": [
            {"kind": kind, "title": title, "planned_on": day + timedelta(days=days // part)}
            for kind, title, part in marks
        ],
        "wage_account_no": job.desk.account_no(),
        "wage_bank_name": "澜汀农村商业银行望汀支行",
        "is_ready": "on",
        "has_bond": "on",
        "has_real_name": "on",
    }


def proposal(job: Job, change: Change) -> dict[str, Any]:
    """Return the proposal as of today."""
    return {
        "contract": job.contract.pk,
        "code": change.code,
        "proposer": PROPOSER.get(change.cause, "contractor"),
        "cause": change.cause,
        "responsible": change.responsible,
        "part": change.part,
        "before_text": change.before,
        "after_text": change.after,
        "days_effect": str(change.days),
        "proposed_on": job.desk.today,
    }


def priced(job: Job, matter: Matter, change: Change) -> Script[ChangeOrder]:
    """Price the change; the rule classes it."""
    yield from job.step(
        COST, matter, "price", {"items": items(change), **({"scope_changed": "on"} if change.scope else {})}
    )
    return ChangeOrder.objects.get(pk=matter.pk)


def items(change: Change) -> list[dict[str, str]]:
    """Return two bill items that add up to the amount."""
    amount = Decimal(change.amount)
    price = Decimal("86.40")
    quantity = (amount * Decimal("0.85") / price).quantize(Decimal("0.1"))
    rest = amount - (quantity * price).quantize(Decimal("0.01"))
    return [
        {
            "item_code": "040103001001",
            "name": change.item,
            "quantity_delta": str(quantity),
            "unit_price": str(price),
        },
        {
            "item_code": "041101001001",
            "name": "措施项目费调整",
            "quantity_delta": "1" if rest > 0 else "-1",
            "unit_price": str(abs(rest)),
        },
    ]


def asked(job: Job, matter: Matter, *, silent: str = "", opposed: str = "") -> Script[None]:
    """Collect the departments' opinions; a silent one gives none, an opposed one disagrees."""
    waits = sorted(
        (job.days(SLOW.get(number, JOINT)), unit, number) for unit, number in DEPARTMENTS if unit != silent
    )
    passed = 0.0
    for wait, unit, number in waits:
        data = {"result": "disagree" if unit == opposed else "agree", **job.opinion()}
        if unit == opposed:
            data["opinion"] = "变更与原批复建设内容不一致，必要性论证不足，不同意。"
        yield from job.step(number, matter, "joint", data, element=unit, wait=wait - passed)
        passed = wait


def changed(job: Job, change: Change, *, against: int = 0) -> Script[Matter]:
    """Go through a whole change at the level that the rule names, to the order."""
    matter = yield from proposed(job, change)
    row = yield from priced(job, matter, change)
    if row.change_class == "general":
        yield from job.step(LEAD, matter, "lead")
        yield from job.step(LEADER, matter, "leader")
    elif row.change_class == "larger":
        yield from asked(job, matter)
        yield from job.step(LEADER, matter, "leader")
    else:
        yield from asked(job, matter)
        yield from major(job, matter, change, row.body)
    yield from job.step(
        SITE, matter, "order", lambda: {"work_started_on": job.desk.today, "opinion": "已下达施工单位"}
    )
    yield from agreed(job, matter)
    return matter


def major(job: Job, matter: Matter, change: Change, body: str) -> Script[None]:
    """Let the meeting decide a major change, with the original approver's paper where the scope changes."""
    yield from decided(
        job.desk,
        matter,
        body=body,
        title=f"关于{job.plan.title}{change.part}变更的审议",
        kind="change",
        amount=abs(Decimal(change.amount)),
    )
    if change.scope:
        number = f"澜经审〔{job.desk.today.year}〕{next(job.desk.letters)}号"
        job.paper(
            SECRETARY,
            matter,
            "approval",
            f"关于{job.plan.title}建设内容调整的批复（{number}）",
            step="collective",
        )
    yield from job.step(SECRETARY, matter, "collective", {"opinion": "会议同意该变更，要求严格控制投资。"})
