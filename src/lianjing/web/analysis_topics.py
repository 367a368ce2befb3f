"""What the process analysis tells as tables: one topic a question, each number a link to its matters."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lianjing.analysis.mining import conformance, desks, flows, peers, trail_log, variants
from lianjing.web.analysis_columns import (
    batches_columns,
    between_columns,
    desks_columns,
    deviations_columns,
    flows_columns,
    four_eyes_columns,
    handovers_columns,
    lates_columns,
    rework_columns,
    steps_columns,
    variants_columns,
)
from lianjing.web.analysis_peers import (
    attribute_sides,
    drivers_columns,
    remaining,
    remaining_columns,
    sides_columns,
    unlike,
    unlike_columns,
)
from lianjing.web.analysis_view import View
from lianjing.web.listing import Column


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


def _conform(view: View) -> list[conformance.DeviationRow]:
    judge = trail_log.judge_of(view.held.source, view.held.store)
    return conformance.rows(view.store, conformance.conform(view.store, judge))


TOPICS: Mapping[str, Topic] = {
    "flows": Topic(
        gettext_noop("堵在哪里"),
        gettext_noop("按超出中位数的工作日合计排列，最堵的在前"),
        lambda view: flows.flows(view.store),
        flows_columns,
    ),
    "desks": Topic(
        gettext_noop("堵在谁处"),
        gettext_noop("各岗位、人员、环节的等待，与同类环节的中位数相比"),
        lambda view: desks.desks(view.store),
        desks_columns,
    ),
    "steps": Topic(
        gettext_noop("环节"),
        gettext_noop("等待自上一环节起，按工作日历计"),
        lambda view: flows.steps(view.store),
        steps_columns,
    ),
    "late": Topic(
        gettext_noop("逾期"),
        gettext_noop("按实际运行的时钟，逾期最多的在前"),
        lambda view: view.lates,
        lates_columns,
        is_of_process=True,
    ),
    "variants": Topic(
        gettext_noop("变体"),
        gettext_noop("事项实际走过的不同路径"),
        lambda view: variants.variants(view.store),
        variants_columns,
    ),
    "deviations": Topic(
        gettext_noop("偏离"),
        gettext_noop("与事项开始时有效的流程版本对照"),
        _conform,
        deviations_columns,
        is_of_process=True,
    ),
    "four_eyes": Topic(
        gettext_noop("同一人办两环节"),
        gettext_noop("流程规定不得同一人办理的两个环节由一人办理"),
        lambda view: variants.four_eyes(view.store, trail_log.pairs_of(view.held.source)),
        four_eyes_columns,
        is_of_process=True,
    ),
    "rework": Topic(
        gettext_noop("重办"),
        gettext_noop("同一事项同一环节再次办理，与上一次的人员对照"),
        lambda view: variants.rework(view.store),
        rework_columns,
    ),
    "handovers": Topic(
        gettext_noop("交接"),
        gettext_noop("谁交给谁"),
        lambda view: desks.handovers(view.store),
        handovers_columns,
    ),
    "ping_pong": Topic(
        gettext_noop("往返"),
        gettext_noop("交出后立即回到原处"),
        lambda view: desks.ping_pong(view.store),
        between_columns("bounce"),
    ),
    "batches": Topic(
        gettext_noop("成批办理"),
        gettext_noop("同一人同一环节在5分钟内连续办理三件以上"),
        lambda view: desks.batches(view.store),
        batches_columns,
    ),
    "unlike": Topic(
        gettext_noop("同类不同办"),
        gettext_noop(
            "已办结事项按类型和规模分档相比：全程时间在四分位距界限之外（同类10件以上），或二十件中至多一件如此办结（同类30件以上）"
        ),
        unlike,
        unlike_columns,
    ),
    "drivers": Topic(
        gettext_noop("逾期集中在哪"),
        gettext_noop("逾期占比的95%威尔逊区间与其余事项不重叠，且两边各不少于30件"),
        lambda view: peers.drivers(view.store, [each.object for each in view.lates]),
        drivers_columns,
        is_of_process=True,
    ),
    "remaining": Topic(
        gettext_noop("剩余时间"),
        gettext_noop("由已办结事项的前七成得出，用后三成检验；误差和P80以内办结的占比如实列出"),
        remaining,
        remaining_columns,
    ),
    "units": Topic(
        gettext_noop("各单位对照"), gettext_noop("按承办单位"), attribute_sides("unit"), sides_columns("unit")
    ),
    "years": Topic(
        gettext_noop("各年度对照"), gettext_noop("按立项年度"), attribute_sides("year"), sides_columns("year")
    ),
}
