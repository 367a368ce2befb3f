"""Checks of what lies on the disk: documents by sample, the age of the last backup."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from lianjing.runtime.documents.models import Document
from lianjing.runtime.documents.storage import DamagedFile, fetch
from lianjing.runtime.health.fault import Fault, Level
from lianjing.runtime.retention.models import Disposal

SAMPLE = 100
BACKUP = timedelta(days=2)


def documents(now: datetime) -> Iterator[Fault]:
    """A sample of the documents, another each time: there, and of their digest."""
    last = Document.objects.order_by("-id").values_list("id", flat=True).first() or 0
    # Chosen by the moment: whoever damaged a file cannot know which are looked at.
    chance = random.Random(now.timestamp())
    wanted = chance.sample(range(1, last + 1), min(SAMPLE, last))
    disposed = Disposal.objects.filter(status="granted").values("document_id")
    papers = Document.objects.filter(id__in=wanted).exclude(id__in=disposed)
    for sha256 in papers.values_list("sha256", flat=True):
        try:
            fetch(sha256)
        except DamagedFile:
            yield Fault(
                Level.FAULT,
                _("文件 %(sha256)s 缺失或内容与摘要不符") % {"sha256": sha256},
                _("从备份取回 documents 目录中的同名文件；运行 lianjing backup 可查出全部"),
            )


def last_backup() -> dict[str, Any]:
    """Return what the last backup left word of; empty where there was none."""
    try:
        found: dict[str, Any] = json.loads((Path(settings.DATA_DIR) / "backup.json").read_text())
    except (OSError, ValueError):
        return {}
    return found


def backup(now: datetime) -> Iterator[Fault]:
    """There is a backup, and it is young."""
    told = last_backup()
    remedy = _("运行 lianjing backup，并启用每日备份的定时器（lianjing init --systemd）")
    if not told:
        yield Fault(Level.WARNING, _("从未备份"), remedy)
    elif datetime.fromisoformat(told["taken_at"]) < now - BACKUP:
        yield Fault(
            Level.WARNING,
            _("最近一次备份是 %(when)s") % {"when": told["taken_at"][:16].replace("T", " ")},
            remedy,
        )
