"""The five reviews of a payment as they stand now, and what a meeting decided on a matter."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal

from lianjing.domains.works.rules.reviews import FIVE, ReviewView, five_reviews
from lianjing.runtime import codes
from lianjing.runtime.meeting.models import AgendaItem
from lianjing.runtime.meeting.queries import passed_item
from lianjing.runtime.org.models import Unit
from lianjing.runtime.payment.models import PaymentApplication
from lianjing.runtime.process.models import DecisionLog, ProcessInstance, Review, WorkItem
from lianjing.runtime.regulation.queries import graph_of
from lianjing.runtime.trail.act import legal_day

ENTERING = ("apply", "price", "agree", "submit")  # the step by which a matter was last sent in
MEETINGS = {"director_meeting": ("director", "party_committee"), "party_committee": ("party_committee",)}


def collective_item(matter_id: int, body: str, *, amount: Decimal | None = None) -> AgendaItem | None:
    """Return the agenda item by which the body named, or one above it, passed this matter; None where none did.

    A decision taken before the matter was last sent in, or on a smaller sum than `amount`, is none.
    """
    kinds = MEETINGS.get(body)
    item = passed_item(matter_id, kinds, amount=amount) if kinds else None
    first = next((done for step in ENTERING if (done := _last_done(matter_id, step)) is not None), None)
    if item is None or first is None or item.decided_on is None or first.closed_at is None:
        return None
    return item if item.decided_on >= legal_day(first.closed_at) else None


def body_of(matter_id: int) -> str:
    """Return the deciding body that the collective table last named for a payment; "" before it ran."""
    last = (
        DecisionLog.objects.filter(matter_id=matter_id, decision_key="works_collective_tier")
        .order_by("-id")
        .first()
    )
    return str(json.loads(last.outputs).get("body", "")) if last is not None else ""


def _last_done(matter_id: int, step_key: str) -> WorkItem | None:
    return (
        WorkItem.objects.filter(matter_id=matter_id, step_key=step_key, outcome="done")
        .order_by("-id")
        .first()
    )


def review_chain(matter_id: int) -> tuple[str, ...]:
    """Return the reviews that the bundle in force for this matter draws: nobody else sets or shortens the chain (F1)."""
    instance = ProcessInstance.objects.select_related("definition").filter(matter_id=matter_id).first()
    if instance is None:
        return FIVE
    drawn = {task.id for task in graph_of(instance.definition).tasks}
    return tuple(kind for kind in FIVE if kind in drawn)


def present_reviews(matter_id: int) -> list[Review]:
    """Return the conclusions given since the application was last sent in: a return makes all earlier ones void."""
    applied = _last_done(matter_id, "apply")
    if applied is None or applied.closed_at is None:
        return []
    rows = (
        Review.objects.filter(matter_id=matter_id, kind__in=FIVE)
        .select_related("person", "unit", "post", "agenda_item")
        .order_by("id")
    )
    return [
        row
        for row in rows
        if (row.work_item_id is not None and row.work_item_id > applied.pk)
        or (row.work_item_id is None and row.done_at >= applied.closed_at)
    ]


def departments_asked(matter_id: int) -> set[int]:
    """Return the units whose joint review was opened since the application was last sent in."""
    applied = _last_done(matter_id, "apply")
    if applied is None:
        return set()
    items = WorkItem.objects.filter(matter_id=matter_id, step_key="joint", id__gt=applied.pk)
    return set(items.values_list("unit_id", flat=True))


def review_views(matter_id: int) -> list[ReviewView]:
    """Return the present conclusions as the rule sees them; of one reviewer's several the last counts."""
    last: dict[tuple[str, int | None], Review] = {}
    for row in present_reviews(matter_id):
        last[row.kind, row.unit_id if row.kind == "joint" else None] = row
    return [
        ReviewView(
            row.kind, row.result, row.person_id, row.unit_id, row.clause, row.agenda_item_id is not None
        )
        for row in last.values()
    ]


def review_labels() -> dict[str, str]:
    """Return the words for the five reviews in the active language."""
    return {kind: codes.label("review_kind", kind) for kind in FIVE}


def is_disputed(matter_id: int) -> bool:
    """Return whether a department disagrees in the present round."""
    return any(view.kind == "joint" and view.result == "refuse" for view in review_views(matter_id))


@dataclass(frozen=True, slots=True)
class ReviewLine:
    """One of the five for the page: its rows, and whether it stands."""

    kind: str
    label: str
    rows: tuple[Review, ...]
    is_standing: bool
    waiting: tuple[str, ...] = ()  # departments that have not answered


def review_lines(application: PaymentApplication) -> list[ReviewLine]:
    """Return the five reviews of a payment in order, each with its conclusions and who is still awaited."""
    rows = present_reviews(application.pk)
    asked = departments_asked(application.pk)
    chain = review_chain(application.pk)
    missing = five_reviews(
        review_views(application.pk),
        asked,
        has_decision=application.agenda_item_id is not None,
        needed=chain,
    ).missing
    answered = {row.unit_id for row in rows if row.kind == "joint"}
    awaited = tuple(
        Unit.objects.filter(id__in=asked - answered).order_by("code").values_list("name", flat=True)
    )
    labels = review_labels()
    return [
        ReviewLine(
            kind,
            labels[kind],
            tuple(row for row in rows if row.kind == kind),
            kind not in missing,
            awaited if kind == "joint" else (),
        )
        for kind in chain
    ]
