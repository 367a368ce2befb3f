"""Log-ins that were begun by nobody yet: so many a minute from an address, forgotten soon where nothing follows."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _

from lianjing.runtime.token.rate import COUNTER
from lianjing.web.access import PageRequest

FORGOTTEN_AFTER = 15 * 60  # seconds; the steps themselves lapse after ten minutes


def limited(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Answer 429 to an address that begins too many log-ins in a minute: each is a row of the session table."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **words: Any) -> HttpResponseBase:
        asked = cast(PageRequest, request)
        bucket = f"begun:{request.META.get('REMOTE_ADDR', '')}"
        standing = COUNTER.take(bucket, settings.LIANJING_RATE_ADDRESS, asked.now)
        if standing.passes:
            return view(request, *args, **words)
        answer = HttpResponse(
            _("请求过于频繁，请稍后再试"), status=429, content_type="text/plain; charset=utf-8"
        )
        answer.headers["Retry-After"] = str(standing.reset_seconds)
        return answer

    return guarded


def forget_soon(request: HttpRequest) -> None:
    """Let the session of a visitor end soon; a log-in that succeeds opens a fresh one."""
    request.session.set_expiry(FORGOTTEN_AFTER)
