"""Matters beside their peers: treated unlike, late more often, how long still, one side beside another."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lianjing.analysis.mining import peers
from lianjing.web.analysis_columns import number_column, text_column
from lianjing.web.analysis_view import View
from lianjing.web.listing import Column

ATTRIBUTES: Mapping[str, str] = {
    "unit": gettext_noop("单位"),
    "version": gettext_noop("流程版本"),
    "year": gettext_noop("年度"),
}


def unlike_columns(view: View) -> list[Column]:
    """Matters that went otherwise than their peers."""
    return [
        text_column("object", _("事项"), lambda row: row.object, lambda row: view.matter(row.object)),
        text_column("peers", _("同类"), lambda row: _("流程版本%(version)s") % {"version": row.peers}),
        number_column("days", _("全程（工作日）"), lambda row: row.days),
        number_column("low", _("同类下限"), lambda row: row.low),
        number_column("high", _("同类上限"), lambda row: row.high),
        number_column("count", _("同类事项数"), lambda row: row.count),
    ]


def versions(view: View) -> Callable[[int], str]:
    """Return the version of the process by object number."""
    values = view.attribute("version")
    return lambda number: values.get(number, "")


def drivers_columns(view: View) -> list[Column]:
    """Values of attributes with more or fewer late matters than all others."""

    def interval(each: peers.Interval) -> str:
        return f"{each.share:.1%}（{each.low:.1%}–{each.high:.1%}，{each.hits}/{each.of}）"

    return [
        text_column("attribute", _("属性"), lambda row: _(ATTRIBUTES.get(row.attribute, row.attribute))),
        text_column(
            "value",
            _("值"),
            lambda row: row.value,
            lambda row: (
                view.matters(**{row.attribute: row.value}) if row.attribute in ("unit", "year") else ""
            ),
        ),
        text_column("inside", _("逾期占比（95%区间，件数）"), lambda row: interval(row.inside)),
        text_column("outside", _("其余的逾期占比"), lambda row: interval(row.outside)),
    ]


def remaining_columns(_view: View) -> list[Column]:
    """How long it still takes from a step, and how far that was off."""
    return [
        text_column("type", _("到达环节"), lambda row: row.type),
        number_column("count", _("事项数"), lambda row: row.count),
        number_column("p50", _("剩余P50（工作日）"), lambda row: row.p50_days),
        number_column("p80", _("剩余P80（工作日）"), lambda row: row.p80_days),
        number_column("tested", _("检验件数"), lambda row: row.tested),
        number_column("error", _("平均误差（工作日）"), lambda row: row.error_days),
        number_column("plain", _("不分环节的误差"), lambda row: row.plain_error_days),
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
            number_column("ended", _("两个环节以上"), lambda row: row.ended),
            number_column("median", _("全程中位数（工作日）"), lambda row: row.median_days),
            number_column("p95", _("全程P95（工作日）"), lambda row: row.p95_days),
            number_column("steps", _("每件环节数"), lambda row: row.steps_a_case),
            number_column("persons", _("经办人数"), lambda row: row.persons),
        ]

    return columns


def attribute_sides(part: str) -> Callable[[View], list[peers.Side]]:
    """Return the rows of sides_columns."""
    return lambda view: peers.sides(view.store, view.attribute(part).get)
