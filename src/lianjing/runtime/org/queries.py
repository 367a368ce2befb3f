"""Reads of the organisation: who holds what on a day, trees of units, roles."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q
from django.utils.translation import gettext as _

from lianjing.kernel.org import Conflict, Holder, ancestors, descendants
from lianjing.kernel.org import holders as holders_of
from lianjing.kernel.refusal import Ground, Refusal
from lianjing.runtime.org.directory import directory, is_in_force
from lianjing.runtime.org.models import Appointment, Person, Post, ScopeGrant, Unit
from lianjing.runtime.trail.act import Actor

FIXED_POST = "zone_organisation#2"


@dataclass(frozen=True, slots=True)
class Held:
    """A post that a person may act at today; `on_behalf_of` names the holder who delegated it."""

    post: Post
    on_behalf_of_id: int | None = None

    @property
    def on_behalf_of(self) -> Person | None:
        """The person who lent the post."""
        return None if self.on_behalf_of_id is None else Person.objects.get(id=self.on_behalf_of_id)


def on_day(day: date, prefix: str = "") -> Q:
    """Return the condition that a dated row is in force on the day (both ends included)."""
    return Q(**{f"{prefix}from_on__lte": day}) & (
        Q(**{f"{prefix}to_on__isnull": True}) | Q(**{f"{prefix}to_on__gte": day})
    )


def in_being(day: date, prefix: str = "") -> Q:
    """Return the condition for rows whose first day may be empty (always been)."""
    first = Q(**{f"{prefix}from_on__isnull": True}) | Q(**{f"{prefix}from_on__lte": day})
    last = Q(**{f"{prefix}to_on__isnull": True}) | Q(**{f"{prefix}to_on__gte": day})
    return first & last


def holders(post_id: int, day: date) -> list[Holder]:
    """Return who may act at the post on the day, delegates included (C4)."""
    book = directory()
    return holders_of(
        post_id, day, book.terms_of_post.get(post_id, []), book.lendings_of_post.get(post_id, [])
    )


def posts_held(person_id: int, day: date) -> list[Held]:
    """Return the posts at which a person may act on the day: his own first, then those lent to him."""
    book = directory()
    mine = {term.post_id for term in book.terms_of_person.get(person_id, []) if term.covers(day)}
    held = [Held(book.posts[post_id]) for post_id in sorted(mine) if is_in_force(book.posts[post_id], day)]
    lent = {
        (lending.post_id, lending.from_person_id): None
        for lending in book.lendings_to.get(person_id, [])
        if Holder(person_id, lending.from_person_id) in holders(lending.post_id, day)
    }
    return held + [Held(book.posts[post_id], giver) for post_id, giver in lent]


def actor_at(person_id: int, post_id: int, day: date, channel: str = "web") -> Actor:
    """Return the actor that a person is at a post today; Refusal(POST) where he does not hold it."""
    for held in posts_held(person_id, day):
        if held.post.id == post_id:
            return _actor(person_id, held, channel)
    post = Post.objects.select_related("unit").get(id=post_id)
    raise Refusal(
        Ground.POST,
        "post.not_held",
        _("您今日不在“%(unit)s·%(post)s”岗位，不能办理") % {"unit": post.unit.name, "post": post.name},
        FIXED_POST,
    )


def actor_with(
    person_id: int, post_key: str, day: date, unit_id: int | None = None, channel: str = "web"
) -> Actor:
    """Return the actor at any post of this standard key (in that unit, if given); Refusal(POST) where there is none."""
    for held in posts_held(person_id, day):
        if held.post.key == post_key and unit_id in (None, held.post.unit_id):
            return _actor(person_id, held, channel)
    raise Refusal(
        Ground.POST,
        "post.not_held",
        _("该办理须由“%(post)s”岗位人员进行") % {"post": post_label(post_key)},
        FIXED_POST,
    )


def unbound(person_id: int, channel: str) -> Actor:
    """Return the actor of an attempt before his post is known, so that even a refusal names the person."""
    return Actor(person_id, directory().persons[person_id].pseudonym, channel=channel)


def _actor(person_id: int, held: Held, channel: str) -> Actor:
    persons = directory().persons
    lender = persons[held.on_behalf_of_id] if held.on_behalf_of_id is not None else None
    return Actor(
        person_id,
        persons[person_id].pseudonym,
        held.post.id,
        held.post.unit_id,
        lender.id if lender else None,
        lender.pseudonym if lender else "",
        channel,
    )


def post_label(post_key: str) -> str:
    """Return the name of a standard post as this organisation writes it."""
    name = Post.objects.filter(key=post_key).values_list("name", flat=True).first()
    return name or post_key


def parents() -> dict[int, int | None]:
    """Return the unit tree as child → parent."""
    return directory().parents


def unit_and_above(unit_id: int) -> list[int]:
    """Return the unit and those above it, nearest first."""
    return ancestors(unit_id, parents())


def unit_and_below(unit_id: int, day: date | None = None) -> set[int]:
    """Return the unit and those below it."""
    return descendants(unit_id, parents())


def supervised_units(person_id: int, day: date) -> set[int]:
    """Return the units that a supervisor reads: those his unit supervises, with all below them (G7)."""
    own = [held.post.unit_id for held in posts_held(person_id, day) if held.post.kind == "supervisor"]
    tree = parents()
    found: set[int] = set()
    for unit_id in Unit.objects.filter(supervisor_unit_id__in=own).values_list("id", flat=True):
        found |= descendants(unit_id, tree)
    return found


def supervised_by(unit_id: int | None) -> set[int]:
    """Return the units that a unit supervises, with all below them."""
    book = directory()
    found: set[int] = set()
    for unit in book.units.values():
        if unit_id is not None and unit.supervisor_unit_id == unit_id:
            found |= descendants(unit.id, book.parents)
    return found


def roles_of(person_id: int, day: date) -> set[str]:
    """Return the kinds of the posts held today (code list post_kind)."""
    return {held.post.kind for held in posts_held(person_id, day)}


def is_supervisor(person_id: int, day: date) -> bool:
    """True where the person holds a supervising post today."""
    return "supervisor" in roles_of(person_id, day)


def heads_of(unit_id: int | None, day: date) -> list[int]:
    """Return the persons who act as head of a unit on the day, delegates included; nobody for no unit."""
    posts = [
        post.id for post in directory().posts.values() if post.unit_id == unit_id and post.kind == "head"
    ]
    return [holder.person_id for post_id in posts for holder in holders(post_id, day)]


def headed_units(person_id: int, day: date) -> set[int]:
    """Return the units of which the person is head today (posts of kind head, his own and not lent)."""
    return {
        held.post.unit_id
        for held in posts_held(person_id, day)
        if held.post.kind == "head" and held.on_behalf_of_id is None
    }


@dataclass(frozen=True, slots=True)
class Reach:
    """One part of a person's data scope: how far (code list data_scope), from which unit, at which post.

    own: what was on his own desk. post: what was on the post's desk. unit, unit_tree: of the unit, with all below.
    supervised: of the units that the unit supervises, with all below. all: everything. party: a firm's matters.
    """

    scope: str
    unit_id: int | None
    post_id: int | None = None


DEFAULT_REACH = {
    "supervisor": "supervised",
    "head": "unit_tree",
    "approver": "unit_tree",
    "external": "party",
}
WITHOUT_REACH = frozenset({"system_admin", "security_admin", "audit_admin"})


def scope_of(person_id: int, day: date) -> frozenset[Reach]:
    """Return a person's data scope on the day: of each post held (its own, or what was granted in its place), and what
    was granted to him in person. Administrators see no business, whatever was granted."""
    held = posts_held(person_id, day)
    if not held or any(each.post.kind in WITHOUT_REACH for each in held):
        return frozenset()
    grants = [row for row in directory().scope_grants if is_in_force(row, day)]
    found = {reach for each in held for reach in _reach_of_post(each.post, grants)}
    own = {Reach(row.scope, row.unit_id) for row in grants if row.person_id == person_id}
    return frozenset(found | own)


def _reach_of_post(post: Post, grants: list[ScopeGrant]) -> list[Reach]:
    granted = [
        Reach(row.scope, row.unit_id or post.unit_id, post.id) for row in grants if row.post_id == post.id
    ]
    return granted or [Reach(DEFAULT_REACH.get(post.kind, "unit"), post.unit_id, post.id)]


def conflicts_on(day: date) -> list[Conflict]:
    """Return the conflict-of-duty matrix in force on the day."""
    rows = [row for row in directory().conflicts if is_in_force(row, day)]
    return [Conflict(row.duty_a, row.duty_b, row.scope, row.clause) for row in rows]


def who_could(day: date, post_id: int) -> list[tuple[Person, Person | None, str]]:
    """Answer "who could approve this on that day": person, on whose behalf, basis (C4)."""
    answer = []
    for holder in holders(post_id, day):
        person = Person.objects.get(id=holder.person_id)
        lender = Person.objects.filter(id=holder.on_behalf_of_id).first() if holder.on_behalf_of_id else None
        owner = holder.on_behalf_of_id or holder.person_id
        term = (
            Appointment.objects.filter(on_day(day), person_id=owner, post_id=post_id).order_by("id").first()
        )
        answer.append((person, lender, term.basis if term else ""))
    return answer


def names_of(person_ids: Iterable[int]) -> list[str]:
    """Return the names of persons in the order given; unknown ones are left out."""
    wanted = list(person_ids)
    names = dict(Person.objects.filter(id__in=wanted).values_list("id", "name"))
    return [names[each] for each in wanted if each in names]
