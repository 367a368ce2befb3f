"""`lianjing backup` and `lianjing restore`: an installation as one file, and back into a fresh folder."""

from __future__ import annotations

import argparse
import json
import re
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from lianjing.cli.state import refuse_without_tables
from lianjing.kernel.refusal import BadInput
from lianjing.runtime import clock
from lianjing.runtime.backup.bring_back import NOTE, Brought, restore
from lianjing.runtime.backup.take import Taken, take
from lianjing.runtime.trail.act import LEGAL_ZONE, SYSTEM, recorded

INSTALLATION = "installation:1"
OWN_NAME = re.compile(r"lianjing-\d{8}-\d{6}\.zip")
LAST = "backup.json"  # in the data folder: the last backup, for doctor and metrics


def add_command(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add `backup` and `restore`."""
    command = commands.add_parser(
        "backup", parents=[common], help="the installation as one file, while it runs"
    )
    command.add_argument(
        "place", metavar="FILE|DIR", type=Path, help="the file, or a folder for lianjing-DATE.zip"
    )
    command.add_argument("--keep", type=int, metavar="N", help="in a folder: delete all but the newest N")
    command.add_argument("--without-keys", action="store_true", help="leave out secret and signing keys")
    command.add_argument(
        "--passphrase-file", type=Path, metavar="FILE", help="seal the keys under its first line"
    )
    command.set_defaults(run=run_backup)
    back = commands.add_parser("restore", parents=[common], help="bring a backup back into an empty folder")
    back.add_argument("file", metavar="FILE", type=Path)
    back.add_argument(
        "--digest",
        dest="sha256",
        default="",
        help="digest that the backup must have, as noted when it was taken",
    )
    back.add_argument("--passphrase-file", type=Path, metavar="FILE", help="passphrase of the sealed keys")
    back.add_argument(
        "--replaces", type=Path, metavar="DIR", help="data folder that the restored one takes the place of"
    )
    back.set_defaults(run=run_restore)


def run_backup(options: argparse.Namespace) -> int:
    """Take a backup and print its digest; 1 where documents were missing or damaged already."""
    refuse_without_tables()
    if options.keep is not None and (options.keep < 1 or not options.place.is_dir()):
        raise BadInput("--keep 须为正数，且备份目标须为目录")
    now = clock.now()
    keys = "sealed" if options.passphrase_file else "none" if options.without_keys else "plain"
    place = options.place
    if place.is_dir():
        place /= f"lianjing-{now.astimezone(LEGAL_ZONE):%Y%m%d-%H%M%S}.zip"
    taken = take(place, now=now, keys=keys, passphrase=_passphrase(options.passphrase_file))
    note_taken(taken, now)
    if options.keep:
        _forget_older(options.place, options.keep)
    _tell_taken(taken, as_json=options.json)
    return 1 if taken.faults else 0


def note_taken(taken: Taken, now: datetime) -> None:
    """Leave word of the backup: a file for the doctor, an event with the digest, by which a copy is known again."""
    found: dict[str, Any] = {"file": str(taken.place), "sha256": taken.sha256, "taken_at": now.isoformat()}
    found |= {"log_size": taken.manifest.log_size, "size_bytes": taken.place.stat().st_size}
    (Path(settings.DATA_DIR) / LAST).write_text(json.dumps(found, ensure_ascii=False))
    details = {"sha256": taken.sha256, "log_size": taken.manifest.log_size, "keys": taken.manifest.keys}
    try:
        with recorded(
            "operation.backup", chain=INSTALLATION, actor=SYSTEM, now=now, extra={"backup": details}
        ):
            pass
    except DatabaseError as error:
        reason = str(error).strip().splitlines()[0]
        print(f"lianjing: 备份已完成，但数据库角色无权留痕：{reason}", file=sys.stderr)


def _tell_taken(taken: Taken, *, as_json: bool) -> None:
    manifest = taken.manifest
    if as_json:
        found = {"file": str(taken.place), "sha256": taken.sha256, "log_size": manifest.log_size}
        found |= {"log_root": manifest.log_root, "files": len(manifest.members), "faults": taken.faults}
        print(json.dumps(found, ensure_ascii=False))
        return
    print(
        f"已备份 {taken.place}：{len(manifest.members)} 个文件，留痕 {manifest.log_size} 条，树根 {manifest.log_root}"
    )
    print(f"SHA-256 {taken.sha256}（请另行记下；恢复时用 --digest 核对）")
    if manifest.keys == "plain":
        print("备份中含未加密的密钥与个人信息：请加密存放，或改用 --passphrase-file / --without-keys")
    for fault in taken.faults[:20]:
        print(f"不符：{fault}")


def _forget_older(folder: Path, keep: int) -> None:
    """Delete our own older archives of this folder, never anything else."""
    own = sorted(place for place in folder.iterdir() if OWN_NAME.fullmatch(place.name))
    for place in own[:-keep]:
        place.unlink()
        place.with_name(place.name + ".sha256").unlink(missing_ok=True)


def _passphrase(place: Path | None) -> str:
    if place is None:
        return ""
    lines = place.read_text(encoding="utf-8").splitlines()
    if not lines or not lines[0].strip():
        raise BadInput(f"{place} 的首行没有口令")
    return lines[0].strip()


def run_restore(options: argparse.Namespace) -> int:
    """Restore, leave word of it in the trail, and print what remains to be done."""
    brought = restore(
        options.file,
        Path(settings.DATA_DIR),
        now=clock.now(),
        sha256=options.sha256,
        passphrase=_passphrase(options.passphrase_file),
        replaced=options.replaces,
    )
    is_current = note_restored()
    _tell_restored(brought, is_current=is_current, as_json=options.json)
    return 0


def note_restored() -> bool:
    """Write the event of a restore that has none yet; False where the tables must first be brought up to date."""
    place = Path(settings.DATA_DIR) / NOTE
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return False
    if not place.exists():
        return True
    note = json.loads(place.read_text())
    if not note["recorded"]:
        details = {key: note[key] for key in ("sha256", "made_at", "log_size", "log_root")}
        now = clock.now()
        with recorded(
            "operation.restore", chain=INSTALLATION, actor=SYSTEM, now=now, extra={"restored": details}
        ):
            pass
        place.write_text(json.dumps({**note, "recorded": True}, ensure_ascii=False, indent=1))
    return True


def _tell_restored(brought: Brought, *, is_current: bool, as_json: bool) -> None:
    manifest, newer = brought.manifest, brought.newer_signed
    if as_json:
        found = {"data": str(settings.DATA_DIR), "made_at": manifest.made_at, "log_size": manifest.log_size}
        found |= {"log_root": manifest.log_root, "sha256": brought.sha256, "is_current": is_current}
        print(json.dumps({**found, "signed_since": newer.size if newer else None}, ensure_ascii=False))
        return
    print(
        f"已恢复到 {settings.DATA_DIR}：{manifest.made_at} 的备份，留痕 {manifest.log_size} 条，树根 {manifest.log_root}"
    )
    if newer is not None:
        print(
            f"注意：原安装已签名到第 {newer.size} 条，比备份多 {newer.size - manifest.log_size} 条。"
            "备份之后的办理不在其中；为不产生两份不同的历史，在补回之前不编号、不签名。"
            "请用监督组的镜像补回：lianjing trail rebuild --mirror DIR"
        )
    else:
        print(
            "如果备份之后原安装还签过名，必须用 --replaces 指明原数据目录，或先问监督组最后共签到第几条："
            "多于上述条数时不得启动，先用其镜像补回（lianjing trail rebuild --mirror DIR）"
        )
    if manifest.keys == "none":
        print("备份中没有密钥：请把 secret 和 log.key 放回数据目录（权限 0600），否则登录因子与签名不可用")
    if not is_current:
        print(f"数据表属于较旧的程序：请运行 lianjing upgrade --data {settings.DATA_DIR}")
    print(f"请核验：lianjing trail verify --data {settings.DATA_DIR}")
