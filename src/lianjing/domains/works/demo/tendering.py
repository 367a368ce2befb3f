"""Tender, award and contract of a project."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from lianjing.domains.works.demo.beginning import permitted
from lianjing.domains.works.demo.desk import (
    ARCHIVES,
    CONTRACTS,
    COST,
    FIRM_OF,
    FUNDS,
    LAWYER,
    LEAD,
    LEADER,
    SUPERVISION,
    TENDERS,
)
from lianjing.domains.works.demo.job import Job
from lianjing.domains.works.demo.queue import Script, at_work
from lianjing.domains.works.models import Award, Bid, Tender
from lianjing.runtime.contract.models import Contract
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.parties.models import Enterprise

OTHERS = ("澜汀市炘电机电安装有限公司", "澜汀市垒拆建筑拆除有限公司")
PLATFORM_FIRMS = ("澜汀市沄帆智能装备有限公司", "澜汀市玥衡光电股份有限公司", "澜汀市炘电机电安装有限公司")
FAULTS = ("投标文件未按要求签章", "拟派项目负责人资格不符合招标文件要求", "未提交投标保证金")
WORDS = {"works": "施工", "goods": "设备采购与集成"}


def tender_data(job: Job, code: str, **changes: Any) -> dict[str, Any]:
    """Return the tender plan as of today."""
    plan, day = job.plan, job.desk.today
    estimated = (plan.budget * (plan.share + Decimal("0.02"))).quantize(Decimal(1000))
    return {
        "title": f"{plan.title}{WORDS[plan.category]}",
        "code": code,
        "procurement_category": plan.category,
        "estimated": str(estimated),
        "budget_money": str(estimated),
        "control_price": str(estimated),
        "method": "open",
        "evaluation_method": "comprehensive",
        "award_method": "rank_one",
        "published_on": day + timedelta(days=8),
        "deadline_on": day + timedelta(days=29),
        **changes,
    }


def planned_tender(job: Job, **changes: Any) -> Script[Matter]:
    """Open the tender and hand in its plan."""
    code = f"ZB-{job.desk.today.year}-{next(job.desk.tenders):03d}"
    matter = job.open(TENDERS, "works_tender", f"{job.plan.title}{WORDS[job.plan.category]}招标")
    yield from job.step(TENDERS, matter, "plan", lambda: tender_data(job, code, **changes))
    return matter


def published(job: Job, matter: Matter) -> Script[None]:
    """Have the plan reviewed and approved, and wait until the bids are due."""
    yield from job.step(
        LAWYER, matter, "legality", lambda: {"is_fair": "on", "is_whole": "on", **job.opinion()}
    )
    yield from job.step(LEADER, matter, "approve")
    yield at_work(deadline(matter), 60)


def deadline(matter: Matter) -> date:
    """Return the day on which the bids are due."""
    found = Tender.objects.get(pk=matter.pk).deadline_on
    assert found is not None
    return found


def bidders(job: Job, count: int) -> list[str]:
    """Return the firms that bid; the builder of the plan is the first."""
    if not job.builder:
        return list(PLATFORM_FIRMS[:count])
    first = FIRM_OF[job.builder]
    rest = [name for name in (*FIRM_OF.values(), *OTHERS) if name != first]
    return [first, *job.dice.sample(rest, count - 1)]


def bids(job: Job, names: Sequence[str], *, over: bool = False) -> list[dict[str, str]]:
    """Return the bids as read out: the first the best, the last above the control price where `over`."""
    control = (job.plan.budget * (job.plan.share + Decimal("0.02"))).quantize(Decimal(1000))
    rows = []
    for place, name in enumerate(names):
        share = Decimal(str(round(0.968 + 0.007 * place + job.dice.random() * 0.004, 6)))
        if over and place == len(names) - 1:
            share = Decimal("1.0132")
        code = Enterprise.objects.get(name=name).credit_code
        rows.append(
            {"name": name, "credit_code": code, "price": str((control * share).quantize(Decimal("0.01")))}
        )
    return rows


def results(job: Job, matter: Matter, *, rejects: bool) -> list[dict[str, Any]]:
    """Return the evaluation: ranks by price, the dearest rejected for a fault where `rejects`."""
    rows = sorted(Bid.objects.filter(tender_id=matter.pk), key=lambda bid: bid.price or 0)
    found = []
    for place, bid in enumerate(rows, start=1):
        is_out = rejects and place == len(rows) and len(rows) > 3
        found.append(
            {
                "bid": str(bid.pk),
                "status": "disqualified" if is_out else "valid",
                "reason": job.dice.choice(FAULTS) if is_out else "",
                "score": "" if is_out else str(round(94.2 - 2.3 * place + job.dice.random(), 2)),
                "rank": "" if is_out else place,
            }
        )
    return found


def opened_bids(job: Job, matter: Matter, *, count: int = 4, over: bool = False) -> None:
    """Open the bids now."""
    rows = bids(job, bidders(job, count), over=over)
    job.do(TENDERS, matter, "open_bids", {"opened_on": job.desk.today, "bids": rows})


def evaluated(job: Job, matter: Matter, *, rejects: bool = True) -> Script[None]:
    """Enter the evaluation."""
    yield from job.step(
        COST,
        matter,
        "evaluate",
        lambda: {"report_on": job.desk.today, "results": results(job, matter, rejects=rejects)},
    )


def award_data(job: Job, matter: Matter, rank: int = 1) -> dict[str, Any]:
    """Return the award of a rank."""
    bid = Bid.objects.get(tender_id=matter.pk, rank=rank)
    return {
        "bid": bid.pk,
        "decided_on": job.desk.today,
        "reason": "经评审综合得分第一，无异议",
        "legal_basis": "",
    }


def awarded(job: Job, matter: Matter) -> Script[None]:
    """Award to the first rank, send the notice and pass the gate into contract."""
    yield from job.step(LEADER, matter, "award", lambda: award_data(job, matter))
    number = next(job.desk.letters)
    yield from job.step(
        TENDERS,
        matter,
        "notice",
        lambda: {"notice_no": f"澜经中〔{job.desk.today.year}〕{number}号", "notice_on": job.desk.today},
    )
    yield job.days(0.5)
    job.gate(LEAD)


def tendered(job: Job, *, count: int = 4, over: bool = False, rejects: bool = True) -> Script[Matter]:
    """Go through the whole tender to the gate into contract."""
    matter = yield from planned_tender(job)
    yield from published(job, matter)
    opened_bids(job, matter, count=count, over=over)
    yield from evaluated(job, matter, rejects=rejects)
    yield from awarded(job, matter)
    return matter


def contract_data(job: Job, tender: Matter, code: str, account: str, **changes: Any) -> dict[str, Any]:
    """Return the draft of the contract on the award."""
    award = Award.objects.select_related("enterprise").get(tender_id=tender.pk)
    supervision = Enterprise.objects.get(name=SUPERVISION[job.plan.supervision][0])
    is_works = job.plan.category == "works"
    return {
        "award": award.pk,
        "code": code,
        "title": f"{job.plan.title}{WORDS[job.plan.category]}合同",
        "kind": "works" if is_works else "goods",
        "amount": str(award.amount),
        "provisional": "0",
        "end_on": job.desk.today + timedelta(days=300),
        "advance_ratio": "10",
        "progress_ratio": "80",
        "retention_ratio": "3",
        "payment_days": "30",
        "holder_name": award.enterprise.name,
        "account_no": account,
        "bank_name": "澜汀农村商业银行望汀支行",
        "supervisor_name": supervision.name if is_works else "",
        "supervisor_credit_code": supervision.credit_code if is_works else "",
        **changes,
    }


def drafted(job: Job, tender: Matter) -> Script[Matter]:
    """Open the contract and hand in its draft."""
    year = job.desk.today.year
    code, account = f"澜经建合{year}-{next(job.desk.contracts):03d}", job.desk.account_no()
    yield job.days(1.5)
    matter = job.open(CONTRACTS, "works_contract", f"{job.plan.title}{WORDS[job.plan.category]}合同")
    yield from job.step(CONTRACTS, matter, "draft", lambda: contract_data(job, tender, code, account))
    return matter


def countersigned(job: Job, matter: Matter) -> Script[None]:
    """Have the three sign, each in his own time."""
    waits = sorted(
        (job.days(usual), number, step)
        for usual, number, step in ((1.2, COST, "cost"), (1.0, FUNDS, "finance"), (1.9, LAWYER, "legal"))
    )
    passed = 0.0
    for wait, number, step in waits:
        yield from job.step(number, matter, step, wait=wait - passed)
        passed = wait


def signed(job: Job, matter: Matter) -> Script[None]:
    """Approve, sign and file the contract."""
    yield from job.step(LEADER, matter, "approve")
    yield from job.step(ARCHIVES, matter, "file", lambda: {"signed_on": job.desk.today, "is_same": "on"})
    job.contract = Contract.objects.get(pk=matter.pk)


def contracted(job: Job, tender: Matter) -> Script[None]:
    """Go through the whole contract and the construction permit to the gate into implementation."""
    matter = yield from drafted(job, tender)
    yield from countersigned(job, matter)
    yield from signed(job, matter)
    yield from permitted(job, "construction", wait=5.0)
    yield job.days(0.5)
    job.gate(LEAD)
