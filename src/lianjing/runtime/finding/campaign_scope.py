"""Which running campaign a new finding belongs to."""

from __future__ import annotations

from datetime import date

from django.db.models import Q

from lianjing.runtime.org.queries import unit_and_below
from lianjing.runtime.risk.models import Campaign, CampaignScope


def campaign_for(indicator_code: str, unit_id: int | None, day: date) -> Campaign | None:
    """Return the oldest running campaign whose scope names the indicator and, where it names units, the unit."""
    named = CampaignScope.objects.filter(indicator_code=indicator_code).values("campaign_id")
    rows = Campaign.objects.filter(pk__in=named, status="running", from_on__lte=day)
    for row in rows.filter(Q(to_on__isnull=True) | Q(to_on__gte=day)).order_by("pk"):
        units = units_of(row)
        if not units or unit_id in units:
            return row
    return None


def units_of(row: Campaign) -> set[int]:
    """Return the units of a campaign with all below them; none means that it looks at all."""
    chosen = row.scope.filter(unit_id__isnull=False).values_list("unit_id", flat=True)
    return {unit for each in chosen for unit in unit_and_below(each)}
