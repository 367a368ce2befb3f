"""Works in the cockpit: stage counts, the money path and payments against progress, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Max, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _

from lianjing.domains.works.models import ChangeOrder, Onboarding, ProgressReport, SiteVisa
from lianjing.domains.works.queries.money import DEAD, LIVE
from lianjing.domains.works.queries.projects import counts_by_stage, projects_visible
from lianjing.domains.works.queries.standing import NOTHING
from lianjing.domains.works.rules.archive import YUAN as CURRENCY
from lianjing.domains.works.rules.gates import ORDER
from lianjing.runtime import codes
from lianjing.runtime.contract.models import Contract
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.payment.models import PaymentApplication
from lianjing.web.overview import MoneyStep, Overview, StageCount, Standing

# What an application stands for: the approved sum, before it the sum applied for (payment.queries.sum_of).
STANDS_FOR = Coalesce("approved", "amount")


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
    live = projects.exclude(matter__onboarding="archive").filter(currency__in=CURRENCY)
    standings = _standings(live)
    return Overview(
        label=_("工程项目"),
        total=sum(counts.values()),
        list_url=reverse("works_projects"),
        stages=stage_counts(counts),
        path=_path(live, standings.values()),
        standings=tuple(sorted(standings.values(), key=_urgency)),
    )


def _urgency(standing: Standing) -> tuple[Any, ...]:
    return (not standing.is_over, standing.verified_share - standing.paid_share, standing.title)


def _path(projects: QuerySet[Any], standings: Iterable[Standing]) -> tuple[MoneyStep, ...]:
    ids = projects.order_by().values("pk")
    live = PaymentApplication.objects.filter(project_id__in=ids, matter__status__in=LIVE)
    stands, place = list(standings), reverse("works_projects")
    budget = projects.order_by().aggregate(total=Sum("approved_budget"))["total"] or NOTHING
    signed = _contracts(ids).aggregate(total=Sum("amount"))["total"] or NOTHING
    changed = sum((each.ceiling for each in stands), NOTHING) - signed
    return (
        MoneyStep(_("批准概算"), budget, place),
        MoneyStep(_("合同价"), signed, f"{place}?money=contract"),
        MoneyStep(_("已批变更"), changed, f"{place}?money=change"),
        MoneyStep(_("核定产值"), sum((each.verified for each in stands), NOTHING), f"{place}?money=verified"),
        MoneyStep(
            _("审查中"),
            _sum(live.filter(status__in=("in_review", "held")), "amount"),
            f"{place}?money=in_review",
        ),
        MoneyStep(
            _("已批未付"),
            _sum(live.filter(status__in=("approved", "ordered")), STANDS_FOR),
            f"{place}?money=approved",
        ),
        MoneyStep(_("已支付"), sum((each.paid for each in stands), NOTHING), f"{place}?money=paid"),
    )


def _contracts(project_ids: QuerySet[Any]) -> QuerySet[Contract]:
    return Contract.objects.filter(project_id__in=project_ids).exclude(status__in=DEAD)


def _standings(projects: QuerySet[Any]) -> dict[int, Standing]:
    """Contract, verified, paid and advance still out of each project that has a contract.

    The database sums by project, so that the cockpit of a hundred thousand projects needs no more queries than one
    of ten; the sums are those of `queries.standing`, contract by contract.
    """
    contracts = _contracts(projects.order_by().values("pk"))
    within = {"contract_id__in": contracts.order_by().values("pk")}
    ceiling = _by_project(contracts, "project_id", Sum("amount"))
    changes = ChangeOrder.objects.filter(status="approved", **within)
    visas = SiteVisa.objects.filter(status="approved", is_in_contract=False, **within)
    paid_rows = PaymentApplication.objects.filter(status="paid", **within)
    paid = _by_project(paid_rows, "contract__project_id", Sum(STANDS_FOR))
    advance = _by_project(paid_rows.filter(kind="advance"), "contract__project_id", Sum(STANDS_FOR))
    deducted = _by_project(paid_rows, "contract__project_id", Sum("advance_deducted"))
    for more in (changes, visas):
        _add(ceiling, _by_project(more, "contract__project_id", Sum("amount")))
    _add(advance, {project: -amount for project, amount in deducted.items()})
    openings = list(Onboarding.objects.filter(status="approved", **within).order_by("pk"))
    verified = _verified(within, openings)
    for row in {each.contract_id: each for each in openings}.values():
        _add(ceiling, {row.project_id: row.change_amount or NOTHING})
        _add(paid, {row.project_id: row.paid_to_date or NOTHING})
        _add(advance, {row.project_id: row.advance_outstanding or NOTHING})
    titles = projects.order_by().filter(pk__in=contracts.order_by().values("project_id"))
    return {
        project: Standing(
            title,
            reverse("works_project", args=[project]),
            ceiling.get(project, NOTHING),
            verified.get(project, NOTHING),
            paid.get(project, NOTHING),
            max(advance.get(project, NOTHING), NOTHING),
        )
        for project, title in titles.values_list("pk", "title")
    }


def _verified(within: Mapping[str, Any], openings: Iterable[Onboarding]) -> dict[int, Decimal]:
    """The verified value by project: of each contract the highest, since a cumulative value never falls."""
    reports = ProgressReport.objects.filter(matter__status="closed", matter__outcome="done", **within)
    value: dict[tuple[int | None, int], Decimal] = {
        (contract, project): amount or NOTHING
        for contract, project, amount in reports.order_by()
        .values("contract_id", "contract__project_id")
        .annotate(last=Max("completed_value"))
        .values_list("contract_id", "contract__project_id", "last")
    }
    for row in openings:
        key = (row.contract_id, row.project_id)
        value[key] = max(value.get(key, NOTHING), row.verified_value or NOTHING)
    found: dict[int, Decimal] = {}
    for (_contract, project), amount in value.items():
        _add(found, {project: amount})
    return found


def _by_project(rows: QuerySet[Any], place: str, summed: Sum) -> dict[int, Decimal]:
    groups = rows.order_by().values(place).annotate(summed=summed).values_list(place, "summed")
    return {project: amount or NOTHING for project, amount in groups}


def _add(sums: dict[int, Decimal], more: Mapping[int, Decimal]) -> None:
    for project, amount in more.items():
        sums[project] = sums.get(project, NOTHING) + amount


def _sum(rows: QuerySet[Any], column: Any) -> Decimal:
    return rows.aggregate(total=Sum(column))["total"] or NOTHING


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
