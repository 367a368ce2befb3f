"""The long run of malformed input: 100,000 examples for each format that the trail reads from outside.

    python tests/soak/malformed.py --out benchmarks/results/malformed.json

The tests are those of CI, with 2,000 examples there; LIANJING_SOAK=1 raises the number. A format is a process.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.kernel.trail.drawn_log import SOAK_EXAMPLES  # noqa: E402 - a script by its path

MODULES = ["tests/kernel/trail/test_malformed.py"]
PYTEST = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]


@dataclass(frozen=True)
class Run:
    """One format: the test, whether it held, and how long it took."""

    test: str
    held: bool
    seconds: float


def tests(modules: list[str]) -> Iterator[str]:
    """Yield the tests of the modules that draw malformed input."""
    listed = subprocess.run(
        [*PYTEST, "--collect-only", *modules], cwd=ROOT, capture_output=True, text=True, check=True
    )
    yield from (line for line in listed.stdout.splitlines() if "::" in line)


def run(test: str) -> Run:
    """Run one test with the number of examples of the long run; print what it said where it failed."""
    started = time.monotonic()
    done = subprocess.run(
        [*PYTEST, test],
        cwd=ROOT,
        env={**os.environ, "LIANJING_SOAK": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.stdout.write(done.stdout)
    result = Run(test, done.returncode == 0, round(time.monotonic() - started, 1))
    sys.stdout.write(f"{'held' if result.held else 'FAILED'} {result.seconds:8.1f}s {test}\n")
    sys.stdout.flush()
    return result


def main() -> int:
    """Run every format, as many at once as there are cores; write the report."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("modules", nargs="*", default=MODULES)
    parser.add_argument("--only", default="", help="a part of the name of a test")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    chosen = [test for test in tests(options.modules) if options.only in test]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        runs = list(pool.map(run, chosen))
    if options.out:
        about = {
            "what": "malformed input: every format answers with a value that reads back or with Malformed",
            "examples_each": SOAK_EXAMPLES,
            "when": datetime.now(UTC).isoformat(timespec="seconds"),
            "python": platform.python_version(),
            "runs": [asdict(each) for each in runs],
        }
        options.out.write_text(json.dumps(about, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return 0 if runs and all(each.held for each in runs) else 1


if __name__ == "__main__":
    sys.exit(main())
