"""The organisation as every act reads it: one picture in memory, taken anew when anything in it changes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from lianjing.kernel.org import Lending, Term
from lianjing.runtime.org.models import (
    Appointment,
    Delegation,
    DutyConflict,
    Person,
    Post,
    PowerItem,
    ScopeGrant,
    Unit,
)
from lianjing.runtime.trail.stamp import by_stamp


@dataclass(frozen=True, slots=True)
class Face:
    """What an act needs to know of a person."""

    id: int
    pseudonym: str
    unit_id: int | None


@dataclass(slots=True)
class Directory:
    """Units, posts, persons, who holds what, conflicts, powers; its rows are for reading only."""

    units: dict[int, Unit] = field(default_factory=dict)
    parents: dict[int, int | None] = field(default_factory=dict)
    posts: dict[int, Post] = field(default_factory=dict)
    posts_by_key: dict[str, list[Post]] = field(default_factory=dict)
    persons: dict[int, Face] = field(default_factory=dict)
    terms_of_post: dict[int, list[Term]] = field(default_factory=dict)
    terms_of_person: dict[int, list[Term]] = field(default_factory=dict)
    lendings_of_post: dict[int, list[Lending]] = field(default_factory=dict)
    lendings_to: dict[int, list[Lending]] = field(default_factory=dict)
    conflicts: list[DutyConflict] = field(default_factory=list)
    powers: dict[str, list[PowerItem]] = field(default_factory=dict)
    scope_grants: list[ScopeGrant] = field(default_factory=list)


@by_stamp
def directory() -> Directory:
    """Return the organisation as it stands in this transaction."""
    book = Directory()
    book.units = {unit.id: unit for unit in Unit.objects.order_by("id")}
    book.parents = {unit.id: unit.parent_id for unit in book.units.values()}
    for post in Post.objects.select_related("unit").order_by("id"):
        book.posts[post.id] = post
        book.posts_by_key.setdefault(post.key, []).append(post)
    for row in Person.objects.values_list("id", "pseudonym", "unit_id"):
        book.persons[row[0]] = Face(*row)
    for person_id, post_id, from_on, to_on in Appointment.objects.order_by("id").values_list(
        "person_id", "post_id", "from_on", "to_on"
    ):
        term = Term(person_id, post_id, from_on, to_on)
        book.terms_of_post.setdefault(post_id, []).append(term)
        book.terms_of_person.setdefault(person_id, []).append(term)
    for row_ in Delegation.objects.order_by("id"):
        lending = Lending(row_.to_person_id, row_.post_id, row_.from_on, row_.to_on, row_.from_person_id)
        book.lendings_of_post.setdefault(lending.post_id, []).append(lending)
        book.lendings_to.setdefault(lending.person_id, []).append(lending)
    book.conflicts = list(DutyConflict.objects.order_by("id"))
    for item in PowerItem.objects.order_by("code"):
        book.powers.setdefault(item.definition_key, []).append(item)
    book.scope_grants = list(ScopeGrant.objects.order_by("id"))
    return book


def is_in_force(row: DutyConflict | PowerItem | Post | ScopeGrant, day: date) -> bool:
    """True where a dated row holds on the day; an empty first day means always been."""
    return (row.from_on is None or row.from_on <= day) and (row.to_on is None or row.to_on >= day)
