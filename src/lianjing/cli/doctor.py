"""`lianjing doctor`: names each fault of the installation with its remedy."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from django.conf import settings

from lianjing.kernel.refusal import BadInput
from lianjing.runtime import clock
from lianjing.runtime.health.checks import examine
from lianjing.runtime.health.fault import Level

WORDS = {Level.NOTE: "说明", Level.WARNING: "注意", Level.FAULT: "故障"}


def add_command(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add `doctor`."""
    command = commands.add_parser("doctor", parents=[common], help="what is wrong here, and the remedy")
    command.add_argument(
        "--before-start", action="store_true", help="leave out what only a running server can fulfil"
    )
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the faults: 0 where all is well, 1 for warnings, 2 for faults (before a start: 0 for warnings)."""
    if not Path(settings.DATA_DIR).is_dir():
        raise BadInput(f"没有数据目录 {settings.DATA_DIR}；先运行 lianjing init 或 lianjing demo")
    found = list(examine(clock.now(), before_start=options.before_start))
    levels = {fault.level for _check, fault in found}
    if options.json:
        rows = [
            {"check": check.name, "level": fault.level, "what": fault.what, "remedy": fault.remedy}
            for check, fault in found
        ]
        print(json.dumps({"faults": rows}, ensure_ascii=False))
    else:
        for check, fault in found:
            print(f"{WORDS[fault.level]} [{check.name}] {fault.what}\n    → {fault.remedy}")
        if not levels - {Level.NOTE}:
            print("一切正常")
    if Level.FAULT in levels:
        return 2
    return 1 if Level.WARNING in levels and not options.before_start else 0
