"""A plain http port that does one thing: send every page to the same address on https (308), and refuse programs."""

from __future__ import annotations

import os
import signal
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import FrameType


def command(host: str, port: int, secure_port: int) -> list[str]:
    """Return the command line that starts it as a process of its own."""
    return [sys.executable, "-m", "lianjing.cli.redirect", host, str(port), str(secure_port)]


# What programs ask for: led on silently, they would go on telling their token to everybody on the way.
PROGRAMS = ("/api", "/exchange/")


class Redirect(BaseHTTPRequestHandler):
    """Answers every method alike; the host is one of ours or the request is bad."""

    secure_port = 443
    hosts: tuple[str, ...] = ()
    protocol_version = "HTTP/1.1"
    timeout = 10
    server_version, sys_version = "redirect", ""

    def answer(self) -> None:
        """Send to https; 400 for a host that we do not serve (no open redirect), 403 for a program."""
        host = self.headers.get("Host", "").rsplit(":", 1)[0] if self.headers.get("Host") else ""
        is_ours = host in self.hosts or "*" in self.hosts
        is_led = is_ours and self.path.startswith("/") and not self.path.startswith(PROGRAMS)
        self.send_response(308 if is_led else 403 if is_ours else 400)
        if is_led:
            port = "" if self.secure_port == 443 else f":{self.secure_port}"
            self.send_header("Location", f"https://{host}{port}{self.path}")
        self.send_header("Content-Length", "0")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True

    def log_message(self, *_details: object) -> None:
        """Say nothing: the https side keeps the access log."""


for verb in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
    setattr(Redirect, f"do_{verb}", Redirect.answer)


class Orphanable(ThreadingHTTPServer):
    """A server that ends when the process that started it is gone."""

    daemon_threads = True
    parent = os.getppid()

    def service_actions(self) -> None:
        """Look twice a second whether anybody still wants us."""
        if os.getppid() != self.parent:
            os.kill(os.getpid(), signal.SIGTERM)


def main(arguments: list[str]) -> int:
    """Serve until a signal comes or the starting process is gone."""
    host, port, secure_port = arguments[0], int(arguments[1]), int(arguments[2])
    Redirect.secure_port = secure_port
    known = os.environ.get("LIANJING_HOSTS", "localhost,127.0.0.1,[::1]")
    Redirect.hosts = tuple(name.strip() for name in known.split(","))
    server = Orphanable((host, port), Redirect)

    def stop(_signal: int, _frame: FrameType | None) -> None:
        threading.Thread(target=server.shutdown).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    server.serve_forever()
    server.server_close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
