"""The cost chain of a project on one screen, and the six amounts of every project side by side (C21a)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import F, OuterRef, QuerySet, Subquery

from lianjing.domains.works.models import CostBaseline, Project
from lianjing.domains.works.queries.approvals import approvals, has_report
from lianjing.domains.works.queries.standing import committed_of
from lianjing.domains.works.rules.costs import CHAIN, Link, chain
from lianjing.runtime.parameter.queries import figure
from lianjing.runtime.permit.models import Permit

RATIO = "works.design.estimate_overrun_ratio"
# What the filter of the portfolio compares: the later amount, the earlier one.
PAIRS = {
    "budget_estimate": ("approved_budget", "estimate"),
    "detailed_budget": ("detailed_budget", "approved_budget"),
    "contract_price": ("contract", "control_price"),
    "settlement_contract": ("settlement", "contract"),
    "final_budget": ("final_account", "approved_budget"),
}


@dataclass(frozen=True, slots=True)
class ChainLine:
    """One of the amounts with the rows it is made of, the latest of each contract, and all rows before them."""

    link: Link
    rows: tuple[CostBaseline, ...] = ()
    former: tuple[CostBaseline, ...] = ()


@dataclass(frozen=True, slots=True)
class CostScreen:
    """What the screen of one project shows."""

    project: Project
    lines: tuple[ChainLine, ...]
    committed: Decimal
    adjustments: tuple[Permit, ...] = ()
    has_report: bool = False

    @property
    def is_committed_over(self) -> bool:
        """True where the contracts in force exceed the approved budget."""
        budget = self.project.approved_budget
        return budget is not None and self.committed > budget


def cost_screen(project: Project, day: date) -> CostScreen:
    """Return the cost chain of a project with its sources, adjustments and what is committed."""
    found = _rows_by_kind([project.pk]).get(project.pk, {})
    latest = {kind: _latest(rows) for kind, rows in found.items()}
    amounts = {kind: _sum(rows) for kind, rows in latest.items()}
    lines = [
        ChainLine(
            link,
            tuple(latest.get(link.kind, ())),
            tuple(row for row in found.get(link.kind, ()) if row not in latest[link.kind]),
        )
        for link in chain(amounts, figure(RATIO, day))
    ]
    return CostScreen(
        project,
        tuple(lines),
        committed_of(project.pk),
        tuple(approvals(project.pk, "budget_adjustment")),
        has_report(project.pk),
    )


def _rows_by_kind(project_ids: Iterable[int]) -> dict[int, dict[str, list[CostBaseline]]]:
    rows = (
        CostBaseline.objects.filter(project_id__in=list(project_ids), kind__in=CHAIN)
        .select_related("contract", "source_matter", "permit")
        .order_by("as_of_on", "pk")
    )
    found: dict[int, dict[str, list[CostBaseline]]] = {}
    for row in rows:
        found.setdefault(row.project_id, {}).setdefault(row.kind, []).append(row)
    return found


def _latest(rows: Iterable[CostBaseline]) -> list[CostBaseline]:
    """Return the latest row of each contract; rows without a contract are one of their own."""
    last: dict[int | None, CostBaseline] = {}
    for row in rows:
        last[row.contract_id] = row
    return list(last.values())


def _sum(rows: Iterable[CostBaseline]) -> Decimal:
    return sum((row.amount for row in rows), Decimal(0))


@dataclass
class Six:
    """The amounts of one project in a list."""

    links: dict[str, Link] = field(default_factory=dict)

    def amount(self, kind: str) -> Decimal | None:
        """Return one amount."""
        link = self.links.get(kind)
        return link.amount if link is not None else None

    @property
    def is_over_estimate(self) -> bool:
        """True where the approved budget lies above 110 % of the estimate."""
        return any(link.is_over_estimate for link in self.links.values())

    @property
    def is_over_budget(self) -> bool:
        """True where a later amount lies above the approved budget."""
        return any(link.is_over_budget for link in self.links.values())


def prepare_six(projects: list[Any], day: date) -> None:
    """Attach `six` to each project of a page: two queries, however many rows."""
    found = _rows_by_kind(project.pk for project in projects)
    ratio = figure(RATIO, day)
    for project in projects:
        kinds = found.get(project.pk, {})
        links = chain({kind: _sum(_latest(rows)) for kind, rows in kinds.items()}, ratio)
        project.six = Six({link.kind: link for link in links})


def beyond(pair: str, ratio: Decimal) -> QuerySet[Any]:
    """Return the ids of the projects whose later amount exceeds the earlier one by more than the ratio.

    Amounts that stand once per contract are compared by their latest row.
    """
    later, earlier = PAIRS[pair]
    rows = Project.objects.annotate(later=_last_amount(later), earlier=_last_amount(earlier))
    return rows.filter(later__gt=F("earlier") * (1 + ratio)).values("pk")


def over_budget() -> QuerySet[Any]:
    """Return the ids of the projects one of whose later amounts lies above the approved budget."""
    later = ("detailed_budget", "control_price", "contract", "settlement", "final_account")
    rows = CostBaseline.objects.filter(kind__in=later, project__approved_budget__lt=F("amount"))
    return rows.values("project_id")


def _last_amount(kind: str) -> Subquery:
    rows = CostBaseline.objects.filter(project_id=OuterRef("pk"), kind=kind).order_by("-as_of_on", "-pk")
    return Subquery(rows.values("amount")[:1])
