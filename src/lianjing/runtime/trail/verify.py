"""Checks the whole trail against itself and against the tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from django.db import transaction

from lianjing.kernel.trail.envelope import NotCanonical, instant, parse_envelope
from lianjing.kernel.trail.replay import Kept, Problem, Replay
from lianjing.runtime.trail.log_check import check_log
from lianjing.runtime.trail.models import ActRow, Event, Pending
from lianjing.runtime.trail.registry import trailed_models
from lianjing.runtime.trail.upcasting import upcast

ExtraCheck = Callable[[], Iterable[Problem]]


@dataclass
class Verdict:
    """What a verification found."""

    events: int = 0
    leaves: int = 0
    rows: int = 0
    erased: dict[str, str] = field(
        default_factory=dict
    )  # events whose body was erased by law, with the basis
    problems: list[Problem] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        """True where nothing disagrees."""
        return not self.problems


def verify(extra: Iterable[ExtraCheck] = (), progress: Callable[[int, int], None] | None = None) -> Verdict:
    """Check envelopes, chains, leaf numbers, bodies, index and published log; replay the rows against the tables.

    One consistent snapshot is read; acts that commit meanwhile are not part of it.
    """
    verdict, replay = Verdict(), Replay(upcast=upcast)
    with transaction.atomic():
        total = Event.objects.count()
        for place, event in enumerate(_in_order(), start=1):
            verdict.problems.extend(replay.take(_kept(event)))
            verdict.problems.extend(_check_columns(event))
            if progress and place % 500 == 0:
                progress(place, total)
        verdict.problems.extend(replay.unauthorised())
        verdict.problems.extend(_check_queue(total, replay))
        verdict.problems.extend(_check_index(replay))
        for model in trailed_models():
            rows = (
                (row.row_key(), row.row_image()) for row in model._default_manager.iterator(chunk_size=2000)
            )
            verdict.problems.extend(replay.compare(model._meta.db_table, rows))
        verdict.problems.extend(check_log())
        for check in extra:
            verdict.problems.extend(check())
    verdict.events, verdict.leaves, verdict.erased = replay.events, replay.next_leaf, dict(replay.erased)
    verdict.rows = sum(1 for image in replay.images.values() if image is not None)
    if progress:
        progress(total, total)
    return verdict


def _in_order() -> Iterator[Event]:
    events = Event.objects.select_related("body", "leaf", "pending")
    yield from events.filter(leaf__isnull=False).order_by("leaf__idx").iterator(chunk_size=2000)
    yield from events.filter(leaf__isnull=True).order_by("pending__id", "id").iterator(chunk_size=2000)


def _kept(event: Event) -> Kept:
    leaf = getattr(event, "leaf", None)
    body = getattr(event, "body", None)
    return Kept(
        id=event.id,
        leaf=leaf.idx if leaf else None,
        leaf_hash=leaf.leaf_hash if leaf else "",
        envelope=bytes(event.envelope),
        salt=bytes(body.salt) if body else b"",
        body=bytes(body.content) if body else b"",
    )


def _check_columns(event: Event) -> Iterator[Problem]:
    """The queryable columns repeat the envelope: they must say the same."""
    try:
        envelope = parse_envelope(bytes(event.envelope))
    except NotCanonical:
        return
    said = {
        "object": envelope.object,
        "oseq": envelope.oseq,
        "act": envelope.act,
        "recorded_at": envelope.recorded,
        "post_id": envelope.post,
        "refused_rule": envelope.refused,
    }
    stands = {
        "object": event.object,
        "oseq": event.oseq,
        "act": event.act,
        "recorded_at": instant(event.recorded_at),
        "post_id": f"post:{event.post_id}" if event.post_id else "",
        "refused_rule": event.refused_rule,
    }
    for column, value in said.items():
        if stands[column] != value:
            yield Problem(
                "event", f"event {event.id}", f"{column} is {stands[column]!r}, the envelope says {value!r}"
            )


def _check_queue(total: int, replay: Replay) -> Iterator[Problem]:
    lost = Event.objects.filter(leaf__isnull=True, pending__isnull=True)
    for event in lost[:100]:
        yield Problem("queue", f"event {event.id}", "has no leaf number and does not wait for one")
    twice = Pending.objects.filter(event__leaf__isnull=False)
    for pending in twice[:100]:
        yield Problem("queue", f"event {pending.event_id}", "waits for a number that it already has")
    if replay.events != total:
        yield Problem("queue", "trail", f"{total} events, {replay.events} of them in the log or its queue")


def _check_index(replay: Replay) -> Iterator[Problem]:
    """Every row that a body names must be found through the index, by the event that wrote it last."""
    latest: dict[tuple[str, str], set[str]] = {}
    for table, key, event_id in ActRow.objects.values_list("table_name", "row_key", "event_id").iterator():
        latest.setdefault((table, key), set()).add(event_id)
    for row, event_id in replay.written_by.items():
        if event_id not in latest.get(row, set()):
            yield Problem("index", f"{row[0]} {row[1]}", f"the index does not lead to event {event_id}")
    for row in set(latest) - set(replay.written_by):
        yield Problem("index", f"{row[0]} {row[1]}", "the index names a row that no body holds")
