"""Reads of the organisation: who holds what on a day, trees of units, roles."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q
from django.utils.translation import gettext as _

from lianjing.kernel.org import Conflict, Holder, Lending, Term, ancestors, descendants, holders as holders_of
from lianjing.kernel.refusal import Ground, Refusal
from lianjing.runtime.org.models import Appointment, Delegation, DutyConflict, Person, Post, Unit
from lianjing.runtime.trail.act import Actor

FIXED_POST = "zone_organisation#2"


@dataclass(frozen=True, slots=True)
class Held:
    """A post that a person may act at today; `on_behalf_of` names the holder who delegated it."""

    post: Post
    on_behalf_of: Person | None = None


def on_day(day: date, prefix: str = "") -> Q:
    """Return the condition that a dated row is in force on the day (both ends included)."""
    return Q(**{f"{prefix}from_on__lte": day}) & (Q(**{f"{prefix}to_on__isnull": True}) | Q(**{f"{prefix}to_on__gte": day}))


def in_being(day: date, prefix: str = "") -> Q:
    """Return the condition for rows whose first day may be empty (always been)."""
    first = Q(**{f"{prefix}from_on__isnull": True}) | Q(**{f"{prefix}from_on__lte": day})
    last = Q(**{f"{prefix}to_on__isnull": True}) | Q(**{f"{prefix}to_on__gte": day})
    return first & last


def holders(post_id: int, day: date) -> list[Holder]:
    """Return who may act at the post on the day, delegates included (C4)."""
    terms = [Term(*row) for row in Appointment.objects.filter(post_id=post_id).values_list("person_id", "post_id", "from_on", "to_on")]
    lendings = [
        Lending(row.to_person_id, row.post_id, row.from_on, row.to_on, row.from_person_id)
        for row in Delegation.objects.filter(post_id=post_id)
    ]
    return holders_of(post_id, day, terms, lendings)


def posts_held(person_id: int, day: date) -> list[Held]:
    """Return the posts at which a person may act on the day: his own first, then those lent to him."""
    own = Post.objects.filter(
        Q(id__in=Appointment.objects.filter(on_day(day), person_id=person_id).values("post_id")) & in_being(day)
    ).select_related("unit")
    held = [Held(post) for post in own.order_by("id")]
    mine = {each.post.id for each in held}
    lent = Delegation.objects.filter(on_day(day), to_person_id=person_id).select_related("post__unit", "from_person")
    for delegation in lent.order_by("id"):
        giver_holds = Appointment.objects.filter(on_day(day), person_id=delegation.from_person_id, post_id=delegation.post_id)
        if delegation.post_id not in mine and giver_holds.exists():
            held.append(Held(delegation.post, delegation.from_person))
    return held


def actor_at(person_id: int, post_id: int, day: date, channel: str = "web") -> Actor:
    """Return the actor that a person is at a post today; Refusal(POST) where he does not hold it."""
    for held in posts_held(person_id, day):
        if held.post.id == post_id:
            return _actor(person_id, held, channel)
    post = Post.objects.select_related("unit").get(id=post_id)
    raise Refusal(
        Ground.POST, "post.not_held",
        _("您今日不在“%(unit)s·%(post)s”岗位，不能办理") % {"unit": post.unit.name, "post": post.name}, FIXED_POST,
    )


def actor_with(person_id: int, post_key: str, day: date, unit_id: int | None = None, channel: str = "web") -> Actor:
    """Return the actor at any post of this standard key (in that unit, if given); Refusal(POST) where there is none."""
    for held in posts_held(person_id, day):
        if held.post.key == post_key and unit_id in (None, held.post.unit_id):
            return _actor(person_id, held, channel)
    raise Refusal(
        Ground.POST, "post.not_held", _("该办理须由“%(post)s”岗位人员进行") % {"post": post_label(post_key)}, FIXED_POST
    )


def _actor(person_id: int, held: Held, channel: str) -> Actor:
    person = Person.objects.get(id=person_id)
    lender = held.on_behalf_of
    return Actor(
        person_id, person.pseudonym, held.post.id, held.post.unit_id,
        lender.id if lender else None, lender.pseudonym if lender else "", channel,
    )


def post_label(post_key: str) -> str:
    """Return the name of a standard post as this organisation writes it."""
    name = Post.objects.filter(key=post_key).values_list("name", flat=True).first()
    return name or post_key


def parents() -> dict[int, int | None]:
    """Return the unit tree as child → parent."""
    return dict(Unit.objects.values_list("id", "parent_id"))


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


def roles_of(person_id: int, day: date) -> set[str]:
    """Return the kinds of the posts held today (code list post_kind)."""
    return {held.post.kind for held in posts_held(person_id, day)}


def is_supervisor(person_id: int, day: date) -> bool:
    """True where the person holds a supervising post today."""
    return "supervisor" in roles_of(person_id, day)


def headed_units(person_id: int, day: date) -> set[int]:
    """Return the units of which the person is head today (posts of kind head, his own and not lent)."""
    return {held.post.unit_id for held in posts_held(person_id, day) if held.post.kind == "head" and held.on_behalf_of is None}


def conflicts_on(day: date) -> list[Conflict]:
    """Return the conflict-of-duty matrix in force on the day."""
    rows: Iterable[DutyConflict] = DutyConflict.objects.filter(in_being(day)).order_by("id")
    return [Conflict(row.duty_a, row.duty_b, row.scope, row.clause) for row in rows]


def who_could(day: date, post_id: int) -> list[tuple[Person, Person | None, str]]:
    """Answer "who could approve this on that day": person, on whose behalf, basis (C4)."""
    answer = []
    for holder in holders(post_id, day):
        person = Person.objects.get(id=holder.person_id)
        lender = Person.objects.filter(id=holder.on_behalf_of_id).first() if holder.on_behalf_of_id else None
        owner = holder.on_behalf_of_id or holder.person_id
        term = Appointment.objects.filter(on_day(day), person_id=owner, post_id=post_id).order_by("id").first()
        answer.append((person, lender, term.basis if term else ""))
    return answer
