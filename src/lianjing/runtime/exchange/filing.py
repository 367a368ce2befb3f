"""A feed that comes as a file is taken whole or not at all; what is unusual about it is said before anything is written."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from statistics import median

from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput
from lianjing.runtime.exchange.declaration import Declared
from lianjing.runtime.exchange.models import Feed, FeedRun, FeedState
from lianjing.runtime.exchange.running import STOPPED, judge, note
from lianjing.runtime.exchange.services import register
from lianjing.runtime.exchange.taking import Taken, take
from lianjing.runtime.org.queries import actor_with
from lianjing.runtime.trail.act import legal_day

UNUSUAL = 10  # times more or fewer rows than usual
REMEMBERED = 12  # good deliveries that say what is usual


def expected_rows(each: Declared, feed: Feed) -> tuple[int, int]:
    """Return the least and the most rows that are believed: around the last good deliveries, else as declared."""
    runs = FeedRun.objects.filter(feed=feed, row_count__gt=0).exclude(result="failed").order_by("-id")
    counts = list(runs.values_list("row_count", flat=True)[:REMEMBERED])
    if counts:
        usual = median(counts)
        return int(usual // UNUSUAL) + 1, int(usual * UNUSUAL) - 1
    return each.volume or (0, sys.maxsize)


def take_rows(
    each: Declared,
    items: Sequence[Mapping[str, str]],
    *,
    person_id: int,
    now: datetime,
    reason: str = "",
) -> FeedRun:
    """Take all rows of a file in by the post that answers for the feed.

    BadInput for a row that can't be read, or for ten times the usual rows without a reason; then nothing is written
    but the failed run. Rows that were there already leave no event, so an interrupted import is simply repeated.
    """
    actor = actor_with(person_id, each.owner_post, legal_day(now))
    feed = register(each, now)
    if feed.status == STOPPED:
        raise BadInput(_("该数据源已停用"), "feed")
    least, most = expected_rows(each, feed)
    warning = _("本次%(rows)d行，明显少于通常") % {"rows": len(items)} if len(items) < least else ""
    try:
        if len(items) > most and not reason.strip():
            raise BadInput(
                _("本次%(rows)d行，超过可信的%(most)d行；整份文件未导入，核对无误后写明理由再导入")
                % {"rows": len(items), "most": most},
                "file",
            )
        _require_sound(each, items)
    except BadInput as error:
        note(feed, each.direction.value, Taken(rows=len(items)), "failed", str(error), now)
        raise
    taken = take(each, feed, items, now, actor=actor)
    said = "；".join(part for part in (warning, reason.strip()) if part)
    run = note(feed, each.direction.value, taken, "warning" if said else "good", said, now)
    FeedState.objects.update_or_create(
        feed=feed, defaults={"ok_at": now, "failures": 0}, create_defaults={"connected_at": now, "ok_at": now}
    )
    judge(each, feed, now)
    return run


def _require_sound(each: Declared, items: Sequence[Mapping[str, str]]) -> None:
    if each.parse is None:
        raise BadInput(_("该数据源不以文件导入"), "feed")
    for item in items:
        try:
            each.parse(item)
        except BadInput as error:
            raise BadInput(
                _("第%(line)s行：%(fault)s；整份文件未导入") % {"line": item.get("id", ""), "fault": error},
                "file",
            ) from error
