"""Eight writers at once, some of whom take back what they wrote, one who is slow to commit, a sequencer, and a reader.

Run inside the process of the attacks' premises. The reader follows an id cursor, as many systems do: it is the
control that must miss what commits late.
"""

from __future__ import annotations

import json
import os
import random
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

from tests.attacks.premises import START, enter

WRITERS = 8
NOW = START + timedelta(hours=4)


class TakenBack(Exception):
    """The writer rolls back."""


def crowd(told: dict[str, Any]) -> dict[str, Any]:
    """Let them all run; return who was committed, who was numbered, who was seen by the cursor."""
    enter(told)
    folder, connection = Path(told["folder"]), import_module("django.db").connection
    kind = (
        "BIGSERIAL PRIMARY KEY" if connection.vendor == "postgresql" else "INTEGER PRIMARY KEY AUTOINCREMENT"
    )
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE cursor_log (id {kind}, event TEXT)")
    is_server = connection.vendor == "postgresql"
    connection.close()
    stop = folder / "stop"
    helpers = [forked(lambda: sequencer(folder, stop)), forked(lambda: reader(folder, stop))]
    slow = [forked(lambda: idler(folder))] if is_server else []
    while is_server and not (folder / "idle").exists():
        time.sleep(0.01)
    writers = [
        forked(lambda number=number: writer(folder, number, told["acts"])) for number in range(WRITERS)
    ]
    codes = [os.waitpid(child, 0)[1] for child in writers]
    (folder / "done").touch()
    codes += [os.waitpid(child, 0)[1] for child in slow]
    time.sleep(0.2)
    stop.touch()
    codes += [os.waitpid(child, 0)[1] for child in helpers]
    return {"failed": sum(map(bool, codes)), **counted(folder)}


def forked(run: Callable[[], None]) -> int:
    """Run in a process of its own."""
    child = os.fork()
    if child == 0:
        run()  # what goes wrong ends this process with its story and a code other than 0
        os._exit(0)
    return child


def write(chain: str, wait: float, *, is_kept: bool = True, told: Callable[[], None] | None = None) -> str:
    """Record one act, and keep its transaction open a while; "" where it was taken back."""
    trail, database = import_module("lianjing.runtime.trail.act"), import_module("django.db")
    try:
        with database.transaction.atomic():
            with trail.recorded("crowd.act", chain=chain, actor=trail.SYSTEM, now=datetime.now(UTC)) as act:
                pass
            with database.connection.cursor() as cursor:
                cursor.execute("INSERT INTO cursor_log (event) VALUES (%s)", [act.event_id])
            if told:
                told()
            time.sleep(wait)
            if not is_kept:
                raise TakenBack
    except TakenBack:
        return ""
    return str(act.event_id)


def writer(folder: Path, number: int, acts: int) -> None:
    """Act, every fifth time for nothing; write down what was committed and what was not."""
    rng, kept = random.Random(number), []
    is_server = import_module("django.db").connection.vendor == "postgresql"
    for place in range(acts):
        event = write(f"crowd:{number}", rng.uniform(0, 0.03 if is_server else 0.002), is_kept=place % 5 != 4)
        kept += [event] if event else []
    (folder / f"writer{number}.json").write_text(json.dumps(kept))


def idler(folder: Path) -> None:
    """Open a transaction before the others, commit it after them."""

    def wait() -> None:
        (folder / "idle").touch()
        until = time.monotonic() + 60
        while not (folder / "done").exists() and time.monotonic() < until:
            time.sleep(0.01)

    event = write("crowd:idle", 0, told=wait)
    (folder / "writer_idle.json").write_text(json.dumps([event]))


def sequencer(folder: Path, stop: Path) -> None:
    """Number what waits until told to stop, and then the rest."""
    module = import_module("lianjing.runtime.trail.sequencer")
    while not stop.exists():
        module.sequence()
        time.sleep(0.005)
    module.sequence_all()


def reader(folder: Path, stop: Path) -> None:
    """Follow the ids: take what is beyond the last one seen."""
    connection, last, seen, is_last = import_module("django.db").connection, 0, [], False
    while not is_last:
        is_last = stop.exists()
        with connection.cursor() as cursor:
            cursor.execute("SELECT id, event FROM cursor_log WHERE id > %s ORDER BY id", [last])
            rows = cursor.fetchall()
        seen += [event for _, event in rows]
        last = rows[-1][0] if rows else last
        time.sleep(0.003)
    (folder / "seen.json").write_text(json.dumps(seen))


def counted(folder: Path) -> dict[str, Any]:
    """Compare what was committed with what was numbered and what the cursor saw."""
    connection = import_module("django.db").connection
    committed = {event for place in folder.glob("writer*.json") for event in json.loads(place.read_text())}
    seen = set(json.loads((folder / "seen.json").read_text()))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT l.idx, l.event_id, e.act FROM trail_leaf l JOIN trail_event e ON e.id = l.event_id ORDER BY l.idx"
        )
        leaves = cursor.fetchall()
        cursor.execute("SELECT count(*) FROM trail_pending")
        waiting = cursor.fetchone()[0]
    connection.close()
    numbered = [event for _, event, act in leaves if act == "crowd.act"]
    return {
        "committed": len(committed),
        "missed_by_the_cursor": len(committed - seen),
        "missed_by_the_queue": len(committed - set(numbered)),
        "numbered_though_taken_back": len(set(numbered) - committed),
        "numbered_twice": len(numbered) - len(set(numbered)),
        "is_dense": [idx for idx, _, _ in leaves] == list(range(len(leaves))),
        "waiting": waiting,
    }
