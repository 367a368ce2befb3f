"""One difference of the reconciliation: a bank line to explain, an order without a line; either may be given to somebody."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lianjing.domains.works.pages.bank import account_word, accounts_for, posts_of, state_words
from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.org.models import Appointment
from lianjing.runtime.org.queries import on_day
from lianjing.runtime.parties.models import Account
from lianjing.runtime.payment import bank
from lianjing.runtime.payment.models import BankLine, PaymentOrder
from lianjing.runtime.payment.reconciliation import MONEY_POSTS, TONES
from lianjing.web.access import OFFICIALS, PageRequest, signed_in
from lianjing.web.middleware import status_of
from lianjing.web.words import refusal_words


@signed_in(kinds=OFFICIALS)
@require_http_methods(["GET", "POST"])
def line(request: HttpRequest, line_id: int) -> HttpResponse:
    """Show a line; the checker explains it or makes it an undertaking."""
    asked = cast(PageRequest, request)
    row = (
        BankLine.objects.select_related(
            "account", "statement", "explained_by_person", "payment_order__payment_application__matter"
        )
        .filter(pk=line_id, account__in=accounts_for(asked))
        .first()
    )
    if row is None:
        raise Refusal(Ground.SCOPE, "scope.bank_line", _("没有该流水，或不在您的数据范围内"))
    context = {
        "row": row,
        "account": account_word(cast(Account, row.account)),
        "state": state_words()[row.match_state],
        "tone": TONES[row.match_state],
        "may_settle": row.match_state == "unmatched" and bank.CHECKER in posts_of(asked),
    }

    def act(posted: Any) -> None:
        if posted.get("action") == "explain":
            bank.explain(line_id=row.pk, person_id=asked.who.id, text=posted.get("text", ""), now=asked.now)
            messages.success(request, _("说明已登记"))
        else:
            owed = bank.owe_line(
                line_id=row.pk, owner_person_id=_owner(posted), person_id=asked.who.id, now=asked.now
            )
            messages.success(request, _("已交办：%(what)s") % {"what": owed.what})

    return _answered(asked, "works/bank_line.html", context, act, reverse("works_bank_line", args=[row.pk]))


@signed_in(kinds=OFFICIALS)
@require_http_methods(["GET", "POST"])
def order(request: HttpRequest, order_id: int) -> HttpResponse:
    """Show a released order without a line; the checker makes it an undertaking."""
    asked = cast(PageRequest, request)
    row = (
        PaymentOrder.objects.select_related(
            "payer_account", "payee_account", "payment_application__matter", "maker_person"
        )
        .filter(pk=order_id, payer_account__in=accounts_for(asked))
        .first()
    )
    if row is None:
        raise Refusal(Ground.SCOPE, "scope.order", _("没有该支付令，或不在您的数据范围内"))
    is_paid = BankLine.objects.filter(payment_order=row, match_state="matched").exists()
    context = {
        "row": row,
        "account": account_word(cast(Account, row.payer_account)),
        "payee": account_word(row.payee_account),
        "is_paid": is_paid,
        "may_settle": not is_paid and row.issued_at is not None and bank.CHECKER in posts_of(asked),
    }

    def act(posted: Any) -> None:
        owed = bank.owe_order(
            order_id=row.pk, owner_person_id=_owner(posted), person_id=asked.who.id, now=asked.now
        )
        messages.success(request, _("已交办：%(what)s") % {"what": owed.what})

    return _answered(asked, "works/bank_order.html", context, act, reverse("works_bank_order", args=[row.pk]))


def _owner(posted: Any) -> int:
    given = posted.get("owner", "")
    return int(given) if given.isdigit() else 0


def _answered(
    request: PageRequest, template: str, context: dict[str, Any], act: Callable[[Any], None], place: str
) -> HttpResponse:
    """Do the act of a page and come back, or show on the page why it was not taken."""
    told, fault, status = None, "", 200
    if request.method == "POST":
        try:
            act(request.POST)
            return redirect(place)
        except Refusal as refused:
            told, status = refusal_words(refused, request.today), status_of(refused)
        except BadInput as bad:
            fault, status = str(bad), 422
    if context["may_settle"]:
        context["owners"] = _owners(request.today)
    context |= {"told": told, "fault": fault, "posted": request.POST}
    return render(request, template, context, status=status)


def _owners(day: date) -> list[tuple[int, str]]:
    """The persons of the posts of money, who can find out what a line is."""
    seats = Appointment.objects.filter(on_day(day), post__key__in=MONEY_POSTS).select_related("person__unit")
    return sorted(
        {
            (seat.person_id, f"{seat.person.name}（{seat.person.unit.name}）")
            for seat in seats
            if seat.person.unit
        },
        key=lambda pair: pair[1],
    )
