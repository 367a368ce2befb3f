"""Event logs for others: XES, OCEL 2.0 as JSON and as SQLite, and a plain table; each file whole or not at all."""

from __future__ import annotations

import csv
import json
import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from io import TextIOBase
from pathlib import Path
from typing import IO, Final, cast
from xml.sax.saxutils import XMLGenerator
from xml.sax.xmlreader import AttributesImpl

BEGINNING: Final = "1970-01-01T00:00:00.000Z"  # when an attribute holds from the first
XES_EXTENSIONS: Final = (
    ("Concept", "concept", "http://www.xes-standard.org/concept.xesext"),
    ("Time", "time", "http://www.xes-standard.org/time.xesext"),
    ("Organizational", "org", "http://www.xes-standard.org/org.xesext"),
)
UNSAFE: Final = re.compile("[^\\x09\\x0a\\x0d\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")


@dataclass(frozen=True, slots=True)
class OutEvent:
    """One event to be written: which objects it touches, as (id, qualifier), the first being the case."""

    id: str
    type: str
    at: datetime
    objects: tuple[tuple[str, str], ...]
    person: str = ""
    post: str = ""
    unit: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OutObject:
    """One object to be written, with what held of it from the beginning, and the objects that it belongs to."""

    id: str
    type: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    related: tuple[tuple[str, str], ...] = ()


@contextmanager
def _whole(place: Path) -> Iterator[Path]:
    """Give a name to write under, and put the file in its place once it is whole."""
    begun = place.with_name(place.name + ".part")
    begun.unlink(missing_ok=True)
    try:
        yield begun
        begun.replace(place)
    finally:
        begun.unlink(missing_ok=True)


def _time(moment: datetime) -> str:
    """Return UTC to the millisecond, as OCEL 2.0 has it; the moment must be in UTC."""
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}Z"


def write_csv(place: Path, cases: Iterable[tuple[str, Sequence[OutEvent]]]) -> int:
    """Write one event a line with the header that `lianjing mine` reads; returns the number of events."""
    count = 0
    with _whole(place) as begun, begun.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["case_id", "activity", "timestamp", "resource", "role", "group"])
        for key, events in cases:
            for each in events:
                writer.writerow([key, each.type, _time(each.at), each.person, each.post, each.unit])
                count += 1
    return count


def write_xes(place: Path, name: str, cases: Iterable[tuple[str, Sequence[OutEvent]]]) -> int:
    """Write an XES log (IEEE 1849-2016), one trace a case; returns the number of events."""
    count = 0
    with _whole(place) as begun, begun.open("w", encoding="utf-8") as file:
        out = _Xes(file)
        out.open("log", {"xes.version": "1849.2016", "xes.features": ""})
        for title, prefix, uri in XES_EXTENSIONS:
            out.one("extension", {"name": title, "prefix": prefix, "uri": uri})
        out.value("string", "concept:name", name)
        for key, events in cases:
            out.open("trace", {})
            out.value("string", "concept:name", key)
            for each in events:
                out.event(each)
                count += 1
            out.close("trace")
        out.close("log")
        out.end()
    return count


class _Xes:
    """Writes elements; signs that XML cannot hold become the replacement character."""

    def __init__(self, file: IO[str]) -> None:
        self.xml = XMLGenerator(cast("TextIOBase", file), encoding="utf-8", short_empty_elements=True)
        self.xml.startDocument()

    def open(self, tag: str, attributes: Mapping[str, str]) -> None:
        self.xml.startElement(
            tag, AttributesImpl({key: UNSAFE.sub("\ufffd", value) for key, value in attributes.items()})
        )

    def close(self, tag: str) -> None:
        self.xml.endElement(tag)

    def one(self, tag: str, attributes: Mapping[str, str]) -> None:
        self.open(tag, attributes)
        self.close(tag)

    def value(self, kind: str, key: str, value: str) -> None:
        if value:
            self.one(kind, {"key": key, "value": value})

    def event(self, each: OutEvent) -> None:
        self.open("event", {})
        self.value("string", "concept:name", each.type)
        self.value("date", "time:timestamp", _time(each.at).replace("Z", "+00:00"))
        self.value("string", "org:resource", each.person)
        self.value("string", "org:role", each.post)
        self.value("string", "org:group", each.unit)
        self.close("event")

    def end(self) -> None:
        self.xml.endDocument()


def _names(rows: Iterable[tuple[str, Mapping[str, str]]]) -> dict[str, list[str]]:
    """Return the attribute names of each type, in order."""
    found: dict[str, set[str]] = {}
    for kind, attributes in rows:
        found.setdefault(kind, set()).update(attributes)
    return {kind: sorted(names) for kind, names in sorted(found.items())}


def _event_attributes(each: OutEvent) -> dict[str, str]:
    own = {"person": each.person, "post": each.post, "unit": each.unit, **each.attributes}
    return {name: value for name, value in own.items() if value}


