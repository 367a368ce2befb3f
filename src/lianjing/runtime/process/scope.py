"""The data scope: the one door through which a person reaches a matter."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from lianjing.kernel.declaration import Procedure
from lianjing.kernel.process.graph import Lane
from lianjing.kernel.refusal import Ground, Refusal
from lianjing.runtime.consultation.queries import opened_to
from lianjing.runtime.domains import domains
from lianjing.runtime.matter.models import Matter, MatterParty
from lianjing.runtime.org.models import Post
from lianjing.runtime.org.queries import Reach, posts_held, scope_of, supervised_by, unit_and_below
from lianjing.runtime.process.models import WorkItem
from lianjing.runtime.regulation.queries import NoDefinition, definition_on, graph_of

ADMINISTRATORS = {"system_admin", "security_admin", "audit_admin"}
NOTHING = Q(pk__in=[])


def visible_to(person_id: int, day: date) -> QuerySet[Matter]:
    """Return the matters in a person's data scope today (nouns.md, scope).

    How far a post or a person reaches is granted (org.queries.scope_of). By itself a supervisor reaches all of the
    units he supervises, heads and approvers their units and all below, others their own unit. Whoever has or had a
    step of a project on his desk sees the project's whole file, so that he can decide, and a unit that opens a
    procedure in other units' projects (the permits of the planning bureau) sees those that are open; an outside firm
    sees only the matters that name it a party and its own steps. Administrators see no business. A copy for
    information and a question that waits for an answer open that one matter, for reading (`open_to_act` leaves them
    out).
    """
    posts = [held.post.id for held in posts_held(person_id, day) if held.on_behalf_of_id is None]
    shown = opened_to(person_id, posts)
    reached = _reached(person_id, day)
    return Matter.objects.filter(reached | Q(id__in=shown) if shown else reached)


def visible_among(matter_ids: Iterable[int], person_id: int, day: date) -> set[int]:
    """Return which of these matters a person may open today, in one query."""
    return set(visible_to(person_id, day).filter(id__in=set(matter_ids)).values_list("id", flat=True))


def _reached(person_id: int, day: date) -> Q:
    """The matters that a person's posts reach by themselves."""
    held = [each.post for each in posts_held(person_id, day) if each.post.kind not in ADMINISTRATORS]
    posts = {post.id: post for post in held}
    condition = NOTHING
    for reach in sorted(scope_of(person_id, day), key=str):
        condition |= _within(reach, person_id, posts, day)
    for post in posts.values():
        if post.kind != "supervisor":
            condition |= _at_desk(post, day)
    return condition


def _within(reach: Reach, person_id: int, posts: dict[int, Post], day: date) -> Q:
    """The matters that one part of a data scope holds."""
    match reach.scope:
        case "all":
            return Q(pk__isnull=False)
        case "supervised":
            units = supervised_by(reach.unit_id)
            return Q(unit_id__in=units) if units else NOTHING
        case "unit_tree" if reach.unit_id is not None:
            return Q(unit_id__in=unit_and_below(reach.unit_id, day))
        case "unit" if reach.unit_id is not None:
            return Q(unit_id=reach.unit_id)
        case "own":
            done = WorkItem.objects.filter(person_id=person_id)
            return Q(id__in=done.values("matter_id")) | Q(applicant_person_id=person_id)
        case "party" if reach.post_id in posts:
            return _of_firm(posts[reach.post_id].unit.enterprise_no)
        case _:
            return NOTHING


def _at_desk(post: Post, day: date) -> Q:
    """What a post sees whatever its scope: the files of what was on its desk, and what it may open."""
    desk = WorkItem.objects.filter(post_id=post.id)
    if post.kind == "external":
        return Q(id__in=desk.values("matter_id"))
    return Q(root_id__in=desk.values("matter__root_id")) | _opened_from(post, day)


def _opened_from(post: Post, day: date) -> Q:
    """The open matters under which this post opens a procedure whose first lane names its unit."""
    kinds = set()
    for procedure in (
        each for domain in domains() for each in domain.procedures if each.opener_post == post.key
    ):
        lane = _first_lane(procedure, day)
        if lane is not None and lane.scope == "named_unit" and lane.unit == post.unit.code:
            kinds.add(procedure.parent_kind)
    return Q(kind__in=kinds, status="open") if kinds else NOTHING


def _first_lane(procedure: Procedure, day: date) -> Lane | None:
    """The lane of a procedure's first step; None while no version of it is in force: nobody opens it then."""
    try:
        definition = definition_on(procedure.key, day)
    except NoDefinition:
        return None
    return graph_of(definition).task(procedure.steps[0].id).lane


def _of_firm(enterprise_no: str) -> Q:
    """A firm sees the matters that name it a party."""
    if not enterprise_no:
        return NOTHING
    return Q(id__in=MatterParty.objects.filter(enterprise__credit_code=enterprise_no).values("matter_id"))


def open_for(person_id: int, matter_id: int, day: date) -> Matter:
    """Return a matter that the person may see; Refusal(SCOPE) otherwise, whether or not it exists."""
    return _the_one(visible_to(person_id, day), matter_id)


def open_to_act(person_id: int, matter_id: int, day: date) -> Matter:
    """The same for an act on the matter: not by a copy for information or a question, which are only for reading."""
    return _the_one(Matter.objects.filter(_reached(person_id, day)), matter_id)


def _the_one(matters: QuerySet[Matter], matter_id: int) -> Matter:
    matter = matters.select_related("unit", "root").filter(id=matter_id).first()
    if matter is None:
        raise Refusal(Ground.SCOPE, "scope.matter", _("没有该事项，或不在您的数据范围内"))
    return matter
