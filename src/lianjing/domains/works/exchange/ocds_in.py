"""OCDS releases and records as facts: what is stated is taken, what is not is left open, what is wrong is said."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from django.utils.translation import gettext as _

from lianjing.domains.works.exchange import facts, words
from lianjing.domains.works.exchange.given import Given

F = TypeVar("F")


class Parties:
    """The organisations of one release: those of `parties`, and those that are only referred to."""

    def __init__(self) -> None:
        self.known: dict[str, facts.Party] = {}

    def read(self, given: Given) -> None:
        """Read the list of parties; persons, contact points and addresses are never taken."""
        for each in given.objects("parties"):
            each.skip("roles", "contactPoint", "address", "people", "beneficialOwners")
            self.refer(each)

    def refer(self, given: Given) -> str:
        """Return the id of a party referred to, "" where nothing names it."""
        given.skip("contactPoint", "address")
        party_id, name = given.text("id"), given.text("name")
        identifier = given.object("identifier")
        number, legal = identifier.text("id"), identifier.text("legalName")
        scheme = identifier.text("scheme") if number else ""
        name, party_id = name or legal, party_id or number or name or legal
        if not party_id:
            if given.data:
                given.complain("party_unnamed", "", "", _("没有名称也没有编号的单位，未登记"))
            return ""
        known = self.known.get(party_id)
        self.known[party_id] = facts.Party(
            party_id,
            (known.name if known else "") or name,
            (known.scheme if known else "") or scheme,
            (known.number if known else "") or number,
        )
        return party_id

    def refer_all(self, found: list[Given]) -> tuple[str, ...]:
        """Return the ids of several, each once."""
        return tuple(dict.fromkeys(each for each in map(self.refer, found) if each))

    def named(self) -> tuple[facts.Party, ...]:
        """Return all; one without a name is known by its number alone."""
        return tuple(
            each if each.name else facts.Party(each.id, each.id, each.scheme, each.number)
            for each in self.known.values()
        )


def read_release(given: Given) -> facts.Process:
    """Return the facts of a merged or compiled release."""
    given.skip("id", "tag", "language", "initiationType", "version", "packageInfo", "validationErrors")
    parties = Parties()
    parties.read(given)
    buyer = parties.refer(given.object("buyer"))
    planning, tender = given.object("planning"), given.object("tender")
    budget = planning.object("budget")
    entity = parties.refer(tender.object("procuringEntity"))
    read = _Reader(parties)
    failed = tuple(
        each.text("identifier")
        for each in given.objects("relatedProcesses")
        if "unsuccessfulProcess" in each.texts("relationship") and each.text("scheme") == "ocid"
    )
    body = read.tender(tender)
    bids = read.distinct(given.object("bids").objects("details"), read.bid, "bids")
    awards = read.distinct(given.objects("awards"), read.award, "awards")
    contracts = read.distinct(given.objects("contracts"), read.contract, "contracts")
    return facts.Process(
        ocid=given.text("ocid"),
        known_on=given.day("date"),
        project_id=budget.text("projectID"),
        project_title=budget.text("project"),
        need=planning.text("rationale"),
        budget=budget.money("amount") or budget.money("value"),
        buyer=entity or buyer,
        failed_before=failed,
        tender=body,
        bids=bids,
        awards=awards,
        contracts=contracts,
        parties=parties.named(),
    )


class _Reader:
    """Reads the sections of one release with the parties that they refer to."""

    def __init__(self, parties: Parties) -> None:
        self.parties = parties

    @staticmethod
    def distinct(found: list[Given], read: Callable[[Given], F], what: str) -> tuple[F, ...]:
        """Return the parts of a list, each id once: a second part with the same id is not taken."""
        taken: dict[Any, F] = {}
        for place, each in enumerate(found):
            key = str(each.data.get("id") or f"{what}-{place}")
            if key in taken:
                each.skip(*each.data)
                each.complain("repeated_id", "id", key, _("编号重复，后一条未采用"))
                continue
            taken[key] = read(each)
        return tuple(taken.values())

    def tender(self, given: Given) -> facts.Tender:
        given.skip("id")
        period = given.object("tenderPeriod")
        period.skip("durationInDays")
        details = given.text("procurementMethodDetails")
        stated = given.text("procurementMethod")
        method = words.method_of(stated, words.code_of("tender_method", details))
        if stated and not method:
            given.complain(
                "method_unclear", "procurementMethod", stated, _("采购方式不能对应到本地代码，留空")
            )
        category = words.category_of(
            given.text("mainProcurementCategory"), given.texts("additionalProcurementCategories")
        )
        criteria = given.text("awardCriteria")
        return facts.Tender(
            title=given.text("title") or given.text("description"),
            status=_status(given, words.TENDER_STATUSES),
            method=method,
            method_reason=given.text("procurementMethodRationale"),
            category=category,
            evaluation=words.evaluation_of(
                criteria, words.code_of("evaluation_method", given.text("awardCriteriaDetails"))
            ),
            value=given.money("value"),
            starts_at=period.moment("startDate"),
            ends_at=period.moment("endDate"),
            bidder_count=given.whole("numberOfTenderers"),
            bidders=self.parties.refer_all(given.objects("tenderers")),
            lots=self.distinct(given.objects("lots"), self.lot, "lots"),
            enquiries=tuple(self.enquiry(each) for each in given.objects("enquiries")),
            papers=read_papers(given.objects("documents")),
        )

    def lot(self, given: Given) -> facts.Lot:
        return facts.Lot(
            id=given.text("id"),
            title=given.text("title"),
            content=given.text("description"),
            amount=given.money("value"),
            status=_status(given, words.TENDER_STATUSES),
        )

    def enquiry(self, given: Given) -> facts.Enquiry:
        given.skip("id", "author")  # who asked is never taken
        return facts.Enquiry(given.text("description"), given.text("answer"), given.moment("dateAnswered"))

    def bid(self, given: Given) -> facts.Bid:
        bidders = self.parties.refer_all(given.objects("tenderers"))
        if len(bidders) > 1:
            given.complain("joint_bid", "tenderers", len(bidders), _("联合体投标，只记第一家为投标人"))
        status = given.text("status")
        if status and status not in words.BID_STATUSES:
            given.complain("status_unclear", "status", status, _("状态不在标准代码内，留空"))
        return facts.Bid(
            id=given.text("id"),
            party=bidders[0] if bidders else "",
            status=status if status in words.BID_STATUSES else "",
            received_at=given.moment("date"),
            price=given.money("value"),
            lot=next(iter((*given.texts("relatedLots"), given.text("relatedLot"))), ""),
        )

    def award(self, given: Given) -> facts.Award:
        return facts.Award(
            id=given.text("id"),
            suppliers=self.parties.refer_all(given.objects("suppliers")),
            status=_status(given, words.AWARD_STATUSES),
            decided_on=given.day("date"),
            value=given.money("value"),
            title=given.text("title"),
            reason=given.text("description"),
            bid=given.text("relatedBid"),
            lot=next(iter((*given.texts("relatedLots"), given.text("relatedLot"))), ""),
        )

    def contract(self, given: Given) -> facts.Contract:
        period, done = given.object("period"), given.object("implementation")
        period.skip("durationInDays")
        return facts.Contract(
            id=given.text("id"),
            award=given.text("awardID"),
            suppliers=self.parties.refer_all(given.objects("suppliers")),
            title=given.text("title"),
            status=_status(given, words.CONTRACT_STATUSES),
            value=given.money("value"),
            signed_on=given.day("dateSigned"),
            start_on=period.day("startDate"),
            end_on=period.day("endDate"),
            items=tuple(self.item(each) for each in given.objects("items")),
            amendments=tuple(self.amendment(each) for each in given.objects("amendments")),
            payments=self.distinct(done.objects("transactions"), self.payment, "transactions"),
            milestones=tuple(
                read_milestone(each) for each in (*given.objects("milestones"), *done.objects("milestones"))
            ),
            papers=read_papers([*given.objects("documents"), *done.objects("documents")]),
        )

    def item(self, given: Given) -> facts.Item:
        given.skip("id")
        unit, sort = given.object("unit"), given.object("classification")
        sort.skip("scheme")
        return facts.Item(
            code=sort.text("id"),
            name=given.text("description") or sort.text("description"),
            unit_name=unit.text("name"),
            quantity=given.quantity("quantity"),
            unit_price=unit.money("value"),
        )

    def amendment(self, given: Given) -> facts.Amendment:
        return facts.Amendment(
            id=given.text("id"),
            signed_on=given.day("date"),
            reason=given.text("rationale"),
            text=given.text("description"),
            new_value=given.money("newContractValue"),
            new_end_on=given.object("newContractPeriod").day("endDate"),
        )

    def payment(self, given: Given) -> facts.Payment:
        given.skip("payer", "providerOrganization")
        payee = given.object("payee")
        return facts.Payment(
            id=given.text("id"),
            paid_on=given.day("date"),
            value=given.money("value") or given.money("amount"),
            payee=self.parties.refer(payee) if payee.data else "",
        )


def _status(given: Given, allowed: tuple[str, ...]) -> str:
    status = given.text("status")
    if status and status not in allowed:
        given.complain("status_unclear", "status", status, _("状态不在标准代码内，留空"))
        return ""
    return status


def read_milestone(given: Given) -> facts.Milestone:
    """Return a milestone; its own id is not kept, its place is."""
    given.skip("id", "status", "dateModified")
    kind = given.text("code")
    return facts.Milestone(
        title=given.text("title") or given.text("description"),
        kind=kind if words.word("milestone_kind", kind) else "",
        planned_on=given.day("dueDate"),
        met_on=given.day("dateMet"),
    )


def read_papers(found: list[Given]) -> tuple[facts.Paper, ...]:
    """Return the papers named; their files are not fetched. One that says nothing but its id is left out."""
    return tuple(_papers(found))


def _papers(found: list[Given]) -> Iterator[facts.Paper]:
    for given in found:
        given.skip("id", "language", "dateModified", "description")
        printed = given.text("documentType")
        digest = given.text("digest")
        paper = facts.Paper(
            kind=words.paper_kind_of(printed),
            title=given.text("title"),
            sha256=digest.removeprefix("sha256:") if digest.startswith("sha256:") else "",
            media_type=given.text("format"),
            url=given.text("url"),
            published_on=given.day("datePublished"),
            printed_kind="" if words.paper_kind_of(printed) else printed,
        )
        if paper.title or paper.url or paper.sha256:
            yield paper
