"""`lianjing flags`: red flags straight from OCDS JSON lines, without an installation."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from lianjing.analysis.flags.catalogue import BY_CODE
from lianjing.analysis.flags.scan import scan
from lianjing.analysis.flags.settings import read_settings
from lianjing.kernel.refusal import BadInput


def add_command(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add `flags` to the command line."""
    command = commands.add_parser("flags", parents=[common], help="red flags straight from OCDS JSON lines")
    command.add_argument("files", nargs="+", type=Path, metavar="FILE", help="OCDS JSON lines, gzip or not")
    command.add_argument("--settings", type=Path, metavar="FILE", help="INI, in Cardinal's format and names")
    command.add_argument("--out", type=Path, metavar="FILE", help="write the flags there, else to stdout")
    command.add_argument("--quality", type=Path, metavar="FILE", help="write the data-quality report as JSON")
    command.add_argument(
        "--processes", type=int, metavar="N", help="how many processes at once (default: all cores)"
    )
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Write flags and report; 0, or 2 where nothing could be read."""
    if options.processes is not None and options.processes < 1:
        raise BadInput(_("进程数要大于零"), "processes")
    chosen = read_settings(options.settings)
    if options.out is None:
        if hasattr(sys.stdout, "reconfigure"):
            sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
        account, counts, report = scan(options.files, chosen, sys.stdout, processes=options.processes)
    else:
        begun = options.out.with_suffix(options.out.suffix + ".part")
        try:
            with begun.open("w", encoding="utf-8", errors="backslashreplace") as out:
                account, counts, report = scan(options.files, chosen, out, processes=options.processes)
            begun.replace(options.out)
        finally:
            begun.unlink(missing_ok=True)
    if options.quality is not None:
        options.quality.write_text(
            json.dumps(report, ensure_ascii=False, indent=1), encoding="utf-8", errors="backslashreplace"
        )
    _tell(options, counts, report)
    if not account.counts["processes"]:
        raise BadInput(_("没有一个可用的采购过程"), "file")
    return 0


def _tell(options: argparse.Namespace, counts: dict[str, int], report: dict[str, Any]) -> None:
    """Say what was read and found: on stdout where the flags went to a file, else on stderr."""
    to = sys.stderr if options.out is None else sys.stdout
    if options.json:
        print(
            json.dumps({"flags": dict(sorted(counts.items())), "quality": report}, ensure_ascii=False),
            file=to,
        )
        return
    print(_("过程 %(n)s 个，线索 %(m)s 条") % {"n": report["processes"], "m": sum(counts.values())}, file=to)
    for code, number in sorted(counts.items()):
        print(f"{code} {BY_CODE[code].title}：{number}", file=to)
    for each in report["faults"][:20]:
        print(f"! {each['fault']}: {each['count']} ({each['first'][0]})", file=to)
    for code, name in report["not_run"].items():
        print(_("%(code)s 未运行：缺%(name)s") % {"code": code, "name": name}, file=to)
