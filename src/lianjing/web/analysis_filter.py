"""One filter stack for all views of the process analysis: read from the address, carried in every link."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.utils.translation import gettext_noop

from lianjing.analysis.mining.live import Held
from lianjing.runtime.trail.act import LEGAL_ZONE
from lianjing.web.analysis_classes import classes
from lianjing.web.listing import day_of

LONGEST = 200
LABELS: Mapping[str, str] = {
    "since": gettext_noop("开始日起"),
    "until": gettext_noop("开始日止"),
    "unit": gettext_noop("单位"),
    "year": gettext_noop("年度"),
    "version": gettext_noop("流程版本"),
    "apart": gettext_noop("其余"),
    "like": gettext_noop("同类"),
    "size": gettext_noop("规模按"),
    "outcome": gettext_noop("结果"),
    "late": gettext_noop("逾期"),
    "step": gettext_noop("环节"),
    "origin": gettext_noop("从"),
    "target": gettext_noop("到"),
    "person": gettext_noop("人员"),
    "post": gettext_noop("岗位"),
    "variant": gettext_noop("变体"),
    "matter": gettext_noop("事项编号"),
    "again": gettext_noop("重办"),
    "handover": gettext_noop("交接"),
    "bounce": gettext_noop("往返"),
    "batch": gettext_noop("成批办理"),
    "arc": gettext_noop("流程线"),
    "left": gettext_noop("偏离的走向"),
    "back": gettext_noop("退回的走向"),
    "begins": gettext_noop("由此开始"),
    "ends": gettext_noop("至此为止"),
    "further": gettext_noop("环节数"),
    "beyond": gettext_noop("走过未画出的"),
    "half": gettext_noop("剩余时间"),
    "reached": gettext_noop("到达环节"),
    "reached_at": gettext_noop("办理单位"),
}
ARROW = " → "
RUNNING = "running"  # the outcome of what has not ended
LATE, IN_TIME = "late", "in_time"
LEARNT, TESTED = "learnt", "tested"
MORE = "2+"


@dataclass(frozen=True, slots=True)
class Stack:
    """What the reader narrowed the log to; every part may be empty. Names are those of the log."""

    process: str
    since: str = ""
    until: str = ""
    unit: str = ""
    year: str = ""
    version: str = ""
    apart: str = ""  # attribute=value: the objects of all its other values
    like: str = ""  # a class of peers (web/analysis_classes.py), of objects that have ended
    size: str = (
        ""  # the attribute of a log from elsewhere that tells its size bands; narrows nothing by itself
    )
    outcome: str = ""  # of the process, RUNNING while it has none; of a log from elsewhere the last step
    late: str = ""  # LATE: some step is or was; IN_TIME: none
    step: str = ""
    origin: str = ""
    target: str = ""
    person: str = ""
    post: str = ""
    variant: str = ""
    matter: str = ""
    again: str = ""  # a step that was done more than once
    handover: str = ""  # 甲 → 乙: from one person straight to another
    bounce: str = ""  # 甲 → 乙: and straight back to the first
    batch: str = ""  # the first moment of a run of the person at the step, and its seconds
    arc: str = ""  # a flow of the newest version
    left: str = ""  # 甲 → 乙: left the process between these steps; one may be empty
    back: str = ""  # 甲 → 乙: sent back from one step to the other
    begins: str = ""  # the first step
    ends: str = ""  # the last step
    further: str = ""  # MORE: two steps or more
    beyond: str = ""  # steps.arrows: what a map of so many does not show of the ways
    half: str = ""  # LEARNT or TESTED: the half of the ended objects behind a row of the remaining time
    reached: str = ""  # with half: the step of the row
    reached_at: str = ""  # with half: the unit of the row

    @classmethod
    def of(cls, request: HttpRequest, process: str) -> Stack:
        """Read the stack from an address; a day that is none is left out."""
        given = {name: request.GET.get(name, "").strip()[:LONGEST] for name in LABELS}
        for name in ("since", "until"):
            if day_of(given[name]) is None:
                given[name] = ""
        return cls(process, **given)

    def query(self, **changes: str) -> str:
        """Return the stack as the query of an address, with some parts changed."""
        stack = replace(self, **changes)
        return urlencode({each.name: value for each in fields(stack) if (value := getattr(stack, each.name))})

    @property
    def parts(self) -> list[tuple[str, str]]:
        """The parts that are set, as hidden fields of a form carry them."""
        return [(each.name, value) for each in fields(self) if (value := getattr(self, each.name))]

    @property
    def chips(self) -> list[dict[str, str]]:
        """What is narrowed, each with the stack without it."""
        return [
            {"name": name, "value": getattr(self, name), "without": self.query(**{name: ""})}
            for name in LABELS
            if getattr(self, name)
        ]

    def objects(
        self, held: Held, visible: Iterable[int] | None, lates: Callable[[], Iterable[str]] = tuple
    ) -> set[int]:
        """Return the numbers of the objects that the stack leaves, of the matters that the reader may open.

        `visible` None: all, as of a log from elsewhere; `lates` names the objects that are or were late. `beyond` and
        `half` depend on all that is left: View asks for them last.
        """
        numbers = held.store.objects.numbers
        found = set(held.outcomes) if visible is None else _open(held, set(visible))
        if self.matter:
            found &= {numbers.get(self.matter, -1)}
        if self.outcome:
            wanted = "" if self.outcome == RUNNING and held.source.definitions else self.outcome
            found = {number for number in found if held.outcomes.get(number) == wanted}
        if self.late:
            late = {numbers[label] for label in lates() if label in numbers}
            found = found & late if self.late == LATE else found - late
        found = self._on_arcs(held, found)
        found = self._with_attributes(held, found)
        if self.variant:
            found = {number for number in found if held.ways.get(number) == self.variant}
        for relation, condition, told in self._conditions(held):
            rows = held.store.all(f"SELECT DISTINCT object FROM {relation} WHERE {condition}", told)
            found &= {number for (number,) in rows}
        return found

    def _with_attributes(self, held: Held, found: set[int]) -> set[int]:
        for name in ("unit", "year", "version"):
            wanted = getattr(self, name)
            if wanted:
                values = held.attribute(name)
                found = {number for number in found if values.get(number) == wanted}
        if self.apart:
            name, _is, wanted = self.apart.partition("=")
            values = held.attribute(name)
            found = {number for number in found if values.get(number, wanted) != wanted}
        if self.like:
            alike = classes(held, self.size)
            found = {number for number in found if alike.get(number) == self.like}
        return found

    def _on_arcs(self, held: Held, found: set[int]) -> set[int]:
        if self.arc:
            found = found & held.arcs.passed.get(self.arc, frozenset())
        if self.left:
            left = held.arcs.left.get(_two(self.left))
            found = found & left.objects if left else set()
        if self.back:
            found = found & held.arcs.returned.get(_two(self.back), frozenset())
        return found

    def _conditions(self, held: Held) -> Iterable[tuple[str, str, list[Any]]]:
        store = held.store
        kind, person = store.types.numbers.get, store.persons.numbers.get
        if self.origin and self.target:
            yield "step", "type = ? AND next_type = ?", [kind(self.origin, -1), kind(self.target, -1)]
        yield from self._done(held)
        yield from self._ends(held)
        if self.again:
            yield "step", "type = ? GROUP BY object HAVING COUNT(*) > 1", [kind(self.again, -1)]
        if self.handover:
            pair = [person(each, -1) for each in _two(self.handover)]
            yield "handover", "person = ? AND next_person = ?", pair
        if self.bounce:
            one, other = (person(each, -1) for each in _two(self.bounce))
            there = "SELECT object, pos FROM step WHERE person = ? AND next_person = ?"
            yield (
                "step",
                f"(object, pos - 1) IN ({there}) AND person = ? AND next_person = ?",
                [one, other, other, one],
            )

    def _ends(self, held: Held) -> Iterable[tuple[str, str, list[Any]]]:
        kind = held.store.types.numbers.get
        since, until = day_of(self.since), day_of(self.until)
        if since is not None:
            yield "step", "pos = 1 AND t >= ?", [_microseconds(since)]
        if until is not None:
            yield "step", "pos = 1 AND t < ?", [_microseconds(until) + 86_400_000_000]
        if self.begins:
            yield "step", "pos = 1 AND type = ?", [kind(self.begins, -1)]
        if self.ends:
            yield "step", "next_type IS NULL AND type = ?", [kind(self.ends, -1)]
        if self.further:
            yield "step", "pos > 1", []

    def _done(self, held: Held) -> Iterable[tuple[str, str, list[Any]]]:
        """One hand of a step has step, person, post and run; all three of a desk: one that had waited there."""
        store = held.store
        parts: list[tuple[str, Any]] = []
        if self.step:
            parts.append(("type = ?", store.types.numbers.get(self.step, -1)))
        if self.person:
            parts.append(("person = ?", store.persons.numbers.get(self.person, -1)))
        if self.post:
            parts.append(("post = ?", store.posts.numbers.get(self.post, -1)))
        if self.step and self.person and self.post:
            parts.append(("pos > ?", 1))
        if self.batch:
            begin, end = _run(self.batch)
            parts += [("t >= ?", begin), ("t < ?", end)]
        if parts:
            yield (
                "hand",
                " AND ".join(condition for condition, _value in parts),
                [value for _condition, value in parts],
            )


def _open(held: Held, visible: set[int]) -> set[int]:
    numbers = held.store.objects.numbers
    return {
        numbers[label] for label, matter in held.matters.items() if matter in visible and label in numbers
    }


def run_words(begin_at: int, seconds: int) -> str:
    """Return a run of one person at one step as the stack carries it."""
    begin = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=begin_at)
    return f"{begin.astimezone(LEGAL_ZONE):%Y-%m-%d %H:%M:%S.%f} +{seconds}"


def _run(words: str) -> tuple[int, int]:
    """Return begin and end of a run in microseconds; an empty span for words that say none."""
    moment, _plus, seconds = words.rpartition(" +")
    try:
        begin = datetime.strptime(moment, "%Y-%m-%d %H:%M:%S.%f").replace(tzinfo=LEGAL_ZONE)
    except ValueError:
        return 0, 0
    if not seconds.isdecimal() or len(seconds) > 9:
        return 0, 0
    first = (begin - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    return first, first + (int(seconds) + 1) * 1_000_000


def two_words(one: str, other: str) -> str:
    """Return a pair of names as the stack carries it."""
    return f"{one}{ARROW}{other}"


def _two(words: str) -> tuple[str, str]:
    one, _arrow, other = words.partition(ARROW.strip())
    return one.strip(), other.strip()


def _microseconds(day: date) -> int:
    begin = datetime.combine(day, time.min, LEGAL_ZONE)
    return int((begin - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()) * 1_000_000
