"""`lianjing init`: an empty installation with its three administrators."""

from __future__ import annotations

import argparse
import json
import secrets
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils.module_loading import import_string

from lianjing.cli import local_ca, systemd
from lianjing.kernel.refusal import BadInput
from lianjing.runtime import clock
from lianjing.runtime.installation import Secret, install, is_installed
from lianjing.runtime.tables import lay_tables
from lianjing.runtime.trail import keys
from lianjing.runtime.trail.protection import role_statements
from lianjing.runtime.zone_mark import lay_mark


def add_command(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add `init` to the command line."""
    command = commands.add_parser(
        "init", parents=[common], help="an empty installation with its three administrators"
    )
    command.add_argument("--name", default="开发区管理委员会", help="name of the first unit")
    command.add_argument("--code", default="ZONE", help="code of the first unit")
    command.add_argument(
        "--training", action="store_true", help="a zone to practise in, marked on every page and paper"
    )
    command.add_argument(
        "--application-role",
        metavar="ROLE",
        help="PostgreSQL: an existing role that `serve` will use; it gets what it needs and may not change the trail",
    )
    command.add_argument(
        "--local-ca",
        metavar="NAMES",
        help="also for an installation that is there: a certificate for https by an authority of its own, "
        "for these host names and addresses (comma between)",
    )
    command.add_argument(
        "--systemd",
        metavar="DIR",
        type=Path,
        help="also for an installation that is there: write unit files for server, daily backup and scan",
    )
    command.add_argument("--host", default="127.0.0.1", help="address in the unit file")
    command.add_argument("--port", type=int, default=8000, help="port in the unit file")
    command.add_argument(
        "--backups", type=Path, default=Path("/var/backups/lianjing"), help="folder of the daily backup"
    )
    command.set_defaults(run=run)


def prepare() -> None:
    """Make the data folder, its secret and the tables; what is there already stays."""
    folder = Path(settings.DATA_DIR)
    folder.mkdir(mode=0o750, parents=True, exist_ok=True)
    place = folder / "secret"
    if not place.exists():
        place.touch(mode=0o600)
        place.write_text(secrets.token_urlsafe(50))
        settings.SECRET_KEY = place.read_text()
    lay_tables()


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
    lay_mark(is_installed=is_installed())
    lines = _certificate(options) + _units(options)
    if is_installed():
        if not lines:
            raise BadInput(f"{settings.DATA_DIR} 已有安装；请换一个数据目录")
        print(json.dumps(lines, ensure_ascii=False) if options.json else "\n".join(lines))
        return 0
    made = _install(options)
    keys.ensure()
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
    for line in lines:
        print(line)
    print("三员账号（口令只显示这一次，首次登录须修改）：")
    for row in made:
        print(f"  {row.number}  {row.role}  {row.password}")
    print(f"启动：lianjing serve --data {options.data}")
    return 0


def _install(options: argparse.Namespace) -> list[Secret]:
    """Install, and do what every later version does once its tables stand."""
    now = clock.now()
    made = install(name=options.name, code=options.code, now=now)
    for place in settings.LIANJING_AFTER_UPGRADE:
        import_string(place)(now)
    return made


def _certificate(options: argparse.Namespace) -> list[str]:
    """Make the local authority and a server certificate where asked; return what to tell."""
    if not options.local_ca:
        return []
    names = [name.strip() for name in options.local_ca.split(",") if name.strip()]
    if not names:
        raise BadInput("--local-ca 须给出主机名或地址")
    made = local_ca.make(Path(settings.DATA_DIR), names, clock.now())
    return [
        f"本地证书（CA）：{made.ca_certificate}，SHA-256 指纹 {local_ca.fingerprint(made.ca_certificate)}",
        f"各终端从 /ca/ 页面下载并核对指纹后设为信任；私钥 {made.ca_key} 签发后宜移至离线介质，续签时再放回",
        f"启动：LIANJING_HOSTS={','.join(names)} lianjing serve --data {options.data} --host 0.0.0.0 --port 443 "
        f"--tls-cert {made.certificate} --tls-key {made.key}",
    ]


def _units(options: argparse.Namespace) -> list[str]:
    """Write the unit files where asked; return what to tell."""
    if not options.systemd:
        return []
    tls = local_ca.files(Path(settings.DATA_DIR))
    has_tls = tls.certificate.exists()
    site = systemd.Site(
        data=Path(settings.DATA_DIR),
        backups=options.backups,
        host=options.host,
        port=options.port,
        certificate=tls.certificate if has_tls else None,
        key=tls.key if has_tls else None,
    )
    written = systemd.write(options.systemd, site)
    return [
        *(f"已写出 {place}" for place in written),
        "环境变量（LIANJING_HOSTS、LIANJING_DATABASE_URL 等）写入 /etc/lianjing/lianjing.env，权限 0600；"
        "然后 systemctl daemon-reload && systemctl enable --now lianjing lianjing-backup.timer lianjing-scan.timer",
    ]
