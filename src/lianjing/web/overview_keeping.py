"""A domain's sums for the cockpit, kept for half a minute where adding them up takes seconds."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta

from django.utils.translation import get_language

from lianjing.web.overview import Overview

SLOW = 2.0  # seconds; sums that are faster than this are made anew each time
KEPT_FOR = timedelta(seconds=30)  # with the work itself, no figure of the cockpit is older than a minute
MOST = 64

Key = tuple[str, int, date, str]
_kept: dict[Key, tuple[datetime, Overview]] = {}
_making: dict[Key, threading.Lock] = {}
_guard = threading.Lock()


def overview_of(
    name: str, make: Callable[[int, date], Overview], person_id: int, day: date, now: datetime
) -> tuple[datetime, Overview]:
    """Return a domain's sums for a reader and when they were made.

    Who asks while they are being made waits for them, so that a wall and ten readers make them once.
    """
    key = (name, person_id, day, get_language() or "")
    with _guard:
        making = _making.setdefault(key, threading.Lock())
    with making:
        known = _kept.get(key)
        if known is not None and timedelta(0) <= now - known[0] < KEPT_FOR:
            return known
        begun = time.monotonic()
        made = now, make(person_id, day)
        with _guard:
            _kept.pop(key, None)
            if time.monotonic() - begun >= SLOW:
                _kept[key] = made
            while len(_kept) > MOST:
                _kept.pop(next(iter(_kept)))
        return made
