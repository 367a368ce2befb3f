"""Payments: application, five reviews, order by three hands, receipt; sent back, cut, refused where the story says so."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

from lianjing.domains.works.demo import bank
from lianjing.domains.works.demo.desk import (
    AUDITOR,
    CHECKER,
    FINANCE_HEAD,
    FUNDS,
    LEAD,
    MAKER,
    OFFICER,
    SECRETARY,
)
from lianjing.domains.works.demo.job import Job
from lianjing.domains.works.demo.meetings import decided
from lianjing.domains.works.demo.site import asked
from lianjing.domains.works.queries.reviews import body_of
from lianjing.domains.works.queries.standing import confirmed_reports, opening_of, standing_of
from lianjing.domains.works.rules.money import cents, progress_gross
from lianjing.domains.works.rules.project import total
from lianjing.runtime.contract.models import Contract
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.payment.models import BudgetLine, PaymentApplication, PaymentOrder
from lianjing.runtime.payment.queries import sum_of
from lianjing.runtime.payment.rules import payable
from lianjing.runtime.process.models import WorkItem
from lianjing.runtime.scene_queue import Script

KINDS = {"advance": "预付款", "progress": "进度款", "settlement": "结算款", "retention": "质保金"}
ROUND = Decimal(1000)
LEAST = Decimal(60000)
CUTS = (
    "清单外工程量未经签证，核减",
    "材料调差依据不足，核减",
    "重复计量，核减",
    "措施费按合同约定不予调整，核减",
)


def invoice(job: Job, amount: Decimal) -> dict[str, Any]:
    """Return a new invoice of today."""
    return {
        "invoice_code": "",
        "invoice_no": f"99{next(job.desk.invoices):018d}",
        "issued_on": job.desk.today,
        "amount": str(amount),
    }


def claim(job: Job, kind: str, gross: Decimal, **changes: Any) -> dict[str, Any]:
    """Return an application of a sum for other than progress money."""
    line = BudgetLine.objects.filter(project_id=job.root.pk).latest("id")
    return {
        "contract": job.contract.pk,
        "kind": kind,
        "gross": str(gross),
        "received_on": job.desk.today,
        "delivered_on": job.desk.today,
        "budget_line": line.pk,
        "invoices": [invoice(job, gross)],
        **changes,
    }


def advance(job: Job) -> dict[str, Any]:
    """Return the application for the advance as agreed."""
    standing = standing_of(fresh(job), job.desk.today)
    return claim(job, "advance", (standing.advance_limit / ROUND).to_integral_value(ROUND_FLOOR) * ROUND)


def progress(job: Job, besides: int | None = None) -> dict[str, Any] | None:
    """Return the application for the work verified since the last one, None where nothing may be paid yet.

    The advance is recovered by a fifth of each payment, by more where verified work does not bear it yet. The
    matter `besides` is the one applied for again.
    """
    contract = fresh(job)
    report = confirmed_reports(contract).last()
    if report is None or report.completed_value is None:
        return None
    earlier = (
        PaymentApplication.objects.filter(contract=contract, kind="progress")
        .exclude(pk=besides)
        .exclude(status="refused")
    )
    opening = opening_of(contract)
    value = (
        report.completed_value
        - total(row.certified_value for row in earlier)
        - (opening.verified_value if opening else 0)
    )
    retention = cents(value * (contract.retention_ratio or Decimal(0)))
    standing = standing_of(contract, job.desk.today, excluding=besides)
    gross, room = (
        progress_gross(value, contract.progress_ratio),
        payable(standing, "progress", retention=retention),
    )
    deducted = min(standing.advance_outstanding, cents(gross / 5))
    needed = gross - retention - room
    if needed > deducted:
        deducted = (needed / ROUND).to_integral_value(ROUND_CEILING) * ROUND
    amount = gross - retention - deducted
    if value <= 0 or amount < LEAST:
        return None
    return claim(
        job,
        "progress",
        amount,
        progress_report=report.pk,
        advance_deducted=str(deducted),
        retention=str(retention),
        labour_share=str(cents(amount / 4)),
    )


def claimable(job: Job) -> Script[dict[str, Any]]:
    """Wait until verified work bears another progress payment and return the application for it."""
    while (data := progress(job)) is None:
        yield 4.0
    return data


def settlement(job: Job) -> dict[str, Any] | None:
    """Return the application for all that is left but the retention, None before the settlement is approved."""
    contract = fresh(job)
    standing = standing_of(contract, job.desk.today)
    if standing.settlement is None:
        return None
    kept = cents(standing.value * (contract.retention_ratio or Decimal(0)))
    more = max(Decimal(0), kept - standing.retention_held)
    gross = standing.value - standing.retention_held - standing.out
    if gross - more <= 0:
        return None
    return claim(job, "settlement", gross, retention=str(more))


def fresh(job: Job) -> Contract:
    """Return the contract as it is now."""
    return Contract.objects.select_related("project", "matter").get(pk=job.contract.pk)


def begun(job: Job, kind: str, data: dict[str, Any]) -> Script[Matter]:
    """Open a payment and apply."""
    matter = job.open(OFFICER, "works_payment", f"{job.plan.title}{KINDS[kind]}支付")
    yield from applied(job, matter, kind, data)
    return matter


def applied(job: Job, matter: Matter, kind: str, data: dict[str, Any]) -> Script[None]:
    """Apply a little later; progress money then rests on the latest report."""
    yield from job.step(
        OFFICER, matter, "apply", lambda: (kind == "progress" and progress(job, matter.pk)) or data, wait=0.2
    )


def audited(
    job: Job, matter: Matter, *, cut: Decimal = Decimal(0), returns: Sequence[str] = ()
) -> Script[None]:
    """Pass the audit review, perhaps sent back before, with a cut perhaps. Only progress money is applied for again."""
    for text in returns:
        yield from job.back(AUDITOR, matter, "audit", "apply", text, reason="papers_missing")
        yield from job.step(
            OFFICER, matter, "apply", lambda: progress(job, matter.pk) or {}, wait=job.days(2.5)
        )
    yield from job.step(AUDITOR, matter, "audit", lambda: reviewed(job, matter, cut))


def checked(job: Job, matter: Matter, *, cut: Decimal = Decimal(0)) -> Script[None]:
    """Pass the owner's own review."""
    boxes = {"is_contract_checked": "on", "is_measure_checked": "on", "is_change_checked": "on"}
    yield from job.step(LEAD, matter, "internal", lambda: {**boxes, **reviewed(job, matter, cut)})


