"""OCEL 2.0 as JSON and as SQLite: an object-centric log, read as the events of the objects of one type."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from django.utils.translation import gettext as _

from lianjing.intake.eventlog.reading import Account, BadLog, Log, RawEvent, lines_of

SQLITE: Final = b"SQLite format 3\x00"
MOST_BYTES: Final = 2 << 30
PERSONS: Final = ("person", "org:resource", "resource", "user", "employee")
POSTS: Final = ("post", "org:role", "role")
UNITS: Final = ("unit", "org:group", "group", "department")


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole OCEL log: events (id, type, time, attributes), objects by id (type, attributes), pairs of both."""

    events: list[tuple[str, str, str, dict[str, str]]]
    objects: dict[str, tuple[str, dict[str, str]]]
    related: dict[str, list[tuple[str, str]]]  # event → (object, qualifier)


def read(path: Path, object_type: str = "") -> Log:
    """Read the events of all objects of a type ("" is the type with most events); BadLog for a type that is not there.

    Person, post and unit come from the event's attributes of these names, or from a related object of these types.
    """
    log = Log(Account(), ())
    whole = whole_of(path, log.account)
    chosen = object_type or _largest(whole)
    if chosen not in {kind for kind, _values in whole.objects.values()}:
        kinds = sorted({kind for kind, _values in whole.objects.values()})
        raise BadLog(
            _("%(file)s：没有类型为“%(kind)s”的对象；现有：%(kinds)s")
            % {"file": path.name, "kind": chosen, "kinds": "、".join(kinds[:20])}
        )
    for key, (kind, values) in whole.objects.items():
        if kind == chosen:
            for name, value in values.items():
                log.attributes.setdefault(name, {})[key] = value
    log.raw = _events(whole, chosen)
    return log


def _events(whole: Whole, chosen: str) -> Iterator[RawEvent]:
    for key, kind, time, values in whole.events:
        pairs = whole.related.get(key, ())
        person, post, unit = (_said(whole, values, pairs, names) for names in (PERSONS, POSTS, UNITS))
        for each, _qualifier in pairs:
            if whole.objects[each][0] == chosen:
                yield RawEvent(each, kind, person, post, unit, time, f"事件 {key}")


def _said(whole: Whole, values: Mapping[str, str], pairs: Any, names: tuple[str, ...]) -> str:
    for name in names:
        if values.get(name):
            return values[name]
    for key, _qualifier in pairs:
        if whole.objects[key][0].lower() in names:
            return str(key)
    return ""


def _largest(whole: Whole) -> str:
    counts = Counter(whole.objects[key][0] for pairs in whole.related.values() for key, _qualifier in pairs)
    busy = [(count, kind) for kind, count in counts.items() if kind.lower() not in PERSONS + POSTS + UNITS]
    if not busy:
        raise BadLog(_("日志中没有与事件相关的对象"))
    return max(busy)[1]


def whole_of(path: Path, account: Account) -> Whole:
    """Read a whole log, JSON or SQLite by its first bytes; relations to objects that are not there are noted."""
    with lines_of(path) as file:
        head = file.read(len(SQLITE))
    whole = _sqlite(path) if head == SQLITE else _json(path)
    for key, pairs in whole.related.items():
        for each, _qualifier in [pair for pair in pairs if pair[0] not in whole.objects]:
            account.read += 1
            account.note("unknown_object", f"事件 {key}", each)
        pairs[:] = [pair for pair in pairs if pair[0] in whole.objects]
    return whole


def _json(path: Path) -> Whole:
    with lines_of(path) as file:
        content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise BadLog(_("%(file)s：文件太大，用 OCEL 的 SQLite 格式") % {"file": path.name})
    try:
        data = json.loads(content)
        return Whole(
            [
                (str(e["id"]), str(e["type"]), str(e["time"]), _last(e.get("attributes", ())))
                for e in data["events"]
            ],
            {str(o["id"]): (str(o["type"]), _last(o.get("attributes", ()))) for o in data["objects"]},
            {
                str(e["id"]): [
                    (str(r["objectId"]), str(r.get("qualifier", ""))) for r in e.get("relationships", ())
                ]
                for e in data["events"]
            },
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadLog(
            _("%(file)s：不是 OCEL 2.0 的 JSON（%(why)s）") % {"file": path.name, "why": error}
        ) from error


def _last(attributes: Any) -> dict[str, str]:
    """Return each attribute's first value: what held at the beginning."""
    found: dict[str, str] = {}
    for each in attributes:
        found.setdefault(str(each["name"]), str(each["value"]))
    return found


def _sqlite(path: Path) -> Whole:
    place = f"file:{path.resolve()}?mode=ro"
    connection = sqlite3.connect(place, uri=True)
    connection.row_factory = sqlite3.Row
    try:
        related: dict[str, list[tuple[str, str]]] = {}
        for event, key, qualifier in connection.execute(
            "SELECT ocel_event_id, ocel_object_id, ocel_qualifier FROM event_object"
        ):
            related.setdefault(str(event), []).append((str(key), str(qualifier or "")))
        events = [
            (key, kind, str(values.pop("ocel_time", "") or ""), values)
            for key, kind, values in _typed(connection, "event")
        ]
        events.sort(key=lambda each: (each[2], each[0]))
        objects: dict[str, tuple[str, dict[str, str]]] = {}
        for key, kind, values in _typed(connection, "object"):
            values.pop("ocel_time", None), values.pop("ocel_changed_field", None)
            objects.setdefault(key, (kind, values))
    except sqlite3.DatabaseError as error:
        raise BadLog(
            _("%(file)s：不是 OCEL 2.0 的 SQLite（%(why)s）") % {"file": path.name, "why": error}
        ) from error
    finally:
        connection.close()
    return Whole(events, objects, related)


def _typed(connection: sqlite3.Connection, what: str) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Yield (id, type, values) of all events or objects, from the table of each type."""
    kinds = connection.execute(f"SELECT ocel_type, ocel_type_map FROM {what}_map_type").fetchall()
    for kind, mapped in kinds:
        table = f'"{what}_{mapped}"'.replace("\x00", "")
        if '"' in mapped:
            raise BadLog(_("类型表名“%(name)s”含引号") % {"name": mapped})
        for row in connection.execute(f"SELECT * FROM {table}"):
            values = {
                name: str(value) for name, value in zip(row.keys(), row, strict=True) if value is not None
            }
            yield values.pop("ocel_id"), str(kind), values
