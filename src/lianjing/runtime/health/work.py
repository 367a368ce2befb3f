"""Checks of what runs: worker, its jobs, the queue of events, the publication of the log, cosignatures."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Max
from django.utils.translation import gettext as _

from lianjing.kernel.refusal import Refusal
from lianjing.runtime.health.fault import Fault, Level
from lianjing.runtime.job.models import Errand, JobState
from lianjing.runtime.trail.keys import has_witness
from lianjing.runtime.trail.models import Checkpoint, Cosignature, Leaf, Pending
from lianjing.runtime.trail.publication import log_size
from lianjing.runtime.trail.signed import refuse_shorter

SILENT = timedelta(minutes=1)
WAITS = timedelta(minutes=1)
UNPUBLISHED = timedelta(minutes=10)
UNCOSIGNED = timedelta(days=1)
ERRAND = timedelta(minutes=30)


def worker(now: datetime) -> Iterator[Fault]:
    """The worker gave a sign within the last minute."""
    last = JobState.objects.aggregate(last=Max("started_at"))["last"]
    if last is None or last < now - SILENT:
        yield Fault(
            Level.FAULT,
            _("后台进程没有动静（最后一次：%(last)s）")
            % {"last": last.isoformat("T", "seconds") if last else "-"},
            _("检查 lianjing serve 是否在运行及其日志"),
        )


def jobs(_now: datetime) -> Iterator[Fault]:
    """Each job whose last run failed, by name."""
    for state in JobState.objects.filter(failures__gt=0).order_by("name"):
        yield Fault(
            Level.FAULT if state.failures > 3 else Level.WARNING,
            _("后台作业 %(name)s 连续失败 %(count)s 次：%(error)s")
            % {"name": state.name, "count": state.failures, "error": state.error},
            _("按日志中该作业的错误处理；其他作业不受影响"),
        )


def errands(now: datetime) -> Iterator[Fault]:
    """Long work that waits too long."""
    waiting = Errand.objects.filter(state=Errand.State.WAITING, sent_at__lt=now - ERRAND).count()
    if waiting:
        yield Fault(
            Level.WARNING,
            _("%(count)s 项后台任务等待超过半小时") % {"count": waiting},
            _("查看正在运行的任务；必要时重启服务，任务会接着办"),
        )


def queue(now: datetime) -> Iterator[Fault]:
    """Events that wait for their number."""
    oldest = Pending.objects.order_by("id").values_list("event__recorded_at", flat=True).first()
    if oldest is not None and oldest < now - WAITS:
        yield Fault(
            Level.FAULT,
            _("有留痕等待编号已 %(seconds)s 秒") % {"seconds": int((now - oldest).total_seconds())},
            _("检查后台进程；可先运行 lianjing trail sequence 查看原因"),
        )


def restored(_now: datetime) -> Iterator[Fault]:
    """A database older than what this log has signed: nothing may be numbered or signed until it is put back."""
    try:
        refuse_shorter(log_size())
    except Refusal as refusal:
        yield Fault(Level.FAULT, str(refusal), "lianjing trail rebuild --mirror DIR")


def publication(now: datetime) -> Iterator[Fault]:
    """Numbered events that are in no signed checkpoint."""
    latest = Checkpoint.objects.order_by("-size").first()
    first = Leaf.objects.select_related("event").filter(idx=latest.size if latest else 0).first()
    if first is not None and first.event.recorded_at < now - UNPUBLISHED:
        yield Fault(
            Level.FAULT,
            _("自第 %(size)s 条起的留痕尚未签名公布") % {"size": first.idx},
            _("检查签名密钥 log.key 与后台作业的错误"),
        )


def cosignature(now: datetime) -> Iterator[Fault]:
    """Where there is a witness, it cosigned within a day."""
    if not has_witness():
        return
    last = Cosignature.objects.order_by("-received_at").first()
    if last is None or last.received_at < now - UNCOSIGNED:
        yield Fault(
            Level.WARNING,
            _("监督组超过一天没有共签"),
            _("联系监督组取走检查点并送回共签；见“留痕”页面"),
        )
