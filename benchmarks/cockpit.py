"""The cockpit at 1,100,000 matters: seconds of its parts, the works sums by kept counters beside adding all rows up.

    uv run python benchmarks/cockpit.py [--projects N] [--rounds N] [--keep DIR] [--out FILE]

The rows are those of benchmarks/pages.py, laid past the services; both ways are timed in one run, in turns, on one
machine; only their ratio means something. `--profile` prints the slowest queries of the page.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
from pages import MORNING, SUPERVISOR, Asking, Town

CHILDREN = 10


def town_of(projects: int) -> Any:
    """Lay the zone and its rows, once."""
    import_module("django.core.management").call_command("migrate", verbosity=0)
    if not import_module("django.apps").apps.get_model("org", "Unit").objects.exists():
        import_module("lianjing.cli.demonstration.zone").found_zone(MORNING)
    import_module("lianjing.runtime.clock").set_source(lambda: MORNING)
    town = Town(projects)
    if town.model("matter", "Matter").objects.count() < projects * CHILDREN:
        town.lay()
    return town


def timed(question: Callable[[], Any], rounds: int) -> tuple[float, Any]:
    """Return the median seconds of a question and its last answer."""
    times, answer = [], None
    for _round in range(rounds):
        start = time.perf_counter()
        answer = question()
        times.append(time.perf_counter() - start)
    return statistics.median(times), answer


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """Time the parts and the page."""
    town_of(options.projects)
    login = import_module("lianjing.runtime.org.models").LoginAccount.objects.get(number=SUPERVISOR)
    day = import_module("lianjing.runtime.trail.act").legal_day(MORNING)
    works = import_module("lianjing.domains.works.queries.overview")
    sums = import_module("lianjing.domains.works.queries.sums")
    seen = import_module("lianjing.domains.works.queries.projects").projects_visible(login.person_id, day)
    added, plain = timed(lambda: sums.made(seen.order_by()), options.rounds)
    first, _answer = timed(lambda: works.overview(login.person_id, day), 1)
    kept, every = timed(sums.all_sums, options.rounds)
    seconds, answer = timed(lambda: works.overview(login.person_id, day), options.rounds)
    assert plain == every, "both ways must tell the same sums"
    figures: dict[str, Any] = {
        "database": import_module("django.db").connection.vendor,
        "matters": options.projects * (CHILDREN + 1),
        "added_up_in_scope_seconds": round(added, 2),
        "kept_sums_seconds": round(kept, 2),
        "ratio": round(added / kept, 1),
        "works_overview_first_seconds": round(first, 2),
        "works_overview_seconds": round(seconds, 2),
        "standings": len(answer.standings),
    }
    asking = Asking(SUPERVISOR)
    figures["page"] = asking.ask("/cockpit/", options.rounds)
    if not options.profile:
        del figures["page"]["slowest"]
    return figures


def main() -> None:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--projects", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--profile", action="store_true")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = options.keep or Path(folder)
        place.mkdir(parents=True, exist_ok=True)
        os.environ["LIANJING_DATA"] = str(place)
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianjing.site.settings")
        import_module("django").setup()
        figures = measure(options)
    text = json.dumps(figures, ensure_ascii=False, indent=1)
    if options.out:
        options.out.write_text(text + "\n", encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
