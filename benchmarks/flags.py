"""Red flags on a file of 1 GB or more, beside a bare DuckDB read of the same file.

    nice python benchmarks/flags.py ../shared/data/ocds --out benchmarks/results/flags.json

The file is the real ones, repeated under fresh ids of processes and parties, made in a temporary folder and removed.
"bare read" is DuckDB reading the five top-level fields that the flags need and counting them. Cardinal's recorded
seconds stand beside without a ratio: other machine, other file, eleven flags.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import duckdb

NAMES = (
    "armenia.releases",
    "mexico-city-airport.releases",
    "moldova.compiled",
    "nigeria.compiled",
    "ukraine.compiled",
)
RECORDED = {
    "cardinal": {"flags": 11, "bytes": 1_600_000_000, "processes": 262_100, "seconds": 26.7, "megabytes": 19}
}


def make(folder: Path, target: Path, size: int) -> int:
    """Write the lines of the real files again and again, each round with its own ids; return the number of lines."""
    lines = [
        line
        for name in NAMES
        for line in (folder / f"{name}.jsonl").read_bytes().splitlines()
        if line.strip()
    ]
    written = number = turn = 0
    with target.open("wb") as out:
        while written < size:
            mark = f'"ocid":"r{turn}-'.encode()
            for line in lines:
                fresh = line.replace(b'"ocid": "', b'"ocid":"').replace(b'"ocid":"', mark)
                fresh = fresh.replace(b'"AM-TIN-', f'"r{turn}-AM-TIN-'.encode())
                written += out.write(fresh + b"\n")
                number += 1
            turn += 1
    return number


def bare(target: Path) -> float:
    """Return the seconds of a bare read."""
    columns = "{ocid: 'VARCHAR', tender: 'JSON', bids: 'JSON', awards: 'JSON', contracts: 'JSON'}"
    begun = time.perf_counter()
    duckdb.connect().execute(
        f"SELECT count(ocid), count(tender), count(bids), count(awards), count(contracts) FROM read_json('{target}', "
        f"format='newline_delimited', columns={columns}, maximum_object_size=67108864)"
    ).fetchall()
    return time.perf_counter() - begun


def ours(target: Path, folder: Path, processes: int) -> dict[str, Any]:
    """Return seconds and memory of the command in processes of its own."""
    quality, begun = folder / "quality.json", time.perf_counter()
    command = [
        "lianjing",
        "flags",
        str(target),
        "--out",
        str(folder / "flags.jsonl"),
        "--quality",
        str(quality),
    ]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    program = subprocess.run(
        [
            str(Path(sys.executable).with_name("lianjing")),
            *command[1:],
            "--processes",
            str(processes),
            "--json",
        ],
        check=True,
        capture_output=True,
        text=True,
    )
    seconds, after = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    found = json.loads(program.stdout)
    return {
        "processes": processes,
        "seconds": round(seconds, 1),
        "cpu_seconds": round(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, 1),
        "megabytes_largest_process": round(after.ru_maxrss / 1024),
        "contracting_processes": found["quality"]["processes"],
        "flags": sum(found["flags"].values()),
        "kinds": len(found["flags"]),
    }


def main() -> None:
    """Make, measure, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--size", type=int, default=1_000_000_000)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        target = Path(place) / "large.jsonl"
        lines = make(options.folder, target, options.size)
        read = bare(target)
        found = ours(target, Path(place), options.processes)
        result = {
            "bytes": target.stat().st_size,
            "lines": lines,
            "bare_duckdb_seconds": round(read, 1),
            "flags": found,
            "ratio_to_bare_read": round(found["seconds"] / read, 1),
            "recorded": RECORDED,
            "machine": {
                "cores": os.cpu_count(),
                "python": platform.python_version(),
                "load": os.getloadavg()[0],
            },
        }
    text = json.dumps(result, indent=1)
    print(text)
    if options.out:
        options.out.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
