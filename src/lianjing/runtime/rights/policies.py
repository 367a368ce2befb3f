"""Rules of log-in: the security administrator makes them stricter alone, weaker only with the system administrator."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.access.actors import refuse_unless, self_actor
from lianjing.runtime.access.models import AccessPolicy
from lianjing.runtime.access.policy import checked, rules, set_policy, value_at
from lianjing.runtime.rights.models import PolicyChange
from lianjing.runtime.trail.act import recorded

SYSTEM_ADMIN, SECURITY = "system_admin", "security_admin"
SEPARATE = "zone_organisation#10"
INSTALLATION = "installation:1"
# Where more is stricter; of every other count less is, and 0 (no limit) is the weakest.
MORE_IS_STRICTER = frozenset(
    {
        "password.minimum_length",
        "password.classes",
        "password.common_check",
        "password.history",
        "lock.window_minutes",
        "lock.minutes",
        "session.bound_to_agent",
        "login_record.months",
    }
)


def is_weaker(name: str, value: str, now: datetime) -> bool:
    """True where the value would ask less of those who log in than the one in force."""
    rule, present = rules()[name], value_at(name, now)
    if rule.kind == "list":
        return not set(present.split()) <= set(value.split())
    old, new = int(present), int(value)
    if name in MORE_IS_STRICTER or rule.kind == "switch":
        return new < old
    endless = 10**9
    return (new or endless) > (old or endless)


def change(
    *, name: str, value: str, source: str, reason: str, person_id: int, now: datetime
) -> AccessPolicy | PolicyChange:
    """Set a rule, or propose it where it would be weaker; by the security administrator."""
    value = checked(name, value)
    if not is_weaker(name, value, now):
        return set_policy(
            name=name, value=value, source=source, by_person_id=person_id, reason=reason, now=now
        )
    actor = self_actor(person_id, now, {SECURITY})
    with recorded("policy.propose", chain=INSTALLATION, actor=actor, now=now, reason=reason) as act:
        refuse_unless(person_id, now, {SECURITY})
        if not source.strip():
            raise BadInput(_("请写明依据"), "source")
        if not reason.strip():
            raise BadInput(_("请写明理由"), "reason")
        if PolicyChange.objects.filter(name=name, status="pending").exists():
            raise BadInput(_("该策略的变更正在等待同意"), "value")
        return act.save(
            PolicyChange(
                name=name,
                value=value,
                source=source.strip(),
                reason=reason.strip(),
                proposed_by_person_id=person_id,
                proposed_at=now,
                status="pending",
            )
        )


def decide(*, change_id: int, agrees: bool, person_id: int, now: datetime) -> PolicyChange:
    """Let a weaker rule come into force, or turn it down; by the system administrator."""
    row = PolicyChange.objects.get(id=change_id)
    actor = self_actor(person_id, now, {SYSTEM_ADMIN})
    with recorded("policy.decide", chain=INSTALLATION, actor=actor, now=now, role="approved") as act:
        row.read_again()
        refuse_unless(person_id, now, {SYSTEM_ADMIN})
        if row.status != "pending":
            raise Refusal(Ground.STALE, "rights.decided", _("该申请已办理"))
        if person_id == row.proposed_by_person_id:
            raise Refusal(Ground.CONFLICT, "rights.two_persons", _("提出人不能同意本人的提议"), SEPARATE)
        row.status = "granted" if agrees else "refused"
        row.decided_by_person_id, row.decided_at = person_id, now
        if agrees:
            act.save(
                AccessPolicy(
                    name=row.name,
                    value=checked(row.name, row.value),
                    from_at=now,
                    source=row.source,
                    set_by_person_id=row.proposed_by_person_id,
                )
            )
        return act.save(row)
