"""The project of a record into the tables, and the budget that one process states."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from lianjing.domains.works import models as works
from lianjing.domains.works.exchange import facts
from lianjing.domains.works.exchange.writer import UNKNOWN_CURRENCY, Writing
from lianjing.runtime.matter.models import Matter


def follow_project(write: Writing, matter: Matter, found: facts.Process | facts.Project) -> works.Project:
    """Bring a project's record up to date with what a process or the project itself states of it."""
    project = works.Project.objects.select_related("matter").get(matter=matter)
    currency = project.currency or _currency(found)
    if isinstance(found, facts.Project):
        values = _of_project(write, project, found, currency)
        write.matter("project", found.id, found.title, None)
    else:
        values = {"need": found.need if not project.need else ""}
    authority = found.authority if isinstance(found, facts.Project) else found.buyer
    owner = write.firm(found, authority)
    if owner is not None and (isinstance(found, facts.Project) or not project.source_unit_name):
        values["source_unit_name"] = owner.name
    project = write.row(works.Project, {"matter": matter}, {**values, "currency": currency})
    if isinstance(found, facts.Project):
        write.join(matter, "owner", [owner])
        write.papers(matter, found.papers)
        _costs(write, project, found)
    project.matter = matter
    return project


def _of_project(
    write: Writing, project: works.Project, found: facts.Project, currency: str
) -> dict[str, Any]:
    return {
        "title": found.title,
        "project_code": found.code,
        "status": found.status,
        "nature": found.nature,
        "sector": found.sector,
        "scale": found.scale,
        "need": found.need,
        "site": found.site,
        "latitude": found.latitude,
        "longitude": found.longitude,
        "approved_budget": write.amount(found.budget, currency, project),
        "total_investment": write.amount(found.total, currency, project),
        "planned_start_on": found.planned_start_on,
        "planned_end_on": found.planned_end_on,
        "started_on": found.started_on,
        "completed_on": found.completed_on,
    }


def _currency(found: facts.Process | facts.Project) -> str:
    """The first currency that a record states is that of its project; others are not added to it."""
    if isinstance(found, facts.Project):
        inner = [process.tender.value for process in found.processes]
        sums = [found.budget, found.total, *inner]
    else:
        sums = [found.budget, found.tender.value, *(each.value for each in found.awards)]
        sums += [each.value for each in found.contracts] + [each.price for each in found.bids]
    known = [each for each in sums if each]
    return next((each.currency for each in known if each.currency), UNKNOWN_CURRENCY if known else "")


def _costs(write: Writing, project: works.Project, found: facts.Project) -> None:
    """The cost chain as stated; the final account has no day of its own and takes that of completion."""
    wanted = [(cost.kind, cost.amount, cost.on) for cost in found.costs]
    on = found.completed_on or found.planned_end_on
    if found.final_value is not None and on is not None:
        wanted.append(("final_account", found.final_value, on))
    elif found.final_value is not None:
        write.say("final_undated", _("决算额没有完工日期，未采用"), found.final_value.amount, project)
    write.rows(
        works.CostBaseline,
        {"project": project, "contract": None, "source_matter": None},
        [
            {"kind": kind, "amount": write.amount(amount, project.currency, project), "as_of_on": day}
            for kind, amount, day in wanted
            if (amount.currency or UNKNOWN_CURRENCY) == project.currency
        ],
    )


def budget_of_process(
    write: Writing, project: works.Project, process: facts.Process, tender: works.Tender
) -> None:
    """Keep the budget that one process states; it is the project's too where that has none and no other differs."""
    if process.project_title and process.project_title != project.title:
        text = _("同一项目的采购过程列出不同的项目名称，保留先到的一个")
        write.say("title_differs", text, process.project_title, tender)
    if process.budget is None:
        return
    amount = write.amount(process.budget, project.currency, tender)
    if amount is None:
        return
    key = {
        "project": project,
        "contract": None,
        "kind": "approved_budget",
        "source_matter": tender.matter,
    }
    write.row(works.CostBaseline, key, {"amount": amount, "as_of_on": process.known_on or write.act.day})
    if project.approved_budget is None:
        write.row(works.Project, {"matter": project.matter}, {"approved_budget": amount})
    elif project.approved_budget != amount:
        text = _("同一项目的采购过程列出不同的预算，项目概算保留先到的一个，各过程的预算另存")
        write.say("budget_differs", text, amount, tender)