def reviewed(job: Job, matter: Matter, cut: Decimal) -> dict[str, Any]:
    """Return a review's sum, less a cut of this share."""
    stands = sum_of(PaymentApplication.objects.get(pk=matter.pk))
    approved = stands - (stands * cut / ROUND).to_integral_value(ROUND_CEILING) * ROUND if cut else stands
    reason = f"{job.dice.choice(CUTS)}{stands - approved:,.2f}元。" if cut else ""
    return {"approved": str(approved), "cut_reason": reason, **job.opinion()}


def joined(job: Job, matter: Matter, **options: str) -> Script[None]:
    """Pass the joint review and, where the rule asks for it, the meeting."""
    yield from asked(job, matter, **options)
    yield from collective(job, matter)


def collective(job: Job, matter: Matter, *, recused: str = "") -> Script[None]:
    """Let the meeting decide where the rule asks for it."""
    if not WorkItem.objects.filter(matter=matter, step_key="collective", closed_at=None).exists():
        return
    amount = sum_of(PaymentApplication.objects.get(pk=matter.pk))
    title = f"关于{job.plan.title}{matter.title.removeprefix(job.plan.title)}{amount / 10000:,.2f}万元的审议"
    yield from decided(
        job.desk,
        matter,
        body=body_of(matter.pk),
        title=title,
        kind="large_fund",
        amount=amount,
        recused=recused,
    )
    yield from job.step(SECRETARY, matter, "collective", {"opinion": "会议审议通过，同意按审定金额支付。"})


def financed(job: Job, matter: Matter) -> Script[None]:
    """Pass the finance review."""
    boxes = {"is_invoice_verified": "on", "is_account_checked": "on", "is_budget_checked": "on"}
    yield from job.step(FUNDS, matter, "finance", lambda: {**boxes, **job.opinion()})


def paid(job: Job, matter: Matter, wait: float | None = None) -> Script[None]:
    """Make, check and release the order and enter the receipt; the bank's file follows the next morning."""
    desk = job.desk
    bank.start(desk)
    number = f"ZF-{desk.today.year}-{next(desk.orders):04d}"
    yield from job.step(
        MAKER,
        matter,
        "make_order",
        {"order_no": number, "payer_account": desk.paying_account().pk},
        wait=wait,
    )
    yield from job.step(CHECKER, matter, "check_order", {"is_same": "on"}, wait=wait)
    yield from job.step(FINANCE_HEAD, matter, "release", {"is_released": "on"}, wait=wait)
    yield from job.step(MAKER, matter, "receipt", lambda: receipt(matter, desk.today), wait=wait)


def receipt(matter: Matter, day: date) -> dict[str, Any]:
    """Return the bank's receipt of today; what went to the wage account has its own number."""
    ref = f"9900{day:%Y%m%d}{matter.pk:06d}"
    orders = PaymentOrder.objects.filter(payment_application_id=matter.pk).count()
    amount = sum_of(PaymentApplication.objects.get(pk=matter.pk))
    return {
        "bank_ref": ref,
        "wage_bank_ref": f"{ref}G" if orders > 1 else "",
        "booked_on": day,
        "amount": str(amount),
    }


def payment(
    job: Job,
    kind: str,
    data: dict[str, Any] | None,
    *,
    cut: str = "0",
    inner_cut: str = "0",
    returns: Sequence[str] = (),
) -> Script[Matter | None]:
    """Go through a whole payment; nothing happens without an application."""
    if data is None:
        return None
    matter = yield from begun(job, kind, data)
    yield from audited(job, matter, cut=Decimal(cut), returns=returns)
    yield from checked(job, matter, cut=Decimal(inner_cut))
    yield from joined(job, matter)
    yield from financed(job, matter)
    yield from paid(job, matter)
    return matter
