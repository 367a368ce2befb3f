"""One act of a page: done, it is told and the page opens anew; refused, the page is shown again with the reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput, Refusal
from lianjing.web.access import PageRequest
from lianjing.web.middleware import status_of
from lianjing.web.words import refusal_words

Again = Callable[[dict[str, Any], int], HttpResponse]


def done(request: PageRequest, do: Callable[[], str], again: Again) -> HttpResponse:
    """Do an act and open the address that it returns; `again(what parts/told.html shows, status)` if it is refused."""
    try:
        place = do()
    except Refusal as refused:
        return again({"told": refusal_words(refused, request.today)}, status_of(refused))
    except BadInput as bad:
        return again({"fault": str(bad)}, 422)
    messages.success(request, _("已办理，留痕已记录"))
    return redirect(place)


def number_of(text: str) -> int | None:
    """Return the whole number that a form field holds, None for anything else."""
    return int(text) if text.isascii() and text.isdigit() else None
