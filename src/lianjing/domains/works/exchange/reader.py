"""From the tables to facts: what of live processes is public today, and all of what an archive record states.

A process is public from its notice on, its bids from their opening, its award from the decision, its contract from
the signature. Personal fields, sealed bids, prices before the notice and inner papers are never read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q

from lianjing.domains.works import models as works
from lianjing.domains.works.exchange import facts, words
from lianjing.domains.works.models import StatedPaper
from lianjing.runtime.contract.models import Amendment, Contract, ContractItem
from lianjing.runtime.documents.models import Document
from lianjing.runtime.matter.models import Matter, MatterParty
from lianjing.runtime.org.models import Unit
from lianjing.runtime.parties.models import Enterprise
from lianjing.runtime.payment.models import PaymentApplication, PaymentOrder

TENDER_PAPERS = ("tender_document", "notice", "award_notice")
CONTRACT_PAPERS = ("contract", "acceptance")
PROJECT_PAPERS = ("feasibility", "approval", "permit")
FAILED = ("unsuccessful", "cancelled", "withdrawn")
UNKNOWN_CURRENCY = "XXX"


@dataclass
class Reading:
    """One reading of the tables on a day, under a prefix for the numbers that are ours."""

    today: date
    prefix: str
    project_prefix: str
    parties: dict[str, facts.Party] = field(default_factory=dict)

    def ocid(self, matter: Matter) -> str:
        """Return the ocid of a process, by its tender's matter or that of a contract without tender."""
        return (
            matter.external_no
            if matter.is_before_platform and matter.external_no
            else f"{self.prefix}-{matter.pk}"
        )

    def project_id(self, matter: Matter) -> str:
        """Return the number of a project in the standards."""
        if matter.external_system == "open_contracting" and matter.external_no:
            return matter.external_no
        return f"{self.project_prefix}-{matter.external_no or matter.pk}"

    def unit(self, unit: Unit | None) -> str:
        """Note a unit as a party and return its id."""
        return self._note(facts.Party(f"unit-{unit.code}", unit.name)) if unit else ""

    def firm(self, firm: Enterprise | None) -> str:
        """Note an enterprise as a party and return its id: by credit code, foreign number, else by its name."""
        if firm is None:
            return ""
        if firm.credit_code:
            number = f"{words.USCC}-{firm.credit_code}"
            return self._note(facts.Party(number, firm.name, words.USCC, firm.credit_code))
        digest = hashlib.sha256(firm.name.encode()).hexdigest()[:16]
        return self._note(facts.Party(firm.external_no or f"name-{digest}", firm.name))

    def _note(self, party: facts.Party) -> str:
        self.parties.setdefault(party.id, party)
        return party.id


def money(amount: Decimal | None, currency: str) -> facts.Money | None:
    """Return an amount in its currency; one that is not known stays unknown."""
    if amount is None:
        return None
    return facts.Money(amount, "" if currency == UNKNOWN_CURRENCY else currency or "CNY")


def public_tenders(today: date) -> Any:
    """Return the tenders that are public: noticed on or before the day, or archive."""
    return (
        works.Tender.objects.filter(
            Q(published_on__lte=today) | Q(matter__is_before_platform=True, matter__external_no__gt="")
        )
        .select_related("matter", "project__matter", "project__owner_unit", "owner_unit")
        .order_by("matter_id")
    )


def lone_contracts() -> Any:
    """Return the signed contracts that have no tender on the platform: each is a process of its own."""
    return (
        Contract.objects.filter(tender__isnull=True, domain="works", status__in=("active", "terminated"))
        .filter(Q(matter__is_before_platform=False) | Q(matter__external_system="open_contracting"))
        .select_related("matter", "project", "enterprise", "owner_unit")
        .order_by("matter_id")
    )


def processes_of(project: works.Project, reading: Reading) -> Iterator[facts.Process]:
    """Yield the public processes of a project."""
    for tender in public_tenders(reading.today).filter(project=project):
        yield process_of(tender, reading)
    for contract in lone_contracts().filter(project_id=project.pk):
        yield lone_process(contract, project, reading)


