"""Compares the client's own journal with the database, in plain SQL: every acknowledged act once, nothing twice."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg

VERBS = {
    "open": "works_permit.open",
    "upload": "document.upload",
    "register": "works_permit.register",
    "verify": "works_permit.verify",
}
EFFECTS = {
    "open": ("one matter", "SELECT count(*) FROM matter WHERE title = ? AND kind = 'permit'", "title"),
    "upload": ("one paper", "SELECT count(*) FROM document WHERE title = ?", "title"),
    "register": (
        "one permit and one submission",
        "SELECT count(*) FROM permit p JOIN submission s ON s.matter_id = p.id JOIN work_item w ON w.id = s.work_item_id "
        "WHERE p.permit_no = ? AND w.step_key = 'register'",
        "title",
    ),
    "verify": (
        "one closed matter with one submission",
        "SELECT count(*) FROM matter m JOIN submission s ON s.matter_id = m.id JOIN work_item w ON w.id = s.work_item_id "
        "WHERE m.title = ? AND m.status = 'closed' AND w.step_key = 'verify' AND w.outcome = 'done'",
        "title",
    ),
}


class Database:
    """The installation's database, read without the product."""

    def __init__(self, place: str) -> None:
        self.is_file = not place.startswith("postgres")
        self.connection: Any = sqlite3.connect(place) if self.is_file else psycopg.connect(place)

    def rows(self, sql: str, *values: object) -> list[Any]:
        """Return all rows of a query."""
        cursor = self.connection.cursor()
        cursor.execute(sql if self.is_file else sql.replace("?", "%s"), values)
        return list(cursor.fetchall())

    def number(self, sql: str, *values: object) -> int:
        """Return the one number of a query."""
        return int(self.rows(sql, *values)[0][0])

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()


def journal_of(place: Path) -> list[dict[str, Any]]:
    """Read the journal back from the disk."""
    return [json.loads(line) for line in place.read_text("utf-8").splitlines()]


def faults(database: Database, journal: list[dict[str, Any]], papers: Path) -> list[str]:
    """Return what does not agree, each as one sentence."""
    found = [fault for entry in journal for fault in _of(database, entry)]
    events = database.number("SELECT count(*) FROM trail_event WHERE channel = 'api'")
    if events != len(journal):
        found.append(f"{events} events came through the API, {len(journal)} acts were acknowledged")
    if len({entry["key"] for entry in journal}) != len(journal):
        found.append("the journal acknowledges a key twice")
    return found + list(_damaged(database, papers))


def _of(database: Database, entry: dict[str, Any]) -> Iterator[str]:
    name = f"{entry['kind']} {entry['title']}"
    receipts = database.rows(
        "SELECT e.id, e.act FROM trail_receipt r JOIN trail_event e ON e.id = r.event_id WHERE r.key = ?",
        entry["key"],
    )
    if len(receipts) != 1:
        yield f"{name}: {len(receipts)} receipts with an event"
    elif receipts[0][1] != VERBS[entry["kind"]] or entry.get("event", receipts[0][0]) != receipts[0][0]:
        yield f"{name}: its receipt leads to {receipts[0]}"
    wanted, sql, column = EFFECTS[entry["kind"]]
    count = database.number(sql, entry[column])
    if count != 1:
        yield f"{name}: {count} where {wanted} was due"


def _damaged(database: Database, papers: Path) -> Iterator[str]:
    for (sha256,) in database.rows("SELECT DISTINCT sha256 FROM document"):
        place = papers / sha256[:2] / sha256[2:4] / sha256
        if not place.is_file() or hashlib.sha256(place.read_bytes()).hexdigest() != sha256:
            yield f"paper {sha256} is not on the disk whole"
