"""The publication loop: SIGKILL at every boundary of publication; never two roots for one size.

    python tests/soak/publication_loop.py [--rounds 500] [--out benchmarks/results/publication_kills.json]

Each round records some acts and publishes them in a process that dies at a named point; the next goes on from what it
left. Every signature that was ever made, every checkpoint that lies in the database, in the log folder or in the
signer's memory is held against all earlier ones. In the end the log is published in peace and the stand-alone
verifier must exit 0. With LIANJING_DATABASE_URL it runs on PostgreSQL as well.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import platform
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.attacks.premises import START, Copy, Premises, premises  # noqa: E402 - a script by its path
from tests.attacks.rows import verifier  # noqa: E402
from tests.soak.points import IN_FILE, IN_PUBLICATION  # noqa: E402
from tests.soak.reckoning import Database  # noqa: E402


@dataclass
class Loop:
    """Rounds on one copy of an installation."""

    premises: Premises
    copy: Copy
    journal: Path
    rng: random.Random
    now: datetime = START + timedelta(hours=3)
    roots: dict[int, str] = field(default_factory=dict)
    killed: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def live(self, point: str, acts: int) -> bool:
        """Run one life; returns whether it was killed."""
        self.now += timedelta(minutes=1)
        told = {"do": "tests.soak.publishing:live", "data": str(self.copy.data), "name": self.copy.name}
        more = {"journal": str(self.journal), "point": point, "acts": acts, "now": self.now.isoformat()}
        answer = self.premises.ask({**told, **more})
        if not answer["killed"] and answer["exit"]:
            self.faults.append(f"the publisher failed at {point or 'peace'}")
        self.look()
        return bool(answer["killed"])

    def look(self) -> None:
        """Hold every root that can be seen against all seen before."""
        for size, root, place in self.seen():
            if self.roots.setdefault(size, root) != root:
                self.faults.append(f"two roots for size {size}: {place}")

    def seen(self) -> Iterator[tuple[int, str, str]]:
        """Yield size, root and place of each checkpoint there is."""
        if self.journal.exists():
            for line in self.journal.read_text("utf-8").splitlines():
                told = json.loads(line)
                yield told["size"], told["root"], "a signature"
        for name in ("log/checkpoint", "signed"):
            place = self.copy.data / name
            if place.exists():
                rows = place.read_text("utf-8").split("\n")
                yield int(rows[1]), base64.b64decode(rows[2]).hex(), name
        database = Database(self.copy.database)
        try:
            for size, root in database.rows("SELECT size, root FROM trail_checkpoint"):
                yield int(size), str(root), "the database"
        finally:
            database.close()

    def run(self, rounds: int) -> None:
        """Kill until every round is done, then publish in peace."""
        points: list[str] = []
        while self.killed.total() < rounds and not self.faults:
            points = points or self.rng.sample(IN_PUBLICATION, len(IN_PUBLICATION))
            point = points.pop()
            nth = self.rng.randint(1, 5) if point in IN_FILE else 1
            acts = self.rng.choice((1, 2, 3, 40, 90))
            if self.live(f"{point}:{nth}", acts):
                self.killed[point] += 1
            elif nth == 1:
                self.faults.append(f"the point {point} is never passed")
        self.live("", 1)


def reckon(loop: Loop, folder: Path) -> dict[str, Any]:
    """Export, verify, count."""
    export = loop.premises.export(loop.copy, folder / "export")
    database = Database(loop.copy.database)
    try:
        leaves, waiting = (
            database.number("SELECT count(*) FROM trail_leaf"),
            database.number("SELECT count(*) FROM trail_pending"),
        )
        events = database.number("SELECT count(*) FROM trail_event")
    finally:
        database.close()
    if waiting or leaves != events:
        loop.faults.append(f"{events} events, {leaves} leaves, {waiting} waiting")
    stdout, sys.stdout = sys.stdout, open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    try:
        code = verifier().main([str(export), "--tables"])
    finally:
        sys.stdout.close()
        sys.stdout = stdout
    return {
        "database": "PostgreSQL" if loop.premises.url else "SQLite",
        "kills": loop.killed.total(),
        "kills_at": dict(loop.killed),
        "events": events,
        "sizes_signed": len(loop.roots),
        "verifier_exit": code,
        "faults": loop.faults,
    }


def loop_on(url: str, rounds: int, seed: int, folder: Path) -> dict[str, Any]:
    """Run the loop on one database."""
    started = time.monotonic()
    with premises(folder / "premises", url) as place:
        copy = place.copy()
        try:
            loop = Loop(place, copy, folder / "signatures.jsonl", random.Random(seed))
            loop.run(rounds)
            return {**reckon(loop, folder), "seconds": round(time.monotonic() - started, 1)}
        finally:
            place.drop(copy)


def main() -> int:
    """Run, print, write the report; 1 where anything is wrong."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=500)
    parser.add_argument("--seed", type=int, default=20260101)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    runs = []
    for url in dict.fromkeys(["", os.environ.get("LIANJING_DATABASE_URL", "")]):
        with tempfile.TemporaryDirectory(prefix="lianjing-publication-") as place:
            runs.append(loop_on(url, options.rounds, options.seed, Path(place)))
        sys.stdout.write(json.dumps(runs[-1], ensure_ascii=False, indent=2) + "\n")
    if options.out:
        about = {
            "what": "SIGKILL at every boundary of publication; every root ever signed or kept against all others",
            "seed": options.seed,
            "when": datetime.now(UTC).isoformat(timespec="seconds"),
            "python": platform.python_version(),
            "machine": f"{platform.machine()}, {os.cpu_count()} cores",
            "runs": runs,
        }
        options.out.write_text(json.dumps(about, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return 1 if any(run["faults"] or run["verifier_exit"] for run in runs) else 0


if __name__ == "__main__":
    sys.exit(main())
