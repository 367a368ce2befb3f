"""A claim step by step: entered with its vouchers, assessed line by line, reviewed, closed with the worker's word."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from lianjing.domains.injury.models import AdvanceProof, BenefitClaim, BenefitItem, Injury
from lianjing.domains.injury.queries.ledger import (
    asked_of,
    case_of,
    items_of,
    proofs_of,
    shares_of,
    unsettled,
    vouchers_used,
)
from lianjing.domains.injury.rules.entitlement import (
    EMPLOYER,
    NOTHING,
    PRICED,
    check_dependants,
    entitled,
    figures_day,
)
from lianjing.domains.injury.rules.proof import Voucher, check_mandate, check_vouchers
from lianjing.domains.injury.services.account import own_account
from lianjing.domains.injury.services.assessment import require_recognised
from lianjing.domains.injury.services.recognition import NO_VARIABLES, figures_of
from lianjing.domains.injury.services.routing import route
from lianjing.kernel.refusal import Ground, Refusal
from lianjing.runtime import codes
from lianjing.runtime.documents.models import Document
from lianjing.runtime.documents.queries import documents_of
from lianjing.runtime.matter.services import join_party
from lianjing.runtime.parameter.queries import figure
from lianjing.runtime.parties.models import Account
from lianjing.runtime.process.clocks import calendar
from lianjing.runtime.process.deed import Deed
from lianjing.runtime.process.reviews import conclude
from lianjing.runtime.regulation.queries import clause_on


def may_open(parent: Any, day: Any) -> None:
    """Refuse a claim before the injury is recognised."""
    require_recognised(parent.pk)


def may_withdraw(matter: Any) -> None:
    """Refuse to take a claim back once its money is approved."""
    claim = BenefitClaim.objects.filter(pk=matter.pk).first()
    if claim is not None and claim.approved_on is not None:
        raise Refusal(Ground.RULE, "injury.approved", _("待遇已复核，不能撤销"), "zone_injury#2")


def claim_of(deed: Deed) -> BenefitClaim:
    """Return the claim of the deed's matter."""
    return BenefitClaim.objects.select_related("injury__worker", "injury__employer_enterprise").get(
        pk=deed.matter.pk
    )


def apply(deed: Deed) -> dict[str, Any]:
    """Enter the claim at the counter: by the worker, or by a proxy with the mandate that the worker signed."""
    return _enter(deed, deed.data["claimant"], is_proxy=deed.data["is_proxy"])


def apply_online(deed: Deed) -> dict[str, Any]:
    """Enter the claim on line: the employer is the proxy of its own worker (zone_injury#6)."""
    return _enter(deed, EMPLOYER, is_proxy=True)


def accept(deed: Deed) -> dict[str, Any]:
    """Take in a claim that was entered on line: mandate and account were compared with the worker's own."""
    _conclude(deed, "other", 1)
    return NO_VARIABLES


def _enter(deed: Deed, claimant: str, *, is_proxy: bool) -> dict[str, Any]:
    """Write the claim: a proxy shows the worker's mandate, each voucher must be the employer's own and new."""
    data = deed.data
    injury = Injury.objects.select_related("worker", "employer_enterprise").get(pk=deed.root.pk)
    is_proxy = is_proxy or claimant == EMPLOYER
    mandate = _latest(deed, "mandate")
    check_mandate(is_proxy, mandate is not None)
    _check_vouchers(deed, injury, [_voucher(row) for row in data["vouchers"]], data["claimed_on"])
    claim = BenefitClaim.objects.filter(pk=deed.matter.pk).first() or BenefitClaim(
        matter=deed.matter, injury=injury
    )
    claim.claimant, claim.is_proxy = claimant, is_proxy
    claim.mandate_document, claim.claimed_on = mandate, data["claimed_on"]
    worker = f"natural_person:{injury.worker_id}"
    claim.worker_account = _account(deed, worker, injury.worker.name)
    firm = injury.employer_enterprise
    claim.employer_account = (
        _account(deed, f"enterprise:{firm.pk}", firm.name, "employer_")
        if data["employer_account_no"].digits
        else None
    )
    deed.act.save(claim)
    _remember_proxy(deed, claim, injury)
    _write_lines(deed, claim)
    return NO_VARIABLES


def _latest(deed: Deed, kind: str) -> Document | None:
    return documents_of(deed.matter.pk).filter(kind=kind).order_by("-id").first()


def _voucher(row: Mapping[str, Any]) -> Voucher:
    return Voucher(row["voucher_no"].strip(), row["payer_name"], row["amount"], row["paid_on"])


def _check_vouchers(deed: Deed, injury: Injury, vouchers: list[Voucher], claimed_on: Any) -> None:
    check_vouchers(
        vouchers,
        employer_name=injury.employer_enterprise.name,
        injured_on=injury.injured_on,
        claimed_on=claimed_on,
        used=vouchers_used(deed.matter.pk),
    )


def _account(deed: Deed, holder: str, name: str, prefix: str = "") -> Account:
    return own_account(
        deed.act,
        holder=holder,
        holder_name=name,
        account_no=deed.data[f"{prefix}account_no"].digits,
        bank_name=deed.data[f"{prefix}bank_name"],
    )


