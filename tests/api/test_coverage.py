"""Every page has an operation or a reason why it has none, and the documentation says which."""

from __future__ import annotations

import os
from pathlib import Path

from django.urls import get_resolver

from lianjing.api.coverage import operations_of, reason_of, table
from lianjing.runtime.domains import domains
from lianjing.web.lists import LISTS
from tests.web.test_access import names

DOCUMENT = Path(__file__).parents[2] / "docs" / "reference" / "api.md"
ALL_LISTS = (*LISTS, *(name for domain in domains() for name in domain.lists))


def pages() -> list[str]:
    return sorted({name for name in names(get_resolver()) if not name.startswith("api:")})


def test_every_page_has_an_operation_or_a_reason() -> None:
    bare = [page for page in pages() if not operations_of(page, ALL_LISTS) and not reason_of(page)]
    assert not bare, "say in lianjing/api/coverage.py why a program needs none of these"


def test_the_documentation_holds_the_table() -> None:
    """With LIANJING_WRITE_DOCS=1 the table is written anew."""
    text = DOCUMENT.read_text(encoding="utf-8")
    if os.environ.get("LIANJING_WRITE_DOCS") == "1":
        head = text.partition("| page |")[0]
        DOCUMENT.write_text(f"{head}{table(pages(), ALL_LISTS)}\n", encoding="utf-8")
    wanted = set(table(pages(), ALL_LISTS).splitlines())
    missing = sorted(wanted - set(DOCUMENT.read_text(encoding="utf-8").splitlines()))
    assert not missing, "\n".join(missing)
