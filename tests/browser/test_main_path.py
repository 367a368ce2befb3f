"""The main path in a browser, by its three people: the operator applies, the head decides, the supervisor traces it."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.browser.conftest import Open
from tests.browser.office import NO_PLAYWRIGHT, WIDTHS
from tests.browser.watching import barriers

sync_api = pytest.importorskip("playwright.sync_api", reason=NO_PLAYWRIGHT)
expect = sync_api.expect
OFFICER, HEAD, AUDITOR, SUPERVISOR = "20703", "20701", "20501", "30002"
PAPER = {"name": "项目建议书.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4 proposal"}
NEED = "现状道路断头，居民出行须绕行三公里，雨季路面积水。" * 6


def sound(page: Any, axe: Any | None = None) -> None:
    """The page breaks nothing; with axe, it shuts nobody out either."""
    faults = page.context.watch.look(page)
    if axe is not None:
        faults += barriers(page, axe)
        page.evaluate("window.lianjingViolations = []")
        page.context.watch.faults.clear()
    assert not faults, f"{page.url}\n" + "\n".join(faults)


def type_in(page: Any, **values: str) -> None:
    """Fill fields as the keyboard does: reach, clear, type."""
    for name, value in values.items():
        field = page.locator(f"#id_{name}")
        field.focus()
        if field.evaluate("field => field.tagName") == "SELECT":
            field.select_option(value)
        elif field.get_attribute("type") == "date":
            field.fill(value)
        else:
            page.keyboard.press("ControlOrMeta+A")
            page.keyboard.insert_text(value)


def submit(page: Any, name: str) -> None:
    """Press a button of the form by keyboard."""
    button = page.locator("main").get_by_role("button", name=name, exact=True)
    button.focus()
    page.keyboard.press("Enter")


def log_in_from_the_list(page: Any, office: str, number: str) -> None:
    """Log in as the demonstration's page offers it."""
    page.goto(f"{office}/login/")
    page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true; })")
    page.locator("li", has_text=number).get_by_role("button").click()
    page.wait_for_url(f"{office}/")


def registered(page: Any, office: str, title: str) -> None:
    """Register a project: first with two faults, each told at its field, then well."""
    page.goto(f"{office}/works/")
    page.get_by_role("link", name="登记项目").click()
    type_in(
        page, title=title, sector="road", nature="新建", site="望汀大道以北", scale="道路长1.82 km", total_investment="六千万",
        fund_kind="budget", funding_year="2026", planned_start_on="2026-03-01", planned_end_on="2027-03-01", need="太短",
    )  # fmt: skip
    submit(page, "提交")
    expect(page.get_by_role("alert")).to_contain_text("有 2 处需要改正，尚未提交")
    expect(page.get_by_role("alert")).to_be_focused()
    for name in ("total_investment", "need"):
        expect(page.locator(f"#id_{name}")).to_have_attribute("aria-invalid", "true")
        expect(page.locator(f"#id_{name}_error")).to_be_visible()
    expect(page.locator("#id_title")).to_have_value(title)
    type_in(page, total_investment="68000000.00", need=NEED)
    submit(page, "提交")
    expect(page.get_by_role("heading", level=1)).to_contain_text(title)


@pytest.mark.parametrize("width", WIDTHS)
def test_the_operator_applies_and_the_head_decides(width: int, office: str, seat: Open, axe: Any) -> None:
    title = f"望汀大道北延{width}工程"
    page = seat(width=width)
    log_in_from_the_list(page, office, OFFICER)
    registered(page, office, title)
    project = page.url
    sound(page, axe)

    page.get_by_role("link", name="项目建议书", exact=True).click()
    expect(page.locator("#title")).not_to_be_empty()
    submit(page, "发起")
    expect(page.get_by_role("status").first).to_contain_text("留痕编号")
    item = page.url

    type_in(page, amount="68000000.00", authority="开发区行政审批局")
    submit(page, "暂存")
    expect(page.get_by_text("草稿已保存")).to_be_visible()
    page.goto(project)
    page.goto(item)
    expect(page.get_by_text("暂存的草稿")).to_be_visible()
    expect(page.locator("#id_authority")).to_have_value("开发区行政审批局")
    sound(page, axe)

    submit(page, "提交")
    expect(page.locator("#id_basis_error")).to_be_visible()
    type_in(page, basis="管委会会议纪要〔2026〕5号")
    submit(page, "提交")
    refusal = page.locator(".lj-refusal")
    expect(refusal).to_be_focused()
    expect(refusal.get_by_role("link")).to_have_attribute("href", re.compile("/clauses/zone_initiation~2/"))
    sound(page, axe)

    page.locator("#file-proposal").set_input_files(PAPER)
    submit(page, "只上传材料")
    expect(page.get_by_role("link", name=re.compile("工程 项目建议书"))).to_be_visible()
    submit(page, "提交")
    receipt = page.locator(".lj-message.is-success")
    expect(receipt).to_contain_text("已提交")
    expect(receipt.get_by_role("link").first).to_have_attribute("href", re.compile(r"/events/[0-9a-f-]{36}/"))
    sound(page)

    head_decides(seat(HEAD, width=width), office, axe, title)


