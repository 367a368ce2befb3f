"""What every reader of event logs yields, and the account of what was wrong with it."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import IO, Any, NamedTuple, cast

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from lianjing.kernel.refusal import BadInput

EXAMPLES = 5
SHOWN = 80
GZIP = b"\x1f\x8b"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
FIRST_YEAR, LAST_YEAR = 1970, 2199
MOST_ATTRIBUTES = 200  # of one object: more are named and left out


class BadLog(BadInput):
    """A file that cannot be read as a log at all: the text says place and remedy."""

    def __init__(self, message: str) -> None:
        super().__init__(message, "file")


class BrokenFile(BadLog):
    """A packed file that breaks off or is damaged."""


class _Packed(gzip.GzipFile):
    """A file packed by gzip whose damage is said in our words, whoever reads it."""

    def read(self, size: int | None = -1) -> bytes:
        """Return the next bytes; BrokenFile where there is damage."""
        return self._sound(super().read, size)

    def read1(self, size: int = -1) -> bytes:
        """Return what one read of the file gives; BrokenFile where there is damage."""
        return self._sound(super().read1, size)

    def _sound(self, read: Callable[[Any], bytes], size: int | None) -> bytes:
        try:
            return read(size)
        except (EOFError, OSError, zlib.error) as error:
            raise BrokenFile(_("压缩文件损坏或不完整（%(why)s）") % {"why": error}) from error


class RawEvent(NamedTuple):
    """One event as the file has it, all text; `place` says where it stands."""

    object: str
    type: str
    person: str
    post: str
    unit: str
    time: str
    place: str
    stage: str = ""  # XES lifecycle:transition, "" where the log has none


class ReadEvent(NamedTuple):
    """One event that can be used; `at` in microseconds since 1970 UTC."""

    object: str
    type: str
    person: str
    post: str
    unit: str
    at: int


@dataclass
class Fault:
    """One kind of fault: how often, what was done about it, and the first places."""

    kind: str
    count: int = 0
    examples: list[str] = field(default_factory=list)

    @property
    def is_set_aside(self) -> bool:
        """True where the event is not used."""
        return REMEDIES[self.kind][0]

    @property
    def remedy(self) -> str:
        """Return what to do about it, in the language of the reader."""
        return str(REMEDIES[self.kind][1])

    def note(self, place: str, value: str = "") -> None:
        """Count one more, and keep its place while there are few."""
        self.count += 1
        if len(self.examples) < EXAMPLES:
            self.examples.append(f"{place}: {value[:SHOWN]}" if value else place)


REMEDIES = {
    "no_object": (True, lazy("补上案件编号（concept:name、case id）")),
    "no_type": (True, lazy("补上活动名称（concept:name、activity）")),
    "no_time": (True, lazy("补上时间戳")),
    "bad_time": (True, lazy("时间写成 ISO 8601，如 2025-03-01T09:30:00+08:00")),
    "odd_time": (True, lazy("时间须在1970年至2200年之间")),
    "other_stage": (
        True,
        lazy("只分析完成事件（lifecycle:transition=complete）；只有其他状态的日志全部采用"),
    ),
    "duplicate": (True, lazy("同一案件、活动、人员、时间的事件只用一次")),
    "no_zone": (False, lazy("时间未注明时区，按所给时区理解")),
    "mixed_zones": (False, lazy("时间出自不同时区，已统一为 UTC")),
    "equal_times": (False, lazy("同一案件的事件时间相同，按文件中的先后排列")),
    "no_person": (False, lazy("经办人未注明，按“（未注明）”统计")),
    "too_many_attributes": (False, lazy("一个案件只取前200个属性")),
    "broken_end": (False, lazy("文件到此中断，以前的内容已采用")),
    "unknown_object": (True, lazy("事件所引的对象不在日志中")),
}


@dataclass
class Account:
    """Counts of one reading: what was read, used, set aside, and every kind of fault with its first places."""

    read: int = 0
    used: int = 0
    faults: dict[str, Fault] = field(default_factory=dict)
    tell: Callable[[str, str, str], object] | None = None  # of each fault: kind, place, value

    def note(self, kind: str, place: str, value: str = "") -> None:
        """Note one fault of a kind that has a remedy."""
        if self.tell is not None:
            self.tell(kind, place, value)
        fault = self.faults.get(kind)
        if fault is None:
            fault = self.faults[kind] = Fault(kind)
        fault.note(place, value)

    @property
    def set_aside(self) -> int:
        """Return how many events were not used."""
        return self.read - self.used


@dataclass
class Log:
    """A log being read: its events once, the attributes of its objects after that, and the account of both."""

    account: Account
    raw: Iterable[RawEvent]
    attributes: dict[str, dict[str, str]] = field(default_factory=dict)  # name → object → value


def lines_of(path: Path) -> IO[bytes]:
    """Open a file that may be compressed by gzip, whatever it is called; BadLog where there is none.

    Reading raises BrokenFile where a packed file is damaged.
    """
    try:
        with path.open("rb") as file:
            is_packed = file.read(len(GZIP)) == GZIP
        return cast("IO[bytes]", _Packed(path)) if is_packed else path.open("rb")
    except OSError as error:
        raise BadLog(
            _("%(file)s：文件无法打开（%(why)s）") % {"file": path.name, "why": error.strerror}
        ) from error


def usable(log: Log, offset_minutes: int) -> Iterator[ReadEvent]:
    """Yield the events that can be used, in the order of the file; each fault is noted in the log's account.

    A time without zone is taken at `offset_minutes` from UTC. Duplicates are told apart within one object only.
    """
    sieve = _Sieve(log.account, timezone(timedelta(minutes=offset_minutes)))
    for event in _stages(log):
        log.account.read += 1
        found = sieve.sift(event)
        if found is not None:
            log.account.used += 1
            yield found
    if _are_mixed(sieve.zones):
        log.account.note("mixed_zones", "", "、".join(sorted(str(each) for each in sieve.zones)))


class _Sieve:
    """Remembers what it has seen, and lets an event through or notes why not."""

    def __init__(self, account: Account, zone: timezone) -> None:
        self.account, self.zone = account, zone
        self.seen: dict[int, int] = {}  # digest of object and time → digest of step and person
        self.more: set[tuple[int, int]] = set()  # those of equal times beyond the first
        self.zones: set[timedelta] = set()

    def sift(self, event: RawEvent) -> ReadEvent | None:
        """Return the event as it can be used, None where it is set aside."""
        for part, kind in ((event.object, "no_object"), (event.type, "no_type"), (event.time, "no_time")):
            if not part:
                self.account.note(kind, event.place)
                return None
        at = self._at(event)
        if at is None or self._is_double(event, at):
            return None
        if not event.person:
            self.account.note("no_person", event.place)
        return ReadEvent(event.object, event.type, event.person, event.post, event.unit, at)

    def _at(self, event: RawEvent) -> int | None:
        try:
            moment = datetime.fromisoformat(event.time.strip())
        except ValueError:
            self.account.note("bad_time", event.place, event.time)
            return None
        offset = moment.utcoffset()
        if offset is None:
            self.account.note("no_zone", event.place, event.time)
            moment = moment.replace(tzinfo=self.zone)
        else:
            self.zones.add(offset)
        if not FIRST_YEAR <= moment.year <= LAST_YEAR:
            self.account.note("odd_time", event.place, event.time)
            return None
        return (moment - EPOCH) // MICROSECOND

    def _is_double(self, event: RawEvent, at: int) -> bool:
        """Remember by digests of 64 bits, a hundred bytes an event: of ten million, two meet by chance once in 10⁵ logs."""
        moment, step = hash((event.object, at)), hash((event.type, event.person))
        first = self.seen.get(moment)
        if first is None:
            self.seen[moment] = step
            return False
        if first == step or (moment, step) in self.more:
            self.account.note("duplicate", event.place, f"{event.object} {event.type}")
            return True
        self.more.add((moment, step))
        self.account.note("equal_times", event.place, event.object)
        return False


def _are_mixed(zones: set[timedelta]) -> bool:
    """True for zones further apart than summer time: an hour between summer and winter is one place."""
    return bool(zones) and max(zones) - min(zones) > timedelta(hours=1)


def _stages(log: Log) -> Iterator[RawEvent]:
    """Leave out starts and other stages once the log shows that it has completions."""
    waiting: list[RawEvent] = []
    has_complete = False
    for event in log.raw:
        stage = event.stage.lower()
        if stage in ("", "complete"):
            if waiting:
                yield from _set_aside(log, waiting)
            has_complete = True
            yield event
        elif has_complete:
            log.account.read += 1
            log.account.note("other_stage", event.place, event.stage)
        else:
            waiting.append(event)
    yield from waiting


def _set_aside(log: Log, waiting: list[RawEvent]) -> Iterator[RawEvent]:
    for event in waiting:
        log.account.read += 1
        log.account.note("other_stage", event.place, event.stage)
    waiting.clear()
    yield from ()
