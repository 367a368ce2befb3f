"""One reader's look at one process or one log from elsewhere: what is behind every view of the analysis."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _

from lianjing.analysis.mining import flows, peers, trail_log
from lianjing.analysis.mining.late import Late
from lianjing.analysis.mining.live import Held, held, narrowed
from lianjing.analysis.mining.store import Store
from lianjing.runtime import codes
from lianjing.runtime.process.models import ProcessInstance
from lianjing.runtime.process.scope import visible_to
from lianjing.runtime.regulation.queries import clause_title, graph_of
from lianjing.runtime.trail.act import legal_day
from lianjing.web.access import PageRequest
from lianjing.web.analysis_classes import class_words, ended_of
from lianjing.web.analysis_filter import IN_TIME, LABELS, LATE, LEARNT, RUNNING, Stack
from lianjing.web.analysis_logs import held_log, log_choices, log_of
from lianjing.web.discovered import shown_of
from lianjing.web.words import clause_address, procedure_words


@dataclass(eq=False)
class View:
    """One reader's look at one process: the log behind it, narrowed by his stack and his scope."""

    held: Held
    stack: Stack
    visible: frozenset[int] | None  # matters that the reader may open; None of a log from elsewhere
    now: datetime
    objects: set[int] = field(init=False)

    def __post_init__(self) -> None:
        found = self.stack.objects(self.held, self.visible, lambda: [each.object for each in self._all_lates])
        if self.stack.beyond:
            found = _beyond(self.held.store, found, self.stack.beyond)
        self.objects = self._half(found) if self.stack.half else found

    def _half(self, found: set[int]) -> set[int]:
        """The objects behind a row of the remaining time among these."""
        stack = self.stack
        ended = narrowed(self.held.store, found & ended_of(self.held))
        return peers.remaining_objects(ended, stack.reached, stack.reached_at, learns=stack.half == LEARNT)

    @property
    def is_foreign(self) -> bool:
        """True for a log from elsewhere: no process, no clocks, no matters."""
        return self.visible is None

    @cached_property
    def store(self) -> Store:
        """The narrowed store."""
        return narrowed(self.held.store, self.objects)

    @cached_property
    def ended(self) -> Store:
        """The narrowed store without what still runs."""
        return narrowed(self.held.store, self.objects & ended_of(self.held))

    @cached_property
    def _all_lates(self) -> list[Late]:
        return trail_log.late_items(self.held.source, self.now)

    @cached_property
    def lates(self) -> list[Late]:
        """The late steps of these matters, done or open, by the clocks that really ran."""
        names = {self.held.store.objects.text(number) for number in self.objects}
        return [each for each in self._all_lates if each.object in names]

    def attribute(self, name: str) -> dict[int, str]:
        """An attribute of the objects that are left, by object number."""
        values = self.held.attribute(name)
        return {number: values[number] for number in self.objects if number in values}

    def matters(self, **changes: str) -> str:
        """The address of the matters behind a number."""
        return f"{reverse('analysis_matters')}?{self.stack.query(**changes)}"

    def matter(self, label: str) -> str:
        """The address of one matter's file; of a log from elsewhere that of its events."""
        if self.is_foreign:
            return f"{reverse('analysis_case')}?{urlencode({'process': self.stack.process, 'matter': label})}"
        return reverse("matter", args=[self.held.matters[label]]) if label in self.held.matters else ""

    def step(self, label: str) -> str:
        """The address of one step over the year; none for a return, which has no clock."""
        key = self.keys.get(label)
        process = self.stack.process
        return (
            f"{reverse('analysis_step')}?{urlencode({'process': process, 'step': f'{process}.{key}'})}"
            if key
            else ""
        )

    @cached_property
    def keys(self) -> dict[str, str]:
        """The key of each step by its name in the log."""
        return {label: key for key, label in self.held.source.names.items()}

    def clause(self, reference: str) -> str:
        """The address of a clause as it stood on the day."""
        return clause_address(reference, legal_day(self.now)) if reference else ""

    def clause_words(self, reference: str) -> str:
        """A clause by its title."""
        return clause_title(reference, legal_day(self.now)) if reference else "—"


def _beyond(store: Store, objects: set[int], beyond: str) -> set[int]:
    """Return the objects whose way holds a step or an arrow that a map of so many steps and arrows does not show."""
    steps, _dot, arrows = beyond.partition(".")
    if not (steps.isdecimal() and arrows.isdecimal() and len(beyond) < 10):
        return set()
    seen = narrowed(store, objects)
    kept, drawn = shown_of(flows.steps(seen), flows.flows(seen), int(steps), int(arrows))
    return hidden_objects(seen, {each.type for each in kept}, {(each.origin, each.target) for each in drawn})


