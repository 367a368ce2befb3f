"""`lianjing serve`: https, the way to it from http, readiness, a clean stop; what cannot be served is refused."""

from __future__ import annotations

import http.client
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
import warnings
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from lianjing.cli import local_ca, serve, systemd
from lianjing.kernel.refusal import BadInput
from lianjing.runtime import clock
from tests.soak.premises import ROOT, lianjing

LIMIT = 90.0


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


class Running:
    """A server started as people start it."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        self.data = Path(environment["LIANJING_DATA"])
        self.port, self.plain = free_port(), free_port()
        places = local_ca.files(self.data)
        command = [
            sys.executable, "-m", "lianjing.site", "serve", "--data", str(self.data), "--port", str(self.port),
            "--redirect-port", str(self.plain), "--tls-cert", str(places.certificate), "--tls-key", str(places.key),
        ]  # fmt: skip
        self.tls = ssl.create_default_context(cafile=str(places.ca_certificate))
        with log.open("wb") as told:
            self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=told, stderr=told)
        self.wait_for("/readyz", 200)

    def connection(self) -> http.client.HTTPSConnection:
        return http.client.HTTPSConnection("localhost", self.port, timeout=30, context=self.tls)

    def ask(self, path: str, headers: dict[str, str] | None = None) -> tuple[http.client.HTTPResponse, bytes]:
        link = self.connection()
        try:
            link.request("GET", path, headers=headers or {})
            answer = link.getresponse()
            return answer, answer.read()
        finally:
            link.close()

    def wait_for(self, path: str, status: int) -> None:
        until = time.monotonic() + LIMIT
        while time.monotonic() < until and self.process.poll() is None:
            try:
                if self.ask(path)[0].status == status:
                    return
            except OSError:
                pass
            time.sleep(0.3)
        raise AssertionError(f"{path} never answered {status}")


@pytest.fixture(scope="module")
def served(empty: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Running]]:
    """The servers that ran in an empty installation behind a certificate of its own, the last one perhaps still."""
    made = lianjing(empty, "init", "--local-ca", "localhost,127.0.0.1", "--json")
    assert made.returncode == 0, made.stderr
    servers = [Running(empty, tmp_path_factory.mktemp("serve") / "log")]
    yield servers
    servers[-1].process.kill()
    servers[-1].process.wait()


@pytest.fixture
def running(
    served: list[Running], empty: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Running:
    """The server that runs; one that a test has ended is followed by another."""
    if served[-1].process.poll() is not None:
        served.append(Running(empty, tmp_path_factory.mktemp("serve") / "log"))
    return served[-1]


def test_https_with_the_installations_own_authority(running: Running) -> None:
    answer, _content = running.ask("/login/", {"X-Request-ID": "request-0001"})
    assert answer.status == 200
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert answer.headers["X-Request-ID"] == "request-0001"
    cookies = answer.headers.get_all("Set-Cookie") or []
    assert cookies and all("Secure" in each and each.strip().startswith("__Host-") for each in cookies)
    answer, content = running.ask("/ca/lianjing-ca.crt")
    assert x509.load_der_x509_certificate(content).subject is not None and answer.status == 200


@pytest.mark.parametrize(
    ("version", "is_answered"),
    [(ssl.TLSVersion.TLSv1, False), (ssl.TLSVersion.TLSv1_1, False), (ssl.TLSVersion.TLSv1_3, True)],
)
def test_an_old_protocol_is_refused_by_the_server(
    version: ssl.TLSVersion, is_answered: bool, running: Running
) -> None:
    """ASVS 12.1.1. The client offers this version alone, so weakly set that its own library does not keep it from asking."""
    tls = ssl.create_default_context(cafile=str(local_ca.files(running.data).ca_certificate))
    tls.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        tls.minimum_version = tls.maximum_version = version
    with socket.create_connection(("localhost", running.port), timeout=30) as link:
        if is_answered:
            with tls.wrap_socket(link, server_hostname="localhost") as spoken:
                assert spoken.version() == "TLSv1.3"
            return
        with pytest.raises(ssl.SSLError) as caught:
            tls.wrap_socket(link, server_hostname="localhost")
    assert "_ALERT_" in str(caught.value)  # said by the server, not by this client


def test_plain_http_only_sends_to_https_and_never_elsewhere(running: Running) -> None:
    for host, status in (("localhost", 308), ("evil.example", 400)):
        link = http.client.HTTPConnection("127.0.0.1", running.plain, timeout=10)
        link.request("GET", "/items/?tab=done", headers={"Host": host})
        answer = link.getresponse()
        assert answer.status == status
        expected = f"https://localhost:{running.port}/items/?tab=done" if status == 308 else None
        assert answer.headers["Location"] == expected
        link.close()


def test_metrics_answer_this_machine_and_count(running: Running) -> None:
    running.ask("/login/")
    answer, content = running.ask("/metrics")
    text = content.decode()
    assert answer.status == 200
    assert 'lianjing_http_requests_total{method="GET",status="200",view="login"}' in text
    assert "lianjing_trail_pending " in text and "lianjing_job_failures" in text


def test_a_dead_worker_is_started_again(running: Running) -> None:
    worker = next(int(line.split()[0]) for line in children(running.process.pid) if " work " in line)
    os.kill(worker, signal.SIGKILL)
    until = time.monotonic() + LIMIT
    while time.monotonic() < until:
        now = [int(line.split()[0]) for line in children(running.process.pid) if " work " in line]
        if now and now != [worker]:
            return
        time.sleep(0.3)
    raise AssertionError("no new worker")


def children(pid: int) -> list[str]:
    done = subprocess.run(
        ["ps", "-o", "pid=,args=", "--ppid", str(pid)], capture_output=True, text=True, check=False
    )
    return done.stdout.splitlines()


def test_a_signal_lets_the_open_request_end_and_the_exit_is_clean(running: Running) -> None:
    body = b"number=10001&password=" + b"x" * 100
    link = running.connection()
    link.putrequest("POST", "/login/")
    link.putheader("Content-Type", "application/x-www-form-urlencoded")
    link.putheader("Content-Length", str(len(body)))
    link.endheaders()
    link.send(body[:50])
    time.sleep(0.5)
    running.process.send_signal(signal.SIGTERM)
    time.sleep(1)
    link.send(body[50:])
    assert link.getresponse().status == 403  # no CSRF token: answered all the same
    link.close()
    assert running.process.wait(timeout=40) == 0
    assert not (running.data / "run" / "serve.json").exists()


def options(**changes: Any) -> Namespace:
    plain = {"host": "127.0.0.1", "port": 8000, "workers": 1, "insecure": False, "redirect_port": None}
    return Namespace(**{**plain, "tls_cert": None, "tls_key": None, **changes})


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"host": "0.0.0.0"}, "--insecure"),
        ({"workers": 0}, "--workers"),
        ({"tls_cert": Path("a")}, "同时"),
        ({"tls_cert": Path("/absent"), "tls_key": Path("/absent")}, "没有这个文件"),
        ({"redirect_port": 80}, "--redirect-port"),
    ],
)
def test_what_cannot_be_served_is_refused(changes: dict[str, Any], word: str) -> None:
    with pytest.raises(BadInput, match=word):
        serve.check(options(**changes))
    serve.check(options())


def test_a_foreign_key_is_refused(tmp_path: Path) -> None:
    one = local_ca.make(tmp_path / "a", ["localhost"], clock.now())
    other = local_ca.make(tmp_path / "b", ["localhost"], clock.now())
    serve.check(options(tls_cert=one.certificate, tls_key=one.key))
    with pytest.raises(BadInput, match="不配对"):
        serve.check(options(tls_cert=one.certificate, tls_key=other.key))


def test_the_authority_signs_for_its_names_only(tmp_path: Path) -> None:
    made = local_ca.make(tmp_path, ["lj.zone.local", "10.1.2.3"], clock.now())
    assert made.key.stat().st_mode & 0o777 == made.ca_key.stat().st_mode & 0o777 == 0o600
    before = local_ca.fingerprint(made.ca_certificate)
    local_ca.make(tmp_path, ["www.lj.zone.local"], clock.now())
    assert local_ca.fingerprint(made.ca_certificate) == before
    for foreign in ("bank.example", "10.1.2.4"):
        with pytest.raises(BadInput, match="不含"):
            local_ca.make(tmp_path, [foreign], clock.now())
    for wrong in ("a b", "", "a/b", "*"):
        with pytest.raises(BadInput, match="不是主机名"):
            local_ca.make(tmp_path / "new", [wrong], clock.now())


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd-analyze here")
def test_systemd_itself_finds_nothing_wrong_with_the_unit_files(tmp_path: Path) -> None:
    site = systemd.Site(tmp_path / "data", tmp_path / "backups", port=443)
    written = [str(place) for place in systemd.write(tmp_path / "units", site)]
    done = subprocess.run(
        ["systemd-analyze", "verify", *written], capture_output=True, text=True, check=False, timeout=30
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_unit_files_are_locked_down_and_never_overwritten(tmp_path: Path) -> None:
    site = systemd.Site(Path("/srv/lianjing"), Path("/var/backups/lianjing"), port=443)
    server, backup, timer, scan, scans = (place.read_text() for place in systemd.write(tmp_path, site))
    for line in ("NoNewPrivileges=yes", "ProtectSystem=strict", "User=lianjing", "KillSignal=SIGTERM"):
        assert line in server
    assert "CapabilityBoundingSet=CAP_NET_BIND_SERVICE\n" in server and "CapabilityBoundingSet=\n" in backup
    assert "ReadWritePaths=/srv/lianjing\n" in server and "OnCalendar" in timer and "OnCalendar" in scans
    assert "lianjing scan --data /srv/lianjing\n" in scan and "CapabilityBoundingSet=\n" in scan
    systemd.write(tmp_path, site)
    with pytest.raises(BadInput, match="已存在"):
        systemd.write(tmp_path, systemd.Site(Path("/srv/other"), Path("/b")))
    with pytest.raises(BadInput, match="特殊字符"):
        systemd.write(tmp_path / "n", systemd.Site(Path("/srv/a b"), Path("/b")))
