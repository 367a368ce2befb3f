"""Permits as pure rules: their order, the time within which works must start, extensions."""

from __future__ import annotations

import calendar
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput, Ground, Refusal

EARLY = frozenset(
    {"prereview", "report_over"}
)  # kinds that are registered while the project is still in initiation
NEW_BUILD = "新建"
START_CLAUSE = "construction_law#9"


@dataclass(frozen=True, slots=True)
class StartFigures:
    """Months until the start, months of one extension, how many extensions at most."""

    start_months: int
    extension_months: int
    extensions_max: int


def months_after(day: date, months: int) -> date:
    """Return the same day so many months later, the last of the month where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def start_limit(issued_on: date, extensions: int, figures: StartFigures) -> date:
    """Return the last day on which works may begin under a construction permit (construction law, article 9)."""
    counted = min(extensions, figures.extensions_max)
    return months_after(issued_on, figures.start_months + counted * figures.extension_months)


def check_extension(*, day: date, issued_on: date, extensions: int, figures: StartFigures) -> None:
    """Refuse an extension too many, or one asked for after the permit has lapsed; `extensions` are those before it."""
    if extensions >= figures.extensions_max:
        raise Refusal(
            Ground.RULE,
            "permit.extensions",
            _("施工许可延期以%(count)d次为限") % {"count": figures.extensions_max},
            START_CLAUSE,
        )
    if day > start_limit(issued_on, extensions, figures):
        raise Refusal(
            Ground.RULE, "permit.lapsed", _("施工许可已逾开工期限自行废止，须重新办理"), START_CLAUSE
        )


def check_stage(kind: str, stage: str) -> None:
    """Refuse a planning permit while the project is still in initiation (zone_projects, article 3)."""
    if stage == "initiation" and kind not in EARLY:
        raise Refusal(Ground.GATE, "permit.stage", _("立项阶段只登记用地预审和超概算报告"), "zone_projects#3")


def check_order(kind: str, held: Collection[str], *, is_taken_over: bool) -> None:
    """Refuse a construction permit without a works planning permit (construction law, article 8).

    A project taken over got its permits before the platform: what it lacks is owed by the take-over itself.
    """
    if kind == "construction" and "works_planning" not in held and not is_taken_over:
        raise Refusal(
            Ground.RULE,
            "permit.order",
            _("没有核验有效的建设工程规划许可，不得登记施工许可"),
            "construction_law#8",
        )


def missing_before(kind: str, held: Collection[str], *, nature: str) -> str:
    """Return the kind of permit that should have come before this one and is not there; "" where the order holds.

    Who rebuilds on his own land needs no new land-use permit.
    """
    if kind == "works_planning" and nature == NEW_BUILD and "land_planning" not in held:
        return "land_planning"
    if kind == "construction" and "works_planning" not in held:
        return "works_planning"
    return ""


def check_conditions(result: str, text: str) -> None:
    """Refuse a conditional permit that does not say its conditions; BadInput at `conditions_text`."""
    if result == "conditional" and not text.strip():
        raise BadInput(_("附条件核发的须写明条件"), "conditions_text")
