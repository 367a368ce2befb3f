"""What the process analysis tells as tables: one topic a question, each number a link to its matters."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lianjing.analysis.mining import conformance, desks, flows, peers, trail_log, variants
from lianjing.analysis.mining.live import way_key
from lianjing.web.analysis_filter import ARROW, run_words
from lianjing.web.analysis_view import View
from lianjing.web.listing import Column

START = datetime(1970, 1, 1, tzinfo=UTC)
SHOWN_STEPS = 12
DEVIATIONS: Mapping[str, str] = {
    "missing": gettext_noop("流程此处应有该环节"),
    "unknown_step": gettext_noop("流程中没有该环节"),
    "repeated": gettext_noop("重复办理"),
    "out_of_sequence": gettext_noop("次序不符"),
    "not_allowed_here": gettext_noop("此处不允许"),
}
ATTRIBUTES: Mapping[str, str] = {
    "unit": gettext_noop("单位"),
    "version": gettext_noop("流程版本"),
    "year": gettext_noop("年度"),
}


@dataclass(frozen=True, slots=True)
class Topic:
    """One table: its rows and its columns."""

    label: str
    hint: str
    rows: Callable[[View], Sequence[Any]]
    columns: Callable[[View], list[Column]]
    is_of_process: bool = False  # needs a regulated process: clocks, clauses, a net


def topics_of(view: View | None) -> list[dict[str, str]]:
    """Return the tables that a look has, as keys and words; a log from elsewhere has no clocks and no clauses."""
    return [
        {"key": name, "label": _(topic.label)}
        for name, topic in TOPICS.items()
        if view is None or not (view.is_foreign and topic.is_of_process)
    ]


def moment_of(microseconds: int | None) -> datetime | None:
    """Return the moment of a log's time."""
    return None if microseconds is None else START + timedelta(microseconds=microseconds)


def _text(
    key: str, label: str, value: Callable[[Any], Any], url: Callable[[Any], str] | None = None
) -> Column:
    return Column(key, label, value, key, url=url)


def _number(
    key: str, label: str, value: Callable[[Any], Any], url: Callable[[Any], str] | None = None
) -> Column:
    return Column(key, label, value, key, "number", url=url)


def _steps(view: View) -> list[Column]:
    return [
        _text("type", _("环节"), lambda row: row.type, lambda row: view.step(row.type)),
        _number("count", _("办理次数"), lambda row: row.count),
        _number("cases", _("事项数"), lambda row: row.cases, lambda row: view.matters(step=row.type)),
        _number("median", _("等待中位数（工作日）"), lambda row: row.median_wait_days),
        _number("p95", _("等待P95（工作日）"), lambda row: row.p95_wait_days),
        _number("first", _("由此开始"), lambda row: row.first),
        _number("last", _("至此为止"), lambda row: row.last),
    ]


def _flows(view: View) -> list[Column]:
    return [
        _text("origin", _("从"), lambda row: row.origin),
        _text("target", _("到"), lambda row: row.target, lambda row: view.step(row.target)),
        _number("excess", _("超出中位数合计（工作日）"), lambda row: row.excess_days),
        _number("count", _("次数"), lambda row: row.count),
        _number(
            "cases",
            _("事项数"),
            lambda row: row.cases,
            lambda row: view.matters(origin=row.origin, target=row.target),
        ),
        _number("median", _("中位数（工作日）"), lambda row: row.median_days),
        _number("p95", _("P95（工作日）"), lambda row: row.p95_days),
        _number("total", _("合计（工作日）"), lambda row: row.total_days),
    ]


def _desks(view: View) -> list[Column]:
    return [
        _text("post", _("岗位"), lambda row: row.post),
        _text("person", _("人员"), lambda row: row.person),
        _text("type", _("环节"), lambda row: row.type, lambda row: view.step(row.type)),
        _number("excess", _("超出同类中位数合计（工作日）"), lambda row: row.excess_days),
        _number("count", _("次数"), lambda row: row.count),
        _number(
            "cases",
            _("事项数"),
            lambda row: row.cases,
            lambda row: view.matters(post=row.post, person=row.person, step=row.type),
        ),
        _number("median", _("中位数（工作日）"), lambda row: row.median_days),
        _number("p95", _("P95（工作日）"), lambda row: row.p95_days),
    ]


