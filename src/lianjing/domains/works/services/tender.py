"""A tender from plan to notice: who must tender, who bid, who is ranked where, who wins."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from lianjing.domains.works.models import Award, Bid, Tender
from lianjing.domains.works.rules import tender as rules
from lianjing.domains.works.rules.project import is_state_money
from lianjing.domains.works.services.basis import NO_VARIABLES, baseline, firm, project_of, write_opinion
from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.columns import fen
from lianjing.runtime.fact.services import publish
from lianjing.runtime.parameter.queries import figure
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
)


def plan(deed: Deed) -> dict[str, Any]:
    """Write the plan and give the threshold table its figures."""
    data = deed.data
    project = project_of(deed)
    record = Tender.objects.filter(pk=deed.matter.pk).first() or Tender(matter=deed.matter, project=project)
    for name in PLANNED:
        setattr(record, name, data[name])
    record.status = "planning"
    deed.act.save(record)
    return {
        "category": record.procurement_category,
        "estimated_fen": fen(data["estimated"]),
        "budget_money_fen": fen(data["budget_money"]),
        "investment_fen": max(1, fen(project.total_investment or data["estimated"])),
        "state_controlled": project.is_state_controlled,
    }


def threshold(deed: Deed) -> dict[str, Any]:
    """Keep what the table decided: whether the law makes this tender mandatory. Nobody chooses it."""
    assert deed.decided is not None
    record = Tender.objects.get(pk=deed.matter.pk)
    record.is_mandatory = bool(deed.decided.outputs["must_tender"])
    deed.act.save(record)
    return NO_VARIABLES


def legality(deed: Deed) -> dict[str, Any]:
    """Record the compliance review."""
    conclude(deed, kind="legality", result="pass", seq=1, opinion_text=deed.data["opinion"])
    return NO_VARIABLES


def approve(deed: Deed) -> dict[str, Any]:
    """Approve the plan; a mandatory tender is open unless the law excepts it, and bidders get their legal time."""
    record = Tender.objects.get(pk=deed.matter.pk)
    if record.is_mandatory:
        _require_lawful_method(record)
        days = figure("works.tender.bid_period_days", deed.day)
        if (
            record.published_on
            and record.deadline_on
            and (record.deadline_on - record.published_on).days < days
        ):
            raise Refusal(
                Ground.RULE,
                "tender.bid_period",
                _("依法必须招标的，公告至投标截止不得少于%(days)s日") % {"days": int(days)},
                "tendering_law#24",
            )
    record.status = "active"
    deed.act.save(record)
    if record.control_price is not None:
        baseline(deed, "control_price", record.control_price)
    write_opinion(deed, "agree")
    return NO_VARIABLES


def _require_lawful_method(record: Tender) -> None:
    if record.method in rules.COMPETITIVE or record.exception_basis.strip():
        return
    raise Refusal(
        Ground.RULE,
        "tender.must_tender",
        _("依法必须招标的项目不得以其他方式采购；确属例外的须写明依据"),
        "tendering_law#4",
    )


def open_bids(deed: Deed) -> dict[str, Any]:
    """Enter the bids as read out; too few of them and nothing is opened (tendering law, article 28)."""
    record = Tender.objects.get(pk=deed.matter.pk)
    rows = deed.data["bids"]
    least = int(figure("works.tender.min_bidders", deed.day))
    rules.check_bidder_count(len(rows), least=least, method=record.method, is_mandatory=record.is_mandatory)
    earlier = {bid.enterprise_id: bid for bid in Bid.objects.filter(tender=record)}
    for row in rows:
        bidder = firm(deed.act, row["name"], row["credit_code"])
        bid = earlier.pop(bidder.pk, None) or Bid(tender=record, enterprise=bidder)
        bid.price, bid.status, bid.rank, bid.total_score, bid.disqualified_text = (
            row["price"],
            "pending",
            None,
            None,
            "",
        )
        deed.act.save(bid)
    for bid in earlier.values():
        deed.act.remove(bid)
    if Bid.objects.filter(tender=record).count() != len(rows):
        raise BadInput(_("同一投标人只能登记一次"), "bids")
    record.opened_on = deed.data["opened_on"]
    record.bidder_count = len(rows)
    deed.act.save(record)
    return NO_VARIABLES


def evaluate(deed: Deed) -> dict[str, Any]:
    """Enter validity, scores and ranks; a bid above the control price is invalid whatever was entered."""
    record = Tender.objects.get(pk=deed.matter.pk)
    bids = {bid.pk: bid for bid in Bid.objects.filter(tender=record).select_related("enterprise")}
    rows = {int(row["bid"]): row for row in deed.data["results"]}
    if set(rows) != set(bids):
        raise BadInput(_("每家投标人填写一行"), "results")
    entered = [
        rules.BidView(
            bid.enterprise.name,
            bid.price or Decimal(0),
            rows[pk]["status"] == "valid",
            rows[pk]["rank"] or 0,
            rows[pk]["reason"],
        )
        for pk, bid in bids.items()
    ]
    judged = _ranked_anew(rules.above_control_price(entered, record.control_price), entered)
    rules.check_ranks(judged)
    if rules.needs_min_bidders(record.method, is_mandatory=record.is_mandatory) and not any(
        bid.is_valid for bid in judged
    ):
        raise Refusal(
            Ground.RULE, "tender.all_rejected", _("全部投标被否决，应当重新招标"), "zone_projects#20"
        )
    for bid, view in zip(bids.values(), judged, strict=True):
        bid.status = "valid" if view.is_valid else "disqualified"
        bid.rank = view.rank or None
        bid.disqualified_text = "" if view.is_valid else view.reason
        bid.total_score = rows[bid.pk]["score"]
        deed.act.save(bid)
    record.report_on = deed.data["report_on"]
    deed.act.save(record)
    return NO_VARIABLES


def _ranked_anew(judged: list[rules.BidView], entered: list[rules.BidView]) -> list[rules.BidView]:
    """Close the gaps that bids made invalid by the control price leave in the ranks; faults of entry stay visible."""
    fallen = [
        was.rank
        for was, now in zip(entered, judged, strict=True)
        if was.is_valid and not now.is_valid and was.rank
    ]
    return [
        replace(bid, rank=bid.rank - sum(1 for rank in fallen if rank < bid.rank))
        if bid.is_valid and bid.rank
        else bid
        for bid in judged
    ]


def award(deed: Deed) -> dict[str, Any]:
    """Decide the winner by rank (regulation article 55); the decision binds once the notice is out."""
    record = Tender.objects.get(pk=deed.matter.pk)
    bid = Bid.objects.filter(pk=deed.data["bid"], tender=record, status="valid").first()
    if bid is None or bid.rank is None:
        raise BadInput(_("请选择有效且有排名的投标"), "bid")
    project = project_of(deed)
    rules.check_award(
        bid.rank,
        required_rank=int(figure("works.tender.required_rank", deed.day)),
        candidates_max=int(figure("works.tender.candidates_max", deed.day)),
        is_mandatory=record.is_mandatory,
        is_state_money=is_state_money(project.fund_kind, is_state_controlled=project.is_state_controlled),
        legal_basis=deed.data["legal_basis"],
    )
    for other in Bid.objects.filter(tender=record, is_winner=True).exclude(pk=bid.pk):
        other.is_winner = False
        deed.act.save(other)
    bid.is_winner = True
    deed.act.save(bid)
    row = Award.objects.filter(tender=record).first() or Award(matter=deed.matter, tender=record)
    row.bid, row.enterprise, row.amount, row.rank = bid, bid.enterprise, bid.price or Decimal(0), bid.rank
    row.method, row.legal_basis, row.decided_on, row.status = (
        record.award_method,
        deed.data["legal_basis"],
        deed.data["decided_on"],
        "pending",
    )
    deed.act.save(row)
    return NO_VARIABLES


def notice(deed: Deed) -> dict[str, Any]:
    """Send the notice: the award is active, the tender complete, the gate into contract has its fact."""
    record = Tender.objects.get(pk=deed.matter.pk)
    row = Award.objects.get(tender=record)
    if deed.data["notice_on"] < row.decided_on:
        raise BadInput(_("发出日不得早于定标日"), "notice_on")
    row.notice_no, row.notice_on, row.status = deed.data["notice_no"], deed.data["notice_on"], "active"
    deed.act.save(row)
    record.status = "complete"
    deed.act.save(record)
    publish(deed.act, matter=deed.root, kind="tender_done", from_on=row.notice_on, source_matter=deed.matter)
    return NO_VARIABLES


def withdrawn(deed: Deed) -> None:
    """Mark the tender withdrawn."""
    record = Tender.objects.filter(pk=deed.matter.pk).first()
    if record is not None:
        record.status = "withdrawn"
        deed.act.save(record)
