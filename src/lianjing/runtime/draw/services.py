"""Writes of draws: prepare, commit, lock, reveal, reply, redraw; each one act on the matter's chain.

Nobody can grind the result: the operator fixes the pool without knowing the value, the committer fixes the value
without knowing the pool, and the seed hangs on the locking event, which neither of them writes alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime import codes
from lianjing.runtime.draw import pools, rules, seed
from lianjing.runtime.draw.desk import (
    CLAUSE,
    asked_to_commit,
    fresh,
    locked_pool,
    reach,
    refused,
    settle,
)
from lianjing.runtime.draw.models import Draw, DrawCandidate
from lianjing.runtime.draw.queries import (
    ASKED,
    COMMITTED,
    DRAWN,
    LOCKED,
    REDRAWN,
    UNFINISHED,
    fallen,
    latest,
    own_picks,
    picks,
)
from lianjing.runtime.matter.acting import act_on
from lianjing.runtime.org.models import Person, Unit
from lianjing.runtime.process.desk import WATCHING, actor_near
from lianjing.runtime.process.scope import open_to_act, visible_to
from lianjing.runtime.trail.act import Actor, legal_day

REDRAW_CLAUSE = "zone_organisation#12"
HEX = re.compile(r"[0-9a-f]{64}")
SAMPLES = ("report_sample", "household_sample", "recheck_sample")
REASON_OF = {"declined": "declined", "tie_found": "tied", "unreachable": "no_answer"}


@dataclass(frozen=True, slots=True)
class Candidate:
    """One member of a pool; `ref` such as "expert:3". One with an exclusion reason cannot be drawn."""

    ref: str
    label: str
    weight: Decimal = Decimal(1)
    exclusion_reason: str = ""
    exclusion_text: str = ""


def prepare(
    *,
    matter_id: int,
    kind: str,
    pick_count: int,
    title: str,
    person_id: int,
    now: datetime,
    rule_text: str = "",
    committer_person_id: int | None = None,
    key: str = "",
) -> Draw:
    """Begin a draw for a matter: what, how many. The committer may be named; he then needs no sight of the matter.

    Refused while a draw of this kind stands for the matter: it is redrawn, which is counted. Samples may follow
    one another.
    """
    matter = open_to_act(person_id, matter_id, legal_day(now))
    actor = actor_near(person_id, legal_day(now), unit_id=matter.unit_id)
    parts = [str(matter_id), kind, str(pick_count), title]
    with act_on("draw.prepare", matter, actor, now, key, parts) as (act, done):
        before = latest(matter.pk, kind)
        if done and before is not None:
            return before
        _require_wanted(kind, pick_count, title)
        if before is not None and (before.status in UNFINISHED or kind not in SAMPLES):
            raise refused("draw.once", _("本事项已有同类抽取；需要重来的，请按规定重抽"), REDRAW_CLAUSE)
        draw = Draw(
            domain=matter.domain,
            kind=kind,
            matter=matter,
            title=title.strip(),
            rule_text=rule_text.strip(),
            pick_count=pick_count,
            seed_source="second_unit",
            person_id=person_id,
            unit_id=actor.unit_id,
            status=ASKED,
        )
        if committer_person_id is not None:
            _name_committer(draw, committer_person_id, act.day)
        return act.save(draw)


def _require_wanted(kind: str, pick_count: int, title: str) -> None:
    if kind not in codes.codes("draw_kind"):
        raise BadInput(_("请选择抽取类型"), "kind")
    if pick_count < 1:
        raise BadInput(_("抽取数至少为 1"), "pick_count")
    if not title.strip():
        raise BadInput(_("请填写抽取名称"), "title")


def _name_committer(draw: Draw, committer_person_id: int, day: date) -> None:
    person = Person.objects.filter(pk=committer_person_id, left_on__isnull=True).first()
    if person is None:
        raise BadInput(_("请选择承诺人"), "committer")
    actor = actor_near(committer_person_id, day, kinds=WATCHING, own_only=True)
    _require_independent(draw, committer_person_id, actor)
    draw.committed_by_person = person


def commit(*, draw_id: int, person_id: int, digest: str, now: datetime, key: str = "") -> Draw:
    """Hand in the SHA-256 (hex) of 32 bytes that stay with the committer: another person, of another unit."""
    draw, actor = reach(draw_id, person_id, now, as_committer=True)
    digest = digest.strip().lower()
    with act_on("draw.commit", draw.matter, actor, now, key, [str(draw_id), digest]) as (act, done):
        draw = fresh(draw_id)
        if done:
            return draw
        if draw.status != ASKED:
            raise refused("draw.committed", _("本次抽取已有承诺值，不能再交"))
        if draw.committed_by_person_id not in (None, person_id):
            raise refused("draw.not_committer", _("本次抽取已指定另一名承诺人"))
        _require_independent(draw, person_id, actor)
        if not HEX.fullmatch(digest):
            raise BadInput(_("承诺值摘要应为 64 位十六进制数"), "digest")
        if Draw.objects.filter(commitment=digest).exists():
            raise refused("draw.digest_used", _("该承诺值摘要已在另一次抽取中用过"))
        draw.commitment = digest
        draw.committed_by_person_id = person_id
        draw.committed_by_unit_id = actor.unit_id
        draw.committed_at = now
        draw.status = COMMITTED
        return act.save(draw)


def _require_independent(draw: Draw, person_id: int, actor: Actor) -> None:
    """The committer is neither the operator nor of his unit, by post and by home unit."""
    if person_id == draw.person_id:
        raise Refusal(Ground.CONFLICT, "draw.own_commitment", _("操作人不能提供承诺值"), CLAUSE)
    home = Person.objects.filter(pk=person_id).values_list("unit_id", flat=True).first()
    if draw.unit_id in (actor.unit_id, home):
        unit = Unit.objects.get(pk=draw.unit_id or 0).name
        message = _("承诺值须由%(unit)s以外单位的人员提供") % {"unit": unit}
        raise Refusal(Ground.CONFLICT, "draw.same_unit", message, CLAUSE)


def lock(
    *, draw_id: int, candidates: Sequence[Candidate], person_id: int, now: datetime, key: str = ""
) -> Draw:
    """Lock pool, exclusions, weights and count for good, by the operator's unit: event E.

    In a redraw those who fell out and those who stay drawn are excluded whatever the caller says.
    """
    draw, actor = reach(draw_id, person_id, now)
    parts = [str(draw_id), *(f"{each.ref}|{each.weight}|{each.exclusion_reason}" for each in candidates)]
    with act_on("draw.lock", draw.matter, actor, now, key, parts) as (act, done):
        draw = fresh(draw_id)
        if done:
            return draw
        _require_operator(draw, person_id, actor)
        if draw.status == ASKED:
            raise refused("draw.not_committed", _("尚无另一单位人员交存的承诺值，不能锁定"))
        if draw.status != COMMITTED:
            raise refused("draw.locked", _("候选名单已锁定，不能更改"))
        members = _require_pool(draw, pools.carried(draw, _own(candidates)), act.day)
        draw.pool_size = len(members)
        draw.is_weighted = len({each.weight for each in members}) > 1
        draw.locked_at = now
        draw.seed_source = seed.source()
        draw.status = LOCKED
        act.save(draw)
        for place, each in enumerate(members, start=1):
            act.save(_row(draw, place, each))
        return draw


def _own(candidates: Sequence[Candidate]) -> list[pools.Member]:
    return [
        pools.Member(each.ref, each.label, each.weight, each.exclusion_reason, each.exclusion_text)
        for each in candidates
    ]


def _row(draw: Draw, place: int, each: pools.Member) -> DrawCandidate:
    return DrawCandidate(
        draw=draw,
        seq=place,
        candidate=each.ref,
        label=each.label.strip(),
        weight=each.weight,
        is_excluded=bool(each.exclusion_reason),
        exclusion_reason=each.exclusion_reason,
        exclusion_text=each.exclusion_text.strip(),
    )


def _require_pool(draw: Draw, members: list[pools.Member], day: date) -> list[pools.Member]:
    if not members:
        raise BadInput(_("候选名单为空"), "candidates")
    selves = pools.identities([each.ref for each in members])
    if len(set(selves.values())) != len(members):
        raise refused("draw.duplicate", _("候选名单中有重复"))
    for each in members:
        if each.exclusion_reason and each.exclusion_reason not in codes.codes("exclusion_reason"):
            raise BadInput(_("请选择排除原因"), "exclusion_reason")
        try:
            rules.millionths(each.weight)
        except ValueError as error:
            raise BadInput(_("权重须大于零，最多六位小数"), "weight") from error
    eligible = [each for each in members if not each.exclusion_reason]
    if len(eligible) < draw.pick_count:
        message = _("可抽取的候选 %(eligible)s 个，少于抽取数 %(count)s 个")
        raise refused("draw.too_few", message % {"eligible": len(eligible), "count": draw.pick_count})
    tied = pools.tied(draw, [each.ref for each in eligible], day)
    if tied:
        # By their places: the attempt is recorded, and nobody may read names of the pool before it is drawn.
        places = "、".join(str(place) for place, each in enumerate(members, start=1) if each.ref in tied)
        message = _("名单第 %(places)s 号候选与本事项当事方有关联，须先排除")
        raise refused("draw.tied", message % {"places": places})
    return members


def reveal(*, draw_id: int, person_id: int, value: str, now: datetime, key: str = "") -> Draw:
    """Reveal the committed 32 bytes (hex), by the committer alone; the picks follow and nobody chooses them."""
    draw, actor = reach(draw_id, person_id, now, as_committer=True)
    value = value.strip().lower()
    with act_on("draw.reveal", draw.matter, actor, now, key, [str(draw_id), value]) as (act, done):
        draw = fresh(draw_id)
        if done:
            return draw
        _require_revealable(draw, person_id)
        if not HEX.fullmatch(value):
            raise BadInput(_("承诺值应为 64 位十六进制数"), "value")
        secret = bytes.fromhex(value)
        if rules.commitment(secret) != draw.commitment:
            raise refused("draw.value_mismatch", _("承诺值与交存的摘要不符"))
        seed.refuse_reveal(draw, now)
        locked = locked_pool(draw)
        draw.revealed, draw.revealed_at = value, now
        draw.seed_source = seed.SECOND_UNIT
        return settle(act, draw, secret, locked)


def _require_revealable(draw: Draw, person_id: int) -> None:
    if draw.committed_by_person_id != person_id:
        raise refused("draw.not_committer", _("只有交存承诺值的人员可以揭示"))
    if draw.status in (ASKED, COMMITTED):
        raise refused("draw.not_locked", _("候选名单尚未锁定，不能揭示"))
    if draw.status != LOCKED:
        raise refused("draw.revealed", _("本次抽取已揭示，结果不能更改"))


def reply(*, candidate_id: int, person_id: int, reply: str, now: datetime, key: str = "") -> DrawCandidate:
    """Record what a picked one replied, by the operator's unit or himself; an answer once given stands.

    Only silence (no_answer) and a tie found later may follow or be followed by another word.
    """
    row = DrawCandidate.objects.select_related("draw").get(pk=candidate_id)
    is_self = pools.is_person(row.candidate, person_id)
    draw, actor = reach(row.draw_id, person_id, now, as_self=is_self)
    with act_on("draw.reply", draw.matter, actor, now, key, [str(candidate_id), reply]) as (act, done):
        row = DrawCandidate.objects.get(pk=candidate_id)
        if done:
            return row
        if not is_self:
            _require_operator(fresh(draw.pk), person_id, actor)
        if reply not in codes.codes("draw_reply"):
            raise BadInput(_("请选择答复"), "reply")
        if fresh(draw.pk).status != DRAWN or not row.is_picked:
            raise refused("draw.not_picked", _("只有抽中的候选可以答复"))
        if row.reply not in ("", "no_answer") and reply != "tied":
            raise refused("draw.replied", _("已有答复，不能更改"))
        row.reply, row.replied_at = reply, now
        return act.save(row)


def redraw(
    *, draw_id: int, reason: str, person_id: int, now: datetime, text: str = "", key: str = ""
) -> Draw:
    """Draw again, counted: replace those who fell out, or after an error ("error", with a text) draw all anew.

    A value must be committed and a pool locked again; the picks that hold are kept (`queries.picks`).
    """
    old, actor = reach(draw_id, person_id, now)
    with act_on("draw.redraw", old.matter, actor, now, key, [str(draw_id), reason]) as (act, done):
        old = fresh(draw_id)
        if done:
            return Draw.objects.filter(redraw_of=old).latest("id")
        _require_operator(old, person_id, actor)
        count = _require_reason(old, reason, text)
        act.reason = text.strip()
        old.status = REDRAWN
        act.save(old)
        return act.save(
            Draw(
                domain=old.domain,
                kind=old.kind,
                matter=old.matter,
                title=old.title,
                rule_text=old.rule_text,
                pick_count=count,
                seed_source="second_unit",
                redraw_of=old,
                redraw_no=old.redraw_no + 1,
                redraw_reason=reason,
                person_id=person_id,
                unit_id=actor.unit_id,
                status=ASKED,
            )
        )


def _require_reason(old: Draw, reason: str, text: str) -> int:
    """Return how many are to be drawn anew; the reason must be borne by the replies."""
    if reason not in codes.codes("redraw_reason"):
        raise BadInput(_("请选择重抽原因"), "reason")
    if old.status == REDRAWN:
        raise refused("draw.redrawn", _("本次抽取已经重抽"), REDRAW_CLAUSE)
    if reason == "error":
        if not text.strip():
            raise BadInput(_("因操作差错重抽的，请写明情况"), "text")
        return len(picks(old)) + len(fallen(old)) if own_picks(old) else _whole(old)
    lost = fallen(old)
    if old.status != DRAWN or REASON_OF[reason] not in {row.reply for row in lost}:
        raise refused("draw.no_reason", _("没有抽中者的答复支持该重抽原因"), REDRAW_CLAUSE)
    return len(lost)


def _whole(old: Draw) -> int:
    """What an unfinished draw was to give, those whom it was to supplement included."""
    kept = picks(old.redraw_of) if old.redraw_of and old.redraw_reason != "error" else []
    return old.pick_count + len(kept)


def _require_operator(draw: Draw, person_id: int, actor: Actor) -> None:
    if person_id == draw.committed_by_person_id:
        raise Refusal(Ground.CONFLICT, "draw.own_commitment", _("承诺人不能操作抽取"), CLAUSE)
    if actor.unit_id != draw.unit_id:
        raise Refusal(Ground.POST, "draw.not_operator", _("只有发起抽取的单位可以操作"), CLAUSE)


def may_commit(draw: Draw, person_id: int, day: date) -> bool:
    """True where the person could hand in the committed value of this draw today."""
    if draw.status != ASKED or draw.committed_by_person_id not in (None, person_id):
        return False
    is_in_scope = visible_to(person_id, day).filter(pk=draw.matter_id).exists()
    if person_id not in asked_to_commit(draw) and not is_in_scope:
        return False
    try:
        _require_independent(draw, person_id, actor_near(person_id, day, kinds=WATCHING, own_only=True))
    except Refusal:
        return False
    return True
