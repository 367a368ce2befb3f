"""Flags of planning and tendering: periods, papers, method, thresholds, number of bidders."""

from __future__ import annotations

from typing import Any

from lianjing.analysis.flags.case import DAY, code_of, money, number, rows, table, text
from lianjing.analysis.flags.look import NON_COMPETITIVE, Look

DISCRETIONARY = frozenset(
    {"bestProposal", "bestValueToGovernment", "bestValueToGoverment", "qualityOnly", "ratedCriteria"}
)
BIDDING_PAPERS = frozenset(
    {"biddingdocuments", "technicalspecifications", "evaluationcriteria", "eligibilitycriteria"}
)


def periods(look: Look) -> None:
    """R003, R014, R015: how long bidders and evaluators had."""
    case = look.case
    opened = case.at(table(case.tender.get("bidOpening")).get("date"))
    if case.begins is None:
        return
    begin = ("/tender/tenderPeriod/startDate", table(case.tender.get("tenderPeriod")).get("startDate"))
    if look.has("R003") and case.ends is not None:
        own = look.settings["R003"]
        methods = own.get("procurement_methods") or frozenset()
        days = own.get("procurement_method_details", {}).get(case.details, own["threshold"])
        if case.ends - case.begins < days * DAY and (not methods or case.method in methods):
            end = ("/tender/tenderPeriod/endDate", table(case.tender.get("tenderPeriod")).get("endDate"))
            look.flag("R003", 1.0, begin, end)
    if opened is not None and opened >= case.begins:
        look.sample(
            "R014",
            (case.method,),
            (opened - case.begins) / DAY,
            "/tender/tenderPeriod/startDate",
            "/tender/bidOpening/date",
        )


def evaluation(look: Look) -> None:
    """R015, R061, R062: from opening to evaluation, from deadline to award."""
    case = look.case
    opened = case.at(table(case.tender.get("bidOpening")).get("date"))
    begun = case.at(table(case.tender.get("awardPeriod")).get("startDate"))
    if opened is not None and begun is not None and begun >= opened:
        paths = ("/tender/bidOpening/date", "/tender/awardPeriod/startDate")
        look.sample("R015", (case.method,), (begun - opened) / DAY, *paths)
    for award in case.active:
        if award.at is not None and case.ends is not None and award.at >= case.ends:
            days = (award.at - case.ends) / DAY
            for code in ("R061", "R062"):
                look.sample(code, (case.method,), days, "/tender/tenderPeriod/endDate", f"{award.path}/date")
            break


def papers(look: Look) -> None:
    """R001, R004, R005, R010, R012: what ought to be published before the tender and is not."""
    case = look.case
    plans = kinds_of(table(case.source.get("planning")).get("documents"))
    if case.tender:
        look.absent("R001", "/planning/documents", is_there=bool(plans))
    if case.begins is not None and case.method and case.method not in NON_COMPETITIVE:
        _advertised(look)
        found = kinds_of(case.tender.get("documents"))
        look.absent("R005", "/tender/documents", is_there=bool(found.keys() & BIDDING_PAPERS))
    if case.method in NON_COMPETITIVE:
        reason = bool(text(case.tender.get("procurementMethodRationale")))
        look.absent("R010", "/tender/procurementMethodRationale", is_there=reason)
        look.absent("R012", "/planning/documents", is_there="procurementplan" in plans)


def kinds_of(documents: object) -> dict[str, list[Any]]:
    """Return the documents by kind; "Tender Notice" and tenderNotice are one kind."""
    found: dict[str, list[Any]] = {}
    for _place, each in rows(documents):
        kind = "".join(part for part in text(each.get("documentType")).casefold() if part.isalnum())
        found.setdefault(kind, []).append(each)
    return found


def _advertised(look: Look) -> None:
    notices = kinds_of(look.case.tender.get("documents")).get("tendernotice", [])
    look.absent("R004", "/tender/documents", is_there=bool(notices))
    dates = [(each, look.case.at(each.get("datePublished"))) for each in notices]
    known = [(at, each.get("datePublished")) for each, at in dates if at is not None]
    begins = look.case.begins
    if known and begins is not None and min(known)[0] > begins + DAY:
        look.flag("R004", (min(known)[0] - begins) / DAY, ("/tender/documents", min(known)[1]))


def thresholds(look: Look) -> None:
    """R002, R008, R011, R049, R054, R055: against a legal threshold that only the settings can give."""
    case = look.case
    value = case.value
    if value is not None:
        for code in ("R002", "R011"):
            limit = look.threshold(code, value.currency)
            if limit is None or value.amount >= limit:
                continue
            if code == "R002" and value.amount >= limit * (1 - look.setting("R002", "margin")):
                look.flag("R002", value.amount / limit, ("/tender/value/amount", value.amount))
            if code == "R011" and case.category and case.begins is not None:
                for kind, subject in (("buyer", case.buyer), ("procuring_entity", case.entity)):
                    if subject:
                        key = (kind, subject, case.category, value.currency)
                        look.board.event("R011", key, (case.begins, value.amount, case.ocid))
    _fees(look)
    _direct(look)


