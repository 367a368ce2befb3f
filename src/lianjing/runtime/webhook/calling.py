"""One call to a receiver: to the address that was checked and no other, no redirects, short patience, little read."""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Mapping, Sequence

from lianjing.runtime.webhook.places import Place

PATIENCE_SECONDS = 10
LARGEST_ANSWER = 16 * 1024


class CallFault(Exception):
    """A receiver that could not be reached or did not speak HTTP."""


class _Pinned(http.client.HTTPConnection):
    """A connection to one address for a named host; TLS is checked against the name."""

    def __init__(self, place: Place, number: str) -> None:
        super().__init__(place.host, place.port, timeout=PATIENCE_SECONDS)
        self.place, self.number = place, number

    def connect(self) -> None:
        """Connect to the address that was checked."""
        plain = socket.create_connection((self.number, self.place.port), timeout=PATIENCE_SECONDS)
        if not self.place.is_tls:
            self.sock = plain
            return
        self.sock = ssl.create_default_context().wrap_socket(plain, server_hostname=self.place.host)


def call(place: Place, numbers: Sequence[str], headers: Mapping[str, str], body: bytes) -> int:
    """Post a body and return the status of the answer; CallFault where there is none."""
    return asked(place, numbers, headers, body)[0]


def asked(
    place: Place,
    numbers: Sequence[str],
    headers: Mapping[str, str],
    body: bytes | None,
    largest: int = LARGEST_ANSWER,
) -> tuple[int, bytes]:
    """Post a body, or get where there is none; return the status and the beginning of the answer; CallFault."""
    connection = _Pinned(place, numbers[0])
    told = {"User-Agent": "lianjing-webhook/1", **headers}
    if body is not None:
        told["Content-Type"] = "application/json"
    try:
        connection.request("GET" if body is None else "POST", place.path, body, told)
        answer = connection.getresponse()
        return answer.status, answer.read(largest)
    except (OSError, http.client.HTTPException) as error:
        raise CallFault(type(error).__name__) from error
    finally:
        connection.close()
