"""Schemes of the money: a new account shortly before, a payment too late, a hold without basis, a stray bank line."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from lianjing.domains.works.demo import money
from lianjing.domains.works.demo.desk import DEPARTMENTS, FUNDS, LEADER, PLANNING
from lianjing.domains.works.demo.job import Job
from lianjing.domains.works.demo.planting import near, plant
from lianjing.domains.works.demo.running import CALLED_BACK, account_applied
from lianjing.runtime.contract.models import AccountChange
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.payment.holds import lift_hold, place_hold
from lianjing.runtime.payment.models import PaymentApplication
from lianjing.runtime.process.clocks import calendar
from lianjing.runtime.process.models import WorkItem
from lianjing.runtime.scene_queue import Script, at_work

TERM = 30  # calendar days agreed in the contracts of the zone


def _account(job: Job) -> Script[AccountChange]:
    change = yield from account_applied(job)
    yield from job.step(FUNDS, change, "check", CALLED_BACK, wait=job.days(1.5))
    yield from job.step(LEADER, change, "approve")
    return AccountChange.objects.get(pk=change.pk)


def new_account(job: Job) -> Script[None]:
    """The payee's account changes, by its own approval, days before money goes out."""
    yield 30.0
    data = yield from money.claimable(job)
    change = yield from _account(job)
    matter = yield from money.payment(job, "progress", money.progress(job) or data)
    if matter is not None:
        row = PaymentApplication.objects.get(pk=matter.pk)
        plant(
            job.desk,
            "new_account",
            [change, row],
            (job.root, change.matter, matter),
            note="账户变更后数日即付款",
        )


def old_account(job: Job) -> Script[None]:
    """The payee's account changes long before the next payment."""
    change = yield from _account(job)
    yield 60.0
    data = yield from money.claimable(job)
    matter = yield from money.payment(job, "progress", data)
    if matter is not None:
        row = PaymentApplication.objects.get(pk=matter.pk)
        note = "账户变更三个月后才付款"
        near(job.desk, "new_account", [change, row], (job.root, change.matter, matter), note)


def late_payment(job: Job) -> Script[None]:
    """A verified payment lies for weeks: it goes out long after its term."""
    data = yield from money.claimable(job)
    matter = yield from money.begun(job, "progress", data)
    yield from money.audited(job, matter)
    yield 32.0
    yield from money.checked(job, matter)
    yield from money.joined(job, matter)
    yield from money.financed(job, matter)
    yield from money.paid(job, matter)
    row = PaymentApplication.objects.get(pk=matter.pk)
    plant(
        job.desk,
        "late_payment",
        [row],
        (job.root, matter),
        note=f"收件{row.received_on}，付款{job.desk.today}",
    )


def on_the_last_day(job: Job) -> Script[None]:
    """A payment goes out on the last day of its term, or on the working day before it."""
    data = yield from money.claimable(job)
    matter = yield from money.begun(job, "progress", data)
    yield from money.audited(job, matter)
    yield from money.checked(job, matter)
    yield from money.joined(job, matter)
    yield from money.financed(job, matter)
    row = PaymentApplication.objects.get(pk=matter.pk)
    last = (row.received_on or job.desk.today) + timedelta(days=TERM)
    day = last if calendar().is_working(last) else calendar().add_working_days(last, -1)
    yield at_work(day, 15)
    yield from money.paid(job, matter, wait=0.05)
    if job.desk.today <= last:
        near(job.desk, "late_payment", [row], (job.root, matter), f"期限{last}，{job.desk.today}付清")


def bare_hold(job: Job) -> Script[None]:
    """A payment is held to wait for an audit that no clause makes a condition; then one with the contract's clause."""
    yield from _held(job, reason="audit", basis="", quoted="", text="等待审计结论，暂缓支付", is_bare=True)
    yield 20.0
    text = "乙方第三方检测报告存疑，按合同约定复检后支付"
    yield from _held(job, reason="quality", basis="contract", quoted="合同第12.4条", text=text, is_bare=False)


def _held(job: Job, *, reason: str, basis: str, quoted: str, text: str, is_bare: bool) -> Script[None]:
    data = yield from money.claimable(job)
    matter = yield from money.begun(job, "progress", data)
    yield from money.audited(job, matter)
    scene = job.desk.scene
    hold = place_hold(
        matter_id=matter.pk,
        person_id=job.desk.person(FUNDS),
        reason=reason,
        basis=basis,
        quoted=quoted,
        explanation=text,
        now=scene.pass_time(hours=0.1),
    )
    if is_bare:
        plant(job.desk, "bare_hold", [hold], (job.root, matter), note="合同和法律均未以审计为付款条件")
    else:
        near(job.desk, "bare_hold", [hold], (job.root, matter), "依据为合同条款")
    yield 6.0
    lift_hold(
        hold_id=hold.pk,
        person_id=job.desk.person(FUNDS),
        text="已查清，恢复办理",
        now=scene.pass_time(hours=0.1),
    )
    yield from money.checked(job, matter)
    yield from money.joined(job, matter)
    yield from money.financed(job, matter)
    yield from money.paid(job, matter)


def late_opinion(job: Job) -> Script[None]:
    """The planning bureau answers weeks after the limit of its opinion; in the next payment on its last day."""
    for wait in (16.0, None):
        data = yield from money.claimable(job)
        matter = yield from money.begun(job, "progress", data)
        yield from money.audited(job, matter)
        yield from money.checked(job, matter)
        yield from _asked(job, matter, wait)
        yield from money.collective(job, matter)
        yield from money.financed(job, matter)
        yield from money.paid(job, matter)
        yield 15.0


def _asked(job: Job, matter: Matter, wait: float | None) -> Script[None]:
    for unit, number in DEPARTMENTS:
        if number != PLANNING:
            data = {"result": "agree", **job.opinion()}
            yield from job.step(number, matter, "joint", data, element=unit, wait=0.6)
    item = job.desk.scene.item(matter, "joint", "PLN")
    if wait is None and item.due_at is not None:
        yield max(item.due_at - timedelta(hours=6), job.desk.scene.now)
    data = {"result": "agree", **job.opinion()}
    yield from job.step(PLANNING, matter, "joint", data, element="PLN", wait=wait or 0.0)
    row = WorkItem.objects.get(pk=item.pk)
    if wait is not None:
        plant(job.desk, "late_opinion", [row], (job.root, matter), note="规划部门逾期两周以上答复")
    elif row.due_at is not None and row.closed_at is not None and row.closed_at <= row.due_at:
        near(job.desk, "late_opinion", [row], (job.root, matter), "在期限最后一日答复")


def stray_line(job: Job) -> Script[None]:
    """A sum leaves the paying account without any order; the bank's file shows it the next morning."""
    yield 40.0
    amount = Decimal("186500.00")
    job.desk.strays.append(
        (f"9901{job.desk.today:%Y%m%d}00001", "澜汀市沄帆智能装备有限公司", amount, job.root)
    )
