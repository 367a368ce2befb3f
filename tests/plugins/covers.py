"""Prints which rows of the catalogue no test covers, and refuses a mark that names no row.

`@pytest.mark.covers("C4", "C5")` on a test says: it performs the supervisor's test of these rows (at most three).
"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
SHARED = HERE.parents[2] / "shared" / "domain" / "catalogue.csv"

_covered: dict[str, set[str]] = {}
_failed: set[str] = set()


def catalogue_ids() -> list[str]:
    """Return the ids of the catalogue in its order: from the reference data, else from the list kept here."""
    if not SHARED.is_file():
        return (HERE / "catalogue.txt").read_text("utf-8").split()
    with SHARED.open(encoding="utf-8-sig", newline="") as file:
        return [row["id"] for row in csv.DictReader(file)]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Collect the marks; an unknown row or a fourth one is a usage error."""
    known = set(catalogue_ids())
    for item in items:
        for mark in item.iter_markers("covers"):
            if len(mark.args) > 3 or not mark.args:
                raise pytest.UsageError(f"{item.nodeid}: covers() takes one to three rows")
            for row in mark.args:
                if row not in known:
                    raise pytest.UsageError(f"{item.nodeid}: the catalogue has no row {row!r}")
                _covered.setdefault(row, set()).add(item.nodeid)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """A failed or skipped test covers nothing."""
    if report.failed or report.skipped:
        _failed.add(report.nodeid)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the rows with a passing test and those without."""
    ids = catalogue_ids()
    done = [row for row in ids if _covered.get(row, set()) - _failed]
    left = [row for row in ids if row not in done]
    terminalreporter.section("catalogue")
    terminalreporter.write_line(f"{len(done)} of {len(ids)} rows covered by a passing test: {' '.join(done)}")
    terminalreporter.write_line(f"without one: {' '.join(left)}")
