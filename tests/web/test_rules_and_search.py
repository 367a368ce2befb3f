"""Regulations, clauses as of a day, search within the scope, the list of steps, exports."""

from __future__ import annotations

import io
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from lianjing.runtime.matter.models import Matter
from lianjing.runtime.process.models import WorkItem
from tests.domains.works.playing import OFFICER
from tests.web.conftest import Browser


def test_a_clause_shows_the_wording_of_the_day_and_what_rests_on_it(
    browser: Browser, drafting: WorkItem
) -> None:
    client = browser(OFFICER)
    client.post(f"/items/{drafting.id}/", {"amount": "1", "authority": "a", "basis": "b"})
    page = client.get("/clauses/zone_initiation~2/?on=2025-09-01")
    assert page.context["refused_count"] == 1
    assert any(each["names"] for each in page.context["resting"])
    assert client.get("/clauses/none~1/").status_code == 404


@pytest.mark.parametrize("key", ["zone_funds", "zone_change", "zone_collective", "tendering_law"])
def test_a_regulation_shows_its_clauses_processes_and_tables(browser: Browser, key: str) -> None:
    page = browser(OFFICER).get(f"/regulations/{key}/")
    assert page.status_code == 200 and page.context["clauses"]
    if key == "zone_change":
        assert "<svg" in page.content.decode()


def test_the_steps_are_searched_filtered_and_taken_away_as_a_sheet(
    browser: Browser, drafting: WorkItem
) -> None:
    client = browser(OFFICER)
    assert "望汀大道北延立项" in client.get("/items/?q=北延").content.decode()
    assert not client.get("/items/?q=不存在").context["listing"].page.object_list
    assert not client.get("/items/?clock=overdue").context["listing"].page.object_list
    assert client.get("/items/?sort=-opened&kind=proposal&page=99").status_code == 200
    rows: list[list[Any]] = (
        CalamineWorkbook.from_filelike(io.BytesIO(client.get("/items/?export=xlsx").content))
        .get_sheet_by_index(0)
        .to_python()
    )
    assert len(rows) == 2 and "望汀大道北延立项" in rows[1]


def test_a_cell_that_looks_like_a_formula_stays_text(browser: Browser, drafting: WorkItem) -> None:
    Matter.objects.filter(id=drafting.matter_id).update(title="=1+1")
    rows: list[list[Any]] = (
        CalamineWorkbook.from_filelike(io.BytesIO(browser(OFFICER).get("/items/?export=xlsx").content))
        .get_sheet_by_index(0)
        .to_python()
    )
    assert "=1+1" in rows[1]


def test_search_finds_by_word_sum_person_and_initials_within_the_scope(
    browser: Browser, project: Matter
) -> None:
    client = browser(OFFICER)

    def found(word: str) -> list[str]:
        return [
            row["text"]
            for group in client.get("/search/", {"q": word}).context["groups"]
            for row in group["rows"]
        ]

    assert project.title in found("望汀大道")
    assert "祝䶮" in found("祝") and "祝䶮" in found("zy") and "祝䶮" in found("zhuyan")
    assert "婺澜衡矩工程监理有限公司" in found("衡矩")
    assert found("") == []
    assert not browser("10001").get("/search/", {"q": "望汀大道"}).context["groups"]


def test_the_workbench_counts_open_what_they_count(browser: Browser, drafting: WorkItem) -> None:
    client = browser(OFFICER)
    counters = client.get("/").context["counters"]
    assert counters[0]["value"] == 1
    for counter in counters:
        listed = client.get(counter["url"]).context["listing"].page.paginator.count
        assert listed == counter["value"], counter
