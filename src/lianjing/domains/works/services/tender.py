"""A tender's plan: lots, criteria, method, who must tender, review, approval, agency; and purchases without tender."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from lianjing.domains.works.models import Bid, Candidate, Lot, Tender, TenderCriterion
from lianjing.domains.works.rules import tender as rules
from lianjing.domains.works.services.basis import NO_VARIABLES, baseline, firm, project_of, write_opinion
from lianjing.kernel.refusal import Ground, Refusal
from lianjing.runtime.columns import fen, yuan
from lianjing.runtime.draw.queries import drawn, picks
from lianjing.runtime.matter.services import join_party
from lianjing.runtime.meeting.queries import passed_item
from lianjing.runtime.parameter.queries import figure
from lianjing.runtime.parties.models import Enterprise
from lianjing.runtime.process.deed import Deed
from lianjing.runtime.process.reviews import conclude

PLANNED = (
    "title",
    "code",
    "procurement_category",
    "control_price",
    "method",
    "method_reason",
    "exception_basis",
    "evaluation_method",
    "award_method",
    "published_on",
    "deadline_on",
    "bond",
    "qualification",
    "platform",
    "days",
    "quality",
    "agency_selection",
)
OVER = ("withdrawn", "cancelled", "unsuccessful")


def record_of(deed: Deed) -> Tender:
    """Return the tender of the deed's matter, read inside the act."""
    return Tender.objects.select_related("agency_enterprise", "project").get(pk=deed.matter.pk)


def plan(deed: Deed) -> dict[str, Any]:
    """Write the plan with lots and criteria and give the threshold table its figures."""
    data = deed.data
    project = project_of(deed)
    record = Tender.objects.filter(pk=deed.matter.pk).first() or Tender(matter=deed.matter, project=project)
    for name in PLANNED:
        setattr(record, name, data[name])
    record.owner_unit_id = deed.matter.unit_id
    record.status = "planning"
    record.is_price_only = data["evaluation_method"] in ("lowest", "price_only")
    record.shortlist_count, record.shortlist_drawn = data["shortlist_count"], data["shortlist_drawn"]
    record.failed_count = failures_of(record, data["retender_of"])
    _require_limits(deed, record, data["estimated"])
    deed.act.save(record)
    _choose_agency(deed, record)
    _write_rows(deed, record)
    return {
        "category": record.procurement_category,
        "estimated_fen": fen(data["estimated"]),
        "budget_money_fen": fen(data["budget_money"]),
        "investment_fen": max(1, fen(project.total_investment or data["estimated"])),
        "state_controlled": project.is_state_controlled,
        "method": record.method,
        "agency_selection": record.agency_selection,
        "shortlist": bool(record.shortlist_count),
    }


def failures_of(record: Tender, earlier_id: int | None) -> int | None:
    """Return how often the purchase has failed: that of the failed tender which it repeats."""
    earlier = Tender.objects.filter(
        pk=earlier_id, project_id=record.project_id, status="unsuccessful"
    ).first()
    return earlier.failed_count if earlier is not None else None


def _require_limits(deed: Deed, record: Tender, estimated: Decimal) -> None:
    others = Tender.objects.filter(project_id=record.project_id).exclude(pk=deed.matter.pk)
    taken = sum(
        (price for price in others.exclude(status__in=OVER).values_list("control_price", flat=True) if price),
        Decimal(0),
    )
    rules.check_control_price(record.control_price, project_of(deed).approved_budget, taken)
    rules.check_bond(record.bond, estimated, figure("works.tender.bid_bond_ratio", deed.day))


def _choose_agency(deed: Deed, record: Tender) -> None:
    """Name the agency of the plan a party, unless it is drawn after the approval."""
    if record.agency_selection == "draw" or not deed.data["agency_name"].strip():
        return
    seat_agency(deed, record, firm(deed.act, deed.data["agency_name"], deed.data["agency_code"]))


def seat_agency(deed: Deed, record: Tender, agency: Enterprise) -> None:
    """Make a firm the tender's agency and party."""
    record.agency_enterprise = agency
    deed.act.save(record)
    join_party(deed.act, deed.matter, enterprise_id=agency.pk, role="agent")


def _write_rows(deed: Deed, record: Tender) -> None:
    """Write lots and criteria anew: a plan may be handed in again until the documents are issued."""
    for model in (Lot, TenderCriterion):
        for row in model.objects.filter(tender=record):
            deed.act.remove(row)
    lots = deed.data["lots"] or [
        {
            "title": record.title,
            "content": "",
            "amount": deed.data["estimated"],
            "control_price": record.control_price,
        }
    ]
    for place, row in enumerate(lots, start=1):
        deed.act.save(Lot(tender=record, seq=place, status="planning", **row))
    for place, row in enumerate(deed.data["criteria"], start=1):
        deed.act.save(
            TenderCriterion(
                tender=record,
                seq=place,
                kind=row["kind"],
                text=row["text"],
                weight=row["weight"] or Decimal(0),
                is_objective=row["kind"] == "price",
            )
        )


