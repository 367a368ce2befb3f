"""Readings of the installation as numbers, for those who watch it from outside."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.db.models import Count

from lianjing.runtime.health.stored import last_backup
from lianjing.runtime.job.models import Errand, JobState
from lianjing.runtime.trail.models import Checkpoint, Cosignature, Leaf, Pending


@dataclass(frozen=True, slots=True)
class Reading:
    """One number: its name, what it says, and the labels that tell it from its like."""

    name: str
    help: str
    value: float
    labels: dict[str, str] = field(default_factory=dict)


def readings(now: datetime) -> Iterator[Reading]:
    """Yield the numbers as of now. No person, no matter, no text is among them."""
    usage = shutil.disk_usage(settings.DATA_DIR)
    yield Reading("disk_free_bytes", "Free bytes on the disk of the data folder", usage.free)
    yield Reading("disk_size_bytes", "Bytes of that disk", usage.total)
    yield from _trail(now)
    for state in JobState.objects.order_by("name"):
        labels = {"job": state.name}
        done = state.succeeded_at.timestamp() if state.succeeded_at else 0
        yield Reading("job_succeeded_timestamp_seconds", "Last success of a job", done, labels)
        yield Reading("job_failures", "Failures of a job in a row", state.failures, labels)
    counts = dict(Errand.objects.values_list("state").annotate(Count("id")))
    for kind in Errand.State.values:
        yield Reading("errands", "Long work by state", counts.get(kind, 0), {"state": kind})
    if told := last_backup():
        age = (now - datetime.fromisoformat(told["taken_at"])).total_seconds()
        yield Reading("backup_age_seconds", "Age of the last backup", age)
        yield Reading("backup_size_bytes", "Size of the last backup", told["size_bytes"])


def _trail(now: datetime) -> Iterator[Reading]:
    last = Leaf.objects.order_by("-idx").values_list("idx", flat=True).first()
    yield Reading("trail_leaves", "Numbered events", 0 if last is None else last + 1)
    yield Reading("trail_pending", "Events that wait for their number", Pending.objects.count())
    oldest = Pending.objects.order_by("id").values_list("event__recorded_at", flat=True).first()
    waits = (now - oldest).total_seconds() if oldest else 0
    yield Reading("trail_pending_seconds", "How long the oldest of them waits", max(waits, 0))
    latest = Checkpoint.objects.order_by("-size").first()
    if latest is not None:
        yield Reading("trail_checkpoint_size", "Events in the last signed checkpoint", latest.size)
        age = (now - latest.signed_at).total_seconds()
        yield Reading("trail_checkpoint_age_seconds", "Age of the last signed checkpoint", age)
    seen = Cosignature.objects.order_by("-received_at").first()
    if seen is not None:
        age = (now - seen.received_at).total_seconds()
        yield Reading("trail_cosignature_age_seconds", "Age of the last cosignature", age)
