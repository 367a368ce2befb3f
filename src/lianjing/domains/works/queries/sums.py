"""What the cockpit adds up of each project, kept by project and made again only where an act was added since."""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Max, QuerySet, Sum
from django.db.models.functions import Coalesce

from lianjing.domains.works.models import ChangeOrder, Onboarding, ProgressReport, Project, SiteVisa
from lianjing.domains.works.queries.money import DEAD, LIVE
from lianjing.domains.works.queries.standing import NOTHING
from lianjing.runtime.contract.models import Contract
from lianjing.runtime.payment.models import PaymentApplication
from lianjing.runtime.trail.models import Event

SLOW = 1.0  # seconds; sums of fewer projects are made anew each time
OVERLAP = timedelta(minutes=2)  # an act may become visible this much after a later one: it is looked at again
MOST_CHANGED = 5_000  # more projects than these are made again as a whole
PAGE = 500

# What an application stands for: the approved sum, before it the sum applied for (payment.queries.sum_of).
STANDS_FOR = Coalesce("approved", "amount")


@dataclass(slots=True)
class Sums:
    """One project, in yuan; `ceiling` is the contracts' sum with its approved changes, `advance` what is still out."""

    title: str
    budget: Decimal = NOTHING
    signed: Decimal = NOTHING
    ceiling: Decimal = NOTHING
    verified: Decimal = NOTHING
    paid: Decimal = NOTHING
    advance: Decimal = NOTHING
    in_review: Decimal = NOTHING
    approved: Decimal = NOTHING
    has_contract: bool = False


@dataclass(frozen=True, slots=True)
class _Kept:
    """The sums of all projects, as of the last act that was seen."""

    sums: dict[int, Sums]
    until: datetime | None
    first: str = field(default="")  # the installation's first act: another one means another database


_guard = threading.Lock()
_kept: list[_Kept] = []


def all_sums() -> Mapping[int, Sums]:
    """Return the sums of all projects as they stand; where adding up is slow only what changed is added up again."""
    with _guard:
        marks = Event.objects.order_by("recorded_at").values_list("recorded_at", "id")
        first, last = marks.first(), marks.last()
        name, until = (first[1] if first else ""), (last[0] if last else None)
        known = _kept[0] if _kept and _kept[0].first == name else None
        if known is None or known.until is None or until is None or until < known.until:
            return _anew(name, until)
        changed = _changed(known.until)
        if changed is None or len(changed) > MOST_CHANGED:
            return _anew(name, until)
        sums = dict(known.sums)
        for begin in range(0, len(changed), PAGE):
            page = changed[begin : begin + PAGE]
            for project in page:
                sums.pop(project, None)
            sums |= made(Project.objects.filter(pk__in=page))
        _kept[:] = [_Kept(sums, until, name)]
        return sums


def forget() -> None:
    """Drop what is kept."""
    with _guard:
        _kept.clear()


def _anew(first: str, until: datetime | None) -> Mapping[int, Sums]:
    begun = time.monotonic()
    sums = made(None)
    _kept[:] = [_Kept(sums, until, first)] if time.monotonic() - begun >= SLOW else []
    return sums


def _changed(since: datetime) -> list[int] | None:
    """Return the projects whose files had an act since; None where an act brought in rows under no file of its own."""
    acts = Event.objects.filter(recorded_at__gt=since - OVERLAP, is_refused=False)
    if acts.filter(root_matter_id=None, act__startswith="import.").exists():
        return None
    roots = acts.exclude(root_matter_id=None).order_by().values_list("root_matter_id", flat=True).distinct()
    return sorted(root for root in roots if root is not None)


