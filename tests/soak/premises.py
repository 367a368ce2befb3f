"""The premises of a soak: an installation in a folder of its own, its server, its database seen with plain SQL."""

from __future__ import annotations

import http.client
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.soak.desk import Desk
from tests.soak.reckoning import Database

ROOT = Path(__file__).resolve().parents[2]
START_LIMIT, DEATH_LIMIT = 120.0, 30.0


@contextmanager
def installation(stage: str, folder: Path, url: str) -> Iterator[dict[str, str]]:
    """Prepare an installation in a folder, and in a scratch database of the server of `url`; yields its environment.

    Stage "" prepares nothing.
    """
    name = f"lianjing_soak_{os.getpid()}_{random.randrange(10**6)}"
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "LIANJING_DATA": str(folder),
        "LIANJING_DATABASE_URL": "",
    }
    if url:
        with psycopg.connect(url, autocommit=True) as server:
            server.execute(f'CREATE DATABASE "{name}"')
        environment["LIANJING_DATABASE_URL"] = _other_database(url, name)
    try:
        if stage:
            subprocess.run(
                [sys.executable, "-m", "tests.soak.prepared", stage],
                cwd=ROOT,
                env=environment,
                check=True,
                stdout=subprocess.PIPE,
            )
        yield environment
    finally:
        if url:
            with psycopg.connect(url, autocommit=True) as server:
                server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _other_database(url: str, name: str) -> str:
    head, mark, options = url.partition("?")
    return head.rsplit("/", 1)[0] + f"/{name}" + mark + options


def database_of(environment: dict[str, str]) -> Database:
    """Open the installation's database with plain SQL."""
    return Database(
        environment["LIANJING_DATABASE_URL"] or str(Path(environment["LIANJING_DATA"]) / "lianjing.sqlite3")
    )


def lianjing(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command of the product."""
    command = [sys.executable, "-m", "lianjing.site", *arguments, "--data", environment["LIANJING_DATA"]]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


class Server:
    """Lives of server and worker, each in a process group of its own; a life's point is where it dies."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        self.log, self.port, self.life = log, 0, 0
        self.source = subprocess.Popen(
            [sys.executable, "-m", "tests.soak.server"],
            cwd=ROOT,
            env={**environment, "LIANJING_KILL_LOG": str(log)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        if self._told() != "ready":
            raise AssertionError("the program cannot be loaded")

    def _told(self) -> str:
        assert self.source.stdout is not None
        return self.source.stdout.readline().strip()

    def start(self, point: str = "") -> None:
        """Start a life, and wait until the log-in page is there or the life is over."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        assert self.source.stdin is not None
        self.source.stdin.write(f"{self.port} {point}\n")
        self.source.stdin.flush()
        self.life = int(self._told())
        until = time.monotonic() + START_LIMIT
        while time.monotonic() < until and self.is_alive():
            try:
                if Desk(self.port, "", "").ask("GET", "/login/").status == 200:
                    return
            except (OSError, http.client.HTTPException):
                time.sleep(0.05)
        if self.is_alive():
            raise TimeoutError("the server does not answer")

    def is_alive(self) -> bool:
        """True while this life's first process runs; the others die with it."""
        try:
            os.kill(self.life, 0)
        except ProcessLookupError:
            return False
        return True

    def is_dead_soon(self) -> bool:
        """True once this life is over; waits for it."""
        until = time.monotonic() + DEATH_LIMIT
        while self.is_alive() and time.monotonic() < until:
            time.sleep(0.02)
        return not self.is_alive()

    def stop(self) -> None:
        """End in peace; whoever does not is killed."""
        if self.life and self.is_alive():
            os.kill(self.life, signal.SIGTERM)
            if not self.is_dead_soon():
                os.killpg(self.life, signal.SIGKILL)
        assert self.source.stdin is not None and self.source.stdout is not None
        self.source.stdin.close()
        self.source.wait(DEATH_LIMIT)
        self.source.stdout.close()
