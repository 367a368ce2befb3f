"""A payment's application: the sum is computed, its kind has its condition, the statutory clock begins."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from lianjing.domains.works.models import ProgressReport, Settlement, WarrantyRelease
from lianjing.domains.works.queries.papers import papers_on_file
from lianjing.domains.works.queries.standing import confirmed_reports, opening_of, overrun_of, standing_of
from lianjing.domains.works.rules import money as rules
from lianjing.domains.works.services.basis import contract_named, project_of
from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.columns import fen
from lianjing.runtime.contract.models import Contract
from lianjing.runtime.contract.queries import account_has_changed, original_amount
from lianjing.runtime.parameter.queries import MissingFigure, figure
from lianjing.runtime.parties.models import Account
from lianjing.runtime.payment import services as payments
from lianjing.runtime.payment.invoices import register_invoices
from lianjing.runtime.payment.models import BudgetLine, PaymentApplication
from lianjing.runtime.payment.queries import in_flight, order_of, paid_applications, sum_of
from lianjing.runtime.payment.rules import Standing
from lianjing.runtime.process.deed import Deed

NOTHING = Decimal("0.00")


def application_of(deed: Deed) -> PaymentApplication:
    """Return the record of the deed's matter."""
    return PaymentApplication.objects.select_related("contract__project", "contract__matter").get(
        pk=deed.matter.pk
    )


def standing_for(deed: Deed, application: PaymentApplication) -> Standing | None:
    """Return how the contract stands without this application, computed inside the act that holds the project's chain."""
    if application.contract is None:
        return None
    return standing_of(application.contract, deed.day, excluding=application.pk)


def guard(deed: Deed, application: PaymentApplication) -> None:
    """Refuse a payment that crosses a red line today (F3); nobody can override it (zone_funds#16)."""
    payments.enforce(application, standing_for(deed, application))


def apply(deed: Deed) -> dict[str, Any]:
    """Enter the application: the sum is computed, the period is the next one, all red lines are checked."""
    contract, data = contract_named(deed), deed.data
    value, gross = _gross(deed, contract)
    claim = rules.Claim(
        gross,
        data["advance_deducted"] or NOTHING,
        data["retention"] or NOTHING,
        data["other_deduction"] or NOTHING,
    )
    rules.check_claim(
        claim, invoices=[row["amount"] for row in data["invoices"]], wages=data["labour_share"] or NOTHING
    )
    due_on, is_small = _due_day(deed, contract)
    application = payments.apply(
        deed.act,
        matter=deed.matter,
        kind=data["kind"],
        amount=claim.amount,
        payee_account=_payee(deed, contract),
        standing=standing_of(contract, deed.day, excluding=deed.matter.pk),
        contract=contract,
        certified_value=value,
        advance_deducted=claim.advance_deducted,
        retention=claim.retention,
        labour_share=data["labour_share"],
        other_deducted=data["other_deduction"],
        progress_report_id=data["progress_report"],
        budget_line=_budget_line(deed),
        received_on=data["received_on"],
        delivered_on=data["delivered_on"],
        due_on=due_on,
        is_payee_sme=is_small,
        agenda_item=None,
    )
    _require_kind(application, contract)
    register_invoices(deed.act, application, data["invoices"])
    if due_on is not None and deed.matter.due_on != due_on:
        deed.matter.due_on = due_on
        deed.act.save(deed.matter)
    return routing(deed, application)


def _gross(deed: Deed, contract: Contract) -> tuple[Decimal, Decimal]:
    """Return value and payable share: of the period's verified work for progress money, else the sum typed in."""
    data = deed.data
    if data["kind"] != "progress":
        return data["gross"], data["gross"]
    report = ProgressReport.objects.filter(
        pk=data["progress_report"], contract=contract, matter__outcome="done"
    ).first()
    if report is None or report.completed_value is None:
        raise BadInput(_("进度报告不属于该合同或尚未确认"), "progress_report")
    if confirmed_reports(contract).last() != report:
        raise BadInput(_("请选择最近一期已确认的进度报告"), "progress_report")
    earlier = (
        PaymentApplication.objects.filter(contract=contract, kind="progress")
        .exclude(pk=deed.matter.pk)
        .exclude(status="refused")
    )
    certified = sum((row.certified_value or NOTHING for row in earlier), NOTHING)
    opening = opening_of(contract)
    value = report.completed_value - certified - (opening.verified_value if opening else NOTHING)
    if value <= 0:
        raise BadInput(_("该进度报告的产值已全部申请"), "progress_report")
    return value, rules.progress_gross(value, contract.progress_ratio)


