"""The way back in for one whom nobody inside can help: from the server's command line, and always an event."""

from __future__ import annotations

import secrets
from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput
from lianjing.runtime.access.locks import forget
from lianjing.runtime.access.log import note
from lianjing.runtime.access.models import FactorSecret, RecoveryCode
from lianjing.runtime.access.queries import factors_of
from lianjing.runtime.access.sessions import end_others
from lianjing.runtime.org.models import LoginAccount
from lianjing.runtime.trail.act import SYSTEM, recorded


def reset_login(*, number: str, reason: str, now: datetime) -> str:
    """Take away an account's factors, lock and sessions and return a one-time pass-phrase; one event of the system.

    For the system administrator who lost factor and recovery codes. BadInput for an unknown number or no reason.
    """
    account = LoginAccount.objects.select_related("person").filter(number=number).first()
    if account is None:
        raise BadInput(_("没有这个账号"), "number")
    if not reason.strip():
        raise BadInput(_("请写明理由"), "reason")
    password = secrets.token_urlsafe(12)
    with recorded(
        "login.rescue", chain=f"person:{account.person_id}", actor=SYSTEM, now=now, reason=reason.strip()
    ) as act:
        for factor in factors_of(account.person_id):
            factor.removed_at = now
            act.save(factor)
            FactorSecret.objects.filter(factor=factor).delete()
        RecoveryCode.objects.filter(person_id=account.person_id).delete()
        account.password = make_password(password)
        account.must_change_password, account.one_time_from = True, now
        account.save(update_fields=["password", "must_change_password", "one_time_from"])
        forget(number)
        end_others(account.person_id, None, "credentials_changed", now)
        note(number=number, person_id=account.person_id, now=now, outcome="notice", reason="password_reset")
    return password
