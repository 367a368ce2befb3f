"""Authority: who may act at a post on a day, for whom, and which duties one person may not join in one matter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Term:
    """A dated holding: days are inclusive, an empty end means still."""

    person_id: int
    post_id: int
    from_on: date
    to_on: date | None = None

    def covers(self, day: date) -> bool:
        """True on the first day, the last day and every day between."""
        return self.from_on <= day and (self.to_on is None or day <= self.to_on)


@dataclass(frozen=True, slots=True)
class Lending(Term):
    """A dated delegation: `person_id` acts at the post for `from_person_id`."""

    from_person_id: int = 0


@dataclass(frozen=True, slots=True)
class Holder:
    """A person who may act at a post on a day; `on_behalf_of_id` is set for a delegate."""

    person_id: int
    on_behalf_of_id: int | None = None


def holders(post_id: int, day: date, terms: Iterable[Term], lendings: Iterable[Lending]) -> list[Holder]:
    """Return who may act at the post on the day.

    A delegation counts only while its giver holds the post himself: authority that is gone cannot be lent.
    """
    direct = {term.person_id for term in terms if term.post_id == post_id and term.covers(day)}
    found = [Holder(person) for person in sorted(direct)]
    for lending in lendings:
        is_lent = lending.post_id == post_id and lending.covers(day) and lending.from_person_id in direct
        if is_lent and lending.person_id not in direct:
            found.append(Holder(lending.person_id, lending.from_person_id))
    return found


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two duties that one person may not hold in one matter (scope matter) or one project (scope project)."""

    duty_a: str
    duty_b: str
    scope: str
    clause: str

    def forbids(self, first: str, second: str) -> bool:
        """True for the pair in either order; a duty never conflicts with itself unless the pair says so."""
        return {self.duty_a, self.duty_b} == {first, second}


def conflicting(
    duty: str, done_in_matter: Iterable[str], done_in_project: Iterable[str], conflicts: Sequence[Conflict]
) -> Conflict | None:
    """Return the first conflict between a duty to be done and what the same person has already done."""
    in_matter, in_project = set(done_in_matter), set(done_in_project)
    for conflict in conflicts:
        done = in_project if conflict.scope == "project" else in_matter
        if any(conflict.forbids(duty, other) for other in done):
            return conflict
    return None


def ancestors(unit_id: int | None, parent_of: Mapping[int, int | None]) -> list[int]:
    """Return the unit and all units above it, nearest first; a ring in the tree ends the walk."""
    chain: list[int] = []
    while unit_id is not None and unit_id not in chain:
        chain.append(unit_id)
        unit_id = parent_of.get(unit_id)
    return chain


def descendants(unit_id: int, parent_of: Mapping[int, int | None]) -> set[int]:
    """Return the unit and all units below it."""
    below: dict[int, list[int]] = {}
    for child, parent in parent_of.items():
        if parent is not None:
            below.setdefault(parent, []).append(child)
    found, queue = {unit_id}, [unit_id]
    while queue:
        for child in below.get(queue.pop(), []):
            if child not in found:
                found.add(child)
                queue.append(child)
    return found


def is_above(unit_id: int | None, headed: Iterable[int], parent_of: Mapping[int, int | None]) -> bool:
    """True where one of the headed units is the unit itself or stands above it."""
    return bool(set(ancestors(unit_id, parent_of)) & set(headed))
