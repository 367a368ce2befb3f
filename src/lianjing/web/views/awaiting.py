"""等待公布: the page that a money approval shows until a signed checkpoint covers it."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from lianjing.runtime.process.awaiting import DONE
from lianjing.runtime.trail.standing import standing_of
from lianjing.web.access import PageRequest, signed_in
from lianjing.web.scope import event_for
from lianjing.web.words import act_words


@never_cache
@signed_in
@require_safe
def awaiting(request: HttpRequest, event_id: str) -> HttpResponse:
    """Show how far the publication of an act has come; the page asks again by itself until it is published."""
    asked = cast(PageRequest, request)
    found = event_for(asked.who, event_id, asked.today)
    standing = standing_of(found.pk)
    context = {
        "event": found,
        "word": act_words([found.act])[found.act],
        "standing": standing,
        "is_done": standing.state in DONE,
    }
    return render(request, "lianjing/awaiting.html", context)
