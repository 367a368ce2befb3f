"""`lianjing init`: an empty installation with its three administrators."""

from __future__ import annotations

import argparse
import json
import secrets
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command

from lianjing.kernel.refusal import BadInput
from lianjing.runtime import clock
from lianjing.runtime.installation import install, is_installed


def add_command(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add `init` to the command line."""
    command = commands.add_parser("init", parents=[common], help="an empty installation with its three administrators")
    command.add_argument("--name", default="开发区管理委员会", help="name of the first unit")
    command.add_argument("--code", default="ZONE", help="code of the first unit")
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


def run(options: argparse.Namespace) -> int:
    """Make the installation and print each administrator's number and one-time pass-phrase, once."""
    prepare()
    if is_installed():
        raise BadInput(f"{settings.DATA_DIR} 已有安装；请换一个数据目录")
    made = install(name=options.name, code=options.code, now=clock.now())
    if options.json:
        print(json.dumps([{"number": row.number, "role": row.role, "password": row.password} for row in made], ensure_ascii=False))
        return 0
    print("三员账号（口令只显示这一次，首次登录须修改）：")
    for row in made:
        print(f"  {row.number}  {row.role}  {row.password}")
    print(f"启动：lianjing serve --data {options.data}")
    return 0
