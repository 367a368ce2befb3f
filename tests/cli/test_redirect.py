"""The plain port: people are led to https, a program is told that it spoke in the open."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from http.server import ThreadingHTTPServer

import pytest

from lianjing.cli.redirect import Redirect


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    monkeypatch.setattr(Redirect, "hosts", ("localhost",))
    server = ThreadingHTTPServer(("127.0.0.1", 0), Redirect)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


def asked(port: int, method: str, path: str, host: str = "localhost") -> tuple[int, str | None]:
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    link.request(method, path, headers={"Host": host, "Authorization": "Bearer lj1_told_to_all"})
    answer = link.getresponse()
    answer.read()
    link.close()
    return answer.status, answer.headers["Location"]


@pytest.mark.parametrize("path", ["/api/v1/items", "/api/v1/openapi.json", "/api", "/exchange/hooks/x/"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_program_is_not_led_on_its_token_was_read_by_all(port: int, method: str, path: str) -> None:
    assert asked(port, method, path) == (403, None)


def test_a_page_is_led_to_https_and_only_on_our_own_host(port: int) -> None:
    assert asked(port, "GET", "/items/?q=1") == (308, "https://localhost:443/items/?q=1".replace(":443", ""))
    assert asked(port, "GET", "/", "evil.example") == (400, None)
