"""A change order: proposed, priced, classed by the rule on its cumulative sum, decided at that level, ordered."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from lianjing.domains.works.models import ChangeItem, ChangeOrder
from lianjing.domains.works.queries.reviews import collective_item
from lianjing.domains.works.queries.standing import approved_changes, ceiling_of, committed_of, cumulative_of
from lianjing.domains.works.rules.money import check_budget_left, check_not_started, line_amount
from lianjing.domains.works.rules.project import total
from lianjing.domains.works.services.basis import NO_VARIABLES, contract_named, project_of, write_opinion
from lianjing.domains.works.services.progress import join_site
from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.columns import fen
from lianjing.runtime.contract.queries import original_amount
from lianjing.runtime.contract.services import amend
from lianjing.runtime.documents.models import Document
from lianjing.runtime.process.deed import Deed
from lianjing.runtime.process.models import DecisionLog, Opinion, WorkItem
from lianjing.runtime.process.reviews import conclude

PROPOSED = (
    "code",
    "cause",
    "responsible",
    "part",
    "before_text",
    "after_text",
    "days_effect",
    "proposed_on",
    "is_started",
)
JOINT_RESULT = {"agree": "pass", "agree_with_changes": "pass", "not_concerned": "pass", "disagree": "refuse"}


def propose(deed: Deed) -> dict[str, Any]:
    """Enter the proposal; work that has begun is refused, approval comes first (zone_change#2)."""
    contract = contract_named(deed)
    check_not_started(is_started=deed.data["is_started"])
    row = ChangeOrder.objects.filter(pk=deed.matter.pk).first() or ChangeOrder(matter=deed.matter)
    row.contract = contract
    for name in PROPOSED:
        setattr(row, name, deed.data[name])
    row.status = "proposed"
    deed.act.save(row)
    join_site(deed, contract)
    return NO_VARIABLES


def supervise(deed: Deed) -> dict[str, Any]:
    """Review by the supervision firm."""
    row = ChangeOrder.objects.get(pk=deed.matter.pk)
    row.status = "in_review"
    deed.act.save(row)
    write_opinion(deed, "agree")
    return NO_VARIABLES


def price(deed: Deed) -> dict[str, Any]:
    """Compute amount and cumulative sum from the bill items and hand them to the table that classes the change.

    Approved and pending changes of the contract are summed (zone_change#7): two changes kept just under a tier
    reach it together. Beyond the approved budget the change is refused (gov_investment#23).
    """
    row = ChangeOrder.objects.select_related("contract").get(pk=deed.matter.pk)
    for item in ChangeItem.objects.filter(change_order=row):
        deed.act.remove(item)
    items = [
        ChangeItem(
            change_order=row,
            item_code=each["item_code"],
            name=each["name"],
            quantity_delta=each["quantity_delta"],
            unit_price=each["unit_price"],
            amount=line_amount(each["quantity_delta"], each["unit_price"]),
        )
        for each in deed.data["items"]
    ]
    deed.act.save_many(items)
    amount = total(item.amount for item in items)
    if not amount:
        raise BadInput(_("变更金额不得为零"), "items")
    check_budget_left(committed_of(deed.root.pk), amount, project_of(deed).approved_budget)
    summed = cumulative_of(row.contract, amount, besides=row.pk)
    row.amount, row.cumulative, row.cumulative_ratio = amount, summed.total, summed.ratio
    deed.act.save(row)
    return {
        "amount_fen": fen(abs(amount)),
        "cumulative_fen": fen(summed.total),
        "contract_fen": fen(summed.contract),
        "scope_changed": deed.data["scope_changed"],
    }


def classify(deed: Deed) -> dict[str, Any]:
    """Keep the class and the deciding body that the table named; nobody chooses them (zone_change#3)."""
    assert deed.decided is not None
    row = ChangeOrder.objects.get(pk=deed.matter.pk)
    row.change_class = str(deed.decided.outputs["change_class"])
    row.body = str(deed.decided.outputs["body"])
    deed.act.save(row)
    return NO_VARIABLES


def joint(deed: Deed) -> dict[str, Any]:
    """Write one department's opinion and its conclusion.

    A department that disagrees has its opinion recorded and concludes `refuse`; the chain goes on, but the leader
    cannot approve it alone: a meeting must have passed the change, or it is returned.
    """
    result = deed.data["result"]
    write_opinion(deed, result)
    conclude(deed, kind="joint", result=JOINT_RESULT[result], seq=1, opinion_text=deed.data["opinion"])
    return NO_VARIABLES


def leader(deed: Deed) -> dict[str, Any]:
    """Approve a general or larger change; one on which a department disagreed needs a meeting's decision too."""
    row = ChangeOrder.objects.get(pk=deed.matter.pk)
    if _is_disputed(deed) and collective_item(deed.matter.pk, "director_meeting") is None:
        raise Refusal(
            Ground.RULE, "joint.disagreed", _("有部门不同意，须经集体决策通过或退回"), "zone_change#5"
        )
    _approve(deed, row)
    write_opinion(deed, "agree")
    return NO_VARIABLES


def _is_disputed(deed: Deed) -> bool:
    last_price = (
        WorkItem.objects.filter(matter=deed.matter, step_key="price", outcome="done").order_by("-id").first()
    )
    opinions = Opinion.objects.filter(matter=deed.matter, result="disagree")
    return last_price is not None and opinions.filter(work_item_id__gt=last_price.pk).exists()


def collective(deed: Deed) -> dict[str, Any]:
    """Approve a major change by the meeting's own record (zone_change#6, zone_collective#2).

    The body is the one that the table named. Where scope or standard changes, the original approver's paper is due.
    """
    row = ChangeOrder.objects.get(pk=deed.matter.pk)
    item = collective_item(deed.matter.pk, row.body)
    if item is None:
        raise Refusal(
            Ground.RULE, "collective.not_passed", _("没有规定机构通过此事项的会议记录"), "zone_collective#2"
        )
    if (
        _asks_original_approver(deed)
        and not Document.objects.filter(matter=deed.matter, kind="approval").exists()
    ):
        raise Refusal(
            Ground.DOCUMENTS,
            "change.original_approver",
            _("改变规模或标准的变更，须有原审批机关的批复"),
            "gov_investment#21",
        )
    conclude(
        deed, kind="collective", result="pass", seq=2, opinion_text=deed.data["opinion"], agenda_item=item
    )
    _approve(deed, row)
    return NO_VARIABLES


def _asks_original_approver(deed: Deed) -> bool:
    decided = (
        DecisionLog.objects.filter(matter=deed.matter, decision_key="works_change_class")
        .order_by("-id")
        .first()
    )
    return decided is not None and '"original_approver": true' in decided.outputs


def _approve(deed: Deed, row: ChangeOrder) -> None:
    """Approve: the amount counts towards the contract's ceiling from now on, and an amendment says so."""
    contract = row.contract
    assert row.amount is not None
    check_budget_left(committed_of(deed.root.pk), row.amount, project_of(deed).approved_budget)
    row.status, row.approved_on, row.approver_person_id = "approved", deed.day, deed.person_id
    deed.act.save(row)
    amend(
        deed.act,
        contract,
        matter=deed.matter,
        signed_on=deed.day,
        new_amount=ceiling_of(contract),
        reason=row.code or deed.matter.title,
        approved_changes=approved_changes(contract)
        + (ceiling_of(contract) - original_amount(contract) - approved_changes(contract)),
    )


def order(deed: Deed) -> dict[str, Any]:
    """Issue the order to the contractor (zone_change#9)."""
    row = ChangeOrder.objects.get(pk=deed.matter.pk)
    row.work_started_on = deed.data["work_started_on"]
    deed.act.save(row)
    return NO_VARIABLES


def may_withdraw(matter: Any) -> None:
    """Refuse to take an approved change back: its amount already counts."""
    if ChangeOrder.objects.filter(pk=matter.pk, status="approved").exists():
        raise Refusal(Ground.RULE, "change.approved", _("变更已批准，不能撤销"), "zone_change#9")


def withdrawn(deed: Deed) -> None:
    """Mark the change withdrawn: it no longer counts in the cumulative sum."""
    row = ChangeOrder.objects.filter(pk=deed.matter.pk).first()
    if row is not None:
        row.status = "withdrawn"
        deed.act.save(row)
