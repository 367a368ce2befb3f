"""Doing several like steps with one opinion (批量办理): each its own act, event and transaction."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from lianjing.kernel.declaration import Procedure, Step
from lianjing.kernel.refusal import BadInput, Refusal
from lianjing.runtime.domains import domains
from lianjing.runtime.domains import procedure as declared
from lianjing.runtime.process.models import WorkItem
from lianjing.runtime.process.queries import items_for
from lianjing.runtime.process.services import complete

MOST = 50
OPINION = "opinion"


@dataclass(frozen=True, slots=True)
class Line:
    """What became of one item: done with its event, or why not."""

    item: WorkItem
    event_id: str = ""
    is_repeated: bool = False
    refusal: Refusal | None = None
    fault: str = ""


def is_batchable(procedure: Procedure, step: Step) -> bool:
    """True for a declared step whose form asks for nothing but an opinion."""
    return step.is_batchable and step.form is not None and asks_only_opinion(step)


def asks_only_opinion(step: Step) -> bool:
    """True where a form has an opinion and no other field that must be filled in."""
    fields: Mapping[str, Any] = getattr(step.form, "base_fields", {})
    return OPINION in fields and not any(field.required for name, field in fields.items() if name != OPINION)


def groups(person_id: int, day: date) -> dict[tuple[str, str], list[WorkItem]]:
    """Return what waits for a person and may be done together, by (process, step)."""
    steps = {
        (procedure.key, step.id)
        for domain in domains()
        for procedure in domain.procedures
        for step in procedure.steps
        if is_batchable(procedure, step)
    }
    found: dict[tuple[str, str], list[WorkItem]] = {}
    waiting = items_for(person_id, day).filter(step_key__in={step for _process, step in steps})
    waiting = waiting.exclude(element__contains="+")  # an added signer says yes or no to each by itself
    for item in waiting.select_related("instance__definition", "matter__applicant_person"):
        place = (item.instance.definition.key, item.step_key)
        if place in steps:
            found.setdefault(place, []).append(item)
    return found


def complete_together(
    *,
    item_ids: Sequence[int],
    person_id: int,
    opinion: str,
    now: datetime,
    key: str,
    channel: str = "web",
) -> list[Line]:
    """Complete like items one after the other; one that is refused stops none of the others.

    BadInput for items of different steps, for a step that is not batchable and for more than fifty. Sent again with
    the same key, what was done is answered and what was not is tried again.
    """
    ids = list(dict.fromkeys(item_ids))
    found = WorkItem.objects.filter(id__in=ids).select_related("matter__root", "instance__definition")
    items = {item.pk: item for item in found}
    _require_alike([items[pk] for pk in ids if pk in items], ids, opinion)
    space = uuid.UUID(key) if key else uuid.uuid4()
    return [
        _complete(items[pk], person_id, opinion, now, str(uuid.uuid5(space, str(pk))), channel) for pk in ids
    ]


def _require_alike(items: Sequence[WorkItem], ids: Sequence[int], opinion: str) -> None:
    if not ids or len(ids) > MOST or len(items) != len(ids):
        raise BadInput(_("请选择待办（一次不超过%(most)s件）") % {"most": MOST}, "items")
    if not opinion.strip():
        raise BadInput(_("请填写意见"), OPINION)
    places = {(item.instance.definition.key, item.step_key) for item in items}
    if len(places) != 1:
        raise BadInput(_("批量办理只限同一环节的待办"), "items")
    process, step_key = places.pop()
    procedure = declared(process)[1]
    if not is_batchable(procedure, procedure.step(step_key)):
        raise BadInput(_("该环节须逐件办理"), "items")


def _complete(item: WorkItem, person_id: int, opinion: str, now: datetime, key: str, channel: str) -> Line:
    try:
        outcome = complete(
            item_id=item.pk, person_id=person_id, data={OPINION: opinion}, now=now, key=key, channel=channel
        )
    except Refusal as refusal:
        return Line(item, refusal=refusal)
    except BadInput as fault:
        return Line(item, fault=str(fault))
    return Line(item, outcome.event_id, outcome.is_repeated)
