"""`lianjing serve`: the web server with its worker (sequencer, timers), stopped together."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import subprocess
import sys
import time
from types import FrameType
from typing import Any

from django.conf import settings
from django.db import OperationalError
from granian import Granian
from granian.constants import Interfaces

from lianjing.cli.state import refuse_without_tables
from lianjing.kernel.refusal import BadInput
from lianjing.runtime import clock
from lianjing.runtime.process.timers import fire_due
from lianjing.runtime.trail.sequencer import sequence

LOCAL = ("127.0.0.1", "localhost", "::1")
log = logging.getLogger("lianjing.worker")


def add_command(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add `serve` and the worker that it starts."""
    command = commands.add_parser("serve", parents=[common], help="the web server")
    add_options(command)
    command.set_defaults(run=run)
    worker = commands.add_parser(
        "work", parents=[common], help="the worker alone: numbers events, fires timers"
    )
    worker.add_argument("--with", dest="parent", type=int, default=0, help="stop when this process is gone")
    worker.set_defaults(run=run_worker)


def add_options(command: argparse.ArgumentParser) -> None:
    """Add the options that `serve` and `demo` share."""
    command.add_argument("--port", type=int, default=8000)
    command.add_argument("--host", default="127.0.0.1")
    command.add_argument("--insecure", action="store_true", help="plain http on an address that others reach")


def run(options: argparse.Namespace) -> int:
    """Serve until a signal comes; the worker ends with the server."""
    refuse_without_tables()
    return serve(options)


def serve(options: argparse.Namespace) -> int:
    """Start worker and server. BadInput for plain http on any address but this machine's without --insecure."""
    if options.host not in LOCAL and not options.insecure:
        raise BadInput("在本机以外的地址上用明文 http 提供服务须加 --insecure；建议置于 TLS 之后")
    worker = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "lianjing.site",
            "work",
            "--data",
            str(settings.DATA_DIR),
            "--with",
            str(os.getpid()),
        ]
    )
    try:
        print(f"廉镜 http://{options.host}:{options.port}/  （Ctrl+C 停止）", flush=True)
        Granian(
            "lianjing.site.wsgi:application",
            address=options.host,
            port=options.port,
            interface=Interfaces.WSGI,
            workers=1,
            blocking_threads=8,
            log_access=False,
        ).serve()
    finally:
        worker.send_signal(signal.SIGTERM)
        worker.wait(timeout=15)
    return 0


def run_worker(options: argparse.Namespace) -> int:
    """Number events every second, fire timers every ten; ends on a signal or when its server is gone."""
    state = {"running": True}

    def stop(_signal: int, _frame: FrameType | None) -> None:
        state["running"] = False

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    turn = 0
    while state["running"] and (not options.parent or os.getppid() == options.parent):
        try:
            sequence()
            if turn % 10 == 0:
                fire_due(clock.now())
        except OperationalError as error:
            log.warning("the database was busy or away: %s", error)
        turn += 1
        time.sleep(1)
    return 0
