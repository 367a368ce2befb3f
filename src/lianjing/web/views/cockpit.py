"""监督驾驶舱: both the money and the work at one look, within the reader's scope; also as a wall screen (C9)."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any, cast

from django.db.models import F, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lianjing.runtime.domains import domains
from lianjing.runtime.process.models import WorkItem
from lianjing.runtime.process.queries import bottleneck_count
from lianjing.runtime.trail.queries import lines
from lianjing.web.access import PageRequest, signed_in
from lianjing.web.charts import Series, bars
from lianjing.web.context import WATCHERS
from lianjing.web.foreseeing import foreseen_rows
from lianjing.web.overview import Overview
from lianjing.web.overview_keeping import overview_of
from lianjing.web.scope import events_for
from lianjing.web.supervision_line import supervision_line
from lianjing.web.views.bottleneck import in_scope, stuck_lines
from lianjing.web.views.trail import trail_figures
from lianjing.web.words import timeline_acts

TOP = 10
RECENT = timedelta(days=30)
YEAR = timedelta(days=365)
TEN_THOUSAND = Decimal(10_000)


@signed_in(kinds=WATCHERS)
@require_safe
def cockpit(request: HttpRequest) -> HttpResponse:
    """Show the cockpit; `wall=1` is the dark screen that refreshes itself."""
    asked = cast(PageRequest, request)
    made = [
        overview_of(domain.key, domain.overview, asked.who.id, asked.today, asked.now)
        for domain in domains()
        if domain.overview is not None
    ]
    refused = events_for(asked.who, asked.today).filter(is_refused=True, recorded_at__gte=asked.now - RECENT)
    stuck = stuck_lines(asked, most=TOP)
    context: dict[str, Any] = {
        "parts": [_part(overview, number) for number, (_at, overview) in enumerate(made, start=1)],
        "stuck": stuck,
        "stuck_count": bottleneck_count(in_scope(asked), asked.now),
        "foreseen": foreseen_rows(asked, in_scope(asked), most=TOP),
        "on_time": _on_time(asked),
        "refused_count": refused.count(),
        "refused": timeline_acts(lines(refused.order_by("-recorded_at", "-oseq")[:TOP]), asked.today),
        "refused_url": f"{reverse('trail')}?refused=1",
        "trail": trail_figures(),
        "line": supervision_line(asked),
        "moment": min((at for at, _overview in made), default=asked.now),
    }
    if asked.GET.get("wall") == "1":
        return render(
            request,
            "lianjing/cockpit_wall.html",
            context | {"refresh_seconds": "never", "home_url": reverse("cockpit")},
        )
    return render(request, "lianjing/cockpit.html", context)


def _part(overview: Overview, number: int) -> dict[str, Any]:
    """One domain's panels: its figures, and the same as data for the charts."""
    path = bars(
        [step.label for step in overview.path],
        [Series(_("万元"), [step.amount / TEN_THOUSAND for step in overview.path])],
        unit=_("万元"),
    )
    shown = overview.standings[:TOP]
    progress = bars(
        [each.title for each in shown],
        [
            Series(_("核定进度（%）"), [each.verified_share * 100 for each in shown]),
            Series(
                _("已付比例（%）"),
                [each.paid_share * 100 for each in shown],
                [place for place, each in enumerate(shown) if each.is_over],
            ),
        ],
        unit="%",
        is_lying=True,
    )
    return {
        "overview": overview,
        "path": path,
        "path_id": f"money-{number}",
        "progress_id": f"progress-{number}",
        "progress": progress,
        "standings": shown,
        "over_count": sum(each.is_over for each in overview.standings),
        "hidden_count": len(overview.standings) - len(shown),
    }


def _on_time(request: PageRequest) -> dict[str, Any]:
    """How many steps with a limit were closed in time in the last year, and how many are overdue now."""
    items = WorkItem.objects.filter(in_scope(request), due_at__isnull=False)
    closed = items.filter(closed_at__gte=request.now - YEAR, outcome="done")
    total, late = closed.count(), closed.filter(closed_at__gt=F("due_at")).count()
    overdue = items.filter(Q(closed_at=None, matter__status="open"), due_at__lt=request.now).count()
    return {
        "total": total,
        "late": late,
        "overdue": overdue,
        "rate": f"{(total - late) / total:.1%}" if total else "—",
    }
