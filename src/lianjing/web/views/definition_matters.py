"""The open matters under older versions of a process, and carrying them over to the one in force by a map of nodes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.process.carrying import (
    MOST,
    Carried,
    Place,
    Standing,
    carry_over,
    newer_version,
    places_of,
    standing,
)
from lianjing.runtime.regulation.models import Definition
from lianjing.runtime.regulation.queries import graph_of
from lianjing.web.access import OFFICIALS, PageRequest, signed_in
from lianjing.web.doing import number_of
from lianjing.web.receipts import fresh_key, key_of

PREFIX = "node-"


@signed_in(kinds=OFFICIALS)
@require_http_methods(["GET", "POST"])
def definition_matters(request: PageRequest, definition_id: int) -> HttpResponse:
    """Show how open matters would stand under a version; check a map of nodes, or carry the chosen ones over."""
    newer = newer_version(definition_id, request.today)
    given = _node_map(request.POST)
    if request.POST.get("action") != "carry":
        if request.method == "POST" and not standing(newer, {}, person_id=request.who.id, day=request.today):
            raise Refusal(Ground.POST, "carry.nothing", _("没有您可以改按本版本办理的事项"))
        return _page(request, newer, given)
    try:
        carried = carry_over(
            definition_id=newer.pk,
            matter_ids=[found for each in request.POST.getlist("matter") if (found := number_of(each))],
            node_map=given,
            reason=request.POST.get("reason", "")[:2000],
            person_id=request.who.id,
            now=request.now,
            key=key_of(request),
        )
    except BadInput as bad:
        return _page(request, newer, given, fault=str(bad))
    refused = [each for each in carried if not each.is_done]
    if refused:
        return _page(request, newer, given, refused=refused, done=len(carried) - len(refused))
    messages.success(request, _("%(count)s项已改按新版本办理，各有一条留痕") % {"count": len(carried)})
    return redirect("definition_matters", newer.pk)


def _node_map(given: Any) -> dict[str, str]:
    """What the page was sent for each old node; an empty choice leaves the node to its own name."""
    return {
        name.removeprefix(PREFIX): given[name] for name in given if name.startswith(PREFIX) and given[name]
    }


def _page(
    request: PageRequest,
    newer: Definition,
    given: Mapping[str, str],
    *,
    fault: str = "",
    refused: list[Carried] | None = None,
    done: int = 0,
) -> HttpResponse:
    own = standing(newer, {}, person_id=request.who.id, day=request.today)
    rows = standing(newer, given, person_id=request.who.id, day=request.today) if given else own
    chosen = {found for each in request.POST.getlist("matter") if (found := number_of(each))}
    regulation = newer.regulation
    context = {
        "newer": newer,
        "process_name": graph_of(newer).name or newer.key,
        "rows": [_row(each) | {"is_chosen": each.matter.pk in chosen or not chosen} for each in rows],
        "ready": sum(not each.plan.unmapped for each in rows),
        "places": [_place(each, rows, given) for each in places_of(own, newer)],
        "most": MOST,
        "fault": fault,
        "refused": [{"carried": each, "title": _title(rows, each.matter_id)} for each in refused or []],
        "done": done,
        "is_checked": request.method == "POST",
        "reason": request.POST.get("reason", ""),
        "request_key": fresh_key(),
        "breadcrumbs": [{"label": _("制度库"), "url": reverse("regulations")}]
        + (
            [{"label": regulation.title, "url": reverse("regulation", args=[regulation.key])}]
            if regulation
            else []
        ),
    }
    status = 422 if fault else 409 if refused else 200
    return render(request, "lianjing/definition_matters.html", context, status=status)


def _row(row: Standing) -> dict[str, Any]:
    return {"standing": row, "unmapped": "、".join(row.plan.unmapped), "version": row.version}


def _title(rows: tuple[Standing, ...], matter_id: int) -> str:
    return next((each.matter.title for each in rows if each.matter.pk == matter_id), str(matter_id))


def _place(place: Place, rows: tuple[Standing, ...], given: Mapping[str, str]) -> dict[str, Any]:
    """One row of the map: what was chosen, else the node of the same name where it can take the place."""
    names = [each for each, _name in place.choices]
    target = given.get(place.id, place.id if place.id in names else "")
    missing = sum(place.id in each.plan.unmapped for each in rows)
    return {"place": place, "field": PREFIX + place.id, "target": target, "missing": missing}
