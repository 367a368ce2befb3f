"""Matters beside their peers: treated unlike, late more often, how long still, one side beside another."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lianjing.analysis.mining import peers
from lianjing.analysis.mining.peers import size_band
from lianjing.web.analysis_classes import class_words, classes
from lianjing.web.analysis_columns import number_column, text_column
from lianjing.web.analysis_filter import LATE, LEARNT, MORE, TESTED
from lianjing.web.analysis_view import View, outcome_word
from lianjing.web.listing import Column

ATTRIBUTES: Mapping[str, str] = {
    "unit": gettext_noop("单位"),
    "version": gettext_noop("流程版本"),
    "year": gettext_noop("年度"),
}


@dataclass(frozen=True, slots=True)
class Unlike:
    """A matter that took far longer or shorter than its peers, or ended as few of them did; None where it is the other."""

    object: str
    peers: str  # the class, as the stack carries it
    count: int  # peers, itself among them
    days: float | None = None
    low: float | None = None
    high: float | None = None
    outcome: str | None = None
    usual: str | None = None
    alike: int | None = None  # how many of the peers ended so


def unlike(view: View) -> list[Unlike]:
    """Return the matters outside the fence of their type and size band: by duration, then by outcome."""
    named = classes(view.held, view.stack.size)
    store, outcomes = view.ended, view.held.outcomes
    others = peers.other_outcome(store, named.__getitem__, ends=outcomes)
    return [
        Unlike(each.object, each.peers, each.count, each.days, each.low, each.high)
        for each in peers.unlike(store, named.__getitem__)
    ] + [
        Unlike(each.object, each.peers, each.of, outcome=each.last, usual=each.usual, alike=each.count)
        for each in others
    ]


def unlike_columns(view: View) -> list[Column]:
    """Matters that went otherwise than their peers."""

    def word(outcome: str | None) -> str:
        return "—" if outcome is None else outcome_word(view, outcome)

    def alike(row: Unlike) -> str:
        return "" if row.outcome is None else view.matters(like=row.peers, outcome=row.outcome)

    return [
        text_column("object", _("事项"), lambda row: row.object, lambda row: view.matter(row.object)),
        text_column("kind", _("不同在"), lambda row: _("全程时间") if row.outcome is None else _("结果")),
        text_column("peers", _("同类（类型和规模）"), lambda row: class_words(row.peers)),
        number_column(
            "like", _("同类事项数"), lambda row: row.count, lambda row: view.matters(like=row.peers)
        ),
        number_column("days", _("全程（工作日）"), lambda row: row.days),
        number_column("low", _("同类下限"), lambda row: row.low),
        number_column("high", _("同类上限"), lambda row: row.high),
        text_column("outcome", _("结果"), lambda row: word(row.outcome)),
        text_column("usual", _("同类通常结果"), lambda row: word(row.usual)),
        number_column("alike", _("同样结果的事项数"), lambda row: row.alike, alike),
    ]


def sizes_of(view: View) -> list[str]:
    """Return the attributes of a log from elsewhere by whose size its cases may be alike: those of numbers only."""
    if not view.is_foreign:
        return []
    store = view.held.store
    return [name for name in store.attributes() if _are_numbers(store.attribute(name).values())]


def _are_numbers(values: Iterable[str]) -> bool:
    given = {value for value in values if value}
    return bool(given) and all(size_band(value) != value for value in given)


def drivers_columns(view: View) -> list[Column]:
    """Values of attributes with more or fewer late matters than all others."""

    def share(each: peers.Interval) -> str:
        return f"{each.share:.1%}（{each.low:.1%}–{each.high:.1%}）"

    def inside(row: peers.Driver, **more: str) -> str:
        return view.matters(**{row.attribute: row.value}, **more) if row.attribute in ATTRIBUTES else ""

    def outside(row: peers.Driver, **more: str) -> str:
        return view.matters(apart=f"{row.attribute}={row.value}", **more)

    return [
        text_column("attribute", _("属性"), lambda row: _(ATTRIBUTES.get(row.attribute, row.attribute))),
        text_column("value", _("值"), lambda row: row.value, inside),
        text_column("inside", _("逾期占比（95%区间）"), lambda row: share(row.inside)),
        number_column("hits", _("逾期"), lambda row: row.inside.hits, lambda row: inside(row, late=LATE)),
        number_column("of", _("事项数"), lambda row: row.inside.of, inside),
        text_column("outside", _("其余的逾期占比"), lambda row: share(row.outside)),
        number_column(
            "other_hits", _("其余逾期"), lambda row: row.outside.hits, lambda row: outside(row, late=LATE)
        ),
        number_column("other_of", _("其余事项数"), lambda row: row.outside.of, outside),
    ]


def remaining(view: View) -> list[peers.Remaining]:
    """Return the remaining time from each step of the matters that ended, as a whole and then by unit."""
    rows = peers.remaining(view.ended)
    by_unit = peers.remaining(view.ended, by_unit=True)
    if len({each.unit for each in by_unit}) < 2:
        return rows
    order = {each.type: place for place, each in enumerate(rows)}
    return sorted([*rows, *by_unit], key=lambda each: (order[each.type], bool(each.unit), -each.count))


def remaining_columns(view: View) -> list[Column]:
    """How long it still takes from a step, and how far that was off."""

    def behind(half: str) -> Callable[[peers.Remaining], str]:
        return lambda row: view.matters(half=half, reached=row.type, reached_at=row.unit)

    return [
        text_column("type", _("到达环节"), lambda row: row.type),
        text_column("unit", _("办理单位"), lambda row: row.unit or _("全部")),
        number_column("cases", _("事项数"), lambda row: row.cases, behind(LEARNT)),
        number_column("p50", _("剩余P50（工作日）"), lambda row: row.p50_days),
        number_column("p80", _("剩余P80（工作日）"), lambda row: row.p80_days),
        number_column("tested", _("检验事项数"), lambda row: row.tested_cases, behind(TESTED)),
        number_column("error", _("平均误差（工作日）"), lambda row: row.error_days),
        number_column("plain", _("不分环节的误差"), lambda row: row.plain_error_days),
        number_column(
            "within",
            _("P80以内办结（%）"),
            lambda row: None if row.within_p80 is None else round(row.within_p80 * 100, 1),
        ),
    ]


def sides_columns(part: str) -> Callable[[View], list[Column]]:
    """Units or years beside each other."""

    def columns(view: View) -> list[Column]:
        return [
            text_column(
                "name",
                _(ATTRIBUTES[part]),
                lambda row: row.name,
                lambda row: view.matters(**{part: row.name}),
            ),
            number_column(
                "cases", _("事项数"), lambda row: row.cases, lambda row: view.matters(**{part: row.name})
            ),
            number_column(
                "ended",
                _("两个环节以上"),
                lambda row: row.ended,
                lambda row: view.matters(**{part: row.name}, further=MORE),
            ),
            number_column("median", _("全程中位数（工作日）"), lambda row: row.median_days),
            number_column("p95", _("全程P95（工作日）"), lambda row: row.p95_days),
            number_column("steps", _("每件环节数"), lambda row: row.steps_a_case),
            number_column("persons", _("经办人数"), lambda row: row.persons),
        ]

    return columns


def attribute_sides(part: str) -> Callable[[View], list[peers.Side]]:
    """Return the rows of sides_columns."""
    return lambda view: peers.sides(view.store, view.attribute(part).get)
