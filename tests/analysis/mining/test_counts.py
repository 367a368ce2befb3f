"""What PM4Py counts on the reference logs, recorded, against what is counted here."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from lianjing.analysis.mining.flows import flows
from lianjing.analysis.mining.variants import rework, variant_count, variants
from lianjing.intake.eventlog import reading
from tests.analysis.mining.logs import real

RECORDED: dict[str, Any] = json.loads(Path(__file__).with_name("pm4py_counts.json").read_text("utf-8"))[
    "logs"
]
HUNDREDTH = 36.0  # seconds: medians are told in hundredths of an hour here
MIDDLE = 0.005  # of an even number of durations the median is the lower of the two in the middle here, their mean there
BETWEEN = {
    ("01_HOOFD_010", "01_HOOFD_011")
}  # an even number: the lower of the two in the middle here, their mean there


@pytest.mark.parametrize("name", RECORDED)
def test_a_reference_log_has_the_counts_of_pm4py(
    shared: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PM4Py keeps events that stand in the file twice, so they are kept here for once."""
    told = RECORDED[name]
    file = shared / "data" / "eventlogs" / name
    assert hashlib.sha256(file.read_bytes()).hexdigest() == told["sha256"]
    monkeypatch.setattr(reading._Sieve, "_is_double", lambda *_event: False)
    with real(shared, name) as store:
        found = {(each.origin, each.target): each for each in flows(store)}
        again = {each.type: each.cases for each in rework(store)}
        ways = variant_count(store), variants(store, most=1)[0].cases
        cases, events = store.one("SELECT COUNT(DISTINCT object), COUNT(*) FROM step")
    assert (cases, events) == (told["cases"], told["events"])
    assert (len(found), sum(each.count for each in found.values())) == (told["edges"], told["passages"])
    assert [[*key, found[*key].count] for key in (each[:2] for each in told["busiest"])] == told["busiest"]
    assert ways == (told["variants"], told["most_frequent"])
    assert again == told["rework"]
    for origin, target, seconds in told["median_seconds"]:
        near = max(HUNDREDTH, MIDDLE * seconds)
        assert abs(found[origin, target].median_hours * 3600 - seconds) <= near
