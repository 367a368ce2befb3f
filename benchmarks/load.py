"""People at their desks: N of them at once against `lianjing serve`, with the pauses that reading and thinking take.

    uv run python benchmarks/load.py [--users 200] [--minutes 10] [--workers 2] [--data DIR] [--out FILE]

Each user logs in as someone of the demonstration zone, then opens an entry of his menu or a link of the page that he
reads, every 15 to 45 seconds (evenly spread), until the time is over; now and then he takes a list away as Excel,
which leaves an event. Server, worker and users share this machine's cores. An answer of 500 or above, a link to
nowhere (404), a broken connection, or being logged out is an error; pages that a role may not open are counted apart, and so are log-ins,
which cost a slow digest on purpose. The figures are of one run on one machine. Without --data a demonstration zone is filled into a temporary folder first.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

PAUSE = (15.0, 45.0)  # seconds between two pages of one user
RAMP = 180.0  # seconds over which all come in, as in a morning; the digest of a pass-phrase costs a third of a second
EXPORT_SHARE = 0.02
MENU_SHARE = 0.6
LINK = re.compile(r'href="(/[^"#]*)"')
EXPORT = re.compile(r'href="(\?[^"]*export=excel[^"]*)"')
NUMBER = re.compile(r"\d+")
LEFT_OUT = ("/logout", "/language", "/static", "/password", "/login", "/me/", "/trail/verify", "/metrics")


@dataclass
class Book:
    """What all users measured, under one lock."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    statuses: Counter[int] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, path: str, seconds: float, status: int) -> None:
        """Enter one answer under its route: the path without its numbers."""
        with self.lock:
            self.seconds[NUMBER.sub("N", path.partition("?")[0])].append(seconds)
            self.statuses[status] += 1
            if status >= 500 or status == 404:
                self.errors.append(f"{status} {path}")

    def fault(self, text: str) -> None:
        """Enter one error."""
        with self.lock:
            self.errors.append(text)


class User:
    """One person before his browser."""

    def __init__(self, port: int, number: str, password: str, book: Book, seed: int) -> None:
        self.port, self.number, self.password, self.book = port, number, password, book
        self.chance = random.Random(seed)
        self.cookies: dict[str, str] = {}
        self.menu: list[str] = ["/"]
        self.links: list[str] = []
        self.path, self.exports = "/", list[str]()

    def ask(self, method: str, path: str, content: bytes = b"", kind: str = "") -> tuple[int, str, str]:
        """Send one request on a connection of its own and enter how long the whole answer took."""
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if kind:
            headers["Content-Type"] = kind
        began = time.perf_counter()
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            link.request(method, path, content, headers)
            answer = link.getresponse()
            text = answer.read().decode("utf-8", "replace")
        finally:
            link.close()
        self.book.note(path, time.perf_counter() - began, answer.status)
        for line in answer.headers.get_all("Set-Cookie") or []:
            self.cookies.update({name: each.value for name, each in SimpleCookie(line).items()})
        return answer.status, answer.headers.get("Location", ""), text

    def log_in(self) -> None:
        """Fill in the log-in page and read the first one."""
        _status, _place, page = self.ask("GET", "/login/")
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        fields = {"number": self.number, "password": self.password}
        fields["csrfmiddlewaretoken"] = token.group(1) if token else ""
        form = urlencode(fields).encode()
        status, place, _page = self.ask("POST", "/login/", form, "application/x-www-form-urlencoded")
        if status != 302 or place.startswith("/login"):
            self.book.fault(f"log-in of {self.number}: {status} {place}")
        self.open("/")

    def open(self, path: str) -> None:
        """Open a page and look where one can go from it."""
        status, place, page = self.ask("GET", path)
        if status == 302 and place.startswith("/login"):
            self.book.fault(f"{self.number} was logged out at {path}")
            return
        if status != 200 or "<html" not in page[:200]:
            return
        head, _mark, content = page.partition("<main")
        self.path = path.partition("?")[0]
        self.menu = _places(head) or self.menu
        self.links = _places(content)
        self.exports = EXPORT.findall(page)

    def step(self) -> None:
        """Go on: an entry of the menu, a link of the page, or the list as a file."""
        if self.exports and self.chance.random() < EXPORT_SHARE:
            self.ask("GET", self.path + self.chance.choice(self.exports).replace("&amp;", "&"))
            return
        places = self.menu if not self.links or self.chance.random() < MENU_SHARE else self.links
        self.open(self.chance.choice(places))

    def work(self, begin: float, until: float) -> None:
        """Come in at `begin`, work until `until` (both by the monotonic clock)."""
        time.sleep(max(0.0, begin - time.monotonic()))
        try:
            self.log_in()
        except (OSError, http.client.HTTPException) as error:
            self.book.fault(f"log-in of {self.number}: {error!r}")
            return
        while True:
            pause = self.chance.uniform(*PAUSE)
            if time.monotonic() + pause > until:
                return
            time.sleep(pause)
            try:
                self.step()
            except (OSError, http.client.HTTPException) as error:
                self.book.fault(f"{self.path}: {error!r}")


