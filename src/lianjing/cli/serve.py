"""`lianjing serve`: web server, worker and sequencer, started and stopped together; plain http stays on this machine."""

from __future__ import annotations

import argparse
import json
import logging
import os
import shutil
import signal
import ssl
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import FrameType
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connections
from granian import Granian
from granian.constants import Interfaces

from lianjing.cli import redirect
from lianjing.cli.state import refuse_without_tables
from lianjing.kernel.refusal import BadInput
from lianjing.runtime import clock
from lianjing.runtime.job.errands import carry_out_next
from lianjing.runtime.job.schedule import Round, jobs
from lianjing.runtime.trail.publication import log_size
from lianjing.runtime.trail.signed import refuse_shorter

LOCAL = ("127.0.0.1", "localhost", "::1")
RUN = "run"  # below the data folder: what belongs to running processes only
PATIENCE = 30  # seconds that a request, and the worker's turn, may take to end after the signal
MOST_WORKERS = 64
log = logging.getLogger("lianjing.worker")


def add_command(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add `serve` and the worker that it starts."""
    command = commands.add_parser("serve", parents=[common], help="the web server")
    add_options(command)
    command.set_defaults(run=run)
    worker = commands.add_parser(
        "work", parents=[common], help="the worker alone: numbers events, fires timers, runs what is due"
    )
    worker.add_argument("--with", dest="parent", type=int, default=0, help="stop when this process is gone")
    worker.set_defaults(run=run_worker)


def add_options(command: argparse.ArgumentParser) -> None:
    """Add the options that `serve` and `demo` share."""
    command.add_argument("--port", type=int, default=8000)
    command.add_argument("--host", default="127.0.0.1")
    command.add_argument("--workers", type=int, default=1, help="web processes (default 1)")
    command.add_argument("--tls-cert", type=Path, metavar="FILE", help="certificate chain (PEM): serve https")
    command.add_argument("--tls-key", type=Path, metavar="FILE", help="its private key (PEM)")
    command.add_argument(
        "--redirect-port", type=int, metavar="PORT", help="plain http port that sends everyone to https"
    )
    command.add_argument("--insecure", action="store_true", help="plain http on an address that others reach")


def run(options: argparse.Namespace) -> int:
    """Serve until a signal comes; the worker ends with the server."""
    refuse_without_tables()
    refuse_shorter(log_size())
    return serve(options)


def check(options: argparse.Namespace) -> None:
    """Raise BadInput for options that cannot be served: half a key pair, a foreign key, open plain http."""
    jobs()  # a wrong list of jobs stops the start here, not the worker later
    if not 1 <= options.workers <= MOST_WORKERS:
        raise BadInput(f"--workers 须为 1 至 {MOST_WORKERS}")
    if bool(options.tls_cert) != bool(options.tls_key):
        raise BadInput("--tls-cert 与 --tls-key 须同时给出")
    if options.redirect_port and not options.tls_cert:
        raise BadInput("--redirect-port 只在以 https 提供服务时可用")
    if options.tls_cert:
        _check_pair(options.tls_cert, options.tls_key)
    elif options.host not in LOCAL and not options.insecure:
        raise BadInput(
            "在本机以外的地址上用明文 http 提供服务须加 --insecure；"
            "建议用 --tls-cert、--tls-key（证书可由 lianjing init --local-ca 生成），或置于 TLS 代理之后"
        )


def _check_pair(certificate: Path, key: Path) -> None:
    for place in (certificate, key):
        if not place.is_file():
            raise BadInput(f"没有这个文件：{place}")
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, password=lambda: "")
    except (ssl.SSLError, ValueError) as error:
        raise BadInput(f"证书与私钥不能使用（格式不对、不配对或私钥有口令）：{certificate}") from error


def serve(options: argparse.Namespace) -> int:
    """Start the companions and the web server; on SIGTERM or SIGINT open requests end first, then the worker's turn."""
    check(options)
    connections.close_all()  # no process that is forked from here may share one
    companions = [Companion(_worker_command())]
    if options.redirect_port:
        companions.append(Companion(redirect.command(options.host, options.redirect_port, options.port)))
    scheme = "https" if options.tls_cert else "http"
    _enter(options)
    print(f"廉镜 {scheme}://{options.host}:{options.port}/  （Ctrl+C 停止）", flush=True)
    try:
        _serve_pages(options)
    finally:
        failed = [each for each in companions if not each.stop()]
        (Path(settings.DATA_DIR) / RUN / "serve.json").unlink(missing_ok=True)
    return 1 if failed else 0


def _enter(options: argparse.Namespace) -> None:
    """Leave word of this server for the doctor, and an empty folder in which its processes count together."""
    folder = Path(settings.DATA_DIR) / RUN
    counts = folder / "metrics"
    shutil.rmtree(counts, ignore_errors=True)
    counts.mkdir(mode=0o700, parents=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(counts)
    told = {
        "pid": os.getpid(),
        "host": options.host,
        "port": options.port,
        "is_open": options.host not in LOCAL,
        "tls_cert": str(options.tls_cert.absolute()) if options.tls_cert else "",
        "started_at": clock.now().isoformat(),
    }
    (folder / "serve.json").write_text(json.dumps(told))


def _serve_pages(options: argparse.Namespace) -> None:
    Granian(
        "lianjing.site.wsgi:application",
        address=options.host,
        port=options.port,
        interface=Interfaces.WSGI,
        workers=options.workers,
        blocking_threads=8,
        respawn_failed_workers=True,
        workers_kill_timeout=PATIENCE,
        ssl_cert=options.tls_cert,
        ssl_key=options.tls_key,
        log_access=False,
        log_enabled=sys.stderr.isatty(),
    ).serve()


def _worker_command() -> list[str]:
    place = ["--data", str(settings.DATA_DIR), "--with", str(os.getpid())]
    return [sys.executable, "-m", "lianjing.site", "work", *place]


class Companion:
    """A process beside the web server: started again when it dies, stopped when the server stops."""

    def __init__(self, command: list[str], pause: float = 2.0) -> None:
        self.command, self.pause = command, pause
        self.lock, self.is_unwanted = threading.Lock(), threading.Event()
        self.process = self._start()
        threading.Thread(target=self._watch, daemon=True).start()

    def _start(self) -> subprocess.Popen[bytes]:
        # A session of its own: Ctrl+C reaches the server, which ends its requests first and this process then.
        return subprocess.Popen(self.command, start_new_session=True)

    def _watch(self) -> None:
        while not self.is_unwanted.is_set():
            code = self.process.wait()
            if self.is_unwanted.wait(self.pause):
                return
            with self.lock:
                if not self.is_unwanted.is_set():
                    log.error("%s ended with %s and is started again", self.command[3], code)
                    self.process = self._start()

    def stop(self) -> bool:
        """End it in peace, by force after PATIENCE; True where it ended by itself."""
        with self.lock:
            self.is_unwanted.set()
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return False
        return True


def run_worker(options: argparse.Namespace) -> int:
    """Run the jobs that are due, and one errand at a time beside them; ends on a signal or when its server is gone."""
    stopping = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        stopping.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    book = Round(jobs())
    errands = threading.Thread(target=_run_errands, args=[stopping])
    errands.start()
    try:
        while not stopping.is_set() and (not options.parent or os.getppid() == options.parent):
            book.turn(time.monotonic(), clock.now())
            stopping.wait(1)
    finally:
        stopping.set()
        errands.join(PATIENCE)
    return 0


def _run_errands(stopping: threading.Event) -> None:
    while not stopping.is_set():
        if not _one_errand(stopping):
            stopping.wait(2)
    connections.close_all()


def _one_errand(stopping: threading.Event) -> int:
    try:
        return carry_out_next(clock.now(), stopping.is_set)
    except DatabaseError as error:
        log.warning("errands: the database was busy or away: %s", error)
        connections.close_all()
        return 0
