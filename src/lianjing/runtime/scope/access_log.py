"""What a supervisor looked at and what anyone took away leaves its own trail (C9): acts without rows, never shown to the supervised."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time
from typing import Any

from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput
from lianjing.runtime.documents.models import Document
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.org.models import Person
from lianjing.runtime.org.queries import posts_held
from lianjing.runtime.trail.act import LEGAL_ZONE, Actor, legal_day, recorded, request_digest
from lianjing.runtime.trail.models import Event, Receipt

VIEW, EXPORT, UNMASK = "access.view", "access.export", "access.unmask"
ACCESS = (VIEW, EXPORT, UNMASK)
SHORTEST_REASON = 4


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


def note_paper(person: Person, document: Document, now: datetime) -> bool:
    """Record that a supervisor read a paper, by its preview or its file, once a day for a person and a paper.

    Returns True where an act was written. Nobody else's reading is recorded.
    """
    actor = _supervisor(person, now)
    if actor is None:
        return False
    key = f"view:{person.id}:document:{document.pk}:{legal_day(now)}"
    if Receipt.objects.filter(key=key).exists():
        return False
    with recorded(
        VIEW,
        chain=f"person:{person.id}",
        actor=actor,
        now=now,
        matter_id=document.matter_id,
        root_matter_id=document.matter.root_id,
        role="",
        request_key=key,
        request_sha256=request_digest([key]),
        extra={"viewed": f"document:{document.pk}"},
    ):
        pass
    return True


def note_export(
    person: Person,
    name: str,
    count: int,
    now: datetime,
    *,
    columns: Sequence[str] = (),
    personal: Sequence[str] = (),
    reason: str = "",
) -> None:
    """Record that a list was taken away: its name, how many rows, which columns, and why.

    `personal` are those of the columns that hold personal data; with them a reason is demanded: BadInput without one.
    """
    if personal and len(reason.strip()) < SHORTEST_REASON:
        raise BadInput(_("导出内容含个人信息，请写明用途和理由"), "reason")
    held = posts_held(person.id, legal_day(now))
    post = held[0].post if held else None
    actor = Actor(person.id, person.pseudonym, post.id if post else None, post.unit_id if post else None)
    told: dict[str, Any] = {"exported": name, "rows_taken": count}
    if columns:
        told["columns"] = list(columns)
    if personal:
        told["personal"] = list(personal)
    with recorded(
        EXPORT,
        chain=f"person:{person.id}",
        actor=actor,
        now=now,
        role="",
        reason=reason.strip(),
        extra=told,
    ):
        pass


def _supervisor(person: Person, now: datetime) -> Actor | None:
    for held in posts_held(person.id, legal_day(now)):
        if held.post.kind == "supervisor":
            return Actor(person.id, person.pseudonym, held.post.id, held.post.unit_id)
    return None
