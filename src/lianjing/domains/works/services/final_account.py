"""The final account of a project: cleaned up, compiled, audited, approved, and the assets transferred."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from lianjing.domains.works.models import Settlement
from lianjing.domains.works.queries import completion as reads
from lianjing.domains.works.rules import completion as rules
from lianjing.domains.works.services.basis import NO_VARIABLES, baseline, project_of, write_opinion
from lianjing.domains.works.services.deviation import deviate
from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.columns import fen
from lianjing.runtime.parameter.queries import figure
from lianjing.runtime.process.clocks import calendar
from lianjing.runtime.process.deed import Deed
from lianjing.runtime.process.reviews import conclude


def record_of(deed: Deed) -> Settlement:
    """Return the final account of the deed's matter."""
    return Settlement.objects.get(pk=deed.matter.pk)


def clean(deed: Deed) -> dict[str, Any]:
    """Clear balances and list the assets; the months for compiling run from the completion (final account rule)."""
    row = Settlement.objects.filter(pk=deed.matter.pk).first() or Settlement(matter=deed.matter)
    row.project_id, row.kind = deed.root.pk, "final_account"
    completed = project_of(deed).completed_on
    if completed is not None:
        row.limit_on = rules.add_months(
            completed, int(figure("works.final_account.compile_months", deed.day))
        )
        deed.matter.due_on = row.limit_on
        deed.act.save(deed.matter)
    deed.act.save(row)
    return NO_VARIABLES


def compile_account(deed: Deed) -> dict[str, Any]:
    """Compile the account of all settled contracts; an extension within the months that its size allows."""
    row, months = record_of(deed), deed.data["extension_months"] or 0
    longest = int(figure(f"works.final_account.extension_{deed.data['is_large']}_months", deed.day))
    if months > longest:
        raise BadInput(_("延期不得超过%(months)s个月") % {"months": longest}, "extension_months")
    if reads.unsettled(deed.root.pk).exists():
        raise Refusal(
            Ground.GATE,
            "final_account.not_settled",
            _("尚有合同未完成竣工结算，不得编制竣工财务决算"),
            "zone_completion#9",
        )
    completed = project_of(deed).completed_on
    if completed is not None:
        whole = int(figure("works.final_account.compile_months", deed.day)) + months
        row.limit_on = rules.add_months(completed, whole)
        deed.matter.due_on = row.limit_on
        deed.act.save(deed.matter)
        if deed.day > row.limit_on:
            late = (deed.day - row.limit_on).days
            deviate(deed, f"竣工财务决算编制逾期{late}日", stage="payment")
    row.claimed, row.submitted_on = deed.data["claimed"], deed.day
    row.dispute_text = deed.data["variance_text"]
    row.approved = row.cut_ratio = None
    deed.act.save(row)
    _wind_audit(deed, row)
    return NO_VARIABLES


def _wind_audit(deed: Deed, row: Settlement) -> None:
    """The local rule gives the audit its working days by amount; the last day is shown with the matter."""
    assert row.claimed is not None
    split = int(figure("works.final_account.audit_split_fen", deed.day))
    size = "small" if fen(row.claimed) <= split else "large"
    row.limit_days = int(figure(f"works.final_account.audit_{size}_working_days", deed.day))
    deed.matter.due_on = calendar().add_working_days(deed.day, row.limit_days)
    deed.act.save(row)
    deed.act.save(deed.matter)


def audit(deed: Deed) -> dict[str, Any]:
    """Audit the account: at most what was compiled."""
    row, amount = record_of(deed), deed.data["approved"]
    assert row.claimed is not None
    rules.check_sum(amount, ceiling=row.claimed, field="approved")
    row.first_amount, row.cut_ratio = amount, rules.cut_ratio(row.claimed, amount)
    deed.act.save(row)
    conclude(
        deed,
        kind="audit",
        result="pass_with_cut" if amount < row.claimed else "pass",
        seq=1,
        opinion_text=deed.data["opinion"],
        cut=row.claimed - amount,
    )
    return NO_VARIABLES


def approve(deed: Deed) -> dict[str, Any]:
    """Approve the final account: the last figure of the cost chain; above the budget it is a deviation."""
    row = record_of(deed)
    assert row.first_amount is not None
    row.approved, row.approved_on = row.first_amount, deed.day
    row.approval_no = deed.data["approval_no"]
    deed.act.save(row)
    baseline(deed, "final_account", row.approved)
    budget = project_of(deed).approved_budget
    if budget is not None and row.approved > budget:
        gap = row.approved - budget
        deviate(deed, f"竣工决算超批准概算{gap:,.2f}元", stage="initiation")
    days = int(figure("works.final_account.transfer_working_days", deed.day))
    deed.matter.due_on = calendar().add_working_days(deed.day, days)
    deed.act.save(deed.matter)
    write_opinion(deed, "agree")
    return NO_VARIABLES


def transfer(deed: Deed) -> dict[str, Any]:
    """Transfer the assets to the receiver's books."""
    row = record_of(deed)
    row.asset_no = deed.data["asset_no"]
    deed.act.save(row)
    return NO_VARIABLES


def may_withdraw(matter: Any) -> None:
    """Refuse to take an approved final account back."""
    if Settlement.objects.filter(pk=matter.pk, approved_on__isnull=False).exists():
        raise Refusal(Ground.RULE, "settlement.approved", _("决算已批复，不能撤销"), "zone_completion#9")