def _variants(view: View) -> list[Column]:
    return [
        _text("steps", _("经过的环节"), lambda row: way_words(row.steps)),
        _number(
            "cases", _("事项数"), lambda row: row.cases, lambda row: view.matters(variant=way_key(row.steps))
        ),
        _number("length", _("环节数"), lambda row: len(row.steps)),
        _number("median", _("全程中位数（工作日）"), lambda row: row.median_days),
        _text("example", _("例"), lambda row: row.example, lambda row: view.matter(row.example)),
    ]


def way_words(steps: Sequence[str]) -> str:
    """Return a way in words, a long one cut with the number that is left out."""
    if len(steps) <= SHOWN_STEPS:
        return " → ".join(steps)
    more = _("其余%(count)s个环节") % {"count": len(steps) - SHOWN_STEPS}
    return " → ".join([*steps[:SHOWN_STEPS], f"… {more}"])


def _rework(view: View) -> list[Column]:
    return [
        _text("type", _("环节"), lambda row: row.type),
        _number("cases", _("事项数"), lambda row: row.cases, lambda row: view.matters(again=row.type)),
        _number("again", _("重办次数"), lambda row: row.again),
        _number("same", _("同一人"), lambda row: row.same_person),
        _number("other", _("另一人"), lambda row: row.other_person),
        _number("unknown", _("未注明"), lambda row: row.unknown_person),
    ]


def _between(part: str) -> Callable[[View], list[Column]]:
    def columns(view: View) -> list[Column]:
        return [
            _text("origin", _("从"), lambda row: row.origin, lambda row: view.matters(person=row.origin)),
            _text("target", _("到"), lambda row: row.target, lambda row: view.matters(person=row.target)),
            _number("count", _("次数"), lambda row: row.count),
            _number(
                "cases",
                _("事项数"),
                lambda row: row.cases,
                lambda row: view.matters(**{part: f"{row.origin}{ARROW}{row.target}"}),
            ),
        ]

    return columns


def _handovers(view: View) -> list[Column]:
    median = _number("median", _("中位数（工作日）"), lambda row: row.median_days)
    return [*_between("handover")(view), median]


def _batches(view: View) -> list[Column]:
    return [
        _text("person", _("人员"), lambda row: row.person),
        _text("type", _("环节"), lambda row: row.type),
        Column("begin", _("开始"), lambda row: moment_of(row.begin_at), "begin", "time"),
        _number(
            "cases",
            _("事项数"),
            lambda row: row.cases,
            lambda row: view.matters(
                person=row.person, step=row.type, batch=run_words(row.begin_at, row.seconds)
            ),
        ),
        _number("seconds", _("历时（秒）"), lambda row: row.seconds),
    ]


def _four_eyes(view: View) -> list[Column]:
    return [
        _text("object", _("事项"), lambda row: row.object, lambda row: view.matter(row.object)),
        _text("person", _("人员"), lambda row: row.person),
        _text("one", _("环节"), lambda row: row.one),
        _text("other", _("不得同一人的环节"), lambda row: row.other),
        _text(
            "clause",
            _("依据"),
            lambda row: view.clause_words(row.clause),
            lambda row: view.clause(row.clause),
        ),
    ]


