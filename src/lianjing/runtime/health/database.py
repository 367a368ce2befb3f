"""Checks of the database: reachable, of this version, protected, used by a role that owns nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _

from lianjing.runtime.health.fault import Fault, Level
from lianjing.runtime.trail.protection import GUARDED

SQLITE_TRIGGERS = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
POSTGRESQL_TRIGGERS = (
    "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'A' AND tgrelid IN "
    "(SELECT oid FROM pg_class WHERE relnamespace = current_schema()::regnamespace)"
)
OWNER = (
    "SELECT rolsuper OR pg_has_role(current_user, relowner, 'USAGE') FROM pg_class, pg_roles "
    "WHERE relname = 'trail_event' AND relnamespace = current_schema()::regnamespace AND rolname = current_user"
)


def reachable(_now: datetime) -> Iterator[Fault]:
    """One question, one answer."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        yield Fault(
            Level.FAULT,
            _("数据库不可用：%(error)s") % {"error": str(error).strip().splitlines()[0]},
            _("检查数据库服务、LIANJING_DATABASE_URL 和数据目录的权限"),
        )


def migrations(_now: datetime) -> Iterator[Fault]:
    """Tables of another version than the program."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        yield Fault(
            Level.FAULT,
            _("数据表落后于程序 %(count)s 项变更（%(first)s 等）")
            % {"count": len(plan), "first": plan[0][0]},
            _("停止服务后运行 lianjing upgrade"),
        )
    unknown = set(executor.loader.applied_migrations) - set(executor.loader.disk_migrations)
    if unknown:
        yield Fault(
            Level.FAULT,
            _("数据表属于较新的程序（%(first)s 等 %(count)s 项）")
            % {"first": ".".join(min(unknown)), "count": len(unknown)},
            _("安装该版本的程序，或恢复本版本的备份"),
        )


def triggers(_now: datetime) -> Iterator[Fault]:
    """The triggers that keep the trail append-only are there and switched on."""
    postgresql = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        cursor.execute(POSTGRESQL_TRIGGERS if postgresql else SQLITE_TRIGGERS)
        found = {row[0] for row in cursor.fetchall()}
    endings = ("rows", "truncate") if postgresql else ("update", "delete")
    missing = [
        f"{table}_{ending}" for table in GUARDED for ending in endings if f"{table}_{ending}" not in found
    ]
    if missing:
        yield Fault(
            Level.FAULT,
            _("留痕表的保护触发器缺失或停用：%(names)s") % {"names": ", ".join(missing)},
            _("有人动过数据库结构：先运行 lianjing trail verify，再由数据库所有者按原样重建"),
        )


def role(_now: datetime) -> Iterator[Fault]:
    """PostgreSQL: who serves should own nothing."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute(OWNER)
        row = cursor.fetchone()
    if row and row[0]:
        yield Fault(
            Level.WARNING,
            _("程序以数据表的所有者或超级用户身份连接，能够停用留痕保护"),
            _("用 lianjing init --application-role 指定的角色运行 serve，见 docs/how-to/postgresql.md"),
        )