def _fees(look: Look) -> None:
    value = look.case.value
    most = look.setting("R008", "threshold") if look.has("R008") else None
    if value is None or most is None:
        return
    for place, each in rows(look.case.tender.get("participationFees")):
        fee = money(each.get("value"))
        if fee and fee.currency == value.currency and fee.amount / value.amount > most:
            look.flag(
                "R008",
                fee.amount / value.amount,
                (f"/tender/participationFees/{place}/value/amount", fee.amount),
            )


def _direct(look: Look) -> None:  # noqa: C901 - one family of direct awards
    case = look.case
    if case.method not in NON_COMPETITIVE:
        return
    for award in case.active:
        if award.money is None:
            continue
        amount, currency = award.money
        for code in ("R049", "R055"):
            limit = look.threshold(code, currency)
            if limit is not None and limit * (1 - look.setting(code, "margin")) <= amount < limit:
                for who in award.who if code == "R055" else ("",):
                    key = (case.buyer or case.entity, who)
                    look.board.event(code, key, (award.at or 0.0, amount, case.ocid, award.path))
        limit = look.threshold("R054", currency)
        for contract in case.contracts:
            same = (
                contract.money
                and contract.money.currency == currency
                and (contract.award == award.id or len(case.active) == 1)
            )
            changed = same and contract.source.get("amendments")
            if limit is not None and changed and contract.money and amount < limit <= contract.money.amount:
                look.flag(
                    "R054",
                    contract.money.amount / limit,
                    (f"{award.path}/value/amount", amount),
                    (f"{contract.path}/value/amount", contract.money.amount),
                )


def competition(look: Look) -> None:
    """R013, R018, R019, R020, R021, R039: how open the procedure was."""
    case = look.case
    if case.method:
        is_closed = case.method in NON_COMPETITIVE
        look.share("R013", is_part=is_closed, path="/tender/procurementMethod", value=case.method)
    if case.method:
        _number(look)
    criteria = text(case.tender.get("awardCriteria"))
    if criteria:
        look.share("R021", is_part=criteria in DISCRETIONARY, path="/tender/awardCriteria", value=criteria)
    for name in ("/complaints", "/tender/complaints"):
        holder = case.source if name == "/complaints" else case.tender
        found = [place for place, _each in rows(holder.get("complaints"))]
        if found:
            look.flag("R020", len(found), *((f"{name}/{place}", None) for place in found[:5]))
    _enquiries(look)


def _number(look: Look) -> None:
    """R018, R019: how many bid."""
    case, count = look.case, look.case.bidders
    if not count:
        return
    said = number(case.tender.get("numberOfTenderers"))
    path = (
        "/tender/numberOfTenderers"
        if said is not None
        else "/bids/details"
        if case.bids
        else "/tender/tenderers"
    )
    if look.has("R018") and count == 1 and case.method in look.setting("R018", "procurement_methods"):
        look.flag("R018", 1.0, (path, count))
    who = case.entity or case.buyer
    if look.has("R019") and case.category and case.method not in NON_COMPETITIVE and who:
        tally = look.tally("R019", "procuring_entity" if case.entity else "buyer", who, case.category)
        tally.part, tally.whole = tally.part + count, tally.whole + 1
        tally.keep(case.ocid, look.seen((path, count)))


def _enquiries(look: Look) -> None:
    case = look.case
    if text(case.tender.get("status")) not in {"complete", "unsuccessful"}:
        return
    silent = [
        place
        for place, each in rows(case.tender.get("enquiries"))
        if not text(each.get("answer")) and not text(each.get("dateAnswered"))
    ]
    if silent:
        look.flag("R039", len(silent), *((f"/tender/enquiries/{place}", None) for place in silent[:5]))


def estimates(look: Look) -> None:
    """R016, R017: estimate and unit prices beside those of the same class, unit and currency."""
    case = look.case
    if case.value and case.category:
        look.sample("R016", (case.category, case.value.currency), case.value.amount, "/tender/value/amount")
    if look.has("R017"):
        for path, item in case.items:
            unit = table(item.get("unit"))
            price, code = money(unit.get("value")), code_of(item, 8)
            if price and price.amount > 0 and code:
                group = (code, text(unit.get("name")) or text(unit.get("id")), price.currency)
                look.sample("R017", group, price.amount, f"{path}/unit/value/amount")
