"""The overdue and interception lists: every item with what is wrong with it today, who holds it, how it was urged."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet, Sum

from lianjing.domains.injury.models import (
    AdvanceProof,
    BenefitItem,
    BenefitShare,
    Injury,
    InjuryUrging,
    TransferToWorker,
)
from lianjing.domains.injury.rules.entitlement import EMPLOYER as PAID_BY_EMPLOYER
from lianjing.domains.injury.rules.proof import EMPLOYER, WORKER
from lianjing.domains.injury.rules.withheld import EMPLOYERS, LATE, NOTHING, Fault, Standing, faults
from lianjing.kernel.process.calendar import WorkCalendar
from lianjing.runtime.parameter.queries import figure
from lianjing.runtime.process.clocks import calendar
from lianjing.runtime.process.models import WorkItem
from lianjing.runtime.process.scope import visible_to

CONFIRM_DAYS = "indicator.m_w09.confirm_days"
PASS_ON_DAYS = "injury.pass_on_working_days"
Desks = Mapping[int, int]  # claim → the work item at which it waits


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the lists."""

    item: BenefitItem
    standing: Standing
    fault: Fault
    day: date
    holder: str
    urging: InjuryUrging | None = None

    @property
    def pk(self) -> str:
        """What tells one line from another."""
        return f"{self.item.pk}-{self.fault.kind}"

    @property
    def days(self) -> int:
        """Calendar days since it should have been done; of a late payment, by how many it came late."""
        until = self.item.paid_on if self.fault.kind == LATE and self.item.paid_on else self.day
        return (until - self.fault.since_on).days

    @property
    def is_employers(self) -> bool:
        """True where the employer has to act."""
        return self.fault.kind in EMPLOYERS


def items_visible(person_id: int, day: date) -> QuerySet[BenefitItem]:
    """Return the items of the injuries that a person sees, without those of withdrawn claims."""
    return _standing_items(BenefitItem.objects.filter(injury__matter__in=visible_to(person_id, day)))


def items_of_injury(injury_id: int) -> QuerySet[BenefitItem]:
    """Return the items of one injury, those from before the platform included, without those of withdrawn claims."""
    return _standing_items(BenefitItem.objects.filter(injury_id=injury_id))


def _standing_items(rows: QuerySet[BenefitItem]) -> QuerySet[BenefitItem]:
    rows = rows.exclude(claim__matter__outcome="withdrawn")
    return rows.select_related("injury__matter", "injury__worker", "injury__employer_enterprise").order_by(
        "pk"
    )


def standings(items: Iterable[BenefitItem]) -> dict[int, Standing]:
    """Return how each item stands, in four queries however many there are."""
    rows = list(items)
    keys = [row.pk for row in rows]
    to_employer = _sums(
        BenefitShare.objects.filter(payee=EMPLOYER, paid_on__isnull=False), keys, "benefit_item_id"
    )
    to_worker = _sums(BenefitShare.objects.filter(payee=WORKER), keys, "benefit_item_id")
    proven = _sums(AdvanceProof.objects.filter(is_verified=True), keys, "benefit_item_id")
    passed = _sums(TransferToWorker.objects.all(), keys, "benefit_item_id")
    working = calendar()
    return {
        row.pk: _standing(
            row,
            {"to_employer": to_employer, "to_worker": to_worker, "proven": proven, "passed": passed},
            working,
        )
        for row in rows
    }


def _sums(rows: QuerySet[Any], keys: list[int], name: str) -> dict[int, Decimal]:
    found = rows.filter(**{f"{name}__in": keys}).order_by().values(name).annotate(total=Sum("amount"))
    return {row[name]: row["total"] for row in found}


