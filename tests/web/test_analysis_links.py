"""Every number of the process analysis that opens matters opens as many as it says: all tables, all links."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lianjing.analysis.mining import live
from lianjing.cli import commands
from lianjing.runtime.batch.models import EventLog
from lianjing.web.analysis_topics import TOPICS
from tests.web.conftest import Browser

pytestmark = pytest.mark.django_db
SUPERVISOR = "30001"
ODD, LONG = 36, 17  # one case ends otherwise, one takes far longer
MATTERS = {
    "cases",
    "first",
    "last",
    "like",
    "alike",
    "hits",
    "of",
    "other_hits",
    "other_of",
    "tested",
    "ended",
}
TOGETHER = (18, 19, 38)  # cases that one person ends at the same time


def _log() -> str:
    """Forty cases of two units and two bands of size, three steps each, some of them done again."""
    lines = ["编号,环节,时间,人员,岗位,单位,金额"]
    for number in range(40):
        unit, amount = ("一局", 100 + number) if number % 2 else ("二局", 9_000 + number % 7)
        day = 1 + number % 20
        end = 26 if number == LONG else 22 if number in TOGETHER else day + 1 + number % 3
        steps = [("申请", "甲", day, 9), ("审核", "乙", day, 11)]
        if number % 5 == 0:
            steps += [("申请", "甲", day, 14), ("审核", "丙", day, 15)]
        steps.append(("撤回" if number == ODD else "支付", "丙", end, 10))
        for name, person, on, hour in steps:
            lines.append(f"支{number},{name},2025-09-{on:02} {hour:02}:00:00,{person},岗,{unit},{amount}")
    return "\n".join(lines) + "\n"


@pytest.fixture
def key(zone, settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    settings.DATA_DIR = tmp_path / "data"
    monkeypatch.setattr("lianjing.cli.import_log.refuse_without_tables", lambda: None)
    (tmp_path / "a.csv").write_text(_log(), encoding="utf-8")
    assert commands.run(["import", "eventlog", str(tmp_path / "a.csv"), "--process-name", "外来支付"]) == 0
    live.forget()
    yield f"log.{EventLog.objects.get().pk}"
    live.forget()


def listing(client: Any, topic: str, **query: str) -> Any:
    answer = client.get(f"/analysis/statistics/{topic}/", query)
    assert answer.status_code == 200, topic
    return answer.context["listing"]


def links(table: Any) -> Iterator[tuple[str, int, str]]:
    """Column, number and address of every number of a table that opens matters."""
    for column in table.columns:
        for row in table.found:
            url = column.url(row) if column.url and column.kind == "number" else ""
            if url and column.key in MATTERS:
                yield column.key, column.value(row), url


@pytest.mark.covers("C10")
@pytest.mark.parametrize("topic", [name for name, each in TOPICS.items() if not each.is_of_process])
def test_every_number_with_a_link_opens_as_many_cases(browser: Browser, key: str, topic: str) -> None:
    client = browser(SUPERVISOR)
    told = list(links(listing(client, topic, process=key, size="金额")))
    assert told
    for column, number, url in told:
        assert len(client.get(url).context["listing"].found) == number, (column, url)


@pytest.mark.covers("C10")
@pytest.mark.parametrize("topic", [name for name, each in TOPICS.items() if not each.is_of_process])
def test_no_figure_of_a_table_opens_nothing(browser: Browser, key: str, topic: str) -> None:
    client = browser(SUPERVISOR)
    table = listing(client, topic, process=key, size="金额")
    for column in table.columns:
        for row in table.found if column.kind == "number" else ():
            if column.value(row) is not None:
                assert column.url is not None and client.get(column.url(row)).status_code == 200, column.key


@pytest.mark.covers("C10")
def test_unlike_tells_duration_and_outcome_of_like_type_and_size(browser: Browser, key: str) -> None:
    client = browser(SUPERVISOR)
    table = listing(client, "unlike", process=key, size="金额")
    long = next(row for row in table.found if row.object == f"支{LONG}")
    assert (long.peers, long.count, long.outcome) == ("|10^2", 20, None)
    assert long.days > long.high > long.low
    page = client.get("/analysis/statistics/unlike/", {"process": key, "size": "金额"}).content.decode()
    assert "100至1,000" in page and "规模按" in page
    assert not [row for row in table.found if row.outcome]  # twenty peers are too few to call an end rare

    whole = listing(client, "unlike", process=key)
    (odd,) = [row for row in whole.found if row.outcome]
    assert (odd.object, odd.outcome, odd.usual, odd.alike, odd.count) == (f"支{ODD}", "撤回", "支付", 1, 40)
    assert {row.peers for row in whole.found} == {"|*"}


def test_remaining_time_is_told_by_unit_with_the_share_within_p80(browser: Browser, key: str) -> None:
    rows = listing(browser(SUPERVISOR), "remaining", process=key).found
    assert {row.unit for row in rows if row.type == "申请"} == {"", "一局", "二局"}
    whole = next(row for row in rows if row.type == "申请" and not row.unit)
    assert whole.cases + whole.tested_cases == 40
    assert whole.within_p80 is not None and 0 < whole.within_p80 <= 1
