"""The legal clocks of a tender: each as a line that was kept, missed or is not yet due."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from lianjing.kernel.refusal import Ground, Refusal


@dataclass(frozen=True, slots=True)
class ClockLine:
    """One legal clock: what it asks, from and to which day, whether it was kept (None: not yet known)."""

    label: str
    rule: str
    from_on: date | None
    to_on: date | None
    is_met: bool | None
    clause: str


def at_least(
    label: str, rule: str, first: date | None, last: date | None, days: int, clause: str
) -> ClockLine:
    """Return a clock that asks for at least so many days between two."""
    is_met = None if first is None or last is None else (last - first).days >= days
    return ClockLine(label, rule, first, last, is_met, clause)


def at_most(
    label: str, rule: str, first: date | None, last: date | None, days: int, clause: str, today: date
) -> ClockLine:
    """Return a clock that allows at most so many days; still open it is missed once they are over."""
    if first is None:
        return ClockLine(label, rule, first, last, None, clause)
    due = first + timedelta(days=days)
    is_met = last <= due if last is not None else (False if today > due else None)
    return ClockLine(label, rule, first, last or due, is_met, clause)


def missed(lines: Sequence[ClockLine]) -> list[ClockLine]:
    """Return the clocks that were missed."""
    return [line for line in lines if line.is_met is False]


def check_in_time(now: datetime, deadline: datetime | None) -> None:
    """Refuse a bid after the deadline; Refusal(RULE), regulation article 36."""
    if deadline is not None and now >= deadline:
        raise Refusal(
            Ground.RULE, "tender.late_bid", _("已过投标截止时间，不予受理"), "tendering_regulation#36"
        )


def check_due(now: datetime, deadline: datetime | None) -> None:
    """Refuse an opening before the deadline; Refusal(RULE), tendering law article 34."""
    if deadline is None or now < deadline:
        raise Refusal(
            Ground.RULE, "tender.early_opening", _("未到投标截止时间，不得开标"), "tendering_law#34"
        )


def check_amendment(
    issued: date, deadline: date, new_deadline: date | None, *, lead: int, is_material: bool
) -> None:
    """Refuse a material change too near the deadline unless the deadline moves; Refusal(RULE), regulation article 21."""
    last = new_deadline or deadline
    if is_material and (last - issued).days < lead:
        raise Refusal(
            Ground.RULE,
            "tender.amendment_lead",
            _("影响投标文件编制的澄清修改须在截止前至少%(days)s日发出，否则应当顺延投标截止")
            % {"days": lead},
            "tendering_regulation#21",
        )


def check_fresh(drawn: datetime | None, now: datetime, hours: int, clause: str) -> None:
    """Refuse to seat members drawn too long before; Refusal(RULE)."""
    if drawn is None or now - drawn > timedelta(hours=hours):
        raise Refusal(
            Ground.RULE,
            "tender.draw_too_early",
            _("成员须在评审前%(hours)s小时内抽取") % {"hours": hours},
            clause,
        )
