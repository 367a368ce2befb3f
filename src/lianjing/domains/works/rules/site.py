"""The site: when works may start, how far they lag, how a visa is measured, who may subcontract, inspect and recheck."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext as _

from lianjing.domains.works.rules.change import hours_between
from lianjing.kernel.declaration import Condition
from lianjing.kernel.refusal import BadInput, Ground, Refusal

START = "zone_site#1"
POINT = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class StartView:
    """What stands behind an application to start."""

    permitted_from: date | None  # the day on which the construction permit holds
    is_funded: bool
    has_wage_account: bool
    has_bond: bool
    has_real_name: bool
    is_ready: bool
    is_staff_as_bid: bool
    replacement: str = ""  # the paper that approved other staff than the bid's


def start_conditions(view: StartView) -> tuple[tuple[str, Condition], ...]:
    """Return what must hold before works start, each with its stable rule (construction law, wage regulation)."""
    return (
        (
            "start.no_permit",
            Condition(_("施工许可有效"), view.permitted_from is not None, "construction_law#7"),
        ),
        ("start.no_funds", Condition(_("资金安排已落实"), view.is_funded, "wage_regulation#23")),
        (
            "start.no_wage_account",
            Condition(_("农民工工资专户已开立"), view.has_wage_account, "wage_regulation#26"),
        ),
        ("start.no_bond", Condition(_("合同约定的担保已提交"), view.has_bond, START)),
        ("start.no_real_name", Condition(_("用工实名制已落实"), view.has_real_name, "wage_regulation#28")),
        ("start.not_ready", Condition(_("机械、材料已到位"), view.is_ready, START)),
        (
            "start.other_staff",
            Condition(
                _("管理人员与投标一致，或更换已经批准"),
                view.is_staff_as_bid or bool(view.replacement.strip()),
                START,
            ),
        ),
    )


def check_start(view: StartView) -> None:
    """Refuse an application where one of the conditions does not hold; the first one is named."""
    for rule, condition in start_conditions(view):
        if not condition.is_met:
            raise Refusal(
                Ground.RULE, rule, _("不得开工：%(what)s不满足") % {"what": condition.text}, condition.clause
            )


def check_start_day(start_on: date, permitted_from: date | None) -> None:
    """Refuse a start before the permit: a red line of the construction law (article 7)."""
    if permitted_from is None or start_on < permitted_from:
        raise Refusal(
            Ground.RED_LINE,
            "red_line.start_before_permit",
            _("开工日早于施工许可核发日，不得开工"),
            "construction_law#7",
        )


def planned_ratio(start_on: date | None, end_on: date | None, day: date) -> Decimal | None:
    """Return the share of the agreed time that has passed on a day; None where the plan is not known."""
    if start_on is None or end_on is None or end_on <= start_on:
        return None
    share = Decimal((day - start_on).days) / Decimal((end_on - start_on).days)
    return min(max(share, Decimal(0)), Decimal(1)).quantize(POINT, ROUND_HALF_UP)


def is_behind(ratio: Decimal, planned: Decimal | None, *, points: Decimal) -> bool:
    """Return whether progress lags behind its plan by more than so many percentage points."""
    return planned is not None and (planned - ratio) * 100 > points


def check_measures(*, is_behind: bool, measures: str) -> None:
    """Ask for corrective measures where the works lag (papers F12); BadInput."""
    if is_behind and not measures.strip():
        raise BadInput(_("进度落后计划较多，须填写纠偏措施"), "measures")


def check_value_holds(value: Decimal, before: Decimal | None) -> None:
    """Refuse a cumulative value below the one confirmed before (zone_site#2)."""
    if before is not None and value < before:
        raise BadInput(
            _("累计产值不得低于上期核定的%(before)s元") % {"before": f"{before:,.2f}"}, "completed_value"
        )


def month_end(day: date) -> date:
    """Return the last day of a day's month."""
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


# ---- site visas


def lag_hours(occurred_at: datetime, entered_at: datetime) -> Decimal:
    """Return the hours between the event and its entry; BadInput where the event lies ahead."""
    if occurred_at > entered_at:
        raise BadInput(_("发生时间不得晚于现在"), "occurred_at")
    return hours_between(occurred_at, entered_at)


def is_lagging(lag: Decimal | None, *, hours: Decimal) -> bool:
    """Return whether a visa was entered later than its time; it is flagged, not refused."""
    return lag is not None and lag > hours


def check_measured(
    *,
    occurred_at: datetime,
    measured_at: datetime,
    now: datetime,
    is_concealed: bool,
    covered_at: datetime | None,
) -> None:
    """Refuse a measuring before the event or in the future, and of concealed work after its covering (zone_site#5)."""
    if measured_at < occurred_at or measured_at > now:
        raise BadInput(_("计量时间须在发生之后、现在之前"), "measured_at")
    if is_concealed and covered_at is not None and measured_at >= covered_at:
        raise Refusal(
            Ground.RULE,
            "visa.covered",
            _("隐蔽工程已覆盖，不得事后计量"),
            "zone_site#5",
        )


def check_two_units(unit_a: int | None, unit_b: int | None) -> None:
    """Refuse a measuring by two persons of one unit (papers WK15)."""
    if unit_a is None or unit_b is None or unit_a == unit_b:
        raise Refusal(
            Ground.CONFLICT, "visa.one_unit", _("现场计量须由两个单位的人员共同进行"), "zone_site#5"
        )


# ---- subcontracts, wages


def check_subcontract(
    *,
    is_main_structure: bool,
    amount: Decimal,
    earlier: Decimal,
    contract_amount: Decimal,
    is_contractor: bool,
) -> None:
    """Refuse the main structure, the contractor himself, and sums beyond the contract (construction law, article 29)."""
    if is_main_structure:
        raise Refusal(
            Ground.RULE,
            "subcontract.main_structure",
            _("主体结构须由总承包人自行完成，不得分包"),
            "construction_law#29",
        )
    if is_contractor:
        raise BadInput(_("分包人不得与总承包人相同"), "name")
    if amount <= 0:
        raise BadInput(_("分包额须大于零"), "amount")
    if earlier + amount > contract_amount:
        raise Refusal(
            Ground.RULE,
            "subcontract.over_contract",
            _("分包合计%(sum)s元超过总包合同价") % {"sum": f"{earlier + amount:,.2f}"},
            "zone_site#7",
        )


def wages_due_on(period_on: date, *, months: int) -> date:
    """Return the day by which a month's labour share must be in the wage account: the end of the months after it."""
    month = period_on.month - 1 + months
    return month_end(date(period_on.year + month // 12, month % 12 + 1, 1))


def labour_share(value: Decimal, ratio: Decimal | None) -> Decimal | None:
    """Return the labour share of a month's value by the contract's ratio; None where none is agreed."""
    return None if ratio is None else (value * ratio).quantize(Decimal("0.01"), ROUND_HALF_UP)


def wage_status(*, due: Decimal, paid: Decimal, due_on: date, paid_on: date) -> str:
    """Return how a month's labour share was paid: short, late, or paid."""
    if paid < due:
        return "short"
    return "late" if paid_on > due_on else "paid"


# ---- inspections


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding of a check, with the day by which it must be put right."""

    what: str
    due_on: date


def check_findings(findings: Sequence[Finding], *, result: str, day: date) -> None:
    """Refuse a result that its findings contradict, and a day in the past; BadInput."""
    if (result == "problems") is not bool(findings):
        raise BadInput(_("发现问题的须逐条填写，未发现问题的不填"), "findings")
    if any(finding.due_on < day for finding in findings):
        raise BadInput(_("整改期限不得早于今日"), "findings")
