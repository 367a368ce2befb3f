"""The page on adding a domain shows lines that are counted, not typed; with LIANJING_WRITE_DOCS=1 they are written anew."""

from __future__ import annotations

import os
import re
import runpy
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "how-to" / "add-a-domain.md"
FRAME = re.compile(r"(?<=<!-- lines -->\n).*?(?=\n<!-- /lines -->)", re.DOTALL)
MOST = 0.1  # a page may lag behind by so much before it is wrong


def numbers(table: str) -> list[int]:
    return [int(cell.replace(",", "")) for cell in re.findall(r"\| ([\d,]+)(?= \|)", table)]


def test_the_page_shows_what_is_counted() -> None:
    counted = runpy.run_path(str(ROOT / "benchmarks" / "domain_lines.py"))["table"]()
    text = PAGE.read_text(encoding="utf-8")
    if os.environ.get("LIANJING_WRITE_DOCS") == "1":
        PAGE.write_text(FRAME.sub(lambda _found: counted, text), encoding="utf-8")
        return
    shown = FRAME.search(text)
    assert shown is not None
    pairs = list(zip(numbers(shown.group()), numbers(counted), strict=True))
    assert all(abs(page - now) <= max(20, MOST * now) for page, now in pairs), (
        "LIANJING_WRITE_DOCS=1 writes it anew"
    )
