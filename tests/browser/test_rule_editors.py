"""A drafter amends a process and a decision table in the browser; the editors keep the bars of every page."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import lianjing
from lianjing.kernel.process.drawing import with_places
from lianjing.kernel.process.graph import parse
from tests.browser.conftest import Open
from tests.browser.office import WIDTHS
from tests.browser.watching import barriers

if TYPE_CHECKING:
    from playwright.sync_api import Page

SHIPPED = sorted((Path(lianjing.__file__).parent / "domains").glob("*/processes/*.bpmn"))
ROUND_TRIP = """xml => window.lianjingModeler.importXML(xml)
  .then(() => window.lianjingModeler.saveXML({format: true})).then(saved => saved.xml)"""
DRAFTER, APPROVER = "20603", "20006"
AMENDED = "单项变更15万元以上的为较大变更，由办局联审。"
FAULT = "#process-faults .is-bad"


@pytest.fixture
def draft(office: str, seat: Open) -> Page:
    """The drafter on the page of a new revision of the rules on changes."""
    page = seat(DRAFTER)
    page.goto(f"{office}/revisions/new/")
    page.select_option("#id_regulation", "zone_change")
    page.fill("#id_title", "变更办法修订")
    page.fill("#id_reason", "审计建议")
    page.locator("main button[type=submit]").click()
    page.wait_for_url("**/revisions/*/")
    return page


def choose(page: Page, element: str) -> None:
    """Bring an element into sight and click it."""
    page.evaluate("id => window.lianjingModeler.get('canvas').scrollToElement(id, 200)", element)
    page.locator(f'.djs-shape[data-element-id="{element}"] .djs-hit').first.click()


def open_flow(page: Page, before: str) -> None:
    """Select the flow that leaves a step, as a click on its line does."""
    page.evaluate(
        """id => { const at = window.lianjingModeler, step = at.get('elementRegistry').get(id);
        at.get('canvas').scrollToElement(step, 200); at.get('selection').select(step.outgoing[0]); }""",
        before,
    )


def allow(page: Page, days: str) -> None:
    """Give the selected step so many working days."""
    page.locator('[data-p=deadline] [data-time="kind"]').select_option("number")
    page.locator('[data-p=deadline] [data-time="number"]').fill(days)
    page.locator('[data-p=deadline] [data-time="unit"]').select_option("working_day")


def save(page: Page) -> str:
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.locator("[data-process=save]").click()
    page.locator("#process-state:not(.is-doing)").wait_for()
    return page.locator("#process-state").inner_text()


def keeps_the_bars(page: Page, axe: Any) -> None:
    watch = page.context.watch  # type: ignore[attr-defined]
    for width, height in reversed(WIDTHS.items()):
        page.set_viewport_size({"width": width, "height": height})
        assert not watch.look(page)
        assert not barriers(page, axe)
        watch.faults = []


def test_a_step_is_renamed_timed_and_another_put_behind_it(draft: Page, axe: Any) -> None:
    page = draft
    page.goto(f"{page.url}process/works_change/")
    page.locator(".djs-palette").wait_for()
    choose(page, "price")
    assert "zone_change#7" in page.locator("#p-clause").input_value()
    page.fill("#p-name", "变更造价审核")
    allow(page, "5")
    open_flow(page, "price")
    page.locator('.djs-context-pad [data-action="insert.user"]').click()
    page.fill("#p-name", "造价复核")
    page.fill("#p-clause", "zone_change#7")
    allow(page, "3")
    assert "已保存" in save(page)
    assert not page.locator(FAULT).count()
    assert "造价复核" in page.locator("#process-faults").inner_text()
    page.reload()
    page.locator(".djs-palette").wait_for()
    choose(page, "price")
    assert page.locator("#p-name").input_value() == "变更造价审核"
    assert page.locator('[data-p=deadline] [data-time="number"]').input_value() == "5"
    keeps_the_bars(page, axe)
    page.goto(page.url.replace("/process/", "/compare/"))
    assert "变更造价审核" in page.locator(".lj-compare").inner_text()
    assert page.locator(".lj-mark.is-added").count() == 1
    keeps_the_bars(page, axe)


def test_an_unsound_diagram_shows_its_fault_until_it_is_mended(draft: Page) -> None:
    page = draft
    page.goto(f"{page.url}process/works_change/")
    page.locator(".djs-palette").wait_for()
    choose(page, "drawn")
    page.locator('.djs-context-pad [data-action="replace"]').click()
    page.locator('.djs-popup [data-id="replace-with-parallel-gateway"]').click()
    assert "已保存" in save(page)
    assert page.locator(FAULT).count()
    assert page.locator(".lj-fault-mark:not(.is-warning)").count()
    while page.locator("[data-process=undo]").is_enabled():
        page.locator("[data-process=undo]").click()
    assert "已保存" in save(page)
    assert not page.locator(FAULT).count()
    assert not page.context.watch.look(page)  # type: ignore[attr-defined]


def test_only_elements_of_the_profile_are_offered_in_chinese(draft: Page) -> None:
    page = draft
    page.goto(f"{page.url}process/works_change/")
    page.locator(".djs-palette").wait_for()
    offered = page.locator(".djs-palette .entry[data-action^=create]").evaluate_all(
        "all => all.map(e => e.dataset.action)"
    )
    assert sorted(each.partition(".")[2] for each in offered) == sorted(
        ["user", "rule", "call", "exclusive", "parallel", "inclusive", "timer", "end"]
    )
    titles = page.locator(".djs-palette .entry").evaluate_all("all => all.map(e => e.title)")
    assert [
        title for title in titles if title and not any("\u4e00" <= sign <= "\u9fff" for sign in title)
    ] == []
    assert page.locator(".bjs-powered-by").is_visible()


def test_every_shipped_process_comes_out_of_the_drawing_as_it_went_in(draft: Page) -> None:
    page = draft
    page.goto(f"{page.url}process/works_change/")
    page.locator(".djs-palette").wait_for()
    for path in SHIPPED:
        xml = with_places(path.read_text("utf-8"))
        before, after = parse(xml), parse(page.evaluate(ROUND_TRIP, xml))
        assert replace(after, sha256=before.sha256) == before, path.name


def test_a_threshold_and_pasted_rows_are_kept_in_a_table(draft: Page, axe: Any) -> None:
    page = draft
    home = page.url
    page.goto(f"{home}decision/works_change_class/")
    page.fill("[name=cell-3-0]", ">= 1000000")
    page.press("[name=cell-3-0]", "Enter")
    assert page.evaluate("document.activeElement.name") == "cell-4-0"
    page.press("[name=cell-4-0]", "ArrowRight")
    assert page.evaluate("document.activeElement.name") == "cell-4-1"
    page.evaluate(
        """() => { const data = new DataTransfer(); data.setData('text/plain', '一\\tzone_change#6\\n二\\tzone_change#6');
        document.querySelector('[name=note-3]').dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true})); }"""
    )
    assert page.locator("[name=note-4]").input_value() == "二"
    page.locator(".lj-form-foot [value=save]").click()
    page.locator(".lj-message", has_text="已保存").wait_for()
    assert page.locator("[name=cell-3-0]").input_value() == ">= 1000000"
    keeps_the_bars(page, axe)
    page.goto(f"{home}form/works_change/price/")
    page.locator("[value=add]").click()
    page.fill("[name=label-0]", "照片张数")
    page.fill("[name=name-0]", "photos")
    page.locator(".lj-form-foot [value=save]").click()
    page.locator(".lj-preview").wait_for()
    keeps_the_bars(page, axe)


def test_a_tier_is_amended_and_approved_by_another_with_its_effect_foretold(
    draft: Page, office: str, seat: Open, premises: Path
) -> None:
    """The tests of stories follow the same rule to the day on which it is in force."""
    page, home = draft, draft.url
    expected = general_changes_between(premises, 150_000, 200_000)
    assert expected
    page.goto(f"{home}decision/works_change_class/")
    tier = page.locator('[name^=cell-][value*="@works.change.larger.single_from_fen"]')
    tier.fill(">= 15000000")
    page.locator(".lj-form-foot [value=save]").click()
    page.locator(".lj-message", has_text="已保存").wait_for()
    page.goto(f"{home}compare/works_change_class/")
    assert "¥150,000.00" in page.locator(".lj-compare ins").first.inner_text()

    page.goto(f"{home}clause/")
    page.fill("#id_article", "5")
    page.fill("#id_text", AMENDED)
    page.locator("main form button[type=submit]").last.click()
    page.wait_for_url(home)

    page.goto(f"{home}replay/")
    page.locator("main form .btn-primary").last.click()
    for _turn in range(60):
        if page.locator("text=已完成").count():
            break
        page.wait_for_timeout(500)
        page.reload()
    foretold = page.locator("tbody td[data-label^=事项编号]").all_inner_texts()
    assert sorted(foretold) == sorted(expected)

    page.goto(home)
    page.locator("button[value=check]").click()
    assert "通过" in page.locator("#check .card-header").inner_text()
    tomorrow = page.locator("#submit-day").get_attribute("min") or ""
    page.fill("#submit-day", tomorrow)
    page.locator("main form:has([name=action][value=submit]) button[type=submit]").click()
    page.wait_for_load_state()
    assert not page.locator("button[value=approve]").count(), "nobody approves what he drafted"

    other = seat(APPROVER)
    other.goto(home)
    other.fill("#decide-text", "同意")
    other.locator("button[value=approve]").click()
    other.locator("#confirm [value=yes]").click()
    other.locator("button[value=approve]").wait_for(state="detached")
    other.goto(f"{office}/clauses/zone_change~5/?on={tomorrow}")
    assert AMENDED in other.locator("main").inner_text()
    other.goto(f"{office}/clauses/zone_change~5/")
    assert AMENDED not in other.locator("main .lj-clause").first.inner_text()
    assert not other.context.watch.look(other)  # type: ignore[attr-defined]


def general_changes_between(premises: Path, low: int, high: int) -> list[str]:
    """The numbers of the changes once classed as general whose amount (yuan) lies between two thresholds."""
    sql = (
        "SELECT code_of.code FROM change_order AS c JOIN matter AS code_of ON code_of.id = c.id"
        " WHERE c.change_class = 'general' AND c.amount >= ? AND c.amount < ?"
    )
    with closing(sqlite3.connect(f"file:{premises / 'lianjing.sqlite3'}?mode=ro", uri=True)) as rows:
        return [str(code) for (code,) in rows.execute(sql, (low, high))]
