"""The check in the act: a contract with 200 changes and 300 payments, a tender with 40 bidders; cold, then warm.

    uv run python benchmarks/act.py [--warm N] [--out FILE]

Rows are written bare, by the shape of our tables, into a database in a temporary folder; every indicator that bears on
the matter runs over them through the export's own mapping, reading included. Beside it stands a look that reads the
same rows and asks nothing: the ratio says what the questions cost.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

NOW = datetime(2026, 6, 1, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
BEGIN = date(2025, 6, 1)
CONTRACT, TENDER, CHANGE, PAYMENT, BID = 1, 2, 1_000, 2_000, 3_000
CHANGES, PAYMENTS, BIDDERS = 200, 300, 40
AIM_MS = 100.0


def default(field: Any) -> Any:
    """Return a value that a column takes where the benchmark says none."""
    models = import_module("django.db.models")
    if field.null:
        return None
    if field.has_default():
        return field.get_default()
    for kind, value in (
        (models.BooleanField, False),
        (models.DateTimeField, NOW),
        (models.DateField, BEGIN),
        (models.DecimalField, Decimal(0)),
        ((models.IntegerField, models.ForeignKey), 1),
    ):
        if isinstance(field, kind):
            return value
    return ""


def insert(table: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write rows by column, what is left out filled in; relations are not checked."""
    apps = import_module("django.apps").apps
    model = next(each for each in apps.get_models() if each._meta.db_table == table)
    made = []
    for number, row in enumerate(rows, 1):
        unknown = set(row) - {field.column for field in model._meta.concrete_fields}
        assert not unknown, (table, unknown)
        values = {
            field.attname: row.get(field.column, default(field)) for field in model._meta.concrete_fields
        }
        if values.get("id", 0) is None:
            values["id"] = number
        made.append(model(**values))
    model._default_manager.bulk_create(made)


def lay(chance: random.Random) -> None:
    """Write the contract, its changes and payments, and the tender with its bidders."""
    matters = [(CONTRACT, "contract"), (TENDER, "tender")]
    matters += [(CHANGE + n, "change") for n in range(CHANGES)]
    matters += [(PAYMENT + n, "payment") for n in range(PAYMENTS)]
    insert(
        "matter",
        (
            {"id": pk, "kind": kind, "code": f"{kind}-{pk}", "title": kind, "domain": "works"}
            for pk, kind in matters
        ),
    )
    insert("contract", [{"id": CONTRACT, "amount": Decimal(48_000_000), "code": "HT-1"}])
    days = [BEGIN + timedelta(days=chance.randrange(300)) for _each in range(CHANGES + PAYMENTS)]
    insert("change_order", (
        {"id": CHANGE + n, "contract_id": CONTRACT, "amount": Decimal(chance.randrange(10_000, 190_000)), "status": "approved",
         "part": f"K{n % 60}", "proposed_on": days[n], "code": f"BG-{n}"} for n in range(CHANGES)))  # fmt: skip
    insert("payment_application", (
        {"id": PAYMENT + n, "contract_id": CONTRACT, "domain": "works", "kind": "progress", "amount": Decimal(120_000),
         "status": "paid"} for n in range(PAYMENTS)))  # fmt: skip
    insert("payment_order", (
        {"id": n + 1, "payment_application_id": PAYMENT + n, "order_no": f"ZF-{n}", "amount": Decimal(120_000), "status": "paid",
         "paid_on": days[CHANGES + n]} for n in range(PAYMENTS)))  # fmt: skip
    insert("progress_report", (
        {"id": n + 1, "contract_id": CONTRACT, "verified_ratio": Decimal(n) / 100} for n in range(12)))  # fmt: skip
    insert("tender", [{"id": TENDER, "control_price": Decimal(50_000_000)}])
    insert("bid", (
        {"id": BID + n, "tender_id": TENDER, "enterprise_id": n + 1, "price": Decimal(48_000_000 + chance.randrange(900_000))}
        for n in range(BIDDERS)))  # fmt: skip


def timed(looks: Callable[[], Any], times: int) -> list[float]:
    """Return milliseconds of each of some looks."""
    found = []
    for _each in range(times):
        began = time.perf_counter()
        looks()
        found.append((time.perf_counter() - began) * 1000)
    return found


def shown(found: list[float]) -> dict[str, float]:
    """Return p50 and p95."""
    ranked = sorted(found)
    return {
        "p50_ms": round(statistics.median(ranked), 1),
        "p95_ms": round(ranked[(len(ranked) * 95 + 99) // 100 - 1], 1),
    }


def measured(matter: int, warm: int) -> dict[str, Any]:
    """Return what a look at one matter took, cold and warm, and how long its rows alone take."""
    at_hand = import_module("lianjing.analysis.indicator.at_hand")
    began = time.perf_counter()
    looked = at_hand.look(matter, NOW, None)
    cold = (time.perf_counter() - began) * 1000
    assert looked.is_checked, looked.fault
    full = timed(lambda: at_hand.look(matter, NOW, None), warm)
    ask, at_hand.run = at_hand.run, lambda *_given, **_named: []
    reading = timed(lambda: at_hand.look(matter, NOW, None), warm)
    at_hand.run = ask
    result = {
        "asked": list(looked.asked),
        "left": list(looked.left),
        "found": dict(Counter(each.code for each in looked.signals)),
    }
    result |= {"cold_ms": round(cold, 1), **shown(full), "reading_only": shown(reading)}
    return result | {"ratio_to_reading": round(statistics.median(full) / statistics.median(reading), 2)}


def main() -> None:
    """Lay the rows and look."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--warm", type=int, default=100)
    options.add_argument("--out", type=Path)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("LIANJING_DATA_DIR", folder)
        os.environ.setdefault("LIANJING_DATABASE_URL", f"sqlite:///{folder}/bench.sqlite3")
        os.environ["DJANGO_SETTINGS_MODULE"] = "lianjing.site.settings"
        import_module("django").setup()
        import_module("django.core.management").call_command("migrate", verbosity=0)
        import_module("lianjing.cli.demonstration.zone").found_zone(NOW - timedelta(days=400))
        connection = import_module("django.db").connection
        connection.disable_constraint_checking()
        lay(random.Random(1))
        # A cold look parses the library and writes its texts in SQLite's dialect, once a process.
        result = {
            "rows": {"changes": CHANGES, "payments": PAYMENTS, "bidders": BIDDERS},
            "aim_p95_ms": AIM_MS,
        }
        result |= {
            name: measured(pk, chosen.warm)
            for name, pk in (("change", CHANGE), ("payment", PAYMENT), ("tender", TENDER))
        }
    text = json.dumps(result, indent=1, ensure_ascii=False)
    sys.stdout.write(text + "\n")
    if chosen.out:
        chosen.out.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
