"""A payment from application through the five reviews; red lines are checked before every step that moves money on.

How a dissent works: audit, internal and finance review conclude `pass` or `pass_with_cut`; who would refuse returns
the matter with his reason. A department of the joint review that disagrees is recorded as `refuse` and the chain
goes on to the rule and, where it is due, to the meeting; finance cannot conclude such a payment unless a meeting has
passed it, whatever its amount. Otherwise it can only be returned.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from lianjing.domains.works.models import ProgressReport
from lianjing.domains.works.queries.reviews import (
    body_of,
    collective_item,
    departments_asked,
    is_disputed,
    present_reviews,
    review_labels,
    review_views,
)
from lianjing.domains.works.queries.standing import confirmed_reports, opening_of, overrun_of, standing_of
from lianjing.domains.works.rules import money as rules
from lianjing.domains.works.rules.reviews import require_different, require_five
from lianjing.domains.works.services.basis import NO_VARIABLES, contract_named, project_of, write_opinion
from lianjing.domains.works.services.change import JOINT_RESULT
from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.columns import fen
from lianjing.runtime.contract.models import Contract
from lianjing.runtime.contract.queries import account_has_changed, original_amount
from lianjing.runtime.meeting.models import AgendaItem
from lianjing.runtime.parameter.queries import MissingFigure, figure
from lianjing.runtime.parties.models import Account
from lianjing.runtime.payment import services as payments
from lianjing.runtime.payment.invoices import register_invoices
from lianjing.runtime.payment.models import BudgetLine, PaymentApplication
from lianjing.runtime.payment.queries import invoiced, invoices_of, order_of, sum_of
from lianjing.runtime.payment.rules import Standing
from lianjing.runtime.process.deed import Deed
from lianjing.runtime.process.reviews import conclude

SEQ = {"audit": 1, "internal": 2, "joint": 3, "collective": 4, "finance": 5}
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
        progress_report_id=data["progress_report"],
        budget_line=_budget_line(deed),
        received_on=data["received_on"],
        delivered_on=data["delivered_on"],
        due_on=due_on,
        is_payee_sme=is_small,
        agenda_item=None,
    )
    register_invoices(deed.act, application, data["invoices"])
    if due_on is not None and deed.matter.due_on != due_on:
        deed.matter.due_on = due_on
        deed.act.save(deed.matter)
    return _routing(deed, application)


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


def _due_day(deed: Deed, contract: Contract) -> tuple[date | None, bool]:
    """Return the day by which to pay, and whether the payee is a small firm.

    The statutory term of small firms holds from the day the regulation is in force; before it, and for other
    firms, only the agreed term does. Without either there is no due day.
    """
    is_small = contract.enterprise is not None and contract.enterprise.size_class in rules.SMALL_FIRMS
    agreed = contract.payment_days
    legal, longest = (
        _days(f"works.payment.{key}", deed.day) for key in ("sme_days", "sme_contract_max_days")
    )
    if is_small and legal is not None and longest is not None:
        return rules.due_day(
            deed.data["delivered_on"], agreed_days=agreed, legal_days=legal, longest_days=longest
        ), True
    if agreed is None:
        return None, is_small
    return rules.due_day(
        deed.data["delivered_on"], agreed_days=agreed, legal_days=agreed, longest_days=agreed
    ), is_small


def _days(key: str, day: date) -> int | None:
    try:
        return int(figure(key, day))
    except MissingFigure:
        return None


def _routing(deed: Deed, application: PaymentApplication) -> dict[str, Any]:
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


def audit(deed: Deed) -> dict[str, Any]:
    """Conclude the audit review with the audited sum, at most what was claimed (zone_funds#3)."""
    return _review_with_sum(deed, "audit")


def internal(deed: Deed) -> dict[str, Any]:
    """Conclude the owner's own review, which may cut further but never raise (zone_funds#4)."""
    return _review_with_sum(deed, "internal")


def _review_with_sum(deed: Deed, kind: str) -> dict[str, Any]:
    application = application_of(deed)
    _require_reviewer(deed)
    before, approved = sum_of(application), deed.data["approved"]
    rules.check_approved(approved, ceiling=before)
    payments.cut(deed.act, application, approved=approved)
    guard(deed, application)
    words = "\n".join(text for text in (deed.data["opinion"], deed.data["cut_reason"]) if text)
    conclude(
        deed,
        kind=kind,
        result="pass_with_cut" if approved < before else "pass",
        seq=SEQ[kind],
        opinion_text=words,
        cut=before - approved,
    )
    return _routing(deed, application)


def _require_reviewer(deed: Deed) -> None:
    """The applicant and the reviewers of the five reviews differ; departments of one joint review are told apart by unit."""
    done = [row.person_id for row in present_reviews(deed.matter.pk)]
    require_different([deed.matter.applicant_person_id, *done], deed.person_id)


def joint(deed: Deed) -> dict[str, Any]:
    """Write one department's opinion and conclusion; see the module's first lines for a dissent (zone_funds#5)."""
    _require_reviewer(deed)
    result = deed.data["result"]
    write_opinion(deed, result)
    conclude(
        deed, kind="joint", result=JOINT_RESULT[result], seq=SEQ["joint"], opinion_text=deed.data["opinion"]
    )
    return NO_VARIABLES


def joint_departments(deed: Deed) -> dict[str, Any]:
    """The table named the departments; their items carry it."""
    return NO_VARIABLES


def collective_tier(deed: Deed) -> dict[str, Any]:
    """Where the table says that no meeting is due, the rule itself records it with the clause of the row that matched."""
    assert deed.decided is not None
    if not deed.decided.outputs["is_collective"]:
        matched = deed.decided.matched[0]
        conclude(deed, kind="collective", result="not_required", seq=SEQ["collective"], clause=matched.clause)
    return NO_VARIABLES


def collective(deed: Deed) -> dict[str, Any]:
    """Record the meeting's decision: passed for this matter by the body that the table named (zone_funds#6)."""
    application = application_of(deed)
    item = _decision(application, body_of(deed.matter.pk))
    application.agenda_item = item
    deed.act.save(application)
    conclude(
        deed,
        kind="collective",
        result="pass",
        seq=SEQ["collective"],
        opinion_text=deed.data["opinion"],
        agenda_item=item,
    )
    return NO_VARIABLES


def _decision(application: PaymentApplication, body: str) -> AgendaItem:
    item = collective_item(application.pk, body, amount=sum_of(application))
    if item is not None:
        return item
    smaller = collective_item(application.pk, body)
    if smaller is None:
        raise Refusal(
            Ground.RULE, "collective.not_passed", _("没有规定机构通过此事项的会议记录"), "zone_funds#6"
        )
    raise Refusal(
        Ground.RULE,
        "collective.amount",
        _("会议通过的金额小于本次金额%(amount)s元") % {"amount": f"{sum_of(application):,.2f}"},
        "zone_funds#6",
    )


def finance(deed: Deed) -> dict[str, Any]:
    """Conclude the finance review: budget, invoices, account, term; then the application is approved (zone_funds#7)."""
    application = application_of(deed)
    _require_reviewer(deed)
    if is_disputed(deed.matter.pk):
        application.agenda_item = _settling_item(application)
        deed.act.save(application)
    _require_budget(application)
    _verify_invoices(deed, application)
    payments.approve(deed.act, application, standing=standing_for(deed, application))
    conclude(deed, kind="finance", result="pass", seq=SEQ["finance"], opinion_text=deed.data["opinion"])
    require_reviews(application)
    return NO_VARIABLES


def _settling_item(application: PaymentApplication) -> AgendaItem:
    """Return the meeting's decision over a dissent; Refusal where there is none."""
    item = collective_item(application.pk, "director_meeting")
    if item is None:
        raise Refusal(
            Ground.RULE, "joint.disagreed", _("有部门不同意，须经集体决策通过或退回"), "zone_funds#5"
        )
    return _decision(application, "director_meeting")


def _require_budget(application: PaymentApplication) -> None:
    line = application.budget_line
    if line is None:
        raise BadInput(_("请选择本项目的预算指标"), "budget_line")
    others = (
        PaymentApplication.objects.filter(budget_line=line)
        .exclude(pk=application.pk)
        .filter(status__in=("approved", "ordered", "paid"))
    )
    left = line.amount - sum((sum_of(row) for row in others), NOTHING)
    if sum_of(application) > left:
        raise Refusal(
            Ground.RULE,
            "finance.no_budget",
            _("预算指标%(code)s余额%(left)s元不足") % {"code": line.code, "left": f"{left:,.2f}"},
            "zone_funds#7",
        )


def _verify_invoices(deed: Deed, application: PaymentApplication) -> None:
    """Mark the invoices as verified: finance ticks that each was checked; they must cover the sum."""
    if invoiced(application) < sum_of(application):
        raise Refusal(Ground.RULE, "finance.invoices", _("发票合计不足支付额"), "zone_funds#7")
    for invoice in invoices_of(application):
        invoice.status = "verified"
        deed.act.save(invoice)


def require_reviews(application: PaymentApplication) -> None:
    """Refuse while one of the five reviews has no recorded conclusion (zone_funds#2)."""
    require_five(
        review_views(application.pk),
        departments_asked(application.pk),
        review_labels(),
        has_decision=application.agenda_item_id is not None,
    )


def make_order(deed: Deed) -> dict[str, Any]:
    """Make the order: the five conclusions and the red lines once more; sum and payee are the application's."""
    application = application_of(deed)
    require_reviews(application)
    payer = Account.objects.filter(
        pk=deed.data["payer_account"], holder_kind="unit", to_on__isnull=True
    ).first()
    if payer is None:
        raise BadInput(_("请选择本单位的付款账户"), "payer_account")
    payments.make_order(
        deed.act,
        application,
        payer_account=payer,
        standing=standing_for(deed, application),
        order_no=deed.data["order_no"].strip(),
    )
    return NO_VARIABLES


def check_order(deed: Deed) -> dict[str, Any]:
    """Check the order by a second person (zone_funds#8)."""
    application = application_of(deed)
    payments.check_order(deed.act, application, standing=standing_for(deed, application))
    return NO_VARIABLES


def release(deed: Deed) -> dict[str, Any]:
    """Release the order by a third person: the five conclusions and the red lines for the last time."""
    application = application_of(deed)
    require_reviews(application)
    payments.release_order(deed.act, application, standing=standing_for(deed, application))
    return NO_VARIABLES


def receipt(deed: Deed) -> dict[str, Any]:
    """Enter the bank's receipt and match it with the order (zone_funds#9)."""
    data = deed.data
    payments.book_receipt(
        deed.act,
        application_of(deed),
        bank_ref=data["bank_ref"],
        booked_on=data["booked_on"],
        amount=data["amount"],
    )
    return NO_VARIABLES


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
