"""Three heads complete one joint review in the same moment, again and again: no error, no lost opinion.

    python tests/soak/joint_loop.py [--rounds 200] [--out benchmarks/results/joint_reviews.json]

Before a running server, over HTTP, each head at his own desk. With LIANJING_DATABASE_URL it runs on PostgreSQL.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.soak.desk import Answer, Desk  # noqa: E402 - a script by its path
from tests.soak.kill_loop import PASSWORD  # noqa: E402
from tests.soak.premises import Server, database_of, installation, lianjing  # noqa: E402

HEADS = {"ECO": "20301", "PLN": "20402", "LAW": "20602"}
FUNDS = "20201"


@dataclass(frozen=True)
class Office:
    """A running installation."""

    server: Server
    environment: dict[str, str]
    project: int

    def desk(self, number: str) -> Desk:
        """Return the desk of a person who has logged in."""
        desk = Desk(self.server.port, number, PASSWORD)
        assert desk.log_in().status == 302
        return desk

    def number(self, sql: str, *values: object) -> int:
        """Ask the database itself."""
        database = database_of(self.environment)
        try:
            return database.number(sql, *values)
        finally:
            database.close()


def at_once(*requests: Callable[[], Answer]) -> list[Answer]:
    """Send all requests in the same moment; returns the answers in the order of the requests."""
    barrier, answers = threading.Barrier(len(requests)), dict[int, Any]()

    def send(place: int, request: Callable[[], Answer]) -> None:
        barrier.wait()
        answers[place] = request()

    threads = [threading.Thread(target=send, args=each) for each in enumerate(requests)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [answers[place] for place in range(len(requests))]


def sending(desk: Desk, path: str, data: dict[str, str], key: str) -> Callable[[], Answer]:
    """Return a request ready to be sent."""
    return lambda: desk.send(path, data, key)


@contextmanager
def opened(stage: str, folder: Path, url: str) -> Iterator[Office]:
    """A server with a project that stands at a stage."""
    with installation(stage, folder / "data", url) as environment:
        server = Server(environment, folder / "kills.log")
        try:
            server.start()
            database = database_of(environment)
            project = database.number("SELECT min(id) FROM matter WHERE kind = 'project'")
            database.close()
            yield Office(server, environment, project)
        finally:
            server.stop()


def waiting_for(desk: Desk, step: str) -> dict[int, int]:
    """Return the items of a step that wait for a person, by their matter."""
    found: dict[int, int] = {}
    cursor = ""
    while True:
        page = desk.ask("GET", f"/api/v1/items?limit=100{cursor}").json()
        found |= {each["matter"]: each["id"] for each in page["items"] if each["step"] == step}
        if not page["next"]:
            return found
        cursor = f"&cursor={page['next']}"


def review_all(office: Office) -> dict[str, Any]:
    """Let all heads complete each joint review at once; returns what was found wrong and how long a round took."""
    desks = {element: office.desk(number) for element, number in HEADS.items()}
    waiting = {element: waiting_for(desk, "joint") for element, desk in desks.items()}
    matters, faults, spent = sorted(waiting["ECO"]), [], []
    if any(sorted(each) != matters for each in waiting.values()):
        faults.append("the three do not have the same reviews")
    for matter in matters:
        requests = [
            sending(
                desk,
                f"/api/v1/items/{waiting[element][matter]}/complete",
                {"result": "agree", "opinion": f"已核{matter}"},
                f"joint-{matter}-{element}",
            )
            for element, desk in desks.items()
        ]
        began = time.monotonic()
        answers = at_once(*requests)
        spent.append(time.monotonic() - began)
        faults += [f"{matter}: {each.status} {each.content!r}" for each in answers if each.status != 200]
        faults += _lost(office, matter)
    steps = waiting_for(office.desk(FUNDS), "finance")
    faults += [f"{matter} does not wait for finance" for matter in matters if matter not in steps]
    return {
        "rounds": len(matters),
        "median_ms": round(sorted(spent)[len(spent) // 2] * 1000, 1) if spent else None,
        "slowest_ms": round(max(spent) * 1000, 1) if spent else None,
        "faults": faults,
    }


def _lost(office: Office, matter: int) -> Iterator[str]:
    """Name what is not as it must be after the three: opinions, submissions, events, the one next step."""
    wanted = {
        "SELECT count(*) FROM opinion WHERE matter_id = ? AND given_at IS NOT NULL": 3,
        "SELECT count(*) FROM work_item WHERE matter_id = ? AND step_key = 'joint' AND outcome = 'done'": 3,
        "SELECT count(*) FROM trail_event WHERE matter_id = ? AND act = 'works_payment.joint'": 3,
        "SELECT count(*) FROM work_item WHERE matter_id = ? AND step_key = 'finance'": 1,
        "SELECT count(*) FROM work_item WHERE matter_id = ? AND closed_at IS NULL": 1,
    }
    for sql, count in wanted.items():
        if (found := office.number(sql, matter)) != count:
            yield f"{matter}: {found} instead of {count}: {sql}"


def loop_on(url: str, rounds: int, folder: Path) -> dict[str, Any]:
    """Prepare, let them review, verify the trail."""
    with opened(f"joint:{rounds}", folder, url) as office:
        result = review_all(office)
        lianjing(office.environment, "trail", "sequence")
        verdict = lianjing(office.environment, "trail", "verify", "--json")
    if verdict.returncode != 0:
        result["faults"].append("the trail does not verify")
    if result["rounds"] != rounds:
        result["faults"].append(f"{result['rounds']} rounds instead of {rounds}")
    return {"database": "PostgreSQL" if url else "SQLite", "departments": len(HEADS), **result}


def main() -> int:
    """Run, write the result down, and fail where anything was wrong."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="lianjing-joint-") as folder:
        result = loop_on(os.environ.get("LIANJING_DATABASE_URL", ""), asked.rounds, Path(folder))
    result |= {"python": platform.python_version(), "cpus": os.cpu_count()}
    text = json.dumps(result, ensure_ascii=False, indent=2) + "\n"
    if asked.out:
        asked.out.write_text(text, encoding="utf-8")
    sys.stdout.write(text)
    return 1 if result["faults"] else 0


if __name__ == "__main__":
    sys.exit(main())
