"""Settlement of a contract: from the contractor's claim to the sum that caps all further payments."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _

from lianjing.domains.works.models import Settlement, Warranty
from lianjing.domains.works.queries import completion as reads
from lianjing.domains.works.queries.reviews import body_of, collective_item
from lianjing.domains.works.queries.standing import (
    approved_changes,
    ceiling_of,
    committed_of,
    overrun_of,
)
from lianjing.domains.works.rules import completion as rules
from lianjing.domains.works.services.basis import (
    NO_VARIABLES,
    baseline,
    contract_named,
    firm,
    project_of,
    write_opinion,
)
from lianjing.domains.works.services.progress import join_site
from lianjing.kernel.refusal import Ground, Refusal
from lianjing.runtime.columns import fen
from lianjing.runtime.contract.models import Contract
from lianjing.runtime.contract.queries import account_has_changed, original_amount
from lianjing.runtime.matter.services import join_party
from lianjing.runtime.parameter.queries import figure
from lianjing.runtime.process.deed import Deed
from lianjing.runtime.process.reviews import conclude

TOPS = ("works.settlement.tier1_to_fen", "works.settlement.tier2_to_fen", "works.settlement.tier3_to_fen")
STEPS = {"first": 1, "second": 2, "collective": 3}


def record_of(deed: Deed) -> Settlement:
    """Return the settlement of the deed's matter."""
    return Settlement.objects.select_related("contract", "first_enterprise").get(pk=deed.matter.pk)


def submit(deed: Deed) -> dict[str, Any]:
    """Hand in the settlement of an accepted contract; changes and visas are the ledger's (zone_completion#6)."""
    contract, data = contract_named(deed), deed.data
    if data["kind"] == "settlement":
        _require_accepted(deed, contract)
    if reads.live_settlement(contract.pk, deed.matter.pk) or (
        data["kind"] == "settlement" and reads.settled(contract.pk)
    ):
        raise Refusal(Ground.RULE, "settlement.once", _("该合同已有结算，不得重复报送"), "zone_completion#5")
    row = Settlement.objects.filter(pk=deed.matter.pk).first() or Settlement(matter=deed.matter)
    row.project_id, row.contract, row.kind = deed.root.pk, contract, data["kind"]
    row.submitted_on = deed.day
    row.changes_amount = approved_changes(contract) + reads.visas_of(contract)
    for name in ("adjustment", "claims_amount", "claimed", "dispute_text"):
        setattr(row, name, data[name])
    row.first_amount = row.second_amount = row.approved = row.cut_ratio = row.error_ratio = None
    deed.act.save(row)
    join_site(deed, contract)
    return NO_VARIABLES


def _require_accepted(deed: Deed, contract: Contract) -> None:
    """A works contract is settled after its own acceptance; one taken over after acceptance has its paper."""
    if contract.kind != "works" or reads.accepted(contract.pk) is not None:
        return
    if deed.root.onboarding == "taken_over" and contract.matter.is_before_platform:
        return
    raise Refusal(
        Ground.GATE, "settlement.not_accepted", _("工程未经竣工验收合格，不得办理结算"), "zone_completion#5"
    )


def complete(deed: Deed) -> dict[str, Any]:
    """Find the papers complete: the statutory review clock of the amount's tier begins (budget review rule 14)."""
    row = record_of(deed)
    assert row.claimed is not None
    tops = [int(figure(key, deed.day)) for key in TOPS]
    tier = rules.tier(fen(row.claimed), tops)
    row.limit_days = int(figure(f"works.settlement.tier{tier}_days", deed.day))
    row.limit_on = deed.day + timedelta(days=row.limit_days)
    deed.act.save(row)
    deed.matter.due_on = row.limit_on
    deed.act.save(deed.matter)
    write_opinion(deed, "agree")
    return NO_VARIABLES


def engage(deed: Deed) -> dict[str, Any]:
    """Name the firm of the first review: only one that the draw of this matter picked (zone_completion#7)."""
    row, number = record_of(deed), int(deed.data["enterprise"])
    draw = reads.draw_of(deed.matter.pk)
    picked = {each.pk for each in reads.picked_firms(draw)} if draw is not None else set()
    if number not in picked:
        raise Refusal(Ground.RULE, "settlement.not_drawn", _("初审机构须经随机抽取确定"), "zone_completion#7")
    if reads.is_following(deed.matter, number):
        raise Refusal(
            Ground.CONFLICT,
            "settlement.follow_up_firm",
            _("跟踪审计（造价咨询）单位不得审核本项目结算"),
            "zone_completion#7",
        )
    row.first_enterprise_id, row.draw = number, draw
    row.fee, row.fee_basis = deed.data["fee"], deed.data["fee_basis"]
    deed.act.save(row)
    join_party(deed.act, deed.matter, enterprise_id=number, role="auditor")
    return NO_VARIABLES


def first(deed: Deed) -> dict[str, Any]:
    """Enter the audit firm's result, at most what was claimed; every cut has its reason."""
    row, amount = record_of(deed), deed.data["first_amount"]
    assert row.claimed is not None
    rules.check_sum(amount, ceiling=row.claimed, field="first_amount")
    row.first_amount = amount
    row.dispute_text = deed.data["dispute_text"]
    deed.act.save(row)
    conclude(
        deed,
        kind="audit",
        result="pass_with_cut" if amount < row.claimed else "pass",
        seq=STEPS["first"],
        opinion_text=deed.data["cuts"],
        cut=row.claimed - amount,
    )
    return NO_VARIABLES


