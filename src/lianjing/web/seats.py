"""The officials of today by unit, as forms offer them that send a copy or a question."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

from lianjing.runtime.consultation.services import READERS
from lianjing.runtime.org.models import Appointment
from lianjing.runtime.org.queries import on_day


def seats(day: date, *, without_person: int, kinds: Collection[str] = READERS) -> list[dict[str, Any]]:
    """Return unit by unit who holds which official post: [{unit, seats: [{value "person:post", text}]}]."""
    rows = (
        Appointment.objects.filter(on_day(day), post__kind__in=kinds)
        .exclude(person_id=without_person)
        .select_related("person", "post__unit")
        .order_by("post__unit__code", "post__name", "person__pinyin", "id")
    )
    return _by_unit(
        (row.post.unit.name, f"{row.person_id}:{row.post_id}", f"{row.person.name}（{row.post.name}）")
        for row in rows
    )


def desks(day: date, *, without_post: int, without_person: int) -> list[dict[str, Any]]:
    """Return unit by unit which posts may be asked, and each person of a post with several: values "post", "post:person"."""
    rows = Appointment.objects.filter(on_day(day), post__kind__in=READERS).exclude(post_id=without_post)
    holders: dict[int, list[Appointment]] = {}
    for row in rows.select_related("person", "post__unit").order_by("post__unit__code", "post__name", "id"):
        if row.person_id != without_person:
            holders.setdefault(row.post_id, []).append(row)
    lines = []
    for post_id, found in holders.items():
        post = found[0].post
        names = "、".join(row.person.name for row in found)
        lines.append((post.unit.name, str(post_id), f"{post.name}（{names}）"))
        if len(found) > 1:
            lines += [
                (post.unit.name, f"{post_id}:{row.person_id}", f"{post.name} · {row.person.name}")
                for row in found
            ]
    return _by_unit(lines)


def _by_unit(lines: Iterable[tuple[str, str, str]]) -> list[dict[str, Any]]:
    units: dict[str, list[dict[str, str]]] = {}
    for unit, value, text in lines:
        units.setdefault(unit, []).append({"value": value, "text": text})
    return [{"unit": unit, "seats": found} for unit, found in units.items()]
