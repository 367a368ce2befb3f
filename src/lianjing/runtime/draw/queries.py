"""Reads of draws: the one that counts, its picks, who may see the pool when, and its locking event."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from lianjing.kernel.trail.envelope import leaf_hash
from lianjing.runtime.draw.models import Draw, DrawCandidate
from lianjing.runtime.org.queries import posts_held, supervised_units
from lianjing.runtime.process.scope import visible_to
from lianjing.runtime.trail.models import ActRow, Event
from lianjing.runtime.trail.queries import content_of

ASKED, COMMITTED, LOCKED, DRAWN, REDRAWN = "asked", "committed", "locked", "drawn", "redrawn"
UNFINISHED = (ASKED, COMMITTED, LOCKED)
FALLEN = ("declined", "no_answer", "tied")
# Names of evaluators stay secret from the bidders until the award (招标投标法 37).
SECRET_KINDS = ("expert", "award_committee")


def drawn(matter_id: int, kind: str) -> Draw | None:
    """Return the draw of a kind that counts: drawn and not redrawn, None while there is none."""
    return Draw.objects.filter(matter_id=matter_id, kind=kind, status=DRAWN).order_by("-id").first()


def latest(matter_id: int, kind: str) -> Draw | None:
    """Return the last draw of a kind, at whatever step it stands."""
    return Draw.objects.filter(matter_id=matter_id, kind=kind).order_by("-id").first()


def pool(draw: Draw) -> list[DrawCandidate]:
    """Return the pool in the order in which it was locked, the excluded among them."""
    return list(DrawCandidate.objects.filter(draw=draw).order_by("seq"))


def own_picks(draw: Draw) -> list[DrawCandidate]:
    """Return those picked in this draw itself, whatever they replied, in the order drawn."""
    return list(DrawCandidate.objects.filter(draw=draw, is_picked=True).order_by("pick_order"))


def picks(draw: Draw) -> list[DrawCandidate]:
    """Return who stands as drawn: kept from the draws that this one supplements, then its own picks.

    Left out are those who declined, could not be reached or turned out to be tied.
    """
    kept = picks(draw.redraw_of) if draw.redraw_of and draw.redraw_reason != "error" else []
    return kept + [row for row in own_picks(draw) if row.reply not in FALLEN]


def fallen(draw: Draw) -> list[DrawCandidate]:
    """Return the picks of this draw that must be replaced."""
    return [row for row in own_picks(draw) if row.reply in FALLEN]


def line_of(draw: Draw) -> list[Draw]:
    """Return the draw and all that it replaces, the first one first."""
    line = [draw]
    while line[0].redraw_of is not None:
        line.insert(0, line[0].redraw_of)
    return line


def lock_event(draw: Draw) -> Event | None:
    """Return event E, which locked the pool; None before."""
    touched = ActRow.objects.filter(table_name="draw", row_key=str(draw.pk), event__act="draw.lock")
    row = touched.select_related("event", "event__body").order_by("event__oseq").first()
    return row.event if row else None


def leaf_of(event: Event) -> bytes:
    """Return the leaf hash of an event's envelope."""
    return leaf_hash(bytes(event.envelope))


def locked_rows(event: Event) -> list[dict[str, Any]]:
    """Return the pool as event E proves it: the images of its rows, in their order."""
    rows = [row["v"] for row in content_of(event).get("rows", []) if row["t"] == "draw_candidate"]
    return sorted(rows, key=lambda row: row["seq"])


def visible(person_id: int, day: date) -> QuerySet[Draw]:
    """Return the draws of the matters that a person may see, and those for which he was asked to commit."""
    wanted = Q(matter__in=visible_to(person_id, day)) | Q(committed_by_person_id=person_id)
    wanted |= Q(redraw_of__committed_by_person_id=person_id)
    found = Draw.objects.filter(wanted).select_related(
        "matter", "person", "unit", "committed_by_person", "redraw_of"
    )
    return found.order_by("-id")


def sees_pool(draw: Draw, person_id: int, day: date) -> bool:
    """True where the person may see who stands in the pool: see `hidden_among`."""
    return not hidden_among([draw], person_id, day)


def hidden_among(draws: Iterable[Draw], person_id: int, day: date) -> set[int]:
    """Return the draws whose pool the person may not see today.

    Until it is drawn, only the operator's unit, the supervisors of that unit, and the committer once it is locked.
    Afterwards everyone who sees the matter, except that firms learn no evaluator before the matter is closed.
    """
    held = posts_held(person_id, day)
    units = {each.post.unit_id for each in held if each.post.kind != "external"}
    watched = supervised_units(person_id, day)
    is_outside = bool(held) and all(each.post.kind == "external" for each in held)
    return {
        draw.pk
        for draw in draws
        if not (
            _is_near(draw, person_id, units, watched)
            or (draw.drawn_at is not None and not (is_outside and _is_secret(draw)))
        )
    }


def _is_near(draw: Draw, person_id: int, units: Collection[int], watched: Collection[int]) -> bool:
    if draw.unit_id in units or draw.unit_id in watched or draw.matter.unit_id in watched:
        return True
    return draw.locked_at is not None and draw.committed_by_person_id == person_id


def _is_secret(draw: Draw) -> bool:
    return draw.kind in SECRET_KINDS and draw.matter.status not in ("closed", "terminated")


def hidden_events(event_ids: Collection[str], person_id: int, day: date) -> set[str]:
    """Return the events whose values would show the person a pool that he may not see."""
    rows = list(
        ActRow.objects.filter(event__in=event_ids, table_name="draw_candidate").values_list(
            "event_id", "row_key"
        )
    )
    if not rows:
        return set()
    of_draw = dict(
        DrawCandidate.objects.filter(pk__in={int(key) for _event, key in rows}).values_list("pk", "draw_id")
    )
    draws = Draw.objects.filter(pk__in=set(of_draw.values())).select_related("matter")
    hidden = hidden_among(draws, person_id, day)
    return {event for event, key in rows if of_draw.get(int(key)) in hidden}
