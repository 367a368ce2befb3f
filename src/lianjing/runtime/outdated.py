"""What is dropped once its time is over: the log-in log, ended sessions, messages that were read. Never the trail.

How long each is kept is a rule of log-in, set by the security administrator with its source.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q

from lianjing.runtime.access.models import LoginRecord, SessionRecord
from lianjing.runtime.access.policy import policy
from lianjing.runtime.message.kinds import KINDS
from lianjing.runtime.message.models import Message, MessageDelivery

MONTH = timedelta(days=31)  # a whole month in any calendar: nothing goes before its time
AT_ONCE = 2_000  # rows in one go: the job comes again every hour
# A reader's sign stands with these: they prove that somebody was told.
PROOFS = tuple(kind.key for kind in KINDS.values() if kind.has_receipts)


def sweep(now: datetime) -> int:
    """Drop what is outdated; returns how many rows."""
    return _log_ins(now) + _messages(now)


def _log_ins(now: datetime) -> int:
    before = now - policy("login_record.months", now) * MONTH
    lines = LoginRecord.objects.filter(happened_at__lt=before).order_by("pk").values("pk")[:AT_ONCE]
    ended = SessionRecord.objects.filter(ended_at__lt=before).order_by("pk").values("pk")[:AT_ONCE]
    return (
        LoginRecord.objects.filter(pk__in=[row["pk"] for row in lines]).delete()[0]
        + SessionRecord.objects.filter(pk__in=[row["pk"] for row in ended]).delete()[0]
    )


def _messages(now: datetime) -> int:
    """Messages that everybody has read, or that left the site, and that prove nothing; what somebody has not read stays."""
    before = now - policy("message.months", now) * MONTH
    waiting = Q(channel="site", read_at__isnull=True) | ~Q(channel="site") & Q(
        sent_at__isnull=True, dead_at__isnull=True
    )
    open_ones = MessageDelivery.objects.filter(waiting).values("message_id")
    old = Message.objects.filter(created_at__lt=before).exclude(kind__in=PROOFS).exclude(pk__in=open_ones)
    chosen = list(old.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
    MessageDelivery.objects.filter(message_id__in=chosen).delete()
    return Message.objects.filter(pk__in=chosen).delete()[0]
