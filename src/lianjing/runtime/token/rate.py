"""How many requests a caller may make in a minute, counted across all processes of the server.

Each process takes a handful of requests at a time from the caller's share in the database and spends them from memory,
so that most requests cost no write; all processes together never let more pass than the limit.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from threading import Lock

from django.db import connection

from lianjing.runtime.token.models import RateShare

HANDFULS = 20  # parts of a limit in which it is taken: one write for every twentieth of it
SECONDS = 60
MOST_HELD = 10_000

TAKE = (
    "INSERT INTO api_rate_share (bucket, minute, taken) VALUES (%s, %s, %s) "
    "ON CONFLICT (bucket, minute) DO UPDATE SET taken = api_rate_share.taken + excluded.taken RETURNING taken"
)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a caller stands: whether this request passes, how many he has left in hand, seconds to the next minute."""

    passes: bool
    limit: int
    left: int
    reset_seconds: int


class Counter:
    """What this process holds of each caller's share: bucket → (minute, requests in hand, left in the share)."""

    def __init__(self) -> None:
        self._held: dict[str, tuple[int, int, int]] = {}
        self._lock = Lock()

    def take(self, bucket: str, limit: int, now: datetime) -> Standing:
        """Spend one request of a caller."""
        minute, second = divmod(int(now.timestamp()), SECONDS)
        reset = SECONDS - second
        with self._lock:
            of_minute, in_hand, rest = self._held.get(bucket, (minute, 0, limit))
            if of_minute != minute:
                in_hand, rest = 0, limit
            if in_hand == 0 and rest > 0:
                in_hand, rest = _from_share(bucket, minute, limit)
            self._forget(minute)
            self._held[bucket] = (minute, max(0, in_hand - 1), rest)
        return Standing(in_hand > 0, limit, max(0, in_hand - 1) + rest, reset)

    def _forget(self, minute: int) -> None:
        if len(self._held) > MOST_HELD:
            self._held = {name: held for name, held in self._held.items() if held[0] == minute}

    def clear(self) -> None:
        """Forget what is held: for tests and after a fork."""
        with self._lock:
            self._held.clear()


COUNTER = Counter()


def _from_share(bucket: str, minute: int, limit: int) -> tuple[int, int]:
    """Take a handful from the share, never beyond the limit; returns what was taken and what is left for all."""
    handful = max(1, limit // HANDFULS)
    with connection.cursor() as cursor:
        cursor.execute(TAKE, [bucket, minute, handful])
        taken = int(cursor.fetchone()[0])
    return max(0, min(handful, limit - (taken - handful))), max(0, limit - taken)


def sweep(now: datetime) -> int:
    """Drop the shares of minutes gone by; returns how many."""
    minute = int(now.timestamp()) // SECONDS
    return RateShare.objects.filter(minute__lt=minute - 1).delete()[0]
