"""`lianjing trail checkpoint|prove|mirror|rebuild` and `export trail`: the published log, on disk and on paper."""

from __future__ import annotations

import argparse
import base64
import json
from pathlib import Path
from typing import Any

from lianjing.cli.state import refuse_without_tables
from lianjing.kernel.refusal import BadInput, Refusal
from lianjing.kernel.trail.note import note_bytes
from lianjing.runtime import clock
from lianjing.runtime.installation import is_installed
from lianjing.runtime.trail import folder, keys, mirror, rebuild
from lianjing.runtime.trail.act import LEGAL_ZONE
from lianjing.runtime.trail.models import Checkpoint
from lianjing.runtime.trail.publication import cosigners, latest, note_of, prove, publish

WAIT = 15.0  # seconds for the worker to finish its own publication
FINDINGS = ("mirror.", "trail.shorter", "trail.forked", "witness.shrank", "witness.forked")


def add_to(group: Any, common: argparse.ArgumentParser) -> None:
    """Add the commands to `trail`."""
    command = group.add_parser("checkpoint", parents=[common], help="number, publish, print the signed head")
    command.add_argument("--paper", action="store_true", help="the root, size and time for the minutes")
    command.set_defaults(run=run_checkpoint)
    command = group.add_parser("prove", parents=[common], help="the receipt of an act (C2SP tlog-proof)")
    command.add_argument("event", metavar="ID", help="number of the event")
    command.add_argument("--out", type=Path, metavar="FILE", help="write it there")
    command.set_defaults(run=run_prove)
    command = group.add_parser("mirror", parents=[common], help="copy what is new into a mirror, recomputed")
    command.add_argument("target", type=Path, metavar="DIR")
    command.set_defaults(run=run_mirror)
    command = group.add_parser(
        "rebuild", parents=[common], help="put back from a mirror what an older backup lacks"
    )
    command.add_argument("--mirror", type=Path, required=True, metavar="DIR", help="a mirror or an export")
    command.set_defaults(run=run_rebuild)


def add_export(group: Any, common: argparse.ArgumentParser) -> None:
    """Add `export trail`."""
    command = group.add_parser("trail", parents=[common], help="log, bodies and policy for the verifier")
    command.add_argument("target", type=Path, metavar="DIR", help="an empty folder")
    command.add_argument(
        "--tables", action="store_true", help="also the tables, to be compared with the trail"
    )
    command.set_defaults(run=run_export)


def require_installation() -> None:
    """Raise BadInput with the remedy where there is nothing to work on."""
    refuse_without_tables()
    if not is_installed():
        raise BadInput("数据目录中没有安装；先运行 lianjing init 或 lianjing demo")


def finding(refusal: Refusal) -> int:
    """Print a refusal; 1 where it is what the command looks for (a log that shrank or forked), else it goes on up."""
    if not refusal.rule.startswith(FINDINGS):
        raise refusal
    print(f"不符 [{refusal.rule}] {refusal}")
    return 1


def run_checkpoint(options: argparse.Namespace) -> int:
    """Publish and print the newest checkpoint; 1 where the log may not be signed."""
    require_installation()
    keys.ensure()
    try:
        publish(clock.now(), wait_seconds=WAIT)
    except Refusal as refusal:
        return finding(refusal)
    row = latest()
    if row is None:
        raise BadInput("还没有任何留痕，无可公布")
    if options.json:
        print(json.dumps(checkpoint_facts(row), ensure_ascii=False))
    elif options.paper:
        print("\n".join(on_paper(row)))
    else:
        print(note_bytes(note_of(row)).decode(), end="")
    return 0


def checkpoint_facts(row: Checkpoint) -> dict[str, Any]:
    """Return a checkpoint with those who cosigned it, for JSON."""
    return {
        "size": row.size,
        "root": row.root,
        "signed_at": row.signed_at.isoformat(),
        "origin": keys.signer().name,
        "note": note_bytes(note_of(row)).decode(),
        "cosigners": [{"name": name, "time": when.isoformat()} for name, when in cosigners(row)],
    }


def on_paper(row: Checkpoint) -> list[str]:
    """Return the lines for the minutes: whoever holds them can later tell another history from this one."""
    root = base64.b64encode(bytes.fromhex(row.root)).decode()
    return [
        f"日志 log    {keys.signer().name}",
        f"规模 size   {row.size}",
        f"根   root   {root}",
        f"时间 time   {row.signed_at.astimezone(LEGAL_ZONE):%Y-%m-%d %H:%M:%S} (Asia/Shanghai)",
        "抄入会议记录并由在场监督人员签字。Copy into the minutes; the supervisors present sign.",
    ]


def run_prove(options: argparse.Namespace) -> int:
    """Print or write a receipt."""
    require_installation()
    text = prove(options.event).text
    if options.out:
        options.out.write_text(text, encoding="utf-8")
    if options.json:
        print(json.dumps({"event": options.event, "proof": text}, ensure_ascii=False))
    elif options.out:
        print(options.out)
    else:
        print(text, end="")
    return 0


def run_mirror(options: argparse.Namespace) -> int:
    """Copy what is new; 1 where the log shrank, forked or a body does not fit its envelope."""
    require_installation()
    try:
        done = mirror.mirror(options.target)
    except Refusal as refusal:
        return finding(refusal)
    faults = [{"leaf": each.leaf, "detail": each.detail} for each in done.faults]
    if options.json:
        found = {"from": done.begin, "size": done.size, "bodies": done.bodies, "erased": done.erased}
        print(json.dumps({**found, "problems": faults}, ensure_ascii=False))
    else:
        print(f"镜像 {options.target}：{done.begin} → {done.size}，正文 {done.bodies}，随删除 {done.erased}")
        for each in done.faults:
            print(f"不符 [body] leaf {each.leaf}：{each.detail}")
    return 1 if faults else 0


def run_rebuild(options: argparse.Namespace) -> int:
    """Put back what an older backup lacks; 1 where mirror, signature and database do not belong together."""
    require_installation()
    try:
        done = rebuild.rebuild(options.mirror, clock.now())
    except Refusal as refusal:
        return finding(refusal)
    if options.json:
        print(json.dumps({"from": done.begin, "size": done.size, "rows": done.rows}))
    else:
        print(f"已补回留痕 {done.size - done.begin} 条（{done.begin} → {done.size}），业务行 {done.rows}")
    return 0


def run_export(options: argparse.Namespace) -> int:
    """Publish what can be published and write the export."""
    require_installation()
    warning = ""
    try:
        publish(clock.now(), wait_seconds=WAIT)
    except Refusal as refusal:
        warning = str(refusal)
    done = folder.export(options.target, tables=options.tables)
    found: dict[str, Any] = {"target": str(options.target), "size": done.size, "pending": done.pending}
    found |= {"tables": done.tables, "rows": done.rows, "warning": warning}
    if options.json:
        print(json.dumps(found, ensure_ascii=False))
        return 0
    print(f"{options.target}：已公布 {done.size}，未公布 {done.pending}，表 {done.tables}，行 {done.rows}")
    if warning:
        print(f"注意：{warning}")
    return 0
