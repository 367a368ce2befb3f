"""Holds of payments: why one waits, and whether contract or law allows it; without a basis it stops nothing."""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime import codes
from lianjing.runtime.org.queries import actor_with
from lianjing.runtime.payment.models import PaymentApplication, PaymentHold
from lianjing.runtime.payment.term import AUDIT_CLAUSE, INTERNAL_CLAUSE, Pause, basis_stands
from lianjing.runtime.process.scope import open_to_act
from lianjing.runtime.regulation.queries import clause_on
from lianjing.runtime.trail.act import Act, Actor, answered, legal_day, recorded, request_digest

HOLDERS = ("finance_reviewer", "project_lead", "internal_auditor", "finance_head")
BASES = ("contract", "statute")


def holds_of(application: PaymentApplication) -> QuerySet[PaymentHold]:
    """Return the holds of a payment, oldest first."""
    return (
        PaymentHold.objects.filter(payment_application=application)
        .select_related("person")
        .order_by("from_on", "pk")
    )


def pauses_of(application: PaymentApplication) -> list[Pause]:
    """Return what stops the clock: the holds with an allowed basis."""
    return [Pause(row.from_on, row.to_on) for row in holds_of(application) if row.is_allowed]


def standing_hold(application: PaymentApplication, day: date) -> PaymentHold | None:
    """Return the allowed hold under which a payment waits on the day."""
    rows = holds_of(application).filter(is_allowed=True, from_on__lte=day)
    return next((row for row in rows if row.to_on is None), None)


def require_not_held(application: PaymentApplication, day: date) -> None:
    """Refuse to move the money of a payment that waits under an allowed hold; one without a basis blocks nothing."""
    hold = standing_hold(application, day)
    if hold is not None:
        raise Refusal(
            Ground.RULE,
            "payment.held",
            _("支付因“%(reason)s”搁置中（依据：%(basis)s），解除后再办理")
            % {"reason": codes.label("hold_reason", hold.reason), "basis": hold.clause},
            "zone_funds#10",
        )


def place_hold(
    *,
    matter_id: int,
    person_id: int,
    reason: str,
    basis: str,
    quoted: str,
    explanation: str,
    now: datetime,
    key: str = "",
) -> PaymentHold:
    """Place a hold with its reason code; without an allowed basis it is recorded as such and stops no clock."""
    digest = request_digest(["hold", str(matter_id), reason, basis, quoted, explanation, str(person_id)])
    if answered(key, digest) is not None:
        return PaymentHold.objects.filter(payment_application_id=matter_id).latest("pk")
    day = legal_day(now)
    matter = open_to_act(person_id, matter_id, day)
    with recorded(
        "payment.hold",
        chain=f"matter:{matter.root_id or matter.pk}",
        actor=_actor(person_id, day),
        now=now,
        matter_id=matter_id,
        root_matter_id=matter.root_id,
        request_key=key,
        request_sha256=digest,
    ) as act:
        application = _live(matter_id)
        _check(reason, basis, quoted, explanation)
        if holds_of(application).filter(reason=reason, to_on=None).exists():
            raise Refusal(Ground.STALE, "hold.open", _("该原因的搁置尚未解除"), "zone_funds#10")
        is_allowed = _stands(application, reason, basis, quoted, day)
        act.clause = "zone_funds#10" if is_allowed else _forbids(reason)
        act.reason = explanation.strip()
        return act.save(
            PaymentHold(
                payment_application=application,
                reason=reason,
                clause=quoted.strip(),
                is_allowed=is_allowed,
                explanation=explanation.strip(),
                from_on=day,
                person_id=person_id,
            )
        )


def lift_hold(*, hold_id: int, person_id: int, text: str, now: datetime) -> PaymentHold:
    """Lift a hold, with what has been settled; the clock runs again from the next day."""
    day = legal_day(now)
    found = PaymentHold.objects.filter(pk=hold_id).first()
    if found is None:
        raise Refusal(Ground.SCOPE, "scope.hold", _("没有该搁置，或不在您的数据范围内"))
    matter = open_to_act(person_id, found.payment_application_id, day)
    with recorded(
        "payment.lift",
        chain=f"matter:{matter.root_id or matter.pk}",
        actor=_actor(person_id, day),
        now=now,
        matter_id=matter.pk,
        root_matter_id=matter.root_id,
        clause="zone_funds#10",
    ) as act:
        hold = PaymentHold.objects.get(pk=hold_id)
        if hold.to_on is not None:
            raise Refusal(Ground.STALE, "hold.lifted", _("该搁置已解除"), "zone_funds#10")
        if not text.strip():
            raise BadInput(_("请写明解除理由"), "text")
        act.reason = text.strip()
        hold.to_on = day
        return act.save(hold)


def end_holds(act: Act, application: PaymentApplication) -> None:
    """Close what is still open when the payment ends; part of an act."""
    for hold in holds_of(application).filter(to_on=None):
        hold.to_on = act.day
        act.save(hold)


def _actor(person_id: int, day: date) -> Actor:
    last: Refusal | None = None
    for post_key in HOLDERS:
        try:
            return actor_with(person_id, post_key, day)
        except Refusal as refusal:
            last = last or refusal
    assert last is not None
    raise last


def _live(matter_id: int) -> PaymentApplication:
    application = PaymentApplication.objects.select_related("contract", "matter").filter(pk=matter_id).first()
    if application is None or application.status in ("paid", "refused"):
        raise Refusal(Ground.STALE, "payment.decided", _("该支付申请已办结，不能搁置"), "zone_funds#10")
    return application


def _check(reason: str, basis: str, quoted: str, explanation: str) -> None:
    if reason not in codes.codes("hold_reason"):
        raise BadInput(_("请选择搁置原因"), "reason")
    if basis not in ("", *BASES):
        raise BadInput(_("请选择依据种类"), "basis")
    if basis and not quoted.strip():
        raise BadInput(_("请写明所依据的条款"), "quoted")
    if not explanation.strip():
        raise BadInput(_("请写明情况"), "explanation")


def _stands(application: PaymentApplication, reason: str, basis: str, quoted: str, day: date) -> bool:
    clause = clause_on(quoted.strip(), day) if basis == "statute" and "#" in quoted else None
    contract = application.contract
    return basis_stands(
        reason,
        basis=basis,
        quoted=quoted,
        has_audit_condition=contract is not None and contract.has_audit_condition,
        statute_kind=clause.regulation.kind if clause is not None else "",
    )


def _forbids(reason: str) -> str:
    return AUDIT_CLAUSE if reason == "audit" else INTERNAL_CLAUSE
