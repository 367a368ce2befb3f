"""Fails the run on any skip but the one for absent reference data: a skipped test proves nothing.

Named on the command line (`python -m pytest -p tests.plugins.skips`); CI does.
"""

from __future__ import annotations

import pytest

ALLOWED = "../shared is absent"

_skips: list[tuple[str, str]] = []


def _note(report: pytest.TestReport | pytest.CollectReport) -> None:
    if report.skipped and not hasattr(report, "wasxfail") and isinstance(report.longrepr, tuple):
        _skips.append((report.nodeid, str(report.longrepr[2]).removeprefix("Skipped: ")))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Note a test skipped in its body or by a mark."""
    _note(report)


def pytest_collectreport(report: pytest.CollectReport) -> None:
    """Note a module skipped as a whole."""
    _note(report)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Turn a forbidden skip into a failed run."""
    if forbidden() and session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def forbidden() -> list[tuple[str, str]]:
    """Return the skips that may not be, each as (test, reason)."""
    return [(test, reason) for test, reason in _skips if not reason.startswith(ALLOWED)]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name every skip, allowed or not."""
    for test, reason in _skips:
        word = "allowed skip" if reason.startswith(ALLOWED) else "FORBIDDEN SKIP"
        terminalreporter.write_line(f"{word}: {test}: {reason}")
