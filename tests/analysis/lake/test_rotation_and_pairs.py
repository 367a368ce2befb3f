"""Circles that win in turn, with the exact probability of their turns; pairs of bidders leave out consortia."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise, permutations
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from lianjing.analysis.engine.duck import DuckEngine
from lianjing.analysis.indicator.examples import arrow
from lianjing.analysis.lake.derived.bids import pairs_of_bidders
from lianjing.analysis.lake.derived.rotation import at_least_runs, circles
from lianjing.analysis.lake.schema import schema

Row = dict[str, Any]


def asked(step: Any, folder: Path, **tables: list[Row]) -> list[tuple[Any, ...]]:
    files = {}
    for name, rows in tables.items():
        pq.write_table(arrow(schema().tables[name], rows), folder / f"{name}.parquet")
        files[name] = [folder / f"{name}.parquet"]
    engine = DuckEngine(memory="200MB", threads=1)
    try:
        engine.attach(files)
        return list(step(engine))
    finally:
        engine.close()


def bids(winners: str, *, others: str = "") -> dict[str, list[Row]]:
    """Tenders in the order of their days, won by the firms 1, 2, 3 …, each beside the same bidders."""
    firms = sorted({*winners, *"123", *others})
    tenders = [{"id": str(n), "opened_day": 20_000 + n} for n in range(1, len(winners) + 1)]
    found = [
        {"id": f"{n}{firm}", "tender_id": str(n), "enterprise_id": firm, "status": "valid", "is_winner": int(firm == won)}
        for n, won in enumerate(winners, 1)
        for firm in firms
    ]  # fmt: skip
    return {"tender": tenders, "bid": found}


@pytest.mark.parametrize("word", ["ABAB", "AAABBC", "AABBCC", "ABCABC", "AAAB"])
def test_the_probability_of_runs_is_that_of_counting_every_order(word: str) -> None:
    orders = set(permutations(word))
    for runs in range(1, len(word) + 2):
        reached = sum(1 + sum(a != b for a, b in pairwise(each)) >= runs for each in orders)
        chance = at_least_runs(list(Counter(word).values()), runs)
        assert chance == pytest.approx(reached / len(orders), abs=1e-12)


def test_a_circle_that_wins_in_turn_is_one_group_with_its_turns(tmp_path: Path) -> None:
    rows = asked(circles, tmp_path, **bids("12121212"))
    assert [row[4] for row in rows] == ["11", "22", "31", "42", "51", "62", "71", "82"]
    assert {row[1:4] for row in rows} == {("1", "1,2,3", 3)}
    assert {row[6:9] for row in rows} == {(8, 2, 8)}
    assert rows[0][9] == pytest.approx(2 / 70)


def test_a_lot_with_another_bidder_is_not_of_the_circle(tmp_path: Path) -> None:
    tables = bids("121212")
    tables["bid"].append(
        {"id": "99", "tender_id": "6", "enterprise_id": "9", "status": "valid", "is_winner": 0}
    )
    assert {row[6:9] for row in asked(circles, tmp_path, **tables)} == {(5, 2, 5)}


def test_one_winner_of_all_is_no_rotation(tmp_path: Path) -> None:
    assert asked(circles, tmp_path, **bids("1111")) == []


def test_members_of_one_consortium_are_no_pair_of_bidders(tmp_path: Path) -> None:
    tables = bids("1213")
    assert {row[0]: row[3] for row in asked(pairs_of_bidders, tmp_path, **tables)} == {
        "1-2": 4,
        "1-3": 4,
        "2-3": 4,
    }
    for row in tables["bid"]:
        row["consortium_no"] = 1 if row["enterprise_id"] in "12" and row["tender_id"] != "4" else None
    assert {row[0]: row[3] for row in asked(pairs_of_bidders, tmp_path, **tables)} == {"1-3": 4, "2-3": 4}
