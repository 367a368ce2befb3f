"""The recorded conclusions of a chain of reviews; a conclusion is written once and never changed."""

from __future__ import annotations

from decimal import Decimal

from lianjing.runtime.meeting.models import AgendaItem
from lianjing.runtime.process.deed import Deed
from lianjing.runtime.process.models import Review


def conclude(
    deed: Deed,
    *,
    kind: str,
    result: str,
    seq: int,
    opinion_text: str = "",
    cut: Decimal | None = None,
    agenda_item: AgendaItem | None = None,
    clause: str = "",
) -> Review:
    """Write one review's conclusion; part of the step's act. Without an item it is the rule that concludes."""
    item = deed.item
    return deed.act.save(
        Review(
            domain=deed.matter.domain,
            matter=deed.matter,
            kind=kind,
            seq=seq,
            result=result,
            opinion_text=opinion_text,
            cut=cut,
            unit_id=item.unit_id if item else None,
            post_id=item.post_id if item else None,
            person_id=deed.person_id if item else None,
            work_item=item,
            round=item.round if item else 1,
            due_at=item.due_at if item else None,
            done_at=deed.now,
            agenda_item=agenda_item,
            clause=clause or (item.clause if item else ""),
        )
    )


def reviews_of(matter_id: int) -> list[Review]:
    """Return all conclusions of a matter in the order in which they were written."""
    return list(
        Review.objects.filter(matter_id=matter_id)
        .select_related("person", "post", "unit")
        .order_by("done_at", "id")
    )
