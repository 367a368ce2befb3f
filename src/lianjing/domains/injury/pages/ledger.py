"""The entitlement ledger and the claims, as registers."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lianjing.domains.injury.queries.cases import claims_visible, items_visible
from lianjing.runtime import codes
from lianjing.runtime.personal.masking import shown
from lianjing.runtime.scope.reader import Reader
from lianjing.web.access import OFFICIALS, PageRequest, signed_in
from lianjing.web.listing import Column, DateFilter, Filter
from lianjing.web.matters import STATUS_TONES
from lianjing.web.register import Register

ITEM_TONES = {"confirmed": "good", "repaid": "good", "paid": "doing", "approved": "warn", "claimed": "plain"}


def state_of(row: object) -> str:
    """Return how far an item is: claimed, approved, paid, confirmed by the worker, or paid back to who advanced it."""
    if getattr(row, "is_confirmed", False):
        return "confirmed"
    if getattr(row, "paid_on", None):
        return "repaid" if getattr(row, "route", "") in ("employer", "hospital") else "paid"
    return "approved" if getattr(row, "approved_on", None) else "claimed"


def state_word(row: object) -> str:
    """Return the state of an item in words."""
    words = {
        "confirmed": _("职工已确认"),
        "repaid": _("已付单位或医院"),
        "paid": _("已支付待确认"),
        "approved": _("已复核待支付"),
        "claimed": _("核定中"),
    }
    return words[state_of(row)]


@signed_in(kinds=OFFICIALS)
@require_safe
def ledger(request: PageRequest) -> HttpResponse:
    """List the benefit items in scope: payer, amount, route, paid, confirmed."""
    listing = Register(
        request,
        items_visible(Reader(request.who.id, request.now)),
        _item_columns(),
        ("injury__employer_enterprise__name", "injury__worker__name", "claim__matter__code"),
        [
            Filter("kind", _("项目"), codes.choices("benefit_kind"), "kind"),
            Filter("payer", _("支付方"), codes.choices("benefit_payer"), "payer"),
            Filter("route", _("支付路径"), codes.choices("benefit_route"), "route"),
            Filter("confirmed", _("职工确认"), [("1", _("已确认")), ("0", _("未确认"))], "is_confirmed"),
        ],
        [
            DateFilter("from", _("申领日起"), "claimed_on__gte"),
            DateFilter("to", _("申领日止"), "claimed_on__lte"),
        ],
        table="benefit_items",
        search_label=_("用人单位、职工、申领编号"),
        empty_text=_("没有待遇项目"),
    )
    if listing.wants_excel:
        return listing.excel(_("待遇台账"))
    return render(request, "injury/register.html", {"listing": listing, "label": _("待遇台账")})


def _item_columns() -> list[Column]:
    return [
        Column(
            "kind",
            _("项目"),
            lambda row: codes.label("benefit_kind", row.kind),
            "kind",
            url=lambda row: reverse("injury_case", args=[row.injury_id]),
        ),
        Column("worker", _("职工"), lambda row: shown(row.injury.worker, "name"), is_personal=True),
        Column(
            "employer",
            _("用人单位"),
            lambda row: row.injury.employer_enterprise.name,
            "injury__employer_enterprise__name",
        ),
        Column(
            "payer",
            _("支付方"),
            lambda row: codes.label("benefit_payer", row.payer) if row.payer else "",
            "payer",
        ),
        Column("entitled", _("应付（元）"), lambda row: row.entitled, "entitled", "money"),
        Column(
            "route",
            _("支付路径"),
            lambda row: codes.label("benefit_route", row.route) if row.route else "",
            "route",
        ),
        Column("due", _("应付日"), lambda row: row.due_on, "due_on", "day"),
        Column("paid", _("实付（元）"), lambda row: row.paid, "paid", "money"),
        Column("paid_on", _("支付日"), lambda row: row.paid_on, "paid_on", "day"),
        Column("state", _("状态"), state_word, kind="status", tone=lambda row: ITEM_TONES[state_of(row)]),
        Column("claimed", _("申领日"), lambda row: row.claimed_on, "claimed_on", "day", is_hidden=True),
        Column(
            "clause",
            _("依据"),
            lambda row: f"{row.clause.regulation.title} {row.clause.article_no}" if row.clause else "",
            is_hidden=True,
        ),
    ]


@signed_in(kinds=OFFICIALS)
@require_safe
def claims(request: PageRequest) -> HttpResponse:
    """List the claims in scope: who claims for whom, when assessed, reviewed, due."""
    listing = Register(
        request,
        claims_visible(request.who.id, request.today),
        _claim_columns(),
        ("injury__employer_enterprise__name", "injury__worker__name", "matter__code"),
        [
            Filter("claimant", _("申领人"), codes.choices("injury_applicant"), "claimant"),
            Filter("proxy", _("代办"), [("1", _("代办")), ("0", _("本人"))], "is_proxy"),
            Filter("status", _("办理状态"), codes.choices("matter_status"), "matter__status"),
        ],
        table="benefit_claims",
        search_label=_("用人单位、职工、编号"),
        empty_text=_("没有待遇申领"),
    )
    if listing.wants_excel:
        return listing.excel(_("待遇申领"))
    return render(request, "injury/register.html", {"listing": listing, "label": _("待遇申领")})


def _claim_columns() -> list[Column]:
    return [
        Column(
            "code",
            _("编号"),
            lambda row: row.matter.code,
            "matter__code",
            url=lambda row: reverse("matter", args=[row.pk]),
        ),
        Column("worker", _("职工"), lambda row: shown(row.injury.worker, "name"), is_personal=True),
        Column(
            "employer",
            _("用人单位"),
            lambda row: row.injury.employer_enterprise.name,
            "injury__employer_enterprise__name",
        ),
        Column(
            "claimant",
            _("申领人"),
            lambda row: codes.label("injury_applicant", row.claimant) if row.claimant else "",
            "claimant",
        ),
        Column("proxy", _("代办"), lambda row: _("代办") if row.is_proxy else _("本人"), "is_proxy"),
        Column("claimed", _("申领日"), lambda row: row.claimed_on, "claimed_on", "day"),
        Column("assessed", _("核定日"), lambda row: row.assessed_on, "assessed_on", "day"),
        Column("approved", _("复核日"), lambda row: row.approved_on, "approved_on", "day"),
        Column("due", _("应付日"), lambda row: row.due_on, "due_on", "day"),
        Column(
            "status",
            _("办理状态"),
            lambda row: codes.label("matter_status", row.matter.status),
            "matter__status",
            "status",
            tone=lambda row: STATUS_TONES.get(row.matter.status, "plain"),
        ),
    ]
