"""The kill loop: acts through HTTP, a SIGKILL at a named point, a restart, the same request again, over and over.

    python tests/soak/kill_loop.py --kills 100 --out benchmarks/results/kill_loop.json

The client journals every acknowledged act to its own file. At the end each must be present exactly once, no other
may be there, and `lianjing trail verify` must exit 0. With LIANJING_DATABASE_URL it runs on PostgreSQL as well.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import platform
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.soak.desk import Answer, Desk, today  # noqa: E402 - a script by its path, a module by its name
from tests.soak.points import IN_SEQUENCER, IN_UPLOAD, POINTS  # noqa: E402
from tests.soak.premises import Server, database_of, installation, lianjing  # noqa: E402
from tests.soak.reckoning import faults, journal_of  # noqa: E402

PASSWORD = "lianjing-demo"
PLANNER, ARCHIVIST = "20401", "20708"
STILL_LIMIT = 90.0


@dataclass
class Loop:
    """The client: its journal, its two desks, and how it brings the server back."""

    server: Server
    journal: Path
    schedule: Iterator[str]
    environment: dict[str, str]
    kills: int
    killed: Counter[str] = field(default_factory=Counter)
    kept: Counter[str] = field(default_factory=Counter)
    acts: int = 0
    armed: str = ""
    last_kill: float = 0.0

    def __post_init__(self) -> None:
        self.planner, self.archivist = Desk(0, PLANNER, PASSWORD), Desk(0, ARCHIVIST, PASSWORD)

    @property
    def count(self) -> int:
        """Return how often the server has died."""
        return sum(self.killed.values())

    def start(self) -> None:
        """Start the server with the next point, none once all kills are done."""
        while True:
            self.armed = next(self.schedule) if self.count < self.kills else ""
            self.server.start(self.armed)
            if self.server.is_alive():
                break
            self.note_death()
        self.planner.port = self.archivist.port = self.server.port
        self.last_kill = time.monotonic()

    def note_death(self) -> None:
        """Count a death, which must be the one that was planned."""
        if not self.server.is_dead_soon():
            raise AssertionError(f"no answer, though the server lives ({self.armed})")
        told = self.server.log.read_text().split() if self.server.log.exists() else []
        if len(told) != self.count + 1 or told[-1] != self.armed.partition(":")[0]:
            raise AssertionError(f"the server died otherwise than planned: {self.armed}, {told[-1:]}")
        self.killed[told[-1]] += 1

    def insist(self, ask: Callable[[], Answer], key: str = "") -> Answer:
        """Send until an answer comes."""
        while True:
            try:
                return ask()
            except (OSError, http.client.HTTPException):
                self.note_death()
                self.look(key)
                self.start()

    def look(self, key: str) -> None:
        """Look with plain SQL whether the act that died was kept: only if its transaction had been committed."""
        point = self.armed.partition(":")[0]
        if not key or point in IN_SEQUENCER:
            return
        database = database_of(self.environment)
        count = database.number("SELECT count(*) FROM trail_receipt WHERE key = ?", key)
        database.close()
        if count != (point == "after_commit"):
            raise AssertionError(f"{key} died at {point} and left {count} receipts")
        self.kept[point] += count

    def act(self, kind: str, title: str, ask: Callable[[str], Answer]) -> Any:
        """Do one act under one key until it is acknowledged; then journal it, on the disk, before anything else."""
        self.acts += 1
        key = f"soak-{kind}-{self.acts}"
        answer = self.insist(lambda: ask(key), key)
        if answer.status != 200:
            raise AssertionError(
                f"{kind} {title}: {answer.status} {answer.content.decode()[:500]} (last death {self.armed})"
            )
        told = answer.json()
        entry = {
            "key": key,
            "kind": kind,
            "title": title,
            **({"event": told["event"]} if "event" in told else {}),
        }
        with self.journal.open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry, ensure_ascii=False) + "\n")
            file.flush()
            os.fsync(file.fileno())
        return told

    def permit(self, project: int, number: int) -> None:
        """One matter from its opening to its end: four acts by two persons."""
        title = f"工程规划许可 {number}"
        one, two = self.planner, self.archivist
        opened = self.act(
            "open",
            title,
            lambda key: one.send(f"/api/v1/matters/{project}/open/works_permit", {"title": title}, key),
        )
        matter, item = opened["id"], opened["items"][0]["id"]
        content = f"%PDF-1.4\n{number} {'证照 ' * 500}\n%%EOF\n".encode()
        paper = {"kind": "permit", "title": title, "is_fictitious": "true"}
        self.act(
            "upload",
            title,
            lambda key: one.hand_in(f"/api/v1/matters/{matter}/documents", paper, content, key),
        )
        data = {"kind": "works_planning", "permit_no": title, "issued_on": today(), "result": "granted"}
        told = self.act("register", title, lambda key: one.send(f"/api/v1/items/{item}/complete", data, key))
        following = told["opened"][0] if told["opened"] else self.waiting(matter)
        self.act(
            "verify",
            title,
            lambda key: two.send(f"/api/v1/items/{following}/complete", {"is_same": "on"}, key),
        )

    def waiting(self, matter: int) -> int:
        """Ask which step is open now: a repeated answer names only the event."""
        answer = self.insist(lambda: self.archivist.ask("GET", f"/api/v1/matters/{matter}"))
        return int(answer.json()["items"][0]["id"])

    def run(self, project: int) -> None:
        """Log in, act and die until the kills are done, then act once more in peace."""
        self.start()
        for desk in (self.planner, self.archivist):
            answer = self.insist(desk.log_in)
            if answer.status != 302:
                raise AssertionError(f"log-in of {desk.number}: {answer.status}")
        number = 0
        while self.count < self.kills:
            number += 1
            self.permit(project, number)
            if time.monotonic() - self.last_kill > STILL_LIMIT:
                raise AssertionError(f"the point {self.armed} is never passed")
        self.permit(project, number + 1)


def schedule(seed: int) -> Iterator[str]:
    """Return points without end: each comes once before any comes again, at the first to sixth passing."""
    rng = random.Random(seed)
    while True:
        for point in rng.sample(POINTS, len(POINTS)):
            nth = (
                1 if point in IN_SEQUENCER else rng.randint(1, 3) if point in IN_UPLOAD else rng.randint(1, 6)
            )
            yield f"{point}:{nth}"


@dataclass(frozen=True)
class Report:
    """What a loop showed; `faults` is empty where everything agrees."""

    database: str
    kills: dict[str, int]
    acknowledged: int
    kept: dict[str, int]
    faults: list[str]
    verify_exit: int
    verified: dict[str, Any]
    seconds: float

    def to_dict(self) -> dict[str, Any]:
        """Return the report for a file."""
        return {
            "database": self.database,
            "kills": sum(self.kills.values()),
            "kills_at": self.kills,
            "acknowledged_acts": self.acknowledged,
            "kept_though_unanswered": self.kept,
            "faults": self.faults,
            "trail_verify_exit": self.verify_exit,
            "trail_verify": self.verified,
            "seconds": round(self.seconds, 1),
        }


def run(environment: dict[str, str], kills: int, seed: int, folder: Path) -> Report:
    """Run the loop on a prepared installation and reckon up."""
    started, journal = time.monotonic(), folder / "journal.jsonl"
    loop = Loop(Server(environment, folder / "kills.log"), journal, schedule(seed), environment, kills)
    database = database_of(environment)
    project = database.number("SELECT min(id) FROM matter WHERE kind = 'project'")
    database.close()
    try:
        loop.run(project)
    finally:
        loop.server.stop()
    numbered = lianjing(environment, "trail", "sequence", "--json")
    verdict = lianjing(environment, "trail", "verify", "--json")
    database, entries = database_of(environment), journal_of(journal)
    try:
        found = faults(database, entries, Path(environment["LIANJING_DATA"]) / "documents")
    finally:
        database.close()
    if numbered.returncode:
        found.append(f"the rest cannot be numbered: {numbered.stderr.strip()}")
    verified = json.loads(verdict.stdout) if verdict.stdout else {"error": verdict.stderr}
    kind = "PostgreSQL" if environment["LIANJING_DATABASE_URL"] else "SQLite"
    return Report(
        kind,
        dict(loop.killed),
        len(entries),
        dict(+loop.kept),
        found,
        verdict.returncode,
        verified,
        time.monotonic() - started,
    )


def main() -> int:
    """Run on SQLite, and on PostgreSQL where LIANJING_DATABASE_URL names a server; write the report."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=20260101)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    reports = []
    for url in dict.fromkeys(["", os.environ.get("LIANJING_DATABASE_URL", "")]):
        with (
            tempfile.TemporaryDirectory(prefix="lianjing-soak-") as place,
            installation("planning", Path(place) / "data", url) as environment,
        ):
            report = run(environment, options.kills, options.seed, Path(place))
        reports.append(report)
        sys.stdout.write(json.dumps(report.to_dict(), ensure_ascii=False, indent=2) + "\n")
    if options.out:
        about = {
            "what": "kill loop: SIGKILL of server and worker at named points, restart, same request again",
            "seed": options.seed,
            "when": datetime.now(UTC).isoformat(timespec="seconds"),
            "python": platform.python_version(),
            "machine": f"{platform.machine()}, {os.cpu_count()} cores",
            "runs": [report.to_dict() for report in reports],
        }
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(json.dumps(about, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return 1 if any(report.faults or report.verify_exit for report in reports) else 0


if __name__ == "__main__":
    sys.exit(main())
