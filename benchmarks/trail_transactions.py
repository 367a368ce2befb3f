"""Acts of three rows each (one new, two changed), one transaction an act: bare, trailed, and with the two peers.

The trail's time includes numbering and publishing: every 256 acts the log is sequenced, its tiles are written with
fsync, read back, and the checkpoint is signed. Needs the dependency group `bench`; `trail.py` runs it.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from statistics import median
from typing import Any

MORNING = datetime(2026, 1, 5, 1, 30, tzinfo=UTC)
PUBLISHED_EVERY = 256  # acts, and a round is as long


def columns(number: int) -> dict[str, Any]:
    """Return the values of a new row."""
    return {
        "code": f"ZF-2026-{number:06d}",
        "title": f"望汀大道北延工程第{number}期工程款支付申请",
        "kind": "progress",
        "status": "applied",
        "amount": Decimal("1284000.50") + number,
        "applied_on": date(2026, 1, 5),
        "opened_at": MORNING + timedelta(seconds=number),
        "unit_number": 204,
        "note": "按合同第十二条第三款，完成工程量经监理核定。" * 2,
    }


def change(row: Any, number: int) -> Any:
    """Change four columns, as an approval does."""
    row.status, row.approved = f"approved{number % 7}", Decimal("1200000.00") + number
    row.person_number, row.due_on = number, date(2026, 2, 5) + timedelta(days=number % 300)
    return row


class Keeper:
    """Writes acts under one keeper."""

    def __init__(self, model: type[Any], transaction: Any) -> None:
        self.model, self.transaction = model, transaction
        self.before = [model.objects.create(**columns(number)) for number in range(2)]

    def act(self, number: int) -> None:
        """One new row, two changed ones."""
        with self.transaction.atomic():
            self.model(**columns(number)).save(force_insert=True)
            for row in self.before:
                change(row, number).save(force_update=True)

    def settle(self) -> None:
        """What is done now and then."""


class Trail(Keeper):
    """Writes acts through the trail, and publishes the log."""

    def __init__(self, model: type[Any], transaction: Any) -> None:
        super().__init__(model, transaction)
        self.module = import_module("lianjing.runtime.trail.act")
        self.publish = import_module("lianjing.runtime.trail.publication").publish
        for row in self.before:
            row.remember()

    def act(self, number: int) -> None:
        """The same rows through the one door."""
        at = MORNING + timedelta(seconds=number)
        with self.module.recorded(
            "bench.act", chain=f"bench:{number % 50}", actor=self.module.SYSTEM, now=at
        ) as act:
            act.save(self.model(**columns(number)))
            for row in self.before:
                act.save(change(row, number))

    def settle(self) -> None:
        """Number, write tiles, read back, sign."""
        self.publish(MORNING)


def seconds(keeper: Keeper, begin: int) -> float:
    """Return the seconds that a round takes, publishing included."""
    started = time.perf_counter()
    for number in range(begin, begin + PUBLISHED_EVERY):
        keeper.act(number)
    keeper.settle()
    return time.perf_counter() - started


def measure(rounds: int) -> dict[str, Any]:
    """Run the keepers by turns; each round is compared with the bare round beside it, and the median counts."""
    import_module("django.core.management").call_command("migrate", verbosity=0, run_syncdb=True)
    models = import_module("trail_peers.models")
    transaction = import_module("django.db.transaction")
    keepers = {
        "bare": Keeper(models.Bare, transaction),
        "trail": Trail(models.Trailed, transaction),
        "django-simple-history": Keeper(models.Historical, transaction),
        "django-auditlog": Keeper(models.Audited, transaction),
    }
    spent: dict[str, list[float]] = {name: [] for name in keepers}
    for turn in range(rounds + 1):
        for name, keeper in keepers.items():
            spent[name].append(seconds(keeper, 2 + turn * PUBLISHED_EVERY))
    check(models, (rounds + 1) * PUBLISHED_EVERY)
    warm = {name: each[1:] for name, each in spent.items()}  # the first round only warms up
    return {
        "database": import_module("django.db").connection.vendor,
        "acts": rounds * PUBLISHED_EVERY,
        "acts_a_second": {name: round(PUBLISHED_EVERY / median(each), 1) for name, each in warm.items()},
        "of_bare": {
            name: round(median(bare / other for bare, other in zip(warm["bare"], each, strict=True)), 3)
            for name, each in warm.items()
        },
    }


def check(models: Any, total: int) -> None:
    """Fail where a keeper kept less than it should: then its figure would mean nothing."""
    trail = import_module("lianjing.runtime.trail.models")
    kept = {
        "events": (trail.Event.objects.filter(act="bench.act").count(), total),
        "leaves": (trail.Leaf.objects.count() >= total, True),
        "history": (models.Historical.history.count(), 2 + 3 * total),
        "audit": (import_module("auditlog.models").LogEntry.objects.count(), 2 + 3 * total),
    }
    wrong = {name: pair for name, pair in kept.items() if pair[0] != pair[1]}
    if wrong:
        raise SystemExit(f"not kept: {wrong}")


def main(call: Callable[[int], dict[str, Any]] = measure) -> None:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=11)
    options = parser.parse_args()
    sys.path.insert(0, str(Path(__file__).parent))
    with tempfile.TemporaryDirectory() as folder:
        os.environ["LIANJING_DATA"] = folder
        os.environ["DJANGO_SETTINGS_MODULE"] = "trail_peers.settings"
        import_module("django").setup()
        print(json.dumps(call(options.rounds), ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
