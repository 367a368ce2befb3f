"""The unit in which a reader wants sums shown: 元, 万元 or 亿元. Nothing is rounded; papers and exports stay in yuan."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from decimal import Decimal

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

COOKIE = "lj_money_unit"
UNITS = {
    "yuan": (Decimal(1), "", _("元")),
    "wan": (Decimal(10_000), "万", _("万元")),
    "yi": (Decimal(100_000_000), "亿", _("亿元")),
}
YEAR = 365 * 24 * 3600
PAPERS = ("_paper", "_print", "_minutes")  # ends of the url names of pages that are papers

_shown: ContextVar[str] = ContextVar("shown_money_unit", default="yuan")


def shown_unit() -> str:
    """Return the unit of the page that is being drawn."""
    return _shown.get()


@contextmanager
def showing(unit: str) -> Iterator[None]:
    """Draw sums in a unit."""
    token = _shown.set(unit if unit in UNITS else "yuan")
    try:
        yield
    finally:
        _shown.reset(token)


def in_unit(amount: Decimal) -> str:
    """Write the size of a sum in the unit shown: at least two places, as many as it takes to lose nothing."""
    divisor, sign, _label = UNITS[shown_unit()]
    whole, _point, places = f"{abs(amount) / divisor:,.10f}".partition(".")
    return f"{whole}.{places.rstrip('0').ljust(2, '0')}{sign}" if sign else f"{abs(amount):,.2f}"


class ShownMoneyUnit:
    """Draws each page in the unit that its reader chose; papers always in yuan."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with showing(request.COOKIES.get(COOKIE, "yuan")):
            return self.get_response(request)

    def process_view(self, request: HttpRequest, _view: object, _args: object, _kwargs: object) -> None:
        """A paper is drawn in yuan whatever its reader prefers on screen."""
        match = request.resolver_match
        if match is not None and (match.url_name or "").endswith(PAPERS):
            _shown.set("yuan")


@require_POST
def set_money_unit(request: HttpRequest) -> HttpResponse:
    """Keep the unit that a reader chose, and go back to where he was."""
    place = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(place, {request.get_host()}, require_https=request.is_secure()):
        place = "/"
    response = HttpResponseRedirect(place)
    unit = request.POST.get("unit", "yuan")
    response.set_cookie(
        COOKIE, unit if unit in UNITS else "yuan", max_age=YEAR, httponly=True, samesite="Lax"
    )
    return response
