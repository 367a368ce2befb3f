"""`lianjing trail witness`: the supervision group's key and memory, and what passes between it and the installation."""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

from django.conf import settings

from lianjing.cli.trail_log import finding, require_installation
from lianjing.kernel.refusal import BadInput, Refusal
from lianjing.runtime import clock
from lianjing.runtime.trail import witness_desk, witnesses

FILE_LIMIT = 1 << 20


def add_to(group: Any, common: argparse.ArgumentParser) -> None:
    """Add `witness` with its four verbs to `trail`."""
    inner = group.add_parser("witness", help="cosigning by the supervision group").add_subparsers(
        dest="witness", required=True
    )
    command = inner.add_parser("init", parents=[common], help="the group's own key and memory")
    command.add_argument(
        "dir", type=Path, metavar="DIR", help="a folder of the group, outside the data folder"
    )
    command.add_argument("--name", default="supervision", help="name in the cosignatures")
    command.add_argument("--log", metavar="KEY", help="public key of the log, or a policy file that names it")
    command.set_defaults(run=run_init)
    command = inner.add_parser("request", parents=[common], help="write what the witness is asked to cosign")
    command.add_argument("file", type=Path, metavar="FILE")
    command.add_argument("--name", default="", help="which witness, where there are several")
    command.add_argument("--old", type=int, metavar="N", help="the size that the witness says it remembers")
    command.set_defaults(run=run_request)
    command = inner.add_parser("cosign", parents=[common], help="check a request and cosign it")
    command.add_argument("--dir", type=Path, required=True, metavar="DIR", help="the witness's folder")
    command.add_argument("request", type=Path, metavar="REQUEST")
    command.add_argument("out", type=Path, metavar="OUT")
    command.set_defaults(run=run_cosign)
    command = inner.add_parser("add", parents=[common], help="take in a witness's key or its cosignature")
    command.add_argument("file", type=Path, metavar="FILE")
    command.set_defaults(run=run_add)


def read(place: Path) -> bytes:
    """Return a small file's bytes; BadInput beyond the limit."""
    with place.open("rb") as file:
        data = file.read(FILE_LIMIT + 1)
    if len(data) > FILE_LIMIT:
        raise BadInput(f"{place} 过大")
    return data


def _text(place: Path) -> str:
    try:
        return read(place).decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadInput(f"{place} 不是文本文件") from error


def run_init(options: argparse.Namespace) -> int:
    """Make the key where there is none, let the witness watch the log, print the public key."""
    inside, outside = Path(settings.DATA_DIR).resolve(), options.dir.resolve()
    if outside == inside or inside in outside.parents:
        raise BadInput("见证的密钥不能放在数据目录中；请用监督组自己的目录或移动存储")
    if (options.dir / witness_desk.KEY).exists() and options.log:
        text = (options.dir / witness_desk.PUBLIC).read_text(encoding="utf-8").strip()
    else:
        text = witness_desk.init(options.dir, options.name).text
    log = ""
    if options.log:
        said = _text(Path(options.log)) if Path(options.log).is_file() else options.log
        log = witness_desk.watch(options.dir, said).name
    if options.json:
        print(json.dumps({"key": text, "log": log}, ensure_ascii=False))
        return 0
    print(text)
    if not log:
        print("尚未指定日志：lianjing trail witness init DIR --log <日志公钥或策略文件>")
    return 0


def run_request(options: argparse.Namespace) -> int:
    """Write a request of about 1 KB."""
    require_installation()
    data = witnesses.request(options.name, options.old)
    options.file.write_bytes(data)
    told = {"file": str(options.file), "bytes": len(data), "old": int(data.split(b"\n", 1)[0].split()[1])}
    print(json.dumps(told, ensure_ascii=False) if options.json else f"{options.file}（{len(data)} 字节）")
    return 0


def run_cosign(options: argparse.Namespace) -> int:
    """Check, remember, cosign; 1 where the log shrank or forked."""
    try:
        done = witness_desk.cosign_request(options.dir, read(options.request), int(time.time()))
    except Refusal as refusal:
        return finding(refusal)
    options.out.write_text(done.signature.line, encoding="utf-8")
    if options.json:
        told = {"out": str(options.out), "before": done.before, "size": done.checkpoint.size}
        print(json.dumps(told, ensure_ascii=False))
    else:
        print(f"已共签：{done.before} → {done.checkpoint.size}，{options.out}")
    return 0


def run_add(options: argparse.Namespace) -> int:
    """Take in a public key (the witness joins the policy) or cosignatures."""
    require_installation()
    data = read(options.file)
    if not data.lstrip().startswith("—".encode()) and b"\n\n" not in data:
        key = witnesses.trust(_text(options.file), clock.now())
        print(
            json.dumps({"witness": key.name, "key": key.text}, ensure_ascii=False)
            if options.json
            else f"已登记见证 {key.name}"
        )
        return 0
    made = witnesses.accept(data, clock.now())
    told = [{"witness": each.witness, "size": each.checkpoint_id} for each in made]
    print(
        json.dumps({"cosignatures": told}, ensure_ascii=False)
        if options.json
        else "\n".join(f"已收到 {each['witness']} 对规模 {each['size']} 的共签" for each in told)
    )
    return 0
