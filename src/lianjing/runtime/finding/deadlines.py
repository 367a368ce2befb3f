"""The days of the loop: each from a parameter of the day, counted by the calendar of the unit that has the step."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from lianjing.runtime.finding.models import Finding
from lianjing.runtime.parameter.queries import figure
from lianjing.runtime.process.clocks import calendar_for

DISPATCH = "finding.dispatch_working_days"
SIGN_IN = "finding.sign_in_working_days"
HANDLE = "finding.education_working_days"
REMIND = "finding.reminder_working_days"
CORRECT = "finding.correction_days"
FEEDBACK = "finding.feedback_working_days"
REVIEW = "finding.review_working_days"
EXTENSIONS = "finding.verify_extensions_max"
LOOK_BACK = "finding.look_back_days"
SUGGESTION = "finding.suggestion_reply_days"
VERIFY = {
    "red": "finding.verify_red_working_days",
    "orange": "finding.verify_orange_working_days",
    "yellow": "finding.verify_yellow_working_days",
}
KEYS = (DISPATCH, SIGN_IN, *VERIFY.values(), REMIND, HANDLE, CORRECT, FEEDBACK, REVIEW, SUGGESTION, LOOK_BACK)


def working_days(key: str, day: date, unit_id: int | None = None) -> date:
    """Return the day that many working days after `day`; the figure is that of `day`."""
    return calendar_for(unit_id).add_working_days(day, int(figure(key, day)))


def verify_key(row: Finding) -> str:
    """Return the parameter that sets how long a verification of this colour takes."""
    return VERIFY[row.severity]


def look_back_on(closed_on: date) -> date:
    """Return the day on which a closed finding is looked at again (回头看)."""
    return closed_on + timedelta(days=int(figure(LOOK_BACK, closed_on)))


def reply_by(day: date) -> date:
    """Return by when a supervisory suggestion is answered."""
    return day + timedelta(days=int(figure(SUGGESTION, day)))


@dataclass(frozen=True, slots=True)
class Stamp:
    """One stamp of the four-early loop (四早): when it was set, or by when it should be."""

    key: str
    set_on: date | None
    due_on: date | None
    is_overdue: bool


def stamps(row: Finding, today: date) -> tuple[Stamp, ...]:
    """Return the four stamps; a day is overdue while the finding is open and may still hold."""
    runs = row.severity != "blue" and row.verdict != "unfounded" and row.state not in ("closed", "stopped")
    detected = row.detected_on
    due = {
        "reminded": working_days(REMIND, detected, row.unit_id),
        "educated": working_days(HANDLE, detected, row.unit_id),
        "corrected": detected + timedelta(days=int(figure(CORRECT, detected))),
    }
    found = [Stamp("detected", detected, None, is_overdue=False)]
    for key, due_on in due.items():
        set_on = getattr(row, f"{key}_on")
        late = set_on > due_on if set_on is not None else runs and due_on < today
        found.append(Stamp(key, set_on, due_on, is_overdue=late))
    return tuple(found)
