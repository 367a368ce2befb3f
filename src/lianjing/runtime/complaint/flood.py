"""A flood of reports: so many an hour from one address, and when many come at all, each waits a minute. Nobody is cut off.

An address is known for an hour at most, in memory, as an HMAC under a key that this process threw dice for: it stands
in no table and no log, and nobody can search for it, ourselves included.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections import deque
from datetime import datetime, timedelta
from threading import Lock

from django.core import signing
from django.db import transaction
from django.utils.translation import gettext as _

from lianjing.runtime.complaint.queries import keys_on
from lianjing.runtime.message.models import Message
from lianjing.runtime.message.services import send
from lianjing.runtime.org.models import Appointment
from lianjing.runtime.org.queries import on_day
from lianjing.runtime.trail.act import legal_day

HOUR = timedelta(hours=1)
FROM_ONE_ADDRESS = 8  # a whole office may stand behind one address
AT_ALL = 40  # an hour, of one process of the server; above it everybody waits
WAIT = timedelta(minutes=1)
LASTS = timedelta(hours=2)  # how long a place in the queue is good
MOST_ADDRESSES = 10_000
SALT = "lianjing.tip"


class Gate:
    """What this process remembers of the last hour."""

    def __init__(self) -> None:
        self.clear()
        self._lock = Lock()

    def clear(self) -> None:
        """Forget everything, the key too."""
        self._key = secrets.token_bytes(32)
        self._from: dict[bytes, deque[datetime]] = {}
        self._all: deque[datetime] = deque()

    def minutes(self, address: str, now: datetime) -> int:
        """Return how long an address that sent too much must wait, 0 for none."""
        with self._lock:
            seen = self._from.get(self._mark(address), deque())
            _drop(seen, now)
            if len(seen) < FROM_ONE_ADDRESS:
                return 0
            return max(1, -int((now - seen[0] - HOUR).total_seconds() // 60))

    def is_busy(self, now: datetime) -> bool:
        """True where more came within the hour than a group can read."""
        with self._lock:
            _drop(self._all, now)
            return len(self._all) >= AT_ALL

    def count(self, address: str, now: datetime) -> None:
        """Take note of a report that was taken in."""
        with self._lock:
            if len(self._from) >= MOST_ADDRESSES:
                self._from = {
                    mark: seen for mark, seen in self._from.items() if seen and now - seen[-1] < HOUR
                }
            self._from.setdefault(self._mark(address), deque(maxlen=FROM_ONE_ADDRESS)).append(now)
            self._all.append(now)

    def _mark(self, address: str) -> bytes:
        return hmac.new(self._key, address.encode(), hashlib.sha256).digest()


GATE = Gate()


def _drop(seen: deque[datetime], now: datetime) -> None:
    while seen and now - seen[0] >= HOUR:
        seen.popleft()


def place_in_queue(text: str, now: datetime) -> str:
    """Return what the form brings back after its wait; good for these words only."""
    return signing.dumps({"at": now.isoformat(), "of": _digest(text)}, salt=SALT)


def seconds_left(place: str, text: str, now: datetime) -> int | None:
    """Return how long the holder of a place must still wait, 0 when it is his turn; None for no place of ours."""
    try:
        held = signing.loads(place, salt=SALT)
    except signing.BadSignature:
        return None
    waited = now - datetime.fromisoformat(held["at"])
    if held["of"] != _digest(text) or not timedelta() <= waited <= LASTS:
        return None
    return max(0, int((WAIT - waited).total_seconds()))


def _digest(text: str) -> str:
    return hashlib.sha256(text.strip().encode()).hexdigest()


def tell_supervisors(now: datetime) -> None:
    """Tell the supervision groups, once an hour, that reports are made to wait: a flood is theirs to look into."""
    offices = keys_on(legal_day(now)).values("unit_id")
    seats = Appointment.objects.filter(
        on_day(legal_day(now)), post__unit_id__in=offices, post__kind="supervisor"
    )
    once = f"complaint.flood:{now:%Y%m%d%H}"
    if Message.objects.filter(once=once).exists():
        return
    with transaction.atomic():
        send(
            to_person_ids=sorted(set(seats.values_list("person_id", flat=True))),
            kind="tip",
            subject=_("举报来件异常增多，已转为排队接收，请查看"),
            link="/complaints/",
            is_confidential=True,
            now=now,
            once=once,
        )
