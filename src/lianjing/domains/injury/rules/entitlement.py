"""What the worker is entitled to: one pure function a benefit, its figures by key, its clause beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext as _

from lianjing.domains.injury.rules.clock import Figures, years_after
from lianjing.kernel.refusal import Ground, Refusal

CENT = Decimal("0.01")
NOTHING = Decimal("0.00")
FUND, EMPLOYER = "fund", "employer"
MEDICAL = frozenset({"medical", "rehabilitation"})  # the only items that may ever go back to an employer
PRICED = MEDICAL | {"device", "assessment"}  # by papers: the assessor enters what the catalogues allow
GRADES_FULL = ("1", "2", "3", "4")  # lost the ability to work: pension from the fund
GRADES_MOST = ("5", "6")  # lost most of it: pension from the employer
GRADES_PART = ("7", "8", "9", "10")
LEAVING = GRADES_MOST + GRADES_PART
SPOUSE, OTHER = "spouse", "other"
WAGE = "本人工资"  # stands for the figure in a formula, which more people read than may see a wage


@dataclass(frozen=True, slots=True)
class Case:
    """The facts of an injury on which benefits rest; money in yuan."""

    own_wage: Decimal | None = None
    grade: int | None = None
    care_level: str = ""
    injured_on: date | None = None
    retires_on: date | None = None
    left_on: date | None = None
    died_on: date | None = None
    is_insured: bool = True
    borne_before: date | None = None  # costs before this day are the employer's, who applied too late


@dataclass(frozen=True, slots=True)
class Asked:
    """One line of a claim: what, how many (days, months), what was spent, what the catalogues allow, when."""

    kind: str
    quantity: Decimal = Decimal(1)
    spent: Decimal = NOTHING
    allowed: Decimal = NOTHING
    incurred_on: date | None = None
    relation: str = ""  # of a dependant
    is_alone: bool = False


@dataclass(frozen=True, slots=True)
class Entitled:
    """What is due: by whom, how much, how it was computed, by which clause."""

    kind: str
    payer: str
    amount: Decimal
    formula: str
    clause: str


Compute = Callable[[Case, Asked, Figures], tuple[Decimal, str, str]]


@dataclass(frozen=True, slots=True)
class Benefit:
    """One row of the entitlement table: who pays, how it is computed, which day's figures count."""

    payer: str
    compute: Compute
    figures_of: str = ""  # column of Case whose day chooses the figures; the day of the claim where empty


def _yuan(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)


def _money(figures: Figures, key: str) -> Decimal:
    """Return a figure given in fen as yuan."""
    return _yuan(figures(key) / 100)


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"


def _missing(word: str, clause: str) -> Refusal:
    return Refusal(
        Ground.RULE, "injury.fact_missing", _("缺少“%(what)s”，不能核定该项待遇") % {"what": word}, clause
    )


def _wage(case: Case, clause: str) -> Decimal:
    if case.own_wage is None:
        raise _missing(_("本人工资"), clause)
    return case.own_wage


def _grade(case: Case, grades: tuple[str, ...], clause: str) -> str:
    if case.grade is None or str(case.grade) not in grades:
        message = _("该项待遇适用于%(first)s至%(last)s级伤残") % {"first": grades[0], "last": grades[-1]}
        raise Refusal(Ground.RULE, "injury.grade", message, clause)
    return str(case.grade)


def _priced(clause: str) -> Compute:
    def compute(case: Case, asked: Asked, figures: Figures) -> tuple[Decimal, str, str]:
        if asked.allowed > asked.spent:
            message = _("可报销额%(allowed)s元超过发生额%(spent)s元")
            words = {"allowed": f"{asked.allowed:,.2f}", "spent": f"{asked.spent:,.2f}"}
            raise Refusal(Ground.RED_LINE, "injury.above_cost", message % words, clause)
        return asked.allowed, f"{asked.allowed:,.2f}", clause

    return compute


def meal(case: Case, asked: Asked, figures: Figures) -> tuple[Decimal, str, str]:
    """A share of the local minimum wage, by the days in hospital."""
    wage, ratio = _money(figures, "injury.minimum_wage_month_fen"), figures("injury.meal_wage_ratio")
    days = figures("injury.meal_month_days")
    formula = f"{wage:,.2f} × {_plain(ratio)} ÷ {_plain(days)} × {_plain(asked.quantity)}"
    return wage * ratio / days * asked.quantity, formula, "zj_injury_regulation#24"


