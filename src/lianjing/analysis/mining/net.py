"""The regulated process as a small net: places that hold tokens, transitions that a step or nothing fires."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple, TypeAlias

Marking: TypeAlias = tuple[int, ...]  # the places of all tokens, ascending

MOST_MARKINGS: Final = 50_000
MOST_SCREENED: Final = 2_000  # markings sets: a net that needs more is not screened


@dataclass(frozen=True, slots=True)
class Transition:
    """Takes a token from each input, puts one on each output; `label` is the step, "" for a silent one.

    It empties the places of `clears` (what a return undoes, what an end breaks off) and may not fire while one of
    `waits` holds a token (what may still come to an inclusive join). What is prompt happens before any step does: a gateway does not
    wait, a timer and a called process may.
    """

    label: str
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    clears: frozenset[int] = frozenset()
    waits: frozenset[int] = frozenset()
    is_prompt: bool = False


class Known(NamedTuple):
    """What the diagram says of a step: its clause, the lane whose step it is, what leaving it out weighs."""

    clause: str = ""
    lane: str = ""
    weight: float = 1.0


NOTHING: Final = Known()


class Screen(NamedTuple):
    """Which step may come first, which may follow which, which may be last: together just what the net allows."""

    first: frozenset[str]
    pairs: frozenset[tuple[str, str]]
    last: frozenset[str]
    is_empty_allowed: bool


class TooLarge(ValueError):
    """The net has more markings than can be searched."""


@dataclass
class Net:
    """Transitions between places; begins at `start`, ends when only the tokens of `end` are left."""

    transitions: tuple[Transition, ...]
    start: Marking
    end: Marking
    known: Mapping[str, Known] = field(default_factory=dict)
    labels: frozenset[str] = field(init=False)
    _by_input: dict[int, list[Transition]] = field(init=False, repr=False)
    _following: dict[Marking, tuple[tuple[str, Marking], ...]] = field(init=False, repr=False)
    _closed: dict[Marking, frozenset[Marking]] = field(init=False, repr=False)
    _moves: dict[tuple[frozenset[Marking], str], frozenset[Marking]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.labels = frozenset(each.label for each in self.transitions if each.label)
        self._by_input, self._following, self._closed, self._moves = {}, {}, {}, {}
        for each in self.transitions:
            self._by_input.setdefault(each.inputs[0], []).append(each)

    def said(self, label: str) -> Known:
        """Return what the diagram says of a step, of a step that it does not know nothing."""
        return self.known.get(label, NOTHING)

    def following(self, marking: Marking) -> tuple[tuple[str, Marking], ...]:
        """Return every (label, next marking) that may happen now; TooLarge beyond the limit of markings."""
        found = self._following.get(marking)
        if found is None:
            if len(self._following) >= MOST_MARKINGS:
                raise TooLarge(MOST_MARKINGS)
            found = self._following[marking] = tuple(dict.fromkeys(self._fired(marking)))
        return found

    def _fired(self, marking: Marking) -> Sequence[tuple[str, Marking]]:
        """Where tokens can go on by themselves the first of them does; all others wait for it."""
        found: list[tuple[str, Marking]] = []
        for place in dict.fromkeys(marking):
            enabled = [each for each in self._by_input.get(place, ()) if _is_enabled(each, marking)]
            prompt = [each for each in enabled if each.is_prompt]
            if prompt:
                return [_fire(each, marking) for each in prompt]
            found += [_fire(each, marking) for each in enabled]
        return found

    def closure(self, marking: Marking) -> frozenset[Marking]:
        """Return all markings that silent transitions alone can reach, itself included."""
        found = self._closed.get(marking)
        if found is None:
            reached, waiting = {marking}, [marking]
            while waiting:
                for label, after in self.following(waiting.pop()):
                    if not label and after not in reached:
                        reached.add(after)
                        waiting.append(after)
            found = self._closed[marking] = frozenset(reached)
        return found

    def after(self, markings: frozenset[Marking], label: str) -> frozenset[Marking]:
        """Return where a step may lead from any of the markings, silent moves included; empty where it may not come."""
        key = (markings, label)
        found = self._moves.get(key)
        if found is None:
            reached: set[Marking] = set()
            for marking in markings:
                for name, after in self.following(marking):
                    if name == label:
                        reached |= self.closure(after)
            found = self._moves[key] = frozenset(reached)
        return found

    def fits(self, labels: tuple[str, ...], *, is_open: bool = False) -> bool:
        """True where the net can do just these steps; to its end, unless the object is still open."""
        markings = self.closure(self.start)
        for label in labels:
            markings = self.after(markings, label)
            if not markings:
                return False
        return is_open or self.end in markings

    def screen(self) -> Screen | None:
        """Return the pairs that say just what the net allows; None where pairs cannot (branches that run together).

        They can where a step leads to the same place whatever came before it: then any chain of allowed pairs from a
        first to a last step is a way of the net.
        """
        start = self.closure(self.start)
        place: dict[str, frozenset[Marking]] = {}
        waiting, pairs, last = [("", start)], set(), set()
        try:
            while waiting:
                before, markings = waiting.pop()
                if self.end in markings:
                    last.add(before)
                for label in sorted(
                    {name for each in markings for name, _after in self.following(each)} - {""}
                ):
                    reached = self.after(markings, label)
                    pairs.add((before, label))
                    if label not in place:
                        place[label] = reached
                        waiting.append((label, reached))
                    elif place[label] != reached:
                        return None
                if len(self._following) > MOST_SCREENED:
                    return None
        except TooLarge:
            return None
        first = frozenset(label for before, label in pairs if not before)
        inner = frozenset(pair for pair in pairs if pair[0])
        return Screen(first, inner, frozenset(last - {""}), "" in last)


def _is_enabled(transition: Transition, marking: Marking) -> bool:
    if len(transition.inputs) > 1 and any(
        marking.count(place) < transition.inputs.count(place) for place in transition.inputs
    ):
        return False
    return transition.waits.isdisjoint(marking)


def _fire(transition: Transition, marking: Marking) -> tuple[str, Marking]:
    left = list(marking)
    for taken in transition.inputs:
        left.remove(taken)
    kept = [place for place in left if place not in transition.clears] if transition.clears else left
    return transition.label, tuple(sorted((*kept, *transition.outputs)))