def write_ocel_json(place: Path, events: Sequence[OutEvent], objects: Sequence[OutObject]) -> None:
    """Write OCEL 2.0 as JSON; all attributes are strings that hold from the beginning."""
    event_types = _names((each.type, _event_attributes(each)) for each in events)
    object_types = _names((each.type, each.attributes) for each in objects)
    data = {
        "eventTypes": [_type(kind, names) for kind, names in event_types.items()],
        "objectTypes": [_type(kind, names) for kind, names in object_types.items()],
        "events": [
            {
                "id": each.id,
                "type": each.type,
                "time": _time(each.at),
                "attributes": [{"name": n, "value": v} for n, v in _event_attributes(each).items()],
                "relationships": [{"objectId": key, "qualifier": said} for key, said in each.objects],
            }
            for each in events
        ],
        "objects": [
            {
                "id": each.id,
                "type": each.type,
                "attributes": [
                    {"name": n, "time": BEGINNING, "value": v} for n, v in each.attributes.items()
                ],
                "relationships": [{"objectId": key, "qualifier": said} for key, said in each.related],
            }
            for each in objects
        ],
    }
    with _whole(place) as begun, begun.open("w", encoding="utf-8") as file:
        json.dump(data, file, ensure_ascii=False)


def _type(kind: str, names: Sequence[str]) -> dict[str, object]:
    return {"name": kind, "attributes": [{"name": name, "type": "string"} for name in names]}


def write_ocel_sqlite(place: Path, events: Sequence[OutEvent], objects: Sequence[OutObject]) -> None:
    """Write OCEL 2.0 as SQLite: a table for each type under an ASCII name, foreign keys checked before it is whole."""
    with _whole(place) as begun, closing(sqlite3.connect(begun)) as connection:
        connection.executescript(
            """
            CREATE TABLE event_map_type(ocel_type TEXT PRIMARY KEY, ocel_type_map TEXT NOT NULL);
            CREATE TABLE object_map_type(ocel_type TEXT PRIMARY KEY, ocel_type_map TEXT NOT NULL);
            CREATE TABLE event(ocel_id TEXT PRIMARY KEY, ocel_type TEXT NOT NULL REFERENCES event_map_type);
            CREATE TABLE object(ocel_id TEXT PRIMARY KEY, ocel_type TEXT NOT NULL REFERENCES object_map_type);
            CREATE TABLE event_object(ocel_event_id TEXT NOT NULL REFERENCES event, ocel_object_id TEXT NOT NULL REFERENCES object,
                ocel_qualifier TEXT NOT NULL, PRIMARY KEY (ocel_event_id, ocel_object_id, ocel_qualifier));
            CREATE TABLE object_object(ocel_source_id TEXT NOT NULL REFERENCES object, ocel_target_id TEXT NOT NULL REFERENCES object,
                ocel_qualifier TEXT NOT NULL, PRIMARY KEY (ocel_source_id, ocel_target_id, ocel_qualifier));
            """
        )
        _typed(connection, "event", [(e.id, e.type, _time(e.at), _event_attributes(e)) for e in events])
        _typed(connection, "object", [(o.id, o.type, BEGINNING, o.attributes) for o in objects])
        pairs = [(e.id, key, said) for e in events for key, said in dict.fromkeys(e.objects)]
        connection.executemany("INSERT INTO event_object VALUES (?, ?, ?)", pairs)
        related = [(o.id, key, said) for o in objects for key, said in dict.fromkeys(o.related)]
        connection.executemany("INSERT INTO object_object VALUES (?, ?, ?)", related)
        broken = connection.execute("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise ValueError(f"{len(broken)} relations name no event or object")
        connection.commit()


def _typed(
    connection: sqlite3.Connection, what: str, rows: Sequence[tuple[str, str, str, Mapping[str, str]]]
) -> None:
    """Fill the tables of all events or objects, and one table for each of their types."""
    more = ", ocel_changed_field TEXT" if what == "object" else ""
    for number, (kind, names) in enumerate(_names((row[1], row[3]) for row in rows).items(), start=1):
        mapped = f"{what[0]}{number}"
        columns = "".join(f', "{name}" TEXT' for name in names)
        connection.execute(f"INSERT INTO {what}_map_type VALUES (?, ?)", [kind, mapped])
        connection.execute(
            f'CREATE TABLE "{what}_{mapped}"(ocel_id TEXT NOT NULL REFERENCES {what}, ocel_time TEXT NOT NULL{more}{columns})'
        )
        own = [row for row in rows if row[1] == kind]
        connection.executemany(f"INSERT INTO {what} VALUES (?, ?)", [(row[0], kind) for row in own])
        fields = ["ocel_id", "ocel_time", *(f'"{name}"' for name in names)]
        connection.executemany(
            f'INSERT INTO "{what}_{mapped}"({", ".join(fields)}) VALUES ({", ".join("?" * len(fields))})',
            [(row[0], row[2], *(row[3].get(name) for name in names)) for row in own],
        )
