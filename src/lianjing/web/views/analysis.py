"""堵点分析: the map of one process or of a log from elsewhere, regulated or as it was walked (C10, R4)."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_safe

from lianjing.analysis.mining import desks, flows, variants
from lianjing.web.access import PageRequest, signed_in
from lianjing.web.analysis_logs import faults_of
from lianjing.web.analysis_map import regulated
from lianjing.web.analysis_view import View, hidden_objects, status_of, view_of
from lianjing.web.context import WATCHERS
from lianjing.web.discovered import MEASURES, discover

MOST_STEPS, MOST_ARROWS = 30, 60
TOP = 8
WORDS = {
    "excess": gettext_noop("超出中位数的合计"),
    "median": gettext_noop("中位数"),
    "p95": gettext_noop("P95"),
}


@signed_in(kinds=WATCHERS)
@require_safe
def analysis(request: PageRequest) -> HttpResponse:
    """Draw the regulated process with heat, or the map that the log draws."""
    view, context = view_of(request)
    if view is None or not view.objects:
        return render(
            request, "lianjing/analysis.html", context | {"is_empty": True}, status=status_of(context)
        )
    is_found = view.is_foreign or request.GET.get("map") == "discovered"
    given = request.GET.get("heat", "")
    measure = given if given in MEASURES else MEASURES[0]
    with view.held.lock:
        arrows, counted = flows.flows(view.store), flows.steps(view.store)
        ways, people = variants.variants(view.store), desks.desks(view.store)
        shown = (
            _found(request, view, counted, arrows, ways, measure)
            if is_found
            else regulated(view, counted, arrows, measure)
        )
    context |= {
        "map": "discovered" if is_found else "regulated",
        "heat": measure,
        "heat_word": _(WORDS[measure]),
        "heats": [{"key": key, "label": _(WORDS[key])} for key in MEASURES],
        "worst": [
            {"flow": each, "url": view.matters(origin=each.origin, target=each.target)}
            for each in arrows[:TOP]
            if each.excess_days > 0
        ],
        "people": [
            {"desk": each, "url": view.matters(post=each.post, person=each.person, step=each.type)}
            for each in people[:TOP]
            if each.excess_days > 0
        ],
        "variant_count": len(ways),
    }
    if context["foreign"] is not None:
        context |= {"row": context["foreign"], "faults": faults_of(context["foreign"])}
    return render(request, "lianjing/analysis.html", context | shown)


def _found(
    request: PageRequest,
    view: View,
    counted: list[flows.StepCount],
    arrows: list[flows.Flow],
    ways: list[variants.Variant],
    measure: str,
) -> dict[str, Any]:
    """The map that the log draws; an arrow on which matters left the process says so, what is hidden is counted."""
    most_steps = _bounded(request, "steps_shown", MOST_STEPS)
    most_arrows = _bounded(request, "arrows_shown", MOST_ARROWS)
    left = {pair for pair, each in view.held.arcs.left.items() if each.objects & view.objects}
    picture = discover(
        counted, arrows, ways, most_steps=most_steps, most_arrows=most_arrows, measure=measure, left=left
    )
    hidden = hidden_objects(view.store, picture.names, picture.pairs)
    return {
        "picture": picture,
        "arrows": [
            {"arrow": each, "url": view.matters(origin=each.origin, target=each.target)}
            for each in picture.arrows
        ],
        "boxes": [{"step": each, "url": view.matters(step=each.name)} for each in picture.steps],
        "hidden": len(hidden),
        "hidden_url": view.matters(beyond=f"{most_steps}.{most_arrows}"),
        "steps_shown": most_steps,
        "arrows_shown": most_arrows,
        "most_steps": max(MOST_STEPS, len(counted)),
        "most_arrows": max(MOST_ARROWS, len(arrows)),
    }


def _bounded(request: PageRequest, name: str, usual: int) -> int:
    given = request.GET.get(name, "")
    return max(1, min(500, int(given))) if given.isdecimal() and len(given) < 5 else usual
