"""Which columns each register of works shows at first; the reader may choose any other column of the record."""

from __future__ import annotations

from collections.abc import Mapping

PERMIT = ("permit_no", "amount", "result", "issued_on")

SHOWN: Mapping[str, tuple[str, ...]] = {
    "proposal": PERMIT,
    "feasibility": PERMIT,
    "design": PERMIT,
    "budget_adjustment": PERMIT,
    "detailed_budget": ("phase", "compiler_enterprise", "checker_enterprise", "total", "prior"),
    "permit": ("kind", "permit_no", "issued_on", "valid_to_on", "authority"),
    "tender": ("code", "method", "control_price", "is_mandatory", "award_method"),
    "award": ("enterprise", "amount", "rank", "decided_on", "notice_no", "status"),
    "contract": ("code", "kind", "enterprise", "amount", "signed_on", "end_on", "status"),
    "amendment": ("contract", "code", "delta", "new_amount", "signed_on", "status"),
    "account_change": ("contract", "old_account", "new_account", "changed_on", "status"),
    "start": ("contract", "planned_start_on", "start_on", "order_no", "status"),
    "progress": ("contract", "period_on", "reported_ratio", "verified_ratio", "completed_value"),
    "visa": ("contract", "code", "part", "amount", "occurred_at", "lag_hours"),
    "change": ("contract", "code", "change_class", "cause", "amount", "cumulative_ratio", "status"),
    "subcontract": ("contract", "enterprise", "amount", "approved_on", "status"),
    "wage": ("contract", "period_on", "due", "paid", "paid_on", "status"),
    "inspection": ("kind", "enterprise", "inspected_on", "finding_count", "result"),
    "relocation": ("status",),
    "payment": ("kind", "contract", "period_no", "amount", "approved", "status"),
    "acceptance": ("contract", "completed_on", "accepted_on", "result", "filing_no"),
    "settlement": ("contract", "kind", "claimed", "approved", "cut_ratio"),
    "final_account": ("kind", "claimed", "approved", "cut_ratio"),
    "warranty": ("contract", "amount", "deduction", "checked_on", "status"),
    "handover": ("document_count", "completeness_ratio", "receiver_name", "handed_on", "status"),
    "post_evaluation": ("done_on", "score", "grade", "person"),
    "onboarding": ("contract", "paid_to_date", "verified_value", "status"),
}
SHOWN_AT_FIRST = 6  # columns of a record for which nothing is declared
# Frame of the record, and what no list gives away: digests, texts of a page, numbers of people and accounts.
LEFT_OUT = frozenset({"id", "matter", "project", "domain", "is_before_platform", "phone", "identity_no"})
LEFT_OUT_ENDINGS = ("_sha256", "_digest", "_json", "_masked", "_norm_sha256", "_hmac")
