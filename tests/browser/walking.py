"""Walks the pages that a person can reach by links, so many of each kind."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from django.urls import Resolver404, resolve

if TYPE_CHECKING:
    from playwright.sync_api import Page

# Kinds whose pages differ much from one to the next.
SAMPLES = {"item": 2, "matter": 3, "works_project": 2, "trace": 2, "event": 2}
# The same address drawn in another way.
VARIANTS = {"wall"}
# A link within a drawing gives no plain text for its address.
LINKS = "links => links.map(link => new URL(link.getAttribute('href'), location).href.split('#')[0])"


def kind_of(address: str) -> str:
    """Return the name of the page behind an address, with its variant, "" for none of ours or a download."""
    parts = urlsplit(address)
    asked = parse_qs(parts.query)
    if asked.keys() & {"export", "download", "format", "raw"}:
        return ""
    try:
        found = resolve(parts.path)
    except Resolver404:
        return ""
    if found.namespace or not found.url_name:
        return ""
    return "?".join([found.url_name, *sorted(asked.keys() & VARIANTS)])


def walk(
    page: Page, base: str, kinds: Iterable[str], more: Iterable[str] = ()
) -> Iterator[tuple[str, str, int]]:
    """Give each page as it is opened: its kind, address and status. The caller may look at it before the walk goes on."""
    wanted, seen, counts = set(kinds), set(), Counter[str]()
    waiting = deque([base + "/", *(base + place for place in more)])
    while waiting:
        address = waiting.popleft()
        kind = kind_of(address)
        if address in seen or kind not in wanted or counts[kind] >= SAMPLES.get(kind.partition("?")[0], 1):
            continue
        seen.add(address)
        answer = page.goto(address)
        counts[kind] += 1
        yield kind, address, answer.status if answer else 0
        waiting.extend(page.locator(".lj-menu a[href], main a[href]").evaluate_all(LINKS))
