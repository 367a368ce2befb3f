"""Asking another to sign a step before or after its holder (加签)."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.process import signing
from lianjing.runtime.process.desk import BUSINESS
from lianjing.runtime.process.standing import is_signing
from lianjing.web.access import OFFICIALS, PageRequest, signed_in
from lianjing.web.doing import done, number_of
from lianjing.web.receipts import fresh_key, key_of
from lianjing.web.seats import seats
from lianjing.web.views.item import item_for
from lianjing.web.words import item_name


@signed_in(kinds=OFFICIALS)
@require_http_methods(["GET", "POST"])
def item_signer(request: HttpRequest, item_id: int) -> HttpResponse:
    """Choose who signs, before or after, and say why."""
    asked = cast(PageRequest, request)
    step = item_for(asked, item_id)
    if step.closed_at is not None:
        raise Refusal(Ground.STALE, "item.closed", _("该环节已由他人办结或已撤回，请刷新页面"))
    if is_signing(step) or not any(each.post.id == step.post_id for each in asked.held):
        raise Refusal(Ground.POST, "signer.not_holder", _("只有本环节经办人可以提请加签"), signing.SIGNING)

    def again(more: dict[str, Any], status: int) -> HttpResponse:
        context = {
            "item": step,
            "name": item_name(step),
            "units": seats(asked.today, without_person=asked.who.id, kinds=BUSINESS),
            "ticked": request.POST.get("to", ""),
            "posted": request.POST,
            "request_key": fresh_key(),
            "breadcrumbs": [{"label": step.matter.title, "url": reverse("item", args=[step.pk])}],
            **more,
        }
        return render(request, "lianjing/item_signer.html", context, status=status)

    if request.method == "GET":
        return again({}, 200)

    def do() -> str:
        person, post = _seat(request.POST.get("to", ""))
        when = request.POST.get("when", "")
        if when not in ("before", "after"):
            raise BadInput(_("请选择前加签或者后加签"), "when")
        signing.add_signer(
            item_id=step.pk,
            person_id=asked.who.id,
            signer_person_id=person,
            signer_post_id=post,
            is_before=when == "before",
            reason=request.POST.get("reason", ""),
            now=asked.now,
            key=key_of(asked),
        )
        return reverse("matter", args=[step.matter_id])

    return done(asked, do, again)


def _seat(value: str) -> tuple[int, int]:
    person, _sep, post = value.partition(":")
    pair = number_of(person), number_of(post)
    if pair[0] is None or pair[1] is None:
        raise BadInput(_("请选择加签人"), "to")
    return pair[0], pair[1]
