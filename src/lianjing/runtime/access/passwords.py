"""Pass-phrases: what the policy asks of one, setting one, giving a one-time one."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.access.actors import refuse_unless, self_actor
from lianjing.runtime.access.log import note
from lianjing.runtime.access.models import OldPassword
from lianjing.runtime.access.origin import Origin
from lianjing.runtime.access.policy import policy
from lianjing.runtime.access.sessions import end_others
from lianjing.runtime.clock import now as clock_now
from lianjing.runtime.org.models import LoginAccount
from lianjing.runtime.trail.act import recorded

LONGEST = 128
KEPT = 24  # the most that the policy can ask back
FIXED_POST = "zone_organisation#2"


class PolicyValidator:
    """Django's door to the policy, so that its own forms and commands ask the same."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ValidationError with every fault at once."""
        faults = faults_of(password, user if isinstance(user, LoginAccount) else None, clock_now())
        if faults:
            raise ValidationError(faults)

    def get_help_text(self) -> str:
        """Return what a good pass-phrase is."""
        return help_text(clock_now())


def help_text(now: datetime) -> str:
    """Return what the policy asks, in one sentence."""
    return _("至少%(length)s个字符，含大写、小写、数字、符号中的%(classes)s类") % {
        "length": policy("password.minimum_length", now),
        "classes": policy("password.classes", now),
    }


def faults_of(password: str, account: LoginAccount | None, now: datetime) -> list[str]:
    """Return what speaks against a pass-phrase for an account, empty where nothing does."""
    faults = []
    shortest = policy("password.minimum_length", now)
    if len(password) < shortest:
        faults.append(_("密码至少%(length)s个字符") % {"length": shortest})
    if len(password) > LONGEST:
        return [*faults, _("密码最长%(length)s个字符") % {"length": LONGEST}]
    if _classes(password) < policy("password.classes", now):
        faults.append(
            _("密码须含大写、小写、数字、符号中的%(classes)s类")
            % {"classes": policy("password.classes", now)}
        )
    if policy("password.common_check", now) and _is_common(password):
        faults.append(_("这个密码过于常见"))
    if account is not None:
        faults += _personal_faults(password, account, now)
    return faults


def _personal_faults(password: str, account: LoginAccount, now: datetime) -> list[str]:
    reading = account.person.pinyin.replace(" ", "").casefold()
    words = [account.number, account.person.name, *([reading] if len(reading) > 3 else [])]
    faults = []
    if any(word and word.casefold() in password.casefold() for word in words):
        faults.append(_("密码不能包含本人账号或姓名"))
    last = policy("password.history", now)
    old = OldPassword.objects.filter(account=account).order_by("-set_at", "-id")[:last]
    used = [row.digest for row in old] or [account.password]
    if last and any(check_password(password, digest) for digest in used):
        faults.append(_("不能使用最近%(count)s次用过的密码") % {"count": last})
    return faults


def _classes(password: str) -> int:
    tests = (str.isupper, str.islower, str.isdigit, lambda each: not each.isalnum())
    found = sum(any(test(each) for each in password) for test in tests)
    # A letter of a script without cases (a Chinese character) is a kind of its own.
    return found + any(each.isalpha() and not each.isupper() and not each.islower() for each in password)


def _is_common(password: str) -> bool:
    return password.lower().strip() in CommonPasswordValidator().passwords


def is_too_old(account: LoginAccount, now: datetime) -> bool:
    """True where the policy limits the age of pass-phrases and this one, as far as is known, is older."""
    days = policy("password.maximum_age_days", now)
    newest = OldPassword.objects.filter(account=account).order_by("-set_at", "-id").first()
    return bool(days) and newest is not None and newest.set_at < now - timedelta(days=days)


def change_password(
    *, account: LoginAccount, password: str, session_id: int | None, origin: Origin, now: datetime
) -> None:
    """Set one's own pass-phrase; one event, and every other session of the account ends. BadInput by the policy."""
    with recorded(
        "password.change",
        chain=f"person:{account.person_id}",
        actor=self_actor(account.person_id, now),
        now=now,
    ):
        if faults := faults_of(password, account, now):
            raise BadInput("；".join(faults), "new_password1")
        _put(account, password, now, must_change=False)
        end_others(account.person_id, session_id, "credentials_changed", now)
    note(
        number=account.number,
        person_id=account.person_id,
        now=now,
        outcome="notice",
        origin=origin,
        reason="password_changed",
    )


def reset_password(*, account_id: int, by_person_id: int, reason: str, now: datetime) -> str:
    """Give a one-time pass-phrase and return it, once; the system administrator's act, never for himself.

    It must be changed at the next log-in; every session of the account ends.
    """
    account = LoginAccount.objects.select_related("person").get(id=account_id)
    actor = self_actor(by_person_id, now, {"system_admin"})
    password = secrets.token_urlsafe(12)
    with recorded("password.reset", chain=f"person:{account.person_id}", actor=actor, now=now, reason=reason):
        refuse_unless(by_person_id, now, {"system_admin"})
        if account.person_id == by_person_id:
            raise Refusal(Ground.CONFLICT, "access.own", _("不能为本人重置，请在个人中心修改"), FIXED_POST)
        if not reason.strip():
            raise BadInput(_("请写明理由"), "reason")
        _put(account, password, now, must_change=True)
        end_others(account.person_id, None, "credentials_changed", now)
    note(
        number=account.number, person_id=account.person_id, now=now, outcome="notice", reason="password_reset"
    )
    return password


def _put(account: LoginAccount, password: str, now: datetime, *, must_change: bool) -> None:
    if account.has_usable_password() and not OldPassword.objects.filter(account=account).exists():
        OldPassword.objects.create(
            account=account, digest=account.password, set_at=now - timedelta(seconds=1)
        )
    account.password = make_password(password)
    account.must_change_password = must_change
    account.one_time_from = now if must_change else None
    account.save(update_fields=["password", "must_change_password", "one_time_from"])
    OldPassword.objects.create(account=account, digest=account.password, set_at=now)
    kept = (
        OldPassword.objects.filter(account=account)
        .order_by("-set_at", "-id")
        .values_list("id", flat=True)[:KEPT]
    )
    OldPassword.objects.filter(account=account).exclude(id__in=list(kept)).delete()
