"""Starts server and worker as `lianjing serve` does, with the killable application in place of the plain one.

python -m tests.soak.server PORT
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from argparse import Namespace
from importlib import import_module

from granian import Granian
from granian.constants import Interfaces


def work(parent: int) -> int:
    """Run the product's worker with the points armed."""
    import_module("tests.soak.killable")
    return int(import_module("lianjing.cli.serve").run_worker(Namespace(parent=parent)))


def serve(port: int) -> None:
    """Serve until a signal comes; the worker ends with the server."""
    worker = subprocess.Popen([sys.executable, "-m", "tests.soak.server", "work", str(os.getpid())])
    try:
        Granian(
            "tests.soak.killable:application",
            address="127.0.0.1",
            port=port,
            interface=Interfaces.WSGI,
            workers=1,
            blocking_threads=8,
            log_access=False,
            log_level="warning",
        ).serve()
    finally:
        worker.send_signal(signal.SIGTERM)
        worker.wait(timeout=15)


if __name__ == "__main__":
    if sys.argv[1] == "work":
        sys.exit(work(int(sys.argv[2])))
    serve(int(sys.argv[1]))
