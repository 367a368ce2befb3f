"""`lianjing trail`: verify everything against the trail, number what waits."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from lianjing.cli.state import refuse_without_tables
from lianjing.kernel.refusal import BadInput
from lianjing.runtime.installation import is_installed
from lianjing.runtime.process.queries import check_states
from lianjing.runtime.trail.sequencer import sequence_all
from lianjing.runtime.trail.verify import verify


def add_command(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add `trail verify` and `trail sequence`."""
    group = commands.add_parser("trail", help="check and number the trail").add_subparsers(
        dest="trail", required=True
    )
    check = group.add_parser(
        "verify", parents=[common], help="check the trail and replay it against the tables"
    )
    check.set_defaults(run=run_verify)
    number = group.add_parser("sequence", parents=[common], help="give waiting events their leaf numbers")
    number.set_defaults(run=run_sequence)


def run_verify(options: argparse.Namespace) -> int:
    """Print the verdict; 0 where all agrees, 1 where something does not."""
    refuse_without_tables()
    if not is_installed():
        raise BadInput("数据目录中没有安装；先运行 lianjing init 或 lianjing demo")
    verdict = verify(extra=[check_states], progress=None if options.json else _progress)
    problems = [{"kind": p.kind, "where": p.where, "detail": p.detail} for p in verdict.problems]
    if options.json:
        print(
            json.dumps(
                {
                    "events": verdict.events,
                    "leaves": verdict.leaves,
                    "rows": verdict.rows,
                    "problems": problems,
                },
                ensure_ascii=False,
            )
        )
        return 0 if verdict.is_good else 1
    print(f"事件 {verdict.events}，已编号 {verdict.leaves}，在账行 {verdict.rows}")
    for problem in verdict.problems:
        print(f"不符 [{problem.kind}] {problem.where}：{problem.detail}")
    print(
        "未经监督组共签：本次核验只证明库内一致，不证明历史未被整体重写。"
        if verdict.is_good
        else "核验未通过。"
    )
    return 0 if verdict.is_good else 1


def _progress(done: int, total: int) -> None:
    if sys.stderr.isatty():
        print(f"\r{done}/{total}", end="\n" if done == total else "", file=sys.stderr)


def run_sequence(options: argparse.Namespace) -> int:
    """Number everything that waits and print how many."""
    refuse_without_tables()
    count = sequence_all()
    print(json.dumps({"numbered": count}) if options.json else f"已编号 {count}")
    return 0
