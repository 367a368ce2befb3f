"""Reads of the trail: who entered which value, and the acts of a matter in order of time."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.apps import apps
from django.db.models import QuerySet

from lianjing.runtime.trail.models import ActRow, Event


class Entered(NamedTuple):
    """Who gave a column its present value: person, post, when, and the event that proves it."""

    name: str
    post: str
    time: datetime
    event_id: str


@dataclass(frozen=True, slots=True)
class ActLine:
    """One act as a line of a timeline. `on_behalf` names the holder who delegated; `act` is the verb of the event."""

    event_id: str
    oseq: int
    act: str
    step_key: str
    role: str
    when: datetime
    happened: datetime | None
    person: str
    person_id: int | None
    on_behalf: str
    post: str
    unit: str
    matter_id: int | None
    reason: str
    is_refused: bool
    refused_rule: str
    clause: str
    channel: str
    rows: tuple[tuple[str, str, str], ...]


def entered(table: str, key: str | int) -> dict[str, Entered]:
    """Return for each column of a row the latest event that changed it; empty for a row without events."""
    return entered_many(table, [str(key)]).get(str(key), {})


def entered_many(table: str, keys: Sequence[str]) -> dict[str, dict[str, Entered]]:
    """The same for several rows of one table, in three queries."""
    touched = list(
        ActRow.objects.filter(table_name=table, row_key__in=keys)
        .select_related("event")
        .defer("event__envelope")
        .order_by("event__recorded_at", "event__oseq")
    )
    persons, posts, _units = _names([row.event for row in touched])
    found: dict[str, dict[str, Entered]] = {}
    for row in touched:
        event = row.event
        who = Entered(
            persons.get(event.person_id, ""), posts.get(event.post_id, ""), event.recorded_at, event.id
        )
        found.setdefault(row.row_key, {}).update(dict.fromkeys(row.columns.split(), who))
    return found


def timeline(
    root_matter_id: int, matter_id: int | None = None, limit: int = 50, before: int | None = None
) -> list[ActLine]:
    """Return the latest acts on a root matter's chain, newest first, or those of one child matter.

    `before` is the `oseq` of the last line already shown (keyset paging along the chain).
    """
    events = Event.objects.filter(object=f"matter:{root_matter_id}")
    if matter_id is not None and matter_id != root_matter_id:
        events = events.filter(matter_id=matter_id)
    if before is not None:
        events = events.filter(oseq__lt=before)
    return lines(events.order_by("-oseq")[:limit])


def lines(events: QuerySet[Event]) -> list[ActLine]:
    """Return events as lines with names and reasons, in the order given."""
    found = list(events.select_related("body").defer("envelope").prefetch_related("rows"))
    persons, posts, units = _names(found)
    return [_line(event, persons, posts, units) for event in found]


def _line(event: Event, persons: dict[Any, str], posts: dict[Any, str], units: dict[Any, str]) -> ActLine:
    return ActLine(
        event_id=event.id,
        oseq=event.oseq,
        act=event.act,
        step_key=event.step_key,
        role=event.role,
        when=event.recorded_at,
        happened=event.happened_at,
        person=persons.get(event.person_id, ""),
        person_id=event.person_id,
        on_behalf=persons.get(event.on_behalf_of_person_id, ""),
        post=posts.get(event.post_id, ""),
        unit=units.get(event.unit_id, ""),
        matter_id=event.matter_id,
        reason=_reason(event),
        is_refused=event.is_refused,
        refused_rule=event.refused_rule,
        clause=event.clause,
        channel=event.channel,
        rows=tuple((row.table_name, row.row_key, row.change) for row in event.rows.all()),
    )


def content_of(event: Event) -> dict[str, Any]:
    """Return what the body of an event says; nothing where it is erased or damaged, which the verification names."""
    body = getattr(event, "body", None)
    try:
        content = json.loads(bytes(body.content)) if body is not None else {}
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def _reason(event: Event) -> str:
    return str(content_of(event).get("reason", ""))


def _names(events: Iterable[Event]) -> tuple[dict[Any, str], dict[Any, str], dict[Any, str]]:
    """Names of persons, posts and units; the organisation stands above the trail, hence the registry of apps."""
    seen = list(events)
    persons = {each for event in seen for each in (event.person_id, event.on_behalf_of_person_id) if each}
    return (
        _named("Person", persons),
        _named("Post", {event.post_id for event in seen if event.post_id}),
        _named("Unit", {event.unit_id for event in seen if event.unit_id}),
    )


def _named(model: str, keys: set[int]) -> dict[Any, str]:
    return (
        dict(apps.get_model("org", model).objects.filter(pk__in=keys).values_list("pk", "name"))
        if keys
        else {}
    )
