"""A man with the database password, and where the row says so with the signing key, against the trail.

    python attack.py NAME --data DATA_FOLDER --database PLACE --export FOLDER --memory FILE

He imports nothing of the product: sqlite3 or psycopg, hashlib, his own Ed25519 (forge.py), the file system. PLACE is an
SQLite file or a PostgreSQL address. Attacks on the database come before the export, those on files after it.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import secrets
import shutil
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import forge
import psycopg

TABLES = ("trail_event", "trail_body", "trail_leaf", "trail_checkpoint", "trail_cosignature")
SQLITE_TRIGGERS = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?"
POSTGRESQL_TRIGGERS = (
    "SELECT tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
    "WHERE c.relname = ? AND NOT t.tgisinternal"
)
Entry = tuple[str, bytes]  # event id, envelope


class Database:
    """The installation's database by its password; the triggers that guard the trail are dropped first."""

    def __init__(self, place: str) -> None:
        self.is_file = not place.startswith("postgres")
        self.connection: Any = sqlite3.connect(place) if self.is_file else psycopg.connect(place)
        for table in TABLES:
            for (name,) in self.rows(SQLITE_TRIGGERS if self.is_file else POSTGRESQL_TRIGGERS, table):
                self.run(f'DROP TRIGGER "{name}"' + ("" if self.is_file else f' ON "{table}"'))

    def run(self, sql: str, *values: object) -> Any:
        cursor = self.connection.cursor()
        cursor.execute(sql if self.is_file else sql.replace("?", "%s"), values)
        return cursor

    def rows(self, sql: str, *values: object) -> list[Any]:
        return list(self.run(sql, *values).fetchall())

    def one(self, sql: str, *values: object) -> Any:
        return self.rows(sql, *values)[0][0]

    def close(self) -> None:
        self.connection.commit()
        self.connection.close()


class Place:
    """What the attacker has before him."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.data, self.export, self.memory = options.data, options.export, options.memory
        self.database = Database(options.database) if options.database else None

    @property
    def db(self) -> Database:
        assert self.database is not None
        return self.database

    def key(self) -> tuple[str, bytes]:
        """Steal the signing key: name of the log and seed."""
        name, _, blob = (self.data / "log.key").read_text().strip().removeprefix("PRIVATE+KEY+").split("+", 2)
        return name, base64.b64decode(blob)[1:]

    def log(self) -> list[Entry]:
        """Return the numbered events in their order."""
        found = self.db.rows(
            "SELECT e.id, e.envelope FROM trail_leaf l JOIN trail_event e ON e.id = l.event_id ORDER BY l.idx"
        )
        return [(event, bytes(envelope)) for event, envelope in found]

    def event(self, chain: str, number: int = 0) -> str:
        """Return the id of an event of an object: its number, or 0 for the last."""
        if number:
            return str(self.db.one("SELECT id FROM trail_event WHERE object = ? AND oseq = ?", chain, number))
        return str(
            self.db.one("SELECT id FROM trail_event WHERE object = ? ORDER BY oseq DESC LIMIT 1", chain)
        )

    def forget(self, event: str) -> None:
        """Remove every row of an event."""
        for table in ("trail_body", "trail_pending", "trail_leaf", "trail_receipt", "act_row"):
            self.db.run(f"DELETE FROM {table} WHERE event_id = ?", event)
        self.db.run("DELETE FROM trail_event WHERE id = ?", event)

    def edit_body(self, event: str) -> bytes:
        """Put another name into an event's body and into the business table; return the new content and salt."""
        salt, content = self.db.rows("SELECT salt, content FROM trail_body WHERE event_id = ?", event)[0]
        told = json.loads(bytes(content))
        told["rows"][0]["v"]["name"] = "改写之名"
        new = forge.canonical(told)
        self.db.run("UPDATE trail_body SET content = ? WHERE event_id = ?", new, event)
        self.db.run("UPDATE unit SET name = ? WHERE id = ?", "改写之名", int(told["rows"][0]["k"]))
        return bytes(salt) + new