def process_of(tender: works.Tender, reading: Reading) -> facts.Process:
    """Return the facts of a tender with what followed from it."""
    own = Reading(reading.today, reading.prefix, reading.project_prefix)
    ocid, project = own.ocid(tender.matter), tender.project
    is_archive = tender.matter.is_before_platform
    opened_on = tender.opened_on or (tender.opened_at.date() if tender.opened_at else None)
    is_open = is_archive or (opened_on is not None and opened_on <= own.today)
    lots = {lot.pk: f"{ocid}-lot-{lot.seq}" for lot in works.Lot.objects.filter(tender=tender)}
    bids = _bids(tender, own, ocid, lots) if is_open else {}
    awards = _awards(tender, own, bids, lots) if is_open else {}
    contracts = (
        Contract.objects.filter(tender_id=tender.pk)
        .select_related("matter", "enterprise")
        .order_by("matter_id")
    )
    if not is_archive:
        contracts = contracts.filter(status__in=("active", "terminated"))
    buyer = _buyer(tender.matter, own) or own.unit(tender.owner_unit or project.owner_unit)
    return facts.Process(
        ocid=ocid,
        known_on=tender.matter.opened_on if is_archive else tender.published_on,
        project_id=own.project_id(project.matter) if is_of_project(tender.matter, project) else "",
        project_title=project.title if is_of_project(tender.matter, project) else "",
        need=project.need if not is_archive else tender.matter.subject,
        budget=_budget(tender, project),
        buyer=buyer,
        tender=_tender(tender, own, lots, bidders=is_open),
        bids=tuple(bids.values()),
        awards=tuple(awards.values()),
        contracts=tuple(
            contract_facts(each, own, award=awards.get(each.award_id or 0), ocid=ocid) for each in contracts
        ),
        failed_before=tuple(_failed_before(tender, own)),
        parties=tuple(own.parties.values()),
    )


def is_of_project(matter: Matter, project: works.Project) -> bool:
    """False for an archive process whose record names no project: its own number stands for one."""
    return not (matter.is_before_platform and matter.external_no == project.matter.external_no)


def lone_process(contract: Contract, project: works.Project, reading: Reading) -> facts.Process:
    """Return the facts of a contract that has no tender here."""
    own = Reading(reading.today, reading.prefix, reading.project_prefix)
    made = contract_facts(contract, own, award=None, ocid=own.ocid(contract.matter))
    return facts.Process(
        ocid=own.ocid(contract.matter),
        known_on=contract.signed_on,
        project_id=own.project_id(project.matter),
        project_title=project.title,
        need=project.need,
        budget=money(project.approved_budget, project.currency),
        buyer=own.unit(contract.owner_unit or project.owner_unit),
        contracts=(made,),
        parties=tuple(own.parties.values()),
    )


def _budget(tender: works.Tender, project: works.Project) -> facts.Money | None:
    """The budget of the process where its record states one of its own, else the project's."""
    own = works.CostBaseline.objects.filter(
        project=project, kind="approved_budget", source_matter=tender.matter, contract=None
    ).first()
    if own is not None or tender.matter.is_before_platform:
        return money(own.amount, project.currency) if own else None
    return money(project.approved_budget, project.currency)


def _buyer(matter: Matter, reading: Reading) -> str:
    owner = MatterParty.objects.filter(matter=matter, role="owner").select_related("enterprise").first()
    return reading.firm(owner.enterprise) if owner else ""


def _failed_before(tender: works.Tender, reading: Reading) -> Iterator[str]:
    if not tender.procurement_category:
        return
    earlier = public_tenders(reading.today).filter(
        project=tender.project,
        procurement_category=tender.procurement_category,
        status__in=FAILED,
        matter_id__lt=tender.matter_id,
    )
    for each in earlier:
        yield reading.ocid(each.matter)


