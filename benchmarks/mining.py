"""Process analysis at 262,000, 1 million and 10 million events, beside a bare sort of the same events in the same run.

    python benchmarks/mining.py ../shared/data/eventlogs/bpic15_1.xes.gz --out benchmarks/results/mining.json
    python benchmarks/mining.py ../shared/data/eventlogs/bpic15_1.xes.gz --sizes 10000000 --runs 3 --out …

The events are those of a real log, its cases repeated under fresh numbers and shifted in time, cut to the size. Each size
runs in a process of its own, `--runs` times; seconds are medians. "Bare sort" is DuckDB writing the same coded events
ordered by object and time, the least that any analysis of a log must do. Run 10 million on a quiet machine: the load
average at the beginning stands in the result. PM4Py's recorded seconds on the same questions stand beside without a
ratio: it is no dependency, even here.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import duckdb

from lianjing.analysis.mining import desks, flows, peers, variants
from lianjing.analysis.mining.store import Event, Store
from lianjing.analysis.mining.worktime import weekdays
from lianjing.intake.eventlog import xes
from lianjing.intake.eventlog.reading import usable

SIZES = (262_000, 1_000_000, 10_000_000)
AIM = {"events": 10_000_000, "seconds": 16.0, "megabytes": 1_100}
RECORDED = {
    "262000": 8.1,
    "10500000": 104.9,
}  # PM4Py, seconds; 3.5 GB at 10.5 million (design page on analytics)
OFFSET = 60
YEAR = 365 * 86_400_000_000


def load(store: Store, place: Path, size: int) -> int:
    """Fill the store with at least `size` events: the log's own, repeated under fresh objects, each a year later."""
    own = store.load(Event(*each) for each in usable(xes.read(place), OFFSET))
    objects, rounds = len(store.objects.texts), -(-size // own)
    store.connection.execute(
        f"""
        CREATE TABLE repeated AS SELECT id + r * {own} AS id, CAST(object + r * {objects} AS INTEGER) AS object, type, person,
            post, unit, t + (r % 10) * {YEAR} AS t FROM event, range({rounds}) AS rounds(r)
        WHERE id + r * {own} < {size}
        """
    )
    store.connection.execute("DROP TABLE event")
    store.connection.execute("ALTER TABLE repeated RENAME TO event")
    return size


def reading(place: Path) -> dict[str, Any]:
    """Return how fast the log itself is read, faults named, nothing else done."""
    begun = time.perf_counter()
    events = sum(1 for _event in usable(xes.read(place), OFFSET))
    seconds = time.perf_counter() - begun
    return {"events": events, "seconds": round(seconds, 2), "events_a_second": round(events / seconds)}


def measure(place: Path, size: int) -> dict[str, Any]:
    """Return the seconds of each question, of all, and of the bare sort; memory is the process's highest."""
    with Store(memory="700MB") as store:
        events = load(store, place, size)
        begun = time.perf_counter()
        store.connection.execute("CREATE TABLE sorted AS SELECT * FROM event ORDER BY object, t, id")
        sorting = time.perf_counter() - begun
        store.connection.execute("DROP TABLE sorted")
        seconds: dict[str, float] = {}
        begun = time.perf_counter()
        store.derive(weekdays(OFFSET))
        seconds["step"] = time.perf_counter() - begun
        kinds = store.types.texts
        pairs = [variants.Pair(kinds[0], kinds[1])]
        questions = {
            "flows": lambda: flows.flows(store),
            "variants": lambda: variants.variants(store, most=1_000),
            "handovers": lambda: desks.handovers(store),
            "rework": lambda: variants.rework(store),
            "four_eyes": lambda: variants.four_eyes(store, pairs),
            "desks": lambda: desks.desks(store),
            "queues": lambda: desks.queues(store),
            "remaining": lambda: peers.remaining(store),
        }
        answers = {}
        for name, ask in questions.items():
            begun = time.perf_counter()
            answers[name] = len(ask())
            seconds[name] = time.perf_counter() - begun
    core = sum(seconds[name] for name in ("step", "flows", "variants", "handovers", "rework", "four_eyes"))
    return {
        "events": events,
        "seconds": {name: round(value, 2) for name, value in seconds.items()},
        "core_seconds": round(core, 2),
        "bare_sort_seconds": round(sorting, 2),
        "ratio_to_bare_sort": round(core / sorting, 1),
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "answers": answers,
    }


def median(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the run in the middle by the seconds of its core questions, with the range of all runs."""
    ordered = sorted(rows, key=lambda row: row["core_seconds"])
    core = [row["core_seconds"] for row in ordered]
    return ordered[len(ordered) // 2] | {"runs": len(rows), "core_seconds_range": [core[0], core[-1]]}


def main() -> None:
    """Measure each size in a process of its own and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("log", type=Path)
    parser.add_argument("--sizes", type=int, nargs="*", default=list(SIZES))
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(measure(options.log, options.one)))
        return
    load_average = round(os.getloadavg()[0], 1)
    rows = []
    for size in options.sizes:
        asked = [sys.executable, __file__, str(options.log), "--one", str(size)]
        found = [
            json.loads(subprocess.run(asked, check=True, stdout=subprocess.PIPE, text=True).stdout)
            for _run in range(options.runs)
        ]
        rows.append(median(found))
        print(json.dumps(rows[-1]))
    result = {
        "log": options.log.name,
        "reading": reading(options.log),
        "rows": rows,
        "aim": AIM,
        "pm4py_recorded_seconds": RECORDED,
        "r4pm_recorded_import_seconds": {"262200": 2.4, "pm4py": 52.6},
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, DuckDB {duckdb.__version__}",
        "load_average_before": load_average,
    }
    if options.out:
        options.out.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
