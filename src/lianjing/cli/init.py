"""`lianjing init`: an empty installation with its three administrators."""

from __future__ import annotations

import argparse
import json
import secrets
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction

from lianjing.kernel.refusal import BadInput
from lianjing.runtime import clock
from lianjing.runtime.installation import install, is_installed
from lianjing.runtime.trail.protection import role_statements


def add_command(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add `init` to the command line."""
    command = commands.add_parser(
        "init", parents=[common], help="an empty installation with its three administrators"
    )
    command.add_argument("--name", default="开发区管理委员会", help="name of the first unit")
    command.add_argument("--code", default="ZONE", help="code of the first unit")
    command.add_argument(
        "--application-role",
        metavar="ROLE",
        help="PostgreSQL: an existing role that `serve` will use; it gets what it needs and may not change the trail",
    )
    command.set_defaults(run=run)


def prepare() -> None:
    """Make the data folder, its secret and the tables; what is there already stays."""
    folder = Path(settings.DATA_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    place = folder / "secret"
    if not place.exists():
        place.touch(mode=0o600)
        place.write_text(secrets.token_urlsafe(50))
        settings.SECRET_KEY = place.read_text()
    call_command("migrate", verbosity=0)


def grant(role: str) -> None:
    """Give the application role its rights; BadInput on another database or for a role that does not exist."""
    if connection.vendor != "postgresql":
        raise BadInput("--application-role 只用于 PostgreSQL")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
        if cursor.fetchone() is None:
            raise BadInput(f"数据库中没有角色 {role}；先由数据库管理员建立")
        for statement in role_statements(role):
            cursor.execute(statement)


def run(options: argparse.Namespace) -> int:
    """Make the installation and print each administrator's number and one-time pass-phrase, once."""
    if options.application_role and connection.vendor != "postgresql":
        raise BadInput("--application-role 只用于 PostgreSQL")
    prepare()
    if is_installed():
        raise BadInput(f"{settings.DATA_DIR} 已有安装；请换一个数据目录")
    made = install(name=options.name, code=options.code, now=clock.now())
    if options.application_role:
        grant(options.application_role)
    if options.json:
        print(
            json.dumps(
                [{"number": row.number, "role": row.role, "password": row.password} for row in made],
                ensure_ascii=False,
            )
        )
        return 0
    print("三员账号（口令只显示这一次，首次登录须修改）：")
    for row in made:
        print(f"  {row.number}  {row.role}  {row.password}")
    print(f"启动：lianjing serve --data {options.data}")
    return 0