def _tender(tender: works.Tender, reading: Reading, lots: dict[int, str], *, bidders: bool) -> facts.Tender:
    currency = tender.project.currency
    named = MatterParty.objects.filter(matter=tender.matter, role="bidder").select_related("enterprise")
    return facts.Tender(
        title=tender.title,
        status=tender.status,
        method=tender.method,
        method_reason=tender.method_reason,
        category=tender.procurement_category,
        evaluation=tender.evaluation_method,
        value=money(tender.control_price, currency),
        starts_at=tender.issued_at or _midnight(tender.published_on),
        ends_at=tender.deadline_at or _midnight(tender.deadline_on),
        bidder_count=tender.bidder_count if bidders else None,
        bidders=tuple(reading.firm(each.enterprise) for each in named.order_by("pk")) if bidders else (),
        lots=tuple(
            facts.Lot(lots[lot.pk], lot.title, lot.content, money(lot.amount, currency), lot.status)
            for lot in works.Lot.objects.filter(tender=tender).order_by("seq", "pk")
        ),
        enquiries=tuple(
            facts.Enquiry(each.question, each.answer, each.issued_at)
            for each in works.Clarification.objects.filter(tender=tender).order_by("seq", "pk")
            if each.issued_at is not None or tender.matter.is_before_platform
        ),
        papers=papers_of(tender.matter, TENDER_PAPERS),
    )


def _midnight(day: date | None) -> Any:
    return facts.midnight(day) if day else None


def _bids(tender: works.Tender, reading: Reading, ocid: str, lots: dict[int, str]) -> dict[int, facts.Bid]:
    rows = (
        works.Bid.objects.filter(tender=tender)
        .exclude(status="late")
        .exclude(enterprise=None)
        .select_related("enterprise")
        .order_by("pk")
    )
    return {
        row.pk: facts.Bid(
            id=f"{ocid}-bid-{place}",
            party=reading.firm(row.enterprise),
            status=row.status if row.status in words.BID_STATUSES else "",
            received_at=row.received_at,
            price=money(row.price, tender.project.currency),
            lot=lots.get(row.lot_id or 0, ""),
        )
        for place, row in enumerate(rows, start=1)
    }


def _awards(
    tender: works.Tender, reading: Reading, bids: dict[int, facts.Bid], lots: dict[int, str]
) -> dict[int, facts.Award]:
    rows = (
        works.Award.objects.filter(tender=tender).select_related("matter", "enterprise").order_by("matter_id")
    )
    if not tender.matter.is_before_platform:
        rows = rows.filter(status__in=("active", "cancelled", "unsuccessful"))
    found = {}
    for place, row in enumerate(rows, start=1):
        bid = bids.get(row.bid_id or 0)
        found[row.pk] = facts.Award(
            id=stated_number(row.matter, reading.ocid(tender.matter))
            or f"{reading.ocid(tender.matter)}-award-{place}",
            suppliers=tuple(_suppliers(row, reading)),
            status=row.status,
            decided_on=row.decided_on,
            value=money(row.amount, tender.project.currency),
            reason=row.reason,
            bid=bid.id if bid else "",
            lot=lots.get(row.lot_id or 0, ""),
        )
    return found


def _suppliers(award: works.Award, reading: Reading) -> Iterator[str]:
    if award.enterprise is not None:
        yield reading.firm(award.enterprise)
        return
    joined = MatterParty.objects.filter(matter=award.matter, role="contractor").select_related("enterprise")
    for each in joined.order_by("pk"):
        yield reading.firm(each.enterprise)


def stated_number(matter: Matter, ocid: str) -> str:
    """Return the number that an archive matter has in its record, "" for a live one."""
    return matter.external_no.removeprefix(f"{ocid}/") if matter.is_before_platform else ""


