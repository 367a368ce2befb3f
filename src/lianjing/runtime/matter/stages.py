"""Stages of a root matter: a gate is tried, its conditions are told, and only passing it moves the stage."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from lianjing.kernel.declaration import Condition, Domain, Stage
from lianjing.kernel.refusal import Ground, Refusal
from lianjing.runtime import codes
from lianjing.runtime.domains import domain as installed
from lianjing.runtime.matter.models import Matter, StageGate
from lianjing.runtime.matter.queries import chain_of
from lianjing.runtime.matter.services import close
from lianjing.runtime.org import power
from lianjing.runtime.org.queries import actor_with, unbound
from lianjing.runtime.trail.act import Act, answered, recorded, request_digest


def stage_of(matter: Matter) -> tuple[Domain, int]:
    """Return the domain of a root matter and the place of its stage; an archive, which has none, stands at the first."""
    declared = installed(matter.domain)
    return declared, [stage.key for stage in declared.stages].index(matter.stage) if matter.stage else 0


def next_stage(matter: Matter) -> Stage | None:
    """Return the stage that follows, None at the last."""
    declared, place = stage_of(matter)
    return declared.stages[place + 1] if place + 1 < len(declared.stages) else None


def conditions(matter: Matter, day: date) -> Sequence[Condition]:
    """Return what the gate out of the present stage asks for, met and unmet, each with its clause."""
    declared, place = stage_of(matter)
    return declared.stages[place].gate(matter, day)


def pass_gate(
    *, matter_id: int, person_id: int, now: datetime, key: str = "", channel: str = "web", to_stage: str = ""
) -> Matter:
    """Move a root matter to its next stage if every condition of the gate is met; from the last stage, close it.

    Refusal(GATE) names the unmet conditions and their clauses; the attempt is logged. `to_stage`, where given,
    must be the very next stage: none can be skipped (C2).
    """
    digest = request_digest(["pass_gate", str(matter_id), str(person_id), to_stage])
    matter = Matter.objects.get(id=matter_id)
    if answered(key, digest) is not None:
        return matter
    with recorded(
        "matter.pass_gate", chain=chain_of(matter), actor=unbound(person_id, channel), now=now, matter_id=matter.id,
        root_matter_id=matter.root_id, role="approved", request_key=key, request_sha256=digest,
    ) as act:  # fmt: skip
        matter.refresh_from_db()
        declared, _place = stage_of(matter)
        act.step_key = matter.stage
        act.actor = actor_with(person_id, declared.gate_post, act.day, matter.unit_id, channel)
        power.require(f"{declared.key}_gate", matter.unit_id, act.day)
        following = _following(matter, to_stage)
        count = _require_conditions(matter, act.day)
        act.save(
            StageGate(
                matter=matter,
                stage=matter.stage,
                is_passed=True,
                passed_at=now,
                person_id=person_id,
                required_count=count,
                missing_count=0,
                completeness_ratio=Decimal(1),
            )
        )
        if following is None:
            return finish(act, matter)
        matter.stage = following.key
        return act.save(matter)


def finish(act: Act, matter: Matter) -> Matter:
    """Close a root matter that has nothing left to do, and let its domain's record say so; part of an act."""
    declared, _place = stage_of(matter)
    close(act, matter, "done")
    if declared.closed is not None:
        declared.closed(act, matter)
    return matter


def _following(matter: Matter, to_stage: str) -> Stage | None:
    """Return the stage that the gate leads to, None where it leads out; Refusal(GATE) where it is not the one asked for."""
    declared, place = stage_of(matter)
    if matter.onboarding == "archive":
        raise Refusal(Ground.GATE, "gate.archive", _("存档项目只读，须先接续再办理"), "zone_projects#18")
    following = next_stage(matter)
    clause = declared.stages[place].clause
    if matter.status != "open":
        raise Refusal(Ground.GATE, "gate.closed", _("事项已办结或终止"), clause)
    if following is None and to_stage:
        raise Refusal(Ground.GATE, "gate.last", _("项目已在最后阶段"), clause)
    if following is not None and to_stage and to_stage != following.key:
        raise Refusal(
            Ground.GATE,
            "gate.skipped",
            _("阶段不可跳过：下一阶段是“%(stage)s”") % {"stage": codes.said(following.label)},
            "zone_projects#3",
        )
    return following


def _require_conditions(matter: Matter, day: date) -> int:
    """Return how many conditions the gate has; Refusal(GATE) that names those not met."""
    found = conditions(matter, day)
    unmet = [condition for condition in found if not condition.is_met]
    if unmet:
        told = "；".join(condition.text for condition in unmet)
        words = (
            _("尚不能进入下一阶段：%(unmet)s")
            if next_stage(matter) is not None
            else _("尚不能办结：%(unmet)s")
        )
        raise Refusal(Ground.GATE, f"gate.{matter.stage}", words % {"unmet": told}, unmet[0].clause)
    return len(found)
