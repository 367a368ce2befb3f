"""The reviews of a payment; red lines are checked before every step that moves money on.

How a dissent works: audit, internal and finance review conclude `pass` or `pass_with_cut`; who would refuse returns
the matter with his reason. A department of the joint review that disagrees is recorded as `refuse` and the chain
goes on to the rule and, where it is due, to the meeting; finance cannot conclude such a payment unless a meeting has
passed it, whatever its amount. Otherwise it can only be returned.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from lianjing.domains.works.queries.reviews import (
    body_of,
    collective_item,
    departments_asked,
    is_disputed,
    present_reviews,
    review_chain,
    review_labels,
    review_views,
)
from lianjing.domains.works.rules import money as rules
from lianjing.domains.works.rules.reviews import require_different, require_five
from lianjing.domains.works.services.basis import NO_VARIABLES, write_opinion
from lianjing.domains.works.services.budget_carry import carried
from lianjing.domains.works.services.change import JOINT_RESULT
from lianjing.domains.works.services.payment import NOTHING, application_of, guard, routing, standing_for
from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.meeting.models import AgendaItem
from lianjing.runtime.payment import services as payments
from lianjing.runtime.payment.models import PaymentApplication
from lianjing.runtime.payment.queries import invoiced, invoices_of, sum_of
from lianjing.runtime.process.deed import Deed
from lianjing.runtime.process.reviews import conclude

SEQ = {"audit": 1, "internal": 2, "joint": 3, "collective": 4, "finance": 5}


def audit(deed: Deed) -> dict[str, Any]:
    """Conclude the audit review with the audited sum, at most what was claimed (zone_funds#3)."""
    return review_with_sum(deed, "audit")


def internal(deed: Deed) -> dict[str, Any]:
    """Conclude the owner's own review, which may cut further but never raise (zone_funds#4)."""
    return review_with_sum(deed, "internal")


def review_with_sum(deed: Deed, kind: str) -> dict[str, Any]:
    """Conclude a review that may cut, never raise, the sum before it."""
    application = application_of(deed)
    require_reviewer(deed)
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
    return routing(deed, application)


def require_reviewer(deed: Deed) -> None:
    """The applicant and the reviewers of the five reviews differ; departments of one joint review are told apart by unit."""
    done = [row.person_id for row in present_reviews(deed.matter.pk)]
    require_different([deed.matter.applicant_person_id, *done], deed.person_id)


def joint(deed: Deed) -> dict[str, Any]:
    """Write one department's opinion and conclusion; see the module's first lines for a dissent (zone_funds#5)."""
    require_reviewer(deed)
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
    require_reviewer(deed)
    if is_disputed(deed.matter.pk):
        application.agenda_item = _settling_item(application)
        deed.act.save(application)
    require_budget(application)
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


def require_budget(application: PaymentApplication) -> None:
    """Refuse more than the budget line has left (zone_funds#7)."""
    line = application.budget_line
    if line is None:
        raise BadInput(_("请选择本项目的预算指标"), "budget_line")
    others = (
        PaymentApplication.objects.filter(budget_line=line)
        .exclude(pk=application.pk)
        .filter(status__in=("approved", "ordered", "paid"))
    )
    left = line.amount - carried(line) - sum((sum_of(row) for row in others), NOTHING)
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
    """Refuse while one of the reviews of its bundle has no recorded conclusion (zone_funds#2)."""
    require_five(
        review_views(application.pk),
        departments_asked(application.pk),
        review_labels(),
        has_decision=application.agenda_item_id is not None,
        needed=review_chain(application.pk),
    )
