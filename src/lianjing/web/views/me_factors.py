"""个人中心 · 认证因素: authenticator apps, passkeys and recovery codes of one's own; and proving again who one is."""

from __future__ import annotations

from typing import Any, cast

import segno
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lianjing.kernel.refusal import BadInput
from lianjing.runtime.access import factors, passkeys, proofs, recovery, totp
from lianjing.runtime.access.logins import failed
from lianjing.runtime.access.passkeys import NotProved
from lianjing.runtime.access.queries import factors_of, needs_factor
from lianjing.runtime.access.sealing import CannotOpen, open_sealed, seal
from lianjing.runtime.org.models import LoginAccount
from lianjing.web.access import signed_in
from lianjing.web.challenges import answer_of, hold_challenge, may_use_passkeys, place_of, take_challenge
from lianjing.web.session_keeping import (
    FACTOR_DUE,
    SessionRequest,
    confirm,
    origin_of,
    require_recent,
)
from lianjing.web.views.session import safe_place

SECRET = "access.totp_secret"
ENROL, CONFIRM = "enrol", "confirm"


class TotpForm(forms.Form):
    """The first code of an authenticator app."""

    label = forms.CharField(
        label=gettext_lazy("名称"), max_length=60, required=False, help_text=gettext_lazy("例如：工作手机")
    )
    code = forms.CharField(
        label=gettext_lazy("动态码"),
        max_length=10,
        help_text=gettext_lazy("手机应用显示的6位数字"),
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


class ConfirmForm(forms.Form):
    """What proves again who one is: a pass-phrase, or a code where one has a second factor."""

    password = forms.CharField(
        label=gettext_lazy("密码"),
        max_length=256,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "autofocus": True}),
    )
    code = forms.CharField(
        label=gettext_lazy("动态码或恢复码"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "autofocus": True}),
    )

    def __init__(self, data: Any, *, by_password: bool) -> None:
        super().__init__(data)
        del self.fields["code" if by_password else "password"]


@signed_in(needs_post=False)
@require_safe
def me_factors(request: HttpRequest) -> HttpResponse:
    """Show one's own factors and how to enrol another."""
    asked = cast(SessionRequest, request)
    mine = list(factors_of(asked.who.id).select_related("secret"))
    context = {
        "factors": mine,
        "codes_left": recovery.left(asked.who.id),
        "is_due": bool(request.session.get(FACTOR_DUE)),
        "is_needed": needs_factor(asked.who.id, asked.now),
        "may_passkey": may_use_passkeys(request),
    }
    return render(request, "lianjing/me_factors.html", context)


@sensitive_post_parameters("code")
@signed_in(needs_post=False)
@require_http_methods(["GET", "POST"])
def me_totp_new(request: HttpRequest) -> HttpResponse:
    """Enrol an authenticator app: its QR code, then its first code."""
    require_recent(request)
    asked, account = cast(SessionRequest, request), cast(LoginAccount, request.user)
    secret = _secret(request)
    form = TotpForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            factors.enrol_totp(
                account=account,
                secret=secret,
                code=form.cleaned_data["code"],
                label=form.cleaned_data["label"],
                origin=origin_of(request),
                now=asked.now,
            )
        except BadInput as fault:
            form.add_error(fault.field or None, str(fault))
        else:
            del request.session[SECRET]
            _enrolled(request, "totp")
            messages.success(request, _("已绑定动态口令"))
            return redirect("me_factors")
    picture = segno.make(totp.address(secret, account.number), error="m")
    context = {
        "form": form,
        # The library draws it from our own text: no character of a person's reaches the mark-up.
        "picture": mark_safe(picture.svg_inline(omitsize=True, light="#fff", dark="#000", border=4)),
        "secret": totp.base32(secret),
    }
    return render(request, "lianjing/me_totp_new.html", context, status=422 if form.errors else 200)


def _secret(request: HttpRequest) -> bytes:
    """Return the secret in the making, sealed in the session until its first code."""
    held = request.session.get(SECRET)
    if held is not None:
        try:
            return open_sealed(held)
        except CannotOpen:
            pass  # made under a former installation secret: begin anew
    secret = totp.new_secret()
    request.session[SECRET] = seal(secret)
    return secret


def _enrolled(request: HttpRequest, kind: str) -> None:
    """A session that enrolled a factor has proved it: nothing is due, the key is new."""
    request.session.pop(FACTOR_DUE, None)
    confirm(request, factor=kind)


