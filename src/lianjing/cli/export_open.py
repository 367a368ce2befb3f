"""`lianjing export ocds|oc4ids`: what is public of the live data, in the open standards."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from lianjing.cli.state import refuse_without_tables
from lianjing.kernel.json_text import written
from lianjing.kernel.refusal import BadInput
from lianjing.runtime import clock
from lianjing.runtime.domains import domains
from lianjing.runtime.trail.act import legal_day
from lianjing.runtime.zone_mark import ON_PAPER, file_name, is_training

Exporter = Callable[[Any], Iterator[tuple[str, Mapping[str, Any]]]]
STANDARDS = {
    "ocds": "OCDS releases and records of contracting processes",
    "oc4ids": "OC4IDS projects",
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to export: of all projects or of one, what is as new as a day."""

    today: date
    now: datetime
    project: str = ""
    since: date | None = None


def add_command(commands: Any, common: argparse.ArgumentParser) -> Any:
    """Add `export ocds` and `export oc4ids` to the command line; returns the group."""
    group = commands.add_parser("export", help="write data out").add_subparsers(
        dest="what", required=True, metavar="WHAT"
    )
    for name, text in STANDARDS.items():
        command = group.add_parser(name, parents=[common], help=text)
        command.add_argument("target", type=Path, metavar="DIR|FILE", help="a folder, or one .json file")
        command.add_argument("--project", default="", metavar="CODE", help="only this project")
        command.add_argument("--since", metavar="DAY", help="only what is as new as this day (2025-09-01)")
        command.set_defaults(run=run, standard=name)
    return group


def exporter(standard: str) -> Exporter:
    """Return the exporter of a standard; BadInput where no installed domain has one."""
    for domain in domains():
        if standard in domain.exporters:
            return domain.exporters[standard]
    raise BadInput(_("没有安装能写出该标准的业务领域"), "standard")


def _marked(package: Any) -> Any:
    """Say in a package of a training zone that nobody publishes it."""
    if not is_training() or "publisher" not in package:
        return package
    publisher = package["publisher"]
    return {**package, "publisher": {**publisher, "name": f"{ON_PAPER} {publisher.get('name', '')}".strip()}}


def run(options: argparse.Namespace) -> int:
    """Write the packages and print their counts."""
    refuse_without_tables()
    now = clock.now()
    wanted = Wanted(legal_day(now), now, options.project, _day(options.since))
    counts: dict[str, int] = {}
    files: list[str] = []
    found = exporter(options.standard)(wanted)
    if options.target.suffix == ".json":
        found = _first(found, options.target.name)
        folder = options.target.parent
    else:
        folder = options.target
    folder.mkdir(parents=True, exist_ok=True)
    for name, package in found:
        place = folder / file_name(name)
        place.write_text(written(_marked(package)) + "\n", encoding="utf-8")
        files.append(str(place))
        for part in ("releases", "records", "projects"):
            counts[part] = counts.get(part, 0) + len(package.get(part, ()))
    result = {"files": files, **{part: count for part, count in counts.items() if count}}
    if options.json:
        print(json.dumps(result, ensure_ascii=False))
        return 0
    for file in files:
        print(file)
    if not files:
        print(_("没有可公开的采购过程"), file=sys.stderr)
    return 0


def _first(found: Iterator[tuple[str, Mapping[str, Any]]], name: str) -> Iterator[tuple[str, Any]]:
    """A single file holds the first package; where there are more, a folder is asked for."""
    packages = [package for own, package in found if not own.startswith("records")]
    if len(packages) > 1:
        raise BadInput(_("数据超过一个文件，请指定文件夹"), "target")
    return ((name, package) for package in packages)


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise BadInput(_("“%(text)s”不是日期，如2025-09-01") % {"text": text}, "since") from error
