"""A served demonstration zone and a Chromium; where either tool is missing the tests are skipped, loudly."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.office import CHROMIUM, FLAGS, NO_CHROMIUM, NO_PLAYWRIGHT, WIDTHS, fill, served
from tests.browser.watching import Watch

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PASSWORD = "lianjing-demo"
Open = Callable[..., "Page"]


@pytest.fixture(scope="session")
def premises(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a filled zone, its rows in SQLite whatever database the other tests use."""
    folder = Path(os.environ.get("LIANJING_BROWSER_DATA") or tmp_path_factory.mktemp("office"))
    if not (folder / "demonstration").exists():
        fill(folder)
    return folder


@pytest.fixture(scope="session")
def office(premises: Path) -> Iterator[str]:
    """The address of the served zone."""
    with served(premises) as base:
        yield base


# Per module: Playwright keeps an event loop in this thread, and Django's database refuses to work beside one.
@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    playwright = pytest.importorskip("playwright.sync_api", reason=NO_PLAYWRIGHT)
    if not Path(CHROMIUM).exists():
        pytest.skip(NO_CHROMIUM)
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def axe() -> Any:
    """The accessibility checker."""
    pytest.importorskip("axe_playwright_python", reason=NO_PLAYWRIGHT)
    return import_module("axe_playwright_python.sync_playwright").Axe()


@pytest.fixture
def seat(office: str, chromium: Browser) -> Iterator[Open]:
    """Open a browser of one's own, watched: `seat(number, width, language)`; without a number nobody is logged in."""
    contexts = []

    def open_seat(number: str = "", *, width: int = 1366, language: str = "zh-hans") -> Page:
        context = chromium.new_context(
            viewport={"width": width, "height": WIDTHS[width]},
            locale="zh-CN",
            reduced_motion="reduce",
            accept_downloads=False,
        )
        context.set_default_timeout(20_000)
        contexts.append(context)
        context.add_cookies([{"name": "django_language", "value": language, "url": office}])
        context.watch = Watch(context, office)
        page = context.new_page()
        if number:
            page.goto(f"{office}/login/")
            page.locator("#id_number").fill(number)
            page.locator("#id_password").fill(PASSWORD)
            page.locator("#id_password").press("Enter")
            page.wait_for_url(f"{office}/")
        return page

    yield open_seat
    for context in contexts:
        context.close()
