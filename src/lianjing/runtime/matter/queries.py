"""Reads of matters; the one door through which a person reaches a matter."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.apps import apps
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from lianjing.kernel.refusal import Ground, Refusal
from lianjing.runtime.matter.models import Matter, MatterParty
from lianjing.runtime.org.queries import posts_held, supervised_units, unit_and_below
from lianjing.runtime.trail.models import Event

ADMINISTRATORS = {"system_admin", "security_admin", "audit_admin"}


def chain_of(matter: Matter) -> str:
    """Return the chain of a matter's acts: that of its root."""
    return f"matter:{matter.root_id or matter.id}"


def root_of(matter: Matter) -> Matter:
    """Return the root matter: the project of a payment."""
    if matter.root_id in (None, matter.id) or matter.root is None:
        return matter
    return matter.root


def visible_to(person_id: int, day: date) -> QuerySet[Matter]:
    """Return the matters in a person's data scope today (nouns.md, scope).

    Supervisors: all of the units they supervise. Heads and approvers: their units and all below. Others: their
    own unit, what waits or waited at their post, and, for outside firms, the projects of which they are a party.
    Administrators see no business.
    """
    held = posts_held(person_id, day)
    condition = Q(pk__in=[])
    watched = supervised_units(person_id, day)
    if watched:
        condition |= Q(unit_id__in=watched)
    for each in held:
        post = each.post
        if post.kind in ADMINISTRATORS or post.kind == "supervisor":
            continue
        if post.kind == "external":
            condition |= _party_condition(post.unit.enterprise_no)
        elif post.kind in ("head", "approver"):
            condition |= Q(unit_id__in=unit_and_below(post.unit_id, day))
        else:
            condition |= Q(unit_id=post.unit_id)
        condition |= Q(root_id__in=_handled_roots(post.id)) | Q(root_id__in=_waiting_roots(post.id))
    return Matter.objects.filter(condition)


def _party_condition(enterprise_no: str) -> Q:
    """A firm sees the matters that name it a party, with what hangs below them: of its own contract only."""
    if not enterprise_no:
        return Q(pk__in=[])
    named = MatterParty.objects.filter(enterprise__credit_code=enterprise_no)
    return Q(id__in=named.values("matter_id")) | Q(parent_id__in=named.filter(matter__kind="contract").values("matter_id"))


def _handled_roots(post_id: int) -> Any:
    return Event.objects.filter(post_id=post_id, root_matter_id__isnull=False, is_refused=False).values("root_matter_id")


def _waiting_roots(post_id: int) -> QuerySet[Any]:
    """Work items stand above matters, hence the registry of apps."""
    waiting = apps.get_model("process", "WorkItem").objects.filter(post_id=post_id, closed_at__isnull=True)
    return waiting.values("matter__root_id")


def open_for(person_id: int, matter_id: int, day: date) -> Matter:
    """Return a matter that the person may see; Refusal(SCOPE) otherwise, whether or not it exists."""
    matter = visible_to(person_id, day).select_related("unit", "root").filter(id=matter_id).first()
    if matter is None:
        raise Refusal(Ground.SCOPE, "scope.matter", _("没有该事项，或不在您的数据范围内"))
    return matter
