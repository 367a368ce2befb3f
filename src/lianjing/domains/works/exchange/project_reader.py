"""From the tables to the facts of a project: what is public of it, with its processes."""

from __future__ import annotations

from datetime import date
from typing import Any

from lianjing.domains.works import models as works
from lianjing.domains.works.exchange import facts, words
from lianjing.domains.works.exchange.reader import (
    PROJECT_PAPERS,
    Reading,
    _buyer,
    money,
    papers_of,
    processes_of,
)
from lianjing.runtime.matter.models import Matter


def projects(wanted: str = "") -> Any:
    """Return the projects to publish, or the one of a code, number or id; archive of ledgers is not ours to publish."""
    rows = (
        works.Project.objects.select_related("matter", "owner_unit", "matter__unit")
        .exclude(matter__is_before_platform=True, matter__onboarding="archive", matter__external_system="")
        .order_by("matter_id")
    )
    if not wanted:
        return rows
    known = (
        rows.filter(project_code=wanted)
        | rows.filter(matter__code=wanted)
        | rows.filter(matter__external_no=wanted)
    )
    return known | rows.filter(pk=int(wanted)) if wanted.isdecimal() and len(wanted) < 16 else known


def project_of(project: works.Project, reading: Reading) -> facts.Project:
    """Return the facts of a project with its public processes."""
    own = Reading(reading.today, reading.prefix, reading.project_prefix)
    currency, is_archive = project.currency, project.matter.is_before_platform
    authority = _buyer(project.matter, own) or own.unit(project.owner_unit)
    found = tuple(processes_of(project, own))
    parties = {party.id: party for each in found for party in each.parties} | own.parties
    final = works.CostBaseline.objects.filter(project=project, kind="final_account").order_by("pk").last()
    return facts.Project(
        id=own.project_id(project.matter),
        title=project.title,
        code=project.project_code,
        code_scheme=words.PROJECT_CODE if project.project_code else "",
        status=project.status,
        nature=project.nature,
        sector=project.sector,
        scale=project.scale,
        need=project.need,
        site=project.site,
        latitude=project.latitude,
        longitude=project.longitude,
        budget=money(project.approved_budget, currency),
        total=money(project.total_investment, currency),
        costs=tuple(
            facts.Cost(row.kind, facts.Money(row.amount, currency or "CNY"), row.as_of_on)
            for row in works.CostBaseline.objects.filter(
                project=project, kind__in=words.FORECASTS, contract=None
            ).order_by("as_of_on", "pk")
            if not _is_of_process(row.source_matter)
        ),
        planned_start_on=project.planned_start_on,
        planned_end_on=project.planned_end_on,
        started_on=project.started_on,
        completed_on=project.completed_on,
        final_value=money(final.amount, currency) if final else None,
        authority=authority,
        papers=_papers(project, is_archive=is_archive),
        parties=tuple(sorted(parties.values(), key=lambda each: each.id)),
        processes=found,
    )


def _is_of_process(matter: Matter | None) -> bool:
    """True for the budget of one process of an archive record: it is no cost of the project."""
    return matter is not None and matter.is_before_platform and matter.kind == "tender"


def _papers(project: works.Project, *, is_archive: bool) -> tuple[facts.Paper, ...]:
    if is_archive:
        return papers_of(project.matter, ())
    own = Matter.objects.filter(root_id=project.pk, kind__in=("feasibility", "initiation", "permit"))
    return tuple(
        paper
        for matter in (project.matter, *own.order_by("pk"))
        for paper in papers_of(matter, PROJECT_PAPERS)
    )


def latest(process: facts.Process) -> date | None:
    """Return the day of the latest thing that a process tells."""
    days = [process.known_on, *(each.decided_on for each in process.awards)]
    for contract in process.contracts:
        days += [contract.signed_on, *(each.paid_on for each in contract.payments)]
    return max((day for day in days if day), default=None)
