"""Starts server and worker as `lianjing serve` does, again and again, each life in a process group of its own.

    python -m tests.soak.server        reads lines "PORT POINT:NTH", answers each with the number of the process

What takes seconds, loading the program, is done once; each life is a fork that has opened nothing yet.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from argparse import Namespace
from contextlib import suppress
from importlib import import_module

from granian import Granian
from granian.constants import Interfaces


def live(port: int, point: str) -> None:
    """Serve until a signal or the point comes; the worker ends with the server."""
    os.setpgid(0, 0)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    import_module("tests.soak.traps").arm(point, os.environ["LIANJING_KILL_LOG"])
    parent = os.getpid()
    worker = os.fork()
    if worker == 0:
        os._exit(import_module("lianjing.cli.serve").run_worker(Namespace(parent=parent)))
    try:
        Granian(
            "tests.soak.killable:application",
            address="127.0.0.1",
            port=port,
            interface=Interfaces.WSGI,
            workers=1,
            blocking_threads=8,
            log_access=False,
            log_enabled=False,
        ).serve()
    finally:
        os.kill(worker, signal.SIGTERM)
        os.waitpid(worker, 0)


def main() -> None:
    """Load the program, then fork a life for every line."""
    multiprocessing.set_start_method("fork")
    import_module("tests.soak.killable")
    import_module("lianjing.site.urls")
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    sys.stdout.write("ready\n")
    for line in iter(sys.stdin.readline, ""):
        port, _, point = line.strip().partition(" ")
        sys.stdout.flush()
        life = os.fork()
        if life == 0:
            sys.stdin.close()
            live(int(port), point)
            os._exit(0)
        with suppress(OSError):  # the child may have done it already, and even be gone
            os.setpgid(life, life)
        sys.stdout.write(f"{life}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
