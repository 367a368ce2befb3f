"""The six tabs of a project's file: the matters of each stage with their persons and papers, and what may be opened."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from lianjing.domains.works.models import (
    Award,
    Bid,
)
from lianjing.domains.works.queries.money import terms
from lianjing.domains.works.queries.stage import project_view
from lianjing.domains.works.rules import gates
from lianjing.domains.works.rules.reviews import FIVE
from lianjing.kernel.declaration import Procedure
from lianjing.kernel.refusal import Refusal
from lianjing.runtime.documents.models import Document
from lianjing.runtime.domains import domain
from lianjing.runtime.matter.models import Matter, StageGate
from lianjing.runtime.org.models import Person
from lianjing.runtime.parties.models import Ownership
from lianjing.runtime.payment.models import BankLine, PaymentOrder
from lianjing.runtime.process.models import ProcessInstance, Review, WorkItem
from lianjing.runtime.process.opinions import sealed_items
from lianjing.runtime.trail.act import legal_day
from lianjing.runtime.trail.models import Event
from lianjing.web.terms import drawn

# Under which stage of the file each kind of matter stands (C3: six tabs).
TABS: Mapping[str, tuple[str, ...]] = {
    "initiation": ("proposal", "feasibility", "design", "budget_adjustment", "onboarding"),
    "planning": ("permit", "detailed_budget"),
    "tendering": ("tender", "award"),
    "contract": ("contract", "account_change", "amendment"),
    "implementation": (
        "start",
        "progress",
        "visa",
        "change",
        "subcontract",
        "wage",
        "inspection",
        "relocation",
        "acceptance",
    ),
    "payment": (
        "payment",
        "compensation",
        "settlement",
        "final_account",
        "warranty",
        "handover",
        "post_evaluation",
    ),
}


def records() -> Mapping[str, type[Any]]:
    """Return the class of the typed record of each kind of matter."""
    return {each.matter_kind: each.record for each in domain("works").procedures}


RELATED = ("contract", "enterprise", "payee_account", "tender")


def percent(ratio: Decimal | None) -> str:
    """Write a share as a percentage, "" where it is not known."""
    return "" if ratio is None else f"{ratio:.2%}"


@dataclass
class Child:
    """One matter of the project with what the file shows of it."""

    matter: Matter
    record: Any = None
    persons: list[str] = field(default_factory=list)
    documents: list[Document] = field(default_factory=list)
    waiting: list[WorkItem] = field(default_factory=list)
    details: Any = None

    @property
    def table(self) -> str:
        """The table of its record, for tracing."""
        return str(self.record._meta.db_table) if self.record is not None else "matter"

    @property
    def reported_percent(self) -> str:
        """The reported progress of a progress report."""
        return percent(self.record.reported_ratio)

    @property
    def verified_percent(self) -> str:
        """The verified progress of a progress report."""
        return percent(self.record.verified_ratio)


@dataclass(frozen=True, slots=True)
class Tab:
    """One of the six stages of the file."""

    key: str
    children: tuple[Child, ...]
    documents: tuple[Document, ...] = ()


def tabs_of(matter: Matter, visible: Iterable[int], *, person_id: int, now: datetime) -> list[Tab]:
    """Return the six stages with their matters, of those that the reader may see; a fixed number of queries.

    Conclusions of a joint review that is still sealed are left out, but for the reader's own.
    """
    whole = set(visible)
    rows = Matter.objects.filter(root_id=matter.id, id__in=whole).exclude(id=matter.id)
    children = {
        row.id: Child(row) for row in rows.select_related("applicant_person").order_by("opened_on", "id")
    }
    _attach_records(children)
    _attach_persons(matter, children)
    _attach_details(children, person_id, now)
    papers = list(
        Document.objects.filter(matter__root_id=matter.id).select_related("uploaded_by_person").order_by("id")
    )
    for paper in papers:
        if paper.matter_id in children:
            children[paper.matter_id].documents.append(paper)
    for item in (
        WorkItem.objects.filter(matter_id__in=children, closed_at=None)
        .select_related("post__unit")
        .order_by("id")
    ):
        children[item.matter_id].waiting.append(item)
    own = [paper for paper in papers if paper.matter_id == matter.id and matter.id in whole]
    return [
        Tab(
            stage,
            tuple(child for child in children.values() if child.matter.kind in kinds),
            tuple(paper for paper in own if paper.stage == stage),
        )
        for stage, kinds in TABS.items()
    ]


def _attach_records(children: Mapping[int, Child]) -> None:
    for kind, model in records().items():
        wanted = [number for number, child in children.items() if child.matter.kind == kind]
        if wanted:
            related = [each.name for each in model._meta.concrete_fields if each.name in RELATED]
            rows = model._default_manager.filter(pk__in=wanted)
            for row in rows.select_related(*related) if related else rows:
                children[row.pk].record = row


def _attach_persons(matter: Matter, children: Mapping[int, Child]) -> None:
    """Who acted in each matter, in the order of their first act."""
    acts = Event.objects.filter(root_matter_id=matter.id, is_refused=False, person_id__isnull=False).order_by(
        "recorded_at", "oseq"
    )
    rows = [
        (place, person)
        for place, person in acts.values_list("matter_id", "person_id")
        if place in children and person is not None
    ]
    names = dict(Person.objects.filter(id__in={person for _place, person in rows}).values_list("id", "name"))
    for place, person in dict.fromkeys(rows):
        if place is not None:
            children[place].persons.append(names.get(person, ""))


@dataclass(frozen=True, slots=True)
class TenderDetails:
    """The replay of a tender: every bid with its rank, and the award."""

    bids: tuple[Bid, ...]
    award: Award | None


@dataclass(frozen=True, slots=True)
class ReviewStep:
    """One of the five reviews of a payment: its conclusions of the present round."""

    kind: str
    rows: tuple[Review, ...]


@dataclass(frozen=True, slots=True)
class PaymentDetails:
    """The reviews, the orders and the receipts of a payment."""

    reviews: tuple[ReviewStep, ...]
    orders: tuple[PaymentOrder, ...]
    receipts: tuple[BankLine, ...]
    term: dict[str, Any] | None = None


def _attach_details(children: Mapping[int, Child], person_id: int, now: datetime) -> None:
    tenders = [number for number, child in children.items() if child.matter.kind == "tender" and child.record]
    payments = [
        number for number, child in children.items() if child.matter.kind == "payment" and child.record
    ]
    for number, tender in _tender_details(tenders).items():
        children[number].details = tender
    for number, payment in _payment_details(payments, person_id, now).items():
        children[number].details = payment
    _attach_owners([child for child in children.values() if child.matter.kind == "contract" and child.record])


def _attach_owners(contracts: Sequence[Child]) -> None:
    """Beside each contract stand the owners that its contractor stated, as they were when it was filed."""
    owners: dict[int, list[Ownership]] = {}
    firms = {child.record.enterprise_id for child in contracts}
    for row in (
        Ownership.objects.filter(enterprise_id__in=firms).order_by("-is_beneficial", "id") if firms else ()
    ):
        owners.setdefault(row.enterprise_id, []).append(row)
    for child in contracts:
        stated = owners.get(child.record.enterprise_id, ())
        child.details = [row for row in stated if _held(row, child.record.signed_on)]


def _held(row: Ownership, signed_on: date | None) -> bool:
    """Whether a statement held when the contract was signed; of a draft, whether it holds."""
    if signed_on is None or row.from_on is None:
        return row.to_on is None
    return row.from_on <= signed_on and (row.to_on is None or row.to_on >= signed_on)


def _tender_details(tender_ids: Sequence[int]) -> dict[int, TenderDetails]:
    if not tender_ids:
        return {}
    bids = _grouped(
        Bid.objects.filter(tender_id__in=tender_ids, enterprise__isnull=False)
        .select_related("enterprise")
        .order_by("id"),
        "tender_id",
    )
    awards = {
        row.tender_id: row
        for row in Award.objects.filter(tender_id__in=tender_ids, bid__isnull=False)
        .exclude(status="cancelled")
        .select_related("enterprise")
        .order_by("pk")
    }
    ranked = {
        number: sorted(rows, key=lambda bid: (bid.rank is None, bid.rank or 0, bid.price or 0))
        for number, rows in bids.items()
    }
    return {number: TenderDetails(tuple(ranked.get(number, ())), awards.get(number)) for number in tender_ids}


def _payment_details(payment_ids: Sequence[int], person_id: int, now: datetime) -> dict[int, PaymentDetails]:
    if not payment_ids:
        return {}
    rows = Review.objects.filter(matter_id__in=payment_ids, kind__in=FIVE).select_related(
        "person", "post", "unit"
    )
    sealed = sealed_items(payment_ids, now)
    shown = (
        row
        for row in rows.order_by("done_at", "id")
        if row.work_item_id not in sealed or row.person_id == person_id
    )
    reviews = _grouped(shown, "matter_id")
    sent = WorkItem.objects.filter(matter_id__in=payment_ids, step_key="apply", outcome="done").order_by("id")
    applied = dict(sent.values_list("matter_id", "closed_at"))
    people = ("maker_person", "checker_person", "approver_person")
    orders = _grouped(
        PaymentOrder.objects.filter(payment_application_id__in=payment_ids)
        .select_related(*people)
        .order_by("id"),
        "payment_application_id",
    )
    receipts: dict[int, list[BankLine]] = {}
    for line in (
        BankLine.objects.filter(payment_order__payment_application_id__in=payment_ids)
        .select_related("payment_order")
        .order_by("id")
    ):
        if line.payment_order is not None:
            receipts.setdefault(line.payment_order.payment_application_id, []).append(line)
    running = terms(payment_ids, legal_day(now))
    return {
        number: PaymentDetails(
            tuple(_steps(reviews.get(number, []), applied.get(number))),
            tuple(orders.get(number, ())),
            tuple(receipts.get(number, ())),
            drawn(running[number], legal_day(now)) if number in running else None,
        )
        for number in payment_ids
    }


def _steps(rows: Iterable[Review], sent: datetime | None) -> list[ReviewStep]:
    """The conclusions since the application was last sent in: a return makes the earlier ones void."""
    present = [row for row in rows if sent is not None and row.done_at >= sent]
    return [ReviewStep(kind, tuple(row for row in present if row.kind == kind)) for kind in FIVE]


def _grouped(rows: Iterable[Any], column: str) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for row in rows:
        found.setdefault(getattr(row, column), []).append(row)
    return found


def entered_on(matter: Matter, stages: Sequence[str]) -> dict[str, date | None]:
    """Return the day on which the project entered each stage, None where it has not or was placed there."""
    gate_rows = StageGate.objects.filter(matter=matter, is_passed=True).order_by("passed_at", "id")
    passed = dict(gate_rows.values_list("stage", "passed_at"))
    days: dict[str, date | None] = dict.fromkeys(stages)
    days[stages[0]] = matter.opened_on
    for place, stage in enumerate(stages[1:], start=1):
        moment = passed.get(stages[place - 1])
        days[stage] = legal_day(moment) if moment else None
    return days


def openable(
    matter: Matter, day: date, post_keys: Collection[str], procedures: Iterable[Procedure]
) -> list[Procedure]:
    """Return the procedures that a holder of these posts may open in the project today."""
    mine = [each for each in procedures if each.parent_kind == matter.kind and each.opener_post in post_keys]
    if not mine:
        return []
    view = project_view(matter, day)
    return [each for each in mine if _opens(each.key, view)]


def _opens(key: str, view: gates.ProjectView) -> bool:
    try:
        gates.check_opening(key, view)
    except Refusal:
        return False
    return True


def running(matter: Matter, visible: Iterable[int]) -> list[ProcessInstance]:
    """Return the processes that run in the project, of those that the reader may see."""
    rows = ProcessInstance.objects.filter(matter__root_id=matter.id, matter_id__in=visible, state="running")
    return list(rows.select_related("matter", "definition").order_by("id"))