def _standing(row: BenefitItem, sums: Mapping[str, Mapping[int, Decimal]], working: WorkCalendar) -> Standing:
    is_employers = row.payer == PAID_BY_EMPLOYER
    entitled = row.entitled or NOTHING
    received = sums["to_employer"].get(row.pk)
    if received is None:  # from before the platform: no shares were kept
        received = row.paid if row.route == EMPLOYER and row.paid is not None else NOTHING
    owed = entitled if is_employers else max(NOTHING, received - sums["proven"].get(row.pk, NOTHING))
    direct = sums["to_worker"].get(row.pk)
    if direct is None:
        direct = row.paid if row.route == WORKER and row.paid is not None else NOTHING
    return Standing(
        is_employers=is_employers,
        entitled=entitled,
        due_on=row.due_on,
        paid_on=row.paid_on,
        received=received,
        owed=owed,
        passed_on=sums["passed"].get(row.pk, NOTHING),
        transfer_due_on=_transfer_due(row, is_employers, working) if owed > NOTHING else None,
        due=owed if is_employers else direct + owed,
        is_confirmed=row.is_confirmed,
        confirmed=row.confirmed,
        has_employer_receipt=row.employer_receipt_document_id is not None,
    )


def _transfer_due(row: BenefitItem, is_employers: bool, working: WorkCalendar) -> date | None:
    begun = row.approved_on if is_employers else row.paid_on
    if begun is None:
        return row.due_on if is_employers else None
    return working.add_working_days(begun, int(figure(PASS_ON_DAYS, begun)))


def rows_of(items: Iterable[BenefitItem], day: date) -> list[Row]:
    """Return the lines of the lists for these items, the oldest first."""
    kept = list(items)
    standing = standings(kept)
    limit = int(figure(CONFIRM_DAYS, day))
    urged = latest_urgings([row.pk for row in kept])
    found = [
        Row(row, standing[row.pk], fault, day, _holder(row, fault), urged.get((row.pk, fault.kind)))
        for row in kept
        for fault in faults(standing[row.pk], day, limit)
    ]
    return sorted(found, key=lambda each: (each.fault.since_on, each.item.pk))


def latest_urgings(keys: list[int]) -> dict[tuple[int, str], InjuryUrging]:
    """Return the latest notice of each item and kind."""
    rows = InjuryUrging.objects.filter(benefit_item_id__in=keys).select_related("urging").order_by("pk")
    return {(row.benefit_item_id, row.kind): row for row in rows}


def _holder(row: BenefitItem, fault: Fault) -> str:
    if fault.kind in EMPLOYERS:
        return row.injury.employer_enterprise.name
    return row.injury.matter.unit.name


def desks_of(injury_ids: Collection[int]) -> Desks:
    """Return matter → its open step for every claim of these injuries; a payment's step stands for its claim."""
    items = WorkItem.objects.filter(matter__root_id__in=injury_ids, closed_at=None)
    items = items.filter(matter__kind__in=("injury_claim", "injury_payment"))
    found: dict[int, int] = {}
    for kind, matter, parent, item in items.order_by("pk").values_list(
        "matter__kind", "matter_id", "matter__parent_id", "pk"
    ):
        if kind == "injury_payment":
            found[parent or 0] = item  # money waits there, whatever else is open
        else:
            found.setdefault(matter, item)
    return found


def waiting_of(row: Row, desks: Desks) -> int | None:
    """Return the open step that holds a line of the agency's, none where no claim is on the platform."""
    if row.is_employers or (row.fault.kind == LATE and row.item.paid_on is not None):
        return None
    return desks.get(row.item.claim_id or 0)


def proxy_cases(day: date) -> QuerySet[Injury]:
    """Return every case collected by proxy up to the day: claimed by one, or paid to the employer (W9)."""
    shares = BenefitShare.objects.filter(payee=EMPLOYER, paid_on__lte=day).values("benefit_item__injury_id")
    before = BenefitItem.objects.filter(route=EMPLOYER, paid_on__lte=day).values("injury_id")
    claimed = BenefitItem.objects.filter(claim__is_proxy=True, claim__claimed_on__lte=day)
    condition = Q(pk__in=shares) | Q(pk__in=before) | Q(pk__in=claimed.values("injury_id"))
    rows = Injury.objects.filter(condition | ~Q(proxy=""))
    return rows.filter(matter__opened_on__lte=day).select_related("matter", "employer_enterprise", "worker")


def by_injury(items: Iterable[BenefitItem]) -> dict[int, list[BenefitItem]]:
    """Return items by their injury."""
    found: dict[int, list[BenefitItem]] = defaultdict(list)
    for row in items:
        found[row.injury_id].append(row)
    return found
