"""清廉与效能: integrity measures beside delivery outcomes, month by month, from one ledger; no cause is claimed (G10)."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lianjing.analysis.conduct import conduct
from lianjing.runtime.org.models import Unit
from lianjing.runtime.process.scope import visible_to
from lianjing.web.access import PageRequest, signed_in
from lianjing.web.charts import Series, bars
from lianjing.web.context import WATCHERS
from lianjing.web.scope import events_for


@signed_in(kinds=WATCHERS)
@require_safe
def analysis_conduct(request: HttpRequest) -> HttpResponse:
    """Show both series of the last twelve months side by side, of the reader's scope or one unit of it."""
    asked = cast(PageRequest, request)
    given = request.GET.get("unit", "")
    unit = int(given) if given.isdecimal() else None
    matters = visible_to(asked.who.id, asked.today).order_by()
    units = Unit.objects.filter(id__in=matters.values("unit_id")).order_by("code").values_list("id", "name")
    months = conduct(asked.who.id, asked.today, asked.now, events_for(asked.who, asked.today), unit=unit)
    items = f"{reverse('analysis_items')}?unit={unit or ''}"
    rows = [
        {
            "each": each,
            "median": "—" if each.median_days is None else f"{each.median_days:g}",
            "share": "—" if each.in_time_share is None else f"{each.in_time_share:.1%}",
            "returned_url": f"{items}&state=returned&month={each.month:%Y-%m}",
            "steps_url": f"{items}&state=done&month={each.month:%Y-%m}",
        }
        for each in reversed(months)
    ]
    labels = [f"{each.month:%Y-%m}" for each in months]
    context = {
        "rows": rows,
        "units": [("", _("全部"))] + [(str(key), name) for key, name in units],
        "unit": given if unit is not None else "",
        "measures": bars(
            labels,
            [
                Series(_("被拒尝试"), [each.refused for each in months]),
                Series(_("退回"), [each.returned for each in months]),
            ],
        ),
        "outcomes": bars(
            labels,
            [
                Series(
                    _("按时办结率"), [cast(Any, round((each.in_time_share or 0) * 100, 1)) for each in months]
                )
            ],
            unit="%",
        ),
    }
    return render(request, "lianjing/analysis_conduct.html", context)
