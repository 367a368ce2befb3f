"""A stamp that changes with every change of reference data, so that each process may keep what rarely changes.

Organisation, figures, rules and calendar are read in every act and changed a few times a year. An act that writes
such a row puts a new random stamp into the one row of `reference_stamp`, in its own transaction. A reader compares
the stamp (one short query) and reads again only when it differs. The stamp is random, not a counter: one that was
rolled back never comes back for other data.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, TypeVar

from django.db import connection

T = TypeVar("T")
READ = "SELECT stamp FROM reference_stamp WHERE id = 1"
WRITE = (
    "INSERT INTO reference_stamp (id, stamp) VALUES (1, %s) "
    "ON CONFLICT (id) DO UPDATE SET stamp = excluded.stamp"
)


_held: ContextVar[str | None] = ContextVar("held_stamp", default=None)


@contextmanager
def holding() -> Iterator[None]:
    """Read the stamp once for the whole of an act; the act itself may renew it."""
    token = _held.set(_read())
    try:
        yield
    finally:
        _held.reset(token)


def renew() -> None:
    """Put a new stamp, as part of the open transaction."""
    stamp = secrets.token_hex(8)
    with connection.cursor() as cursor:
        cursor.execute(WRITE, [stamp])
    if _held.get() is not None:
        _held.set(stamp)


def current() -> str:
    """Return the stamp as this transaction sees it, "" before the first change."""
    held = _held.get()
    return _read() if held is None else held


def _read() -> str:
    with connection.cursor() as cursor:
        cursor.execute(READ)
        row = cursor.fetchone()
    return row[0] if row else ""


def by_stamp(load: Callable[[], T]) -> Callable[[], T]:
    """Keep the value of a loader of reference data until the stamp changes."""
    kept: dict[str, Any] = {}

    @wraps(load)
    def read() -> T:
        stamp = current()
        if kept.get("stamp") != stamp or not stamp:
            kept["value"] = load()
            kept["stamp"] = stamp
        value: T = kept["value"]
        return value

    return read
