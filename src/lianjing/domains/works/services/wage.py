"""The labour share of a month: declared by the contractor, checked on site, paid into the wage account."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from lianjing.domains.works.models import ProgressReport, WagePayment
from lianjing.domains.works.queries.standing import confirmed_reports
from lianjing.domains.works.rules.site import labour_share, wage_status, wages_due_on
from lianjing.domains.works.services.basis import NO_VARIABLES, contract_named, project_of, write_opinion
from lianjing.domains.works.services.progress import join_site
from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.contract.models import Contract
from lianjing.runtime.parameter.queries import figure
from lianjing.runtime.process.deed import Deed


def declare(deed: Deed) -> dict[str, Any]:
    """Declare a month's labour share; where the contract agrees a share of the value, it is computed."""
    contract, data = contract_named(deed), deed.data
    if contract.wage_account_id is None:
        raise Refusal(Ground.RULE, "wage.no_account", _("合同未登记农民工工资专户"), "wage_regulation#26")
    period = data["period_on"]
    same = WagePayment.objects.filter(contract=contract, period_on=period).exclude(pk=deed.matter.pk)
    if same.exclude(status="withdrawn").exists():
        raise BadInput(_("该合同当月已申报人工费"), "period_on")
    due = labour_share(value_of_month(contract, period), contract.wage_ratio)
    row = WagePayment.objects.filter(pk=deed.matter.pk).first() or WagePayment(matter=deed.matter)
    row.project, row.contract, row.wage_account_id = project_of(deed), contract, contract.wage_account_id
    row.period_on, row.worker_count, row.note = period, data["worker_count"], data["note"]
    row.due = max(due or Decimal(0), data["due"])
    if not row.due:
        raise BadInput(_("应拨人工费须大于零"), "due")
    row.due_on = wages_due_on(period, months=int(figure("works.wage.payment_interval_months", deed.day)))
    row.status = "declared"
    deed.act.save(row)
    join_site(deed, contract)
    return NO_VARIABLES


def value_of_month(contract: Contract, period: Any) -> Decimal:
    """Return the value confirmed for a month: its cumulative value less the one before; nothing without a report."""
    reports = list(confirmed_reports(contract).filter(period_on__lte=period))
    this = [row for row in reports if row.period_on == period]
    before = [row for row in reports if row.period_on != period]
    return max(_value(this) - _value(before), Decimal(0)) if this else Decimal(0)


def _value(rows: list[ProgressReport]) -> Decimal:
    return rows[-1].completed_value or Decimal(0) if rows else Decimal(0)


def check(deed: Deed) -> dict[str, Any]:
    """Check the declaration on site; a dispute on the works is noted and stops nothing (wage regulation, article 35)."""
    row = WagePayment.objects.get(pk=deed.matter.pk)
    if deed.data["dispute"].strip():
        row.note = "\n".join(
            part
            for part in (row.note, _("工程争议：%(text)s") % {"text": deed.data["dispute"].strip()})
            if part
        )
        deed.act.save(row)
    write_opinion(deed, "agree")
    return NO_VARIABLES


def pay(deed: Deed) -> dict[str, Any]:
    """Register what was paid into the wage account; less than due is refused, late is shown."""
    row, data = WagePayment.objects.get(pk=deed.matter.pk), deed.data
    assert row.due is not None and row.due_on is not None
    if data["paid"] < row.due:
        raise Refusal(
            Ground.RULE,
            "wage.short",
            _("实拨少于应拨%(due)s元，不得因工程争议少拨人工费") % {"due": f"{row.due:,.2f}"},
            "wage_regulation#35",
        )
    row.paid, row.paid_on = data["paid"], data["paid_on"]
    row.status = wage_status(due=row.due, paid=row.paid, due_on=row.due_on, paid_on=row.paid_on)
    deed.act.save(row)
    return NO_VARIABLES


def withdrawn(deed: Deed) -> None:
    """Mark the declaration withdrawn."""
    row = WagePayment.objects.filter(pk=deed.matter.pk).first()
    if row is not None:
        row.status = "withdrawn"
        deed.act.save(row)
