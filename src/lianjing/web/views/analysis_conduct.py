"""清廉与效能: integrity measures beside delivery outcomes, month by month, from one ledger; no cause is claimed (G10)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, cast
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lianjing.analysis.conduct import conduct, ended_in
from lianjing.analysis.mining.waits import end_of
from lianjing.runtime.org.models import Unit
from lianjing.runtime.process.scope import visible_to
from lianjing.web.access import PageRequest, signed_in
from lianjing.web.charts import Series, bars
from lianjing.web.context import WATCHERS
from lianjing.web.listing import Column, day_of
from lianjing.web.register import Register
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
    ended = day_of(f"{request.GET.get('ended', '')}-01")
    if ended is not None:
        return _ended_page(asked, ended, unit)
    rows = [
        {
            "each": each,
            "median": "—" if each.median_days is None else f"{each.median_days:g}",
            "share": "—" if each.in_time_share is None else f"{each.in_time_share:.1%}",
        }
        | _links(each.month, unit)
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


def _links(month: date, unit: int | None) -> dict[str, str]:
    """The addresses behind the figures of a month."""
    own = {} if unit is None else {"unit": str(unit)}
    last = end_of(month).date() - timedelta(days=1)
    span = {"from": month.isoformat(), "to": last.isoformat()} | own
    at = {"month": f"{month:%Y-%m}"} | own

    def address(name: str, query: dict[str, str]) -> str:
        return f"{reverse(name)}?{urlencode(query)}"

    return {
        "refused_url": address("trail", {"refused": "1"} | span),
        "urged_url": address("trail", {"refused": "0", "q": ".urge"} | span),
        "returned_url": address("analysis_items", {"state": "returned"} | at),
        "steps_url": address("analysis_items", {"state": "limited"} | at),
        "warned_url": address("findings", span),
        "settled_url": address(
            "findings", {"closed_from": month.isoformat(), "closed_to": last.isoformat()} | own
        ),
        "ended_url": address("analysis_conduct", {"ended": f"{month:%Y-%m}"} | own),
    }


def _ended_page(request: PageRequest, month: date, unit: int | None) -> HttpResponse:
    """List the matters that ended in a month, as the figure counts them."""
    matters = visible_to(request.who.id, request.today)
    if unit is not None:
        matters = matters.filter(unit_id=unit)
    listing = Register(
        request,
        ended_in(matters, month).select_related("unit").order_by("-closed_on", "-id"),
        [
            Column("code", _("编号"), lambda row: row.code, "code"),
            Column(
                "title",
                _("事项"),
                lambda row: row.title,
                "title",
                url=lambda row: reverse("matter", args=[row.pk]),
            ),
            Column("unit", _("单位"), lambda row: row.unit.name, "unit__code"),
            Column("opened", _("立项日"), lambda row: row.opened_on, "opened_on", "day"),
            Column("closed", _("办结日"), lambda row: row.closed_on, "closed_on", "day"),
        ],
        ("title", "code"),
        table="ended-matters",
        empty_text=_("没有符合条件的事项"),
        kept=[("ended", f"{month:%Y-%m}"), *([] if unit is None else [("unit", str(unit))])],
    )
    title = _("%(month)s办成的事项") % {"month": f"{month:%Y-%m}"}
    if listing.wants_excel:
        return listing.excel(title)
    return render(request, "lianjing/analysis_ended.html", {"listing": listing, "title": title})
