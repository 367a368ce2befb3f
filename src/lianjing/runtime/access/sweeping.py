"""What the worker clears of the log-in's state: sessions past their limits, counts that no longer matter."""

from __future__ import annotations

from datetime import datetime

from django.contrib.sessions.backends.db import SessionStore

from lianjing.runtime.access import locks, sessions


def sweep(now: datetime) -> int:
    """End what has run out and drop what is spent; returns how many."""
    SessionStore.clear_expired()
    return sessions.sweep(now) + locks.sweep(now)
