"""A feed that falls silent raises a finding as surely as one that says too much: what it should show, nobody sees."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.utils.translation import gettext as _

from lianjing.runtime.exchange import queries
from lianjing.runtime.exchange.queries import Standing
from lianjing.runtime.finding import detection, indicator_versions
from lianjing.runtime.finding.detection import Detected, Stored

CODE = "M-Q01"
RULE = "status = red"  # what `queries.standing` says: no good run for longer than the feed promises
MODEL = indicator_versions.Indicator(
    code=CODE,
    version=1,
    title="数据源静默",
    title_en="A feed is silent",
    domain="supervision",
    severity="yellow",
    sql_sha256=hashlib.sha256(RULE.encode()).hexdigest(),
    evidences="应报未报、数据中断",
    source="数据对接约定的时效",
)


def silent(now: datetime) -> list[Detected]:
    """Return a finding for each feed without a good run for longer than it promises."""
    return [_detected(each, now) for each in queries.standings(now) if _is_silent(each)]


def _is_silent(each: Standing) -> bool:
    return each.status == "red" and each.state is not None and each.state.connected_at is not None


def _detected(each: Standing, now: datetime) -> Detected:
    assert each.state is not None
    since = each.state.ok_at or each.state.connected_at
    hours = int((now - since).total_seconds() // 3600) if since is not None else 0
    return Detected(
        code=CODE,
        version=1,
        subject=f"feed:{each.feed.pk}",
        part=since.isoformat() if since is not None else "",
        score=1.0,
        severity=MODEL.severity,
        facts={"silent_hours": hours, "fresh_hours": int(each.declared.fresh.total_seconds() // 3600)},
        evidence=(("feed", str(each.feed.pk)),),
        persons=(),
        parameters={},
        explanation=_("数据源“%(name)s”已有%(hours)s小时没有成功更新")
        % {"name": each.feed.name, "hours": hours},
        explanation_en=f"The feed {each.feed.code} has had no good run for {hours} hours",
    )


def note_silent(now: datetime) -> Stored:
    """Keep a finding for each silent feed; one silence is one finding, however often it is looked at."""
    indicator_versions.register(MODEL, now)
    return detection.store(silent(now), run=f"feeds-{now:%Y%m%d%H%M%S}", scope="full", now=now)
