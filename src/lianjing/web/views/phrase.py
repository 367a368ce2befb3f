"""The phrases of opinions: one's own, and those of the units that one heads."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lianjing.kernel.refusal import BadInput
from lianjing.runtime.org.models import Unit
from lianjing.runtime.org.queries import headed_units, unbound
from lianjing.runtime.phrase import services
from lianjing.runtime.phrase.queries import offered_to
from lianjing.web.access import PageRequest, signed_in
from lianjing.web.doing import done, number_of


@signed_in
@require_http_methods(["GET", "POST"])
def phrases(request: HttpRequest) -> HttpResponse:
    """List, add and end phrases."""
    asked = cast(PageRequest, request)

    def again(more: dict[str, Any], status: int) -> HttpResponse:
        headed = headed_units(asked.who.id, asked.today)
        rows = offered_to(asked.who.id, [each.post.unit_id for each in asked.held])
        context = {
            "rows": [
                {"row": row, "may_end": row.person_id == asked.who.id or row.unit_id in headed}
                for row in rows
            ],
            "units": Unit.objects.filter(id__in=headed).order_by("code"),
            "posted": request.POST,
            **more,
        }
        return render(request, "lianjing/phrases.html", context, status=status)

    if request.method == "GET":
        return again({}, 200)

    def do() -> str:
        actor, posted = unbound(asked.who.id, "web"), request.POST
        match posted.get("action"):
            case "add":
                unit_id = number_of(posted.get("unit", ""))
                services.add(text=posted.get("text", ""), unit_id=unit_id, actor=actor, now=asked.now)
            case "end":
                phrase_id = number_of(posted.get("phrase", "")) or 0
                services.end(phrase_id=phrase_id, actor=actor, now=asked.now)
            case _:
                raise BadInput(_("未知的操作"))
        return reverse("phrases")

    return done(asked, do, again)
