"""Asking another post and sending a copy round, in a browser: the pages that stand only once that was done keep the bars."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.browser.conftest import Open
from tests.browser.office import NO_PLAYWRIGHT, WIDTHS
from tests.browser.watching import barriers

expect = pytest.importorskip("playwright.sync_api", reason=NO_PLAYWRIGHT).expect
OFFICER = "20703"


def looked_at(page: Any, axe: Any | None) -> None:
    """Look at the page as it stands at both widths; let axe look once where it is given."""
    watch, faults = page.context.watch, []
    for width, height in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": height})
        faults += watch.look(page)
    if axe is not None:
        faults += barriers(page, axe)
        page.evaluate("window.lianjingViolations = []")
        watch.faults.clear()
    assert not faults, f"{page.url}\n" + "\n".join(faults)


def sent(page: Any, desk: int) -> None:
    """Tick a desk and send the form."""
    page.locator("main input[name=to]").nth(desk).check()
    page.locator("main form button[type=submit]").last.click()


def begun(page: Any, office: str) -> str:
    """Begin a payment of a named project and return the path of its first step, whatever else is on the desk today."""
    page.goto(f"{office}/works/?q=甪里河")
    page.locator("main table a[href^='/works/']", has_text="甪里河").first.click()
    page.locator("main a[href$='/open/works_payment/']").click()
    # A title of its own: the one proposed is in the language of the seat, and others read it too.
    page.locator("#title").fill("甪里河整治工程款支付")
    page.locator("main form button[type=submit]").click()
    page.wait_for_url(re.compile(r"/items/\d+/"))
    return str(page.evaluate("location.pathname"))


# Each language asks another desk: what was sent to one is not sent to it again.
@pytest.mark.parametrize(("language", "desk"), [("zh-hans", 0), ("en", 1)])
def test_a_question_and_a_copy_keep_the_bars(
    language: str, desk: int, office: str, seat: Open, axe: Any
) -> None:
    page, axe = seat(OFFICER, language=language), axe if language == "en" else None
    step = begun(page, office)
    page.goto(f"{office}{step}signer/")
    looked_at(page, axe)
    page.goto(f"{office}{step}ask/")
    looked_at(page, axe)
    page.locator("#ask-question").fill("请说明资金来源是否落实。")
    sent(page, desk)
    page.wait_for_url("**/inquiries/*/")
    expect(page.locator("main")).to_contain_text("请说明资金来源是否落实。")
    looked_at(page, axe)
    matter = page.locator("main a[href^='/matters/']").first.evaluate("link => link.pathname")
    page.goto(f"{office}{matter}circulate/")
    looked_at(page, axe)
    sent(page, desk)
    page.wait_for_url("**/circulations/*/")
    looked_at(page, axe)


@pytest.mark.parametrize(("language", "number"), [("zh-hans", "30002"), ("en", OFFICER)])
def test_the_refusals_under_a_clause_keep_the_bars(
    language: str, number: str, office: str, seat: Open, axe: Any
) -> None:
    page = seat(number, language=language)
    page.goto(f"{office}/clauses/zone_funds~6/refusals/")
    looked_at(page, axe)
