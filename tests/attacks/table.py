"""Writes docs/reference/attacks.md from what the attacks show.

python -m tests.attacks.table         on SQLite, and on PostgreSQL where LIANJING_DATABASE_URL names a server
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from tests.attacks.premises import premises
from tests.attacks.rows import ROWS, Office, Outcome

PAGE = Path(__file__).resolve().parents[2] / "docs/reference/attacks.md"
HEAD = """# Attacks on the trail, and what catches them

Each row is run by [a script](../../tests/attacks/attack.py) that imports nothing of ours. It knows the database password and may write every file; where the table says so it has the log's signing key. It drops the database triggers first. Then [the stand-alone verifier](../how-to/verify-the-trail.md) runs with the supervisors' own policy and memory, once with only the named check, once with all but that one. A control run without an attack exits with 0. All of it on SQLite and on PostgreSQL, in each test run; this page is written by `python -m tests.attacks.table`, and a test compares it.

Exit codes: 1 tampering, 2 incomplete. An attack whose check is its sole defence leaves no other trace in what was exported.

| attack | the attacker has | caught by, alone | exit | without it |
|---|---|---|---|---|
"""
FOOT = """
## What no log catches

The last event of an object, deleted before anyone cosigned, together with the rows that it wrote, leaves nothing behind that disagrees. Only the receipt in somebody's hand shows it. The same holds for whoever has the signing key and writes the whole uncosigned tail anew with its chains made right. So receipts are handed out for every approval, and the supervisors cosign often.

An act by someone who had the right to it, recorded as it happened, is no attack on the trail, whatever its purpose.
"""


def line(outcome: Outcome) -> str:
    """Return the line of the table for what a row showed."""
    row = outcome.row
    has = {"files": "files", "database": "database", "database and key": "database and signing key"}[row.has]
    rest = f"`{outcome.others[0]}` ({outcome.without})" if outcome.others else "**sole defence**"
    return f"| {row.says} | {has} | `{row.check}` | {outcome.alone} | {rest} |"


def written(outcomes: list[Outcome]) -> str:
    """Return the page."""
    return HEAD + "".join(f"{line(outcome)}\n" for outcome in outcomes) + FOOT


def outcomes(folder: Path, url: str) -> list[Outcome]:
    """Run every row."""
    (folder / "office").mkdir()
    with premises(folder / "premises", url) as place:
        office = Office(place, folder / "office")
        return [office.suffer(row) for row in ROWS]


def main() -> int:
    """Write the page; 1 where the two databases tell different stories."""
    pages = []
    for url in dict.fromkeys(["", os.environ.get("LIANJING_DATABASE_URL", "")]):
        with tempfile.TemporaryDirectory(prefix="lianjing-attacks-") as place:
            pages.append(written(outcomes(Path(place), url)))
    PAGE.write_text(pages[0], encoding="utf-8")
    return 0 if len(set(pages)) == 1 else 1


if __name__ == "__main__":
    sys.exit(main())
