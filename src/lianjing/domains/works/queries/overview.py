"""Works in the cockpit: stage counts, the money path and payments against progress, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet, Sum
from django.urls import reverse
from django.utils.translation import gettext as _

from lianjing.domains.works.models import ChangeOrder, Onboarding, ProgressReport
from lianjing.domains.works.queries.money import DEAD, LIVE
from lianjing.domains.works.queries.projects import counts_by_stage, projects_visible
from lianjing.domains.works.queries.standing import NOTHING
from lianjing.domains.works.rules.archive import YUAN as CURRENCY
from lianjing.domains.works.rules.gates import ORDER
from lianjing.runtime import codes
from lianjing.runtime.contract.models import Contract
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.payment.models import PaymentApplication
from lianjing.runtime.payment.queries import sum_of
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
    ids = projects.values("pk")
    contracts = Contract.objects.filter(project_id__in=ids).exclude(status__in=DEAD)
    rows = list(
        PaymentApplication.objects.filter(project_id__in=ids, matter__status__in=LIVE).only(
            "amount", "approved", "status"
        )
    )
    stands = list(standings)
    place = reverse("works_projects")
    budget = projects.aggregate(total=Sum("approved_budget"))["total"] or NOTHING
    signed = contracts.aggregate(total=Sum("amount"))["total"] or NOTHING
    changed = sum((each.ceiling for each in stands), NOTHING) - signed
    return (
        MoneyStep(_("批准概算"), budget, place),
        MoneyStep(_("合同价"), signed, f"{place}?money=contract"),
        MoneyStep(_("已批变更"), changed, f"{place}?money=change"),
        MoneyStep(_("核定产值"), sum((each.verified for each in stands), NOTHING), f"{place}?money=verified"),
        MoneyStep(
            _("审查中"),
            _sum(row.amount for row in rows if row.status in ("in_review", "held")),
            f"{place}?money=in_review",
        ),
        MoneyStep(
            _("已批未付"),
            _sum(sum_of(row) for row in rows if row.status in ("approved", "ordered")),
            f"{place}?money=approved",
        ),
        MoneyStep(_("已支付"), sum((each.paid for each in stands), NOTHING), f"{place}?money=paid"),
    )


def _standings(projects: QuerySet[Any]) -> dict[int, Standing]:
    """Contract, verified, paid and advance still out of each project that has a contract: five queries."""
    names = dict(projects.values_list("pk", "title"))
    contracts = list(
        Contract.objects.filter(project_id__in=names)
        .exclude(status__in=DEAD)
        .values_list("pk", "project_id", "amount")
    )
    owner = {number: project for number, project, _amount in contracts}
    ceiling, verified, paid, advance = (dict.fromkeys(owner.values(), NOTHING) for _each in range(4))
    for _number, project, amount in contracts:
        ceiling[project] += amount or NOTHING
    for number, amount in ChangeOrder.objects.filter(contract_id__in=owner, status="approved").values_list(
        "contract_id", "amount"
    ):
        ceiling[owner[number]] += amount or NOTHING
    value = dict(
        ProgressReport.objects.filter(contract_id__in=owner, matter__status="closed", matter__outcome="done")
        .order_by("period_on", "pk")
        .values_list("contract_id", "completed_value")
    )
    for number, row in _openings(owner).items():
        project = owner[number]
        ceiling[project] += row.change_amount or NOTHING
        paid[project] += row.paid_to_date or NOTHING
        advance[project] += row.advance_outstanding or NOTHING
        value[number] = max(value.get(number) or NOTHING, row.verified_value or NOTHING)
    for number, amount in value.items():
        verified[owner[number]] += amount or NOTHING
    for payment in PaymentApplication.objects.filter(contract_id__in=owner, status="paid"):
        project = owner[payment.contract_id or 0]
        paid[project] += sum_of(payment)
        advance[project] += (sum_of(payment) if payment.kind == "advance" else NOTHING) - (
            payment.advance_deducted or NOTHING
        )
    return {
        project: Standing(
            names[project],
            reverse("works_project", args=[project]),
            ceiling[project],
            verified[project],
            paid[project],
            max(advance[project], NOTHING),
        )
        for project in ceiling
    }


def _openings(contract_ids: Iterable[int]) -> dict[int, Onboarding]:
    rows = Onboarding.objects.filter(contract_id__in=list(contract_ids), status="approved").order_by("pk")
    return {row.contract_id: row for row in rows if row.contract_id is not None}


def _sum(amounts: Iterable[Decimal | None]) -> Decimal:
    return sum((amount for amount in amounts if amount is not None), NOTHING)


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
