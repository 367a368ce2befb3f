"""`lianjing import eventlog | ocel`: event logs from elsewhere, kept whole so that their process can be analysed."""

from __future__ import annotations

import argparse
import csv
import json
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from lianjing.cli.import_ledger import COMMAND_LINE
from lianjing.cli.log_options import columns_of, offset_of
from lianjing.cli.state import refuse_without_tables
from lianjing.intake.eventlog.opening import open_log, report_of
from lianjing.intake.eventlog.reading import Account, Fault, usable
from lianjing.kernel.refusal import BadInput
from lianjing.runtime import clock
from lianjing.runtime.batch.event_logs import Reading, digest_of, take
from lianjing.runtime.org.models import LoginAccount
from lianjing.runtime.org.queries import posts_held
from lianjing.runtime.trail.act import Actor, legal_day
from lianjing.runtime.trail.sequencer import sequence_all

MOST_ROWS = 100_000  # of a report: the counts say how many there are
WORDS = {"eventlog": "XES, OCEL 2.0, CSV; packed by gzip or not", "ocel": "OCEL 2.0 as JSON or SQLite"}


@dataclass(frozen=True, slots=True)
class Looked:
    """One file: what was read of it, where the report lies."""

    path: Path
    sha256: str
    reading: Reading
    account: Account
    report: Path


def add_to(group: Any, common: argparse.ArgumentParser) -> None:
    """Add `import eventlog` and `import ocel` to the group of imports."""
    for name, text in WORDS.items():
        command = group.add_parser(name, parents=[common], help=text)
        command.add_argument("files", nargs="+", metavar="FILE", type=Path)
        command.add_argument("--process-name", default="", metavar="NAME", help="what process it is a log of")
        command.add_argument(
            "--type", default="", dest="object_type", metavar="TYPE", help="object type of an OCEL log"
        )
        command.add_argument("--columns", default="", metavar="PART=HEADER,…", help="columns of a CSV file")
        command.add_argument("--mapping", type=Path, metavar="FILE", help="JSON or TOML: part to header")
        command.add_argument("--zone", default="+08:00", metavar="±HH:MM", help="zone of times without one")
        command.add_argument("--person", metavar="NUMBER", help="log-in number of the person who imports")
        command.add_argument("--dry-run", action="store_true", help="change nothing, give the same report")
        command.add_argument("--report", type=Path, metavar="FILE", help="where to write the report (CSV)")
        command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Read each file whole, then take it in; print the counts. 2 and one line where a file is no log."""
    refuse_without_tables()
    if options.process_name and len(options.files) > 1:
        raise BadInput(_("--process-name 只用于一个文件"), "process_name")
    if options.report and len(options.files) > 1:
        raise BadInput(_("--report 只用于一个文件"), "report")
    now = clock.now()
    actor = _actor(options.person, now)
    files = [_file(_look(path, options, now), options, actor, now) for path in options.files]
    if not options.dry_run:
        sequence_all()
    total = {
        name: sum(each[name] for each in files)
        for name in ("rows", "imported", "updated", "unchanged", "rejected")
    }
    _print(
        {**total, "report": files[0]["report"], "dry_run": options.dry_run, "files": files},
        as_json=options.json,
    )
    return 0


def _look(path: Path, options: argparse.Namespace, now: datetime) -> Looked:
    offset, columns = offset_of(options.zone), {**_mapping(options.mapping), **columns_of(options.columns)}
    log = open_log(path, object_type=options.object_type, columns=columns)
    report = options.report or Path(settings.DATA_DIR) / "imports" / f"{path.name}-{now:%Y%m%d-%H%M%S}.csv"
    objects: set[str] = set()
    with _reported(report, log.account):
        for event in usable(log, offset):
            objects.add(event.object)
    said = report_of(log.account)
    reading = Reading(
        options.process_name or path.name.partition(".")[0],
        options.object_type,
        json.dumps(columns, ensure_ascii=False, sort_keys=True),
        offset,
        said["read"],
        said["used"],
        len(objects),
        json.dumps(said["faults"], ensure_ascii=False),
    )
    return Looked(path, digest_of(path), reading, log.account, report)


def _file(looked: Looked, options: argparse.Namespace, actor: Actor, now: datetime) -> dict[str, Any]:
    reading, row = looked.reading, None
    if not reading.used:
        raise BadInput(
            _("%(file)s：没有可用的事件，问题见 %(report)s")
            % {"file": looked.path.name, "report": looked.report},
            "file",
        )
    if not options.dry_run:
        row = take(looked.path, looked.sha256, reading, actor=actor, now=now)
    is_taken = options.dry_run or row is not None
    return {
        "file": looked.path.name,
        "sha256": looked.sha256,
        "process_name": reading.process_name,
        "log": row.pk if row else None,
        "objects": reading.objects,
        "rows": reading.read,
        "imported": reading.used if is_taken else 0,
        "updated": 0,
        "unchanged": 0 if is_taken else reading.used,
        "rejected": reading.read - reading.used,
        "faults": json.loads(reading.faults),
        "report": str(looked.report),
    }


@contextmanager
def _reported(place: Path, account: Account) -> Iterator[None]:
    """Write every fault as a row while the log is being read."""
    place.parent.mkdir(parents=True, exist_ok=True)
    with place.open("w", encoding="utf-8-sig", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(["kind", "place", "value", "set_aside", "remedy"])
        count = 0

        def tell(kind: str, where: str, value: str) -> None:
            nonlocal count
            count += 1
            if count <= MOST_ROWS:
                fault = Fault(kind)
                lines.writerow([kind, where, _plain(value), int(fault.is_set_aside), fault.remedy])

        account.tell = tell
        yield
        account.tell = None
        if count > MOST_ROWS:
            lines.writerow(["…", "", str(count - MOST_ROWS), "", _("其余不再逐行列出")])


def _plain(value: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{value}" if value[:1] in ("=", "+", "-", "@", "\t", "\r") else value


def _mapping(path: Path | None) -> dict[str, str]:
    if path is None:
        return {}
    try:
        content = path.read_text(encoding="utf-8")
        found = tomllib.loads(content) if path.suffix == ".toml" else json.loads(content)
        parts = found.get("columns", found)
        return {str(part): str(header) for part, header in parts.items()}
    except (ValueError, AttributeError) as error:
        raise BadInput(
            _("%(file)s：不是可用的列对应（%(why)s）") % {"file": path.name, "why": error}, "mapping"
        ) from error


def _actor(number: str | None, now: datetime) -> Actor:
    """Return the person named, at the post he holds; nobody where the command line alone acts."""
    if not number:
        return COMMAND_LINE
    login = LoginAccount.objects.filter(number=number, is_active=True).select_related("person").first()
    if login is None:
        raise BadInput(_("没有账号“%(number)s”") % {"number": number}, "person")
    post = next((held.post for held in posts_held(login.person_id, legal_day(now))), None)
    return Actor(
        login.person_id,
        login.person.pseudonym,
        post_id=post.pk if post else None,
        unit_id=post.unit_id if post else None,
        channel="import",
    )


def _print(result: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(result, ensure_ascii=False))
        return
    for each in result["files"]:
        print(
            _(
                "%(process_name)s：%(objects)d 件，读到 %(rows)d 个事件，采用 %(imported)d，已有 %(unchanged)d，搁置 %(rejected)d"
            )
            % each
        )
        for fault in each["faults"]:
            places = "；".join(fault["examples"])
            print("  " + _("%(kind)s %(count)s，%(remedy)s（%(places)s）") % {**fault, "places": places})
        print("  " + each["report"])
