"""Checks of the lake: there, of this version, whole, no older than two days, never ahead of the trail."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from lianjing.analysis.lake.export import MANIFEST
from lianjing.analysis.lake.schema import schema
from lianjing.runtime.health.fault import Check, Fault, Level
from lianjing.runtime.trail.publication import log_size

OLD = timedelta(days=2)


def lake(now: datetime) -> Iterator[Fault]:
    """What the next scan cannot mend by itself is a fault; what it can is a warning."""
    folder = Path(settings.DATA_DIR) / "lake"
    place = folder / MANIFEST
    again = _("移走 %(folder)s 后运行 lianjing scan，数据湖会整个重做") % {"folder": folder}
    if not place.exists():
        yield Fault(
            Level.NOTE,
            _("还没有数据湖：监督模型从未运行"),
            _("运行 lianjing scan，并启用每日扫描的定时器（lianjing init --systemd）"),
        )
        return
    try:
        stated: dict[str, Any] = json.loads(place.read_text())
        version, leaf, files = stated["schema"], int(stated["leaf"]), dict(stated["files"])
    except (OSError, ValueError, KeyError, TypeError):
        yield Fault(Level.FAULT, _("数据湖的清单无法读取"), again)
        return
    if version != schema().sha256:
        yield Fault(Level.WARNING, _("数据湖属于另一版本的程序"), _("运行 lianjing scan，会整个重做"))
        return
    missing = [name for names in files.values() for name in names if not (folder / name).is_file()]
    if missing:
        words = {"count": len(missing), "first": missing[0]}
        yield Fault(Level.FAULT, _("数据湖缺少 %(count)s 个文件（%(first)s 等）") % words, again)
    if leaf >= log_size():
        what = _("数据湖（至第 %(leaf)s 条）超前于留痕：数据库曾恢复到较早的备份") % {"leaf": leaf}
        yield Fault(Level.FAULT, what, again)
    made = datetime.fromtimestamp(place.stat().st_mtime, UTC)
    if made < now - OLD:
        yield Fault(
            Level.WARNING,
            _("数据湖最近一次更新是 %(when)s") % {"when": made.strftime("%Y-%m-%d %H:%M UTC")},
            _("检查每日扫描的定时器（lianjing-scan.timer），或运行 lianjing scan"),
        )


CHECKS = (Check("lake", lake, needs_database=True),)
