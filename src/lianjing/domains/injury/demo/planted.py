"""The schemes of work injury: each planted five times, and five times what looks like it and is none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from decimal import Decimal

from lianjing.domains.injury.demo.desk import Desk
from lianjing.domains.injury.demo.planting import near, plant
from lianjing.domains.injury.models import BenefitItem, Injury
from lianjing.domains.injury.services.takeover import PaidItem
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.process.clocks import calendar
from lianjing.runtime.scene_queue import Script, at_work

GRANT, MEDICAL, WAGE = "disability_grant", "medical", "leave_wage"
TIMES = 5
OTHER_PAYER = "澜汀市某劳务服务部"
ADVANCE = Decimal(8000)


def _sum(desk: Desk, low: int = 90, high: int = 480) -> Decimal:
    return Decimal(desk.dice.randrange(low, high) * 100)


def _first(case: Matter) -> BenefitItem:
    return BenefitItem.objects.filter(injury_id=case.pk).earliest("pk")


def untransferred(desk: Desk, place: int) -> Script[None]:
    """Nothing is passed on; beside it, the whole on the last day."""
    case = desk.old_case(PaidItem(GRANT, _sum(desk), desk.today), firm=place % 2)
    other = desk.old_case(PaidItem(GRANT, _sum(desk), desk.today), firm=place % 2)
    yield at_work(calendar().add_working_days(desk.today, 5), 30)
    item = _first(other)
    desk.pass_on(item, item.paid or Decimal(0))
    near(desk.scene, "injury_untransferred", [item], other, "最后一日足额转付")
    yield 3.0
    plant(desk.scene, "injury_untransferred", [_first(case)], case, note="逾期未转付")


def partly(desk: Desk, place: int) -> Script[None]:
    """Six tenths are passed on; beside it, the whole in two sums."""
    case = desk.old_case(PaidItem(GRANT, _sum(desk), desk.today), firm=place % 2)
    other = desk.old_case(PaidItem(GRANT, _sum(desk), desk.today), firm=place % 2)
    yield 2.0
    first, second = _first(case), _first(other)
    desk.pass_on(first, (first.paid or Decimal(0)) * Decimal("0.6"))
    desk.pass_on(second, (second.paid or Decimal(0)) / 4)
    yield 1.0
    desk.pass_on(second, (second.paid or Decimal(0)) * Decimal("0.75"))
    near(desk.scene, "injury_partly", [second], other, "两笔合计足额")
    yield 5.0
    plant(desk.scene, "injury_partly", [first], case, note="只转付六成")


def no_proof(desk: Desk, place: int) -> Script[None]:
    """A refund to the employer without any voucher; beside it, one with a whole proof."""
    case = desk.old_case(PaidItem(MEDICAL, _sum(desk), desk.today), firm=place % 2)
    sum_of = _sum(desk)
    other = desk.old_case(
        PaidItem(MEDICAL, sum_of, desk.today, proven=sum_of + 500, voucher_no=desk.number("DF")),
        firm=place % 2,
    )
    plant(desk.scene, "injury_no_proof", [_first(case)], case, note="没有垫付凭证")
    near(desk.scene, "injury_no_proof", [_first(other)], other, "凭证足额")
    yield 6.0


def wrong_route(desk: Desk, place: int) -> Script[None]:
    """The advance is smaller than the sum and the employer is paid all the same; beside it, an equal advance."""
    rows = []
    for short in (Decimal(1), Decimal(0)):
        sum_of = _sum(desk)
        item = PaidItem(MEDICAL, sum_of, desk.today, proven=sum_of - short, voucher_no=desk.number("DF"))
        rows.append(desk.old_case(item, firm=place % 2))
    plant(desk.scene, "injury_wrong_route", [_first(rows[0])], rows[0], note="垫付少一元")
    near(desk.scene, "injury_wrong_route", [_first(rows[1])], rows[1], "垫付等于报销额")
    yield 1.0


def false_proof(desk: Desk, place: int) -> Script[None]:
    """One voucher for two workers, or paid by somebody else; beside it, two numbers that differ in one figure."""
    number = desk.number("DF")
    payer = OTHER_PAYER if place % 2 else ""
    for _time in range(2):
        item = PaidItem(MEDICAL, ADVANCE, desk.today, proven=ADVANCE, voucher_no=number, voucher_payer=payer)
        case = desk.old_case(item, firm=place % 2)
    plant(desk.scene, "injury_false_proof", [_first(case)], case, note="同一凭证号用于两名职工")
    for ending in "AB":
        item = PaidItem(MEDICAL, ADVANCE, desk.today, proven=ADVANCE, voucher_no=f"{number}{ending}")
        other = desk.old_case(item, firm=place % 2)
    near(desk.scene, "injury_false_proof", [_first(other)], other, "凭证号相近而不同")
    yield 1.0


def shared_account(desk: Desk, place: int) -> Script[None]:
    """Two workers, one private account; beside it, one worker with two benefits."""
    shared, own = f"9901{desk.papers:07d}{place:04d}01", f"9901{desk.papers:07d}{place:04d}02"
    agent, worker = desk.name(), desk.name()

    def item(kind: str, number: str, holder: str) -> PaidItem:
        return PaidItem(kind, _sum(desk), desk.today, route="worker", account_no=number, account_name=holder)

    desk.old_case(item(GRANT, shared, agent), firm=place % 2)
    case = desk.old_case(item(GRANT, shared, agent), firm=place % 2)
    other = desk.old_case(item(GRANT, own, worker), item(MEDICAL, own, worker), firm=place % 2)
    plant(desk.scene, "injury_shared_account", [_first(case)], case, note="两名职工一个账户")
    near(desk.scene, "injury_shared_account", [_first(other)], other, "一名职工两项待遇")
    yield 1.0


def unconfirmed(desk: Desk, place: int) -> Script[None]:
    """Paid forty days ago and no word of the worker; beside it, paid twenty days ago."""
    paid_on = desk.today - timedelta(days=40 + place)
    case = desk.old_case(PaidItem(GRANT, _sum(desk), paid_on, route="worker"), firm=place % 2)
    plant(desk.scene, "injury_unconfirmed", [_first(case)], case, note=f"{paid_on}支付，未确认")
    recent = desk.scene.end.date() - timedelta(days=20)
    yield at_work(recent, 60)
    other = desk.old_case(PaidItem(GRANT, _sum(desk), desk.today, route="worker"), firm=place % 2)
    near(desk.scene, "injury_unconfirmed", [_first(other)], other, "尚在确认期内")


def late(desk: Desk, place: int) -> Script[None]:
    """Paid two weeks after its day; beside it, on its day."""
    due_on = desk.today - timedelta(days=14)
    case = desk.old_case(
        PaidItem(GRANT, _sum(desk), desk.today, route="worker", due_on=due_on), firm=place % 2
    )
    other = desk.old_case(
        PaidItem(GRANT, _sum(desk), desk.today, route="worker", due_on=desk.today), firm=place % 2
    )
    plant(desk.scene, "injury_late", [_first(case)], case, note=f"应付{due_on}")
    near(desk.scene, "injury_late", [_first(other)], other, "应付日当天支付")
    yield 1.0


def employer_unpaid(desk: Desk, place: int) -> Script[None]:
    """The employer's wages in paid leave are due and unpaid; beside it, paid whole in time."""
    due_on = desk.today + timedelta(days=3)

    def item() -> PaidItem:
        return PaidItem(WAGE, _sum(desk, 40, 90), None, payer="employer", due_on=due_on)

    injured_on = desk.today - timedelta(days=90)
    case = desk.old_case(item(), firm=place % 2, injured_on=injured_on)
    other = desk.old_case(item(), firm=place % 2, injured_on=injured_on)
    yield at_work(due_on + timedelta(days=1), 40)
    row = _first(other)
    desk.pass_on(row, row.entitled or Decimal(0))
    near(desk.scene, "injury_employer_unpaid", [row], other, "到期前足额支付")
    yield 12.0
    plant(desk.scene, "injury_employer_unpaid", [_first(case)], case, note="到期未付")


def false_claim(desk: Desk, place: int) -> Script[None]:
    """Insured two days after the injury; beside it, insured on the very day."""
    injured_on = desk.today - timedelta(days=50)
    for days, is_planted in ((2, True), (0, False)):
        case = desk.old_case(
            PaidItem(GRANT, _sum(desk), desk.today, route="worker"),
            firm=place % 2,
            injured_on=injured_on,
            insured_from_on=injured_on + timedelta(days=days),
            injury_part="hand",
        )
        row = Injury.objects.get(pk=case.pk)
        if is_planted:
            plant(desk.scene, "injury_false_claim", [row], case, note="受伤两日后参保")
        else:
            near(desk.scene, "injury_false_claim", [row], case, "受伤当日参保")
    yield 1.0


SCHEMES: Mapping[str, Callable[[Desk, int], Script[None]]] = {
    "injury_untransferred": untransferred,
    "injury_partly": partly,
    "injury_no_proof": no_proof,
    "injury_wrong_route": wrong_route,
    "injury_false_proof": false_proof,
    "injury_shared_account": shared_account,
    "injury_unconfirmed": unconfirmed,
    "injury_late": late,
    "injury_employer_unpaid": employer_unpaid,
    "injury_false_claim": false_claim,
}
