"""OC4IDS projects as facts: the project, and of each contracting process what its summary says."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from lianjing.domains.works.exchange import facts, words
from lianjing.domains.works.exchange.given import Given
from lianjing.domains.works.exchange.ocds_in import Parties, read_milestone, read_papers


def read_project(given: Given) -> facts.Project:
    """Return the facts of a project."""
    given.skip("updated", "language", "version")
    parties = Parties()
    parties.read(given)
    authority = parties.refer(given.object("publicAuthority"))
    code, scheme = _identifier(given)
    budget, done = given.object("budget"), given.object("completion")
    planned, built = given.object("period"), given.object("implementationPeriod")
    for each in (planned, built):
        each.skip("durationInDays")
    site, latitude, longitude = _location(given)
    costs, total = _forecasts(given)
    processes = tuple(_process(each, parties) for each in given.objects("contractingProcesses"))
    return facts.Project(
        id=given.text("id"),
        title=given.text("title"),
        code=code,
        code_scheme=scheme,
        status=_status(given),
        nature=words.nature_of(given.text("type")),
        sector=words.sector_of(given.texts("sector")),
        scale=given.text("description"),
        need=given.text("purpose"),
        site=site,
        latitude=latitude,
        longitude=longitude,
        budget=budget.money("amount"),
        total=total,
        costs=costs,
        planned_start_on=planned.day("startDate"),
        planned_end_on=planned.day("endDate"),
        started_on=built.day("startDate"),
        completed_on=done.day("endDate") or built.day("endDate"),
        final_value=done.money("finalValue"),
        authority=authority,
        papers=read_papers(given.objects("documents")),
        parties=parties.named(),
        processes=tuple(_with_parties(each, parties) for each in processes),
    )


def _with_parties(process: facts.Process, parties: Parties) -> facts.Process:
    return facts.Process(
        ocid=process.ocid,
        buyer=process.buyer,
        tender=process.tender,
        contracts=process.contracts,
        parties=parties.named(),
    )


def _status(given: Given) -> str:
    stated = given.text("status")
    if stated and stated not in words.PROJECT_STATUSES:
        given.complain("status_unclear", "status", stated, _("状态不在标准代码内，留空"))
        return ""
    return stated


def _identifier(given: Given) -> tuple[str, str]:
    """The code of the national platform; identifiers of other schemes are not the project's code here."""
    for each in given.objects("identifiers"):
        if each.data.get("scheme") == words.PROJECT_CODE:
            return each.text("id"), each.text("scheme")
    return "", ""


def _location(given: Given) -> tuple[str, Decimal | None, Decimal | None]:
    found = given.objects("locations")
    for each in found[1:]:
        each.complain("one_place", "", each.data.get("description", ""), _("只记第一处建设地点"))
    if not found:
        return "", None, None
    first = found[0]
    first.skip("id")
    point = first.object("geometry")
    coordinates = point._value("coordinates")
    if point.text("type") != "Point" or not isinstance(coordinates, list) or len(coordinates) < 2:
        return first.text("description"), None, None
    pair = Given({"longitude": coordinates[0], "latitude": coordinates[1]}, point.path, point.complaints)
    latitude, longitude = pair.quantity("latitude"), pair.quantity("longitude")
    if latitude is None or longitude is None or abs(latitude) > 90 or abs(longitude) > 180:
        point.complain("wrong_place", "coordinates", coordinates, _("坐标超出范围，未采用"))
        return first.text("description"), None, None
    return first.text("description"), latitude, longitude


def _forecasts(given: Given) -> tuple[tuple[facts.Cost, ...], facts.Money | None]:
    costs: list[facts.Cost] = []
    total: facts.Money | None = None
    for metric in given.objects("forecasts"):
        name = metric.text("id")
        metric.skip("title")
        if name not in ("cost", "totalInvestment"):
            continue
        for each in metric.objects("observations"):
            kind = each.text("id").rsplit("-", 1)[0]
            each.skip("notes")
            amount, on = each.money("value"), each.object("period").day("startDate")
            if name == "totalInvestment":
                total = amount
            elif kind in words.FORECASTS and amount and on:
                costs.append(facts.Cost(kind, amount, on))
            else:
                each.complain("forecast_unclear", "id", kind, _("造价的类型、金额或日期不明，未采用"))
    return tuple(costs), total


def _process(given: Given, parties: Parties) -> facts.Process:
    own = given.object("summary")
    tender = own.object("tender")
    ocid = own.text("ocid") or given.text("id")
    given.skip("id")
    method = words.method_of(
        tender.text("procurementMethod"),
        words.code_of("tender_method", tender.text("procurementMethodDetails")),
    )
    status = own.text("status")
    contract = _contract(own, parties, ocid, status)
    papers = read_papers(own.objects("documents"))
    return facts.Process(
        ocid=ocid,
        buyer=parties.refer(tender.object("procuringEntity")),
        tender=facts.Tender(
            title=own.text("title"),
            status="cancelled" if status == "closed" and contract is None else "",
            method=method,
            category=words.category_of_natures(own.texts("nature")),
            value=tender.money("costEstimate"),
            starts_at=tender.moment("datePublished"),
            bidder_count=tender.whole("numberOfTenderers"),
            bidders=parties.refer_all(tender.objects("tenderers")),
            papers=papers,
        ),
        contracts=(contract,) if contract else (),
    )


def _contract(own: Given, parties: Parties, ocid: str, status: str) -> facts.Contract | None:
    """The contract of a summary; None before an award. A summary of several contracts is one here."""
    period = own.object("contractPeriod")
    period.skip("durationInDays")
    suppliers = parties.refer_all(own.objects("suppliers"))
    value, final = own.money("contractValue"), own.money("finalValue")
    contract = facts.Contract(
        id=f"{ocid}-contract",
        suppliers=suppliers,
        status={"active": "active", "closed": "terminated"}.get(status, ""),
        value=value,
        final_value=final,
        start_on=period.day("startDate"),
        end_on=period.day("endDate"),
        amendments=tuple(_modification(each) for each in own.objects("modifications")),
        payments=tuple(_payment(each, parties) for each in own.objects("transactions")),
        milestones=tuple(read_milestone(each) for each in own.objects("milestones")),
    )
    stated: list[object] = [suppliers, value, final, contract.payments, contract.amendments]
    known: list[date | None] = [contract.start_on, contract.end_on]
    return contract if any(stated) or any(known) or status == "active" else None


def _modification(given: Given) -> facts.Amendment:
    return facts.Amendment(
        id=given.text("id"),
        signed_on=given.day("date"),
        reason=given.text("rationale"),
        text=given.text("description"),
        new_value=given.money("newContractValue"),
        new_end_on=given.object("newContractPeriod").day("endDate"),
    )


def _payment(given: Given, parties: Parties) -> facts.Payment:
    given.skip("payer")
    payee = given.object("payee")
    return facts.Payment(
        id=given.text("id"),
        paid_on=given.day("date"),
        value=given.money("value"),
        payee=parties.refer(payee) if payee.data else "",
    )