def hidden_objects(store: Store, kept: set[str], drawn: set[tuple[str, str]]) -> set[int]:
    """Return the objects that did a step or went over an arrow that is not among these."""
    number = store.types.numbers
    pairs = {(number[one], number[other]) for one, other in drawn}
    types = {number[name] for name in kept}
    rows = store.all("SELECT type, next_type, LIST(DISTINCT object) FROM step GROUP BY type, next_type")
    return {
        each
        for kind, after, objects in rows
        if kind not in types or (after is not None and (kind, after) not in pairs)
        for each in objects
    }


def _processes(request: PageRequest) -> list[tuple[str, str]]:
    """Return the processes that have matters in the reader's scope, the most first; then the logs from elsewhere."""
    visible = visible_to(request.who.id, request.today)
    counted = (
        ProcessInstance.objects.filter(matter__in=visible.values("id"))
        .values_list("definition__key")
        .annotate(n=Count("pk"))
        .order_by("-n", "definition__key")
    )
    words = procedure_words()
    return [(key, words.get(key, key)) for key, _n in counted] + log_choices(request)


def status_of(context: dict[str, Any]) -> int:
    """Return the status of the answer: not found where the address names a process that the reader does not have."""
    return 404 if "unknown" in context else 200


def view_of(request: PageRequest) -> tuple[View | None, dict[str, Any]]:
    """Return the look that the address asks for and the context that every view of the analysis shows.

    No look where there is nothing to see; a process that the reader does not have is `unknown`.
    """
    processes = _processes(request)
    keys = [key for key, _word in processes]
    if not keys:
        return None, {"processes": [], "stack": None}
    chosen = request.GET.get("process", "")
    if chosen and chosen not in keys:
        return None, {"processes": processes, "stack": None, "unknown": chosen[:100]}
    key = chosen or keys[0]
    view = seen(request, Stack.of(request, key))
    return view, {
        "stack": view.stack,
        "chips": [
            each | {"label": _(LABELS[each["name"]]), "value": _chip(view, each)} for each in view.stack.chips
        ],
        "processes": processes,
        "process_word": dict(processes)[key],
        "units": units_of(view),
        "outcomes": _outcomes(view),
        "lates": [] if view.is_foreign else [(LATE, _("有逾期")), (IN_TIME, _("无逾期"))],
        "stack_query": view.stack.query(),
        "clear_query": Stack(key).query(),
        "objects": len(view.objects),
        "made_at": view.held.made_at,
        "foreign": log_of(key),
    }


def seen(request: PageRequest, stack: Stack) -> View:
    """Return the reader's look through a stack whose process he may see."""
    row = log_of(stack.process)
    if row is not None:
        log = held_log(row, request.now)
        with log.lock:
            return View(log, stack, None, request.now)
    instances = ProcessInstance.objects.filter(definition__key=stack.process)
    visible = visible_to(request.who.id, request.today).filter(id__in=instances.values("matter_id"))
    log = held(stack.process, now=request.now)
    with log.lock:
        return View(log, stack, frozenset(visible.values_list("id", flat=True)), request.now)


def units_of(view: View) -> list[str]:
    """Return the units of the log's objects."""
    return sorted({value for value in view.held.attribute("unit").values() if value})


def _outcomes(view: View) -> list[tuple[str, str]]:
    found = sorted(set(view.held.outcomes.values()))
    return [(each or RUNNING, outcome_word(view, each)) for each in found]


def outcome_word(view: View, outcome: str) -> str:
    """Return how an object ended: the name of the process's end, or that it was broken off."""
    if view.is_foreign or outcome in ("", RUNNING):
        return outcome if view.is_foreign else _("在办")
    for version in reversed(view.held.source.definitions):
        node = graph_of(version).nodes.get(outcome)
        if node is not None:
            return node.name or _("办结")
    return codes.label("matter_outcome", outcome)


def _chip(view: View, chip: dict[str, str]) -> str:
    """A part of the stack as the reader reads it."""
    if chip["name"] == "late":
        return _("有逾期") if chip["value"] == LATE else _("无逾期")
    if chip["name"] == "outcome":
        return outcome_word(view, chip["value"])
    if chip["name"] == "like":
        return class_words(chip["value"])
    if chip["name"] == "apart":
        name, _is, value = chip["value"].partition("=")
        return _("%(attribute)s不是%(value)s") % {"attribute": _(LABELS.get(name, name)), "value": value}
    if chip["name"] == "half":
        return _("由此得出的前七成") if chip["value"] == LEARNT else _("用来检验的后三成")
    if chip["name"] == "further":
        return _("两个以上")
    if chip["name"] == "beyond":
        steps, _dot, arrows = chip["value"].partition(".")
        return _("图中%(steps)s个环节、%(arrows)s条路径以外") % {"steps": steps, "arrows": arrows}
    return chip["value"]
