"""An outside system played on this machine: serves a feed's pages, takes its letters, fails as it is told to."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from lianjing.runtime import clock
from lianjing.runtime.webhook.signing import is_genuine

PAGE = 100


class Simulator:
    """Start it with `with`; `items` is what it holds, `received` what it was told, once by message number."""

    def __init__(self, secret: str, items: list[dict[str, Any]] | None = None) -> None:
        self.secret = secret
        self.items = items or []
        self.received: dict[str, dict[str, Any]] = {}
        self.status = 200  # any other: it answers with this and nothing else
        self.answer: bytes | None = None  # said instead of a page
        self.now: Callable[[], datetime] = clock.now
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())

    @property
    def url(self) -> str:
        """Where it is reached."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/items"

    def __enter__(self) -> Self:
        threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        ).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def page(self, cursor: str) -> dict[str, Any]:
        """Return the items after a cursor: how many were handed out before."""
        start = int(cursor) if cursor.isdigit() else 0
        items = self.items[start : start + PAGE]
        return {"items": items, "cursor": str(start + len(items))}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        simulator = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                cursor = parse_qs(urlsplit(self.path).query).get("since", [""])[0]
                page = simulator.answer or json.dumps(simulator.page(cursor)).encode()
                self._answer(b"", page)

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if simulator.status == 200 and self._is_genuine(body):
                    simulator.received.setdefault(self.headers["webhook-id"], json.loads(body))
                self._answer(body, b"{}")

            def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002 the name is the base class's
                return

            def _is_genuine(self, body: bytes) -> bool:
                headers = {name.lower(): value for name, value in self.headers.items()}
                return is_genuine(simulator.secret, headers, body, simulator.now())

            def _answer(self, body: bytes, page: bytes) -> None:
                self.send_response(simulator.status if self._is_genuine(body) else 401)
                self.end_headers()
                self.wfile.write(page)

        return Handler
