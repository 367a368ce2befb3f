"""Milestones of a project: planned with the start of the works, met by the word of the site post."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from lianjing.domains.works.models import Milestone
from lianjing.kernel.refusal import BadInput
from lianjing.runtime.contract.models import Contract
from lianjing.runtime.matter.queries import chain_of
from lianjing.runtime.org.queries import actor_with
from lianjing.runtime.process.scope import open_to_act
from lianjing.runtime.trail.act import Act, legal_day, recorded


def plan(act: Act, contract: Contract, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write the planned milestones of a contract anew; one that was met stays; part of an act."""
    for row in Milestone.objects.filter(contract=contract, met_on__isnull=True).order_by("id"):
        act.remove(row)
    act.save_many(
        [
            Milestone(
                project_id=contract.project_id,
                contract=contract,
                kind=row["kind"],
                title=row["title"],
                planned_on=row["planned_on"],
            )
            for row in rows
        ]
    )


def met(act: Act, milestone: Milestone, met_on: date) -> Milestone:
    """Enter the day on which a milestone was met; part of an act. BadInput for a day ahead or a second time."""
    if met_on > act.day:
        raise BadInput(_("完成日不得晚于今日"), "met_on")
    if milestone.met_on is not None and milestone.met_on != met_on:
        raise BadInput(_("该里程碑已登记完成"), "met_on")
    milestone.met_on = met_on
    return act.save(milestone)


def meet(*, milestone_id: int, met_on: date, person_id: int, now: datetime) -> Milestone:
    """Enter the day on which a milestone was met, by the site officer; an act of its own."""
    row = Milestone.objects.select_related("project__matter").get(pk=milestone_id)
    day = legal_day(now)
    matter = open_to_act(person_id, row.project_id, day)
    actor = actor_with(person_id, "site_officer", day, matter.unit_id)
    with recorded(
        "works.milestone",
        chain=chain_of(matter),
        actor=actor,
        now=now,
        matter_id=matter.pk,
        root_matter_id=matter.root_id,
    ) as act:
        return met(act, Milestone.objects.get(pk=milestone_id), met_on)
