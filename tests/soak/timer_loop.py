"""Two workers fire the same timers in the same moment: each timer once, whichever of them comes first.

    python tests/soak/timer_loop.py [--rounds 200] [--out benchmarks/results/timers_at_once.json]

Two processes, each with its own connection, start on one signal. With LIANJING_DATABASE_URL it runs on PostgreSQL.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.soak.premises import database_of, installation, lianjing  # noqa: E402 - a script by its path

WORKER = """
import os, sys
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianjing.site.settings")
import django
django.setup()
from lianjing.runtime import clock
from lianjing.runtime.org.queries import posts_held
from lianjing.runtime.process import timers
posts_held(0, clock.now().date())
print("ready", flush=True)
sys.stdin.readline()
print(timers.fire_due(clock.now(), limit=100_000), flush=True)
"""
WAITING = "SELECT count(*) FROM timer WHERE fired_at IS NULL AND cancelled_at IS NULL"
FIRED = "SELECT count(*) FROM timer WHERE fired_at IS NOT NULL"
EVENTS = "SELECT count(*) FROM trail_event WHERE act = 'works_payment.timer'"
REFUSED = "SELECT count(*) FROM trail_event WHERE act = 'works_payment.timer' AND is_refused"
TWICE = (
    "SELECT count(*) FROM (SELECT matter_id FROM trail_event WHERE act = 'works_payment.timer'"
    " GROUP BY matter_id HAVING count(*) > 1) AS twice"
)


def fire_at_once(environment: dict[str, str]) -> list[int]:
    """Let two workers begin together; return how many timers each fired."""
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", WORKER],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _worker in range(2)
    ]
    for worker in workers:
        assert worker.stdout is not None and worker.stdout.readline() == "ready\n"
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write("\n")
        worker.stdin.flush()
    told = [worker.communicate()[0] for worker in workers]
    assert all(worker.returncode == 0 for worker in workers), told
    return [int(each) for each in told]


def loop_on(url: str, rounds: int, folder: Path) -> dict[str, Any]:
    """Prepare payments whose joint reviews are late, let two workers note it, count, verify the trail."""
    with installation(f"joint:{rounds}", folder / "data", url) as environment:
        database = database_of(environment)
        waiting = database.number(WAITING)
        shares = fire_at_once(environment)
        lianjing(environment, "trail", "sequence")
        verdict = lianjing(environment, "trail", "verify", "--json")
        found = {
            "waiting": waiting,
            "fired": sum(shares),
            "fired_rows": database.number(FIRED),
            "left": database.number(WAITING),
            "events": database.number(EVENTS),
            "refused_events": database.number(REFUSED),
            "twice": database.number(TWICE),
        }
        database.close()
    wanted = {**dict.fromkeys(found, rounds), "left": 0, "refused_events": 0, "twice": 0}
    faults = [
        f"{name}: {found[name]} instead of {count}" for name, count in wanted.items() if found[name] != count
    ]
    if verdict.returncode != 0:
        faults.append("the trail does not verify")
    return {
        "database": "PostgreSQL" if url else "SQLite",
        "rounds": rounds,
        "shares": shares,
        "faults": faults,
    }


def main() -> int:
    """Run, write the result down, and fail where anything was wrong."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="lianjing-timers-") as folder:
        result = loop_on(os.environ.get("LIANJING_DATABASE_URL", ""), asked.rounds, Path(folder))
    result |= {"python": platform.python_version(), "cpus": os.cpu_count()}
    text = json.dumps(result, ensure_ascii=False, indent=2) + "\n"
    if asked.out:
        asked.out.write_text(text, encoding="utf-8")
    sys.stdout.write(text)
    return 1 if result["faults"] else 0


if __name__ == "__main__":
    sys.exit(main())
