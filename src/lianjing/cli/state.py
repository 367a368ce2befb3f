"""Whether the data folder can be used by a command that does not create it."""

from __future__ import annotations

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from lianjing.kernel.refusal import BadInput


def refuse_without_database() -> None:
    """Raise BadInput with the remedy where there is no database."""
    if connection.vendor == "sqlite" and not (settings.DATA_DIR / "lianjing.sqlite3").exists():
        raise BadInput(f"{settings.DATA_DIR} 中没有数据库；先运行 lianjing init 或 lianjing demo")


def refuse_without_tables() -> None:
    """Raise BadInput with the remedy where there is no database, or its tables are of another version."""
    refuse_without_database()
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise BadInput("数据库版本与程序不符；请停止服务并运行 lianjing upgrade")
