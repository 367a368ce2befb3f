"""Payments under their statutory clock: the register of all, and one payment with its term, its holds and its account."""

from __future__ import annotations

from datetime import date
from typing import Any, cast

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from lianjing.domains.works.queries.reviews import review_lines
from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime import codes
from lianjing.runtime.contract.queries import approved_account_changes
from lianjing.runtime.payment import holds
from lianjing.runtime.payment.clock import terms_of
from lianjing.runtime.payment.models import PaymentApplication
from lianjing.runtime.payment.queries import IN_FLIGHT, orders_of, receipt_of, sum_of
from lianjing.runtime.process.scope import open_for, visible_to
from lianjing.runtime.regulation.models import Clause
from lianjing.web.access import OFFICIALS, PageRequest, signed_in
from lianjing.web.listing import Column, Filter
from lianjing.web.middleware import status_of
from lianjing.web.receipts import fresh_key, key_of
from lianjing.web.register import Register
from lianjing.web.terms import TONES, drawn, words
from lianjing.web.words import clause_address, refusal_words


@signed_in(kinds=OFFICIALS)
@require_safe
def payments(request: HttpRequest) -> HttpResponse:
    """List the payments in scope with their clock; those whose term has passed first in colour."""
    asked = cast(PageRequest, request)
    rows = (
        PaymentApplication.objects.filter(
            matter__domain="works", matter__in=visible_to(asked.who.id, asked.today)
        )
        .select_related("matter__root", "contract", "payee_enterprise")
        .order_by("due_on", "pk")
    )

    def prepare(shown: list[Any]) -> None:
        terms = terms_of(shown, asked.today)
        for row in shown:
            row.term = terms.get(row.pk)

    listing = Register(
        asked,
        rows,
        _columns(),
        ("matter__title", "matter__code", "matter__root__title", "payee_enterprise__name", "payee"),
        [
            Filter("kind", _("款项类型"), codes.choices("payment_kind"), "kind"),
            Filter("status", _("状态"), codes.choices("payment_status"), "status"),
            Filter(
                "term",
                _("付款期限"),
                [("late", _("逾期")), ("running", _("未付")), ("small", _("中小企业"))],
                lambda value: _condition(value, asked.today),
            ),
        ],
        table="payments",
        empty_text=_("没有支付申请"),
        prepare=prepare,
    )
    if listing.wants_excel:
        return listing.excel(_("支付台账"))
    return render(request, "works/payments.html", {"listing": listing})


def _condition(value: str, today: date) -> Q:
    running = Q(status__in=IN_FLIGHT)
    known = {"late": running & Q(due_on__lt=today), "running": running, "small": Q(is_payee_sme=True)}
    return known.get(value, Q())


def _columns() -> list[Column]:
    return [
        Column(
            "matter",
            _("支付申请"),
            lambda row: row.matter.title,
            "matter__title",
            url=lambda row: reverse("works_payment", args=[row.pk]),
        ),
        Column("code", _("编号"), lambda row: row.matter.code, "matter__code"),
        Column("project", _("所属项目"), lambda row: row.matter.root.title, "matter__root__title"),
        Column("kind", _("款项类型"), lambda row: codes.label("payment_kind", row.kind), "kind"),
        Column("period", _("期次"), lambda row: row.period_no, "period_no", kind="number"),
        Column(
            "payee",
            _("收款人"),
            lambda row: row.payee_enterprise.name if row.payee_enterprise else row.payee,
            "payee_enterprise__name",
        ),
        Column("amount", _("金额（元）"), sum_of, "amount", kind="money"),
        Column(
            "status",
            _("状态"),
            lambda row: codes.label("payment_status", row.status),
            "status",
            kind="status",
            tone=lambda row: {"paid": "good", "refused": "off"}.get(row.status, "doing"),
        ),
        Column("due", _("应付日"), lambda row: row.due_on, "due_on", kind="day"),
        Column(
            "term",
            _("付款期限"),
            lambda row: words(row.term) if row.term else "",
            kind="status",
            tone=lambda row: TONES[row.term.state] if row.term else "plain",
        ),
        Column(
            "interest",
            _("逾期利息（元）"),
            lambda row: row.term.interest if row.term and row.term.interest else None,
            kind="money",
        ),
    ]


