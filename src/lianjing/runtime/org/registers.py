"""Reads for the registers of the organisation: who holds each post today, the tree in order, what a post may do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q

from lianjing.runtime.org.models import Appointment, Delegation, DutyConflict, Person, Post, PostDuty, Unit
from lianjing.runtime.org.queries import in_being, on_day


@dataclass(frozen=True, slots=True)
class Holding:
    """A person at a post on a day; `for_name` names the holder whose delegate he is."""

    person_id: int
    name: str
    for_name: str = ""


def holdings(post_ids: Iterable[int], day: date) -> dict[int, list[Holding]]:
    """Return who may act at each of the posts on the day, holders first, then their delegates; two queries."""
    return {
        post_id: found
        for (post_id, _day), found in holders_then((post_id, day) for post_id in post_ids).items()
    }


def holders_then(places: Iterable[tuple[int, date]]) -> dict[tuple[int, date], list[Holding]]:
    """Return who may act at a post on a day, for many posts and days at once; two queries."""
    wanted = set(places)
    posts = {post_id for post_id, _day in wanted}
    terms = list(
        Appointment.objects.filter(post_id__in=posts).select_related("person").order_by("from_on", "id")
    )
    lent = list(
        Delegation.objects.filter(post_id__in=posts).select_related("to_person", "from_person").order_by("id")
    )
    return {(post_id, day): _then(post_id, day, terms, lent) for post_id, day in wanted}


def _then(post_id: int, day: date, terms: list[Appointment], lent: list[Delegation]) -> list[Holding]:
    direct = {
        term.person_id: Holding(term.person_id, term.person.name)
        for term in terms
        if term.post_id == post_id and term.from_on <= day and (term.to_on is None or day <= term.to_on)
    }
    running = [row for row in lent if row.post_id == post_id and row.from_on <= day <= row.to_on]
    return [
        *direct.values(),
        *(
            Holding(row.to_person_id, row.to_person.name, row.from_person.name)
            for row in running
            if row.from_person_id in direct and row.to_person_id not in direct
        ),
    ]


def duties_of(post_ids: Iterable[int], day: date) -> dict[int, list[str]]:
    """Return the duties that each post carries on the day."""
    found: dict[int, list[str]] = {}
    for post_id, duty in (
        PostDuty.objects.filter(in_being(day), post_id__in=list(post_ids))
        .order_by("id")
        .values_list("post_id", "duty")
    ):
        found.setdefault(post_id, []).append(duty)
    return found


def posts_of(person_ids: Iterable[int], day: date) -> dict[int, list[Post]]:
    """Return the posts that each person holds himself on the day."""
    found: dict[int, list[Post]] = {}
    terms = Appointment.objects.filter(on_day(day), person_id__in=list(person_ids)).select_related(
        "post__unit"
    )
    for term in terms.order_by("from_on", "id"):
        found.setdefault(term.person_id, []).append(term.post)
    return found


@dataclass(frozen=True, slots=True)
class Branch:
    """One unit in the drawn tree; `depth` counts from the top."""

    unit: Unit
    depth: int
    post_count: int
    person_count: int


def tree(day: date) -> list[Branch]:
    """Return the units in being on the day, each under the one above it; three queries."""
    units = list(
        Unit.objects.filter(in_being(day)).select_related("supervisor_unit", "parent").order_by("code")
    )
    posts = _counts(Post.objects.filter(in_being(day)).values_list("unit_id").annotate(Count("id")))
    persons = _counts(
        Person.objects.filter(Q(left_on=None) | Q(left_on__gte=day))
        .values_list("unit_id")
        .annotate(Count("id"))
    )
    present = {unit.id for unit in units}
    below: dict[int | None, list[Unit]] = {}
    for unit in units:
        below.setdefault(unit.parent_id if unit.parent_id in present else None, []).append(unit)
    drawn: list[Branch] = []
    stack = [(unit, 0) for unit in reversed(below.get(None, []))]
    while stack:
        unit, depth = stack.pop()
        drawn.append(Branch(unit, depth, posts.get(unit.id, 0), persons.get(unit.id, 0)))
        stack.extend((child, depth + 1) for child in reversed(below.get(unit.id, [])))
    return drawn


def _counts(rows: Iterable[tuple[int | None, int]]) -> dict[int | None, int]:
    return dict(rows)


def conflict_grid(day: date) -> dict[tuple[str, str], DutyConflict]:
    """Return the pairs of duties that exclude one another on the day, each pair in both orders."""
    grid: dict[tuple[str, str], DutyConflict] = {}
    for row in DutyConflict.objects.filter(in_being(day)).order_by("id"):
        grid.setdefault((row.duty_a, row.duty_b), row)
        grid.setdefault((row.duty_b, row.duty_a), row)
    return grid
