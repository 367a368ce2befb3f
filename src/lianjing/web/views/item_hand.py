"""A step passed on to another holder of its post, urged, or taken back by whoever completed it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from lianjing.kernel.refusal import BadInput
from lianjing.runtime.process import handing, taking_back
from lianjing.runtime.process.models import WorkItem
from lianjing.web.access import PageRequest, signed_in
from lianjing.web.doing import number_of
from lianjing.web.receipts import key_of
from lianjing.web.views.item import acting


@signed_in
@require_POST
def item_reassign(request: HttpRequest, item_id: int) -> HttpResponse:
    """Pass a step on with a reason."""

    def do(asked: PageRequest, step: WorkItem) -> str:
        to = number_of(asked.POST.get("to_person", ""))
        if to is None:
            raise BadInput(_("请选择人员"), "to_person")
        handing.reassign(
            item_id=step.id,
            person_id=asked.who.id,
            to_person_id=to,
            reason=asked.POST.get("text", ""),
            now=asked.now,
            key=key_of(asked),
        )
        return ""

    return acting(request, item_id, "reassign", do)


@signed_in
@require_POST
def item_urge(request: HttpRequest, item_id: int) -> HttpResponse:
    """Urge whoever has a step on his desk."""

    def do(asked: PageRequest, step: WorkItem) -> str:
        return handing.urge(
            item_id=step.id,
            person_id=asked.who.id,
            text=asked.POST.get("text", ""),
            now=asked.now,
            key=key_of(asked),
        )

    return acting(request, item_id, "urge", do)


@signed_in
@require_POST
def item_take_back(request: HttpRequest, item_id: int) -> HttpResponse:
    """Take a completed step back and open it again."""
    opened: list[int] = []

    def do(asked: PageRequest, step: WorkItem) -> str:
        again = taking_back.take_back(
            item_id=step.id,
            person_id=asked.who.id,
            reason=asked.POST.get("text", ""),
            now=asked.now,
            key=key_of(asked),
        )
        opened.append(again.pk)
        return ""

    answer = acting(request, item_id, "take_back", do)
    return redirect("item", opened[0]) if opened else answer
