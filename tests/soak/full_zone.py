"""Fills the whole demonstration zone and checks what it promises: 111 projects, at most 12,000 acts, planted cases, a clean trail.

uv run python tests/soak/full_zone.py [--out FILE]
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

MOST_ACTS, PROJECTS, LEAST_NEAR = 12_000, 111, 5


def main() -> int:
    """Fill, count, verify; exit code 1 where a promise is not kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, help="where to keep the figures")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = filled(Path(folder) / "zone")
    sys.stdout.write(json.dumps(found, indent=1) + "\n")
    if options.out:
        options.out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    is_kept = (
        found["projects"] == PROJECTS
        and found["acts"] <= MOST_ACTS
        and found["near_misses"] >= LEAST_NEAR * found["positives"] > 0
        and found["problems"] == 0
    )
    return 0 if is_kept else 1


def filled(data: Path) -> dict[str, int]:
    """Fill a zone and return its figures."""
    command = [sys.executable, "-m", "lianjing.site"]
    began = time.monotonic()
    subprocess.run(
        [*command, "demo", "--no-serve", "--data", str(data)], check=True, stdout=subprocess.DEVNULL
    )
    seconds = time.monotonic() - began
    told = subprocess.run(
        [*command, "trail", "verify", "--json", "--data", str(data)],
        capture_output=True,
        text=True,
        check=False,
    )
    cases = json.loads((data / "ground-truth.json").read_text(encoding="utf-8"))["cases"]
    kinds = Counter(case["kind"] for case in cases)
    with sqlite3.connect(data / "lianjing.sqlite3") as base:
        acts = base.execute("SELECT count(*) FROM trail_event").fetchone()[0]
        refused = base.execute("SELECT count(*) FROM trail_event WHERE is_refused").fetchone()[0]
        projects = base.execute("SELECT count(*) FROM matter WHERE kind = 'project'").fetchone()[0]
    return {
        "projects": projects,
        "acts": acts,
        "refused": refused,
        "positives": kinds["positive"],
        "near_misses": kinds["near_miss"],
        "problems": len(json.loads(told.stdout)["problems"]),
        "seconds": round(seconds),
    }


if __name__ == "__main__":
    sys.exit(main())
