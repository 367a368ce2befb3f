"""个人中心: one's own profile, pass-phrase, sessions and log-ins."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lianjing.kernel.refusal import BadInput
from lianjing.runtime import codes
from lianjing.runtime.access import recovery, sessions
from lianjing.runtime.access.logins import check_password
from lianjing.runtime.access.models import LoginRecord
from lianjing.runtime.access.passwords import change_password, help_text
from lianjing.runtime.access.policy import policy
from lianjing.runtime.access.queries import factors_of, login_records, needs_factor, sessions_of
from lianjing.runtime.org.models import LoginAccount
from lianjing.web.access import PageRequest, signed_in
from lianjing.web.listing import Column, DateFilter, Filter
from lianjing.web.register import Register
from lianjing.web.session_keeping import SessionRequest, confirm, origin_of, require_recent

TONES = {"success": "good", "failure": "bad", "notice": "plain"}


class PasswordForm(forms.Form):
    """A new pass-phrase, twice; the present one unless it was given for one use only."""

    current = forms.CharField(
        label=gettext_lazy("当前密码"),
        max_length=256,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    new_password1 = forms.CharField(
        label=gettext_lazy("新密码"),
        max_length=256,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    new_password2 = forms.CharField(
        label=gettext_lazy("再次输入新密码"),
        max_length=256,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, data: Any, *, now: datetime, is_due: bool) -> None:
        super().__init__(data)
        self.fields["new_password1"].help_text = help_text(now)
        if is_due:
            del self.fields["current"]

    def clean(self) -> dict[str, Any]:
        """Refuse two that differ."""
        given = super().clean() or {}
        if given.get("new_password1") != given.get("new_password2"):
            self.add_error("new_password2", _("两次输入的密码不一致"))
        return given


@signed_in(needs_post=False)
@require_safe
def me(request: HttpRequest) -> HttpResponse:
    """Show who one is to the system: number, posts, factors, the last log-ins."""
    asked = cast(SessionRequest, request)
    records = login_records().filter(person_id=asked.who.id)
    context = {
        "account": request.user,
        "subject": asked.who,
        "held": asked.held,
        "factors": factors_of(asked.who.id),
        "needs_factor": needs_factor(asked.who.id, asked.now),
        "codes_left": recovery.left(asked.who.id),
        "session_count": sessions_of(asked.who.id).count(),
        "record": asked.session_record,
        "last": [(row, TONES[row.outcome]) for row in records[:5]],
    }
    return render(request, "lianjing/me.html", context)


@sensitive_post_parameters()
@signed_in(needs_post=False)
@require_http_methods(["GET", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """Change one's own pass-phrase; due at the first log-in and when it has grown too old."""
    asked, account = cast(SessionRequest, request), cast(LoginAccount, request.user)
    is_due = account.must_change_password
    if not is_due:
        require_recent(request)
    form = PasswordForm(request.POST if request.method == "POST" else None, now=asked.now, is_due=is_due)
    if request.method == "POST" and form.is_valid() and _changed(asked, account, form):
        messages.success(request, _("密码已修改，其他会话已退出"))
        return redirect("workbench" if is_due else "me")
    return render(
        request,
        "lianjing/password.html",
        {"form": form, "is_due": is_due},
        status=422 if form.errors else 200,
    )


def _changed(request: SessionRequest, account: LoginAccount, form: PasswordForm) -> bool:
    """Change the pass-phrase and give the session a new key; False with the fault at its field."""
    given, origin = form.cleaned_data, origin_of(request)
    if "current" in given:
        attempt = check_password(
            number=account.number, password=given["current"], origin=origin, now=request.now
        )
        if attempt.account is None:
            form.add_error("current", _("当前密码不正确"))
            return False
    kept = request.session_record.id if request.session_record else None
    try:
        change_password(
            account=account, password=given["new_password1"], session_id=kept, origin=origin, now=request.now
        )
    except BadInput as fault:
        form.add_error("new_password1", str(fault))
        return False
    # The session's own proof is of the old pass-phrase.
    request.session["_auth_user_hash"] = account.get_session_auth_hash()
    confirm(request)
    return True


@signed_in(needs_post=False)
@require_safe
def me_sessions(request: HttpRequest) -> HttpResponse:
    """List one's own sessions."""
    asked = cast(SessionRequest, request)
    context = {
        "sessions": sessions_of(asked.who.id),
        "current": asked.session_record,
        "idle": policy("session.idle_minutes", asked.now),
        "longest": policy("session.absolute_minutes", asked.now),
    }
    return render(request, "lianjing/me_sessions.html", context)


@signed_in(needs_post=False)
@require_POST
def me_session_end(request: HttpRequest, session_id: int) -> HttpResponse:
    """End one of one's own sessions; who took a session over cannot put its owner out."""
    require_recent(request)
    asked = cast(SessionRequest, request)
    if not sessions_of(asked.who.id).filter(id=session_id).exists():
        raise BadInput(_("没有这个会话"), "session")
    sessions.revoke(session_id, by_person_id=asked.who.id, reason="", now=asked.now)
    messages.success(request, _("会话已结束"))
    return redirect("me_sessions")


@signed_in(needs_post=False)
@require_POST
def me_sessions_end(request: HttpRequest) -> HttpResponse:
    """End all one's sessions but this."""
    require_recent(request)
    asked = cast(SessionRequest, request)
    here = asked.session_record.id if asked.session_record else 0
    others = list(sessions_of(asked.who.id).exclude(id=here).values_list("id", flat=True))
    for session_id in others:
        sessions.revoke(session_id, by_person_id=asked.who.id, reason="", now=asked.now)
    messages.success(request, _("已结束%(count)s个其他会话") % {"count": len(others)})
    return redirect("me_sessions")


@signed_in(needs_post=False)
@require_safe
def me_logins(request: PageRequest) -> HttpResponse:
    """List one's own log-ins, failures and changes of pass-phrase and factors."""
    listing = Register(
        request,
        login_records().filter(person_id=request.who.id),
        login_columns(),
        ("ip", "agent"),
        [
            Filter("outcome", _("结果"), codes.choices("login_outcome"), "outcome"),
            Filter("method", _("登录方式"), codes.choices("login_method"), "method"),
        ],
        [
            DateFilter("from", _("日期起"), "happened_at__date__gte"),
            DateFilter("to", _("日期止"), "happened_at__date__lte"),
        ],
        empty_text=_("没有登录记录"),
    )
    if listing.wants_excel:
        return listing.excel(_("我的登录记录"))
    return render(request, "lianjing/me_logins.html", {"listing": listing})


def login_columns() -> list[Column]:
    """Return the columns of the log-in log that everyone may see of himself."""
    return [
        Column("at", _("时间"), lambda row: row.happened_at, "happened_at", kind="time"),
        Column(
            "outcome",
            _("结果"),
            lambda row: codes.label("login_outcome", row.outcome),
            "outcome",
            kind="status",
            tone=lambda row: TONES.get(row.outcome, "plain"),
        ),
        Column("reason", _("说明"), _reason, "reason"),
        Column("method", _("登录方式"), lambda row: codes.label("login_method", row.method), "method"),
        Column("ip", _("地址"), lambda row: row.ip, "ip"),
        Column("agent", _("终端"), lambda row: row.agent, is_hidden=True),
    ]


def _reason(row: LoginRecord) -> str:
    return codes.label("login_reason", row.reason)
