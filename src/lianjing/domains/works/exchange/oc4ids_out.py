"""Facts of a project as OC4IDS 0.9: budget, forecasts, completion, the summary of each contracting process."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal

from lianjing.domains.works.exchange import facts, words
from lianjing.domains.works.exchange.ocds_out import Plain, Publisher, milestones, papers, party_of
from lianjing.domains.works.exchange.plain import filled, moment, period, value

VERSION = "0.9"


def project(found: facts.Project) -> Plain:
    """Return a project."""
    body = {
        "language": "zh",
        "title": found.title,
        "description": found.scale,
        "purpose": found.need,
        "identifiers": [{"scheme": found.code_scheme, "id": found.code}] if found.code else [],
        "status": words.PROJECT_STATUSES.get(found.status),
        "type": words.KINDS_OF_WORKS.get(found.nature),
        "sector": list(words.SECTORS.get(found.sector, ())),
        "period": period(found.planned_start_on, found.planned_end_on),
        "implementationPeriod": period(found.started_on, found.completed_on),
        "locations": _locations(found),
        "budget": {"amount": value(found.budget)},
        "forecasts": _forecasts(found),
        "completion": {"endDate": moment(found.completed_on), "finalValue": value(found.final_value)},
        "publicAuthority": _ref(found, found.authority),
        "parties": _parties(found),
        "documents": papers(found.papers),
        "contractingProcesses": [
            {"id": each.ocid, "summary": _summary(found, each)} for each in found.processes
        ],
    }
    return {"id": found.id, **filled(body)}


def package(found: Sequence[Plain], publisher: Publisher, now: datetime) -> Plain:
    """Return a package of projects."""
    return {
        "uri": f"{publisher.uri}/projects",
        "version": VERSION,
        "publisher": {"name": publisher.name},
        "publishedDate": moment(now),
        "projects": list(found),
    }


def _ref(found: facts.Project, party_id: str) -> Plain | None:
    party = next((each for each in found.parties if each.id == party_id), None)
    return {"id": party.id, "name": party.name} if party else None


def _refs(found: facts.Project, party_ids: Iterable[str]) -> list[Plain | None]:
    return [_ref(found, each) for each in dict.fromkeys(party_ids)]


def _locations(found: facts.Project) -> list[Plain]:
    place = found.latitude is not None and found.longitude is not None
    if not found.site and not place:
        return []
    point = {"type": "Point", "coordinates": [found.longitude, found.latitude]} if place else {}
    return [{"id": "location-1", "description": found.site, "geometry": point}]


def _forecasts(found: facts.Project) -> list[Plain]:
    """The cost chain before the contracts; the total investment stands apart, it has no day."""
    observations = [
        {
            "id": f"{cost.kind}-{place}",
            "value": value(cost.amount),
            "period": period(cost.on, None),
            "notes": words.word("cost_kind", cost.kind),
        }
        for place, cost in enumerate(found.costs, start=1)
    ]
    total = [{"id": "total", "value": value(found.total)}] if found.total else []
    return [
        {"id": name, "title": title, "observations": each}
        for name, title, each in (("cost", "造价", observations), ("totalInvestment", "总投资", total))
        if each
    ]


def _parties(found: facts.Project) -> list[Plain]:
    roles: dict[str, set[str]] = {found.authority: {"publicAuthority"}} if found.authority else {}
    for process in found.processes:
        for party_id, names in _roles(process):
            roles.setdefault(party_id, set()).update(names)
    return [party_of(party, sorted(roles[party.id])) for party in found.parties if party.id in roles]


def _roles(process: facts.Process) -> Iterable[tuple[str, tuple[str, ...]]]:
    yield process.buyer, ("procuringEntity",)
    for bidder in _tenderers(process):
        yield bidder, ("tenderer",)
    for contract in process.contracts:
        for supplier in contract.suppliers:
            yield supplier, ("supplier",)
        for payment in contract.payments:
            yield payment.payee, ("payee",)
            yield process.buyer, ("payer",)


def _tenderers(process: facts.Process) -> Iterable[str]:
    return dict.fromkeys((*(bid.party for bid in process.bids), *process.tender.bidders))


def status_of(process: facts.Process) -> str:
    """Return how far a process is: before its contract, under it, after it or ended without one."""
    states = {contract.status for contract in process.contracts}
    if states & {"active", "pending", ""}:
        return "active"
    if states or process.tender.status in words.CLOSED_TENDERS:
        return "closed"
    return "pre-award"


def _summary(found: facts.Project, process: facts.Process) -> Plain:
    tender, contracts = process.tender, process.contracts
    starts = [each.start_on for each in contracts if each.start_on]
    ends = [each.end_on for each in contracts if each.end_on]
    return {
        "ocid": process.ocid,
        "nature": list(words.NATURES.get(tender.category, ())),
        "title": tender.title or next((each.title for each in contracts), ""),
        "status": status_of(process),
        "tender": {
            "procurementMethod": words.METHODS.get(tender.method),
            "procurementMethodDetails": words.word("tender_method", tender.method),
            "datePublished": moment(tender.starts_at),
            "costEstimate": value(tender.value),
            "numberOfTenderers": tender.bidder_count,
            "tenderers": _refs(found, _tenderers(process)),
            "procuringEntity": _ref(found, process.buyer),
        },
        "suppliers": _refs(found, [each for contract in contracts for each in contract.suppliers]),
        "contractValue": value(_sum([each.value for each in contracts])),
        "contractPeriod": period(min(starts, default=None), max(ends, default=None)),
        "finalValue": value(_sum([each.final_value for each in contracts])),
        "documents": papers([*tender.papers, *(paper for each in contracts for paper in each.papers)]),
        "modifications": [
            {
                "id": change.id,
                "date": moment(change.signed_on),
                "description": change.text,
                "rationale": change.reason,
                "newContractValue": value(change.new_value),
                "newContractPeriod": period(None, change.new_end_on),
            }
            for each in contracts
            for change in each.amendments
        ],
        "transactions": [
            {
                "id": payment.id,
                "date": moment(payment.paid_on),
                "value": value(payment.value),
                "payer": _ref(found, process.buyer),
                "payee": _ref(found, payment.payee),
            }
            for each in contracts
            for payment in each.payments
        ],
        "milestones": milestones([each for contract in contracts for each in contract.milestones]),
    }


def _sum(amounts: Sequence[facts.Money | None]) -> facts.Money | None:
    """Return the sum of what is known, where all is of one currency and none is missing."""
    known = [amount for amount in amounts if amount]
    if not known or len(known) < len(amounts) or len({each.currency for each in known}) > 1:
        return None
    return facts.Money(sum((each.amount for each in known), Decimal("0.00")), known[0].currency)
