"""The supervision line of the cockpit beside the business line: findings by colour and age, the loop, gaps, campaigns."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from lianjing.runtime import codes
from lianjing.runtime.finding.closing import IN_HAND
from lianjing.runtime.finding.visibility import visible_to
from lianjing.runtime.risk.controls import standings
from lianjing.runtime.risk.models import Campaign, RiskPoint
from lianjing.web.access import PageRequest
from lianjing.web.finding_file import SEVERITY_TONES

MONTH = timedelta(days=30)


def supervision_line(request: PageRequest) -> dict[str, Any]:
    """Return the figures of the line, each with the list that it counts."""
    today = request.today
    mine = visible_to(request.who.id, today).order_by()
    still = ~Q(state="closed")
    counts = mine.aggregate(
        total=Count("pk"),
        closed=Count("pk", filter=Q(state="closed")),
        overdue=Count("pk", filter=Q(state__in=IN_HAND, due_on__lt=today)),
    )
    open_by_colour = dict(mine.filter(still).values_list("severity").annotate(Count("pk")))
    old_by_colour = dict(
        mine.filter(still, detected_on__lt=today - MONTH).values_list("severity").annotate(Count("pk"))
    )
    year = (
        RiskPoint.objects.filter(year__lte=today.year)
        .order_by("-year")
        .values_list("year", flat=True)
        .first()
    )
    stands = standings(RiskPoint.objects.filter(year=year, is_active=True), today) if year else {}
    place = reverse("findings")
    total = counts["total"]
    return {
        "colours": [
            {
                "word": word,
                "count": open_by_colour.get(code, 0),
                "note": _("超过30天%(count)s条") % {"count": old_by_colour.get(code, 0)},
                "tone": SEVERITY_TONES[code],
                "url": f"{place}?{urlencode({'severity': code, 'list': 'open'})}",
            }
            for code, word in codes.choices("severity")
        ],
        "overdue": counts["overdue"],
        "overdue_url": f"{place}?list=overdue",
        "closed_rate": f"{counts['closed'] / total:.1%}" if total else "—",
        "closed_note": _("%(total)s条中销号%(closed)s条") % {"total": total, "closed": counts["closed"]},
        "closed_url": f"{place}?state=closed",
        "points": len(stands),
        "gaps": sum(bool(each.gap) for each in stands.values()),
        "gaps_url": f"{reverse('risk_points')}?{urlencode({'year': year or today.year, 'gap': 'any'})}",
        "campaigns": Campaign.objects.filter(status="running").count(),
        "campaigns_url": f"{reverse('campaigns')}?status=running",
    }