def travel(case: Case, asked: Asked, figures: Figures) -> tuple[Decimal, str, str]:
    """What was spent, at most the staff travel standard for the days away."""
    limit = _money(figures, "injury.travel_day_limit_fen") * asked.quantity
    formula = f"min({asked.spent:,.2f}, {_money(figures, 'injury.travel_day_limit_fen'):,.2f} × {_plain(asked.quantity)})"
    return min(asked.spent, limit), formula, "zj_injury_regulation#24"


def living_care(case: Case, asked: Asked, figures: Figures) -> tuple[Decimal, str, str]:
    """A share of the area average month by the assessed need of care, for so many months."""
    clause = "injury_regulation#34"
    if not case.care_level:
        raise _missing(_("护理等级"), clause)
    average = _money(figures, "injury.area_average_month_fen")
    ratio = figures(f"injury.care.{case.care_level}_ratio")
    formula = f"{average:,.2f} × {_plain(ratio)} × {_plain(asked.quantity)}"
    return average * ratio * asked.quantity, formula, clause


def disability_grant(case: Case, asked: Asked, figures: Figures) -> tuple[Decimal, str, str]:
    """So many months of the own wage by grade, once."""
    grade = _grade(case, GRADES_FULL + LEAVING, "injury_regulation#37")
    clause = "injury_regulation#37"
    if grade in GRADES_FULL:
        clause = "injury_regulation#35"
    elif grade in GRADES_MOST:
        clause = "injury_regulation#36"
    months, wage = figures(f"injury.disability_grant.grade_{grade}_months"), _wage(case, clause)
    return wage * months, f"{WAGE} × {_plain(months)}", clause


def _pension(grades: tuple[str, ...], clause: str) -> Compute:
    def compute(case: Case, asked: Asked, figures: Figures) -> tuple[Decimal, str, str]:
        ratio = figures(f"injury.pension.grade_{_grade(case, grades, clause)}_ratio")
        wage = _wage(case, clause)
        formula = f"{WAGE} × {_plain(ratio)} × {_plain(asked.quantity)}"
        return wage * ratio * asked.quantity, formula, clause

    return compute


def _leaving(case: Case, figures: Figures) -> tuple[Decimal, str]:
    clause = "zj_injury_regulation#27"
    grade = _grade(case, LEAVING, clause)
    if case.left_on is None:
        raise _missing(_("劳动关系终止日"), clause)
    months = figures(f"injury.leaving.grade_{grade}_months")
    average = _money(figures, "injury.province_average_month_fen")
    return average * months, f"{average:,.2f} × {_plain(months)}"


def medical_grant(case: Case, asked: Asked, figures: Figures) -> tuple[Decimal, str, str]:
    """Provincial average months by grade on leaving, from the fund."""
    amount, formula = _leaving(case, figures)
    return amount, formula, "zj_injury_regulation#27"


def whole_years(from_on: date, to_on: date) -> int:
    """Return the whole years between two days, none where the second comes first."""
    years = max(0, to_on.year - from_on.year)
    return years - 1 if years and years_after(from_on, years) > to_on else years


def employment_grant(case: Case, asked: Asked, figures: Figures) -> tuple[Decimal, str, str]:
    """The same months from the employer, less a share for each year that is missing before retirement."""
    amount, formula = _leaving(case, figures)
    clause = "zj_injury_regulation#27"
    if case.retires_on is None or case.left_on is None:
        raise _missing(_("法定退休日"), clause)
    limit = int(figures("injury.leaving.retirement_years"))
    missing = limit - min(limit, whole_years(case.left_on, case.retires_on))
    kept = max(Decimal(0), 1 - figures("injury.leaving.yearly_reduction_ratio") * missing)
    if kept < 1:
        formula = f"{formula} × {_plain(kept)}"
    return amount * kept, formula, clause


def leave_wage(case: Case, asked: Asked, figures: Figures) -> tuple[Decimal, str, str]:
    """The former wage for the months of paid leave; beyond the longest leave nothing is computed."""
    clause = "injury_regulation#33"
    longest = figures("injury.leave_months") + figures("injury.leave_extension_months")
    if asked.quantity > longest:
        message = _("停工留薪期最长%(months)s个月") % {"months": _plain(longest)}
        raise Refusal(Ground.RED_LINE, "injury.leave_too_long", message, clause)
    wage = _wage(case, clause)
    return wage * asked.quantity, f"{WAGE} × {_plain(asked.quantity)}", clause


def leave_care(case: Case, asked: Asked, figures: Figures) -> tuple[Decimal, str, str]:
    """Care by a relative in paid leave: the provincial average month."""
    average = _money(figures, "injury.province_average_month_fen")
    formula = f"{average:,.2f} × {_plain(asked.quantity)}"
    return average * asked.quantity, formula, "zj_injury_regulation#25"


def _of_the_dead(case: Case) -> None:
    if case.died_on is None:
        raise _missing(_("死亡日"), "injury_regulation#39")


