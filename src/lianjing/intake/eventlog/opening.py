"""Any event log by its first bytes, and those that an installation has taken in."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from lianjing.intake.eventlog import ocel, table, xes
from lianjing.intake.eventlog.reading import Account, BadLog, Log, lines_of
from lianjing.runtime.batch.event_logs import place_of
from lianjing.runtime.batch.models import EventLog

HEAD = 4096


def open_log(path: Path, *, object_type: str = "", columns: Mapping[str, str] | None = None) -> Log:
    """Read XES, OCEL 2.0 or a table, packed by gzip or not, whatever the file is called; BadLog for anything else."""
    with lines_of(path) as file:
        head = file.read(HEAD)
    begin = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if head.startswith(ocel.SQLITE) or begin.startswith(b"{"):
        return ocel.read(path, object_type)
    return xes.read(path) if begin.startswith(b"<") else table.read(path, columns)


def stored(row: EventLog) -> Log:
    """Read a log that was taken in, as it was read then; BadLog where its file is gone."""
    place = place_of(row.batch.sha256)
    if not place.is_file():
        raise BadLog(
            _("%(file)s：原文件已不在数据目录中（logs/%(digest)s）")
            % {"file": row.batch.file_name, "digest": place.name}
        )
    return open_log(place, object_type=row.object_type, columns=json.loads(row.batch.mapping or "{}"))


def report_of(account: Account) -> dict[str, Any]:
    """Return what was wrong with a log: counts, and of each kind the remedy and the first places."""
    return {
        "read": account.read,
        "used": account.used,
        "set_aside": account.set_aside,
        "faults": [
            {
                "kind": fault.kind,
                "count": fault.count,
                "set_aside": fault.is_set_aside,
                "remedy": fault.remedy,
                "examples": fault.examples,
            }
            for fault in account.faults.values()
        ],
    }
