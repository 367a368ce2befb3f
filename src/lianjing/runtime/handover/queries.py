"""Reads of hand-overs: whose they are to see, who may agree."""

from __future__ import annotations

from datetime import date

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from lianjing.kernel.refusal import Ground, Refusal
from lianjing.runtime.handover.models import PostHandover
from lianjing.runtime.org.queries import (
    headed_units,
    posts_held,
    supervised_units,
    unit_and_above,
    unit_and_below,
)

PERSONNEL = "personnel_officer"


def handovers_for(person_id: int, day: date) -> QuerySet[PostHandover]:
    """Return the hand-overs that a person may see: his own, those of units he heads or supervises; personnel all."""
    rows = PostHandover.objects.select_related(
        "giver_person", "successor_person", "unit", "prepared_by_person", "agreed_by_person"
    ).annotate(line_count=Count("lines"))
    rows = rows.order_by("-prepared_at", "-id")
    if any(held.post.key == PERSONNEL for held in posts_held(person_id, day)):
        return rows
    units = supervised_units(person_id, day)
    for unit_id in headed_units(person_id, day):
        units |= unit_and_below(unit_id, day)
    mine = (
        Q(giver_person_id=person_id) | Q(successor_person_id=person_id) | Q(prepared_by_person_id=person_id)
    )
    return rows.filter(mine | Q(unit_id__in=units))


def handover_for(person_id: int, handover_id: int, day: date) -> PostHandover:
    """Return a hand-over that the person may see; Refusal(SCOPE) otherwise, whether or not it exists."""
    found = handovers_for(person_id, day).filter(id=handover_id).first()
    if found is None:
        raise Refusal(Ground.SCOPE, "scope.handover", _("没有该交接，或不在您的数据范围内"))
    return found


def may_agree(row: PostHandover, person_id: int, day: date) -> bool:
    """True for a head of the unit or of one above it who has no other part in the hand-over."""
    parts = {row.giver_person_id, row.successor_person_id, row.prepared_by_person_id}
    return person_id not in parts and bool(headed_units(person_id, day) & set(unit_and_above(row.unit_id)))
