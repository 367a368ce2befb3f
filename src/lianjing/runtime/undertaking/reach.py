"""How a person reaches an undertaking: who owes it, at which post he acts, on which chain."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.matter.queries import chain_of
from lianjing.runtime.org.queries import actor_at, posts_held
from lianjing.runtime.process.desk import WATCHING, actor_near
from lianjing.runtime.process.scope import open_to_act
from lianjing.runtime.trail.act import Actor, legal_day
from lianjing.runtime.undertaking.models import Undertaking

CLAUSE = "zone_projects#17"
FIXED_POST = "zone_organisation#2"
READERS = ("supervisor", "system_admin", "security_admin", "audit_admin")


def reach(undertaking_id: int, person_id: int, now: datetime) -> tuple[Undertaking, Actor]:
    """Return the undertaking and the actor at his own business post, if he may see it."""
    row = fetch(undertaking_id)
    day = legal_day(now)
    posts = [
        held.post
        for held in posts_held(person_id, day)
        if held.on_behalf_of is None and held.post.kind not in READERS
    ]
    if not posts:
        raise Refusal(Ground.POST, "undertaking.no_post", _("您今日没有可办理该事项的岗位"), FIXED_POST)
    _require_sight(row, person_id, now)
    kinds = {post.kind for post in posts}
    return row, actor_near(person_id, day, unit_id=row.owner_unit_id, kinds=kinds, own_only=True)


def reach_watching(undertaking_id: int, person_id: int, now: datetime) -> tuple[Undertaking, Actor, bool]:
    """The same for acts that a supervisor may do too; the last value is True where he acts as one."""
    row = fetch(undertaking_id)
    day = legal_day(now)
    _require_sight(row, person_id, now)
    for held in posts_held(person_id, day):
        if held.post.kind == "supervisor" and held.on_behalf_of_id is None:
            return row, actor_at(person_id, held.post.pk, day), True
    actor = actor_near(person_id, day, unit_id=row.owner_unit_id, kinds=WATCHING, own_only=True)
    return row, actor, False


def _require_sight(row: Undertaking, person_id: int, now: datetime) -> None:
    if row.matter_id is not None and person_id not in (row.owner_person_id, row.checker_person_id):
        open_to_act(person_id, row.matter_id, legal_day(now))


def is_owner(row: Undertaking, person_id: int, now: datetime) -> bool:
    """True for the named owner; where only a unit or a firm owes, for all its people."""
    if row.owner_person_id is not None:
        return row.owner_person_id == person_id
    held = posts_held(person_id, legal_day(now))
    if row.owner_unit_id is None and row.owner_enterprise is not None:
        return any(each.post.unit.enterprise_no == row.owner_enterprise.credit_code for each in held)
    return any(each.post.unit_id == row.owner_unit_id for each in held)


def is_head(person_id: int, now: datetime) -> bool:
    """True for heads and approvers: they put an undertaking under listed supervision."""
    return any(
        held.post.kind in ("head", "approver") and held.on_behalf_of_id is None
        for held in posts_held(person_id, legal_day(now))
    )


def fetch(undertaking_id: int) -> Undertaking:
    """Return the undertaking as it stands now."""
    return Undertaking.objects.select_related("matter", "owner_unit", "owner_enterprise").get(
        pk=undertaking_id
    )


def still_open(row: Undertaking) -> Undertaking:
    """Return the undertaking read again inside the act; Refusal(STALE) once it is closed."""
    fresh = fetch(row.pk)
    if fresh.closed_on is not None:
        raise Refusal(Ground.STALE, "undertaking.closed", _("该事项已销号"), CLAUSE)
    return fresh


def chain(row: Undertaking) -> str:
    """Return the chain of an undertaking's acts: its matter's, else its unit's or its owner's."""
    if row.matter:
        return chain_of(row.matter)
    return f"unit:{row.owner_unit_id}" if row.owner_unit_id else f"person:{row.owner_person_id}"


def matter_of(row: Undertaking) -> dict[str, int | None]:
    """Return the matter columns of an act on the undertaking."""
    return {"matter_id": row.matter_id, "root_matter_id": row.matter.root_id if row.matter else None}


def said(text: str, field: str = "text") -> str:
    """Return a text without its edges; BadInput for an empty one."""
    if not text.strip():
        raise BadInput(_("请写明情况"), field)
    return text.strip()


def own_work() -> Refusal:
    """Return the refusal of one who checks his own work."""
    return Refusal(Ground.CONFLICT, "undertaking.own_work", _("核验人不能是责任人或佐证提供人"), CLAUSE)
