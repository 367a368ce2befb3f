"""What counting a request costs: a request from the handful in memory, and one that takes a new handful from the database."""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianjing.site.settings")
os.environ.setdefault("LIANJING_DATA", tempfile.mkdtemp(prefix="lianjing-rate-"))
Path(os.environ["LIANJING_DATA"]).mkdir(parents=True, exist_ok=True)

import django  # noqa: E402 - the folder must be named before the settings are read

django.setup()

from django.db import connection  # noqa: E402

from lianjing.runtime.token import rate  # noqa: E402
from lianjing.runtime.token.models import RateShare  # noqa: E402

TURNS = 6_000
LIMIT = 600


def timed(counter: rate.Counter, bucket: str, limit: int, turns: int) -> list[float]:
    """Return the microseconds of each request of one caller, a tenth of a second apart."""
    begin, found = datetime(2025, 9, 1, tzinfo=UTC), []
    for turn in range(turns):
        now = begin + timedelta(milliseconds=100 * turn)
        start = time.perf_counter()
        counter.take(bucket, limit, now)
        found.append((time.perf_counter() - start) * 1e6)
    return found


def main() -> None:
    """Print the median and the 95th and 99th of a hundred for handfuls and for a write a request."""
    with connection.schema_editor() as editor:
        editor.create_model(RateShare)
    for name, handfuls in (("handfuls of 30", rate.HANDFULS), ("a write for each request", LIMIT)):
        rate.HANDFULS = handfuls
        costs = sorted(timed(rate.Counter(), name, LIMIT, TURNS))
        cut = statistics.quantiles(costs, n=100)
        sys.stdout.write(
            f"{name}: median {cut[49]:.1f} µs, p95 {cut[94]:.0f} µs, p99 {cut[98]:.0f} µs, "
            f"mean {statistics.fmean(costs):.0f} µs\n"
        )


if __name__ == "__main__":
    main()
