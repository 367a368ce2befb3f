"""The columns of the tables that tell what was done and by whom: each number a link to its matters."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lianjing.analysis.mining.live import way_key
from lianjing.web.analysis_filter import ARROW, run_words
from lianjing.web.analysis_view import View
from lianjing.web.listing import Column

START = datetime(1970, 1, 1, tzinfo=UTC)
SHOWN_STEPS = 12
COUNTED = ("cases", "of")  # the columns that count the matters of a row
DEVIATIONS: Mapping[str, str] = {
    "missing": gettext_noop("流程此处应有该环节"),
    "unknown_step": gettext_noop("流程中没有该环节"),
    "repeated": gettext_noop("重复办理"),
    "out_of_sequence": gettext_noop("次序不符"),
    "not_allowed_here": gettext_noop("此处不允许"),
}


def moment_of(microseconds: int | None) -> datetime | None:
    """Return the moment of a log's time."""
    return None if microseconds is None else START + timedelta(microseconds=microseconds)


def text_column(
    key: str, label: str, value: Callable[[Any], Any], url: Callable[[Any], str] | None = None
) -> Column:
    """Return a column of words."""
    return Column(key, label, value, key, url=url)


def number_column(
    key: str, label: str, value: Callable[[Any], Any], url: Callable[[Any], str] | None = None
) -> Column:
    """Return a column of figures."""
    return Column(key, label, value, key, "number", url=url)


def opening(columns: Sequence[Column]) -> list[Column]:
    """Let every figure of a row open what the row is about: the matters that it counts, else the matter that it names."""
    known = {column.key: column.url for column in columns if column.url}
    url = next((known[key] for key in (*COUNTED, "object") if key in known), None)
    return [
        replace(column, url=url) if column.kind == "number" and column.url is None else column
        for column in columns
    ]


def steps_columns(view: View) -> list[Column]:
    """Each kind of step: how often, in how many matters, how long it waited."""
    return [
        text_column("type", _("环节"), lambda row: row.type, lambda row: view.step(row.type)),
        number_column("count", _("办理次数"), lambda row: row.count),
        number_column("cases", _("事项数"), lambda row: row.cases, lambda row: view.matters(step=row.type)),
        number_column("median", _("等待中位数（工作日）"), lambda row: row.median_wait_days),
        number_column("p95", _("等待P95（工作日）"), lambda row: row.p95_wait_days),
        number_column(
            "first", _("由此开始"), lambda row: row.first, lambda row: view.matters(begins=row.type)
        ),
        number_column("last", _("至此为止"), lambda row: row.last, lambda row: view.matters(ends=row.type)),
    ]


def flows_columns(view: View) -> list[Column]:
    """From one step to the next, by what it waits beyond the usual."""
    return [
        text_column("origin", _("从"), lambda row: row.origin),
        text_column("target", _("到"), lambda row: row.target, lambda row: view.step(row.target)),
        number_column("excess", _("超出中位数合计（工作日）"), lambda row: row.excess_days),
        number_column("count", _("次数"), lambda row: row.count),
        number_column(
            "cases",
            _("事项数"),
            lambda row: row.cases,
            lambda row: view.matters(origin=row.origin, target=row.target),
        ),
        number_column("median", _("中位数（工作日）"), lambda row: row.median_days),
        number_column("p95", _("P95（工作日）"), lambda row: row.p95_days),
        number_column("total", _("合计（工作日）"), lambda row: row.total_days),
    ]


def desks_columns(view: View) -> list[Column]:
    """Post, person and step, against the same step elsewhere."""
    return [
        text_column("post", _("岗位"), lambda row: row.post),
        text_column("person", _("人员"), lambda row: row.person),
        text_column("type", _("环节"), lambda row: row.type, lambda row: view.step(row.type)),
        number_column("excess", _("超出同类中位数合计（工作日）"), lambda row: row.excess_days),
        number_column("count", _("次数"), lambda row: row.count),
        number_column(
            "cases",
            _("事项数"),
            lambda row: row.cases,
            lambda row: view.matters(post=row.post, person=row.person, step=row.type),
        ),
        number_column("median", _("中位数（工作日）"), lambda row: row.median_days),
        number_column("p95", _("P95（工作日）"), lambda row: row.p95_days),
    ]


def variants_columns(view: View) -> list[Column]:
    """The ways that matters really went."""
    return [
        text_column("steps", _("经过的环节"), lambda row: way_words(row.steps)),
        number_column(
            "cases", _("事项数"), lambda row: row.cases, lambda row: view.matters(variant=way_key(row.steps))
        ),
        number_column("length", _("环节数"), lambda row: len(row.steps)),
        number_column("median", _("全程中位数（工作日）"), lambda row: row.median_days),
        text_column("example", _("例"), lambda row: row.example, lambda row: view.matter(row.example)),
    ]


