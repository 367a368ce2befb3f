"""The supervision plan of works, as it stands on a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from lianjing.runtime.risk import check_points
from lianjing.runtime.risk.check_points import CheckPoint, Standing

PACKAGE = "lianjing.domains.works"


def plan() -> tuple[CheckPoint, ...]:
    """Return the check points that the domain ships, in the order of the file."""
    return check_points.plan(PACKAGE)


def standings(day: date) -> Sequence[Standing]:
    """Return every check point with its owners of the day and what the trail says of its runs."""
    return check_points.standings(PACKAGE, day)
