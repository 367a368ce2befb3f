"""`lianjing import ledger`: Excel and CSV ledgers, with a trial run, a saved mapping and a report of every row."""

from __future__ import annotations

import argparse
import json
import sqlite3
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from lianjing.cli.state import refuse_without_tables
from lianjing.intake import importing
from lianjing.intake.ledger import Limits
from lianjing.intake.mapping import ColumnMapping, read_mapping, write_mapping
from lianjing.intake.report import summary, write_report
from lianjing.intake.run import Import
from lianjing.kernel.refusal import BadInput, Refusal
from lianjing.runtime import clock, codes
from lianjing.runtime.batch.ledger import LedgerKind, Run
from lianjing.runtime.batch.queries import cut_off
from lianjing.runtime.domains import domains
from lianjing.runtime.org.imports import LEDGERS
from lianjing.runtime.org.models import LoginAccount, Unit
from lianjing.runtime.org.queries import actor_with, unit_and_above
from lianjing.runtime.trail.act import Act, Actor, legal_day, record_refusal
from lianjing.runtime.trail.sequencer import sequence_all

COMMAND_LINE = Actor(None, "system", channel="import")


@dataclass(frozen=True, slots=True)
class Source:
    """A file with its kind of ledger and the mapping to use."""

    loaded: importing.Loaded
    actor: Actor
    scope: Run


def add_command(commands: Any, common: argparse.ArgumentParser) -> Any:
    """Add `import ledger` to the command line; returns the group of `import` for the other sources."""
    group = commands.add_parser("import", help="bring data in").add_subparsers(
        dest="what", required=True, metavar="WHAT"
    )
    command = group.add_parser("ledger", parents=[common], help="Excel or CSV ledgers")
    command.add_argument("files", nargs="+", metavar="FILE", type=Path, help=".xlsx, .xls or .csv")
    command.add_argument(
        "--kind",
        choices=[kind.key for kind in kinds()],
        help="what the rows are (default: seen from the header)",
    )
    command.add_argument(
        "--mapping", type=Path, metavar="FILE", help="JSON or TOML: header to column, constants, units"
    )
    command.add_argument("--save-mapping", type=Path, metavar="FILE", help="write the mapping that was used")
    command.add_argument("--dry-run", action="store_true", help="change nothing, give the same report")
    command.add_argument("--person", metavar="NUMBER", help="log-in number of the person who imports")
    command.add_argument("--unit", metavar="CODE", help="unit to which the projects belong")
    command.add_argument("--currency", metavar="CODE", help="currency of all amounts, such as CNY or PHP")
    command.add_argument(
        "--source", default="", metavar="CODE", help="outside system whose numbers these are"
    )
    command.add_argument("--sheet", default="", metavar="NAME", help="sheet of the workbook")
    command.add_argument("--encoding", default="", metavar="NAME", help="encoding of the CSV file")
    command.add_argument(
        "--report", type=Path, metavar="FILE", help="where to write the report (default: DATA/imports)"
    )
    command.set_defaults(run=run)
    return group


def kinds() -> tuple[LedgerKind, ...]:
    """Return all ledgers of this installation: those of the organisation and of each domain."""
    declared = (importer() for domain in domains() for importer in domain.importers.values())
    return (*LEDGERS, *(kind for kind in declared if isinstance(kind, LedgerKind)))


def run(options: argparse.Namespace) -> int:
    """Import the files and print the counts; 2 and one line where a file or an option cannot be used."""
    refuse_without_tables()
    if options.source and options.source not in codes.codes("external_system"):
        known = "、".join(sorted(codes.codes("external_system")))
        raise BadInput(_("--source 须为代码表中的外部系统之一：%(codes)s") % {"codes": known}, "source")
    now = clock.now()
    given = read_mapping(options.mapping) if options.mapping else None
    sources = [_source(path, options, given, now) for path in options.files]
    with aside() if options.dry_run else nullcontext():
        imports = [_import(source, options) for source in sources]
    if not options.dry_run:
        for source in sources:
            importing.remember(source.loaded, now)
        sequence_all()
    if options.save_mapping:
        write_mapping(options.save_mapping, sources[0].loaded.mapping)
    report = options.report or report_place(options.files[0], now)
    write_report(report, imports)
    _print(summary(imports, report), as_json=options.json)
    return 0


def _source(path: Path, options: argparse.Namespace, given: ColumnMapping | None, now: datetime) -> Source:
    constants = {"currency": options.currency} if options.currency else {}
    wanted = options.kind or (given.kind if given else "")
    loaded = importing.load_ledger(
        path,
        kinds=kinds(),
        kind=wanted,
        given=given,
        constants=constants,
        sheet=options.sheet,
        encoding=options.encoding,
    )
    kind, day = loaded.kind, legal_day(now)
    unit = unit_of(options.unit) if options.unit else None
    actor = actor_of(kind, options, unit, day, now)
    unit_id = unit.pk if unit else actor.unit_id
    if kind.is_owned and unit_id is None:
        unit_id = zone().pk
    _tell_reading(loaded, options)
    return Source(loaded, actor, Run(unit_id, options.source))


