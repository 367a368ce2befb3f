"""Acceptance, settlement and what follows: days, tiers, ratios and completeness as pure functions."""

from __future__ import annotations

import calendar
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput, Ground, Refusal

ROLES = ("owner", "surveyor", "designer", "contractor", "supervisor")
CHECKS = ("planning", "fire", "air_defence", "environment", "lightning", "archives")
PASSED = frozenset({"passed", "passed_with_defects"})
CENT = Decimal("0.01")
SIX = Decimal("0.000001")
NOTHING = Decimal("0.00")
WHOLE = Decimal(1)


def add_months(day: date, months: int) -> date:
    """Return the same day so many months later; the last day of a shorter month."""
    place = day.year * 12 + day.month - 1 + months
    year, month = divmod(place, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def deemed_day(applied_on: date, meeting_on: date | None, days: int, today: date) -> date | None:
    """Return the day on which the works count as accepted because the owner stalled, None while he does not."""
    last = applied_on + timedelta(days=days)
    return last if (meeting_on or today) > last else None


def days_late(done_on: date | None, from_on: date | None, days: int, today: date) -> int:
    """Return by how many days something due so many days after a day is late; 0 in time."""
    if from_on is None:
        return 0
    return max(0, ((done_on or today) - from_on).days - days)


def delay(completed_on: date | None, agreed_on: date | None) -> int:
    """Return how many days after the agreed end the works were completed; 0 in time or where none was agreed."""
    if completed_on is None or agreed_on is None:
        return 0
    return max(0, (completed_on - agreed_on).days)


def check_special(rows: Sequence[Mapping[str, object]]) -> None:
    """Refuse special checks that leave one out, name one twice, or have neither paper nor reason (zone_completion#2)."""
    kinds = [str(row["kind"]) for row in rows]
    twice = sorted({kind for kind in kinds if kinds.count(kind) > 1})
    if twice or set(kinds) != set(CHECKS):
        raise BadInput(_("规划、消防、人防、环保、防雷、档案六项各填一行，不涉及的写明理由"), "checks")
    for row in rows:
        has_paper = bool(row["doc_no"]) and row["issued_on"] is not None
        if not has_paper and not row["reason"]:
            raise BadInput(_("每项核验填文号和日期，或写明不涉及的理由"), "checks")


def check_planning_first(planning: tuple[date | None, str] | None, others: Iterable[date | None]) -> None:
    """Refuse where the planning check is neither passed nor excused, or came after another one (planning law 45)."""
    if planning is None or (planning[0] is None and not planning[1]):
        raise Refusal(
            Ground.GATE, "acceptance.planning", _("未经规划核实，不得组织竣工验收"), "planning_law#45"
        )
    first = planning[0]
    if first is not None and any(day is not None and day < first for day in others):
        raise Refusal(
            Ground.RULE, "acceptance.planning_first", _("规划核实应先于其他专项核验"), "zone_completion#2"
        )


@dataclass(frozen=True, slots=True)
class Seat:
    """One party at the acceptance meeting."""

    role: str
    firm: str
    person: str
    is_agreed: bool


def check_parties(seats: Sequence[Seat], *, least: int, result: str) -> None:
    """Refuse a meeting without the five parties, each with its own person, or a pass on which one did not agree."""
    missing = [role for role in ROLES if role not in {seat.role for seat in seats}]
    persons = {(seat.firm, seat.person) for seat in seats}
    if missing or len(persons) < least:
        raise Refusal(
            Ground.RULE,
            "acceptance.parties",
            _("验收须建设、勘察、设计、施工、监理五方到齐，至少%(least)s方") % {"least": least},
            "zone_completion#1",
        )
    if result in PASSED and not all(seat.is_agreed for seat in seats):
        raise Refusal(
            Ground.RULE,
            "acceptance.disagreed",
            _("有参验方不同意通过，结论不得为合格"),
            "zone_completion#3",
        )


def tier(amount_fen: int, tops: Sequence[int]) -> int:
    """Return the tier 1, 2, … of a report amount; `tops` are the upper limits of all tiers but the last.

    Below the first limit is tier 1; the other limits belong to the tier that they close (5–20m: 20m is tier 2).
    """
    if amount_fen < tops[0]:
        return 1
    for place, top in enumerate(tops[1:], start=2):
        if amount_fen <= top:
            return place
    return len(tops) + 1


def cut_ratio(claimed: Decimal, approved: Decimal) -> Decimal:
    """Return what was cut as a share of the claim; 0 for a claim of nothing."""
    return NOTHING if claimed <= 0 else ((claimed - approved) / claimed).quantize(SIX, ROUND_HALF_UP)


def error_ratio(first: Decimal, second: Decimal) -> Decimal:
    """Return how far the first review was off, as a share of the second; never negative."""
    if second <= 0:
        return NOTHING if first == second else WHOLE
    return (abs(first - second) / second).quantize(SIX, ROUND_HALF_UP)


def check_sum(amount: Decimal, *, ceiling: Decimal, field: str) -> None:
    """Refuse a reviewed sum above what was claimed."""
    if amount > ceiling:
        raise Refusal(
            Ground.RULE,
            "settlement.above_claim",
            _("审定额不得超过送审额%(ceiling)s元") % {"ceiling": f"{ceiling:,.2f}"},
            "zone_completion#8",
        )
    if amount < 0:
        raise BadInput(_("金额不得为负"), field)


def check_budget(committed: Decimal, replaced: Decimal, approved: Decimal, budget: Decimal | None) -> None:
    """Refuse a settlement that lifts the project above its approved budget (gov_investment#23)."""
    total = committed - replaced + approved
    if budget is not None and total > budget:
        raise Refusal(
            Ground.RULE,
            "settlement.over_budget",
            _("按此审定额项目合计%(total)s元，超过批准概算%(budget)s元，须先报原审批机关调整概算")
            % {"total": f"{total:,.2f}", "budget": f"{budget:,.2f}"},
            "gov_investment#23",
        )


def shares(total: Decimal, ratios: Sequence[Decimal]) -> list[Decimal]:
    """Divide a sum by shares that add up to one, to the fen; what rounding leaves goes to the last part."""
    parts = [(total * ratio).quantize(CENT, ROUND_DOWN) for ratio in ratios]
    return [*parts[:-1], total - sum(parts[:-1], NOTHING)] if parts else []


def rescale(total: Decimal, present: Sequence[Decimal]) -> list[Decimal]:
    """Divide a sum in the proportion of present parts; evenly where they are all nothing."""
    whole = sum(present, NOTHING)
    count = len(present)
    ratios = [part / whole for part in present] if whole > 0 else [WHOLE / count] * count
    return shares(total, ratios)


def check_release(amount: Decimal, deduction: Decimal, *, retained: Decimal, held: Decimal) -> None:
    """Refuse a release above what this part retains or the contract still holds (zone_completion#10)."""
    if amount + deduction > retained:
        raise Refusal(
            Ground.RULE,
            "warranty.above_retained",
            _("返还额与扣款之和超过该部位留存额%(retained)s元") % {"retained": f"{retained:,.2f}"},
            "zone_completion#10",
        )
    if amount > held:
        raise Refusal(
            Ground.RULE,
            "warranty.above_held",
            _("返还额超过该合同实际扣留的质保金%(held)s元") % {"held": f"{held:,.2f}"},
            "zone_completion#10",
        )


@dataclass(frozen=True, slots=True)
class Count:
    """How complete a list of papers is: how many are due, how many are there or agreed not to be needed."""

    due: int
    settled: int

    @property
    def ratio(self) -> Decimal:
        """The completeness: one where nothing is due."""
        return WHOLE if not self.due else (Decimal(self.settled) / self.due).quantize(SIX, ROUND_DOWN)

    @property
    def percent(self) -> str:
        """The completeness in whole percent, never rounded up to 100."""
        return f"{int(self.ratio * 100)}%"

    def __add__(self, other: Count) -> Count:
        return Count(self.due + other.due, self.settled + other.settled)


def archive_class(stage: str, matter_kind: str, document_kind: str, *, is_supervision: bool) -> str:
    """Return the class of a paper in the project archive: A preparation, B supervision, C works, D drawings, E completion."""
    if document_kind == "drawing":
        return "D"
    if is_supervision:
        return "B"
    if stage in ("initiation", "planning", "tendering", "contract"):
        return "A"
    return "C" if stage == "implementation" and matter_kind != "acceptance" else "E"


def average(scores: Collection[Decimal]) -> Decimal:
    """Return the mean of scores, to two places."""
    return (sum(scores, NOTHING) / len(scores)).quantize(CENT, ROUND_HALF_UP)
