"""Several like steps with one opinion: choose the step, tick the items, see what became of each."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from lianjing.kernel.refusal import BadInput
from lianjing.runtime.phrase.queries import offered_to
from lianjing.runtime.process.models import WorkItem
from lianjing.runtime.process.together import MOST, complete_together, groups
from lianjing.web import drafts
from lianjing.web.access import PageRequest, signed_in
from lianjing.web.clocks import light
from lianjing.web.doing import number_of
from lianjing.web.receipts import fresh_key, key_of
from lianjing.web.views.workbench import hang_amounts
from lianjing.web.words import item_name, procedure_words, refusal_words


@signed_in
@require_http_methods(["GET", "POST"])
def items_batch(request: HttpRequest) -> HttpResponse:
    """Show what may be done together; do it, each item its own act."""
    asked = cast(PageRequest, request)
    if request.method == "GET":
        return _page(asked)
    ids = [number_of(value) for value in request.POST.getlist("items")]
    try:
        lines = complete_together(
            item_ids=[pk for pk in ids if pk is not None],
            person_id=asked.who.id,
            opinion=request.POST.get("opinion", ""),
            now=asked.now,
            key=key_of(asked),
        )
    except BadInput as fault:
        return _page(asked, fault=str(fault), status=422)
    shown = [
        {
            "item": line.item,
            "name": item_name(line.item),
            "event_id": line.event_id,
            "is_repeated": line.is_repeated,
            "told": refusal_words(line.refusal, asked.today) if line.refusal else None,
            "fault": line.fault,
        }
        for line in lines
    ]
    for line in lines:
        if line.event_id:
            drafts.drop(line.item, asked.who.id)
    done = sum(1 for line in lines if line.event_id)
    context = {"lines": shown, "done": done, "refused": len(lines) - done}
    return render(request, "lianjing/items_batch_done.html", context)


def _page(request: PageRequest, fault: str = "", status: int = 200) -> HttpResponse:
    found = groups(request.who.id, request.today)
    words = procedure_words()
    wanted = request.POST.get("step") or request.GET.get("step", "")
    keys = {f"{process}.{step}": (process, step) for process, step in found}
    chosen = wanted if wanted in keys else next(iter(keys), "")
    items: list[Any] = found[keys[chosen]][:MOST] if chosen else []
    hang_amounts(items)
    context = {
        "choices": [
            {
                "key": key,
                "text": f"{words.get(process, process)} · {item_name(found[process, step][0])}",
                "count": len(found[process, step]),
                "url": f"{reverse('items_batch')}?step={key}",
                "is_active": key == chosen,
            }
            for key, (process, step) in keys.items()
        ],
        "chosen": chosen,
        "rows": [_row(item, request) for item in items],
        "most": MOST,
        "fault": fault,
        "phrases": offered_to(request.who.id, [each.post.unit_id for each in request.held]),
        "opinion": request.POST.get("opinion", ""),
        "ticked": {number_of(value) for value in request.POST.getlist("items")},
        "request_key": request.POST.get("request_key") or fresh_key(),
    }
    return render(request, "lianjing/items_batch.html", context, status=status)


def _row(item: WorkItem, request: PageRequest) -> dict[str, Any]:
    return {
        "item": item,
        "clock": light(item, request.now),
        "amount": getattr(item, "amount", None),
        "applicant": getattr(item.matter.applicant_person, "name", ""),
    }
