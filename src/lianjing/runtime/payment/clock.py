"""The statutory clock of a payment as its pages show it: last day, days left, holds, interest after it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from lianjing.runtime.parameter.queries import MissingFigure, figure
from lianjing.runtime.payment.models import PaymentApplication, PaymentHold, PaymentOrder
from lianjing.runtime.payment.queries import sum_of
from lianjing.runtime.payment.term import Pause, Term, term

DAILY_RATIO = "works.payment.sme_late_interest_daily_ratio"


def terms_of(applications: Iterable[PaymentApplication], day: date) -> dict[int, Term]:
    """Return matter → term for those that have a last day: three queries, however many they are."""
    wanted = [row for row in applications if row.due_on is not None and row.status != "refused"]
    ids = [row.pk for row in wanted]
    pauses: dict[int, list[Pause]] = {}
    for hold in PaymentHold.objects.filter(payment_application_id__in=ids, is_allowed=True):
        pauses.setdefault(hold.payment_application_id, []).append(Pause(hold.from_on, hold.to_on))
    paid = dict(
        PaymentOrder.objects.filter(payment_application_id__in=ids, status="paid")
        .order_by("paid_on")
        .values_list("payment_application_id", "paid_on")
    )
    ratio = _ratio(day)
    return {row.pk: _term(row, day, pauses.get(row.pk, []), paid.get(row.pk), ratio) for row in wanted}


def term_of(application: PaymentApplication, day: date) -> Term | None:
    """Return the term of one payment; None where neither law nor contract sets a last day."""
    return terms_of([application], day).get(application.pk)


def _term(
    row: PaymentApplication, day: date, pauses: list[Pause], paid_on: date | None, ratio: Decimal | None
) -> Term:
    assert row.due_on is not None
    return term(
        row.due_on,
        day,
        received_on=row.delivered_on or row.received_on,
        pauses=pauses,
        paid_on=paid_on if row.status == "paid" else None,
        amount=sum_of(row),
        daily_ratio=ratio if row.is_payee_sme else None,
        is_statutory=row.is_payee_sme,
    )


def _ratio(day: date) -> Decimal | None:
    try:
        return figure(DAILY_RATIO, day)
    except MissingFigure:
        return None


def state_words() -> dict[str, str]:
    """Return the word of each state of a term."""
    return {
        "normal": _("正常"),
        "due_soon": _("临期"),
        "overdue": _("逾期"),
        "paused": _("依法暂停"),
        "met": _("按期支付"),
    }


STATE_TONES = {"normal": "good", "due_soon": "warn", "overdue": "bad", "paused": "off", "met": "good"}
