"""Several steps in one go, each its own act, event and transaction: done with one opinion (批量办理), passed on with one reason (批量转办)."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import F, Q
from django.utils.translation import gettext as _

from lianjing.kernel.declaration import Procedure, Step
from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.domains import domains
from lianjing.runtime.domains import procedure as declared
from lianjing.runtime.org.models import Post
from lianjing.runtime.org.queries import holders, posts_held, unit_and_below
from lianjing.runtime.process.handing import reassign
from lianjing.runtime.process.models import WorkItem
from lianjing.runtime.process.queries import items_for
from lianjing.runtime.process.scope import visible_among
from lianjing.runtime.process.services import complete
from lianjing.runtime.trail.act import legal_day
from lianjing.runtime.trail.models import Receipt

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

    BadInput for items of different steps, for a step that is not batchable and for more than fifty; Refusal for one out
    of the person's scope, of which nothing is told. Sent again with the same key, what was done is answered and what
    was not is tried again.
    """
    items = _named(item_ids, person_id, legal_day(now))
    _require_alike(items, opinion)

    def one(item: WorkItem, own_key: str) -> Line:
        outcome = complete(
            item_id=item.pk,
            person_id=person_id,
            data={OPINION: opinion},
            now=now,
            key=own_key,
            channel=channel,
        )
        return Line(item, outcome.event_id, outcome.is_repeated)

    return _one_by_one(items, key, one)


def to_pass_on(person_id: int, day: date) -> dict[Post, list[WorkItem]]:
    """Return the open steps that a person may pass on today, by post, the first due first: his own and his units'.

    Only posts with another holder; without the steps of added signers, who only sign.
    """
    mine = items_for(person_id, day).order_by().values("id")
    found = WorkItem.objects.filter(closed_at__isnull=True, matter__status="open")
    found = found.filter(Q(unit_id__in=_headed(person_id, day)) | Q(id__in=mine))
    found = found.exclude(element__contains="+").select_related(
        "matter__root", "post__unit", "unit", "person"
    )
    shared: dict[Post, list[WorkItem]] = {}
    for item in found.order_by(F("due_at").asc(nulls_last=True), "id"):
        shared.setdefault(item.post, []).append(item)
    return {post: items for post, items in shared.items() if len(holders(post.id, day)) > 1}


def _headed(person_id: int, day: date) -> set[int]:
    """The units that a person heads, with all below."""
    own = [held.post for held in posts_held(person_id, day) if held.on_behalf_of_id is None]
    return {unit for post in own if post.kind == "head" for unit in unit_and_below(post.unit_id, day)}


def reassign_together(
    *,
    item_ids: Sequence[int],
    person_id: int,
    to_person_id: int,
    reason: str,
    now: datetime,
    key: str,
    channel: str = "web",
) -> list[Line]:
    """Pass open steps of one post on to one of its holders; one that is refused stops none of the others.

    BadInput for items of different posts, without a reason and for more than fifty; Refusal for one out of scope. Sent again with the same key, what
    was passed on is not passed on again.
    """
    day = legal_day(now)
    items = _named(item_ids, person_id, day, _headed(person_id, day))
    if not reason.strip():
        raise BadInput(_("请写明转办理由"), "reason")
    if len({item.post_id for item in items}) != 1:
        raise BadInput(_("批量转办只限同一岗位的待办"), "items")

    def one(item: WorkItem, own_key: str) -> Line:
        is_repeated = Receipt.objects.filter(key=own_key).exists()
        reassign(
            item_id=item.pk,
            person_id=person_id,
            to_person_id=to_person_id,
            reason=reason,
            now=now,
            key=own_key,
            channel=channel,
        )
        return Line(item, Receipt.objects.get(key=own_key).event_id, is_repeated)

    return _one_by_one(items, key, one)


def _named(item_ids: Sequence[int], person_id: int, day: date, units: Collection[int] = ()) -> list[WorkItem]:
    """The items in the order given, each once; BadInput for none and for more than fifty.

    Refusal for one whose matter is out of the person's scope and which is not on a desk of these units.
    """
    ids = list(dict.fromkeys(item_ids))
    if not 0 < len(ids) <= MOST:
        raise BadInput(_("请选择待办（一次不超过%(most)s件）") % {"most": MOST}, "items")
    rows = WorkItem.objects.filter(id__in=ids).select_related("matter__root", "instance__definition")
    seen = visible_among([item.matter_id for item in rows], person_id, day)
    found = {item.pk: item for item in rows if item.matter_id in seen or item.unit_id in units}
    if len(found) != len(ids):
        raise Refusal(Ground.SCOPE, "scope.item", _("没有该待办，或不在您的数据范围内"))
    return [found[pk] for pk in ids]


def _require_alike(items: Sequence[WorkItem], opinion: str) -> None:
    if not opinion.strip():
        raise BadInput(_("请填写意见"), OPINION)
    places = {(item.instance.definition.key, item.step_key) for item in items}
    if len(places) != 1:
        raise BadInput(_("批量办理只限同一环节的待办"), "items")
    process, step_key = places.pop()
    procedure = declared(process)[1]
    if not is_batchable(procedure, procedure.step(step_key)):
        raise BadInput(_("该环节须逐件办理"), "items")


def _one_by_one(items: Sequence[WorkItem], key: str, one: Callable[[WorkItem, str], Line]) -> list[Line]:
    """Act on each item under a key of its own, made from the key of the whole."""
    space = uuid.UUID(key) if key else uuid.uuid4()
    lines = []
    for item in items:
        try:
            lines.append(one(item, str(uuid.uuid5(space, str(item.pk)))))
        except Refusal as refusal:
            lines.append(Line(item, refusal=refusal))
        except BadInput as fault:
            lines.append(Line(item, fault=str(fault)))
    return lines