def _lates(view: View) -> list[Column]:
    return [
        _text("object", _("事项"), lambda row: row.object, lambda row: view.matter(row.object)),
        _text("target", _("环节"), lambda row: row.target, lambda row: view.step(row.target)),
        _text("post", _("岗位"), lambda row: row.post),
        _text("person", _("人员"), lambda row: row.person or "—"),
        Column("begun", _("到达"), lambda row: moment_of(row.begun_at), "begun", "time"),
        _number("used", _("已用（工作日）"), lambda row: row.used),
        _number("limit", _("时限（工作日）"), lambda row: row.limit),
        Column(
            "open",
            _("状态"),
            lambda row: _("在办") if row.is_open else _("已办"),
            "open",
            "status",
            tone=lambda row: "bad" if row.is_open else "off",
        ),
        _text(
            "clause",
            _("依据"),
            lambda row: view.clause_words(row.clause),
            lambda row: view.clause(row.clause),
        ),
    ]


def _deviations(view: View) -> list[Column]:
    return [
        _text("object", _("事项"), lambda row: row.object, lambda row: view.matter(row.object)),
        _text("kind", _("偏离"), lambda row: _(DEVIATIONS[row.kind])),
        _text("step", _("环节"), lambda row: row.step),
        _text("post", _("岗位"), lambda row: row.post or "—"),
        _text("person", _("人员"), lambda row: row.person or "—"),
        Column("at", _("时间"), lambda row: moment_of(row.at), "at", "time"),
        _number("extra", _("多用（工作日）"), lambda row: row.extra_days),
        _text(
            "clause",
            _("依据"),
            lambda row: view.clause_words(row.clause),
            lambda row: view.clause(row.clause),
        ),
    ]


def _conform(view: View) -> list[conformance.DeviationRow]:
    judge = trail_log.judge_of(view.held.source, view.held.store)
    return conformance.rows(view.store, conformance.conform(view.store, judge))


def _unlike(view: View) -> list[Column]:
    return [
        _text("object", _("事项"), lambda row: row.object, lambda row: view.matter(row.object)),
        _text("peers", _("同类"), lambda row: _("流程版本%(version)s") % {"version": row.peers}),
        _number("days", _("全程（工作日）"), lambda row: row.days),
        _number("low", _("同类下限"), lambda row: row.low),
        _number("high", _("同类上限"), lambda row: row.high),
        _number("count", _("同类事项数"), lambda row: row.count),
    ]


def _versions(view: View) -> Callable[[int], str]:
    values = view.attribute("version")
    return lambda number: values.get(number, "")


def _drivers(view: View) -> list[Column]:
    def interval(each: peers.Interval) -> str:
        return f"{each.share:.1%}（{each.low:.1%}–{each.high:.1%}，{each.hits}/{each.of}）"

    return [
        _text("attribute", _("属性"), lambda row: _(ATTRIBUTES.get(row.attribute, row.attribute))),
        _text(
            "value",
            _("值"),
            lambda row: row.value,
            lambda row: (
                view.matters(**{row.attribute: row.value}) if row.attribute in ("unit", "year") else ""
            ),
        ),
        _text("inside", _("逾期占比（95%区间，件数）"), lambda row: interval(row.inside)),
        _text("outside", _("其余的逾期占比"), lambda row: interval(row.outside)),
    ]


def _remaining(_view: View) -> list[Column]:
    return [
        _text("type", _("到达环节"), lambda row: row.type),
        _number("count", _("事项数"), lambda row: row.count),
        _number("p50", _("剩余P50（工作日）"), lambda row: row.p50_days),
        _number("p80", _("剩余P80（工作日）"), lambda row: row.p80_days),
        _number("tested", _("检验件数"), lambda row: row.tested),
        _number("error", _("平均误差（工作日）"), lambda row: row.error_days),
        _number("plain", _("不分环节的误差"), lambda row: row.plain_error_days),
    ]


def _sides(part: str) -> Callable[[View], list[Column]]:
    def columns(view: View) -> list[Column]:
        return [
            _text(
                "name",
                _(ATTRIBUTES[part]),
                lambda row: row.name,
                lambda row: view.matters(**{part: row.name}),
            ),
            _number(
                "cases", _("事项数"), lambda row: row.cases, lambda row: view.matters(**{part: row.name})
            ),
            _number("ended", _("两个环节以上"), lambda row: row.ended),
            _number("median", _("全程中位数（工作日）"), lambda row: row.median_days),
            _number("p95", _("全程P95（工作日）"), lambda row: row.p95_days),
            _number("steps", _("每件环节数"), lambda row: row.steps_a_case),
            _number("persons", _("经办人数"), lambda row: row.persons),
        ]

    return columns


