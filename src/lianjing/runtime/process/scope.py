"""The data scope: the one door through which a person reaches a matter."""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from lianjing.kernel.declaration import Procedure
from lianjing.kernel.process.graph import Lane
from lianjing.kernel.refusal import Ground, Refusal
from lianjing.runtime.domains import domains
from lianjing.runtime.matter.models import Matter, MatterParty
from lianjing.runtime.org.models import Post
from lianjing.runtime.org.queries import posts_held, supervised_units, unit_and_below
from lianjing.runtime.process.models import WorkItem
from lianjing.runtime.regulation.queries import NoDefinition, definition_on, graph_of

ADMINISTRATORS = {"system_admin", "security_admin", "audit_admin"}


def visible_to(person_id: int, day: date) -> QuerySet[Matter]:
    """Return the matters in a person's data scope today (nouns.md, scope).

    Supervisors: all of the units they supervise. Heads and approvers: their units and all below. Others: their
    own unit. Whoever has or had a step of a project on his desk sees the project's whole file, so that he can
    decide, and a unit that opens a procedure in other units' projects (the permits of the planning bureau) sees
    those that are open; an outside firm sees only the matters that name it a party and its own steps. Administrators see no
    business.
    """
    watched = supervised_units(person_id, day)
    condition = Q(unit_id__in=watched) if watched else Q(pk__in=[])
    for held in posts_held(person_id, day):
        if held.post.kind not in ADMINISTRATORS and held.post.kind != "supervisor":
            condition |= _at_post(held.post, day)
    return Matter.objects.filter(condition)


def _at_post(post: Post, day: date) -> Q:
    desk = WorkItem.objects.filter(post_id=post.id)
    match post.kind:
        case "external":
            return Q(id__in=desk.values("matter_id")) | _of_firm(post.unit.enterprise_no)
        case "head" | "approver":
            own = Q(unit_id__in=unit_and_below(post.unit_id, day))
        case _:
            own = Q(unit_id=post.unit_id)
    return own | Q(root_id__in=desk.values("matter__root_id")) | _opened_from(post, day)


def _opened_from(post: Post, day: date) -> Q:
    """The open matters under which this post opens a procedure whose first lane names its unit."""
    kinds = set()
    for procedure in (
        each for domain in domains() for each in domain.procedures if each.opener_post == post.key
    ):
        lane = _first_lane(procedure, day)
        if lane is not None and lane.scope == "named_unit" and lane.unit == post.unit.code:
            kinds.add(procedure.parent_kind)
    return Q(kind__in=kinds, status="open") if kinds else Q(pk__in=[])


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
        return Q(pk__in=[])
    return Q(id__in=MatterParty.objects.filter(enterprise__credit_code=enterprise_no).values("matter_id"))


def open_for(person_id: int, matter_id: int, day: date) -> Matter:
    """Return a matter that the person may see; Refusal(SCOPE) otherwise, whether or not it exists."""
    matter = visible_to(person_id, day).select_related("unit", "root").filter(id=matter_id).first()
    if matter is None:
        raise Refusal(Ground.SCOPE, "scope.matter", _("没有该事项，或不在您的数据范围内"))
    return matter