def second(deed: Deed) -> dict[str, Any]:
    """Check the first review by another firm or by internal audit; the error ratio stays with the settlement."""
    row, data = record_of(deed), deed.data
    assert row.claimed is not None and row.first_amount is not None
    amount = data["second_amount"]
    rules.check_sum(amount, ceiling=row.claimed, field="second_amount")
    row.second_enterprise = None
    if data["second_name"].strip():
        other = firm(deed.act, data["second_name"], data["second_credit_code"])
        if other.pk == row.first_enterprise_id:
            raise Refusal(
                Ground.CONFLICT,
                "settlement.same_firm",
                _("复审机构不得与初审机构相同"),
                "zone_completion#7",
            )
        row.second_enterprise = other
    row.second_amount = amount
    row.error_ratio = rules.error_ratio(row.first_amount, amount)
    row.cut_ratio = rules.cut_ratio(row.claimed, amount)
    _check_budget(deed, row)
    deed.act.save(row)
    conclude(
        deed,
        kind="internal",
        result="pass" if amount == row.first_amount else "pass_with_cut",
        seq=STEPS["second"],
        opinion_text=data["opinion"],
        cut=row.first_amount - amount,
    )
    return _routing(deed, row)


def _check_budget(deed: Deed, row: Settlement) -> None:
    """The settled sum replaces contract and changes; the project stays within its approved budget (gov_investment#23)."""
    if row.kind == "stage" or row.contract is None or row.second_amount is None:
        return
    rules.check_budget(
        committed_of(deed.root.pk),
        ceiling_of(row.contract),
        row.second_amount,
        project_of(deed).approved_budget,
    )


def _routing(deed: Deed, row: Settlement) -> dict[str, Any]:
    """What the table of the collective decision reads; a settlement is no advance."""
    contract, project = row.contract, project_of(deed)
    assert contract is not None and row.second_amount is not None
    budget = project.approved_budget or project.total_investment or original_amount(contract)
    return {
        "amount_fen": fen(row.second_amount),
        "advance_fen": 0,
        "contract_fen": max(1, fen(original_amount(contract))),
        "overrun_fen": fen(overrun_of(project)),
        "budget_fen": max(1, fen(budget)),
        "account_changed": account_has_changed(contract),
    }


def confirm(deed: Deed) -> dict[str, Any]:
    """Sign the settled sum: contractor, audit firm and owner, each on its own."""
    write_opinion(deed, "agree")
    return NO_VARIABLES


def collective_tier(deed: Deed) -> dict[str, Any]:
    """Where the table says that no meeting is due, the rule itself records it with its clause."""
    assert deed.decided is not None
    if not deed.decided.outputs["is_collective"]:
        matched = deed.decided.matched[0]
        conclude(
            deed, kind="collective", result="not_required", seq=STEPS["collective"], clause=matched.clause
        )
    return NO_VARIABLES


def collective(deed: Deed) -> dict[str, Any]:
    """Approve by the meeting's own record, for at least this sum (zone_completion#8)."""
    row = record_of(deed)
    assert row.second_amount is not None
    item = collective_item(deed.matter.pk, body_of(deed.matter.pk), amount=row.second_amount)
    if item is None:
        raise Refusal(
            Ground.RULE,
            "collective.not_passed",
            _("没有规定机构通过此事项的会议记录"),
            "zone_completion#8",
        )
    conclude(
        deed,
        kind="collective",
        result="pass",
        seq=STEPS["collective"],
        opinion_text=deed.data["opinion"],
        agenda_item=item,
    )
    _approve(deed, row)
    return NO_VARIABLES


def approve(deed: Deed) -> dict[str, Any]:
    """Approve a settlement below the tier as leader in charge."""
    _approve(deed, record_of(deed))
    write_opinion(deed, "agree")
    return NO_VARIABLES


def _approve(deed: Deed, row: Settlement) -> None:
    """Let the settled sum take effect: cost chain, retention of each part, ceiling of all further payments."""
    assert row.contract is not None and row.second_amount is not None
    _check_budget(deed, row)
    row.approved, row.approved_on = row.second_amount, deed.day
    row.approval_no = deed.data["approval_no"]
    deed.act.save(row)
    if row.kind != "settlement":
        return
    baseline(deed, "settlement", row.approved, row.contract)
    ratio = row.contract.retention_ratio or rules.NOTHING
    parts = list(Warranty.objects.filter(contract=row.contract, released_on__isnull=True).order_by("pk"))
    if not parts:
        return
    held = (row.approved * ratio).quantize(rules.CENT)
    for part, retained in zip(
        parts, rules.rescale(held, [part.retained or rules.NOTHING for part in parts]), strict=True
    ):
        part.retained = retained
        deed.act.save(part)


def may_withdraw(matter: Any) -> None:
    """Refuse to take an approved settlement back."""
    if Settlement.objects.filter(pk=matter.pk, approved_on__isnull=False).exists():
        raise Refusal(Ground.RULE, "settlement.approved", _("结算已审定，不能撤销"), "zone_completion#8")
