"""XES (IEEE 1849-2016) as a stream: traces and events with their standard attributes; entities are refused."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Final
from xml.parsers import expat

from django.utils.translation import gettext as _

from lianjing.intake.eventlog.reading import (
    MOST_ATTRIBUTES,
    Account,
    BadLog,
    BrokenFile,
    Log,
    RawEvent,
    lines_of,
)

CHUNK: Final = 1 << 20
VALUES: Final = frozenset(("string", "date", "int", "float", "boolean", "id"))
NAME: Final = "concept:name"
EVENT_KEYS: Final = (NAME, "org:resource", "org:role", "org:group", "time:timestamp", "lifecycle:transition")


def read(path: Path) -> Log:
    """Read a log, packed by gzip or not; BadLog where the file is no XES.

    The case is the trace's concept:name, the post org:role, the unit org:group. Attributes of a trace are kept as
    attributes of the object. A file that breaks off keeps what came before, with a note.
    """
    account = Account()
    log = Log(account, ())
    log.raw = _events(path, log)
    return log


def _events(path: Path, log: Log) -> Iterator[RawEvent]:
    reader = _Reader(log)
    with lines_of(path) as file:
        while True:
            is_last = _feed(reader, file, path, log)
            while reader.ready:
                yield reader.ready.popleft()
            if is_last:
                return


def _feed(reader: _Reader, file: IO[bytes], path: Path, log: Log) -> bool:
    """Parse the next piece; True once the file is at its end, whole or broken."""
    try:
        piece = file.read(CHUNK)
        reader.parser.Parse(piece, not piece)
    except (BrokenFile, expat.ExpatError) as error:
        if not reader.traces:
            raise BadLog(
                _("%(file)s：不是可读的 XES 日志（%(why)s）") % {"file": path.name, "why": error}
            ) from error
        log.account.note("broken_end", f"第{reader.parser.CurrentLineNumber}行", str(error))
        return True
    return not piece


class _Reader:
    """The state of one parse: where we are, and the events that are whole."""

    def __init__(self, log: Log) -> None:
        self.log = log
        self.ready: deque[RawEvent] = deque()
        self.depth = 0
        self.traces = 0
        self.in_trace = self.in_event = False
        self.nested = 0
        self.event: dict[str, str] = {}
        self.trace: dict[str, str] = {}
        self.waiting: list[tuple[dict[str, str], int]] = []
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.EntityDeclHandler = self.refuse
        self.parser.buffer_text = True

    def refuse(self, name: str, *_parts: Any) -> None:
        """Refuse a document that declares entities of its own."""
        raise BadLog(_("XES 中声明了实体“%(name)s”：去掉 DOCTYPE 再导入") % {"name": name})

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Begin an element: a trace, an event, or a value of either; values within values are passed over."""
        self.depth += 1
        if self.depth == 1 and tag != "log":
            raise BadLog(_("根元素是“%(tag)s”，不是 XES 的 log") % {"tag": tag})
        if tag == "trace" and self.depth == 2:
            self.in_trace, self.trace, self.waiting = True, {}, []
            self.traces += 1
        elif tag == "event" and self.in_trace and not self.in_event:
            self.in_event, self.event = True, {}
            self.waiting.append((self.event, self.parser.CurrentLineNumber))
        elif self.in_trace and self.depth == (4 if self.in_event else 3) and tag in VALUES:
            place = self.event if self.in_event else self.trace
            place.setdefault(attributes.get("key", ""), attributes.get("value", ""))

    def end(self, tag: str) -> None:
        """End an element; a whole trace sets its events free."""
        if tag == "event" and self.depth == 3:
            self.in_event = False
        elif tag == "trace" and self.depth == 2:
            self.in_trace = False
            self._set_free()
        self.depth -= 1

    def _set_free(self) -> None:
        name = self.trace.get(NAME, "")
        for event, line in self.waiting:
            kind, person, role, group, time, stage = (event.get(key, "") for key in EVENT_KEYS)
            self.ready.append(RawEvent(name, kind, person, role, group, time, f"第{line}行", stage))
        kept = [(key, value) for key, value in self.trace.items() if key not in ("", NAME)]
        if len(kept) > MOST_ATTRIBUTES:
            self.log.account.note("too_many_attributes", f"案件 {name}", str(len(kept)))
        for key, value in kept[:MOST_ATTRIBUTES]:
            self.log.attributes.setdefault(key, {})[name] = value
