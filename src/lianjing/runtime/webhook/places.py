"""Where webhooks may go: hosts that the installation names, never to addresses that are the server's own ground."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput

LONGEST_URL = 500
# Where clouds serve machines their own credentials, besides the link-local ranges.
METADATA = tuple(ip_network(each) for each in ("100.100.100.200/32", "fd00:ec2::254/128", "168.63.129.16/32"))


@dataclass(frozen=True, slots=True)
class Place:
    """An address that may be called: the host as named, the port, the path, whether over TLS."""

    host: str
    port: int
    path: str
    is_tls: bool


def place_of(url: str) -> Place:
    """Return where a URL leads; BadInput for one that is malformed, not allowed, or carries a name and password."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise BadInput(_("接收地址不是有效的网址"), "url") from error
    host = (parts.hostname or "").lower()
    if parts.scheme not in ("http", "https") or not host or len(url) > LONGEST_URL or not url.isascii():
        raise BadInput(_("接收地址不是有效的网址"), "url")
    if any(sign.isspace() or ord(sign) < 32 for sign in url):
        raise BadInput(_("接收地址不是有效的网址"), "url")
    if parts.username is not None or parts.password is not None:
        raise BadInput(_("接收地址不得含账号和密码"), "url")
    if not is_allowed(host):
        raise BadInput(_("接收地址的主机不在允许名单内"), "url")
    if parts.scheme == "http" and not (settings.LIANJING_WEBHOOK_PLAIN or _is_own(host)):
        raise BadInput(_("接收地址须使用 https"), "url")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    is_tls = parts.scheme == "https"
    return Place(host, port or (443 if is_tls else 80), path, is_tls)


def is_allowed(host: str) -> bool:
    """True for a host of the installation's list; "*.example.cn" allows every host below it."""
    if _is_own(host):
        return bool(settings.LIANJING_WEBHOOK_LOOPBACK)
    return any(
        host == each or (each.startswith("*.") and host.endswith(each[1:]))
        for each in settings.LIANJING_WEBHOOK_HOSTS
    )


def _is_own(host: str) -> bool:
    return host in ("localhost", "127.0.0.1", "::1")


def addresses(place: Place) -> list[str]:
    """Return the addresses at which the place is reached; BadInput where any of them may not be called.

    The caller connects to one of these and to no other: what a name resolves to later decides nothing.
    """
    try:
        found = socket.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise BadInput(_("接收地址的主机名不能解析"), "url") from error
    numbers = list(dict.fromkeys(str(each[4][0]) for each in found))
    for number in numbers:
        if not may_call(number):
            raise BadInput(_("接收地址指向不允许访问的网络地址"), "url")
    return numbers


def may_call(number: str) -> bool:
    """True for an address of the network proper; False for link-local, metadata, multicast and own addresses."""
    address: IPv4Address | IPv6Address = ip_address(number.split("%")[0])
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    if address.is_loopback:
        return bool(settings.LIANJING_WEBHOOK_LOOPBACK)
    if address.is_link_local or address.is_multicast or address.is_unspecified or address.is_reserved:
        return False
    return not any(address in network for network in METADATA)
