"""Second factors of a person: enrolled and removed by acts of the trail, their secrets kept sealed beside it."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.access import totp
from lianjing.runtime.access.actors import self_actor
from lianjing.runtime.access.log import note
from lianjing.runtime.access.models import Factor, FactorSecret, RecoveryCode, UsedCode
from lianjing.runtime.access.origin import Origin
from lianjing.runtime.access.queries import factors_of
from lianjing.runtime.access.sealing import seal
from lianjing.runtime.access.sessions import end_others
from lianjing.runtime.org.models import LoginAccount
from lianjing.runtime.org.queries import roles_of
from lianjing.runtime.trail.act import legal_day, recorded

MOST = 10  # factors of one person
FIXED_POST = "zone_organisation#2"


def enrol(
    *,
    account: LoginAccount,
    kind: str,
    label: str,
    secret: bytes,
    origin: Origin,
    now: datetime,
    lookup: str | None = None,
    sign_count: int = 0,
) -> Factor:
    """Enrol a factor that has just proved itself; one event without the secret. BadInput for the eleventh."""
    with recorded(
        "factor.enrol",
        chain=f"person:{account.person_id}",
        actor=self_actor(account.person_id, now),
        now=now,
    ) as act:
        if factors_of(account.person_id).count() >= MOST:
            raise BadInput(_("最多绑定%(count)s个认证因素") % {"count": MOST}, "label")
        factor = act.save(
            Factor(person_id=account.person_id, kind=kind, label=label.strip()[:60], enrolled_at=now)
        )
        FactorSecret.objects.create(factor=factor, sealed=seal(secret), lookup=lookup, sign_count=sign_count)
    note(
        number=account.number,
        person_id=account.person_id,
        now=now,
        outcome="notice",
        origin=origin,
        reason=f"{kind}_added",
    )
    return factor


def enrol_totp(
    *, account: LoginAccount, secret: bytes, code: str, label: str, origin: Origin, now: datetime
) -> Factor:
    """Enrol an authenticator app after its first code; BadInput for a wrong one. That code logs nobody in later."""
    step = totp.matching_step(secret, code, now)
    if step is None:
        raise BadInput(_("动态码不正确；请核对手机时间后输入最新的6位数字"), "code")
    factor = enrol(account=account, kind="totp", label=label, secret=secret, origin=origin, now=now)
    UsedCode.objects.create(factor=factor, step=step)
    return factor


def remove(
    *,
    factor_id: int,
    by_person_id: int,
    reason: str,
    now: datetime,
    keep_session_id: int | None = None,
) -> Factor:
    """Remove a factor: one's own, or as system administrator that of one who lost it, with a reason; one event.

    The person's other sessions end; with the last factor his recovery codes go. Refusal(POST) for anyone else.
    """
    factor = Factor.objects.filter(id=factor_id, removed_at=None).first()
    if factor is None:
        raise BadInput(_("没有这个认证因素"), "factor")
    is_own = factor.person_id == by_person_id
    with recorded(
        "factor.remove",
        chain=f"person:{factor.person_id}",
        actor=self_actor(by_person_id, now, {"system_admin"}),
        now=now,
        reason=reason,
    ) as act:
        if not is_own and "system_admin" not in roles_of(by_person_id, legal_day(now)):
            raise Refusal(
                Ground.POST, "factor.not_yours", _("只有本人或系统管理员可以解除认证因素"), FIXED_POST
            )
        if not is_own and not reason.strip():
            raise BadInput(_("请写明理由"), "reason")
        factor.removed_at = now
        act.save(factor)
        FactorSecret.objects.filter(factor=factor).delete()
        if not factors_of(factor.person_id).exists():
            RecoveryCode.objects.filter(person_id=factor.person_id).delete()
        end_others(factor.person_id, keep_session_id if is_own else None, "credentials_changed", now)
    note(
        number=LoginAccount.objects.filter(person_id=factor.person_id)
        .values_list("number", flat=True)
        .first()
        or "",
        person_id=factor.person_id,
        now=now,
        outcome="notice",
        reason="factor_removed",
    )
    return factor
