"""Works in the cockpit: stage counts, the money path and payments against progress, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from lianjing.domains.works.models import ChangeOrder, ProgressReport, Project
from lianjing.domains.works.queries.money import DEAD, LIVE
from lianjing.domains.works.queries.projects import counts_by_stage, projects_visible
from lianjing.domains.works.queries.standing import NOTHING
from lianjing.domains.works.queries.sums import Sums, all_sums, made
from lianjing.domains.works.rules.archive import YUAN as CURRENCY
from lianjing.domains.works.rules.gates import ORDER
from lianjing.runtime import codes
from lianjing.runtime.contract.models import Contract
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.payment.models import PaymentApplication
from lianjing.web.overview import MoneyStep, Overview, StageCount, Standing


def stage_counts(counts: Mapping[str, int]) -> tuple[StageCount, ...]:
    """Return the counts in the order of the stages, each with its list."""
    place = reverse("works_projects")
    return tuple(
        StageCount(codes.label("stage", stage), counts.get(stage, 0), f"{place}?stage={stage}")
        for stage in ORDER
    )


def page_of(matter: Matter) -> str:
    """Return the address of a project's file."""
    return reverse("works_project", args=[matter.pk])


def overview(person_id: int, day: date) -> Overview:
    """Return what the cockpit shows of works to this person today. Archived projects count in no sum."""
    projects, counts = projects_visible(person_id, day), counts_by_stage(person_id, day)
    live = projects.exclude(matter__onboarding="archive").filter(currency__in=CURRENCY).order_by()
    sums = sums_seen(live)
    place = reverse("works_project", args=[0])
    standings = [
        Standing(
            each.title, place.replace("0", str(key)), each.ceiling, each.verified, each.paid, each.advance
        )
        for key, each in sums.items()
        if each.has_contract
    ]
    return Overview(
        label=_("工程项目"),
        total=sum(counts.values()),
        list_url=reverse("works_projects"),
        stages=stage_counts(counts),
        path=_path(sums.values()),
        standings=tuple(sorted(standings, key=_urgency)),
    )


def sums_seen(projects: QuerySet[Any]) -> dict[int, Sums]:
    """Return the sums of the projects that a reader sees: of all that are kept where he sees most, else added up."""
    keys = list(projects.values_list("pk", flat=True))
    if len(keys) * 2 < Project.objects.count():
        return made(projects)
    every = all_sums()
    return {key: every[key] for key in keys if key in every}


def _urgency(standing: Standing) -> tuple[Any, ...]:
    return (not standing.is_over, standing.verified_share - standing.paid_share, standing.title)


def _path(sums: Collection[Sums]) -> tuple[MoneyStep, ...]:
    place = reverse("works_projects")
    signed = sum((each.signed for each in sums), NOTHING)
    bound = [each for each in sums if each.has_contract]
    changed = sum((each.ceiling for each in bound), NOTHING) - signed
    return (
        MoneyStep(_("批准概算"), sum((each.budget for each in sums), NOTHING), place),
        MoneyStep(_("合同价"), signed, f"{place}?money=contract"),
        MoneyStep(_("已批变更"), changed, f"{place}?money=change"),
        MoneyStep(_("核定产值"), sum((each.verified for each in bound), NOTHING), f"{place}?money=verified"),
        MoneyStep(_("审查中"), sum((each.in_review for each in sums), NOTHING), f"{place}?money=in_review"),
        MoneyStep(_("已批未付"), sum((each.approved for each in sums), NOTHING), f"{place}?money=approved"),
        MoneyStep(_("已支付"), sum((each.paid for each in bound), NOTHING), f"{place}?money=paid"),
    )


# Which projects stand behind a sum of the money path.
MONEY = {
    "contract": Q(pk__in=Contract.objects.exclude(status__in=DEAD).values("project_id")),
    "change": Q(pk__in=ChangeOrder.objects.filter(status="approved").values("contract__project_id")),
    "verified": Q(
        pk__in=ProgressReport.objects.filter(matter__outcome="done").values("contract__project_id")
    ),
    "in_review": Q(
        pk__in=PaymentApplication.objects.filter(
            status__in=("in_review", "held"), matter__status__in=LIVE
        ).values("project_id")
    ),
    "approved": Q(
        pk__in=PaymentApplication.objects.filter(status__in=("approved", "ordered")).values("project_id")
    ),
    "paid": Q(pk__in=PaymentApplication.objects.filter(status="paid").values("project_id")),
}