def way_words(steps: Sequence[str]) -> str:
    """Return a way in words, a long one cut with the number that is left out."""
    if len(steps) <= SHOWN_STEPS:
        return " → ".join(steps)
    more = _("其余%(count)s个环节") % {"count": len(steps) - SHOWN_STEPS}
    return " → ".join([*steps[:SHOWN_STEPS], f"… {more}"])


def rework_columns(view: View) -> list[Column]:
    """Steps that were done again, by whom."""
    return [
        text_column("type", _("环节"), lambda row: row.type),
        number_column("cases", _("事项数"), lambda row: row.cases, lambda row: view.matters(again=row.type)),
        number_column("again", _("重办次数"), lambda row: row.again),
        number_column("same", _("同一人"), lambda row: row.same_person),
        number_column("other", _("另一人"), lambda row: row.other_person),
        number_column("unknown", _("未注明"), lambda row: row.unknown_person),
    ]


def between_columns(part: str) -> Callable[[View], list[Column]]:
    """From one person to another; `part` is the filter that opens the matters."""

    def columns(view: View) -> list[Column]:
        return [
            text_column(
                "origin", _("从"), lambda row: row.origin, lambda row: view.matters(person=row.origin)
            ),
            text_column(
                "target", _("到"), lambda row: row.target, lambda row: view.matters(person=row.target)
            ),
            number_column("count", _("次数"), lambda row: row.count),
            number_column(
                "cases",
                _("事项数"),
                lambda row: row.cases,
                lambda row: view.matters(**{part: f"{row.origin}{ARROW}{row.target}"}),
            ),
        ]

    return columns


def handovers_columns(view: View) -> list[Column]:
    """Who hands over to whom, and how long that takes."""
    median = number_column("median", _("中位数（工作日）"), lambda row: row.median_days)
    return [*between_columns("handover")(view), median]


def batches_columns(view: View) -> list[Column]:
    """Runs of one person at one step."""
    return [
        text_column("person", _("人员"), lambda row: row.person),
        text_column("type", _("环节"), lambda row: row.type),
        Column("begin", _("开始"), lambda row: moment_of(row.begin_at), "begin", "time"),
        number_column(
            "cases",
            _("事项数"),
            lambda row: row.cases,
            lambda row: view.matters(
                person=row.person, step=row.type, batch=run_words(row.begin_at, row.seconds)
            ),
        ),
        number_column("seconds", _("历时（秒）"), lambda row: row.seconds),
    ]


def four_eyes_columns(view: View) -> list[Column]:
    """Two steps that one person must not both do, and did."""
    return [
        text_column("object", _("事项"), lambda row: row.object, lambda row: view.matter(row.object)),
        text_column("person", _("人员"), lambda row: row.person),
        text_column("one", _("环节"), lambda row: row.one),
        text_column("other", _("不得同一人的环节"), lambda row: row.other),
        text_column(
            "clause",
            _("依据"),
            lambda row: view.clause_words(row.clause),
            lambda row: view.clause(row.clause),
        ),
    ]


def lates_columns(view: View) -> list[Column]:
    """Steps beyond their limit, with the clause."""
    return [
        text_column("object", _("事项"), lambda row: row.object, lambda row: view.matter(row.object)),
        text_column("target", _("环节"), lambda row: row.target, lambda row: view.step(row.target)),
        text_column("post", _("岗位"), lambda row: row.post),
        text_column("person", _("人员"), lambda row: row.person or "—"),
        Column("begun", _("到达"), lambda row: moment_of(row.begun_at), "begun", "time"),
        number_column("used", _("已用（工作日）"), lambda row: row.used),
        number_column("limit", _("时限（工作日）"), lambda row: row.limit),
        Column(
            "open",
            _("状态"),
            lambda row: _("在办") if row.is_open else _("已办"),
            "open",
            "status",
            tone=lambda row: "bad" if row.is_open else "off",
        ),
        text_column(
            "clause",
            _("依据"),
            lambda row: view.clause_words(row.clause),
            lambda row: view.clause(row.clause),
        ),
    ]


def deviations_columns(view: View) -> list[Column]:
    """Where a matter left its version of the process, with the clause."""
    return [
        text_column("object", _("事项"), lambda row: row.object, lambda row: view.matter(row.object)),
        text_column("kind", _("偏离"), lambda row: _(DEVIATIONS[row.kind])),
        text_column("step", _("环节"), lambda row: row.step),
        text_column("post", _("岗位"), lambda row: row.post or "—"),
        text_column("person", _("人员"), lambda row: row.person or "—"),
        Column("at", _("时间"), lambda row: moment_of(row.at), "at", "time"),
        number_column("extra", _("多用（工作日）"), lambda row: row.extra_days),
        text_column(
            "clause",
            _("依据"),
            lambda row: view.clause_words(row.clause),
            lambda row: view.clause(row.clause),
        ),
    ]
