"""Lists of other authorities in the lake: entries of ban lists by the credit code of our enterprises."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from lianjing.analysis.lake.list_tables import bans, bans_of
from lianjing.analysis.lake.source import shared_snapshot
from lianjing.runtime.exchange.models import ExternalRecord, Feed
from lianjing.runtime.parties.models import Enterprise
from lianjing.runtime.trail.act import SYSTEM, recorded

CODE = "91330300MA00000A1X"
NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def kept(*rows: Any) -> None:
    with recorded("exchange.take", chain="installation:1", actor=SYSTEM, now=NOW) as act:
        for row in rows:
            act.save(row)


@pytest.fixture
def firms(db: None) -> list[Enterprise]:
    found = [Enterprise(name="婺澜建设", credit_code=CODE), Enterprise(name="未登记代码")]
    kept(
        *found,
        Feed(code="ban_lists", name="失信和禁入名单", provider="credit", purpose="核对", status="live"),
    )
    return found


def listed(code: str, doc_no: str, **said: str) -> ExternalRecord:
    feed = Feed.objects.get(code="ban_lists")
    content = {
        "credit_code": code,
        "doc_no": doc_no,
        "list_name": "严重失信主体名单",
        "from_on": "",
        "to_on": "",
        **said,
    }
    row = ExternalRecord(feed=feed, kind="ban", external_no=f"{code}|{doc_no}", content=json.dumps(content))
    kept(row)
    return row


def everything() -> list[Any]:
    with shared_snapshot() as snapshot:
        return [row for _part, batches in bans(snapshot, -1) for batch in batches for row in batch]


def test_an_entry_names_our_enterprise_its_list_and_its_days(firms: list[Enterprise]) -> None:
    row = listed(CODE, "1号", from_on="2025-01-02", to_on="2026-01-01")
    listed("91330300MA99999A1X", "2号")
    assert everything() == [
        (f"{row.pk}-{firms[0].pk}", str(firms[0].pk), str(row.pk), "严重失信主体名单", "1号", 20090, 20454)
    ]


def test_an_entry_without_days_has_none(firms: list[Enterprise]) -> None:
    listed(CODE, "1号")
    assert everything()[0][5:] == (None, None)


def test_what_is_asked_of_one_enterprise_is_what_the_whole_table_says_of_it(firms: list[Enterprise]) -> None:
    listed(CODE, "1号", from_on="2025-01-02")
    listed(CODE, "2号", from_on="2025-03-02")
    listed(f"{CODE}Y", "3号")  # a longer code that begins alike
    with shared_snapshot() as snapshot:
        one, other = (bans_of(snapshot, [firm.pk]) for firm in firms)
    assert one == everything() and len(one) == 2 and other == []