def funeral(case: Case, asked: Asked, figures: Figures) -> tuple[Decimal, str, str]:
    """So many area average months, once."""
    _of_the_dead(case)
    average = _money(figures, "injury.area_average_month_fen")
    months = figures("injury.death.funeral_months")
    return average * months, f"{average:,.2f} × {_plain(months)}", "injury_regulation#39"


def share_of(asked: Asked, figures: Figures) -> Decimal:
    """Return a dependant's share of the former wage: spouse or other, more where left alone."""
    ratio = figures("injury.death.spouse_ratio" if asked.relation == SPOUSE else "injury.death.other_ratio")
    return ratio + figures("injury.death.alone_ratio") if asked.is_alone else ratio


def dependants(case: Case, asked: Asked, figures: Figures) -> tuple[Decimal, str, str]:
    """One dependant's pension for so many months."""
    _of_the_dead(case)
    clause = "injury_regulation#39"
    wage, ratio = _wage(case, clause), share_of(asked, figures)
    formula = f"{WAGE} × {_plain(ratio)} × {_plain(asked.quantity)}"
    return wage * ratio * asked.quantity, formula, clause


def death_grant(case: Case, asked: Asked, figures: Figures) -> tuple[Decimal, str, str]:
    """So many times the national urban income of the year before, once."""
    _of_the_dead(case)
    income = _money(figures, "injury.national_urban_income_year_fen")
    times = figures("injury.death.grant_multiple")
    return income * times, f"{income:,.2f} × {_plain(times)}", "injury_regulation#39"


BENEFITS: Mapping[str, Benefit] = {
    "medical": Benefit(FUND, _priced("injury_regulation#30")),
    "rehabilitation": Benefit(FUND, _priced("injury_regulation#30")),
    "meal": Benefit(FUND, meal),
    "travel": Benefit(FUND, travel),
    "device": Benefit(FUND, _priced("injury_regulation#32")),
    "living_care": Benefit(FUND, living_care),
    "disability_grant": Benefit(FUND, disability_grant),
    "disability_pension_1_4": Benefit(FUND, _pension(GRADES_FULL, "injury_regulation#35")),
    "disability_pension_5_6": Benefit(EMPLOYER, _pension(GRADES_MOST, "injury_regulation#36")),
    "medical_grant": Benefit(FUND, medical_grant, "left_on"),
    "employment_grant": Benefit(EMPLOYER, employment_grant, "left_on"),
    "leave_wage": Benefit(EMPLOYER, leave_wage),
    "leave_care": Benefit(EMPLOYER, leave_care),
    "funeral": Benefit(FUND, funeral, "died_on"),
    "dependants": Benefit(FUND, dependants, "died_on"),
    "death_grant": Benefit(FUND, death_grant, "died_on"),
    "assessment": Benefit(FUND, _priced("social_insurance_law#38")),
}


def figures_day(case: Case, asked: Asked, claimed_on: date) -> date:
    """Return the day whose figures count: of leaving or death for what rests on it, else of the cost or the claim."""
    day = getattr(case, BENEFITS[asked.kind].figures_of, None) if BENEFITS[asked.kind].figures_of else None
    return day or asked.incurred_on or claimed_on


def entitled(case: Case, asked: Asked, figures: Figures) -> Entitled:
    """Return what is due for one line; `figures` are those of `figures_day`.

    Refusal where a fact is missing or the grade gives no right to it. The employer pays what is the fund's where it
    did not insure (social_insurance_law#41) and the costs before its late application (zj_injury_regulation#13).
    """
    benefit = BENEFITS[asked.kind]
    amount, formula, clause = benefit.compute(case, asked, figures)
    payer = benefit.payer
    if payer == FUND and not case.is_insured:
        payer, clause = EMPLOYER, "social_insurance_law#41"
    elif payer == FUND and _is_borne(case, asked):
        payer, clause = EMPLOYER, "zj_injury_regulation#13"
    return Entitled(asked.kind, payer, _yuan(amount), formula, clause)


def _is_borne(case: Case, asked: Asked) -> bool:
    return (
        case.borne_before is not None
        and asked.incurred_on is not None
        and asked.incurred_on < case.borne_before
    )


def check_dependants(lines: list[Asked], figures: Figures) -> None:
    """Refuse pensions that together pass the former wage (injury_regulation#39)."""
    shares = sum((share_of(each, figures) for each in lines if each.kind == "dependants"), Decimal(0))
    if shares > 1:
        raise Refusal(
            Ground.RED_LINE,
            "injury.dependants_above_wage",
            _("各供养亲属抚恤金之和高于职工生前工资"),
            "injury_regulation#39",
        )