def contract_facts(
    contract: Contract, reading: Reading, *, award: facts.Award | None, ocid: str
) -> facts.Contract:
    """Return the facts of a contract with its money and milestones."""
    currency, matter = contract.amount_currency, contract.matter
    is_archive = matter.is_before_platform
    joined = MatterParty.objects.filter(matter=matter, role="contractor").select_related("enterprise")
    firms = (
        [contract.enterprise] if contract.enterprise else [each.enterprise for each in joined.order_by("pk")]
    )
    number = stated_number(matter, ocid) or contract.code or f"contract-{contract.pk}"
    return facts.Contract(
        id=number,
        award=award.id if award else "",
        suppliers=tuple(reading.firm(firm) for firm in firms),
        title=contract.title,
        status=contract.status if contract.status in words.CONTRACT_STATUSES else "",
        value=money(contract.amount, currency),
        signed_on=contract.signed_on,
        start_on=contract.start_on,
        end_on=contract.end_on,
        final_value=money(_final(contract, is_archive=is_archive), currency),
        items=tuple(
            facts.Item(row.item_code, row.name, row.unit_name, row.quantity, money(row.unit_price, currency))
            for row in ContractItem.objects.filter(contract=contract).order_by("pk")
        ),
        amendments=tuple(_amendments(contract, currency, ocid)),
        payments=tuple(_payments(contract, reading, currency, ocid)),
        milestones=tuple(
            facts.Milestone(row.title, row.kind, row.planned_on, row.met_on)
            for row in works.Milestone.objects.filter(contract=contract).order_by("pk")
        ),
        papers=papers_of(matter, CONTRACT_PAPERS),
    )


def _final(contract: Contract, *, is_archive: bool) -> Decimal | None:
    rows = works.Settlement.objects.filter(contract=contract, approved__isnull=False)
    if not is_archive:
        rows = rows.filter(approved_on__isnull=False)
    last = rows.order_by("matter_id").last()
    return last.approved if last else None


def _amendments(contract: Contract, currency: str, ocid: str) -> Iterator[facts.Amendment]:
    rows = Amendment.objects.filter(contract=contract).select_related("matter").order_by("matter_id")
    for row in rows:
        if row.signed_on is None and not row.matter.is_before_platform:
            continue
        yield facts.Amendment(
            id=stated_number(row.matter, ocid) or row.code or f"amendment-{row.pk}",
            signed_on=row.signed_on,
            reason=row.reason,
            text=row.text,
            new_value=money(row.new_amount, currency),
            new_end_on=row.new_end_on,
        )


def _payments(contract: Contract, reading: Reading, currency: str, ocid: str) -> Iterator[facts.Payment]:
    stated = PaymentApplication.objects.filter(contract=contract, matter__is_before_platform=True)
    for row in stated.select_related("matter", "payee_enterprise").order_by("matter_id"):
        yield facts.Payment(
            stated_number(row.matter, ocid),
            row.matter.closed_on,
            money(row.approved, currency),
            reading.firm(row.payee_enterprise),
        )
    orders = PaymentOrder.objects.filter(payment_application__contract=contract, status="paid")
    for order in orders.select_related("payment_application__payee_enterprise").order_by("pk"):
        payee = order.payment_application.payee_enterprise or contract.enterprise
        yield facts.Payment(order.order_no, order.paid_on, money(order.amount, currency), reading.firm(payee))


def papers_of(matter: Matter, kinds: Sequence[str]) -> tuple[facts.Paper, ...]:
    """Return the public papers of a live matter in their last versions, or those that its record states."""
    if matter.is_before_platform:
        stated = StatedPaper.objects.filter(matter=matter).order_by("pk")
        return tuple(
            facts.Paper(
                row.kind,
                row.title,
                row.sha256,
                row.media_type,
                row.url,
                row.published_on,
                row.printed_kind,
            )
            for row in stated
        )
    rows = Document.objects.filter(matter=matter, kind__in=kinds, secrecy__in=("", "open"))
    return tuple(_papers(rows.order_by("pk")))


def _papers(rows: Iterable[Document]) -> Iterator[facts.Paper]:
    every = list(rows)
    replaced = {row.supersedes_id for row in every}
    for row in every:
        if row.pk not in replaced:
            yield facts.Paper(row.kind, row.title, row.sha256, row.media_type, "", row.issued_on)
