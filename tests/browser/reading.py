"""Reads a page as a person would: empty tables, words that a template let slip, a language in the other's page."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from playwright.sync_api import Page

ALLOWED = Path(__file__).with_name("latin.txt")
# Text that is not prose: code, figures, other languages by their mark, and what a person typed.
NOT_PROSE = "option, code, pre, kbd, samp, script, style, svg, textarea, .num, .lj-code, .lj-bilingual, .visually-hidden, [translate=no]"
SHOWN = """([where, without, other]) => {
  const out = new Set();
  for (const root of document.querySelectorAll(where)) {
    const walk = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    for (let node = walk.nextNode(); node; node = walk.nextNode()) {
      const up = node.parentElement, text = node.textContent.trim();
      if (!text || up.closest(without) || up.closest(`[lang|=${other}]`)) continue;
      if (up.checkVisibility && !up.checkVisibility({ contentVisibilityAuto: true })) {
        if (!up.closest("details, option")) continue;
      }
      out.add(text.replace(/\\s+/g, " "));
    }
  }
  return [...out];
}"""
BARE_TABLES = """() => [...document.querySelectorAll("main table")]
  .filter((table) => ![...table.tBodies].some((body) => body.rows.length) && table.checkVisibility())
  .filter((table) => !(table.closest("section, .card, main") ?? document).querySelector(".lj-empty"))
  .map((table) => (table.caption ?? table.tHead ?? table).textContent.trim().replace(/\\s+/g, " ").slice(0, 60))"""
# What the interface says itself, as against the data that it shows.
INTERFACE = (
    ".lj-menu, .lj-foot, main th, main label, main legend, main dt, main .btn, main summary, main .lj-status, "
    "main .lj-empty, main .card-title"
)
SLIPS = re.compile(r"%\(\w+\)[sd]|\{\{|\{%|\bNone\b|\bnan\b|\bNaN\b|\bundefined\b|\[object |&lt;|&amp;")
LATIN = re.compile(r"[A-Za-z][A-Za-z0-9_+.-]*")
CJK = re.compile(r"[\u3400-\u9fff]")


@cache
def allowed() -> tuple[frozenset[str], tuple[re.Pattern[str], ...]]:
    """Return the Latin words that a Chinese page may show, and the patterns of data that are Latin by nature."""
    words, patterns = set(), []
    for line in ALLOWED.read_text("utf-8").splitlines():
        entry = re.split(r"(?:^|\s+)#", line, maxsplit=1)[0].strip()
        if entry.startswith("/"):
            patterns.append(re.compile(entry[1:].rpartition("/")[0]))
        elif entry and not entry.startswith("@"):
            words.add(entry)
    return frozenset(words), tuple(patterns)


def shown(page: Page, where: str, other: str) -> list[str]:
    """Return the visible texts below `where` that are prose and not marked as the other language."""
    return list(page.evaluate(SHOWN, [where, NOT_PROSE, other]))


def slips(page: Page) -> list[str]:
    """Return what no reader should see: bare tables, raw messages, the words of a program for nothing."""
    found = [f"table without rows and without its empty state: {each}" for each in page.evaluate(BARE_TABLES)]
    text = page.locator("body").inner_text()
    return found + [f"shows {each.group()!r}: …{around(text, each)}…" for each in SLIPS.finditer(text)]


def around(text: str, found: re.Match[str]) -> str:
    """Return the words beside what was found."""
    return " ".join(text[max(0, found.start() - 30) : found.end() + 30].split())


def latin_words(text: str) -> list[str]:
    """Return the Latin words of a Chinese text that no line of the allow-list explains."""
    words, patterns = allowed()
    for pattern in patterns:
        text = pattern.sub(" ", text)
    return [each for each in LATIN.findall(text) if each.rstrip(".-") not in words]


@cache
def bilingual() -> frozenset[str]:
    """Return the addresses of pages that show both languages by nature."""
    lines = [line.split() for line in ALLOWED.read_text("utf-8").splitlines()]
    return frozenset(line[0][1:] for line in lines if line and line[0].startswith("@"))


def foreign(page: Page, language: str) -> list[str]:
    """Return what stands in the wrong language: unexplained Latin in a Chinese page, Chinese words of an English interface."""
    if language == "en":
        return [
            f"Chinese in the English interface: {text[:60]}"
            for text in shown(page, INTERFACE, "zh")
            if CJK.search(text)
        ]
    if urlsplit(page.url).path in bilingual():
        return []
    texts = shown(page, "main, .lj-menu, .lj-foot", "en")
    return [f"Latin {words} in: {text[:60]}" for text in texts if (words := latin_words(text))]