@signed_in(kinds=OFFICIALS)
@require_http_methods(["GET", "POST"])
def payment(request: HttpRequest, matter_id: int) -> HttpResponse:
    """Show one payment's clock; who may, places a hold with its basis or lifts one."""
    asked = cast(PageRequest, request)
    row = _payment_for(asked, matter_id)
    told, fault, status = None, "", 200
    if request.method == "POST":
        try:
            _act(asked, row)
            return redirect("works_payment", row.pk)
        except Refusal as refused:
            told, status = refusal_words(refused, asked.today), status_of(refused)
        except BadInput as bad:
            fault, status = str(bad), 422
    return render(request, "works/payment_clock.html", _context(asked, row, told, fault), status=status)


def _payment_for(request: PageRequest, matter_id: int) -> PaymentApplication:
    open_for(request.who.id, matter_id, request.today)
    row = (
        PaymentApplication.objects.select_related(
            "matter__root", "contract", "payee_account", "payee_enterprise"
        )
        .filter(pk=matter_id)
        .first()
    )
    if row is None:
        raise Refusal(Ground.SCOPE, "scope.payment", _("没有该支付申请，或不在您的数据范围内"))
    return row


def _context(
    request: PageRequest, row: PaymentApplication, told: dict[str, Any] | None, fault: str
) -> dict[str, Any]:
    term = terms_of([row], request.today).get(row.pk)
    change = approved_account_changes(row.contract).last() if row.contract else None
    found = [
        {
            "row": hold,
            "reason": codes.label("hold_reason", hold.reason),
            "url": clause_address(hold.clause, request.today) if "#" in hold.clause else "",
        }
        for hold in holds.holds_of(row)
    ]
    return {
        "row": row,
        "matter": row.matter,
        "amount": sum_of(row),
        "term": drawn(term, request.today) if term else None,
        "change": change,
        "orders": orders_of(row),
        "receipt": receipt_of(row),
        "reviews": review_lines(row),
        "holds": found,
        "reasons": codes.choices("hold_reason"),
        "statutes": _statutes(),
        "may_hold": row.status not in ("paid", "refused") and bool(_keys(request) & set(holds.HOLDERS)),
        "told": told,
        "fault": fault,
        "posted": request.POST,
        "request_key": fresh_key(),
        "breadcrumbs": [
            {"label": _("支付台账"), "url": reverse("works_payments")},
            {"label": row.matter.title, "url": ""},
        ],
    }


def _keys(request: PageRequest) -> set[str]:
    return {held.post.key for held in request.held}


def _statutes() -> list[tuple[str, str]]:
    """The clauses of laws and administrative regulations, from which a hold may take its basis."""
    rows = Clause.objects.filter(regulation__kind__in=("law", "administrative_regulation")).exclude(
        regulation__key="sme_payment"
    )
    return [
        (f"{row.regulation.key}#{row.article_no}", f"{row.regulation.title} {row.article_no}")
        for row in rows.select_related("regulation").order_by("regulation__key", "pk")
    ]


def _act(request: PageRequest, row: PaymentApplication) -> None:
    posted = request.POST
    if posted.get("action") == "lift":
        holds.lift_hold(
            hold_id=int(posted["hold"]) if posted.get("hold", "").isdigit() else 0,
            person_id=request.who.id,
            text=posted.get("text", ""),
            now=request.now,
        )
        messages.success(request, _("搁置已解除"))
        return
    basis = posted.get("basis", "")
    hold = holds.place_hold(
        matter_id=row.pk,
        person_id=request.who.id,
        reason=posted.get("reason", ""),
        basis=basis,
        quoted=posted.get("statute" if basis == "statute" else "quoted", ""),
        explanation=posted.get("explanation", ""),
        now=request.now,
        key=key_of(request),
    )
    if hold.is_allowed:
        messages.success(request, _("搁置已登记，付款计时依法暂停"))
    else:
        messages.warning(request, _("依据不成立：已登记，但付款计时照常进行"))