def rebuild(
    place: Place, change: Callable[[list[Entry]], list[Entry]], seed: bytes, *, keeps_old: bool = False
) -> None:
    """Write history anew in database and files, chains, numbers and tiles made right, and sign it.

    Old checkpoints and cosignatures go, or stay where they cover what was there before.
    """
    origin, entries = place.key()[0], change(place.log())
    fixed = forge.rechained([envelope for _, envelope in entries])
    entries = [(event, envelope) for (event, _), envelope in zip(entries, fixed, strict=True)]
    write_events(place.db, entries)
    if not keeps_old:
        place.db.run("DELETE FROM trail_cosignature")
    publish(place, [envelope for _, envelope in entries], origin, seed)


def publish(place: Place, envelopes: list[bytes], origin: str, seed: bytes) -> None:
    """Sign and show a log instead of what was not cosigned."""
    signed_at = place.db.one("SELECT max(signed_at) FROM trail_checkpoint")
    place.db.run(
        "DELETE FROM trail_checkpoint WHERE size NOT IN (SELECT checkpoint_id FROM trail_cosignature)"
    )
    text = forge.checkpoint_text(origin, envelopes)
    note = forge.note(text, forge.log_line(text, origin, seed))
    row = (len(envelopes), base64.b64decode(text.split("\n")[2]).hex(), note, signed_at)
    place.db.run("INSERT INTO trail_checkpoint (size, root, note, signed_at) VALUES (?, ?, ?, ?)", *row)
    shutil.rmtree(place.data / "log")
    forge.write_tiles(place.data / "log", envelopes)
    forge.write(place.data / "log" / "checkpoint", note.encode())
    forge.write(place.data / "signed", text.encode())


def write_events(db: Database, entries: list[Entry]) -> None:
    """Bring envelopes and numbers of the database to what the entries say; waiting events follow on their chains."""
    waiting = db.rows(
        "SELECT e.id, e.envelope FROM trail_event e JOIN trail_pending p ON p.event_id = e.id ORDER BY p.id"
    )
    every = [*entries, *((event, bytes(envelope)) for event, envelope in waiting)]
    fixed = forge.rechained([envelope for _, envelope in every])
    db.run("UPDATE trail_event SET oseq = oseq + 1000000")
    for (event, _), envelope in zip(every, fixed, strict=True):
        number = json.loads(envelope)["oseq"]
        db.run("UPDATE trail_event SET envelope = ?, oseq = ? WHERE id = ?", envelope, number, event)
    db.run("DELETE FROM trail_leaf")
    for idx, (event, envelope) in enumerate(entries):
        digest = forge.leaf_hash(envelope).hex()
        db.run("INSERT INTO trail_leaf (idx, event_id, leaf_hash) VALUES (?, ?, ?)", idx, event, digest)


def new_event(place: Place, like: str, chain: str, recorded: str, number: int) -> Entry:
    """Insert an event that never was, modelled on another, with a body that touches nothing."""
    cursor = place.db.run("SELECT * FROM trail_event WHERE id = ?", like)
    row = dict(zip([column[0] for column in cursor.description], cursor.fetchone(), strict=True))
    salt, body = secrets.token_bytes(32), forge.canonical({"schema": 1, "rows": []})
    event = "0199" + like[4:-4] + f"{number:04x}"
    fields = json.loads(bytes(row["envelope"]))
    fields.update(id=event, object=chain, oseq=number, oprev="", recorded=recorded)
    fields["body"] = hashlib.sha256(salt + body).hexdigest()
    envelope = forge.canonical(fields)
    row.update(
        id=event,
        object=chain,
        oseq=number,
        envelope=envelope,
        recorded_at=recorded.replace("T", " ").replace("Z", ""),
    )
    names, marks = ", ".join(f'"{name}"' for name in row), ", ".join("?" * len(row))
    place.db.run(f"INSERT INTO trail_event ({names}) VALUES ({marks})", *row.values())
    place.db.run("INSERT INTO trail_body (event_id, salt, content) VALUES (?, ?, ?)", event, salt, body)
    return event, envelope


def changed_history(place: Place) -> Callable[[list[Entry]], list[Entry]]:
    """Return a history in which a unit always had another name."""
    event = place.event("unit:D4", 4)
    digest = hashlib.sha256(place.edit_body(event)).hexdigest()

    def change(entries: list[Entry]) -> list[Entry]:
        return [
            (each, forge.canonical({**json.loads(envelope), "body": digest}) if each == event else envelope)
            for each, envelope in entries
        ]

    return change


