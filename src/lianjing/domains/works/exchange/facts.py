"""What an open standard and our tables can both say of a project and its contracting processes. Missing is None or ""."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal

from lianjing.runtime.trail.act import LEGAL_ZONE


def midnight(day: date) -> datetime:
    """Return the beginning of a legal day."""
    return datetime.combine(day, time(0), LEGAL_ZONE)


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in its own currency; never converted."""

    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Party:
    """An organisation: `number` is its identifier under `scheme`. Persons and contact points are never held here."""

    id: str
    name: str
    scheme: str = ""
    number: str = ""


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper as a record names it; `kind` is a code of document_kind, `printed_kind` the record's own word."""

    kind: str
    title: str = ""
    sha256: str = ""
    media_type: str = ""
    url: str = ""
    published_on: date | None = None
    printed_kind: str = ""


@dataclass(frozen=True, slots=True)
class Enquiry:
    """A question to the tender documents and its answer, without who asked."""

    question: str
    answer: str = ""
    answered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Lot:
    """A lot of a tender."""

    id: str
    title: str = ""
    content: str = ""
    amount: Money | None = None
    status: str = ""


@dataclass(frozen=True, slots=True)
class Bid:
    """A bid after the opening."""

    id: str
    party: str
    status: str = ""
    received_at: datetime | None = None
    price: Money | None = None
    lot: str = ""


@dataclass(frozen=True, slots=True)
class Award:
    """An award; `missing` suppliers, day or sum are None and keep it from being stored as one."""

    id: str
    suppliers: tuple[str, ...] = ()
    status: str = ""
    decided_on: date | None = None
    value: Money | None = None
    title: str = ""
    reason: str = ""
    bid: str = ""
    lot: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """A bill item of a contract."""

    code: str
    name: str = ""
    unit_name: str = ""
    quantity: Decimal | None = None
    unit_price: Money | None = None


@dataclass(frozen=True, slots=True)
class Amendment:
    """A signed amendment of a contract."""

    id: str
    signed_on: date | None = None
    reason: str = ""
    text: str = ""
    new_value: Money | None = None
    new_end_on: date | None = None


@dataclass(frozen=True, slots=True)
class Payment:
    """Money that was paid under a contract."""

    id: str
    paid_on: date | None = None
    value: Money | None = None
    payee: str = ""


@dataclass(frozen=True, slots=True)
class Milestone:
    """A milestone of the works; `kind` is a code of milestone_kind."""

    title: str
    kind: str = ""
    planned_on: date | None = None
    met_on: date | None = None


@dataclass(frozen=True, slots=True)
class Contract:
    """A signed contract with what became of it."""

    id: str
    award: str = ""
    suppliers: tuple[str, ...] = ()
    title: str = ""
    status: str = ""
    value: Money | None = None
    signed_on: date | None = None
    start_on: date | None = None
    end_on: date | None = None
    final_value: Money | None = None
    items: tuple[Item, ...] = ()
    amendments: tuple[Amendment, ...] = ()
    payments: tuple[Payment, ...] = ()
    milestones: tuple[Milestone, ...] = ()
    papers: tuple[Paper, ...] = ()


@dataclass(frozen=True, slots=True)
class Tender:
    """The tender of a process; `method` and `category` are our codes."""

    title: str = ""
    status: str = ""
    method: str = ""
    method_reason: str = ""
    category: str = ""
    evaluation: str = ""
    value: Money | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    bidder_count: int | None = None
    bidders: tuple[str, ...] = ()
    lots: tuple[Lot, ...] = ()
    enquiries: tuple[Enquiry, ...] = ()
    papers: tuple[Paper, ...] = ()


@dataclass(frozen=True, slots=True)
class Process:
    """One contracting process; parties are named by their id in `parties`."""

    ocid: str
    known_on: date | None = None
    project_id: str = ""
    project_title: str = ""
    need: str = ""
    budget: Money | None = None
    buyer: str = ""
    tender: Tender = field(default_factory=Tender)
    bids: tuple[Bid, ...] = ()
    awards: tuple[Award, ...] = ()
    contracts: tuple[Contract, ...] = ()
    failed_before: tuple[str, ...] = ()  # ocids of the failed tenders of the same works before it
    parties: tuple[Party, ...] = ()

    def party(self, party_id: str) -> Party | None:
        """Return a party by its id."""
        return next((each for each in self.parties if each.id == party_id), None)


@dataclass(frozen=True, slots=True)
class Cost:
    """One figure of the cost chain; `kind` is a code of cost_kind."""

    kind: str
    amount: Money
    on: date


@dataclass(frozen=True, slots=True)
class Project:
    """One project with its processes."""

    id: str
    title: str = ""
    code: str = ""
    code_scheme: str = ""
    status: str = ""
    nature: str = ""
    sector: str = ""
    scale: str = ""
    need: str = ""
    site: str = ""
    latitude: Decimal | None = None
    longitude: Decimal | None = None
    budget: Money | None = None
    total: Money | None = None
    costs: tuple[Cost, ...] = ()
    planned_start_on: date | None = None
    planned_end_on: date | None = None
    started_on: date | None = None
    completed_on: date | None = None
    final_value: Money | None = None
    authority: str = ""
    papers: tuple[Paper, ...] = ()
    parties: tuple[Party, ...] = ()
    processes: tuple[Process, ...] = ()
