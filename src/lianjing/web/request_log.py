"""Each request gets a number, one line in the access log, one count in the metrics; never a name, never a content."""

from __future__ import annotations

import logging
import re
import secrets
import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase
from prometheus_client import Counter, Histogram
from structlog.contextvars import bind_contextvars, clear_contextvars

log = logging.getLogger("lianjing.access")
NUMBER = re.compile(r"[A-Za-z0-9._-]{8,64}")
QUIET = ("healthz", "readyz", "metrics")  # asked every few seconds; they would bury the rest

REQUESTS = Counter("lianjing_http_requests", "Requests answered", ["method", "view", "status"])
SECONDS = Histogram(
    "lianjing_http_request_seconds",
    "Time from request to answer",
    ["view"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0),
)
CONFIDENTIAL = ("tip_new", "tip_follow")  # who reports leaves neither address nor account in a log
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


class RequestLog:
    """Takes X-Request-ID from the caller where it is well formed, gives one else, and sends it back."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        asked = request.headers.get("X-Request-ID", "")
        number = asked if NUMBER.fullmatch(asked) else secrets.token_hex(8)
        clear_contextvars()
        bind_contextvars(request_id=number)
        request.META["LIANJING_REQUEST_ID"] = number
        began = time.perf_counter()
        response = self.get_response(request)
        response.headers["X-Request-ID"] = number
        self._note(request, response, time.perf_counter() - began)
        return response  # the number stays bound: Django's own line about a fault comes after this one

    def _note(self, request: HttpRequest, response: HttpResponseBase, seconds: float) -> None:
        match = request.resolver_match
        view = (match.view_name or "unnamed") if match else "none"
        method = request.method if request.method in METHODS else "other"
        REQUESTS.labels(method, view, str(response.status_code)).inc()
        SECONDS.labels(view).observe(seconds)
        if view in QUIET:
            return
        is_open = view not in CONFIDENTIAL
        person = getattr(request, "person", None) if is_open else None
        log.info(
            "request",
            extra={
                "method": method,
                # The route, not the address: addresses and queries carry numbers of people and words searched for.
                "route": "/" + match.route if match else "",
                "view": view,
                "status": response.status_code,
                "milliseconds": round(seconds * 1000, 1),
                "bytes": len(response.content) if hasattr(response, "content") else None,
                "address": request.META.get("REMOTE_ADDR", "") if is_open else "",
                "person": person.pseudonym if person is not None else "",
            },
        )
