"""The installation's clock: the only place that asks the machine for the time; services take `now` as an argument."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime


def _machine() -> datetime:
    return datetime.now(UTC)


_source: dict[str, Callable[[], datetime]] = {"clock": _machine}


def now() -> datetime:
    """Return the present moment, aware, in UTC."""
    return _source["clock"]()


def set_source(source: Callable[[], datetime] | None) -> None:
    """Let another clock tell the time (tests, the demonstration); None gives the machine's back."""
    _source["clock"] = source or _machine
