"""One contracting process into the tables: project, tender, lots, bids, awards, contracts with their money."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from lianjing.domains.works import models as works
from lianjing.domains.works.exchange import facts
from lianjing.domains.works.exchange.writer import UNKNOWN_CURRENCY, Writing
from lianjing.kernel.refusal import BadInput
from lianjing.runtime.contract.models import Amendment, Contract, ContractItem
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.parties.models import Enterprise
from lianjing.runtime.payment.models import PaymentApplication
from lianjing.runtime.trail.act import legal_day


def write_process(write: Writing, process: facts.Process, project: works.Project) -> works.Tender:
    """Write a process under its project; its record is the tender."""
    matter = write.matter(
        "tender",
        process.ocid,
        title_of(process),
        project.matter,
        subject=process.need,
        **({"opened_on": process.known_on} if process.known_on else {}),
    )
    if matter.parent_id != project.pk:
        raise BadInput(_("该采购过程已归在另一项目下，导入不改动"), "ocid")
    tender = write.row(works.Tender, {"matter": matter}, {"project": project})
    currency = project.currency
    _follow_tender(write, process, tender, currency)
    write.join(matter, "owner", [write.firm(process, process.buyer)])
    write.join(matter, "bidder", _only_named(write, process))
    write.papers(matter, process.tender.papers)
    lots = _lots(write, process, tender, currency)
    bids = _bids(write, process, tender, lots)
    awards = _awards(write, process, tender, (bids, lots))
    for contract in process.contracts:
        _contract(write, process, contract, (tender, awards))
    return tender


def title_of(process: facts.Process) -> str:
    """Return the first title that the process states, else its number."""
    titles = (
        process.tender.title,
        *(each.title for each in process.contracts),
        *(each.title for each in process.awards),
        process.project_title,
    )
    return next((title for title in titles if title), process.ocid)


def refuse_own(process: facts.Process) -> None:
    """Raise BadInput for a process that this installation itself publishes."""
    if _is_own(process.ocid, settings.LIANJING_OCID_PREFIX, ("tender", "contract")):
        raise BadInput(_("该采购过程由本平台发布，不能作为外部记录导入"), "ocid")


def refuse_own_project(project: facts.Project) -> None:
    """Raise BadInput for a project that this installation itself publishes."""
    if _is_own(project.id, settings.LIANJING_OC4IDS_PREFIX, ("project",)):
        raise BadInput(_("该项目由本平台发布，不能作为外部记录导入"), "id")


def _is_own(number: str, prefix: str, kinds: tuple[str, ...]) -> bool:
    head, _dash, key = number.rpartition("-")
    if head != prefix or not key.isdecimal() or len(key) > 15:
        return False
    return Matter.objects.filter(pk=int(key), is_before_platform=False, kind__in=kinds).exists()


def _follow_tender(write: Writing, process: facts.Process, tender: works.Tender, currency: str) -> None:
    stated = process.tender
    start, end = stated.starts_at, stated.ends_at
    values: dict[str, Any] = {
        "title": stated.title,
        "status": stated.status,
        "method": stated.method,
        "method_reason": stated.method_reason,
        "procurement_category": stated.category,
        "evaluation_method": stated.evaluation,
        "control_price": write.amount(stated.value, currency, tender),
        "published_on": legal_day(start) if start else None,
        "issued_at": start,
        "deadline_on": legal_day(end) if end else None,
        "deadline_at": end,
        "bidder_count": stated.bidder_count,
    }
    write.row(works.Tender, {"matter": tender.matter}, values)
    write.rows(
        works.Clarification,
        {"tender": tender},
        [
            {"seq": place, "question": each.question, "answer": each.answer, "issued_at": each.answered_at}
            for place, each in enumerate(stated.enquiries, start=1)
        ],
    )


def _only_named(write: Writing, process: facts.Process) -> list[Enterprise | None]:
    """Tenderers that are named without a bid."""
    bidding = {bid.party for bid in process.bids}
    return [write.firm(process, each) for each in process.tender.bidders if each not in bidding]


def _lots(
    write: Writing, process: facts.Process, tender: works.Tender, currency: str
) -> dict[str, works.Lot]:
    wanted = [
        {
            "seq": place,
            "title": lot.title,
            "content": lot.content,
            "amount": write.amount(lot.amount, currency, tender),
            "status": lot.status,
        }
        for place, lot in enumerate(process.tender.lots, start=1)
    ]
    rows = write.rows(works.Lot, {"tender": tender}, wanted)
    return {lot.id: row for lot, row in zip(process.tender.lots, rows, strict=True)}


def _bids(
    write: Writing, process: facts.Process, tender: works.Tender, lots: dict[str, works.Lot]
) -> dict[str, works.Bid]:
    """Write the bids; a bidder's second bid for the same lot, or one without a bidder, is not taken."""
    found: dict[str, works.Bid] = {}
    seen: set[tuple[int, int | None]] = set()
    for bid in process.bids:
        firm, lot = write.firm(process, bid.party), lots.get(bid.lot)
        if firm is None:
            write.say("bidder_unknown", _("投标没有投标人，未采用"), bid.id, tender)
            continue
        key = (firm.pk, lot.pk if lot else None)
        if key in seen:
            write.say("second_bid", _("同一投标人对同一标段的另一份投标，未采用"), firm.name, tender)
            continue
        seen.add(key)
        values = {
            "status": bid.status,
            "received_at": bid.received_at,
            "price": write.amount(bid.price, tender.project.currency, tender),
        }
        found[bid.id] = write.row(works.Bid, {"tender": tender, "enterprise": firm, "lot": lot}, values)
    return found


