"""A change order: proposed, priced, classed by the rule on its cumulative sum, decided at that level, ordered.

An emergency may be worked on oral consent; its papers follow in time, then it goes the same way.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from lianjing.domains.works.models import ChangeItem, ChangeOrder
from lianjing.domains.works.queries.pieces import joined_with
from lianjing.domains.works.queries.reviews import collective_item
from lianjing.domains.works.queries.standing import committed_of, cumulative_of
from lianjing.domains.works.rules.change import (
    Piece,
    check_emergency,
    has_new_items,
    is_late_entry,
    needs_supplement,
    papers_due,
    payable,
)
from lianjing.domains.works.rules.money import check_budget_left, check_not_started, line_amount
from lianjing.domains.works.rules.project import total
from lianjing.domains.works.services import amendment
from lianjing.domains.works.services.basis import NO_VARIABLES, contract_named, project_of, write_opinion
from lianjing.domains.works.services.progress import applicant, firms_in, join_site
from lianjing.domains.works.services.site_photos import take_photos
from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.columns import fen
from lianjing.runtime.contract.items import item_codes
from lianjing.runtime.contract.models import Contract
from lianjing.runtime.documents.models import Document
from lianjing.runtime.org.models import Post, Unit
from lianjing.runtime.parameter.queries import figure
from lianjing.runtime.parties.models import Enterprise
from lianjing.runtime.process.deed import Deed
from lianjing.runtime.process.models import DecisionLog, Opinion, WorkItem
from lianjing.runtime.process.reviews import conclude
from lianjing.runtime.trail.act import legal_day
from lianjing.runtime.undertaking.models import Undertaking
from lianjing.runtime.undertaking.services import give

PROPOSED = (
    "code",
    "proposer",
    "cause",
    "responsible",
    "part",
    "before_text",
    "after_text",
    "days_effect",
    "proposed_on",
    "is_started",
    "is_emergency",
    "danger_at",
    "danger_text",
)
JOINT_RESULT = {"agree": "pass", "agree_with_changes": "pass", "not_concerned": "pass", "disagree": "refuse"}
EMERGENCY = "zone_change#10"


def propose(deed: Deed) -> dict[str, Any]:
    """Enter the proposal with photographs taken before; work that has begun is refused (zone_change#2).

    An emergency says so: its photographs follow with its papers.
    """
    contract, data = contract_named(deed), deed.data
    if not data["is_emergency"]:
        check_not_started(is_started=data["is_started"])
    row = ChangeOrder.objects.filter(pk=deed.matter.pk).first() or ChangeOrder(matter=deed.matter)
    row.contract = contract
    for name in PROPOSED:
        setattr(row, name, data[name])
    row.status = "proposed"
    deed.act.save(row)
    least = 0 if row.is_emergency else int(figure("works.change.photos_min", deed.day))
    take_photos(deed, least=least, clause="zone_change#2", roles=("before",))
    designers = _designers(contract, deed.root.pk)
    join_site(deed, contract, *(("designer",) if designers else ()))
    return {"is_emergency": row.is_emergency, "has_designer": bool(designers)}


def _designers(contract: Contract, root_matter_id: int) -> list[int]:
    """Return the designers of the project who work on the platform."""
    firms = Enterprise.objects.filter(pk__in=firms_in("designer", contract, root_matter_id)).exclude(
        credit_code=""
    )
    known = set(
        Post.objects.filter(
            key="design_lead", unit__enterprise_no__in=firms.values("credit_code")
        ).values_list("unit__enterprise_no", flat=True)
    )
    return [firm.pk for firm in firms.order_by("pk") if firm.credit_code in known]


def consent(deed: Deed) -> dict[str, Any]:
    """Log the oral consent to an emergency by him who gave it; a late entry is taken and shown as one (zone_change#10)."""
    row = ChangeOrder.objects.get(pk=deed.matter.pk)
    consent_at = deed.data["oral_consent_at"]
    check_emergency(danger_at=row.danger_at, consent_at=consent_at, text=row.danger_text, now=deed.now)
    row.oral_consent_at, row.oral_by_person_id = consent_at, deed.person_id
    days = int(figure("works.change.emergency_papers_days", deed.day))
    row.papers_due_on = papers_due(legal_day(consent_at), days=days)
    deed.act.save(row)
    if is_late_entry(consent_at, deed.now, hours=figure("works.change.emergency_log_hours", deed.day)):
        deed.act.happened_at = consent_at
    owner = applicant(deed)
    give(
        deed.act,
        what=_("补齐应急变更“%(change)s”的资料") % {"change": row.code or deed.matter.title},
        due_on=max(row.papers_due_on, deed.day),
        source_kind="obligation",
        matter=deed.matter,
        category="document",
        owner_person=owner,
        owner_unit=None if owner else Unit.objects.get(pk=deed.matter.unit_id),
        document_kind="photo",
        clause=EMERGENCY,
    )
    write_opinion(deed, "agree")
    return NO_VARIABLES


def papers(deed: Deed) -> dict[str, Any]:
    """Hand in the papers of an emergency: photographs, what was done and when; the undertaking is closed."""
    row = ChangeOrder.objects.get(pk=deed.matter.pk)
    take_photos(deed, least=int(figure("works.change.photos_min", deed.day)), clause=EMERGENCY)
    row.after_text, row.work_started_on = deed.data["after_text"], deed.data["work_started_on"]
    row.is_started = row.work_started_on is not None
    deed.act.save(row)
    paper = Document.objects.filter(matter=deed.matter, kind="photo").order_by("id").last()
    for owed in Undertaking.objects.filter(
        matter=deed.matter, clause=EMERGENCY, closed_on__isnull=True
    ).order_by("id"):
        amendment.close_with(deed, owed, paper)
    return NO_VARIABLES


def supervise(deed: Deed) -> dict[str, Any]:
    """Review by the supervision firm."""
    row = ChangeOrder.objects.get(pk=deed.matter.pk)
    row.status = "in_review"
    deed.act.save(row)
    write_opinion(deed, "agree")
    return NO_VARIABLES


def drawing(deed: Deed) -> dict[str, Any]:
    """Hand in the designer's drawings with their number."""
    row = ChangeOrder.objects.get(pk=deed.matter.pk)
    row.drawing_no = deed.data["drawing_no"]
    row.designer_enterprise_id = _designer_at(deed)
    deed.act.save(row)
    write_opinion(deed, "agree")
    return NO_VARIABLES


def _designer_at(deed: Deed) -> int | None:
    item = deed.item
    code = item.post.unit.enterprise_no if item is not None else ""
    return Enterprise.objects.filter(credit_code=code).values_list("pk", flat=True).first() if code else None


def price(deed: Deed) -> dict[str, Any]:
    """Compute amount and cumulative sum from the bill items and hand them to the table that classes the change.

    Approved and pending changes of the contract are summed (zone_change#7); what concerns the same part for the
    same cause within the window counts as one change (zone_change#11). Beyond the approved budget the change is
    refused (gov_investment#23). A change by the contractor's fault adds nothing to the contract (zone_change#12).
    """
    row = ChangeOrder.objects.select_related("contract").get(pk=deed.matter.pk)
    items = _write_items(deed, row)
    priced = total(item.amount for item in items)
    if not priced:
        raise BadInput(_("变更金额不得为零"), "items")
    amount = payable(priced, row.responsible)
    committed, budget = committed_of(deed.root.pk), project_of(deed).approved_budget
    check_budget_left(committed, amount, budget)
    row.budget_left = None if budget is None else budget - committed - amount
    summed = cumulative_of(row.contract, priced, besides=row.pk)
    row.amount, row.cumulative, row.cumulative_ratio = amount, summed.total, summed.ratio
    deed.act.save(row)
    piece = Piece(row.part, row.cause, row.proposed_on, priced)
    return {
        "amount_fen": fen(joined_with(row.contract, piece, besides=row.pk, day=deed.day)),
        "cumulative_fen": fen(summed.total),
        "contract_fen": fen(summed.contract),
        "scope_changed": deed.data["scope_changed"],
    }


def _write_items(deed: Deed, row: ChangeOrder) -> list[ChangeItem]:
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
    return items


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
    """Approve: the amount counts towards the contract's ceiling from now on; an agreement is asked for where due."""
    assert row.amount is not None
    check_budget_left(committed_of(deed.root.pk), row.amount, project_of(deed).approved_budget)
    row.status, row.approved_on, row.approver_person_id = "approved", deed.day, deed.person_id
    deed.act.save(row)
    codes = ChangeItem.objects.filter(change_order=row).values_list("item_code", flat=True)
    if needs_supplement(
        row.cumulative_ratio,
        from_ratio=figure("works.change.supplement_contract_from_ratio", deed.day),
        is_new_item=has_new_items(codes, item_codes(row.contract)),
        amount=row.amount,
    ):
        amendment.ask_for(deed, row)


def order(deed: Deed) -> dict[str, Any]:
    """Issue the order to the contractor (zone_change#9)."""
    row = ChangeOrder.objects.get(pk=deed.matter.pk)
    if row.work_started_on is None:
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
