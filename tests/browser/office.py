"""The office that the browser tests visit: a filled demonstration zone, served by the real command in its own process."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
WIDTHS = {1366: 768, 390: 844}
NO_PLAYWRIGHT = "playwright or its axe is missing: uv sync --group browser"
NO_CHROMIUM = f"{CHROMIUM} is missing: apt-get install chromium fonts-noto-cjk"


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int, server: subprocess.Popen[bytes], seconds: int = 180) -> None:
    """Return once the server answers; TimeoutError after so many seconds or where it has ended."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and server.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    raise TimeoutError("the server did not start")


def command(*arguments: str) -> list[str]:
    """Return the command line of `lianjing` in this environment."""
    return [sys.executable, "-m", "lianjing.site", *arguments]


def own_database() -> dict[str, str]:
    """Return the environment without a database of the tests: the zone keeps its rows in its own folder."""
    return {name: value for name, value in os.environ.items() if name != "LIANJING_DATABASE_URL"}


def fill(folder: Path) -> None:
    """Fill a demonstration zone."""
    subprocess.run(
        command("demo", "--no-serve", "--scale", "0", "--data", str(folder)),
        env=own_database(),
        check=True,
        stdout=subprocess.DEVNULL,
    )


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a filled folder and give its address; the server and its worker end with the block."""
    port = free_port()
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(
            command("serve", "--data", str(folder), "--port", str(port)),
            env=own_database(),
            stdout=log,
            stderr=log,
        )
        try:
            wait_for(port, server)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(timeout=60)
