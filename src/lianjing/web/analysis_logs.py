"""Event logs from elsewhere on the pages of the analysis: for supervisors, whom no matter's scope binds."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from lianjing.analysis.mining import live, trail_log
from lianjing.analysis.mining.store import Event, Store
from lianjing.analysis.mining.worktime import weekdays
from lianjing.intake.eventlog.opening import stored
from lianjing.intake.eventlog.reading import usable
from lianjing.runtime.batch.event_logs import logs, place_of
from lianjing.runtime.batch.models import EventLog
from lianjing.runtime.org.queries import is_supervisor
from lianjing.web.access import PageRequest

MARK = "log."  # what names a log in the stack, where a process has its key
MOST_CHOICES = 50


def log_choices(request: PageRequest) -> list[tuple[str, str]]:
    """Return the logs whose files are there as choices of the stack, the newest first; none but for supervisors."""
    if not is_supervisor(request.who.id, request.today):
        return []
    return [
        (
            f"{MARK}{row.pk}",
            _("外来日志：%(name)s（%(count)s件）") % {"name": row.process_name, "count": row.object_count},
        )
        for row in logs()[:MOST_CHOICES]
        if place_of(row.batch.sha256).is_file()
    ]


def log_of(key: str) -> EventLog | None:
    """Return the log that a stack names; None for a process."""
    number = key.removeprefix(MARK)
    if not key.startswith(MARK) or not number.isdecimal() or len(number) > 12:
        return None
    return logs().filter(batch_id=int(number)).first()


def held_log(row: EventLog, now: datetime) -> live.Held:
    """Return a log as a held store; its file never changes, so it is read once while it is asked for."""
    return live.held_once(f"{MARK}{row.pk}.{row.batch.sha256}", lambda: _made(row, now))


def _made(row: EventLog, now: datetime) -> live.Held:
    log = stored(row)
    store = Store(memory=live.MEMORY)
    store.load(Event(*each) for each in usable(log, row.zone_minutes))
    for attribute, values in log.attributes.items():
        store.describe(attribute, values.items())
    store.derive(weekdays(row.zone_minutes))
    source = trail_log.Source(f"{MARK}{row.pk}", (), {}, {}, {})
    return live.held_of(store, source, now)


def faults_of(row: EventLog) -> list[dict[str, Any]]:
    """Return what was wrong with a log when it was read: kind, count, remedy, first places."""
    told: list[dict[str, Any]] = json.loads(row.faults or "[]")
    return told
