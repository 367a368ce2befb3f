"""A person at his desk who knows only HTTP: logs in, reads pages, sends acts to /api/v1."""

from __future__ import annotations

import http.client
import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode

BOUNDARY = "lianjing-soak-boundary"


@dataclass(frozen=True)
class Answer:
    """What came back, read to the end."""

    status: int
    place: str
    content: bytes

    def json(self) -> Any:
        """Return the content as JSON."""
        return json.loads(self.content)


@dataclass
class Desk:
    """One log-in with its cookies; `port` changes when the server has to be started again."""

    port: int
    number: str
    password: str
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(
        self, method: str, path: str, content: bytes = b"", headers: dict[str, str] | None = None
    ) -> Answer:
        """Send one request and read the whole answer; OSError or HTTPException where none came."""
        sent = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            **(headers or {}),
        }
        if method == "POST":
            sent["X-CSRFToken"] = self.cookies.get("csrftoken", "")
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, path, content, sent)
            response = connection.getresponse()
            answer = Answer(response.status, response.headers.get("Location", ""), response.read())
        finally:
            connection.close()
        for line in response.headers.get_all("Set-Cookie") or []:
            self.cookies.update({name: each.value for name, each in SimpleCookie(line).items()})
        return answer

    def log_in(self) -> Answer:
        """Fill in the log-in page."""
        self.ask("GET", "/login/")
        return self.send_form("/login/", number=self.number, password=self.password)

    def send_form(self, path: str, **fields: str) -> Answer:
        """Send the form of a page."""
        content = urlencode({"csrfmiddlewaretoken": self.cookies["csrftoken"], **fields}).encode()
        return self.ask("POST", path, content, {"Content-Type": "application/x-www-form-urlencoded"})

    def send(self, path: str, data: dict[str, Any], key: str) -> Answer:
        """Send an act to the API under a key."""
        return self.ask(
            "POST",
            path,
            json.dumps(data).encode(),
            {"Content-Type": "application/json", "Idempotency-Key": key},
        )

    def hand_in(self, path: str, fields: dict[str, str], content: bytes, key: str) -> Answer:
        """Send a paper to the API under a key."""
        parts = [
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in fields.items()
        ]
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="paper.pdf"\r\n'
        head += "Content-Type: application/pdf\r\n\r\n"
        body = "".join([*parts, head]).encode() + content + f"\r\n--{BOUNDARY}--\r\n".encode()
        return self.ask(
            "POST",
            path,
            body,
            {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}", "Idempotency-Key": key},
        )


def text_of(answer: Answer) -> str:
    """Return what a page says, without its marks."""
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def today() -> str:
    """Return the day for a form: never after the office's own."""
    return datetime.now(UTC).date().isoformat()