@signed_in(needs_post=False)
@require_POST
def me_passkey_options(request: HttpRequest) -> HttpResponse:
    """Ask the browser for a new key (`use` enrol) or for a proof of one (`use` confirm)."""
    asked, account = cast(SessionRequest, request), cast(LoginAccount, request.user)
    if request.GET.get("use") == CONFIRM:
        options, state = passkeys.begin_proof(asked.who.id, place_of(request))
        hold_challenge(request, state, CONFIRM)
        return JsonResponse(dict(options))
    require_recent(request)
    options, state = passkeys.begin_enrolment(account, place_of(request))
    hold_challenge(request, state, ENROL)
    return JsonResponse(dict(options))


@signed_in(needs_post=False)
@require_POST
def me_passkey_new(request: HttpRequest) -> HttpResponse:
    """Enrol the key that the browser made."""
    require_recent(request)
    asked, account = cast(SessionRequest, request), cast(LoginAccount, request.user)
    try:
        answer = answer_of(request)
        label = str(answer.pop("label", ""))[:60]
        passkeys.finish_enrolment(
            account=account,
            state=take_challenge(request, ENROL),
            answer=answer,
            label=label,
            place=place_of(request),
            origin=origin_of(request),
            now=asked.now,
        )
    except NotProved:
        return JsonResponse({"message": _("通行密钥未能绑定，请重试")}, status=422)
    except BadInput as fault:
        return JsonResponse({"message": str(fault)}, status=422)
    _enrolled(request, "webauthn")
    messages.success(request, _("已绑定通行密钥"))
    return JsonResponse({"next": reverse("me_factors")})


@signed_in(needs_post=False)
@require_POST
def me_recovery(request: HttpRequest) -> HttpResponse:
    """Make recovery codes and show them, once."""
    require_recent(request)
    asked, account = cast(SessionRequest, request), cast(LoginAccount, request.user)
    if not factors_of(asked.who.id).exists():
        raise BadInput(_("请先绑定动态口令或通行密钥"), "factor")
    made = recovery.make(account=account, origin=origin_of(request), now=asked.now)
    return render(request, "lianjing/me_recovery.html", {"codes": made})


@signed_in(needs_post=False)
@require_POST
def me_factor_remove(request: HttpRequest, factor_id: int) -> HttpResponse:
    """Remove one of one's own factors."""
    require_recent(request)
    asked = cast(SessionRequest, request)
    if not factors_of(asked.who.id).filter(id=factor_id).exists():
        raise BadInput(_("没有这个认证因素"), "factor")
    factors.remove(
        factor_id=factor_id,
        by_person_id=asked.who.id,
        reason="",
        now=asked.now,
        keep_session_id=asked.session_record.id if asked.session_record else None,
    )
    if needs_factor(asked.who.id, asked.now) and not factors_of(asked.who.id).exists():
        request.session[FACTOR_DUE] = True
    confirm(request)
    messages.success(request, _("已解除认证因素"))
    return redirect("me_factors")


@sensitive_post_parameters("password", "code")
@signed_in(needs_post=False)
@require_http_methods(["GET", "POST"])
def me_confirm(request: HttpRequest) -> HttpResponse:
    """Prove again who one is, then go back to the page that asked for it."""
    asked, account = cast(SessionRequest, request), cast(LoginAccount, request.user)
    place = safe_place(request, request.POST.get("next") or request.GET.get("next", ""))
    if request.content_type == "application/json":
        return _confirm_by_passkey(asked, account, place)
    kinds = proofs.asks_for(account)
    form = ConfirmForm(request.POST if request.method == "POST" else None, by_password="password" in kinds)
    if request.method == "POST" and form.is_valid():
        given, origin = form.cleaned_data, origin_of(request)
        fault = (
            proofs.confirm_by_password(account, given["password"], origin, asked.now)
            if "password" in given
            else proofs.confirm_by_code(account, given["code"], origin, asked.now)
        )
        if not fault:
            confirm(request)
            return HttpResponseRedirect(place)
        form.add_error(None, fault)
    context = {
        "form": form,
        "next": place,
        "has_passkey": "webauthn" in kinds and may_use_passkeys(request),
    }
    return render(request, "lianjing/me_confirm.html", context, status=422 if form.errors else 200)


def _confirm_by_passkey(request: SessionRequest, account: LoginAccount, place: str) -> HttpResponse:
    try:
        passkeys.finish_proof(
            person_id=account.person_id,
            state=take_challenge(request, CONFIRM),
            answer=answer_of(request),
            place=place_of(request),
            now=request.now,
        )
    except NotProved as fault:
        failed(account, origin_of(request), request.now, method="", reason=fault.reason)
        return JsonResponse({"message": _("通行密钥验证不通过")}, status=403)
    proofs.note_confirmed(account, origin_of(request), request.now)
    confirm(request, factor="webauthn")
    return JsonResponse({"next": place})
