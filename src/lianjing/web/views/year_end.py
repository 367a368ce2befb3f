"""年度结转: the checks before the turn of the year, and what is carried into the next."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lianjing.kernel.refusal import BadInput
from lianjing.runtime.year_end import carryings, readiness, roll_over, undo
from lianjing.web.access import OFFICIALS, PageRequest, signed_in
from lianjing.web.receipts import fresh_key, key_of
from lianjing.web.words import address, text_of


@signed_in(kinds=OFFICIALS)
@require_http_methods(["GET", "POST"])
def year_end(request: HttpRequest) -> HttpResponse:
    """Show how ready the installation is for the next year; carry the chosen lines."""
    asked = cast(PageRequest, request)
    year, fault = _year(asked), ""
    if request.method == "POST":
        try:
            messages.success(request, _carry(asked, year))
            return HttpResponseRedirect(f"{reverse('year_end')}?year={year}")
        except BadInput as error:
            fault = str(error)
    context = {
        "year": year,
        "next_year": year + 1,
        "years": [asked.today.year - 1, asked.today.year],
        "checks": [{"row": row, "url": address(row.page)} for row in readiness(year)],
        "carryings": [
            {"one": each, "label": text_of(each.roll_over.label), "domain": text_of(each.domain.label)}
            for each in carryings(asked.who.id, year, asked.today)
        ],
        "fault": fault,
        "request_key": fresh_key(),
    }
    return render(request, "lianjing/year_end.html", context, status=422 if fault else 200)


def _carry(request: PageRequest, year: int) -> str:
    """Carry the chosen lines, or take them back, and return the sentence that says so."""
    given = request.POST
    what: dict[str, Any] = {
        "domain_key": given.get("domain", ""),
        "roll_over_key": given.get("roll_over", ""),
        "year": year,
        "keys": given.getlist("keys"),
        "person_id": request.who.id,
        "now": request.now,
    }
    if given.get("undo"):
        return _("已撤销结转 %(count)s 项") % {"count": undo(**what | {"keys": [given["undo"]]})}
    return _("已结转 %(count)s 项") % {"count": roll_over(**what, key=key_of(request))}


def _year(request: PageRequest) -> int:
    given = request.POST.get("year", "") or request.GET.get("year", "")
    wanted = int(given) if given.isdecimal() and len(given) == 4 else request.today.year
    return (
        wanted if request.method == "POST" else min(max(wanted, request.today.year - 1), request.today.year)
    )
