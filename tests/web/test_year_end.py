"""年度结转 as a page: the checks, the list, the act, its refusals."""

from __future__ import annotations

from decimal import Decimal

from lianjing.domains.works.models import PlanItem
from lianjing.domains.works.services.budget_carry import carried
from lianjing.domains.works.services.plan import enter_plan_item
from lianjing.runtime.payment.models import BudgetCarry, BudgetLine, PaymentApplication
from lianjing.runtime.trail.act import SYSTEM, recorded
from lianjing.runtime.trail.verify import verify
from tests.domains.works.playing import FUNDS, OFFICER, Play
from tests.domains.works.test_plan import ITEM
from tests.web.conftest import Browser


def test_the_officer_carries_what_is_ticked(browser: Browser, play: Play) -> None:
    item = enter_plan_item(person_id=play.scene.person(OFFICER), now=play.scene.now, data=ITEM)
    client = browser(OFFICER)
    page = client.get("/year-end/?year=2025")
    assert ITEM["title"] in page.content.decode()
    data = {"domain": "works", "roll_over": "plan", "year": "2025", "keys": [str(item.pk)]}
    assert client.post("/year-end/", data).status_code == 302
    assert PlanItem.objects.filter(fiscal_year=2026).count() == 1
    again = client.post("/year-end/", data)
    assert again.status_code == 422 and 'role="alert"' in again.content.decode()


def test_who_has_nothing_to_carry_sees_the_checks_only(browser: Browser) -> None:
    page = browser("30001").get("/year-end/?year=abcd").content.decode()
    assert '<form method="post" class="card"' not in page
    assert (
        browser("30001")
        .post("/year-end/", {"domain": "works", "roll_over": "plan", "year": "2025", "keys": ["1"]})
        .status_code
        == 403
    )


def line(play: Play, amount: str = "1000000.00") -> BudgetLine:
    """A budget line of 2025 of a project."""
    project = play.project()
    with recorded("budget.enter", chain="unit:1", actor=SYSTEM, now=play.scene.now) as act:
        return act.save(
            BudgetLine(
                domain="works",
                project=project,
                unit_id=project.unit_id,
                fiscal_year=2025,
                code="2120801",
                name="城建支出",
                fund_kind="budget",
                purpose="progress",
                amount=Decimal(amount),
            )
        )


BUDGET = {"domain": "works", "roll_over": "budget", "year": "2025"}


def test_finance_carries_what_a_budget_line_left_once_and_nobody_else(browser: Browser, play: Play) -> None:
    row = line(play)
    data = BUDGET | {"keys": [str(row.pk)]}
    assert browser(OFFICER).post("/year-end/", data).status_code == 403
    finance = browser(FUNDS)
    assert row.code in finance.get("/year-end/?year=2025").content.decode()
    assert finance.post("/year-end/", data).status_code == 302
    carry = BudgetCarry.objects.get()
    assert (carry.origin_id, carry.amount, carry.line.fiscal_year) == (row.pk, row.amount, 2026)
    assert carried(row) == row.amount, "what went into the next year is not there any more"
    assert finance.post("/year-end/", data).status_code == 422
    assert BudgetLine.objects.filter(fiscal_year=2026).count() == 1 and verify().is_good


def test_a_carried_line_is_taken_back_while_no_payment_rests_on_it(browser: Browser, play: Play) -> None:
    row, finance = line(play), browser(FUNDS)
    finance.post("/year-end/", BUDGET | {"keys": [str(row.pk)]})
    made = BudgetCarry.objects.get().line
    matter = play.open(OFFICER, "works_proposal", row.project, "占用结转指标")
    paid = PaymentApplication(
        matter=matter,
        domain="works",
        kind="progress",
        project_id=row.project_id,
        budget_line=made,
        amount=1,
        status="in_review",
    )
    with recorded("payment.apply", chain="unit:1", actor=SYSTEM, now=play.scene.now) as act:
        act.save(paid)
    assert 'name="undo"' not in finance.get("/year-end/?year=2025").content.decode()
    assert finance.post("/year-end/", BUDGET | {"undo": str(row.pk)}).status_code == 403
    with recorded("payment.drop", chain="unit:1", actor=SYSTEM, now=play.scene.now) as act:
        act.remove(paid)
    assert 'name="undo"' in finance.get("/year-end/?year=2025").content.decode()
    assert finance.post("/year-end/", BUDGET | {"undo": str(row.pk)}).status_code == 302
    assert not BudgetCarry.objects.exists() and not BudgetLine.objects.filter(fiscal_year=2026).exists()
    assert finance.post("/year-end/", BUDGET | {"undo": str(row.pk)}).status_code == 422
    assert verify().is_good
