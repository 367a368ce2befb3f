"""Reads of phrases: what is offered beside an opinion."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import F, Q, QuerySet

from lianjing.runtime.phrase.models import OpinionPhrase


def offered_to(person_id: int, unit_ids: Collection[int]) -> QuerySet[OpinionPhrase]:
    """Return the phrases in use that a person may insert: his own first, then those of the units of his posts."""
    rows = OpinionPhrase.objects.filter(ended_at__isnull=True)
    rows = rows.filter(Q(person_id=person_id) | Q(unit_id__in=list(unit_ids)))
    return rows.select_related("unit").order_by(F("person_id").asc(nulls_last=True), "position", "id")
