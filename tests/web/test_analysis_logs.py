"""Logs from elsewhere on the pages of the analysis: for supervisors, every number its cases, every case its events."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lianjing.analysis.mining import live
from lianjing.cli import commands
from lianjing.runtime.batch.event_logs import place_of
from lianjing.runtime.batch.models import EventLog
from tests.web.conftest import Browser

pytestmark = pytest.mark.django_db
SUPERVISOR, HEAD = "30001", "20701"
LOG = """编号,环节,时间,人员,岗位,单位,金额
支1,申请,2025-09-01 09:00:00,甲,经办,一局,100
支1,审核,2025-09-03 09:00:00,乙,审核,一局,100
支2,申请,2025-09-01 09:00:00,甲,经办,二局,9000
支2,审核,2025-09-02 09:00:00,,审核,二局,9000
支2,支付,2025-09-02 10:00:00,丙,出纳,二局,9000
支2,支付,2025-09-02 10:00:00,丙,出纳,二局,9000
支3,申请,,甲,经办,二局,5
"""


@pytest.fixture
def key(zone, settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A log that was taken in: two cases that can be used, and what is wrong with it."""
    settings.DATA_DIR = tmp_path / "data"
    monkeypatch.setattr("lianjing.cli.import_log.refuse_without_tables", lambda: None)
    (tmp_path / "a.csv").write_text(LOG, encoding="utf-8")
    assert commands.run(["import", "eventlog", str(tmp_path / "a.csv"), "--process-name", "外来支付"]) == 0
    live.forget()
    yield f"log.{EventLog.objects.get().pk}"
    live.forget()


def asked(browser: Browser, name: str, number: str = SUPERVISOR, **query: str) -> Any:
    return browser(number).get(f"/analysis/{name}", query)


@pytest.mark.covers("C10")
def test_a_log_is_chosen_and_drawn_with_what_was_wrong_with_it(browser: Browser, key: str) -> None:
    answer = asked(browser, "", process=key)
    page = answer.content.decode()
    assert answer.context["stack"].process == key and answer.context["objects"] == 2
    assert "外来支付" in page and "读取报告" in page and "规定的流程" not in page
    assert {each["count"] for each in answer.context["faults"]} == {1, 6}


def test_every_number_of_every_table_opens_its_cases(browser: Browser, key: str) -> None:
    client = browser(SUPERVISOR)
    flows = asked(browser, "statistics/flows/", process=key).context["listing"]
    cases = next(column for column in flows.columns if column.key == "cases")
    assert flows.found
    for row in flows.found:
        assert len(client.get(cases.url(row)).context["listing"].found) == row.cases
    for topic, expected in {
        "variants": 200,
        "units": 200,
        "remaining": 200,
        "deviations": 404,
        "late": 404,
    }.items():
        assert asked(browser, f"statistics/{topic}/", process=key).status_code == expected, topic


@pytest.mark.covers("C10")
def test_a_case_opens_its_events_its_attributes_and_its_file(browser: Browser, key: str) -> None:
    (line,) = asked(browser, "matters/", process=key, outcome="支付").context["listing"].found
    answer = browser(SUPERVISOR).get(line.url)
    assert [each["step"] for each in answer.context["events"]] == ["申请", "审核", "支付"]
    assert [each["days"] for each in answer.context["events"]] == [None, 1.0, 0.14]
    assert answer.context["events"][1]["person"] == "（未注明）"
    page = answer.content.decode()
    assert "9000" in page and "a.csv" in page and EventLog.objects.get().batch.sha256 in page
    for query in (
        {"process": key},
        {"process": key, "matter": "支9"},
        {"process": "works_payment", "matter": "支1"},
    ):
        assert asked(browser, "case/", **query).status_code == 404


@pytest.mark.covers("R4")
def test_two_units_of_a_log_stand_side_by_side(browser: Browser, key: str) -> None:
    answer = asked(browser, "compare/", process=key, one="一局", other="二局", by="unit")
    assert [(row.one.text, row.other.text) for row in answer.context["rows"]][:2] == [
        ("1", "1"),
        ("2", "1.14"),
    ]
    pairs = {
        (each.origin, each.target): (each.one, each.other, each.difference)
        for each in answer.context["arrows"]
    }
    assert pairs["申请", "审核"][2] == -1.0
    assert pairs["审核", "支付"][0] is None and pairs["审核", "支付"][1] is not None
    assert len(browser(SUPERVISOR).get(answer.context["rows"][0].other.url).context["listing"].found) == 1


def test_logs_from_elsewhere_are_for_supervisors_and_gone_with_their_file(browser: Browser, key: str) -> None:
    assert "外来支付" not in asked(browser, "", HEAD, process=key).content.decode()
    assert asked(browser, "case/", HEAD, process=key, matter="支1").status_code == 404
    place_of(EventLog.objects.get().batch.sha256).unlink()
    assert "外来支付" not in asked(browser, "").content.decode()
