"""The days of work injury: who may apply until when, by when is decided, assessed, asked again, passed on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _

from lianjing.kernel.refusal import Ground, Refusal

Figures = Callable[[str], Decimal]
EMPLOYER = "employer"


def years_after(day: date, years: int) -> date:
    """Return the same day of a later year; of 29 February the last day of the month."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=day.day - 1)


def last_day_to_apply(injured_on: date, applicant: str, figures: Figures) -> date:
    """Return until when this applicant may ask for recognition (injury_regulation#17)."""
    if applicant == EMPLOYER:
        return injured_on + timedelta(days=int(figures("injury.apply_employer_days")))
    return years_after(injured_on, int(figures("injury.apply_worker_years")))


def is_late_employer(injured_on: date, applied_on: date, figures: Figures) -> bool:
    """True where the employer's own term had run out when recognition was asked for (zj_injury_regulation#13)."""
    return applied_on > last_day_to_apply(injured_on, EMPLOYER, figures)


def check_applied(injured_on: date, applied_on: date, applicant: str, figures: Figures) -> None:
    """Refuse the worker's side after its year, and anybody before the injury; a late employer only bears the costs."""
    last = last_day_to_apply(injured_on, applicant, figures)
    if applied_on < injured_on or (applicant != EMPLOYER and applied_on > last):
        raise Refusal(
            Ground.RULE,
            "injury.applied_too_late",
            _("申请日不在受伤日至%(last)s之间，不予受理") % {"last": last.isoformat()},
            "injury_regulation#17",
        )


def decision_due(accepted_on: date, figures: Figures, *, is_clear: bool) -> date:
    """Return by when recognition is decided, counted from acceptance (injury_regulation#20)."""
    key = "injury.decision_clear_days" if is_clear else "injury.decision_days"
    return accepted_on + timedelta(days=int(figures(key)))


def assessment_due(applied_on: date, figures: Figures, *, is_extended: bool) -> date:
    """Return by when the ability to work is assessed (injury_regulation#25)."""
    days = int(figures("injury.assessment_days"))
    if is_extended:
        days += int(figures("injury.assessment_extension_days"))
    return applied_on + timedelta(days=days)


def check_expert_count(count: int, figures: Figures) -> None:
    """Refuse a panel of another size than the two that the regulation knows (injury_regulation#25)."""
    sizes = [int(figures("injury.experts_small")), int(figures("injury.experts_large"))]
    if count not in sizes:
        raise Refusal(
            Ground.RULE,
            "injury.panel_size",
            _("鉴定专家应为%(small)s名或者%(large)s名") % {"small": sizes[0], "large": sizes[1]},
            "injury_regulation#25",
        )


def check_reassessment(served_on: date | None, asked_on: date, figures: Figures) -> None:
    """Refuse a second assessment before the first was served or after its days (injury_regulation#26)."""
    days = int(figures("injury.reassess_days"))
    if served_on is None or asked_on > served_on + timedelta(days=days):
        raise Refusal(
            Ground.RULE,
            "injury.reassessed_too_late",
            _("再次鉴定应在收到结论后%(days)s日内申请") % {"days": days},
            "injury_regulation#26",
        )
