"""A contract from its draft to filing, and the supplementary agreement that a large change asks for."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from lianjing.domains.works.demo.beginning import permitted
from lianjing.domains.works.demo.desk import (
    ARCHIVES,
    CONTRACTS,
    COST,
    FUNDS,
    LAWYER,
    LEAD,
    LEADER,
    SEALS,
    SUPERVISION,
)
from lianjing.domains.works.demo.job import Job
from lianjing.domains.works.models import Award, ChangeOrder
from lianjing.domains.works.queries.standing import ceiling_of
from lianjing.runtime.contract.models import Contract
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.parties.models import Enterprise
from lianjing.runtime.scene_queue import Script
from lianjing.runtime.undertaking.models import Undertaking

OWNER_NAMES = ("蓝音", "雷㛃", "濮阳昕", "岑砺岳", "钮沄", "简珩", "竺澄")
TITLES = {"works": "施工", "goods": "设备采购与集成"}
EXPLAINED = "合同名称按示范文本书写，付款条款为招标文件合同条款的细化，其余与招标投标文件一致。"


def contract_data(job: Job, tender: Matter, code: str, account: str, **changes: Any) -> dict[str, Any]:
    """Return the draft of the contract on the award."""
    award = Award.objects.select_related("enterprise", "bid", "tender").get(
        tender_id=tender.pk, status="active"
    )
    assert award.enterprise is not None
    supervision = Enterprise.objects.get(name=SUPERVISION[job.plan.supervision][0])
    bid, is_works = award.bid, job.plan.category == "works"
    days = (bid.days if bid else None) or award.tender.days or 300
    return {
        "award": award.pk,
        "code": code,
        "title": f"{job.plan.title}{TITLES[job.plan.category]}合同",
        "kind": "works" if is_works else "goods",
        "pricing": "unit_price" if is_works else "lump_sum",
        "days": str(days),
        "quality": (bid.quality if bid else "") or award.tender.quality or "合格",
        "manager_name": (bid.manager_name if bid else "") or "宿砺",
        "amount": str(award.amount),
        "provisional": "0",
        "end_on": job.desk.today + timedelta(days=int(days) + 45),
        "advance_ratio": "10",
        "progress_ratio": "80",
        "retention_ratio": "3",
        "wage_ratio": "18" if is_works else "",
        "payment_days": "30",
        "holder_name": award.enterprise.name,
        "account_no": account,
        "bank_name": "澜汀农村商业银行望汀支行",
        "owners": owners(award.enterprise),
        "bonds": [performance_bond(job, award.amount)],
        "supervisor_name": supervision.name if is_works else "",
        "supervisor_credit_code": supervision.credit_code if is_works else "",
        **changes,
    }


def owners(firm: Enterprise) -> list[dict[str, Any]]:
    """Return who owns a firm: two fictitious persons, always the same for one firm."""
    first, second = (OWNER_NAMES[(firm.pk * step) % len(OWNER_NAMES)] for step in (3, 5))
    share = 51 + firm.pk % 40
    rows = [
        {"owner_name": first, "interest": "shareholding", "share_ratio": str(share), "is_beneficial": "on"}
    ]
    if second != first:
        rows.append({"owner_name": second, "interest": "shareholding", "share_ratio": str(100 - share)})
    return rows


def performance_bond(job: Job, amount: Decimal | None) -> dict[str, Any]:
    """Return a bank guarantee of eight percent that ends with the works."""
    return {
        "kind": "performance",
        "form": "bank_guarantee",
        "amount": str(((amount or Decimal(0)) * Decimal("0.08")).quantize(Decimal("0.01"))),
        "guarantor_name": "澜汀农村商业银行",
        "policy_no": f"LGN{job.desk.today:%Y%m%d}{next(job.desk.letters):03d}",
        "expires_on": job.desk.today + timedelta(days=300),
    }


def drafted(job: Job, tender: Matter) -> Script[Matter]:
    """Open the contract, hand in its draft and hold it against tender and bid."""
    year = job.desk.today.year
    code, account = f"澜经建合{year}-{next(job.desk.contracts):03d}", job.desk.account_no()
    yield job.days(1.5)
    matter = job.open(CONTRACTS, "works_contract", f"{job.plan.title}{TITLES[job.plan.category]}合同")
    yield from job.step(CONTRACTS, matter, "draft", lambda: contract_data(job, tender, code, account))
    yield from compared(job, matter)
    return matter


def compared(job: Job, matter: Matter) -> Script[None]:
    """Confirm the comparison with tender and bid."""
    yield from job.step(CONTRACTS, matter, "compare", {"explanation": EXPLAINED})


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


def sealed(job: Job, matter: Matter) -> Script[None]:
    """Sign and seal, with the number of the register."""
    number = next(job.desk.letters)
    yield from job.step(
        SEALS,
        matter,
        "seal",
        lambda: {"signed_on": job.desk.today, "seal_no": f"用印{job.desk.today.year}-{number:04d}"},
    )


def signed(job: Job, matter: Matter) -> Script[None]:
    """Approve, seal and file the contract."""
    yield from job.step(LEADER, matter, "approve")
    yield from sealed(job, matter)
    found = Contract.objects.get(pk=matter.pk)
    yield from job.step(ARCHIVES, matter, "file", {"signed_on": found.signed_on, "is_same": "on"})
    job.contract = Contract.objects.get(pk=matter.pk)


def contracted(job: Job, tender: Matter) -> Script[None]:
    """Go through the whole contract and the construction permit to the gate into implementation."""
    matter = yield from drafted(job, tender)
    yield from countersigned(job, matter)
    yield from signed(job, matter)
    yield from permitted(job, "construction", wait=5.0)
    yield job.days(0.5)
    job.gate(LEAD)


def agreed(job: Job, change: Matter) -> Script[None]:
    """Sign the supplementary agreement where the change asked for one."""
    if not Undertaking.objects.filter(matter=change, clause="zone_change#13", closed_on=None).exists():
        return
    row = ChangeOrder.objects.get(pk=change.pk)
    yield job.days(3.0)
    matter = job.open(CONTRACTS, "works_amendment", f"{job.plan.title}补充协议（{row.code}）")
    yield from job.step(
        CONTRACTS,
        matter,
        "draft",
        lambda: {
            "contract": job.contract.pk,
            "code": f"{job.contract.code}-补-{row.code}",
            "new_amount": str(ceiling_of(job.contract)),
            "change_order": str(change.pk),
            "reason": f"工程变更{row.code}累计达到签订补充协议的比例",
        },
    )
    yield from job.step(FUNDS, matter, "finance")
    yield from job.step(LAWYER, matter, "legal")
    yield from job.step(LEADER, matter, "approve")
    yield from sealed(job, matter)
    yield from job.step(ARCHIVES, matter, "file", {"is_same": "on"})
