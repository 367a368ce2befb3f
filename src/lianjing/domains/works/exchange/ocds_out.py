"""Facts of a process as OCDS 1.1: its compiled release, the releases of its stages, packages."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from lianjing.domains.works.exchange import facts, words
from lianjing.domains.works.exchange.plain import filled, moment, period, value
from lianjing.kernel.json_text import written
from lianjing.runtime.trail.act import legal_day

VERSION = "1.1"
_REGISTRY = "https://raw.githubusercontent.com/open-contracting-extensions"
EXTENSIONS = (
    f"{_REGISTRY}/ocds_bid_extension/v1.1.5/extension.json",
    f"{_REGISTRY}/ocds_lots_extension/v1.1.5/extension.json",
    f"{_REGISTRY}/ocds_enquiry_extension/v1.1.5/extension.json",
    f"{_REGISTRY}/ocds_contract_suppliers_extension/master/extension.json",
)
Plain = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Publisher:
    """Who publishes: the name, the registered prefix of ocids and project ids, where the packages stand."""

    name: str
    prefix: str
    uri: str


def compiled(process: facts.Process) -> Plain:
    """Return the compiled release of a process: everything that is known of it."""
    body = filled(
        {
            "language": "zh",
            "initiationType": "tender",
            "parties": _parties(process),
            "buyer": _ref(process, process.buyer),
            "planning": {
                "rationale": process.need,
                "budget": {
                    "amount": value(process.budget),
                    "project": process.project_title,
                    "projectID": process.project_id,
                },
            },
            "tender": _tender(process),
            "bids": {"details": [_bid(process, bid) for bid in process.bids]},
            "awards": [_award(process, award) for award in process.awards],
            "contracts": [_contract(process, contract) for contract in process.contracts],
            "relatedProcesses": [
                {
                    "id": f"related-{place}",
                    "relationship": ["unsuccessfulProcess"],
                    "scheme": "ocid",
                    "identifier": ocid,
                }
                for place, ocid in enumerate(process.failed_before, start=1)
            ],
        }
    )
    return _headed(process.ocid, body, known_on(process), ["compiled"])


def releases(process: facts.Process) -> list[Plain]:
    """Return the releases of a process, one for each stage that it reached; merged they give the compiled release."""
    whole = compiled(process)
    common: Plain = {
        key: whole[key] for key in ("language", "initiationType", "parties", "buyer") if key in whole
    }
    made: list[tuple[Plain, list[str], date | None]] = []
    first: Plain = {key: whole[key] for key in ("planning", "tender", "relatedProcesses") if key in whole}
    if first:
        made.append((first, ["tender" if "tender" in first else "planning"], _tender_day(process)))
    awards: Plain = {key: whole[key] for key in ("bids", "awards") if key in whole}
    if awards:
        made.append((awards, ["award"] if "awards" in awards else ["tenderUpdate"], _award_day(process)))
    contracts = [
        {key: part for key, part in each.items() if key != "implementation"}
        for each in whole.get("contracts", [])
    ]
    if contracts:
        made.append(({"contracts": contracts}, ["contract"], _contract_day(process)))
    done = [
        {"id": each["id"], "awardID": each["awardID"], "implementation": each["implementation"]}
        for each in whole.get("contracts", [])
        if "implementation" in each
    ]
    if done:
        made.append(({"contracts": done}, ["implementation"], known_on(process)))
    day: date | None = None
    found = []
    for body, tag, own in made or [({}, ["planning"], known_on(process))]:
        # The order of the stages is the order of the releases, whatever days were entered.
        day = max((each for each in (day, own) if each), default=None)
        found.append(_headed(process.ocid, {**common, **body}, day, tag))
    return found


def _headed(ocid: str, body: Plain, day: date | None, tag: list[str]) -> Plain:
    """A release's id is a digest of what it says: the same content is the same release, wherever it is written."""
    told = {"date": moment(day or date(1970, 1, 1)), "tag": tag, **body}
    digest = hashlib.sha256(written(told).encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return {"ocid": ocid, "id": f"{ocid}-{digest}", **told}


def known_on(process: facts.Process) -> date | None:
    """Return the latest day of what the process tells, or of its beginning."""
    days = [_tender_day(process), _award_day(process), _contract_day(process)]
    for contract in process.contracts:
        days += [payment.paid_on for payment in contract.payments]
        days += [milestone.met_on for milestone in contract.milestones]
        days += [amendment.signed_on for amendment in contract.amendments]
    return max((day for day in (*days, process.known_on) if day), default=None)


def _tender_day(process: facts.Process) -> date | None:
    return _day(process.tender.starts_at) or process.known_on


def _award_day(process: facts.Process) -> date | None:
    return max((award.decided_on for award in process.awards if award.decided_on), default=None)


def _contract_day(process: facts.Process) -> date | None:
    return max((each.signed_on for each in process.contracts if each.signed_on), default=None)


def _day(when: datetime | None) -> date | None:
    return legal_day(when) if when else None


def _ref(process: facts.Process, party_id: str) -> Plain | None:
    party = process.party(party_id)
    return {"id": party.id, "name": party.name} if party else None


def _refs(process: facts.Process, party_ids: Iterable[str]) -> list[Plain | None]:
    return [_ref(process, each) for each in dict.fromkeys(party_ids)]


def _parties(process: facts.Process) -> list[Plain]:
    roles: dict[str, set[str]] = {}

    def play(party_ids: Iterable[str], *names: str) -> None:
        for each in party_ids:
            roles.setdefault(each, set()).update(names)

    play([process.buyer], "buyer", "procuringEntity")
    play([bid.party for bid in process.bids], "tenderer")
    play(process.tender.bidders, "tenderer")
    play([each for award in process.awards for each in award.suppliers], "supplier")
    for contract in process.contracts:
        play(contract.suppliers, "supplier")
        play([payment.payee for payment in contract.payments], "payee")
        play([process.buyer] if contract.payments else [], "payer")
    return [
        party_of(party, sorted(roles[party.id]))
        for party in sorted(process.parties, key=lambda each: each.id)
        if party.id in roles
    ]


def party_of(party: facts.Party, roles: list[str]) -> Plain:
    """Return a party without persons, addresses and contact points."""
    number = {"scheme": party.scheme, "id": party.number, "legalName": party.name} if party.number else {}
    return {"id": party.id, "name": party.name, "identifier": number, "roles": roles}


def _tender(process: facts.Process) -> Plain:
    tender = process.tender
    body = {
        "title": tender.title,
        "status": tender.status if tender.status in words.TENDER_STATUSES else "",
        "procuringEntity": _ref(process, process.buyer),
        "value": value(tender.value),
        "procurementMethod": words.METHODS.get(tender.method),
        "procurementMethodDetails": words.word("tender_method", tender.method),
        "procurementMethodRationale": tender.method_reason,
        "mainProcurementCategory": words.CATEGORIES.get(tender.category),
        "additionalProcurementCategories": [tender.category],
        "awardCriteria": words.CRITERIA.get(tender.evaluation),
        "awardCriteriaDetails": words.word("evaluation_method", tender.evaluation),
        "tenderPeriod": period(tender.starts_at, tender.ends_at),
        "numberOfTenderers": tender.bidder_count,
        "tenderers": _refs(process, (*(bid.party for bid in process.bids), *tender.bidders)),
        "lots": [
            {
                "id": lot.id,
                "title": lot.title,
                "description": lot.content,
                "value": value(lot.amount),
                "status": lot.status,
            }
            for lot in tender.lots
        ],
        "enquiries": [
            {
                "id": f"enquiry-{place}",
                "description": each.question,
                "answer": each.answer,
                "dateAnswered": moment(each.answered_at),
            }
            for place, each in enumerate(tender.enquiries, start=1)
        ],
        "documents": papers(tender.papers),
    }
    known = filled(body)
    return {"id": f"{process.ocid}-tender", **known} if set(known) - {"procuringEntity"} else {}


def _bid(process: facts.Process, bid: facts.Bid) -> Plain:
    return {
        "id": bid.id,
        "date": moment(bid.received_at),
        "status": bid.status,
        "tenderers": _refs(process, [bid.party]),
        "value": value(bid.price),
        "relatedLots": [bid.lot],
    }


def _award(process: facts.Process, award: facts.Award) -> Plain:
    return {
        "id": award.id,
        "title": award.title,
        "description": award.reason,
        "status": award.status,
        "date": moment(award.decided_on),
        "value": value(award.value),
        "suppliers": _refs(process, award.suppliers),
        "relatedBid": award.bid,
        "relatedLots": [award.lot],
    }


def _contract(process: facts.Process, contract: facts.Contract) -> Plain:
    return {
        "id": contract.id,
        "awardID": contract.award or f"{contract.id}-award",
        "title": contract.title,
        "suppliers": _refs(process, contract.suppliers),
        "status": contract.status,
        "period": period(contract.start_on, contract.end_on),
        "value": value(contract.value),
        "dateSigned": moment(contract.signed_on),
        "items": [_item(item, place) for place, item in enumerate(contract.items, start=1)],
        "documents": papers(contract.papers),
        "amendments": [_amendment(each) for each in contract.amendments],
        "implementation": {
            "transactions": [
                {
                    "id": each.id,
                    "date": moment(each.paid_on),
                    "value": value(each.value),
                    "payer": _ref(process, process.buyer),
                    "payee": _ref(process, each.payee),
                }
                for each in contract.payments
            ],
            "milestones": milestones(contract.milestones),
        },
    }


def _item(item: facts.Item, place: int) -> Plain:
    return {
        "id": f"item-{place}",
        "description": item.name,
        "classification": {"scheme": "x_CN-BILL" if item.code else "", "id": item.code},
        "quantity": item.quantity,
        "unit": {"name": item.unit_name, "value": value(item.unit_price)},
    }


def _amendment(each: facts.Amendment) -> Plain:
    return {
        "id": each.id,
        "date": moment(each.signed_on),
        "rationale": each.reason,
        "description": each.text,
        "newContractValue": value(each.new_value),
        "newContractPeriod": period(None, each.new_end_on),
    }


def milestones(found: Sequence[facts.Milestone]) -> list[Plain]:
    """Return milestones, numbered in their order."""
    return [
        {
            "id": f"milestone-{place}",
            "title": each.title,
            "code": each.kind,
            "dueDate": moment(each.planned_on),
            "dateMet": moment(each.met_on),
            "status": "met" if each.met_on else "scheduled",
        }
        for place, each in enumerate(found, start=1)
    ]


def papers(found: Sequence[facts.Paper]) -> list[Plain]:
    """Return papers; their digest lets anyone check the copy that he is given."""
    return [
        {
            "id": f"document-{place}",
            "documentType": words.PAPERS.get(each.kind, each.printed_kind),
            "title": each.title,
            "url": each.url,
            "datePublished": moment(each.published_on),
            "format": each.media_type,
            "digest": f"sha256:{each.sha256}" if each.sha256 else "",
        }
        for place, each in enumerate(found, start=1)
    ]


def package(name: str, found: Sequence[Plain], publisher: Publisher, now: datetime) -> Plain:
    """Return a package of releases, records or projects under that name."""
    return {
        "uri": f"{publisher.uri}/{name}",
        "version": VERSION,
        "extensions": list(EXTENSIONS),
        "publisher": {"name": publisher.name},
        "publishedDate": moment(now),
        name: list(found),
    }


def record(process: facts.Process) -> Plain:
    """Return the record of a process: its releases and their compilation."""
    return {
        "ocid": process.ocid,
        "releases": releases(process),
        "compiledRelease": compiled(process),
    }
