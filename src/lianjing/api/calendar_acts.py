"""The working calendar for other programs: a year and a closure are proposed here, and decided by a person on a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from lianjing.kernel.declaration import Operation
from lianjing.kernel.process.year_notice import DayKind, NoticeDay
from lianjing.kernel.refusal import BadInput
from lianjing.runtime.org.models import Unit
from lianjing.runtime.process import closures
from lianjing.runtime.process.models import CalendarNotice, LocalClosure


def propose_year(
    *, year: int, days: Sequence[str], source: str, person_id: int, now: datetime
) -> CalendarNotice:
    """Propose the working days of a year; each day as "2027-10-01,holiday,国庆节", kinds working, rest, holiday, makeup."""
    rows = [_day(line, text) for line, text in enumerate(days, 1)]
    return closures.propose_notice(
        year=year, rows=rows, source=source, file_name="", person_id=person_id, now=now
    )


def _day(line: int, text: str) -> NoticeDay:
    day, kind, name = [*(part.strip() for part in text.split(",", 2)), "", ""][:3]
    try:
        return NoticeDay(line, date.fromisoformat(day), DayKind(kind), name)
    except ValueError as error:
        raise BadInput(text[:60], "days") from error


def propose_closure(
    *, from_on: date, to_on: date, why: str, source: str, person_id: int, now: datetime, unit_code: str = ""
) -> LocalClosure:
    """Propose days on which the zone, or the unit with this code, is closed."""
    unit = Unit.objects.filter(code=unit_code).first() if unit_code else None
    if unit_code and unit is None:
        raise BadInput(unit_code[:60], "unit_code")
    return closures.propose_closure(
        unit_id=unit.pk if unit else None,
        from_on=from_on,
        to_on=to_on,
        why=why,
        source=source,
        person_id=person_id,
        now=now,
    )


OPERATIONS: Mapping[str, tuple[Operation, ...]] = {
    "calendar": (
        Operation("calendar/years", propose_year, pages=("calendar_notice_new",)),
        Operation("calendar/closures", propose_closure, pages=("calendar_closure_new",)),
        Operation(
            "calendar/closures/{closure_id}/revoke",
            closures.revoke_closure,
            {"closure_id": LocalClosure},
            pages=("calendar_closure_revoke",),
        ),
    )
}