def _remember_proxy(deed: Deed, claim: BenefitClaim, injury: Injury) -> None:
    if claim.is_proxy:
        injury.proxy = f"enterprise:{injury.employer_enterprise_id}" if claim.claimant == EMPLOYER else ""
        injury.mandate_document = claim.mandate_document
        deed.act.save(injury)
    if claim.is_proxy or claim.employer_account_id is not None:
        join_party(deed.act, deed.matter, enterprise_id=injury.employer_enterprise_id, role="employer")


def _write_lines(deed: Deed, claim: BenefitClaim) -> None:
    """Write the lines anew: those of before a return are removed with their vouchers and shares."""
    old = items_of(claim.pk)
    for rows in (shares_of([row.pk for row in old]), proofs_of([row.pk for row in old]), old):
        for row in rows:
            deed.act.remove(row)
    lines = [_line(deed, claim, row) for row in deed.data["items"]]
    for row in deed.data["vouchers"]:
        deed.act.save(
            AdvanceProof(
                injury=claim.injury,
                benefit_item=lines[row["line"] - 1],
                voucher_no=row["voucher_no"].strip(),
                payer_account=claim.employer_account,
                payer_name=row["payer_name"].strip(),
                payee_name=row["payee_name"].strip(),
                amount=row["amount"],
                paid_on=row["paid_on"],
                document=_latest(deed, "voucher"),
            )
        )


def _line(deed: Deed, claim: BenefitClaim, row: Mapping[str, Any]) -> BenefitItem:
    item: BenefitItem = deed.act.save(
        BenefitItem(
            injury=claim.injury,
            claim=claim,
            kind=row["kind"],
            quantity=row["quantity"],
            asked=row["spent"],
            incurred_on=row["incurred_on"],
            relation=row["relation"],
            is_alone=row["is_alone"],
            is_direct=row["is_direct"],
            claimed_on=claim.claimed_on,
        )
    )
    return item


def assess(deed: Deed) -> dict[str, Any]:
    """Compute each line by its formula and the figures of its day, check the vouchers, and route the money."""
    claim, data = claim_of(deed), deed.data
    rows, case = items_of(claim.pk), case_of(claim.injury)
    assert claim.claimed_on is not None
    check_dependants([asked_of(row) for row in rows], figures_of(deed))
    for each in proofs_of([row.pk for row in rows]):
        each.is_verified = bool(data[f"proof_{each.pk}"])
        deed.act.save(each)
    verified = [each for each in proofs_of([row.pk for row in rows]) if each.is_verified]
    vouchers = [Voucher(each.voucher_no, each.payer_name, each.amount, each.paid_on) for each in verified]
    _check_vouchers(deed, claim.injury, vouchers, claim.claimed_on)
    for row in rows:
        asked = asked_of(row, data.get(f"allowed_{row.pk}"))
        day = figures_day(case, asked, claim.claimed_on)
        due = entitled(case, asked, lambda key, day=day: figure(key, day))  # type: ignore[misc]
        row.payer, row.entitled, row.formula = due.payer, due.amount, due.formula
        row.reimbursable = asked.allowed if row.kind in PRICED else None
        row.clause = clause_on(due.clause, deed.day)
        route(deed, claim, row)
    claim.assessed_on, claim.strategy = deed.day, strategy_on(deed)
    deed.act.save(claim)
    if any(row.payer == EMPLOYER for row in rows):
        join_party(deed.act, deed.matter, enterprise_id=claim.injury.employer_enterprise_id, role="employer")
    _conclude(deed, "business", 1)
    return NO_VARIABLES


def strategy_on(deed: Deed) -> str:
    """Return the code of the strategy in force: the article's, or Article 31."""
    return "split" if figure("injury.route.split", deed.day) >= 1 else "all_to_worker"


def _conclude(deed: Deed, kind: str, seq: int) -> None:
    conclude(deed, kind=kind, result="pass", seq=seq, opinion_text=deed.data["opinion"])


def review(deed: Deed) -> dict[str, Any]:
    """Approve after another person's check; from now run the working days for payment (zone_injury#10)."""
    claim = claim_of(deed)
    claim.approved_on = deed.day
    claim.due_on = calendar().add_working_days(deed.day, int(figure("injury.payment_working_days", deed.day)))
    deed.act.save(claim)
    for row in items_of(claim.pk):
        row.approved_on, row.due_on = deed.day, claim.due_on
        deed.act.save(row)
    _conclude(deed, "internal", 2)
    return NO_VARIABLES


def confirm(deed: Deed) -> dict[str, Any]:
    """Close the claim once the worker has confirmed that all of it is in his hands (W12, zone_injury#9)."""
    claim = claim_of(deed)
    waiting = unsettled(claim)
    if waiting:
        words = "、".join(
            f"{codes.label('benefit_kind', row.kind)} {row.entitled or NOTHING:,.2f}" for row in waiting
        )
        raise Refusal(
            Ground.GATE,
            "injury.not_confirmed",
            _("职工尚未确认足额到手：%(items)s") % {"items": words},
            "zone_injury#9",
        )
    return NO_VARIABLES
