"""Several steps in one go, done or passed on: choose which, tick the items, see what became of each."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lianjing.kernel.refusal import BadInput
from lianjing.runtime.org.models import Person, Post
from lianjing.runtime.org.queries import holders
from lianjing.runtime.phrase.queries import offered_to
from lianjing.runtime.process.models import WorkItem
from lianjing.runtime.process.scope import visible_among
from lianjing.runtime.process.together import (
    MOST,
    Line,
    complete_together,
    groups,
    reassign_together,
    to_pass_on,
)
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
    try:
        lines = complete_together(
            item_ids=_ticked(asked),
            person_id=asked.who.id,
            opinion=request.POST.get("opinion", ""),
            now=asked.now,
            key=key_of(asked),
        )
    except BadInput as fault:
        return _page(asked, fault=str(fault), status=422)
    for line in lines:
        if line.event_id:
            drafts.drop(line.item, asked.who.id)
    return _told(asked, lines, "items_batch")


@signed_in
@require_http_methods(["GET", "POST"])
def items_pass_on(request: HttpRequest) -> HttpResponse:
    """Show what may be passed on to another holder of its post; pass it on, each item its own act."""
    asked = cast(PageRequest, request)
    if request.method == "GET":
        return _pass_on_page(asked)
    try:
        to = number_of(request.POST.get("to_person", ""))
        if to is None:
            raise BadInput(_("请选择人员"), "to_person")
        lines = reassign_together(
            item_ids=_ticked(asked),
            person_id=asked.who.id,
            to_person_id=to,
            reason=request.POST.get("text", ""),
            now=asked.now,
            key=key_of(asked),
        )
    except BadInput as fault:
        return _pass_on_page(asked, fault=str(fault), status=422)
    return _told(asked, lines, "items_pass_on")


def _ticked(request: PageRequest) -> list[int]:
    return [pk for value in request.POST.getlist("items") if (pk := number_of(value)) is not None]


def _told(request: PageRequest, lines: list[Line], place: str) -> HttpResponse:
    """What became of each item, and the way back to where they were ticked."""
    seen = visible_among([line.item.matter_id for line in lines], request.who.id, request.today)
    shown = [
        {
            "item": line.item,
            "is_open": line.item.matter_id in seen,
            "name": item_name(line.item),
            "event_id": line.event_id,
            "is_repeated": line.is_repeated,
            "told": refusal_words(line.refusal, request.today) if line.refusal else None,
            "fault": line.fault,
        }
        for line in lines
    ]
    done = sum(1 for line in lines if line.event_id)
    context = {
        "lines": shown,
        "done": done,
        "refused": len(lines) - done,
        "place": place,
        "is_passed_on": place == "items_pass_on",
    }
    return render(request, "lianjing/items_batch_done.html", context)


def _pass_on_page(request: PageRequest, fault: str = "", status: int = 200) -> HttpResponse:
    found = {post.pk: (post, items) for post, items in to_pass_on(request.who.id, request.today).items()}
    wanted = number_of(request.POST.get("post") or request.GET.get("post", ""))
    chosen = wanted if wanted in found else next(iter(found), None)
    post, items = found[chosen] if chosen is not None else (None, [])
    items, more = items[:MOST], max(len(items) - MOST, 0)
    seen = visible_among([item.matter_id for item in items], request.who.id, request.today)
    context = {
        "choices": [
            {
                "text": f"{each.unit.name} · {each.name}",
                "count": len(waiting),
                "url": f"{reverse('items_pass_on')}?post={pk}",
                "is_active": pk == chosen,
            }
            for pk, (each, waiting) in found.items()
        ],
        "chosen": chosen,
        "rows": [
            _row(item, request) | {"name": item_name(item), "is_open": item.matter_id in seen}
            for item in items
        ],
        "most": MOST,
        "more": more,
        "persons": _holders(post, request) if post is not None else [],
        "to_person": number_of(request.POST.get("to_person", "")),
        "text": request.POST.get("text", ""),
        "fault": fault,
        "ticked": set(_ticked(request)),
        "request_key": request.POST.get("request_key") or fresh_key(),
    }
    return render(request, "lianjing/items_pass_on.html", context, status=status)


def _holders(post: Post, request: PageRequest) -> list[Person]:
    ids = {each.person_id for each in holders(post.pk, request.today)}
    return list(Person.objects.filter(id__in=ids).order_by("pinyin", "id"))


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
        "ticked": set(_ticked(request)),
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
