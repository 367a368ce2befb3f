"""C24: thousands of projects: the list's first page, a page deep in it and its filters cost a fixed number of queries."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from lianjing.domains.works.models import Project
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.org.models import Unit
from lianjing.web import paging

SUPERVISOR, LEAD, MANY = "30001", "20702", 3_000
FIRST = date(2025, 8, 31)


@pytest.fixture
def thousands(zone: Any) -> list[int]:
    """Three thousand projects of the construction bureau, the newest first, two of them of each day."""
    unit = Unit.objects.get(code="CON")
    start = (Matter.objects.order_by("-pk").values_list("pk", flat=True).first() or 0) + 1
    matters = [
        Matter(
            id=start + place,
            root_id=start + place,
            domain="works",
            kind="project",
            title=f"工程{place:04d}",
            unit=unit,
            status="open",
            stage="implementation" if place % 2 else "planning",
            opened_on=FIRST - timedelta(days=place // 2),
            onboarding="new",
        )
        for place in range(MANY)
    ]
    Matter.objects.bulk_create(matters)
    Project.objects.bulk_create(
        [
            Project(
                matter_id=each.pk,
                title=each.title,
                owner_unit=unit,
                funding_year=2024 if each.pk % 3 else None,
                approved_budget=each.pk if each.pk % 5 else None,
            )
            for each in matters
        ]
    )
    return [each.pk for each in matters]


def queries_of(client: Client, address: str) -> tuple[str, int]:
    client.get(address)
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode(), len(asked)


def rows_of(page: str) -> list[int]:
    found = (int(each) for each in re.findall(r'href="/works/(\d+)/"', page))
    return list(dict.fromkeys(found))


@pytest.mark.covers("C24")
@pytest.mark.parametrize("number", [LEAD, SUPERVISOR])
def test_a_portfolio_of_thousands_is_listed_paged_and_filtered_in_a_fixed_number_of_queries(
    enter: Callable[[str], Client], thousands: list[int], number: str
) -> None:
    client = enter(number)
    first, few = queries_of(client, "/works/")
    assert "3000" in first and len(rows_of(first)) == 20
    for address in ("/works/?page=150", "/works/?stage=planning&year=2024", "/works/?q=工程2999"):
        page, count = queries_of(client, address)
        assert rows_of(page), address
        assert count <= few + 2, address
    assert few <= 25


@pytest.mark.parametrize("sort", ["", "approved_budget", "-approved_budget", "year", "-title"])
def test_pages_by_key_show_every_project_once_forwards_and_back(
    enter: Callable[[str], Client], thousands: list[int], monkeypatch: pytest.MonkeyPatch, sort: str
) -> None:
    """Above the limit of counting the list goes on by key; the limit is lowered here."""
    monkeypatch.setattr(paging, "COUNTED_TO", 1_000)
    client = enter(LEAD)
    Project.objects.filter(pk__gt=thousands[1_200]).delete()
    seen: list[list[int]] = []
    address = f"/works/?per_page=100&sort={sort}"
    while address:
        page = client.get(address).content.decode()
        seen.append(rows_of(page))
        link = re.search(r'href="([^"]+)" rel="next"', page)
        address = "/works/" + link[1].replace("&amp;", "&") if link else ""
    flat = [each for rows in seen for each in rows]
    assert len(flat) == len(set(flat)) == 1_201
    link = re.search(r'href="([^"]+)" rel="prev"', page)
    assert link is not None
    before = client.get("/works/" + link[1].replace("&amp;", "&")).content.decode()
    assert rows_of(before) == seen[-2]
    assert "1,000+" in before or "10,000+" in before
