"""Logs in as each role of the demonstration, opens every entry of its menu at both widths, and keeps the pictures."""

from __future__ import annotations

import os
import re
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from tests.browser.conftest import Open
from tests.browser.office import WIDTHS
from tests.browser.reading import foreign, slips

if TYPE_CHECKING:
    from playwright.sync_api import Page

# Every role whose menu differs. Pictures are kept where LIANJING_PICTURES names a folder.
PEOPLE = {
    "system_admin": "10001",
    "security_admin": "10002",
    "audit_admin": "10003",
    "officer": "20703",
    "head": "20701",
    "leader": "20002",
    "finance": "20201",
    "personnel": "20111",
    "supervisor": "30001",
    "contractor": "40001",
    "employer": "42701",
    "audit_firm": "42501",
    "expert": "43001",
}
PICTURES = os.environ.get("LIANJING_PICTURES", "")
LINKS = "links => links.map(link => link.href)"
PERSON = ".lj-person"  # opens the viewer's own menu
LOG_OUT = ".lj-person-menu form[action$='/logout/'] button[type=submit]"
LEAST_ENTRIES = 5  # a menu shorter than this was not drawn
# What differs between two drawings of the same page though nothing is different: tokens and the viewer's own keys.
CHANGING = re.compile(r'(name="(csrfmiddlewaretoken|request_key)" value|hx-headers)="[^"]*"')
LOOKED_AT: set[str] = set()
IN_ENGLISH: set[str] = set()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("role", PEOPLE)
def test_every_menu_entry_keeps_the_bars(role: str, language: str, office: str, seat: Open) -> None:
    page = seat(PEOPLE[role], language=language)
    entries = list(dict.fromkeys(page.locator(".lj-menu a").evaluate_all(LINKS)))
    assert len(entries) >= LEAST_ENTRIES
    if language == "en" and not PICTURES:  # the words are the same for all: once is enough
        entries = [each for each in entries if each not in IN_ENGLISH]
        IN_ENGLISH.update(entries)
    faults = [
        f"{urlsplit(address).path} {fault}"
        for address in entries
        for fault in look(page, address, role, language)
    ]
    assert not faults, "\n".join(faults)


def look(page: Page, address: str, role: str, language: str) -> list[str]:
    """Open an entry and read it; a page that another role saw just so is not measured again."""
    watch = page.context.watch  # type: ignore[attr-defined]
    answer = page.goto(address)
    page.wait_for_load_state("networkidle") if PICTURES else None
    faults = [] if answer and answer.status == 200 else [f"answers {answer.status if answer else 0}"]
    faults += [] if page.locator(LOG_OUT).count() == 1 else ["has no log-out"]
    mark = sha256(CHANGING.sub("", language + page.locator("main").inner_html()).encode()).hexdigest()
    if mark in LOOKED_AT and not PICTURES:
        return faults + watch.look(page)
    LOOKED_AT.add(mark)
    faults += slips(page) + foreign(page, language)
    for width, height in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": height})
        faults += [f"{width} px: {fault}" for fault in watch.look(page)]
        faults += [] if page.locator(PERSON).is_visible() else [f"{width} px: no way to the log-out"]
        keep(page, f"{role}-{urlsplit(address).path}-{language}-{width}")
    page.set_viewport_size({"width": 1366, "height": WIDTHS[1366]})
    return list(dict.fromkeys(faults))


def keep(page: Page, name: str) -> None:
    """Keep a picture of the whole page where a folder is named."""
    if not PICTURES:
        return
    folder = Path(PICTURES)
    folder.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=folder / f"{re.sub(r'[^a-z0-9]+', '-', name)}.png", full_page=True)
