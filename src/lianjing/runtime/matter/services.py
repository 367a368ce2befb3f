"""Writes of matters: begin, number, close, party, recusal."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput
from lianjing.runtime.matter.models import Matter, MatterParty, Recusal, Series
from lianjing.runtime.matter.queries import chain_of
from lianjing.runtime.trail.act import Act, Actor, lock_chain, recorded


def begin(
    act: Act,
    *,
    domain: str,
    kind: str,
    title: str,
    unit_id: int,
    parent: Matter | None = None,
    **columns: Any,
) -> Matter:
    """Begin a matter; part of an act. A child carries its root and inherits how the project came in."""
    if not title.strip():
        raise BadInput(_("请填写事项标题"), "title")
    columns.setdefault("onboarding", "new")
    matter = Matter(
        domain=domain,
        kind=kind,
        title=title.strip(),
        unit_id=unit_id,
        parent=parent,
        status="open",
        opened_on=act.day,
        **columns,
    )
    if parent is not None:
        matter.root_id = parent.root_id or parent.id
    act.save(matter)
    if parent is None:
        matter.root = matter
        act.save(matter)
    act.matter_id = matter.id
    act.root_matter_id = matter.root_id
    return matter


def number(act: Act, matter: Matter, letters: str) -> Matter:
    """Give a matter the next number of its series and year, gap-free: 变〔2025〕0007号; part of an act."""
    head = f"{letters}〔{act.day.year}〕"
    matter.code = f"{head}{next_number(act, head):04d}号"
    return act.save(matter)


def next_number(act: Act, head: str) -> int:
    """Return the next number of a series, gap-free; part of an act, which holds the series until it ends."""
    lock_chain(f"series:{head}")
    series = Series.objects.filter(head=head).first() or Series(head=head, last=0)
    series.last += 1
    act.save(series)
    return series.last


def close(act: Act, matter: Matter, outcome: str) -> Matter:
    """Close a matter with its outcome (code list matter_outcome); part of an act."""
    matter.status = "terminated" if outcome == "terminated" else "closed"
    matter.outcome = outcome
    matter.closed_at = act.now
    matter.closed_on = act.day
    return act.save(matter)


def join_party(
    act: Act, matter: Matter, *, enterprise_id: int, role: str, share_ratio: Decimal | None = None
) -> MatterParty:
    """Name an enterprise a party of a matter in a role; part of an act. Naming it twice changes nothing."""
    found = MatterParty.objects.filter(matter=matter, enterprise_id=enterprise_id, role=role).first()
    if found is not None:
        return found
    return act.save(
        MatterParty(matter=matter, enterprise_id=enterprise_id, role=role, share_ratio=share_ratio)
    )


def recuse(*, matter_id: int, person_id: int, reason: str, actor: Actor, now: datetime) -> Recusal:
    """Enter a recusal: from now on the person may do no step of this matter."""
    matter = Matter.objects.get(id=matter_id)
    with recorded(
        "matter.recuse",
        chain=chain_of(matter),
        actor=actor,
        now=now,
        matter_id=matter.id,
        root_matter_id=matter.root_id,
    ) as act:
        if Recusal.objects.filter(matter=matter, person_id=person_id, result="recused").exists():
            raise BadInput(_("该人员已在此事项中回避"), "person")
        return act.save(
            Recusal(matter=matter, person_id=person_id, reason=reason, declared_at=now, result="recused")
        )