def threshold(deed: Deed) -> dict[str, Any]:
    """Keep what the table decided: whether the law makes this tender mandatory. Nobody chooses it."""
    assert deed.decided is not None
    record = record_of(deed)
    record.is_mandatory = bool(deed.decided.outputs["must_tender"])
    deed.act.save(record)
    return NO_VARIABLES


def legality(deed: Deed) -> dict[str, Any]:
    """Record the compliance review."""
    conclude(deed, kind="legality", result="pass", seq=1, opinion_text=deed.data["opinion"])
    return NO_VARIABLES


def approve(deed: Deed) -> dict[str, Any]:
    """Approve the plan: a lawful method, the bidders' legal time, no thinning, a meeting where the amount asks."""
    record = record_of(deed)
    rules.check_method(
        record.method,
        is_mandatory=record.is_mandatory,
        exception_basis=record.exception_basis,
        failures=record.failed_count or 0,
        failures_before_release=int(figure("works.tender.failures_before_release", deed.day)),
    )
    if record.published_on and record.deadline_on:
        rules.check_bid_period(
            (record.deadline_on - record.published_on).days,
            int(figure("works.tender.bid_period_days", deed.day)),
            is_mandatory=record.is_mandatory,
        )
    if record.shortlist_count:
        rules.check_shortlist(
            record.method, is_mandatory=record.is_mandatory, exception_basis=record.exception_basis
        )
    _require_collective(deed, record)
    record.status = "planned"
    deed.act.save(record)
    if record.control_price is not None:
        baseline(deed, "control_price", record.control_price)
    write_opinion(deed, "agree")
    return NO_VARIABLES


def _require_collective(deed: Deed, record: Tender) -> None:
    """A plan that departs from the open tender is decided by a meeting from the tier on (zone_award, article 6)."""
    amount = record.control_price or Decimal(0)
    tier = yuan(figure("decision.zone.director_meeting_from_fen", deed.day))
    if rules.is_collective(record.method, amount, tier) and passed_item(record.pk, amount=amount) is None:
        raise Refusal(
            Ground.RULE,
            "tender.collective",
            _("不采用公开招标且达到集体决策金额标准的，须先经会议通过"),
            "zone_award#6",
        )


def decided(deed: Deed) -> dict[str, Any]:
    """Carry on with what a table decided: it needs no record of its own beside the decision log."""
    return NO_VARIABLES


def agency(deed: Deed) -> dict[str, Any]:
    """Take the agency from the draw; nobody chooses it (zone_award, article 8)."""
    draw = drawn(deed.matter.pk, "agency")
    if draw is None:
        raise Refusal(Ground.RULE, "tender.agency_draw", _("招标代理尚未抽取"), "zone_award#8")
    found = picks(draw)
    if not found or not found[0].candidate.startswith("enterprise:"):
        raise Refusal(Ground.RULE, "tender.agency_draw", _("招标代理尚未抽取"), "zone_award#8")
    number = int(found[0].candidate.partition(":")[2])
    seat_agency(deed, record_of(deed), Enterprise.objects.get(pk=number))
    return NO_VARIABLES


def quotes(deed: Deed) -> dict[str, Any]:
    """Enter the offers of a purchase without tender, ranked by price unless the method knows only one firm."""
    record = record_of(deed)
    rows = deed.data["bids"]
    rules.check_bidder_count(len(rows), least=1, method=record.method, is_mandatory=False)
    for old in Bid.objects.filter(tender=record):
        deed.act.remove(old)
    offers = [rules.BidView(row["name"], row["price"]) for row in rows]
    judged = rules.above_control_price(offers, record.control_price)
    order = sorted(
        (place for place, view in enumerate(judged) if view.is_valid), key=lambda place: judged[place].price
    )
    if not order:
        raise Refusal(Ground.RULE, "tender.all_rejected", _("没有有效报价，应当重新采购"), "zone_award#7")
    for place, row in enumerate(rows):
        view = judged[place]
        bid = deed.act.save(
            Bid(
                tender=record,
                enterprise=firm(deed.act, row["name"], row["credit_code"]),
                price=row["price"],
                received_at=deed.now,
                opened_at=deed.now,
                status="valid" if view.is_valid else "disqualified",
                disqualified_reason="" if view.is_valid else "price_over",
                disqualified_text=view.reason,
                rank=order.index(place) + 1 if place in order else None,
            )
        )
        if bid.rank is not None and bid.rank <= int(figure("works.tender.candidates_max", deed.day)):
            deed.act.save(Candidate(tender=record, bid=bid, rank=bid.rank))
    record.opened_on = record.report_on = deed.data["opened_on"]
    record.bidder_count, record.status = len(rows), "complete"
    deed.act.save(record)
    return NO_VARIABLES


def withdrawn(deed: Deed) -> None:
    """Mark the tender withdrawn."""
    record = Tender.objects.filter(pk=deed.matter.pk).first()
    if record is not None:
        record.status = "withdrawn"
        deed.act.save(record)
