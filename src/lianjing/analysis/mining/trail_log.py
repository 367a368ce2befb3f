"""The trail as an event log: the steps done in the matters of one process, with who held which post in which unit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import QuerySet

from lianjing.analysis.mining.compiled import compile_graph
from lianjing.analysis.mining.conformance import Judge
from lianjing.analysis.mining.late import Late
from lianjing.analysis.mining.net import Net
from lianjing.analysis.mining.store import Event, Store
from lianjing.analysis.mining.variants import Pair
from lianjing.analysis.mining.worktime import EPOCH, WorkTime
from lianjing.kernel.process.calendar import OFFICE_HOURS
from lianjing.kernel.process.interpret import WITHDRAWN
from lianjing.kernel.process.node import Task
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.org.models import Person, Post, Unit
from lianjing.runtime.process.clocks import calendar
from lianjing.runtime.process.models import CalendarDay, ProcessInstance, WorkItem
from lianjing.runtime.regulation.models import Definition
from lianjing.runtime.regulation.queries import graph_of
from lianjing.runtime.trail.models import Event as Act

RETURN = ".return"
TAKEN_BACK = ".take_back"
RETURNED = "（退回）"
BROKEN_OFF = frozenset((WITHDRAWN, "terminated"))
SHANGHAI_MINUTES = 480
START = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Source:
    """The log of one process: its versions with the matters that began under each, and the names of its steps."""

    key: str
    definitions: tuple[Definition, ...]
    matters: dict[int, int]  # matter → definition
    titles: dict[int, str]
    names: dict[str, str]  # step key → the label in the log


def source_of(key: str, matters: QuerySet[Matter] | None = None) -> Source:
    """Return the log of a process; its matters are those of `matters`, all where it is None."""
    instances = ProcessInstance.objects.filter(definition__key=key)
    if matters is not None:
        instances = instances.filter(matter__in=matters)
    pairs = dict(instances.values_list("matter_id", "definition_id"))
    versions = tuple(Definition.objects.filter(key=key, kind="process").order_by("version"))
    titles = dict(Matter.objects.filter(id__in=instances.values("matter_id")).values_list("id", "code"))
    return Source(key, versions, pairs, titles, _names(versions))


def _names(versions: tuple[Definition, ...]) -> dict[str, str]:
    """Return a label for each step key: its latest name; with the key where two steps share a name."""
    named = {task.id: task.name for version in versions for task in graph_of(version).tasks}
    often = Counter(named.values())
    return {key: name if often[name] == 1 else f"{name}〔{key}〕" for key, name in named.items()}


def label_of(source: Source, matter_id: int) -> str:
    """Return how a matter is named in the log: its number, else its id."""
    return source.titles.get(matter_id) or f"#{matter_id}"


def events_of(source: Source) -> Iterator[Event]:
    """Yield the steps done and returned, in the order of the trail.

    Refused attempts are no steps, nor is what was taken back: it is done again. What several do at once (a joint
    review) is one step with the last of them; until then it is not done, and left out.
    """
    undone, rounds, unfinished = _taken_back(source), *_rounds(source)
    persons = dict(Person.objects.values_list("id", "name"))
    posts = dict(Post.objects.values_list("id", "name"))
    units = dict(Unit.objects.values_list("id", "name"))
    acts = Act.objects.filter(act__startswith=f"{source.key}.", is_refused=False).exclude(step_key="")
    rows = acts.order_by("recorded_at", "object", "oseq").values_list(
        "id", "act", "step_key", "matter_id", "person_id", "post_id", "unit_id", "recorded_at"
    )
    for key, act, step, matter, person, post, unit, moment in rows.iterator():
        label = _label(source, act, step)
        together = rounds.get((matter, step, moment), "")
        if matter in source.matters and label and key not in undone and (matter, together) not in unfinished:
            yield Event(
                label_of(source, matter),
                label,
                persons.get(person or 0, ""),
                posts.get(post or 0, ""),
                units.get(unit or 0, ""),
                (moment - START) // MICROSECOND,
                together if act == f"{source.key}.{step}" else "",
            )


def _rounds(
    source: Source,
) -> tuple[dict[tuple[int | None, str, datetime], str], set[tuple[int | None, str]]]:
    """Return to which round of a step for several at once an act belongs, by its moment; and the rounds still open."""
    rounds: dict[tuple[int | None, str, datetime], str] = {}
    unfinished: set[tuple[int | None, str]] = set()
    items = WorkItem.objects.filter(instance__definition__key=source.key).exclude(element="")
    for matter, step, number, closed in items.values_list("matter_id", "step_key", "round", "closed_at"):
        if closed is None:
            unfinished.add((matter, f"{step} {number}"))
        else:
            rounds[matter, step, closed] = f"{step} {number}"
    return rounds, unfinished


def _taken_back(source: Source) -> set[str]:
    """Return the ids of the acts that were taken back: of each step of a matter the last one before."""
    last: dict[tuple[int | None, str], str] = {}
    undone = set()
    backs = Act.objects.filter(act__startswith=f"{source.key}.", act__endswith=TAKEN_BACK, is_refused=False)
    matters = set(backs.values_list("matter_id", flat=True))
    acts = Act.objects.filter(act__startswith=f"{source.key}.", matter_id__in=matters, is_refused=False)
    for key, act, step, matter in acts.order_by("recorded_at", "object", "oseq").values_list(
        "id", "act", "step_key", "matter_id"
    ):
        if act == f"{source.key}.{step}":
            last[matter, step] = key
        elif act.endswith(TAKEN_BACK) and (matter, step) in last:
            undone.add(last[matter, step])
    return undone


def _label(source: Source, act: str, step: str) -> str:
    name = source.names.get(step, "")
    if not name:
        return ""
    if act == f"{source.key}.{step}":
        return name
    return f"{name}{RETURNED}" if act == f"{source.key}.{step}{RETURN}" else ""


def attributes_of(source: Source) -> dict[str, dict[str, str]]:
    """Return what objects may have in common: unit, version of the process, year of the beginning."""
    units = dict(Unit.objects.values_list("id", "name"))
    versions = {version.pk: str(version.version) for version in source.definitions}
    found: dict[str, dict[str, str]] = {"unit": {}, "version": {}, "year": {}}
    rows = Matter.objects.filter(id__in=source.matters).values_list("id", "unit_id", "opened_on")
    for matter, unit, opened in rows.iterator():
        label = label_of(source, matter)
        found["unit"][label] = units.get(unit or 0, "")
        found["version"][label] = versions[source.matters[matter]]
        found["year"][label] = str(opened.year)
    return found


def worktime() -> WorkTime:
    """Return the installation's working days; office hours are those of the kernel's calendar."""
    days = CalendarDay.objects.values_list("legal_day", "is_working")
    return WorkTime(
        "calendar_day",
        SHANGHAI_MINUTES,
        {(day - EPOCH).days: is_working for day, is_working in days},
        OFFICE_HOURS,
    )


def net_of(source: Source, definition: Definition) -> Net:
    """Compile a version: steps by the labels of the log, with the returns that it allows; a called process has its own."""
    return compile_graph(graph_of(definition), definition.xml, source.names, returned=RETURNED)


def pairs_of(source: Source) -> list[Pair]:
    """Return the pairs of steps that one person must not both do, by the newest version, with the clause."""
    if not source.definitions:
        return []
    graph = graph_of(source.definitions[-1])
    tasks: dict[str, Task] = {task.id: task for task in graph.tasks}
    return [
        Pair(source.names[task.id], source.names[other], task.clause)
        for task in tasks.values()
        for other in task.differs_from
        if other in tasks
    ]


def late_items(source: Source, now: datetime) -> list[Late]:
    """Return the steps done after their day, and open ones whose day has passed, by the clocks that really ran."""
    items = WorkItem.objects.filter(matter_id__in=source.matters, due_at__isnull=False)
    found = []
    for item in items.select_related("person", "post").order_by("id").iterator():
        ended = item.closed_at or now
        if item.due_at is None or ended <= item.due_at or item.outcome not in ("", "done", "returned"):
            continue
        used = calendar().working_days_used(item.opened_at, ended)
        limit = calendar().working_days_used(item.opened_at, item.due_at)
        found.append(
            Late(
                label_of(source, item.matter_id),
                "*",
                source.names.get(item.step_key, item.name),
                item.clause,
                item.person.name if item.person else "",
                item.post.name,
                (item.opened_at - START) // MICROSECOND,
                float(used),
                float(limit),
                "working_days",
                item.closed_at is None,
            )
        )
    return sorted(found, key=lambda each: (each.limit - each.used, each.object))


def judge_of(source: Source, store: Store) -> Callable[[int], Judge]:
    """Return, for an object number of the store, the net of the version it began under and whether it is still open.

    What was withdrawn or terminated is judged as far as it came, like an open one.
    """
    nets = {version.pk: net_of(source, version) for version in source.definitions}
    instances = ProcessInstance.objects.filter(matter_id__in=source.matters)
    judges = {}
    rows = instances.values_list("matter_id", "definition_id", "ended_at", "outcome")
    for matter, definition, ended, outcome in rows:
        number = store.objects.numbers.get(label_of(source, matter))
        if number is not None:
            judges[number] = Judge(nets[definition], is_open=ended is None or outcome in BROKEN_OFF)
    return judges.__getitem__
