"""What every act on a draw needs: the draw and its actor, the act on its matter's chain, the picks of a seed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from lianjing.kernel.refusal import Ground, Refusal
from lianjing.runtime.draw import rules
from lianjing.runtime.draw.models import Draw, DrawCandidate
from lianjing.runtime.draw.queries import DRAWN, leaf_of, lock_event, locked_rows, pool
from lianjing.runtime.process.desk import BUSINESS, WATCHING, actor_near
from lianjing.runtime.process.scope import open_to_act
from lianjing.runtime.trail.act import Act, Actor, legal_day
from lianjing.runtime.trail.models import Event

CLAUSE = "zone_organisation#11"


def reach(
    draw_id: int, person_id: int, now: datetime, *, as_committer: bool = False, as_self: bool = False
) -> tuple[Draw, Actor]:
    """Return the draw and its actor: the operator's side sees the matter, the committer may be named, a pick is himself."""
    day, draw = legal_day(now), fresh(draw_id)
    named = as_committer and person_id in asked_to_commit(draw)
    if not (named or as_self):
        open_to_act(person_id, draw.matter_id, day)
    if as_self:
        return draw, actor_near(person_id, day, unit_id=draw.unit_id, kinds=(*WATCHING, "external"))
    if as_committer:
        return draw, actor_near(person_id, day, kinds=WATCHING, own_only=True)
    return draw, actor_near(person_id, day, unit_id=draw.unit_id, kinds=BUSINESS)


def fresh(draw_id: int) -> Draw:
    return Draw.objects.select_related("matter", "redraw_of").get(pk=draw_id)


def refused(rule: str, message: str, clause: str = CLAUSE) -> Refusal:
    """Return the refusal by a rule of draws."""
    return Refusal(Ground.RULE, rule, message, clause)


def asked_to_commit(draw: Draw) -> set[int | None]:
    """Return who may commit without sight of the matter: the one named, and who did so for the draw before."""
    before = draw.redraw_of
    return {draw.committed_by_person_id, before.committed_by_person_id if before else None}


def locked_pool(draw: Draw) -> tuple[Event, list[DrawCandidate]]:
    """Return event E and the pool; Refusal where the pool is not the one that E locked."""
    event, members = lock_event(draw), pool(draw)
    if event is None or [row.row_image() for row in members] != locked_rows(event):
        raise refused("draw.pool_altered", _("候选名单与锁定时不一致，不能抽取；请立即核验留痕"))
    return event, members


def settle(act: Act, draw: Draw, value: bytes, locked: tuple[Event, list[DrawCandidate]]) -> Draw:
    """Compute the seed from event E and a value that nobody chose knowing E, then the picks; part of an act."""
    event, members = locked
    leaf = leaf_of(event)
    draw.locked_event, draw.locked_leaf_hash = event.pk, leaf.hex()
    draw.drawn_at = act.now
    draw.seed = rules.seed(leaf, value).hex()
    draw.status = DRAWN
    act.save(draw)
    for order, row in enumerate(drawn_from(draw, members), start=1):
        row.is_picked, row.pick_order = True, order
        act.save(row)
    return draw


def drawn_from(draw: Draw, members: Sequence[DrawCandidate]) -> list[DrawCandidate]:
    """Compute the picks of a draw whose seed is known."""
    eligible = [(row, rules.millionths(row.weight)) for row in members if not row.is_excluded]
    return rules.pick(bytes.fromhex(draw.seed), eligible, draw.pick_count)
