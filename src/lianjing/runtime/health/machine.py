"""Checks of the machine: disk, clock, permissions of keys, certificate, programs that are needed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from lianjing.runtime.backup.folder import Turn, files
from lianjing.runtime.health.fault import Fault, Level
from lianjing.runtime.trail.models import Event

MEGABYTE = 1024 * 1024
TOLERANCE = timedelta(seconds=5)  # two machines of one installation may differ so much
SOON = timedelta(days=30)


def disk(_now: datetime) -> Iterator[Fault]:
    """Room for business: every act needs some, a backup much."""
    free = shutil.disk_usage(settings.DATA_DIR).free // MEGABYTE
    words = {"free": free, "data": settings.DATA_DIR}
    what = _("%(data)s 所在磁盘只剩 %(free)s MB") % words
    if free < settings.LIANJING_DISK_LEAST_MB:
        yield Fault(Level.FAULT, what, _("立即腾出空间或扩容：写满后办理会失败（不会写坏已有数据）"))
    elif free < 5 * settings.LIANJING_DISK_LEAST_MB:
        yield Fault(Level.WARNING, what, _("安排扩容，或把旧备份移走"))


def clock(now: datetime) -> Iterator[Fault]:
    """The clock jumped: forward, then acts bear times to come; backward, then now lies before what was done."""
    last = Event.objects.order_by("-recorded_at").values_list("recorded_at", flat=True).first()
    if last is not None and last > now + TOLERANCE:
        yield Fault(
            Level.FAULT,
            _("机器时钟（%(now)s）早于最后一条留痕（%(last)s）：时钟被拨回，或曾被拨快")
            % {"now": now.isoformat(timespec="seconds"), "last": last.isoformat(timespec="seconds")},
            _("停止服务，用 NTP 校准时钟后再启动；被拨快期间的办理时间须在留痕中补充说明"),
        )


def time_service(_now: datetime) -> Iterator[Fault]:
    """Whether the system keeps its clock by NTP, where it can be asked."""
    program = shutil.which("timedatectl")
    if program is None:
        return
    question = [program, "show", "--property=NTPSynchronized", "--value"]
    try:
        done = subprocess.run(question, capture_output=True, text=True, check=False, timeout=5)
    except (OSError, subprocess.TimeoutExpired):
        return
    if done.returncode == 0 and done.stdout.strip() == "no":
        yield Fault(
            Level.WARNING,
            _("系统时钟没有与时间服务器同步"),
            _("配置 chrony 或 systemd-timesyncd，指向本单位的时间服务器"),
        )


def keys(_now: datetime) -> Iterator[Fault]:
    """Secret and keys: there, and readable by their owner only."""
    data = Path(settings.DATA_DIR)
    if not os.environ.get("LIANJING_SECRET_KEY") and not (data / "secret").exists():
        yield Fault(
            Level.FAULT,
            _("数据目录中没有 secret：每次启动都会让所有人退出登录，封存的登录因子无法打开"),
            _("从备份取回 secret，权限 0600"),
        )
    for name in files(data, Turn.KEY):
        if (data / name).stat().st_mode & 0o077:
            yield Fault(
                Level.FAULT,
                _("密钥文件 %(name)s 可被其他用户读取") % {"name": name},
                f"chmod 600 {data / name}",
            )
    if data.stat().st_mode & 0o007:
        yield Fault(Level.WARNING, _("数据目录可被所有用户读取"), f"chmod 750 {data}")


def certificate(now: datetime) -> Iterator[Fault]:
    """The certificate that is served, and that of the local authority: valid, and for a while yet."""
    places = {Path(settings.DATA_DIR) / "tls" / "server.pem", Path(settings.DATA_DIR) / "tls" / "ca.pem"}
    if served := serving().get("tls_cert"):
        places.add(Path(served))
    for place in sorted(places):
        if place.exists():
            yield from _ends(place, now)


def _ends(place: Path, now: datetime) -> Iterator[Fault]:
    remedy = _("续签：lianjing init --local-ca 名称，或换上新证书，然后重启服务")
    try:
        found = x509.load_pem_x509_certificate(place.read_bytes())
    except (OSError, ValueError):
        yield Fault(Level.FAULT, _("证书 %(place)s 无法读取") % {"place": place}, remedy)
        return
    end = found.not_valid_after_utc
    words = {"place": place, "end": end.date()}
    if end <= now:
        yield Fault(Level.FAULT, _("证书 %(place)s 已于 %(end)s 到期") % words, remedy)
    elif end <= now + SOON:
        yield Fault(Level.WARNING, _("证书 %(place)s 将于 %(end)s 到期") % words, remedy)


def programs(_now: datetime) -> Iterator[Fault]:
    """Programs beside ours that some work needs."""
    if connection.vendor == "postgresql" and not shutil.which("pg_dump"):
        yield Fault(
            Level.WARNING,
            _("找不到 pg_dump：不能备份"),
            _("安装与服务器版本相同的 PostgreSQL 客户端（postgresql-client）"),
        )
    if not any(shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome")):
        yield Fault(
            Level.NOTE,
            _("本机没有 Chromium：只有浏览器测试和页面截图用到它"),
            _("需要时安装 chromium"),
        )


def exposure(_now: datetime) -> Iterator[Fault]:
    """Plain http where others reach it."""
    told = serving()
    if told and not told.get("tls_cert") and told.get("is_open") and not settings.LIANJING_HTTPS:
        yield Fault(
            Level.WARNING,
            _("服务以明文 http 对外（--insecure）：口令和个人信息可被旁人截获"),
            _("用 lianjing init --local-ca 生成证书，以 --tls-cert、--tls-key 启动，或置于 TLS 代理之后"),
        )


def serving() -> dict[str, Any]:
    """Return what the running server wrote of itself; empty where none runs."""
    place = Path(settings.DATA_DIR) / "run" / "serve.json"
    try:
        told: dict[str, Any] = json.loads(place.read_text())
        os.kill(told["pid"], 0)
    except PermissionError:
        return told
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return told
