"""`lianjing import ocds|oc4ids`: releases, records and projects of the open standards, taken in as archive."""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from lianjing.cli import import_ledger
from lianjing.cli.state import refuse_without_tables
from lianjing.intake.ledger import Limits
from lianjing.intake.records import RecordImport, RecordKind, read_documents, record_import
from lianjing.intake.report import summary, write_report
from lianjing.kernel.refusal import BadInput
from lianjing.runtime import clock, codes
from lianjing.runtime.batch.ledger import Run
from lianjing.runtime.domains import domains
from lianjing.runtime.trail.act import legal_day
from lianjing.runtime.trail.sequencer import sequence_all

STANDARDS = {
    "ocds": "OCDS releases and records: JSON, JSON lines, packages",
    "oc4ids": "OC4IDS projects: JSON, JSON lines, packages",
}
SHOWN = 40


def kinds() -> dict[str, RecordKind]:
    """Return the standards that the installed domains can take in."""
    declared = ((name, importer()) for domain in domains() for name, importer in domain.importers.items())
    return {name: kind for name, kind in declared if isinstance(kind, RecordKind)}


def add_commands(group: Any, common: argparse.ArgumentParser) -> None:
    """Add `import ocds` and `import oc4ids` to the group of `import`."""
    for name, text in STANDARDS.items():
        command = group.add_parser(name, parents=[common], help=text)
        command.add_argument("files", nargs="+", metavar="FILE", type=Path)
        command.add_argument("--dry-run", action="store_true", help="change nothing, give the same report")
        command.add_argument("--person", metavar="NUMBER", help="log-in number of the person who imports")
        command.add_argument("--unit", metavar="CODE", help="unit to which the projects belong")
        command.add_argument(
            "--source", default="", metavar="CODE", help="outside system whose numbers these are"
        )
        command.add_argument("--report", type=Path, metavar="FILE", help="where to write the report")
        command.set_defaults(run=run, standard=name)


def run(options: argparse.Namespace) -> int:
    """Import the files and print the counts; 2 and one line where a file or an option cannot be used."""
    refuse_without_tables()
    kind = kinds().get(options.standard)
    if kind is None:
        raise BadInput(_("没有安装能读取该标准的业务领域"), "standard")
    if options.source and options.source not in codes.codes("external_system"):
        known = "、".join(sorted(codes.codes("external_system")))
        raise BadInput(_("--source 须为代码表中的外部系统之一：%(codes)s") % {"codes": known}, "source")
    now = clock.now()
    read = [read_documents(path, Limits()) for path in options.files]
    actor, unit_id = _who(kind, options, now)
    with import_ledger.aside() if options.dry_run else nullcontext():
        imports = [
            record_import(
                kind,
                ledger,
                documents,
                actor=actor,
                clock=clock.now,
                scope=Run(unit_id, options.source),
                is_trial=options.dry_run,
                tell=import_ledger.progress,
            )
            for ledger, documents in read
        ]
        for each in imports:
            each.run()
    if not options.dry_run:
        sequence_all()
    report = options.report or import_ledger.report_place(options.files[0], now)
    write_report(report, imports)
    _print(imports, report, as_json=options.json)
    return 0


def _who(kind: RecordKind, options: argparse.Namespace, now: Any) -> tuple[Any, int]:
    unit = import_ledger.unit_of(options.unit) if options.unit else None
    actor = import_ledger.actor_of(kind.ledger, options, unit, legal_day(now), now)
    if unit is not None:
        return actor, unit.pk
    return actor, actor.unit_id or import_ledger.zone().pk


def _print(imports: Sequence[RecordImport], report: Path, *, as_json: bool) -> None:
    not_taken: Counter[str] = Counter()
    for each in imports:
        not_taken.update(each.not_taken)
    result = summary(imports, report) | {"not_taken": dict(sorted(not_taken.items()))}
    if as_json:
        print(json.dumps(result, ensure_ascii=False))
        return
    import_ledger.print_counts(result)
    if not_taken:
        print("  " + _("未采用的字段（字段：次数）"))
        for path, count in not_taken.most_common(SHOWN):
            print(f"    {path}: {count}")