def unit_of(code: str) -> Unit:
    """Return the unit of a code; BadInput for none."""
    unit = Unit.objects.filter(code=code).first()
    if unit is None:
        raise BadInput(_("没有单位“%(code)s”") % {"code": code}, "unit")
    return unit


def zone() -> Unit:
    """Return the one zone of the installation; BadInput where a unit must be named."""
    found = list(Unit.objects.filter(kind="zone")[:2])
    if len(found) != 1:
        raise BadInput(_("请用--unit指明项目所属单位的代码"), "unit")
    return found[0]


def actor_of(
    kind: LedgerKind, options: argparse.Namespace, unit: Unit | None, day: date, now: datetime
) -> Actor:
    """Return who imports: the person named, at a post that may; nobody in a trial run and, for archives, at all."""
    if not options.person:
        if kind.is_person_needed and not options.dry_run:
            raise BadInput(_("请用--person指明办理导入的人员账号（组织人事岗或相应管理员）"), "person")
        return COMMAND_LINE
    login = (
        LoginAccount.objects.filter(number=options.person, is_active=True).select_related("person").first()
    )
    if login is None:
        raise BadInput(_("没有账号“%(number)s”") % {"number": options.person}, "person")
    try:
        return _at_post(login.person_id, kind, unit if kind.is_owned else None, day)
    except Refusal as refusal:
        if not options.dry_run:
            someone = Actor(login.person_id, login.person.pseudonym, channel="import")
            record_refusal(Act(kind.verb, f"person:{login.person_id}", someone, now), refusal)
        raise


def _at_post(person_id: int, kind: LedgerKind, unit: Unit | None, day: date) -> Actor:
    """Return the actor at the first of the ledger's posts that he holds: in the unit named or one above it."""
    places: Sequence[int | None] = unit_and_above(unit.pk) if unit else (None,)
    last: Refusal | None = None
    for post in kind.posts:
        for place in places:
            try:
                return actor_with(person_id, post, day, place, "import")
            except Refusal as refusal:
                last = last or refusal
    assert last is not None  # a ledger names at least one post
    raise last


def _import(source: Source, options: argparse.Namespace) -> Import:
    loaded = source.loaded
    return Import(
        loaded.ledger,
        loaded.kind,
        loaded.mapping,
        source.actor,
        clock.now,
        source.scope,
        options.dry_run,
        Limits(),
        tell=progress,
    ).run()


@contextmanager
def aside() -> Iterator[None]:
    """Let a trial run work on a copy of a SQLite file, so that it never holds the installation's write lock."""
    place = connection.settings_dict["NAME"]
    if connection.vendor != "sqlite" or not Path(str(place)).is_file() or connection.in_atomic_block:
        yield
        return
    with tempfile.TemporaryDirectory(dir=settings.DATA_DIR) as folder:
        copy = Path(folder) / "trial.sqlite3"
        with sqlite3.connect(place) as original, sqlite3.connect(copy) as target:
            original.backup(target)
        original.close()
        target.close()
        connection.close()
        connection.settings_dict["NAME"] = str(copy)
        try:
            yield
        finally:
            connection.close()
            connection.settings_dict["NAME"] = place


def report_place(file: Path, now: datetime) -> Path:
    """Return where the report of a file goes."""
    return Path(settings.DATA_DIR) / "imports" / f"{file.stem}-{now:%Y%m%d-%H%M%S}.xlsx"


def progress(done: int, total: int) -> None:
    """Show how far a run is on a terminal, and its end anywhere."""
    if sys.stderr.isatty() or done == total:
        print(f"\r{done}/{total}", end="\n" if done == total else "", file=sys.stderr, flush=True)


def _tell_reading(loaded: importing.Loaded, options: argparse.Namespace) -> None:
    ledger = loaded.ledger
    print(f"{ledger.name}: {ledger.form}，{loaded.kind.label}，{len(ledger.rows)} 行", file=sys.stderr)
    for remark in (*ledger.remarks, *loaded.remarks):
        print(f"  {remark}", file=sys.stderr)
    before = cut_off(loaded.kind.key, ledger.sha256)
    if before is not None:
        told = before.imported_count + before.updated_count + before.unchanged_count
        print(
            "  " + _("上次导入中断，已有%(count)d行入库；本次续办，不会重复") % {"count": told},
            file=sys.stderr,
        )
    if not options.person and not options.dry_run:
        print("  " + _("未用--person指明办理人，留痕记为系统"), file=sys.stderr)


def _print(result: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(result, ensure_ascii=False))
        return
    print_counts(result)
    for file in result["files"]:
        if file["unmapped"]:
            print("  " + _("未用的列：%(columns)s") % {"columns": "、".join(file["unmapped"])})


def print_counts(result: dict[str, Any]) -> None:
    """Print what became of the rows, and the warnings by kind."""
    head = _("（试运行，未改动）") + " " if result["dry_run"] else ""
    print(
        _("%(head)s共%(rows)d行：新增%(imported)d，更新%(updated)d，未变%(unchanged)d，拒绝%(rejected)d")
        % {
            "head": head,
            **{name: result[name] for name in ("rows", "imported", "updated", "unchanged", "rejected")},
        }
    )
    for kind, count in result["warnings"].items():
        print(f"  {kind}: {count}")
    print(_("逐行报告：%(place)s") % {"place": result["report"]})
