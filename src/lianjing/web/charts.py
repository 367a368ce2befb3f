"""Charts as plain data: what cockpit.js draws, and what the table beside it says in figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class Series:
    """One row of bars; `bad` are the places drawn in the colour of trouble."""

    name: str
    values: Sequence[Decimal | int]
    bad: Sequence[int] = ()


def bars(
    labels: Sequence[str], series: Sequence[Series], *, unit: str = "", is_lying: bool = False
) -> dict[str, Any]:
    """Return a bar chart as JSON can carry it; sums become numbers, exact ones stand in the table."""
    return {
        "labels": list(labels),
        "unit": unit,
        "lying": is_lying,
        "series": [
            {"name": each.name, "values": [float(value) for value in each.values], "bad": list(each.bad)}
            for each in series
        ],
    }