# ---------------------------------------------------------------- in the database


def row_updated(place: Place) -> None:
    """The body of a published event and the business row say another name."""
    place.edit_body(place.event("unit:D4", 4))


def row_deleted(place: Place) -> None:
    """A published event is removed from every table."""
    place.forget(place.event("unit:D4", 3))


def body_deleted(place: Place) -> None:
    """Only the private part of an event is removed, as an erasure by law would."""
    place.db.run("DELETE FROM trail_body WHERE event_id = ?", place.event("unit:D4", 4))


def rebuilt_without_key(place: Place) -> None:
    """History is written anew and signed with a key of his own, which the installation's policy now names."""
    own, origin = secrets.token_bytes(32), place.key()[0]
    rebuild(place, changed_history(place), own)
    private = base64.b64encode(b"\x01" + own).decode()
    key = f"PRIVATE+KEY+{origin}+{forge.key_id(origin, forge.LOG, own).hex()}+{private}"
    (place.data / "log.key").write_text(key + "\n")
    (place.data / "policy").write_text(f"log {forge.vkey(origin, forge.LOG, own)}\nquorum none\n")


def rebuilt_with_key(place: Place) -> None:
    """History is written anew and signed with the stolen key; nothing of the old checkpoints is left."""
    rebuild(place, changed_history(place), place.key()[1])


def truncated(place: Place) -> None:
    """All that the supervisors cosigned last is cut off, and the shorter log signed."""
    size = int(place.db.one("SELECT min(size) FROM trail_checkpoint"))
    rest = [event for event, _ in place.log()[size:]]
    rest += [event for (event,) in place.db.rows("SELECT event_id FROM trail_pending")]
    rebuild(place, lambda entries: entries[:size], place.key()[1])
    for event in rest:
        place.forget(event)


def inserted(place: Place) -> None:
    """An act that never was is put in the past, with the stolen key, and the old checkpoints left in place."""
    like = place.event("unit:D1", 2)
    recorded = json.loads(dict(place.log())[like])["recorded"]
    made = new_event(place, like, "unit:D1", recorded, 900)

    def change(entries: list[Entry]) -> list[Entry]:
        at = [event for event, _ in entries].index(like) + 1
        return [*entries[:at], made, *entries[at:]]

    rebuild(place, change, place.key()[1], keeps_old=True)


def old_date(place: Place) -> None:
    """An act on an object of its own is put into the queue with a date of months ago; the log signs it in good faith."""
    event, _ = new_event(place, place.event("unit:D1", 2), "unit:D7", "2025-11-03T01:30:00.000000Z", 1)
    place.db.run("INSERT INTO trail_pending (event_id) VALUES (?)", event)


def deleted_from_queue(place: Place) -> None:
    """A waiting act is removed; a later one on the same object waits behind it."""
    place.forget(
        place.event(
            "unit:D2", int(place.db.one("SELECT max(oseq) FROM trail_event WHERE object = 'unit:D2'")) - 1
        )
    )


def from_tail(place: Place) -> str:
    """Choose a published act that nobody cosigned and that another follows on its object."""
    return place.event(
        "unit:D1", int(place.db.one("SELECT max(oseq) FROM trail_event WHERE object = 'unit:D1'")) - 1
    )


def deleted_from_tail(place: Place) -> None:
    """A published act that nobody cosigned is removed and the rest signed again, its object's chain left as it was."""
    event = from_tail(place)
    rest = [(each, envelope) for each, envelope in place.log() if each != event]
    place.forget(event)
    place.db.run("DELETE FROM trail_leaf")
    for idx, (each, envelope) in enumerate(rest):
        digest = forge.leaf_hash(envelope).hex()
        place.db.run("INSERT INTO trail_leaf (idx, event_id, leaf_hash) VALUES (?, ?, ?)", idx, each, digest)
    publish(place, [envelope for _, envelope in rest], *place.key())


