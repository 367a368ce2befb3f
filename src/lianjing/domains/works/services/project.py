"""Opening a project: the root matter on which everything else hangs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from lianjing.domains.works.forms.project import ProjectForm
from lianjing.domains.works.models import CostBaseline, Project
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.matter.queries import chain_of
from lianjing.runtime.matter.services import begin
from lianjing.runtime.org import power
from lianjing.runtime.org.queries import actor_with
from lianjing.runtime.process.forms import InvalidForm
from lianjing.runtime.trail.act import Act, answered, legal_day, recorded, request_digest
from lianjing.runtime.trail.models import Event

POWER = "works_project"
COLUMNS = (
    "project_code",
    "title",
    "sector",
    "nature",
    "site",
    "scale",
    "total_investment",
    "fund_kind",
    "is_state_controlled",
    "funding_year",
    "planned_start_on",
    "planned_end_on",
    "need",
    "simple_case",
)


def closed(act: Act, matter: Matter) -> None:
    """Say on the project's record that it is complete; called where its last gate is passed."""
    project = Project.objects.get(pk=matter.pk)
    project.status = "completed"
    act.save(project)


def open_project(
    *, person_id: int, now: datetime, data: Mapping[str, Any], key: str = "", channel: str = "web"
) -> Matter:
    """Open a project from form F1: its matter at stage initiation, its record, its estimate.

    InvalidForm names the fields; Refusal where the person is no project officer or the power register has no item
    in force. The same `key` with the same data is answered with the first project.
    """
    day = legal_day(now)
    form = ProjectForm(data, matter=None, day=day)  # type: ignore[arg-type]
    if not form.is_valid():
        errors = {name: [str(fault) for fault in faults] for name, faults in form.errors.items()}
        raise InvalidForm(next(iter(errors.values()))[0], next(iter(errors)), errors, form)
    digest = request_digest(
        [
            "open_project",
            str(person_id),
            *(f"{name}={form.cleaned_data[name]}" for name in (*COLUMNS, "plan_item")),
        ]
    )
    if (event := answered(key, digest)) is not None:
        return Matter.objects.get(id__in=Event.objects.filter(id=event).values("matter_id"))
    actor = actor_with(person_id, "project_officer", day, channel=channel)
    with recorded(
        "works_project.open",
        chain=f"unit:{actor.unit_id}",
        actor=actor,
        now=now,
        request_key=key,
        request_sha256=digest,
        duty="apply",
    ) as act:
        power.require(POWER, actor.unit_id, act.day)
        assert actor.unit_id is not None
        values = {name: form.cleaned_data[name] for name in COLUMNS}
        matter = begin(
            act,
            domain="works",
            kind="project",
            title=values["title"],
            unit_id=actor.unit_id,
            stage="initiation",
            applicant_person_id=person_id,
            handler_person_id=person_id,
            handler_post_id=actor.post_id,
            code=values["project_code"],
        )
        act.chain = chain_of(matter)
        project = act.save(
            Project(
                matter=matter,
                owner_unit_id=actor.unit_id,
                status="identification",
                currency="CNY",
                plan_item_id=form.cleaned_data["plan_item"],
                **values,
            )
        )
        act.save(
            CostBaseline(
                project=project,
                kind="estimate",
                amount=values["total_investment"],
                as_of_on=act.day,
                source_matter=matter,
            )
        )
        return matter
