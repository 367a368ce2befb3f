"""Three small projects that are built: two paid but for their retention, one at its settlement."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import partial

from lianjing.domains.works.demo import completing, money
from lianjing.domains.works.demo.beginning import initiated, opened, planned
from lianjing.domains.works.demo.contracting import contracted
from lianjing.domains.works.demo.desk import HEAD, INSPECTOR, LEAD, OFFICER
from lianjing.domains.works.demo.ending import handed_over
from lianjing.domains.works.demo.job import Job
from lianjing.domains.works.demo.site import Change, changed, months, started
from lianjing.domains.works.demo.tendering import tendered
from lianjing.runtime.payment.models import Invoice
from lianjing.runtime.scene_queue import Script, at_work

DEFECTS = ("检查井盖与路面高差超限两处", "标识标牌缺失一处")


def begun(job: Job, *, count: int = 4, over: bool = False) -> Script[None]:
    """Bring a project from its opening to the stage of implementation."""
    opened(job)
    yield job.days(1.0)
    yield from initiated(job)
    yield from planned(job)
    tender = yield from tendered(job, count=count, over=over)
    yield from contracted(job, tender)
    yield from started(job)


def accepted(job: Job, *, defects: tuple[str, ...] = ()) -> Script[None]:
    """Have the works accepted by the five parties and pass the gate into payment."""
    yield from completing.accepted(job, defects=defects)
    yield job.days(1.5)
    job.gate(LEAD)


def built(
    job: Job, ratios: Sequence[str], changes: Sequence[tuple[float, Change]] = (), **options: Sequence[int]
) -> Script[None]:
    """Report to the end with the changes beside it, then have the works accepted."""
    if changes:
        job.desk.queue.start(site_changes(job, changes), at_work(job.desk.today + timedelta(days=9), 60))
    yield from months(job, ratios, **options)
    yield from accepted(job, defects=DEFECTS)


def site_changes(job: Job, changes: Sequence[tuple[float, Change]]) -> Script[None]:
    """Let changes follow each other; each waits so many working days first."""
    for wait, change in changes:
        yield wait
        yield from changed(job, change)


def books(job: Job) -> Script[None]:
    """澜心书吧改造: built, settled, paid; attempts beyond the contract are refused; the retention is held."""
    yield from begun(job, count=3)
    yield from money.payment(job, "advance", money.advance(job))
    change = Change(
        "BG-001", "41860.00", "二层阅览区", "原吊顶保留修补", "原吊顶龙骨锈蚀，全部拆除新做", "石膏板吊顶"
    )
    yield from built(job, ("28", "67", "100"), ((2.0, change),))
    yield from money.payment(job, "progress", money.progress(job), inner_cut="0.006")
    yield from completing.settled(job)
    too_much = money.claim(job, "settlement", job.contract.amount or job.plan.budget)
    matter = job.open(OFFICER, "works_payment", f"{job.plan.title}结算款支付")
    job.refused_step(OFFICER, matter, "apply", too_much)
    job.withdraw(OFFICER, matter, "申请金额有误，重新申请")
    yield 2.0
    yield from money.payment(job, "settlement", money.settlement(job))
    yield from completing.accounted(job)
    yield from handed_over(job)


def sewer(job: Job) -> Script[None]:
    """砚池路雨污分流: two changes just under the tier add up; an invoice is used twice; the settlement is under review."""
    yield from begun(job, over=True)
    changes = (
        (
            18.0,
            Change(
                "BG-001",
                "196400.00",
                "W3–W9井段",
                "管径DN400",
                "管径调整为DN500，沟槽加深0.6 m",
                "沟槽开挖及管道铺设",
                "design_error",
                "designer",
                days=6,
            ),
        ),
        (
            16.0,
            Change(
                "BG-002",
                "188900.00",
                "W10–W15井段",
                "管径DN400",
                "管径调整为DN500，沟槽加深0.5 m",
                "沟槽开挖及管道铺设",
                "design_error",
                "designer",
                days=5,
            ),
        ),
    )
    job.desk.queue.start(sewer_money(job), at_work(job.desk.today, 200))
    yield from built(job, ("14", "37", "61", "82", "93", "100"), changes, cuts=(2,), returned=(3,))
    yield from completing.settled(job, cut="0.008")
    yield job.desk.before_end(24)
    data = money.settlement(job)
    if data is None:
        return
    matter = yield from money.begun(job, "settlement", data)
    yield from money.audited(job, matter)
    yield from money.checked(job, matter)
    yield from money.joined(job, matter)


def sewer_money(job: Job) -> Script[None]:
    """Pay along the way; once an invoice of the payment before is handed in again, once an outsider tries a step."""
    yield from money.payment(job, "advance", money.advance(job))
    yield 48.0
    first = yield from money.claimable(job)
    yield from money.payment(job, "progress", first, cut="0.018")
    yield 24.0
    data = yield from money.claimable(job)
    used = Invoice.objects.filter(payment_application__contract=job.contract, status="verified").latest("id")
    again = {
        "invoice_code": "",
        "invoice_no": used.invoice_no,
        "issued_on": used.issued_on,
        "amount": data["invoices"][0]["amount"],
    }
    matter = job.open(OFFICER, "works_payment", f"{job.plan.title}进度款支付")
    job.refused_step(OFFICER, matter, "apply", {**data, "invoices": [again]})
    yield 1.0
    yield from money.applied(job, matter, "progress", data)
    job.desk.refused(partial(job.try_step, INSPECTOR, matter, "audit", {"approved": "1", **job.opinion()}))
    job.desk.refused(partial(job.try_step, HEAD, matter, "audit", {"approved": "1", **job.opinion()}))
    yield from money.audited(job, matter)
    yield from money.checked(job, matter)
    yield from money.joined(job, matter)
    yield from money.financed(job, matter)
    yield from money.paid(job, matter)
