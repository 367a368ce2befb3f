"""Log-in by passkey and one-time code in Chromium, with its virtual authenticator, under the strict policy."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from lianjing.runtime.access import totp
from tests.browser.conftest import PASSWORD
from tests.browser.watching import Watch

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

NUMBER, OTHER = "20602", "20402"  # nobody else's tests log in as these two


@pytest.fixture
def desk(office: str, chromium: Browser) -> Iterator[tuple[Page, Any, str]]:
    """A page under the name localhost (no passkey for a bare address), its watch, the address of the site."""
    site = office.replace("127.0.0.1", "localhost")
    context = chromium.new_context(
        viewport={"width": 1366, "height": 768}, locale="zh-CN", reduced_motion="reduce"
    )
    context.set_default_timeout(20_000)
    watch = Watch(context, site)
    page = context.new_page()
    yield page, watch, site
    context.close()


def authenticator(page: Page) -> None:
    """Plug in a key that verifies its owner."""
    link = page.context.new_cdp_session(page)
    link.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    link.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def step_in(page: Page, site: str, number: str) -> None:
    page.goto(f"{site}/login/")
    page.locator("#id_number").fill(number)
    page.locator("#id_password").fill(PASSWORD)
    page.locator("#id_password").press("Enter")


def step_out(page: Page, site: str) -> None:
    page.context.clear_cookies()
    page.goto(f"{site}/login/")


def test_a_passkey_logs_in_alone_as_second_step_and_confirms(desk: tuple[Page, Any, str]) -> None:
    page, watch, site = desk
    authenticator(page)
    step_in(page, site, NUMBER)
    page.goto(f"{site}/me/factors/")
    page.locator("#passkey-label").fill("安全钥匙")
    page.locator('[data-passkey="new"]').click()
    page.locator("td", has_text="安全钥匙").wait_for()
    step_out(page, site)
    page.locator('[data-passkey="get"]').click()  # alone: no number, no pass-phrase
    page.wait_for_url(f"{site}/")
    step_out(page, site)
    step_in(page, site, NUMBER)
    page.wait_for_url("**/login/factor/")
    page.locator('[data-passkey="get"]').click()
    page.wait_for_url(f"{site}/")
    page.goto(f"{site}/me/confirm/?next=/me/sessions/")
    page.locator('[data-passkey="get"]').click()
    page.wait_for_url(f"{site}/me/sessions/")
    page.goto(f"{site}/me/factors/")
    page.locator('form[action$="/remove/"] button').click()
    page.locator("[data-confirm-yes]").click()
    page.locator("text=还没有绑定认证因素").wait_for()
    assert watch.look(page) == []


def test_an_app_is_enrolled_from_its_code_and_asked_for_at_the_next_log_in(
    desk: tuple[Page, Any, str],
) -> None:
    page, watch, site = desk
    step_in(page, site, OTHER)
    page.goto(f"{site}/me/factors/app/")
    assert page.locator(".lj-qr svg path").count() >= 1
    text = page.locator(".lj-secret").inner_text().strip()
    secret = base64.b32decode(text + "=" * (-len(text) % 8))
    now = datetime.now(UTC)
    page.locator("#id_code").fill(totp.code_at(secret, totp.step_at(now)))
    page.locator("#content form button[type=submit]").click()
    page.locator("td", has_text="动态口令").wait_for()
    step_out(page, site)
    step_in(page, site, OTHER)
    page.wait_for_url("**/login/factor/")
    page.locator("#id_code").fill(totp.code_at(secret, totp.step_at(now) + 1))  # the first one is spent
    page.locator("#id_code").press("Enter")
    page.wait_for_url(f"{site}/")
    page.goto(f"{site}/me/factors/")
    page.locator('form[action$="/remove/"] button').click()
    page.locator("[data-confirm-yes]").click()
    page.locator("text=还没有绑定认证因素").wait_for()
    assert watch.look(page) == []