def head_decides(page: Any, office: str, axe: Any, title: str) -> None:
    """The head finds the step on the workbench, is told what is missing, decides, and cannot decide twice."""
    sound(page, axe)
    page.locator("main tbody tr", has_text=title).get_by_role("link", name="部门审核").first.click()
    item = page.url
    expect(page.locator("main")).to_contain_text("68,000,000.00")
    submit(page, "提交")
    expect(page.locator("#id_opinion_error")).to_be_visible()
    type_in(page, opinion="建设依据充分，同意报批")
    submit(page, "提交")
    expect(page.locator(".lj-message.is-success")).to_contain_text("已提交")
    expect(page.locator("main")).to_contain_text("建设依据充分，同意报批")
    page.goto(item)
    expect(page.locator("main")).to_contain_text("此环节已办结")
    expect(page.locator("#step")).to_have_count(0)
    sound(page)


@pytest.mark.parametrize("width", WIDTHS)
def test_a_payment_beyond_its_red_line_is_refused_with_the_clause(
    width: int, office: str, seat: Open, axe: Any
) -> None:
    page = seat(OFFICER, width=width)
    page.goto(f"{office}/works/?q=甪里河")
    page.locator("main table").get_by_role("link", name=re.compile("甪里河")).first.click()
    page.get_by_role("link", name="工程款支付", exact=True).click()
    submit(page, "发起")
    page.wait_for_url(re.compile("/items/"))
    item = page.url
    for name in ("contract", "budget_line"):
        page.locator(f"#id_{name}").select_option(index=1)
    type_in(page, kind="settlement", gross="9900000000.00")
    today = page.locator("#id_received_on").input_value()
    page.locator("[name=invoices-0-invoice_no]").fill(f"990000000000000{width}")
    page.locator("[name=invoices-0-issued_on]").fill(today)
    page.locator("[name=invoices-0-amount]").fill("9900000000.00")
    submit(page, "提交")
    refusal = page.locator(".lj-refusal")
    expect(refusal.get_by_role("link")).to_have_attribute("href", re.compile("/clauses/"))
    expect(refusal).to_contain_text("本次尝试已留痕")
    expect(page.locator("#id_gross")).to_have_value("9900000000.00")
    sound(page, axe)
    refusal.get_by_role("link").click()
    expect(page.locator(".lj-clause")).to_be_visible()

    another = seat(HEAD, width=width)
    another.goto(item)
    expect(another.locator("main")).to_contain_text("此环节由“经开区建设管理中心·项目经办岗”办理")
    expect(another.locator("#step")).to_have_count(0)
    sound(another)


@pytest.mark.parametrize("width", WIDTHS)
def test_the_supervisor_traces_an_amount_and_can_only_read(
    width: int, office: str, seat: Open, axe: Any
) -> None:
    page = seat(width=width)
    log_in_from_the_list(page, office, SUPERVISOR)
    page.goto(f"{office}/cockpit/")
    sound(page)
    page.locator("main a[href='/bottlenecks/']").first.click()
    expect(page.locator("main table tbody tr").first).to_be_visible()
    sound(page)
    page.locator("main a[href^='/matters/']").first.click()
    only_read(page)
    page.goto(f"{office}/works/payments/")  # a payment has a contract; what is stuck may be of any domain
    page.locator("main table tbody a[href^='/works/payments/']").first.click()
    page.goto(page.url.replace("/works/payments/", "/matters/"))
    only_read(page)
    page.locator(".lj-subtitle a[href^='/matters/']").click()
    page.goto(page.url.replace("/matters/", "/works/"))
    only_read(page)
    page.locator("#contracts a[href*='column=amount']").first.click()
    expect(page.locator("main table tbody a[href^='/org/persons/']").first).to_be_visible()
    only_read(page)
    page.locator("main table tbody a[href^='/events/']").first.click()
    checks = page.locator(".lj-conditions li")
    expect(checks.first).to_be_visible()
    expect(page.locator(".lj-conditions .is-unmet")).to_have_count(0)
    sound(page)
    page.goto(f"{office}/trail/")
    submit(page, "立即核验")
    expect(page.locator("#verdict")).to_contain_text("核验通过", timeout=60_000)
    sound(page, axe)


def only_read(page: Any) -> None:
    """Nothing on the page sends anything but a reader's own recusal."""
    sound(page)
    forms = page.locator("main form[method=post]").evaluate_all(
        "forms => forms.map(form => form.getAttribute('action'))"
    )
    assert not [each for each in forms if not str(each).endswith("/recuse/")], (page.url, forms)
    expect(page.locator("main").get_by_role("link", name="办理", exact=True)).to_have_count(0)