def _places(page: str) -> list[str]:
    found = {place.replace("&amp;", "&") for place in LINK.findall(page)}
    return sorted(place for place in found if not place.startswith(LEFT_OUT) and "export=" not in place)


def filled(folder: str) -> tuple[Path, dict[str, Any]]:
    """Return a folder with a demonstration zone and who can log in there."""
    data = Path(folder) / "data"
    return data, people_of(data)


def people_of(data: Path) -> dict[str, Any]:
    """Fill the folder where it is empty; return the log-ins."""
    command = [sys.executable, "-m", "lianjing.site", "demo", "--no-serve", "--json", "--data", str(data)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def serve(data: Path, workers: int) -> tuple[subprocess.Popen[bytes], int]:
    """Start the server as people do and wait until it is there."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    command = [sys.executable, "-m", "lianjing.site", "serve", "--data", str(data), "--port", str(port)]
    with (data.parent / "serve.log").open("wb") as told:
        process = subprocess.Popen([*command, "--workers", str(workers)], stdout=told, stderr=told)
    until = time.monotonic() + 120
    while time.monotonic() < until and process.poll() is None:
        try:
            link = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            link.request("GET", "/login/")
            if link.getresponse().status == 200:
                return process, port
        except OSError:
            time.sleep(0.5)
    raise SystemExit(f"the server does not answer; see {data.parent / 'serve.log'}")


def run(options: argparse.Namespace, data: Path, people: dict[str, Any]) -> dict[str, Any]:
    """Let all users work and return the figures."""
    process, port = serve(data, options.workers)
    book, numbers = Book(), [row["number"] for row in people["logins"]]
    began = time.monotonic()
    until = began + options.minutes * 60
    ramp = min(RAMP, options.minutes * 60 * 0.3)
    users = [
        User(port, numbers[place % len(numbers)], people["password"], book, place)
        for place in range(options.users)
    ]
    threads = [
        threading.Thread(target=user.work, args=[began + ramp * place / options.users, until])
        for place, user in enumerate(users)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.monotonic() - began
    process.terminate()
    code = process.wait(timeout=60)
    return figures(options, book, took, code)


def figures(options: argparse.Namespace, book: Book, took: float, code: int) -> dict[str, Any]:
    """Return what was measured, in milliseconds."""
    every = sorted(each for seconds in book.seconds.values() for each in seconds)
    pages = sorted(each for route, seconds in book.seconds.items() if route != "/login/" for each in seconds)
    routes = {
        route: {"requests": len(seconds), **_quantiles(sorted(seconds))}
        for route, seconds in sorted(book.seconds.items(), key=lambda item: -len(item[1]))
    }
    return {
        "users": options.users,
        "minutes": options.minutes,
        "workers": options.workers,
        "cores": os.cpu_count(),
        "think_seconds": PAUSE,
        "requests": len(every),
        "requests_per_second": round(len(every) / took, 2),
        "errors": len(book.errors),
        "error_samples": book.errors[:20],
        "statuses": dict(sorted(book.statuses.items())),
        "milliseconds": _quantiles(pages),
        "milliseconds_with_log_ins": _quantiles(every),
        "server_exit_code": code,
        "routes": routes,
    }


def _quantiles(seconds: list[float]) -> dict[str, float]:
    if not seconds:
        return {}
    cuts = statistics.quantiles(seconds, n=100, method="inclusive") if len(seconds) > 1 else seconds * 99
    return {
        "p50": round(cuts[49] * 1000, 1),
        "p95": round(cuts[94] * 1000, 1),
        "p99": round(cuts[98] * 1000, 1),
        "max": round(seconds[-1] * 1000, 1),
    }


def main() -> int:
    """Run and print; 1 where there was an error."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--users", type=int, default=200)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--data", type=Path, help="a folder with a demonstration zone, or where to fill one")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results" / "load.json")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data, people = (options.data, people_of(options.data)) if options.data else filled(folder)
        found = run(options, data, people)
    options.out.parent.mkdir(exist_ok=True)
    options.out.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(json.dumps({key: found[key] for key in found if key != "routes"}, ensure_ascii=False, indent=1))
    return 1 if found["errors"] or found["server_exit_code"] else 0


if __name__ == "__main__":
    sys.exit(main())