def tail_rewritten(place: Place) -> None:
    """The same, with the chain of the object made right: all that nobody cosigned is written anew."""
    event = from_tail(place)
    change = lambda entries: [each for each in entries if each[0] != event]  # noqa: E731
    rebuild(place, change, place.key()[1], keeps_old=True)
    place.forget(event)


def last_deleted(place: Place) -> None:
    """The only act on an object, not yet published, is removed together with the row that it wrote."""
    place.forget(place.event("unit:D9"))
    place.db.run("DELETE FROM unit WHERE code = 'D9'")


def queue_emptied(place: Place) -> None:
    """One act is taken out of the queue of the sequencer, which goes on with the next."""
    number = int(place.db.one("SELECT max(oseq) FROM trail_event WHERE object = 'unit:D2'")) - 1
    place.db.run("DELETE FROM trail_pending WHERE event_id = ?", place.event("unit:D2", number))


def business_row(place: Place) -> None:
    """A value of a business table is changed by SQL; no event says so."""
    place.db.run("UPDATE unit SET name = ? WHERE code = 'D3'", "改动之名")


def memory_erased(place: Place) -> None:
    """History is written anew with the stolen key, and the supervisors' memory deleted from their stick."""
    rebuilt_with_key(place)
    place.memory.unlink()


# ---------------------------------------------------------------- in the exported files


def tiles_of(place: Place) -> tuple[Path, Path, int]:
    """Return the first bundle, its level-0 tile, and how many entries they have."""
    size = min(256, int((place.export / "log/checkpoint").read_text("utf-8").split("\n")[1]))
    return (
        place.export / "log" / forge.tile_path("entries", 0, size),
        place.export / "log" / forge.tile_path("0", 0, size),
        size,
    )


def edited_entries(place: Place) -> list[bytes]:
    """Change the actor of one act in the bundle, in as many letters."""
    bundle, _, size = tiles_of(place)
    entries = forge.read_entries(place.export / "log", size)
    at = next(i for i, entry in enumerate(entries) if b'"object":"unit:D1"' in entry and b'"oseq":2' in entry)
    entries[at] = entries[at].replace(b'"actor":"system"', b'"actor":"nobody"')
    bundle.write_bytes(b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries))
    return entries


def bundle_edited(place: Place) -> None:
    """One act in an entry bundle names another actor."""
    edited_entries(place)


def bundle_and_tile(place: Place) -> None:
    """The same, and the level-0 tile made to fit."""
    tile = tiles_of(place)[1]
    tile.write_bytes(b"".join(forge.leaf_hash(entry) for entry in edited_entries(place)))


def swapped(place: Place) -> None:
    """Two neighbouring acts of different objects change places, bodies and tile too."""
    bundle, tile, size = tiles_of(place)
    entries = forge.read_entries(place.export / "log", size)
    names = [json.loads(entry)["object"] for entry in entries]
    at = next(i for i in range(size - 1) if names[i] != names[i + 1] and "unit:D" in names[i])
    entries[at], entries[at + 1] = entries[at + 1], entries[at]
    bundle.write_bytes(b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries))
    tile.write_bytes(b"".join(map(forge.leaf_hash, entries)))
    bodies = place.export / "bodies" / "000000.jsonl"
    lines = [json.loads(line) for line in bodies.read_text("utf-8").splitlines()]
    lines[at]["leaf"], lines[at + 1]["leaf"] = lines[at + 1]["leaf"], lines[at]["leaf"]
    bodies.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), "utf-8")


def tile_corrupted(place: Place) -> None:
    """One bit of a stored tile turns over on the disk."""
    tile = tiles_of(place)[1]
    data = bytearray(tile.read_bytes())
    data[100] ^= 1
    tile.write_bytes(bytes(data))


def nothing(_place: Place) -> None:
    """The control run."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name")
    parser.add_argument("--data", type=Path)
    parser.add_argument("--database", default="")
    parser.add_argument("--export", type=Path)
    parser.add_argument("--memory", type=Path)
    options = parser.parse_args()
    place = Place(options)
    attack: Callable[[Place], None] = getattr(sys.modules[__name__], options.name)
    attack(place)
    if place.database is not None:
        place.database.close()


if __name__ == "__main__":
    main()
