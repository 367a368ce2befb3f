"""The acts of the personnel post: units, posts, persons, ends of appointments and the power register, each one act."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput
from lianjing.runtime.org import services
from lianjing.runtime.org.models import Appointment, Person, Post, PowerItem, Unit
from lianjing.runtime.org.queries import actor_with
from lianjing.runtime.trail.act import Actor, answered, legal_day, recorded, request_digest

PERSONNEL = "personnel_officer"
REGISTER = "zone_organisation#7"


def create_unit(
    *,
    person_id: int,
    now: datetime,
    code: str,
    name: str,
    kind: str,
    parent: Unit | None = None,
    key: str = "",
    **columns: Any,
) -> Unit:
    """Set up a unit from today on; on the chain of the unit above it."""
    actor, digest = _actor(person_id, now), request_digest(["unit", code, name, kind])
    if answered(key, digest) is not None:
        return Unit.objects.get(code=code.strip())
    chain = f"unit:{parent.id}" if parent else "installation:1"
    with recorded(
        "unit.create", chain=chain, actor=actor, now=now, request_key=key, request_sha256=digest
    ) as act:
        return services.add_unit(
            act, code=code, name=name, kind=kind, parent=parent, from_on=act.day, **columns
        )


def create_post(
    *,
    person_id: int,
    now: datetime,
    unit: Unit,
    post_key: str,
    name: str,
    kind: str,
    duties: Sequence[str] = (),
    key: str = "",
    **columns: Any,
) -> Post:
    """Set up a post with its duties from today on; on the chain of its unit."""
    actor, digest = _actor(person_id, now), request_digest(["post", str(unit.id), post_key, name])
    if answered(key, digest) is not None:
        return Post.objects.filter(unit=unit, key=post_key).order_by("-id")[0]
    with recorded(
        "post.create", chain=f"unit:{unit.id}", actor=actor, now=now, request_key=key, request_sha256=digest
    ) as act:
        return services.add_post(
            act,
            unit=unit,
            key=post_key,
            name=name,
            kind=kind,
            duties=tuple(duties),
            from_on=act.day,
            **columns,
        )


def create_person(
    *,
    person_id: int,
    now: datetime,
    name: str,
    kind: str,
    unit: Unit,
    number: str = "",
    key: str = "",
    **columns: Any,
) -> Person:
    """Enter a person, with a locked log-in where a number is given; on the chain of his unit."""
    actor, digest = _actor(person_id, now), request_digest(["person", str(unit.id), name, number])
    if answered(key, digest) is not None:
        return Person.objects.filter(unit=unit, name=name.strip()).order_by("-id")[0]
    with recorded(
        "person.create", chain=f"unit:{unit.id}", actor=actor, now=now, request_key=key, request_sha256=digest
    ) as act:
        return services.add_person(act, name=name, kind=kind, unit=unit, number=number, **columns)


def end_appointment(
    *, person_id: int, now: datetime, appointment_id: int, to_on: date, reason: str
) -> Appointment:
    """Close an appointment with its last day and the reason."""
    if not reason.strip():
        raise BadInput(_("请写明免职依据或理由"), "reason")
    actor = _actor(person_id, now)
    return services.end_appointment(
        appointment_id=appointment_id, to_on=to_on, actor=actor, now=now, reason=reason
    )


def enter_power_item(
    *,
    person_id: int,
    now: datetime,
    code: str,
    name: str,
    unit: Unit,
    definition_key: str,
    from_on: date,
    key: str = "",
    **columns: Any,
) -> PowerItem:
    """Enter an item in the power register from a day on; on the chain of the unit that exercises it (G8)."""
    actor, digest = (
        _actor(person_id, now),
        request_digest(["power", code, name, str(unit.id), definition_key, str(from_on)]),
    )
    if answered(key, digest) is not None:
        return PowerItem.objects.filter(code=code).order_by("-from_on")[0]
    with recorded(
        "power_item.set",
        chain=f"unit:{unit.id}",
        actor=actor,
        now=now,
        request_key=key,
        request_sha256=digest,
    ) as act:
        return services.set_power_item(
            act, code=code, name=name, unit=unit, definition_key=definition_key, from_on=from_on, **columns
        )


def end_power_item(*, person_id: int, now: datetime, item_id: int, to_on: date, reason: str) -> PowerItem:
    """Take an item out of the register after a day, with the reason; it cannot end before it began."""
    if not reason.strip():
        raise BadInput(_("请写明停用理由"), "reason")
    if to_on < PowerItem.objects.values_list("from_on", flat=True).get(id=item_id):
        raise BadInput(_("停用日早于启用日"), "to_on")
    return services.end_power_item(
        item_id=item_id, to_on=to_on, actor=_actor(person_id, now), now=now, reason=reason
    )


def _actor(person_id: int, now: datetime) -> Actor:
    return actor_with(person_id, PERSONNEL, legal_day(now))
