"""The past as a replay reads it: what people did, what tables answered, who did it and how long it took."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from statistics import median

from django.db.models import Q, QuerySet

from lianjing.kernel.process.action import Action, action_from_dict
from lianjing.kernel.process.calendar import UnknownYear
from lianjing.runtime.documents.models import Document
from lianjing.runtime.process.clocks import calendar
from lianjing.runtime.process.models import CalledProcess, DecisionLog, ProcessInstance, WorkItem
from lianjing.runtime.process.moved import MIGRATE
from lianjing.runtime.trail.act import legal_day
from lianjing.runtime.trail.models import Body

ENOUGH = 5  # finished items of a step from which "usual" may be said
LATEST = 400  # how many of the latest are looked at


@dataclass
class PastMatter:
    """One process as it went. `answers` holds for each table its days and outputs in order; `items` what was closed."""

    instance: ProcessInstance
    actions: list[Action] = field(default_factory=list)
    answers: dict[str, list[tuple[date, dict[str, object]]]] = field(default_factory=dict)
    items: list[WorkItem] = field(default_factory=list)
    papers: set[str] = field(default_factory=set)
    is_whole: bool = False  # every action is on record


def instances(keys: Iterable[str], since: date | None, until: date | None) -> QuerySet[ProcessInstance]:
    """Return the processes of these keys that began in the span, both days included, the oldest first."""
    rows = ProcessInstance.objects.filter(definition__key__in=sorted(keys))
    if since is not None:
        rows = rows.filter(started_at__date__gte=since)
    if until is not None:
        rows = rows.filter(started_at__date__lte=until)
    return rows.select_related("definition", "matter").order_by("id")


def past_of(rows: Sequence[ProcessInstance]) -> list[PastMatter]:
    """Read what is on record of these processes, in a few statements for all."""
    found = {row.pk: PastMatter(row) for row in rows}
    by_matter = {row.matter_id: found[row.pk] for row in rows}
    noted = _noted(rows)
    for past in found.values():
        own = sorted(noted.get(past.instance.pk, []), key=lambda pair: pair[0])
        past.actions = [action for _ver, action in own]
        past.is_whole = [ver for ver, _action in own] == list(range(1, past.instance.ver + 1))
    for log in DecisionLog.objects.filter(matter_id__in=by_matter).order_by("id"):
        answers = by_matter[log.matter_id].answers.setdefault(log.decision_key, [])
        answers.append((legal_day(log.decided_at), json.loads(log.outputs)))
    for item in WorkItem.objects.filter(matter_id__in=by_matter).order_by("id"):
        by_matter[item.matter_id].items.append(item)
    for matter_id, kind in Document.objects.filter(matter_id__in=by_matter).values_list("matter_id", "kind"):
        by_matter[matter_id].papers.add(kind)
    return list(found.values())


def _noted(rows: Sequence[ProcessInstance]) -> dict[int, list[tuple[int, Action]]]:
    """The recorded actions by process; where one called another, the acts of the whole root matter are read."""
    wanted = {row.pk for row in rows}
    bound = CalledProcess.objects.filter(Q(caller__in=wanted) | Q(called__in=wanted))
    pairs = [pair for row in bound.values_list("caller_id", "called_id") for pair in row]
    roots = {row.matter.root_id or row.matter_id for row in rows if row.pk in pairs}
    places = Q(event__matter_id__in=[row.matter_id for row in rows])
    if roots:
        places |= Q(event__root_matter_id__in=roots)
    noted: dict[int, list[tuple[int, Action]]] = {}
    for content in Body.objects.filter(places).values_list("content", flat=True).iterator():
        for instance_id, ver, action in _actions_in(bytes(content)):
            if instance_id in wanted:
                noted.setdefault(instance_id, []).append((ver, action))
    return noted


def _actions_in(content: bytes) -> Iterator[tuple[int, int, Action]]:
    if b'"process":' not in content:
        return
    body = json.loads(content)
    for each in (body["process"], *body.get("processes", ())):
        if each["action"]["act"] != MIGRATE:
            yield each["instance"], each["ver"], action_from_dict(each["action"])


@dataclass
class Usual:
    """How long steps usually take, by the latest finished items; asked once a step."""

    known: dict[tuple[str, str], tuple[Decimal, int] | None] = field(default_factory=dict)

    def days(self, process: str, step: str) -> tuple[Decimal, int] | None:
        """Return the median in working days and the number of items it rests on; None where there are too few."""
        if (process, step) not in self.known:
            self.known[process, step] = _median(process, step)
        return self.known[process, step]


def _median(process: str, step: str) -> tuple[Decimal, int] | None:
    rows = WorkItem.objects.filter(
        instance__definition__key=process, step_key=step, outcome="done", closed_at__isnull=False
    ).order_by("-id")[:LATEST]
    taken = [days for item in rows if (days := taken_days(item)) is not None]
    return (Decimal(median(taken)), len(taken)) if len(taken) >= ENOUGH else None


def taken_days(item: WorkItem) -> Decimal | None:
    """Return the office time that a closed item took in working days; None outside the calendar."""
    assert item.closed_at is not None
    try:
        return calendar().working_days_used(item.opened_at, item.closed_at)
    except UnknownYear:
        return None