def _payee(deed: Deed, contract: Contract) -> Account:
    named = deed.data["payee_account"]
    account = Account.objects.filter(pk=named).first() if named else contract.payee_account
    if account is None:
        raise BadInput(_("合同没有约定收款账户"), "payee_account")
    return account


def _budget_line(deed: Deed) -> BudgetLine:
    line = BudgetLine.objects.filter(pk=deed.data["budget_line"], project=deed.root).first()
    if line is None:
        raise BadInput(_("请选择本项目的预算指标"), "budget_line")
    return line


def _require_kind(application: PaymentApplication, contract: Contract) -> None:
    """Settlement money rests on an approved settlement, retention on an approved release (zone_funds#20).

    A contract taken over may have been settled and checked before the platform: then the paper on file stands for it.
    """
    proof = {"settlement": "settlement", "retention": "defect_check"}.get(application.kind, "")
    if proof and contract.matter.is_before_platform and proof in papers_on_file(contract.project_id):
        return
    if application.kind == "settlement":
        approved = Settlement.objects.filter(contract=contract, approved_on__isnull=False)
        rules.check_settled(has_settlement=approved.exists())
    elif application.kind == "retention":
        releases = WarrantyRelease.objects.filter(contract=contract, approved_on__isnull=False)
        released = sum((row.amount or NOTHING) - (row.deduction or NOTHING) for row in releases)
        others = [*paid_applications(contract), *in_flight(contract)]
        used = sum(
            (sum_of(row) for row in others if row.kind == "retention" and row.pk != application.pk), NOTHING
        )
        rules.check_released(sum_of(application), released=Decimal(released), used=used)


def _due_day(deed: Deed, contract: Contract) -> tuple[date | None, bool]:
    """Return the day by which to pay, and whether the payee is a small firm.

    The statutory term of small firms holds from the day the regulation is in force; before it, and for other
    firms, only the agreed term does. Without either there is no due day. Leaving the day of delivery empty does
    not escape the clock: it then begins when the claim was received.
    """
    data, agreed = deed.data, contract.payment_days
    is_small = contract.enterprise is not None and contract.enterprise.size_class in rules.SMALL_FIRMS
    begun = data["delivered_on"] or (data["received_on"] if data["kind"] != "advance" else None)
    owner = contract.owner_unit
    if is_small and owner is not None and owner.kind == "state_firm":
        legal, longest = _days("works.payment.sme_large_firm_days", deed.day), agreed
        longest = legal if longest is None else longest
    else:
        legal, longest = (
            _days(f"works.payment.{key}", deed.day) for key in ("sme_days", "sme_contract_max_days")
        )
    if is_small and legal is not None and longest is not None:
        return rules.due_day(begun, agreed_days=agreed, legal_days=legal, longest_days=longest), True
    if agreed is None:
        return None, is_small
    return rules.due_day(begun, agreed_days=agreed, legal_days=agreed, longest_days=agreed), is_small


def _days(key: str, day: date) -> int | None:
    try:
        return int(figure(key, day))
    except MissingFigure:
        return None


def routing(deed: Deed, application: PaymentApplication) -> dict[str, Any]:
    """Return what the tables and gateways of the chain ask for, by the sum as it stands now."""
    contract = application.contract
    assert contract is not None
    project, amount = project_of(deed), sum_of(application)
    opening = opening_of(contract)
    before = PaymentApplication.objects.filter(contract=contract, kind="advance", status="paid").exclude(
        pk=application.pk
    )
    advances = (
        amount
        + sum((sum_of(row) for row in before), NOTHING)
        + (opening.advance_outstanding if opening else NOTHING)
    )
    budget = project.approved_budget or project.total_investment or original_amount(contract)
    return {
        "amount_fen": fen(amount),
        "advance_fen": fen(advances) if application.kind == "advance" else 0,
        "contract_fen": fen(original_amount(contract)),
        "overrun_fen": fen(overrun_of(project)),
        "budget_fen": max(1, fen(budget)),
        "account_changed": account_has_changed(contract),
    }


def may_withdraw(matter: Any) -> None:
    """Refuse to take a payment back once its order is made (zone_funds#8)."""
    application = PaymentApplication.objects.filter(pk=matter.pk).first()
    if application is not None and order_of(application) is not None:
        raise Refusal(Ground.RULE, "payment.order_made", _("支付令已下达，不能撤销"), "zone_funds#8")


def withdrawn(deed: Deed) -> None:
    """Close the application unpaid; its invoices are free again."""
    application = PaymentApplication.objects.filter(pk=deed.matter.pk).first()
    if application is not None:
        payments.refuse_application(deed.act, application)