def _attribute_sides(part: str) -> Callable[[View], list[peers.Side]]:
    return lambda view: peers.sides(view.store, view.attribute(part).get)


TOPICS: Mapping[str, Topic] = {
    "flows": Topic(
        gettext_noop("堵在哪里"),
        gettext_noop("按超出中位数的工作日合计排列，最堵的在前"),
        lambda view: flows.flows(view.store),
        _flows,
    ),
    "desks": Topic(
        gettext_noop("堵在谁处"),
        gettext_noop("各岗位、人员、环节的等待，与同类环节的中位数相比"),
        lambda view: desks.desks(view.store),
        _desks,
    ),
    "steps": Topic(
        gettext_noop("环节"),
        gettext_noop("等待自上一环节起，按工作日历计"),
        lambda view: flows.steps(view.store),
        _steps,
    ),
    "late": Topic(
        gettext_noop("逾期"),
        gettext_noop("按实际运行的时钟，逾期最多的在前"),
        lambda view: view.lates,
        _lates,
        is_of_process=True,
    ),
    "variants": Topic(
        gettext_noop("变体"),
        gettext_noop("事项实际走过的不同路径"),
        lambda view: variants.variants(view.store),
        _variants,
    ),
    "deviations": Topic(
        gettext_noop("偏离"),
        gettext_noop("与事项开始时有效的流程版本对照"),
        _conform,
        _deviations,
        is_of_process=True,
    ),
    "four_eyes": Topic(
        gettext_noop("同一人办两环节"),
        gettext_noop("流程规定不得同一人办理的两个环节由一人办理"),
        lambda view: variants.four_eyes(view.store, trail_log.pairs_of(view.held.source)),
        _four_eyes,
        is_of_process=True,
    ),
    "rework": Topic(
        gettext_noop("重办"),
        gettext_noop("同一事项同一环节再次办理，与上一次的人员对照"),
        lambda view: variants.rework(view.store),
        _rework,
    ),
    "handovers": Topic(
        gettext_noop("交接"), gettext_noop("谁交给谁"), lambda view: desks.handovers(view.store), _handovers
    ),
    "ping_pong": Topic(
        gettext_noop("往返"),
        gettext_noop("交出后立即回到原处"),
        lambda view: desks.ping_pong(view.store),
        _between("bounce"),
    ),
    "batches": Topic(
        gettext_noop("成批办理"),
        gettext_noop("同一人同一环节在5分钟内连续办理三件以上"),
        lambda view: desks.batches(view.store),
        _batches,
    ),
    "unlike": Topic(
        gettext_noop("同类不同办"),
        gettext_noop("全程时间在同类的四分位距界限之外；同类不足10件的不列"),
        lambda view: peers.unlike(view.store, _versions(view)),
        _unlike,
    ),
    "drivers": Topic(
        gettext_noop("逾期集中在哪"),
        gettext_noop("逾期占比的95%威尔逊区间与其余事项不重叠，且两边各不少于30件"),
        lambda view: peers.drivers(view.store, [each.object for each in view.lates]),
        _drivers,
        is_of_process=True,
    ),
    "remaining": Topic(
        gettext_noop("剩余时间"),
        gettext_noop("由前七成事项得出，用后三成检验；误差如实列出"),
        lambda view: peers.remaining(view.store),
        _remaining,
    ),
    "units": Topic(
        gettext_noop("各单位对照"), gettext_noop("按承办单位"), _attribute_sides("unit"), _sides("unit")
    ),
    "years": Topic(
        gettext_noop("各年度对照"), gettext_noop("按立项年度"), _attribute_sides("year"), _sides("year")
    ),
}
