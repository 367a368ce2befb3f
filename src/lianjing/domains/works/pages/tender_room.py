"""The register of tenders and the room of one: everything from the plan to the award, to each reader what he may see."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from lianjing.domains.works.models import Lot, Tender, TenderCriterion
from lianjing.domains.works.pages.tender_actions import ACTIONS
from lianjing.domains.works.queries import tender_room as reads
from lianjing.domains.works.queries.tender_access import Access, access_of, rooms_for
from lianjing.domains.works.queries.tender_signals import SIGNAL_WORDS, signals
from lianjing.domains.works.queries.tendering import is_scoring
from lianjing.domains.works.services.award_votes import members
from lianjing.domains.works.services.tender_evaluation import criteria_of
from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime import codes
from lianjing.runtime.documents.models import Document
from lianjing.runtime.draw.models import Draw
from lianjing.runtime.org.models import Person
from lianjing.runtime.process.models import WorkItem
from lianjing.runtime.publicity.queries import pausing
from lianjing.runtime.regulation.queries import clause_title
from lianjing.runtime.trail.queries import lines
from lianjing.web.access import PageRequest, signed_in
from lianjing.web.listing import Column, DateFilter, Filter
from lianjing.web.middleware import status_of
from lianjing.web.receipts import fresh_key
from lianjing.web.register import Register
from lianjing.web.templatetags.ui import money
from lianjing.web.words import clause_address, item_name, refusal_words, timeline_acts

READERS = ("operator", "reviewer", "approver", "head", "supervisor", "external")
TONES = {"active": "doing", "complete": "good", "unsuccessful": "bad", "withdrawn": "off", "cancelled": "off"}
BIDDER_ACTS = ("tender.bid", "tender.bid_withdraw", "tender.ask")


@signed_in(kinds=READERS)
@require_safe
def tenders(request: HttpRequest) -> HttpResponse:
    """List the tenders whose room the reader may enter."""
    asked = cast(PageRequest, request)
    listing = Register(
        asked,
        rooms_for(asked.who.id, asked.today).order_by("-matter__opened_on", "-pk"),
        _columns(),
        ("title", "code", "project__title", "agency_enterprise__name"),
        [
            Filter("status", _("状态"), codes.choices("tender_status"), "status"),
            Filter("method", _("采购方式"), codes.choices("tender_method"), "method"),
            Filter("category", _("采购类别"), codes.choices("procurement_category"), "procurement_category"),
            Filter(
                "mandatory",
                _("必须招标"),
                [("1", _("是")), ("0", _("否"))],
                "is_mandatory",
            ),
        ],
        [
            DateFilter("from", _("截止自"), "deadline_on__gte"),
            DateFilter("to", _("截止至"), "deadline_on__lte"),
        ],
        search_label=_("名称、编号、项目、代理"),
    )
    if listing.wants_excel:
        return listing.excel(_("招标台账"))
    return render(request, "works/tenders.html", {"listing": listing})


def _columns() -> list[Column]:
    return [
        Column("code", _("招标编号"), lambda row: row.code, "code"),
        Column(
            "title",
            _("名称"),
            lambda row: row.title,
            "title",
            url=lambda row: reverse("works_tender_room", args=[row.pk]),
        ),
        Column("project", _("项目"), lambda row: row.project.title, "project__title"),
        Column("method", _("采购方式"), lambda row: codes.label("tender_method", row.method), "method"),
        Column(
            "mandatory", _("必须招标"), lambda row: _("是") if row.is_mandatory else _("否"), "is_mandatory"
        ),
        Column(
            "control",
            _("最高投标限价"),
            lambda row: row.control_price,
            "control_price",
            "number",
            shown=lambda row: money(row.control_price),
        ),
        Column(
            "agency",
            _("招标代理"),
            lambda row: row.agency_enterprise.name if row.agency_enterprise else "",
            "agency_enterprise__name",
            is_hidden=True,
        ),
        Column("published", _("公告日"), lambda row: row.published_on, "published_on", "day"),
        Column("deadline", _("投标截止"), lambda row: row.deadline_on, "deadline_on", "day"),
        Column("bidders", _("投标人数"), lambda row: row.bidder_count, "bidder_count", "number"),
        Column(
            "status",
            _("状态"),
            lambda row: codes.label("tender_status", row.status),
            "status",
            "status",
            tone=lambda row: TONES.get(row.status, "plain"),
        ),
    ]


def _tender(matter_id: int) -> Tender:
    found = (
        Tender.objects.select_related("matter", "project", "agency_enterprise", "owner_unit")
        .filter(pk=matter_id)
        .first()
    )
    if found is None:
        raise Refusal(Ground.SCOPE, "scope.matter", _("没有该事项，或不在您的数据范围内"))
    return found


@signed_in(kinds=READERS)
@require_safe
def room(request: HttpRequest, matter_id: int) -> HttpResponse:
    """Show the room of a tender."""
    asked, tender = cast(PageRequest, request), _tender(matter_id)
    access = access_of(asked.who.id, tender, asked.today)
    return render(request, "works/tender_room.html", _context(asked, tender, access))


@signed_in(kinds=READERS)
@require_POST
def act(request: HttpRequest, matter_id: int) -> HttpResponse:
    """Do one act in the room; a refusal is told on the page with its clause."""
    asked, tender = cast(PageRequest, request), _tender(matter_id)
    access = access_of(asked.who.id, tender, asked.today)
    action = ACTIONS.get(request.POST.get("action", ""))
    told, fault, status = None, "", 422
    try:
        if action is None:
            raise BadInput(_("未知的操作"))
        messages.success(request, action(asked, tender))
        return HttpResponseRedirect(reverse("works_tender_room", args=[tender.pk]))
    except Refusal as refused:
        told, status = refusal_words(refused, asked.today), status_of(refused)
    except BadInput as bad:
        fault = str(bad)
    context = _context(asked, _tender(matter_id), access) | {"told": told, "fault": fault}
    return render(request, "works/tender_room.html", context, status=status)


def _context(request: PageRequest, tender: Tender, access: Access) -> dict[str, Any]:
    """Everything of the room that the reader may see."""
    step = WorkItem.objects.filter(matter_id=tender.pk, closed_at__isnull=True).order_by("id").first()
    bids = reads.bid_lines(tender)
    return {
        "tender": tender,
        "access": access,
        "request_key": fresh_key(),
        "step": step.step_key if step else "",
        "step_name": item_name(step) if step else "",
        "status_tone": TONES.get(tender.status, "plain"),
        "is_past_deadline": tender.deadline_at is not None and request.now >= tender.deadline_at,
        "paused": pausing(tender.pk),
        "clocks": [
            {
                "line": line,
                "url": clause_address(line.clause, request.today),
                "clause": clause_title(line.clause, request.today),
            }
            for line in reads.clocks(tender, request.today)
        ],
        "lots": Lot.objects.filter(tender=tender).order_by("seq"),
        "criteria": TenderCriterion.objects.filter(tender=tender).order_by("seq"),
        "notices": reads.notices(tender),
        "clarifications": reads.clarifications(tender, access),
        "questions": [row for row in reads.objections(tender) if row.kind == "question"],
        "bids": bids,
        "own_bid": reads.own_bid(tender, access.credit_code) if access.credit_code else None,
        "sealed_count": reads.sealed_count(tender, request.now) if access.is_inside else None,
        **_judging(request, tender, access, bids),
        **_inside(request, tender, access),
    }


def _judging(
    request: PageRequest, tender: Tender, access: Access, bids: list[reads.BidLine]
) -> dict[str, Any]:
    """Committees, sheets, candidates, awards; the signs only for supervisors."""
    shows = reads.shows_evaluators(tender, access)
    seats, sheet = reads.sheet(tender, access, request.who.id)
    seen = access.is_inside or bool(access.seats)
    evaluators = reads.committee(tender, "evaluation") if shows else []
    own = next(
        (row for row in evaluators if row.person_id == request.who.id and row.replaced_at is None), None
    )
    awaited = reads.awaited_ballot(tender, request.who.id)
    waiting = [line.bid for line in bids if line.bid.status in ("valid", "pending")]
    return {
        "signals": [
            {
                "signal": each,
                "word": SIGNAL_WORDS[each.kind](),
                "names": reads.names_of(each.bids, bids),
                "url": clause_address(each.clause, request.today),
                "clause": clause_title(each.clause, request.today),
            }
            for each in (signals(tender) if access.supervises else [])
        ],
        "evaluators": evaluators,
        "award_members": reads.committee(tender, "award") if seen else [],
        "sheet_seats": seats,
        "sheet": sheet if seen else [],
        "is_scoring": is_scoring(tender.pk),
        "own_seat": own,
        "to_score": _to_score(tender, own, seats),
        "to_review": waiting if own is not None and own.is_chair else [],
        "veto_reasons": codes.choices("disqualify_reason"),
        "candidates": reads.candidates(tender),
        "is_recomputed": reads.is_recomputed(tender) if access.is_inside else None,
        "awards": reads.award_views(tender) if seen else [],
        "awaited": awaited,
        "award_seat": next(
            (row for row in members(awaited.pk) if row.person_id == request.who.id) if awaited else iter(()),
            None,
        ),
        "shortlist": reads.shortlist(tender, access),
    }


def _to_score(tender: Tender, own: Any, seats: list[Any]) -> list[Any]:
    """The lines that the reader has still to score: bid and criterion."""
    if own is None or own.declared_no_tie_at is None or any(seat.pk == own.pk for seat in seats):
        return []
    valid = [line.bid for line in reads.bid_lines(tender) if line.bid.status == "valid"]
    return [(bid, row) for bid in valid for row in criteria_of(tender.pk)]


def _inside(request: PageRequest, tender: Tender, access: Access) -> dict[str, Any]:
    """What officials, supervisors and the agency see beside: objections, draws, papers, the replay."""
    if not access.is_inside:
        return {"objections": [], "draws": [], "documents": [], "acts": [], "people": []}
    places = reads.matters_of(tender)
    hidden = (
        ()
        if reads.shows_evaluators(tender, access)
        else ("tender.declare", "tender.score", "tender.sign", "tender.preliminary")
    )
    return {
        "objections": [row for row in reads.objections(tender) if row.kind != "question"],
        "draws": Draw.objects.filter(matter_id__in=places)
        .select_related("unit", "committed_by_unit")
        .order_by("id"),
        "documents": Document.objects.filter(matter_id__in=places)
        .select_related("uploaded_by_person")
        .order_by("id"),
        "acts": _replay(request, tender, hidden),
        "people": Person.objects.filter(unit_id=tender.matter.unit_id, left_on__isnull=True).order_by("id")
        if "department_head" in access.posts and tender.shortlist_count
        else [],
    }


def _replay(request: PageRequest, tender: Tender, hidden: tuple[str, ...]) -> list[dict[str, Any]]:
    """All acts in order of time; who bids or asks stays sealed until the opening, and questions for good."""
    found = lines(reads.replay(tender, hidden))
    acts = timeline_acts(found, request.today)
    for line, shown in zip(found, acts, strict=True):
        if line.person_id is None and line.act in BIDDER_ACTS:
            shown["person"] = _("投标人（密封）")
    return acts
