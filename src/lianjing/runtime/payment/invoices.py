"""Writes of the invoices behind a payment: one invoice is used for one payment only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from lianjing.kernel.identity import is_invoice
from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.payment.models import Invoice, PaymentApplication
from lianjing.runtime.payment.queries import LIVE_INVOICE, NOTHING, invoices_of, is_dead, used_elsewhere
from lianjing.runtime.payment.rules import Claim, duplicate_invoice, refuse
from lianjing.runtime.trail.act import Act

CLAUSE = "zone_funds#15"


def register_invoices(
    act: Act,
    application: PaymentApplication,
    rows: Sequence[Mapping[str, Any]],
    *,
    must_cover: Decimal | None = None,
) -> list[Invoice]:
    """Enter the invoices of an application, replacing those entered before; part of an act.

    A row has invoice_no, issued_on, amount, and perhaps invoice_code, status (unverified) and supplier_enterprise.
    Refuses an invoice used elsewhere or twice here (red_line.duplicate_invoice); BadInput for a number that is
    none, another issuer than the payee, or a sum below `must_cover`.
    """
    numbers = []
    for place, row in enumerate(rows, start=1):
        numbers.append(_checked(act, application, row, place))
    used = used_elsewhere(numbers, application_id=application.pk)
    claim = Claim(application.kind, NOTHING, application.payee_account_id, invoices=tuple(numbers))
    breach = duplicate_invoice(claim, used)
    refuse([breach] if breach else [])
    _require_cover(rows, must_cover)
    for earlier in invoices_of(application):
        if (earlier.invoice_code, earlier.invoice_no) not in numbers:
            _void(act, earlier)
    return [_write(act, application, number, row) for number, row in zip(numbers, rows, strict=True)]


def _checked(
    act: Act, application: PaymentApplication, row: Mapping[str, Any], place: int
) -> tuple[str, str]:
    code, number = str(row.get("invoice_code") or "").strip(), str(row.get("invoice_no") or "").strip()
    field = f"invoices-{place - 1}"
    if not is_invoice(number, code):
        raise BadInput(
            _("第%(row)s张发票号码不正确：数电票20位，其他发票代码10或12位、号码8位") % {"row": place}, field
        )
    if Decimal(row["amount"]) <= 0:
        raise BadInput(_("第%(row)s张发票金额必须大于零") % {"row": place}, field)
    if row["issued_on"] > act.day:
        raise BadInput(_("第%(row)s张发票的开票日晚于今天") % {"row": place}, field)
    supplier = row.get("supplier_enterprise")
    if supplier is not None and application.payee_enterprise_id not in (None, supplier.pk):
        raise BadInput(_("第%(row)s张发票的开票方不是收款单位") % {"row": place}, field)
    return code, number


def _require_cover(rows: Sequence[Mapping[str, Any]], must_cover: Decimal | None) -> None:
    total = sum((Decimal(row["amount"]) for row in rows), NOTHING)
    if must_cover is not None and total < must_cover:
        raise BadInput(
            _("发票合计%(total)s元不足支付额%(amount)s元")
            % {"total": f"{total:,.2f}", "amount": f"{must_cover:,.2f}"},
            "invoices",
        )


def _write(
    act: Act, application: PaymentApplication, number: tuple[str, str], row: Mapping[str, Any]
) -> Invoice:
    _free(act, number, application)
    invoice = invoices_of(application).filter(invoice_code=number[0], invoice_no=number[1]).first()
    if invoice is None:
        invoice = Invoice(
            domain=application.domain,
            payment_application=application,
            invoice_code=number[0],
            invoice_no=number[1],
        )
    invoice.issued_on = row["issued_on"]
    invoice.amount = Decimal(row["amount"])
    invoice.status = row.get("status") or "unverified"
    invoice.supplier_enterprise = row.get("supplier_enterprise") or application.payee_enterprise
    try:
        with transaction.atomic():
            return act.save(invoice)
    except IntegrityError as error:  # another project took it between our look and our write
        raise Refusal(
            Ground.RED_LINE,
            "red_line.duplicate_invoice",
            _("发票%(invoice)s已用于支付，不得重复使用") % {"invoice": " ".join(filter(None, number))},
            CLAUSE,
        ) from error


def _free(act: Act, number: tuple[str, str], application: PaymentApplication) -> None:
    """Void the invoice in applications that will never be paid, so that it can serve this one."""
    rows = Invoice.objects.filter(invoice_code=number[0], invoice_no=number[1], status__in=LIVE_INVOICE)
    for row in rows.exclude(payment_application=application).select_related("payment_application__matter"):
        if is_dead(row.payment_application):
            _void(act, row)


def _void(act: Act, invoice: Invoice) -> None:
    invoice.status = "void"
    act.save(invoice)
