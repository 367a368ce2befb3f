"""What a supervisor looked at and what anyone took away leaves its own trail (C9): acts without rows, never shown to the supervised."""

from __future__ import annotations

from datetime import datetime, time

from lianjing.runtime.matter.models import Matter
from lianjing.runtime.org.models import Person
from lianjing.runtime.org.queries import posts_held
from lianjing.runtime.trail.act import LEGAL_ZONE, Actor, legal_day, recorded
from lianjing.runtime.trail.models import Event

VIEW, EXPORT = "access.view", "access.export"
ACCESS = (VIEW, EXPORT)


def note_view(person: Person, root: Matter, now: datetime) -> bool:
    """Record that a supervisor opened a project file, at most once a day for a person and a project.

    Returns True where an act was written. Nobody else's reading is recorded.
    """
    actor = _supervisor(person, now)
    if actor is None:
        return False
    midnight = datetime.combine(legal_day(now), time(), LEGAL_ZONE)
    seen = Event.objects.filter(
        object=f"person:{person.id}", act=VIEW, root_matter_id=root.id, recorded_at__gte=midnight
    )
    if seen.exists():
        return False
    with recorded(
        VIEW,
        chain=f"person:{person.id}",
        actor=actor,
        now=now,
        matter_id=root.id,
        root_matter_id=root.id,
        role="",
        extra={"viewed": f"matter:{root.id}"},
    ):
        pass
    return True


def note_export(person: Person, name: str, count: int, now: datetime) -> None:
    """Record that a list was taken away as a file: its name and how many rows."""
    held = posts_held(person.id, legal_day(now))
    post = held[0].post if held else None
    actor = Actor(person.id, person.pseudonym, post.id if post else None, post.unit_id if post else None)
    with recorded(
        EXPORT,
        chain=f"person:{person.id}",
        actor=actor,
        now=now,
        role="",
        extra={"exported": name, "rows_taken": count},
    ):
        pass


def _supervisor(person: Person, now: datetime) -> Actor | None:
    for held in posts_held(person.id, legal_day(now)):
        if held.post.kind == "supervisor":
            return Actor(person.id, person.pseudonym, held.post.id, held.post.unit_id)
    return None
