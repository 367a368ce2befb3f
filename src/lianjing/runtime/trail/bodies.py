"""The private side of an export: bodies with their salts, 4096 leaves a file, and what only restoring needs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lianjing.kernel.trail.envelope import NotCanonical, body_hash, parse_envelope
from lianjing.runtime.trail.disk import keep
from lianjing.runtime.trail.models import Body, Event, Leaf

A_FILE = 4096  # leaves
BODIES, ABOUT = "bodies", "about"
# Columns of an event that repeat nothing of its envelope: they serve queries, and a rebuilt database needs them.
ABOUT_COLUMNS = (
    "person_id",
    "on_behalf_of_person_id",
    "unit_id",
    "matter_id",
    "root_matter_id",
    "step_key",
    "role",
    "duty",
    "channel",
    "clause",
)
Line = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Fault:
    """A body that is not the one its envelope names."""

    leaf: int
    detail: str


def events(begin: int, end: int) -> Iterator[tuple[int, Event]]:
    """Yield the events of a range of leaves with their bodies, in order."""
    rows = Leaf.objects.filter(idx__gte=begin, idx__lt=end).order_by("idx").select_related("event__body")
    for row in rows.iterator(chunk_size=2000):
        yield row.idx, row.event


def body_line(leaf: int | None, event: Event) -> Line:
    """Return the line of a body; one that is gone says so."""
    body: Body | None = getattr(event, "body", None)
    if body is None or not bytes(body.content):
        return {"leaf": leaf, "erased": True}
    return {
        "leaf": leaf,
        "salt": bytes(body.salt).hex(),
        "body": bytes(body.content).decode("utf-8", "replace"),
    }


def about_line(leaf: int | None, event: Event) -> Line:
    """Return the columns of an event that its envelope does not repeat."""
    return {"leaf": leaf, **{column: getattr(event, column) for column in ABOUT_COLUMNS}}


def fault_of(line: Line, envelope: bytes) -> str:
    """Return what is wrong with a body against its envelope, "" where nothing is or it says that it is erased."""
    if line.get("erased"):
        return ""
    try:
        wanted = parse_envelope(envelope).body
        found = body_hash(bytes.fromhex(line["salt"]), line["body"].encode("utf-8"))
    except (NotCanonical, ValueError, KeyError, AttributeError, TypeError) as error:
        return str(error)
    return "" if found == wanted else "the body does not have the hash that the envelope carries"


def erased_by(line: Line) -> list[int]:
    """Return the leaves whose bodies an act of erasure names."""
    if '"erased":' not in line.get("body", ""):
        return []
    try:
        named = json.loads(line["body"]).get("erased", [])
        return [int(each["leaf"]) for each in named]
    except (ValueError, TypeError, KeyError, AttributeError):
        return []


class LineFiles:
    """Lines by leaf number in files of a folder, 4096 leaves a file; whole files are written anew, never half."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def place(self, number: int) -> Path:
        """Return the file of the number-th 4096 leaves."""
        return self.folder / f"{number:06d}.jsonl"

    def read(self, number: int) -> dict[int, Line]:
        """Return the lines of a file by leaf; {} where it is absent. ValueError where it is no such file."""
        place = self.place(number)
        if not place.exists():
            return {}
        lines = [json.loads(text) for text in place.read_text(encoding="utf-8").splitlines() if text]
        return {int(line["leaf"]): line for line in lines}

    def line(self, leaf: int) -> Line | None:
        """Return one line."""
        return self.read(leaf // A_FILE).get(leaf)

    def put(self, lines: Iterable[Line]) -> None:
        """Put lines that come in the order of their leaves, among those that are there."""
        number, held = -1, dict[int, Line]()
        for line in lines:
            if line["leaf"] // A_FILE != number:
                self._write(number, held)
                number = line["leaf"] // A_FILE
                held = self.read(number)
            held[line["leaf"]] = line
        self._write(number, held)

    def _write(self, number: int, held: dict[int, Line]) -> None:
        if number >= 0:
            keep(self.place(number), json_lines(held[leaf] for leaf in sorted(held)))


def json_lines(lines: Iterable[Any]) -> bytes:
    """Return one JSON text a line."""
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode("utf-8")
