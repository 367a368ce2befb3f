"""A page on which a second person agrees to what a first one proposed, or turns it down with a reason."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput, Refusal
from lianjing.web.access import PageRequest
from lianjing.web.form_page import event_of
from lianjing.web.middleware import status_of
from lianjing.web.receipts import give_receipt
from lianjing.web.words import refusal_words

Fact = tuple[str, Any]


def decide(
    request: PageRequest,
    *,
    title: str,
    facts: Sequence[Fact],
    is_open: bool,
    agree: Callable[[], Any],
    refuse: Callable[[str], Any] | None,
    back: str,
    note: str = "",
    agree_word: str = "",
    answer: Callable[[Any], HttpResponse] | None = None,
) -> HttpResponse:
    """Show what is proposed with its two buttons; do what was chosen. `answer` shows what is told only once."""
    context: dict[str, Any] = {
        "title": title,
        "facts": facts,
        "is_open": is_open,
        "back": back,
        "note": note,
        "may_refuse": refuse is not None,
        "agree_word": agree_word or _("同意"),
    }
    status = 200
    if request.method == "POST":
        is_refusal = refuse is not None and request.POST.get("action") == "refuse"
        try:
            row = refuse(request.POST.get("reason", "")) if refuse and is_refusal else agree()
        except BadInput as error:
            context["fault"], status = str(error), 422
        except Refusal as refusal:
            context |= refusal_words(refusal, request.today)
            status = status_of(refusal)
        else:
            if answer is not None and not is_refusal:
                return answer(row)
            give_receipt(request, _("已办理"), event_of(row))
            return HttpResponseRedirect(back)
    return render(request, "lianjing/decide.html", context, status=status)


def show_once(
    request: PageRequest, *, number: str, name: str, password: str, back: str, note: str
) -> HttpResponse:
    """Show a one-time pass-phrase: it is kept nowhere, a second look is impossible."""
    context = {"number": number, "name": name, "password": password, "back": back, "note": note}
    return render(request, "lianjing/one_time.html", context)
