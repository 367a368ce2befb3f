"""Behind a proxy of ours: the address and scheme that it saw, believed from it alone, counted from its end."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST", "HTTP_FORWARDED")


class TrustedProxy:
    """Puts the reader's address and the outer scheme into the request; drops every forwarded header otherwise.

    With n proxies of ours (LIANJING_PROXY) the n-th address from the right of X-Forwarded-For is the reader's: what
    stands left of it he may have written himself.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        meta = request.META
        if settings.LIANJING_PROXY and is_within(meta.get("REMOTE_ADDR", ""), settings.LIANJING_PROXY_FROM):
            chain = [part.strip() for part in meta.get("HTTP_X_FORWARDED_FOR", "").split(",")]
            if len(chain) >= settings.LIANJING_PROXY and _is_address(chain[-settings.LIANJING_PROXY]):
                meta["REMOTE_ADDR"] = chain[-settings.LIANJING_PROXY]
            scheme = meta.get("HTTP_X_FORWARDED_PROTO", "").split(",")[-1].strip()
            if scheme in ("http", "https"):
                meta["wsgi.url_scheme"] = scheme
        for header in FORWARDED:
            meta.pop(header, None)
        return self.get_response(request)


@cache
def _network(text: str) -> IPv4Network | IPv6Network:
    return ip_network(text.strip(), strict=False)


def is_within(address: str, networks: list[str]) -> bool:
    """True where an address lies in one of these networks (CIDR or single addresses)."""
    return _is_address(address) and any(ip_address(address) in _network(each) for each in networks if each)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
