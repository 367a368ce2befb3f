"""Kills this process at a named point: SIGKILL to its whole process group, as a power cut does.

A trap is "point:nth": the nth time that this process passes the point is its last. A file keeps the name of the
point. Nothing in the product knows of this.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from typing import Any

from django.db.backends.signals import connection_created

from lianjing.runtime.documents import storage
from lianjing.runtime.process.effects import Carrier
from lianjing.runtime.trail import act as acts
from tests.soak.points import IN_PUBLICATION, POINTS

AFTER_SQL = {
    'INSERT INTO "trail_event"': "event_inserted",
    'INSERT INTO "trail_body"': "body_inserted",
    'INSERT INTO "trail_pending"': "queued",
    'INSERT INTO "act_row"': "index_inserted",
    'INSERT INTO "trail_receipt"': "receipt_inserted",
    'INSERT INTO "trail_leaf"': "leaf_inserted",
    'DELETE FROM "trail_pending"': "queue_emptied",
}


class Trap:
    """Counts how often the armed point is passed."""

    def __init__(self) -> None:
        self.point, self.log, self.left = "", "", 0
        self.lock = threading.Lock()

    def set(self, spec: str, log: str) -> None:
        """Choose the point; ValueError for one that is nowhere passed."""
        self.point, _, nth = spec.partition(":")
        self.left, self.log = int(nth), log
        if self.point not in POINTS + IN_PUBLICATION:
            raise ValueError(f"no such point: {self.point}")

    def passed(self, point: str) -> None:
        """End everything if this is the moment."""
        if not point or point != self.point:
            return
        with self.lock:
            self.left -= 1
            if self.left == 0:
                self.spring()

    def spring(self) -> None:
        """Write down where, then die without a word, and all of the group with us."""
        log = os.open(self.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        os.write(log, f"{self.point}\n".encode())
        os.killpg(os.getpgrp(), signal.SIGKILL)
        signal.pause()


TRAP = Trap()


def after(owner: Any, name: str, point: str) -> None:
    """Pass a point whenever a function of the product has returned."""
    original: Callable[..., Any] = getattr(owner, name)

    def wrapped(*args: Any, **kwargs: Any) -> Any:
        result = original(*args, **kwargs)
        TRAP.passed(point)
        return result

    setattr(owner, name, wrapped)


class Written:
    """A file of which first only half reaches the disk."""

    def __init__(self, file: Any) -> None:
        self.file = file

    def __enter__(self) -> Written:
        return self

    def __exit__(self, *fault: object) -> None:
        self.file.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.file, name)

    def write(self, content: bytes) -> None:
        """Write half, pass the point, write the rest."""
        middle = len(content) // 2
        self.file.write(content[:middle])
        self.file.flush()
        TRAP.passed("file_half")
        self.file.write(content[middle:])


class Disk:
    """The module `os` as the document store sees it."""

    def __getattr__(self, name: str) -> Any:
        return getattr(os, name)

    def fdopen(self, handle: int, mode: str) -> Written:
        """Open a file that is written in two halves."""
        return Written(os.fdopen(handle, mode))

    def replace(self, source: str, target: object) -> None:
        """Put the whole file in its place."""
        TRAP.passed("file_whole")
        os.replace(source, str(target))
        TRAP.passed("file_placed")


def watch(connection: Any, **_signal: Any) -> None:
    """Pass the points of a new connection: after statements of the trail, around the commit of an act."""
    holds = {"event": False}

    def statement(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        result = execute(sql, params, many, context)
        point = next((name for text, name in AFTER_SQL.items() if sql.startswith(text)), "")
        holds["event"] |= point == "event_inserted"
        TRAP.passed(point)
        return result

    commit, rollback = connection._commit, connection._rollback

    def committed() -> None:
        is_act, holds["event"] = holds["event"], False
        if is_act:
            TRAP.passed("before_commit")
        commit()
        if is_act:
            TRAP.passed("after_commit")

    def rolled_back() -> None:
        holds["event"] = False
        rollback()

    connection.execute_wrappers.append(statement)
    connection._commit, connection._rollback = committed, rolled_back


def arm(spec: str, log: str) -> None:
    """Set the trap in this process and those it forks; "" sets none."""
    if not spec:
        return
    TRAP.set(spec, log)
    after(acts, "lock_chain", "act_opened")
    after(acts.Act, "save", "row_saved")
    after(Carrier, "carry_out", "process_moved")
    storage.os = Disk()  # type: ignore[assignment]
    connection_created.connect(watch, weak=False)
