"""`lianjing trail`: verify everything against the trail, number what waits; what is published is in `trail_log`."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from lianjing.cli import trail_log, trail_verifier, trail_witness
from lianjing.cli.state import refuse_without_tables
from lianjing.runtime.process.queries import check_states
from lianjing.runtime.trail.log_check import log_facts
from lianjing.runtime.trail.sequencer import sequence_all
from lianjing.runtime.trail.verify import verify


def add_command(commands: Any, common: argparse.ArgumentParser) -> Any:
    """Add `trail` with its verbs; returns the group."""
    group = commands.add_parser("trail", help="check and number the trail").add_subparsers(
        dest="trail", required=True
    )
    check = group.add_parser(
        "verify", parents=[common], help="check the trail and replay it against the tables"
    )
    check.set_defaults(run=run_verify)
    number = group.add_parser("sequence", parents=[common], help="give waiting events their leaf numbers")
    number.set_defaults(run=run_sequence)
    trail_log.add_to(group, common)
    trail_witness.add_to(group, common)
    trail_verifier.add_to(group, common)
    return group


def run_verify(options: argparse.Namespace) -> int:
    """Print the verdict; 0 where all agrees, 1 where something does not."""
    trail_log.require_installation()
    verdict, facts = verify(extra=[check_states], progress=None if options.json else _progress), log_facts()
    problems = [{"kind": p.kind, "where": p.where, "detail": p.detail} for p in verdict.problems]
    if options.json:
        counted = {"events": verdict.events, "leaves": verdict.leaves, "rows": verdict.rows}
        print(json.dumps({**counted, "problems": problems, **facts}, ensure_ascii=False))
        return 0 if verdict.is_good else 1
    if facts["demonstration"]:
        print("示范 demonstration：密钥与数据均为演示，不作任何证明。")
    print(f"事件 {verdict.events}，已编号 {verdict.leaves}，在账行 {verdict.rows}")
    for problem in verdict.problems:
        print(f"不符 [{problem.kind}] {problem.where}：{problem.detail}")
    print("\n".join(_standing(facts)) if verdict.is_good else "核验未通过。")
    return 0 if verdict.is_good else 1


def _standing(facts: dict[str, Any]) -> list[str]:
    """Return how far the published log and its cosignatures reach."""
    row = facts["checkpoint"]
    if row is None:
        return ["尚无检查点，未经监督组共签：本次核验只证明库内一致，不证明历史未被整体重写。"]
    lines = [f"检查点 {row['size']} 条，{row['signed_at']}，其后 {facts['uncovered']} 条尚未公布"]
    names = "、".join(f"{each['name']}（{each['time']}）" for each in facts["cosigners"])
    lines.append(
        f"共签：{names}" if names else "最新检查点未经监督组共签：本次核验不证明其后的历史未被整体重写。"
    )
    return lines


def _progress(done: int, total: int) -> None:
    if sys.stderr.isatty():
        print(f"\r{done}/{total}", end="\n" if done == total else "", file=sys.stderr)


def run_sequence(options: argparse.Namespace) -> int:
    """Number everything that waits and print how many."""
    refuse_without_tables()
    count = sequence_all()
    print(json.dumps({"numbered": count}) if options.json else f"已编号 {count}")
    return 0
