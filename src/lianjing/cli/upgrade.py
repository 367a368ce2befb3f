"""`lianjing upgrade`: checks, a backup, the tables, newly shipped rules as acts; the way back is the backup."""

from __future__ import annotations

import argparse
import json
import shutil
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection, connections
from django.db.migrations.executor import MigrationExecutor
from django.utils.module_loading import import_string

from lianjing.cli.backup import INSTALLATION, note_restored, note_taken
from lianjing.cli.init import grant
from lianjing.cli.state import refuse_without_database
from lianjing.kernel.declaration import Domain
from lianjing.kernel.refusal import BadInput
from lianjing.runtime import clock
from lianjing.runtime.backup.take import Taken, take
from lianjing.runtime.domains import domains
from lianjing.runtime.health.checks import examine
from lianjing.runtime.health.fault import Level
from lianjing.runtime.health.machine import serving
from lianjing.runtime.installation import is_installed
from lianjing.runtime.parameter.services import seed
from lianjing.runtime.regulation.shipped import Shipped, newly_shipped, publish_new
from lianjing.runtime.trail.act import LEGAL_ZONE, SYSTEM, legal_day, recorded

SPARE = 200 * 1024 * 1024


@dataclass
class Plan:
    """What an upgrade will change in the tables; what it publishes is known once they stand."""

    migrations: list[str]
    unknown: list[str]


def add_command(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add `upgrade`."""
    command = commands.add_parser("upgrade", parents=[common], help="bring an installation to this version")
    command.add_argument(
        "--dry-run", action="store_true", help="check and say what would be done, change nothing"
    )
    command.add_argument(
        "--backups", type=Path, metavar="DIR", help="where the backup goes (beside the data folder)"
    )
    command.add_argument(
        "--with-definitions", action="store_true", help="also publish processes and tables that changed"
    )
    command.add_argument(
        "--application-role",
        metavar="ROLE",
        help="PostgreSQL: grant this role its rights on all tables, new ones too",
    )
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Check, back up, migrate, publish; BadInput where the check fails, and then nothing is changed."""
    refuse_without_database()
    plan = _plan()
    _check(plan)
    if options.dry_run:
        _tell({"migrations": plan.migrations, **_unpublished(plan)}, as_json=options.json, is_done=False)
        return 0
    taken = _back_up(options)
    try:
        call_command("migrate", verbosity=0, skip_checks=True)
    except DatabaseError as error:
        raise BadInput(
            f"升级数据表时出错：{str(error).strip().splitlines()[0]}。回退：装回旧版本程序，"
            f"lianjing restore {taken.place} --data 新目录"
        ) from error
    if options.application_role:
        grant(options.application_role)
    published = _publish(plan, taken, with_definitions=options.with_definitions)
    found = {"migrations": plan.migrations, "published": published, "backup": str(taken.place)}
    _tell(found, as_json=options.json, is_done=True)
    return 0


def _plan() -> Plan:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    unknown = set(executor.loader.applied_migrations) - set(executor.loader.disk_migrations)
    return Plan([str(step) for step, _backwards in plan], sorted(".".join(name) for name in unknown))


def _check(plan: Plan) -> None:
    """Refuse what cannot end well: a running server, a newer database, no room, an installation already at fault."""
    if told := serving():
        raise BadInput(f"服务正在运行（进程 {told['pid']}）；请先停止再升级")
    if plan.unknown:
        raise BadInput(
            f"数据表属于较新的程序（{plan.unknown[0]} 等 {len(plan.unknown)} 项）；不能用旧程序升级"
        )
    data = Path(settings.DATA_DIR)
    used = sum(place.stat().st_size for place in data.rglob("*") if place.is_file())
    free = shutil.disk_usage(data).free
    if free < used + SPARE:
        raise BadInput(
            f"磁盘剩余 {free // 2**20} MB，备份和升级约需 {(used + SPARE) // 2**20} MB；请先腾出空间"
        )
    faults = [
        f"{fault.what}（{fault.remedy}）"
        for check, fault in examine(clock.now(), before_start=True)
        if fault.level is Level.FAULT and check.name in ("database", "triggers", "keys", "clock")
    ]
    if faults:
        raise BadInput("升级前须先排除故障：" + "；".join(faults))


def _back_up(options: argparse.Namespace) -> Taken:
    now = clock.now()
    data = Path(settings.DATA_DIR)
    folder = options.backups or data.with_name(data.name + "-backups")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = f"lianjing-before-upgrade-{now.astimezone(LEGAL_ZONE):%Y%m%d-%H%M%S}.zip"
    taken = take(folder / name, now=now)
    connections.close_all()
    return taken


def _unpublished(plan: Plan) -> dict[str, list[str]]:
    """What would be published; it cannot be told before the tables stand."""
    if plan.migrations:
        return {}
    found = [newly_shipped(domain) for domain in _domains()]
    return {
        "to_publish": [word for each in found for word in each.words()],
        "changed": [f"{kind}:{key}" for each in found for _bundle, kind, key in each.changed],
    }


def _publish(plan: Plan, taken: Taken, *, with_definitions: bool) -> int:
    """Publish what this version ships and is not there yet, each as an act; then say that there was an upgrade."""
    now, count = clock.now(), 0
    note_taken(taken, now)
    note_restored()
    if is_installed():
        with recorded("installation.figures", chain=INSTALLATION, actor=SYSTEM, now=now) as act:
            count += seed(act)
        for domain in _domains():
            found: Shipped = newly_shipped(domain)
            count += publish_new(
                domain, found, actor=SYSTEM, now=now, from_on=legal_day(now), with_changed=with_definitions
            )
    for place in settings.LIANJING_AFTER_UPGRADE:
        count += import_string(place)(now)
    details = {"program": version("lianjing"), "migrations": plan.migrations, "backup": taken.sha256}
    with recorded(
        "operation.upgrade", chain=INSTALLATION, actor=SYSTEM, now=now, extra={"upgraded": details}
    ):
        pass
    return count


def _domains() -> tuple[Domain, ...]:
    return tuple(domains())


def _tell(found: dict[str, Any], *, as_json: bool, is_done: bool) -> None:
    if as_json:
        print(json.dumps(found, ensure_ascii=False))
        return
    print(f"{'已执行' if is_done else '将执行'}数据表变更 {len(found['migrations'])} 项")
    for line in found["migrations"]:
        print(f"  {line}")
    for word in found.get("to_publish", ()):
        print(f"  将发布 {word}")
    for word in found.get("changed", ()):
        print(f"  与随附版本不同 {word}（--with-definitions 才发布为新版本）")
    if is_done:
        print(f"新发布 {found['published']} 项；升级前的备份：{found['backup']}")
        print("请核验：lianjing trail verify。回退：装回旧版本程序后用 lianjing restore 恢复上述备份")
