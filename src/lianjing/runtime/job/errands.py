"""Sends errands, carries them out one after the other, keeps their results a while.

ERRANDS = (Kind("works.export", gettext_noop("导出工程台账"), export_projects),)      # named in LIANJING_ERRANDS
enqueue(kind="works.export", person_id=person.id, arguments={"year": 2025}, now=now)

def export_projects(work: Work) -> Result:
    ...
    work.report_progress(done, total)
    return Result(text, "projects.xlsx", XLSX, content)
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput, Refusal
from lianjing.runtime import clock
from lianjing.runtime.job.models import Errand

log = logging.getLogger("lianjing.worker")
KEPT = timedelta(days=7)
SILENT = timedelta(minutes=2)  # an errand without a beat for so long lost its worker
ATTEMPTS = 3
AT_ONCE = 20  # waiting errands that one person may have


class Stopped(Exception):
    """The worker is being stopped: the errand goes back to the queue."""


@dataclass(frozen=True, slots=True)
class Result:
    """What an errand brings back: a sentence, and a file where it has one."""

    text: str = ""
    file_name: str = ""
    media_type: str = ""
    content: bytes = b""


@dataclass
class Work:
    """What a kind's function is given. It calls `report_progress` at least once a minute."""

    errand_id: int
    person_id: int
    arguments: Mapping[str, Any]
    now: datetime
    is_stopping: Callable[[], bool] = field(default=lambda: False)

    def report_progress(self, done: int, total: int) -> None:
        """Note how far the work is; raises Stopped when the worker is to end."""
        if self.is_stopping():
            raise Stopped
        Errand.objects.filter(pk=self.errand_id).update(done=done, total=total, beat_at=clock.now())


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of errand: its key, its word (a msgid), the function that does it. Doing it twice must do no harm."""

    key: str
    label: str
    run: Callable[[Work], Result]


@cache
def kinds() -> dict[str, Kind]:
    """Return the kinds of errands of the installation by key (settings LIANJING_ERRANDS)."""
    found = [kind for place in settings.LIANJING_ERRANDS for kind in import_string(place)]
    return {kind.key: kind for kind in found}


def enqueue(*, kind: str, person_id: int, arguments: Mapping[str, Any], now: datetime) -> Errand:
    """Send an errand; BadInput for an unknown kind or where the person already has too many on the way."""
    if kind not in kinds():
        raise BadInput(_("没有这种后台任务"), "kind")
    on_the_way = Errand.objects.filter(
        person_id=person_id, state__in=(Errand.State.WAITING, Errand.State.RUNNING)
    )
    if on_the_way.count() >= AT_ONCE:
        raise BadInput(_("您的后台任务过多，请等已发起的任务完成"), "kind")
    return Errand.objects.create(kind=kind, person_id=person_id, arguments=dict(arguments), sent_at=now)


def result_of(errand: Errand) -> Path:
    """Return where the result file of an errand lies."""
    return Path(settings.DATA_DIR) / "results" / str(errand.pk)


def carry_out_next(now: datetime, is_stopping: Callable[[], bool] = lambda: False) -> int:
    """Carry out the errand that waits longest; return 1, or 0 where none waits.

    An errand of a worker that died goes back to the queue; after its third attempt it has failed.
    """
    _take_back_lost(now)
    errand = _take(now)
    if errand is None:
        return 0
    work = Work(errand.pk, errand.person_id, errand.arguments, now, is_stopping)
    try:
        result = kinds()[errand.kind].run(work) if errand.kind in kinds() else Result()
        _keep(errand, result)
    except Stopped:
        Errand.objects.filter(pk=errand.pk).update(state=Errand.State.WAITING, attempts=errand.attempts - 1)
    except (BadInput, Refusal) as refusal:
        _finish(errand, Errand.State.FAILED, str(refusal))
    except Exception:  # the outermost loop of an errand: logged, shown to its sender, the next goes on
        log.exception("errand %s %s failed", errand.kind, errand.pk)
        _finish(errand, Errand.State.FAILED, _("任务因系统故障没有完成，请稍后重试或联系系统管理员"))
    else:
        _finish(errand, Errand.State.DONE, result.text)
    return 1


def _take(now: datetime) -> Errand | None:
    with transaction.atomic():
        waiting = Errand.objects.select_for_update(skip_locked=True).filter(state=Errand.State.WAITING)
        errand = waiting.order_by("id").first()
        if errand is not None:
            errand.state, errand.started_at, errand.beat_at = Errand.State.RUNNING, now, now
            errand.attempts += 1
            errand.save()
        return errand


def _take_back_lost(now: datetime) -> None:
    lost = Errand.objects.filter(state=Errand.State.RUNNING, beat_at__lt=now - SILENT)
    lost.filter(attempts__lt=ATTEMPTS).update(state=Errand.State.WAITING)
    lost.filter(attempts__gte=ATTEMPTS).update(
        state=Errand.State.FAILED, finished_at=now, text=_("任务多次中断，没有完成")
    )


def _keep(errand: Errand, result: Result) -> None:
    if not result.file_name:
        return
    place = result_of(errand)
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = place.with_suffix(".part")
    part.touch(mode=0o600)
    part.write_bytes(result.content)
    os.replace(part, place)
    errand.file_name, errand.media_type = result.file_name, result.media_type
    errand.size_bytes = len(result.content)


def _finish(errand: Errand, state: str, text: str) -> None:
    errand.refresh_from_db(fields=["done", "total", "beat_at"])
    errand.state, errand.text, errand.finished_at = state, text, clock.now()
    errand.save()


def errands_of(person_id: int) -> Any:
    """Return a person's own errands, newest first."""
    return Errand.objects.filter(person_id=person_id).order_by("-sent_at", "-id")


def sweep(now: datetime) -> int:
    """Forget errands and their files a week after they were finished; return how many."""
    gone = list(Errand.objects.filter(finished_at__lt=now - KEPT)[:500])
    for errand in gone:
        result_of(errand).unlink(missing_ok=True)
        errand.delete()
    return len(gone)