def made(projects: QuerySet[Any] | None) -> dict[int, Sums]:
    """Add up these projects, all where it is None; the sums are those of `queries.standing`, contract by contract."""
    rows = (Project.objects.all() if projects is None else projects).order_by()
    sums = {
        key: Sums(title, budget or NOTHING)
        for key, title, budget in rows.values_list("pk", "title", "approved_budget")
    }
    within: dict[str, Any] = {} if projects is None else {"project_id__in": rows.values("pk")}
    contracts = Contract.objects.exclude(status__in=DEAD).filter(**within)
    for project, amount in _by_project(
        contracts.filter(project_id__isnull=False), "project_id", Sum("amount")
    ):
        if project in sums:
            sums[project].signed = sums[project].ceiling = amount
            sums[project].has_contract = True
    below = {f"contract__{name}": value for name, value in within.items()}
    _add_changes(sums, below)
    _add_payments(sums, within, below)
    _add_verified(sums, below)
    for each in sums.values():
        each.advance = max(each.advance, NOTHING)
    return sums


def _live(model: Any, below: Mapping[str, Any], **more: Any) -> QuerySet[Any]:
    """The rows of contracts that are alive."""
    found: QuerySet[Any] = model.objects.filter(contract__isnull=False, **more, **below)
    return found.exclude(contract__status__in=DEAD)


def _add_changes(sums: dict[int, Sums], below: Mapping[str, Any]) -> None:
    changes = _live(ChangeOrder, below, status="approved")
    visas = _live(SiteVisa, below, status="approved", is_in_contract=False)
    for rows in (changes, visas):
        for project, amount in _by_project(rows, "contract__project_id", Sum("amount")):
            if project in sums:
                sums[project].ceiling += amount


def _add_payments(sums: dict[int, Sums], within: Mapping[str, Any], below: Mapping[str, Any]) -> None:
    paid = _live(PaymentApplication, below, status="paid")
    open_rows = PaymentApplication.objects.filter(matter__status__in=LIVE, **within)
    for name, rows, column, place in (
        ("paid", paid, STANDS_FOR, "contract__project_id"),
        ("advance", paid.filter(kind="advance"), STANDS_FOR, "contract__project_id"),
        ("deducted", paid, "advance_deducted", "contract__project_id"),
        ("in_review", open_rows.filter(status__in=("in_review", "held")), "amount", "project_id"),
        ("approved", open_rows.filter(status__in=("approved", "ordered")), STANDS_FOR, "project_id"),
    ):
        for project, amount in _by_project(rows, place, Sum(column)):
            if project not in sums:
                continue
            if name == "deducted":
                sums[project].advance -= amount
            else:
                setattr(sums[project], name, getattr(sums[project], name) + amount)


def _add_verified(sums: dict[int, Sums], below: Mapping[str, Any]) -> None:
    """The verified value: of each contract the highest, since a cumulative value never falls; and what was taken over."""
    reports = _live(ProgressReport, below, matter__status="closed", matter__outcome="done").order_by()
    value: dict[tuple[int, int], Decimal] = {
        (contract, project): amount or NOTHING
        for contract, project, amount in reports.values("contract_id", "contract__project_id")
        .annotate(last=Max("completed_value"))
        .values_list("contract_id", "contract__project_id", "last")
    }
    openings = list(_live(Onboarding, below, status="approved").order_by("pk"))
    for row in openings:
        key = (row.contract_id, row.project_id)
        value[key] = max(value.get(key, NOTHING), row.verified_value or NOTHING)
    for (_contract, project), amount in value.items():
        if project in sums:
            sums[project].verified += amount
    for row in {each.contract_id: each for each in openings}.values():
        if row.project_id in sums:
            sums[row.project_id].ceiling += row.change_amount or NOTHING
            sums[row.project_id].paid += row.paid_to_date or NOTHING
            sums[row.project_id].advance += row.advance_outstanding or NOTHING


def _by_project(rows: QuerySet[Any], place: str, summed: Sum) -> Collection[tuple[int, Decimal]]:
    groups = rows.order_by().values(place).annotate(summed=summed).values_list(place, "summed")
    return [(project, amount or NOTHING) for project, amount in groups]
