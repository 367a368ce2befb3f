"""Writes of phrases: one's own by oneself, a unit's by its head; each an act."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.org.queries import headed_units
from lianjing.runtime.phrase.models import OpinionPhrase
from lianjing.runtime.trail.act import Actor, legal_day, recorded

CLAUSE = "zone_organisation#2"
MOST = 50
LONGEST = 500


def add(*, text: str, unit_id: int | None, actor: Actor, now: datetime) -> OpinionPhrase:
    """Add a phrase of one's own, or of a unit by its head."""
    with recorded("phrase.add", chain=_chain(actor, unit_id), actor=actor, now=now) as act:
        _require_owner(actor, unit_id, now)
        words = text.strip()
        if not words or len(words) > LONGEST:
            raise BadInput(_("常用意见不能为空，且不超过500字"), "text")
        in_use = OpinionPhrase.objects.filter(ended_at__isnull=True)
        mine = in_use.filter(unit_id=unit_id) if unit_id else in_use.filter(person_id=actor.person_id or 0)
        if mine.filter(text=words).exists():
            raise BadInput(_("已有相同的常用意见"), "text")
        count = mine.count()
        if count >= MOST:
            raise BadInput(_("常用意见最多%(most)s条，请先停用不用的") % {"most": MOST}, "text")
        return act.save(
            OpinionPhrase(
                person_id=None if unit_id else actor.person_id,
                unit_id=unit_id,
                text=words,
                position=count + 1,
            )
        )


def end(*, phrase_id: int, actor: Actor, now: datetime) -> OpinionPhrase:
    """Take a phrase out of use; what was written with it stays."""
    row = OpinionPhrase.objects.filter(pk=phrase_id, ended_at__isnull=True).first()
    if row is None or (row.person_id is not None and row.person_id != actor.person_id):
        raise Refusal(Ground.SCOPE, "scope.phrase", _("没有该常用意见"), CLAUSE)
    with recorded("phrase.end", chain=_chain(actor, row.unit_id), actor=actor, now=now) as act:
        _require_owner(actor, row.unit_id, now)
        row.ended_at = now
        return act.save(row)


def _require_owner(actor: Actor, unit_id: int | None, now: datetime) -> None:
    if unit_id is not None and unit_id not in headed_units(actor.person_id or 0, legal_day(now)):
        raise Refusal(Ground.POST, "phrase.not_head", _("单位常用意见由单位负责人维护"), CLAUSE)


def _chain(actor: Actor, unit_id: int | None) -> str:
    return f"unit:{unit_id}" if unit_id else f"person:{actor.person_id}"
