"""Every address that takes the number of a row, asked by people for rows that are not theirs: nothing shown, nothing done.

    python tests/soak/closed_doors.py [--data ZONE] [--people 20703,40001] [--sample 4] [--out FILE]

ZONE is a filled demonstration zone, a small one of its own where none is named; the refusals are recorded in it. What a person may be shown is what
the scope of the table says (lianjing.runtime.scope.door); every other row must be refused (4xx), whether it is read or
acted upon, and must leave no event but the refusal. Exit 1 where a door stood open.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

PARSER = argparse.ArgumentParser(description=__doc__)
PARSER.add_argument("--data", type=Path, help="a filled zone; else one is filled")
PARSER.add_argument("--people", default="20703,20701,20111,20201,21201,40001,42701,10001,10003")
PARSER.add_argument("--sample", type=int, default=4)
PARSER.add_argument("--seed", type=int, default=1)
PARSER.add_argument("--out", type=Path)
OPTIONS = PARSER.parse_args()
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.soak.filled import filled_zone  # noqa: E402 - a script by its path

os.environ["LIANJING_DATA"] = str(filled_zone(OPTIONS.data))

from tests.soak.rooms import desk, enter  # noqa: E402 - the zone comes first

# isort: split
from django.db.models import QuerySet  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import NoReverseMatch, reverse  # noqa: E402

from lianjing.domains.injury.queries.cases import own_injuries  # noqa: E402
from lianjing.runtime import clock  # noqa: E402
from lianjing.runtime.org.models import LoginAccount  # noqa: E402
from lianjing.runtime.scope.door import rows_of, tables  # noqa: E402
from lianjing.runtime.scope.reader import Reader  # noqa: E402
from lianjing.runtime.trail.models import Event  # noqa: E402
from tests.web.bodies import body_of, description  # noqa: E402
from tests.web.test_access import converters, rows  # noqa: E402

NEWEST = 3000  # events looked at
# The table behind a placeholder where the name alone does not say it.
TABLES = {
    "line_id": "bank_line", "statement_id": "bank_statement", "order_id": "payment_order", "point_id": "risk_point",
    "event_id": "trail_event", "report_id": "named_report", "revision_id": "rule_revision", "project_id": "matter",
    "screening_id": "injury_screening", "household_id": "relocation_household", "home_check_id": "home_check",
    "check_id": "home_check", "claim_id": "matter", "candidate_id": "draw_candidate", "paper_id": "supervision_paper",
    "declaration_id": "declaration", "about_person_id": "person", "closure_id": "local_closure",
}  # fmt: skip
# Addresses at which the placeholder means another table than elsewhere.
SPECIAL = {
    "external_finding": "external_finding", "api:findings_assign": "external_finding", "api:findings_answer": "external_finding",
    "api:findings_accept": "external_finding", "api:findings_return": "external_finding",
    "api:injury_findings_screenings": "external_finding", "org_power_end": "power_item", "api:power_items_end": "power_item",
    "injury_transfer": "benefit_item", "injury_urge": "benefit_item", "api:injury_items_transfers": "benefit_item",
    "api:injury_items_urge": "benefit_item", "erasure": "erasure_request", "api:erasures_approve": "erasure_request",
    "api:erasures_read": "erasure_request", "api:erasures_reject": "erasure_request", "api:payment_holds_lift": "payment_hold",
}  # fmt: skip
# Open by a rule of their own, wider than the scope of the table.
OPEN = {
    "works_tender_room": "an announced tender is open to every firm",
    "works_bank_order": "who keeps the payer's account sees its orders (bank.accounts_for)",
}
# What a person may act upon at an address though the scope of the table does not show it to him, and why.
WIDER: dict[str, Callable[[Reader], QuerySet[Any]]] = {
    # An employer claims for its own worker: it sees the day and the name, not the case (zone_injury#6).
    "injury_own_claim": own_injuries,
    "api:injury_cases_claims": own_injuries,
    # Log-in accounts are on no business page; they are the system administrator's work.
    **dict.fromkeys(
        ("system_account_reset", "system_account_close", "system_account_unlock",
         "api:logins_close", "api:logins_reset", "api:logins_unlock"),
        lambda reader: LoginAccount.objects.all() if "system_admin" in reader.kinds else LoginAccount.objects.none(),
    ),
}  # fmt: skip
REST = {"procedure": "works_payment", "kind": "untransferred"}


def table_behind(name: str) -> str:
    """Return the table whose row the first placeholder of an address names, "" where there is none."""
    words = converters().get(name, ())
    if not words or not words[0].endswith("_id"):
        return ""
    plain = words[0].removesuffix("_id")
    table = SPECIAL.get(name) or TABLES.get(words[0]) or {"item": "work_item"}.get(plain, plain)
    return table if table in tables() else ""


def hidden(table: str, reader: Reader) -> list[Any]:
    """Return keys of rows of a table that the reader may not be shown."""
    model = tables()[table]
    seen = set(rows_of(model, reader).values_list("pk", flat=True))
    newest = model._default_manager.order_by("-pk").values_list("pk", flat=True)[:NEWEST]
    return [key for key in newest if key not in seen]


@cache
def described() -> dict[str, Any]:
    """Return the description of the interface."""
    return description(desk("30002"))


def acts() -> int:
    """Return how many acts were done, refusals not counted."""
    return Event.objects.filter(is_refused=False).count()


def tried(client: Client, name: str, method: str, key: Any) -> tuple[int, str]:
    """Ask one address for one row; return the status and what was wrong, "" where the door was shut."""
    words = converters()[name]
    given = {word: REST.get(word, 1) for word in words[1:]}
    try:
        place = reverse(name, kwargs={words[0]: key, **given})
    except NoReverseMatch:
        return 0, ""
    before = acts()
    if method == "GET":
        answer = client.get(place)
    elif name.startswith("api:") and name != "api:matter_documents":
        # A body that the description allows: what refuses must be the door, not the form.
        body = json.dumps(body_of(name, described()))
        answer = client.post(place, body, content_type="application/json")
    else:
        answer = client.post(place)
    is_open = answer.status_code < 400 or answer.status_code >= 500
    if (is_open and name not in OPEN) or acts() != before:
        return answer.status_code, f"{method} {place}: {answer.status_code}, {acts() - before} acts"
    return answer.status_code, ""


def strolls(number: str, chance: random.Random, counts: Counter[str]) -> Iterator[str]:
    """Let one person try every address; yield the doors that stood open."""
    reader = Reader(LoginAccount.objects.get(number=number).person_id, clock.now())
    client, found = desk(number), cache(lambda table: hidden(table, reader))
    for name, (method, _statuses) in rows().items():
        keys = found(table) if (table := table_behind(name)) else []
        counts["addresses"] += bool(keys)
        if name in WIDER:
            wider = set(WIDER[name](reader).values_list("pk", flat=True))
            keys = [key for key in keys if key not in wider]
        for key in chance.sample(keys, min(OPTIONS.sample, len(keys))):
            counts["asked"] += 1
            status, wrong = tried(client, name, method, key)
            counts[f"answered {status}"] += 1
            if wrong:
                yield f"{number} {name} {wrong}"
            enter(client, number)


def main() -> int:
    """Try everything as everyone named; exit code 1 where a door stood open."""
    counts, chance, open_doors = Counter[str](), random.Random(OPTIONS.seed), list[str]()
    for number in OPTIONS.people.split(","):
        open_doors += strolls(number, chance, counts)
    told = {"people": OPTIONS.people.split(","), **counts, "seed": OPTIONS.seed, "open": open_doors}
    sys.stdout.write(json.dumps(told, indent=1, ensure_ascii=False) + "\n")
    if OPTIONS.out:
        OPTIONS.out.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return 1 if open_doors or not counts["asked"] else 0


if __name__ == "__main__":
    sys.exit(main())