def _awards(
    write: Writing,
    process: facts.Process,
    tender: works.Tender,
    known: tuple[dict[str, works.Bid], dict[str, works.Lot]],
) -> dict[str, works.Award]:
    bids, lots = known
    found: dict[str, works.Award] = {}
    for place, award in enumerate(process.awards, start=1):
        number = award.id or f"{process.ocid}-award-{place}"
        matter = write.matter("award", number_in(process, number), award.title, tender.matter)
        firms = [write.firm(process, each) for each in award.suppliers]
        values = {
            "tender": tender,
            "bid": bids.get(award.bid),
            "enterprise": firms[0] if len(firms) == 1 else None,
            "amount": write.amount(award.value, tender.project.currency, tender),
            "decided_on": award.decided_on,
            "lot": lots.get(award.lot),
            "reason": award.reason,
            "status": award.status,
        }
        found[award.id] = write.row(works.Award, {"matter": matter}, values)
        write.join(matter, "contractor", firms)
    return found


def number_in(process: facts.Process, number: str) -> str:
    """Return a number that is unique in the source: those of awards, contracts and payments are so only in a process."""
    return number if number.startswith(process.ocid) else f"{process.ocid}/{number}"


def _contract(
    write: Writing,
    process: facts.Process,
    stated: facts.Contract,
    known: tuple[works.Tender, dict[str, works.Award]],
) -> None:
    tender, awards = known
    award = awards.get(stated.award)
    fallback = next((each.suppliers for each in process.awards if each.id == stated.award), ())
    firms = [write.firm(process, each) for each in stated.suppliers or fallback]
    number = _adopted(write, process, number_in(process, stated.id))
    matter = write.matter("contract", number, stated.title, tender.matter)
    currency = (stated.value.currency or UNKNOWN_CURRENCY) if stated.value else tender.project.currency
    contract = write.row(
        Contract,
        {"matter": matter},
        {
            "domain": "works",
            "code": stated.id,
            "title": stated.title,
            "project_id": tender.project_id,
            "tender_id": tender.pk,
            "award_id": award.pk if award else None,
            "owner_unit_id": matter.unit_id,
            "enterprise": firms[0] if len(firms) == 1 else None,
            "amount": stated.value.amount if stated.value else None,
            "amount_currency": currency,
            "signed_on": stated.signed_on,
            "start_on": stated.start_on,
            "end_on": stated.end_on,
            "status": stated.status,
        },
    )
    write.join(matter, "contractor", firms)
    write.papers(matter, stated.papers)
    _parts(write, contract, stated, currency)
    _amendments(write, process, contract, stated)
    _payments(write, process, contract, stated)
    if stated.final_value is not None:
        own = write.matter("settlement", f"{number}-settlement", "结算", matter)
        values = {
            "project_id": tender.project_id,
            "contract": contract,
            "kind": "settlement",
            "approved": write.amount(stated.final_value, currency, contract),
        }
        write.row(works.Settlement, {"matter": own}, values)


def _adopted(write: Writing, process: facts.Process, number: str) -> str:
    """A project's summary knows one contract without number: the first contract with a number is that one."""
    summary = write.find("contract", f"{process.ocid}-contract")
    if summary is not None and write.find("contract", number) is None:
        summary.external_no = number
        write.act.save(summary)
    return number


def _parts(write: Writing, contract: Contract, stated: facts.Contract, currency: str) -> None:
    write.rows(
        ContractItem,
        {"contract": contract},
        [
            {
                "item_code": each.code,
                "name": each.name,
                "unit_name": each.unit_name,
                "quantity": each.quantity,
                "unit_price": write.amount(each.unit_price, currency, contract),
            }
            for each in stated.items
        ],
    )
    write.rows(
        works.Milestone,
        {"contract": contract, "project_id": contract.project_id},
        [
            {
                "kind": each.kind,
                "title": each.title,
                "planned_on": each.planned_on,
                "met_on": each.met_on,
            }
            for each in stated.milestones
        ],
    )


def _amendments(write: Writing, process: facts.Process, contract: Contract, stated: facts.Contract) -> None:
    for place, each in enumerate(stated.amendments, start=1):
        if each.new_value is None:
            write.say("amendment_without_sum", _("补充协议没有新合同价，未采用"), each.id, contract)
            continue
        number = number_in(process, each.id or f"{stated.id}-amendment-{place}")
        matter = write.matter("amendment", number, each.reason, contract.matter)
        values = {
            "contract": contract,
            "code": each.id,
            "new_amount": each.new_value.amount,
            "new_end_on": each.new_end_on,
            "reason": each.reason,
            "text": each.text,
            "signed_on": each.signed_on,
        }
        write.row(Amendment, {"matter": matter}, values)


def _payments(write: Writing, process: facts.Process, contract: Contract, stated: facts.Contract) -> None:
    """Payments stand as stated; they carry no status, so that no sum of the platform's own payments counts them."""
    for place, each in enumerate(stated.payments, start=1):
        number = number_in(process, each.id or f"{stated.id}-payment-{place}")
        matter = write.matter("payment", number, "支付", contract.matter, closed_on=each.paid_on)
        payee = write.firm(process, each.payee)
        values = {
            "domain": "works",
            "contract": contract,
            "project_id": contract.project_id,
            "payee_enterprise": payee,
            "approved": write.amount(each.value, contract.amount_currency, contract),
        }
        write.row(PaymentApplication, {"matter": matter}, values)
