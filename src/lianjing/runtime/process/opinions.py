"""What departments wrote in a joint review: sealed from everyone until all are in or due (nouns.md, joint review)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q, QuerySet

from lianjing.runtime.matter.models import Matter
from lianjing.runtime.process.models import Opinion, Review, WorkItem


def sealed_items(matter_ids: Iterable[int], now: datetime) -> set[int]:
    """Return the items of joint reviews that are still sealed: a sister item is open and not past its due time."""
    waiting = WorkItem.objects.filter(matter_id__in=list(matter_ids), closed_at__isnull=True)
    waiting = waiting.exclude(Q(element="") | Q(element__startswith="+"))  # "+": a signer added to one item
    waiting = waiting.filter(Q(due_at__isnull=True) | Q(due_at__gt=now))
    sealed: set[int] = set()
    for instance_id, step_key, turn in waiting.values_list("instance_id", "step_key", "round").distinct():
        sisters = WorkItem.objects.filter(instance_id=instance_id, step_key=step_key, round=turn)
        sealed.update(sisters.values_list("id", flat=True))
    return sealed


def visible_opinions(matter: Matter, person_id: int | None, now: datetime) -> QuerySet[Opinion]:
    """Return the opinions on a matter that the person may read now: all that are unsealed, and his own."""
    sealed = sealed_items([matter.id], now)
    given = Opinion.objects.filter(matter=matter).select_related("unit", "person", "work_item")
    return given.filter(
        ~Q(work_item_id__in=sealed) | Q(work_item_id__isnull=True) | Q(person_id=person_id)
    ).order_by("given_at", "id")


def visible_reviews(matter: Matter, person_id: int | None, now: datetime) -> QuerySet[Review]:
    """Return the conclusions on a matter that the person may read now, by the same rule."""
    sealed = sealed_items([matter.id], now)
    given = Review.objects.filter(matter=matter).select_related("unit", "post", "person", "work_item")
    return given.filter(
        ~Q(work_item_id__in=sealed) | Q(work_item_id__isnull=True) | Q(person_id=person_id)
    ).order_by("done_at", "id")
