"""`lianjing demo`: a whole demonstration zone, made by its people's acts on a simulated clock, then served."""

from __future__ import annotations

import argparse
import gc
import json
import sys
from pathlib import Path
from typing import Any

from django.conf import settings

from lianjing.cli import init, serve
from lianjing.cli.demonstration.zone import GROUND_TRUTH, PASSWORD, logins, populate
from lianjing.kernel.refusal import BadInput
from lianjing.runtime.installation import is_installed
from lianjing.runtime.zone_mark import lay_mark

COMPLETE = "fictitious\n"


def add_command(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add `demo`."""
    command = commands.add_parser("demo", parents=[common], help="a demonstration zone, filled and served")
    serve.add_options(command)
    command.add_argument(
        "--training", action="store_true", help="as a zone to practise in, marked on every page and paper"
    )
    command.add_argument("--no-serve", action="store_true", help="only fill the data folder")
    command.add_argument(
        "--scale",
        type=int,
        default=1,
        metavar="N",
        help="so many times the 111 projects; 0 fills the twelve named ones only",
    )
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Fill the folder if it is empty, print who can log in, serve. BadInput for a folder with a real installation."""
    if not 0 <= options.scale <= 1000:
        raise BadInput("--scale 须为 0 至 1000")
    settings.LIANJING_DEMONSTRATION = True
    mark = settings.DATA_DIR / "demonstration"
    init.prepare()
    if is_installed() and not mark.exists():
        raise BadInput(f"{settings.DATA_DIR} 中是真实安装，不能填入演示数据；请用 --data 另指目录")
    if is_installed() and mark.read_text() != COMPLETE:
        raise BadInput(f"{settings.DATA_DIR} 中的演示数据上次没有建完；请删除该目录后重来")
    lay_mark(is_installed=is_installed())
    if not is_installed():
        mark.write_text("filling\n")
        print("正在建立演示开发区……", file=sys.stderr, flush=True)
        gc.set_threshold(
            200_000, 20, 20
        )  # a fill makes much and keeps little: rounds of collection cost a tenth
        populate(scale=options.scale, tell=lambda line: print("  " + line, file=sys.stderr, flush=True))
        mark.write_text(COMPLETE)
    print_logins(as_json=options.json)
    return 0 if options.no_serve else serve.serve(options)


def print_logins(*, as_json: bool) -> None:
    """Print who can log in as what, and where the planted irregularities are written down."""
    people, truth = logins(), Path(settings.DATA_DIR) / GROUND_TRUTH
    if as_json:
        found = {"data": str(settings.DATA_DIR), "password": PASSWORD, "logins": people}
        print(json.dumps({**found, "ground_truth": str(truth) if truth.exists() else ""}, ensure_ascii=False))
        return
    print(f"演示账号（口令均为 {PASSWORD}，人员均为虚构）：")
    for row in people:
        print(f"  {row['number']}  {row['unit']} · {row['post']} · {row['name']}")
    if truth.exists():
        print(f"埋设的异常情形及其答案：{truth}")
