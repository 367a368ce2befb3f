"""Around every page: the security headers, the person of the request, and refusals shown as one sentence."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from typing import cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import override

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.clock import now
from lianjing.runtime.org.models import LoginAccount
from lianjing.runtime.personal.masking import read_by
from lianjing.runtime.scope.reader import Reader
from lianjing.runtime.trail.act import legal_day
from lianjing.runtime.trail.stamp import holding
from lianjing.web.access import PageRequest, held_today
from lianjing.web.words import refusal_words

Respond = Callable[[HttpRequest], HttpResponseBase]

POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'"
)
READING = ("GET", "HEAD")  # reference data is looked at once for the whole page
STATUS = {Ground.SCOPE: 404, Ground.STALE: 409, Ground.FORM: 422}


# Beside the policy; HSTS, Referrer-Policy, nosniff and Cross-Origin-Opener-Policy come from Django's own middleware.
COMPANIONS = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Resource-Policy": "same-origin",
    "Origin-Agent-Cluster": "?1",
    "Permissions-Policy": ", ".join(
        f"{feature}=()"
        for feature in (
            "accelerometer", "autoplay", "camera", "display-capture", "encrypted-media", "geolocation",
            "gyroscope", "magnetometer", "microphone", "midi", "payment", "picture-in-picture",
            "screen-wake-lock", "serial", "sync-xhr", "usb", "xr-spatial-tracking",
        )
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Permitted-Cross-Domain-Policies": "none",
}  # fmt: skip


class ContentSecurityPolicy:
    """Sets the strict policy and its companions on every answer; a view may only make its own stricter."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        for header, value in COMPANIONS.items():
            response.headers.setdefault(header, value)
        return response


class ChosenLanguage:
    """Speaks Chinese unless the reader chose otherwise; what a browser prefers by itself decides nothing."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        language = chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        with override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


class CurrentPerson:
    """Finds the person, the moment, the legal day and the posts of today; turns refusals into pages."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        asked = cast(PageRequest, request)
        asked.now = now()
        asked.today = legal_day(asked.now)
        asked.person = request.user.person if isinstance(request.user, LoginAccount) else None
        asked.held = held_today(asked.person, asked.today) if asked.person else []
        asked.roles = frozenset(each.post.kind for each in asked.held)
        reader = Reader(asked.person.id, asked.now) if asked.person else None
        with read_by(reader), holding() if request.method in READING else nullcontext():
            response = self.get_response(request)
        if asked.person is not None and not getattr(response, "streaming", False):
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Show a refusal or bad input that no form page caught."""
        if isinstance(error, Refusal):
            return refusal_page(request, error)
        if isinstance(error, BadInput):
            return render(request, "lianjing/refusal.html", {"bad_input": error}, status=422)
        return None


def status_of(refusal: Refusal) -> int:
    """Return the HTTP status of a refusal."""
    return STATUS.get(refusal.ground, 403)


def refusal_page(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Answer with one sentence and the clause it rests on."""
    context = refusal_words(refusal, cast(PageRequest, request).today)
    return render(request, "lianjing/refusal.html", context, status=status_of(refusal))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer an address that does not exist."""
    return render(
        request, "lianjing/refusal.html", {"not_found": _("没有这个页面，或其内容已移走")}, status=404
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer a fault of ours without asking anything of the database."""
    number = request.META.get("LIANJING_REQUEST_ID", "")
    text = (
        "<!doctype html><html lang='zh-Hans'><meta charset='utf-8'><title>500</title><p>系统故障，本次操作未生效，请稍后重试。"
        f" / A fault of the system; nothing was changed.<p>编号 No. {number}"
    )
    return HttpResponse(text, status=500)
