"""Breaking a matter off, and beginning it anew."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from lianjing.kernel.refusal import BadInput, Refusal
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.process import terminating
from lianjing.runtime.process.scope import open_for
from lianjing.runtime.trail.models import Receipt
from lianjing.web.access import OFFICIALS, PageRequest, signed_in
from lianjing.web.middleware import status_of
from lianjing.web.receipts import give_receipt, key_of
from lianjing.web.views.matter import page_of


@signed_in(kinds=OFFICIALS)
@require_POST
def matter_terminate(request: HttpRequest, matter_id: int) -> HttpResponse:
    """Break a matter off, with a reason."""
    return _ended(request, matter_id, terminating.terminate, _("事项已终止。"))


@signed_in(kinds=OFFICIALS)
@require_POST
def matter_restart(request: HttpRequest, matter_id: int) -> HttpResponse:
    """Break a matter off and begin it anew under today's rules, with a reason."""
    return _ended(request, matter_id, terminating.restart, _("事项已终止并重新发起。"))


def _ended(request: HttpRequest, matter_id: int, act: Callable[..., Matter], words: str) -> HttpResponse:
    asked = cast(PageRequest, request)
    found = open_for(asked.who.id, matter_id, asked.today)
    key = key_of(asked)
    try:
        left = act(
            matter_id=matter_id,
            person_id=asked.who.id,
            reason=request.POST.get("reason", ""),
            now=asked.now,
            key=key,
        )
    except Refusal as refusal:
        return page_of(asked, found, refusal=refusal, panel="terminate", status=status_of(refusal))
    except BadInput as bad:
        return page_of(asked, found, panel="terminate", fault=str(bad), status=422)
    receipt = Receipt.objects.filter(key=key).first() if key else None
    give_receipt(request, words, receipt.event_id if receipt else "")
    return redirect("matter", left.pk)
