"""Where a draw's seed comes from: the first checkpoint cosigned after the pool was locked, else the second hand.

With a witness in the policy nobody inside the installation chooses the seed. Only where no cosignature comes in time
may the committed value be revealed instead (nouns.md, draws that nobody can grind).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext as _

from lianjing.kernel.refusal import Ground, Refusal
from lianjing.kernel.trail.note import note_bytes
from lianjing.runtime.draw.desk import CLAUSE, fresh, locked_pool, reach, refused, settle
from lianjing.runtime.draw.models import Draw, DrawSeed
from lianjing.runtime.draw.queries import LOCKED, lock_event
from lianjing.runtime.matter.acting import act_on
from lianjing.runtime.trail import keys
from lianjing.runtime.trail.act import LEGAL_ZONE
from lianjing.runtime.trail.models import Checkpoint
from lianjing.runtime.trail.publication import note_of, standing_of

CHECKPOINT, SECOND_UNIT = "checkpoint", "second_unit"
Found = tuple[Checkpoint, list[tuple[str, datetime]]]


def source() -> str:
    """Return where the seed of a draw that is locked now will come from, first of all."""
    return CHECKPOINT if keys.has_witness() else SECOND_UNIT


def found(draw: Draw) -> Found | None:
    """Return the first checkpoint cosigned after the pool was locked, with its witnesses; None while there is none."""
    event = lock_event(draw)
    standing = standing_of(event.pk) if event is not None else None
    if standing is None or standing.state != "cosigned" or standing.checkpoint is None:
        return None
    return standing.checkpoint, standing.cosigners


def waits_until(draw: Draw) -> datetime | None:
    """Return until when the cosignature is waited for; None where the draw does not wait for one."""
    if draw.seed_source != CHECKPOINT or draw.locked_at is None:
        return None
    return draw.locked_at + timedelta(hours=settings.LIANJING_DRAW_WAIT_HOURS)


def refuse_reveal(draw: Draw, now: datetime) -> None:
    """Raise Refusal where the value may not be revealed: the checkpoint is there, or may still come in time."""
    until = waits_until(draw)
    if until is None:
        return
    if found(draw) is not None:
        raise refused("draw.checkpoint_there", _("监督组已共签锁定后的检查点，须以其根为种子"))
    if now < until:
        message = _("须等待监督组共签的检查点；至 %(time)s 仍未共签的，方可揭示承诺值")
        raise refused(
            "draw.checkpoint_awaited", message % {"time": f"{until.astimezone(LEGAL_ZONE):%Y-%m-%d %H:%M}"}
        )


def draw_by_checkpoint(*, draw_id: int, person_id: int, now: datetime, key: str = "") -> Draw:
    """Draw with the root of the first checkpoint cosigned after the lock, by the operator's unit.

    Nobody chooses anything here: whoever does it, and whenever, gets the same picks.
    """
    draw, actor = reach(draw_id, person_id, now)
    with act_on("draw.by_checkpoint", draw.matter, actor, now, key, [str(draw_id)]) as (act, done):
        draw = fresh(draw_id)
        if done:
            return draw
        if actor.unit_id != draw.unit_id:
            raise Refusal(Ground.POST, "draw.not_operator", _("只有发起抽取的单位可以操作"), CLAUSE)
        if draw.status != LOCKED or draw.seed_source != CHECKPOINT:
            raise refused("draw.not_by_checkpoint", _("本次抽取不能以检查点为种子"))
        at = found(draw)
        if at is None:
            raise refused("draw.not_cosigned", _("锁定之后尚无监督组共签的检查点，请稍后再抽"))
        row, cosigners = at
        settle(act, draw, bytes.fromhex(row.root), locked_pool(draw))
        act.save(
            DrawSeed(
                draw=draw,
                checkpoint_size=row.size,
                root=row.root,
                note=note_bytes(note_of(row)).decode(),
                cosigners=" ".join(name for name, _time in cosigners),
                cosigned_at=max(time for _name, time in cosigners),
            )
        )
        return draw
