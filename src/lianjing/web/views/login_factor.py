"""The second step of a log-in: a one-time code, a recovery code or a passkey; and the log-in by passkey alone."""

from __future__ import annotations

from typing import cast

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from lianjing.runtime.access import passkeys, proofs
from lianjing.runtime.access.locks import count_failure, waiting_minutes
from lianjing.runtime.access.log import note
from lianjing.runtime.access.logins import failed, may_enter, wait_sentence
from lianjing.runtime.access.passkeys import NotProved
from lianjing.runtime.access.queries import factors_of
from lianjing.runtime.org.models import LoginAccount
from lianjing.web.access import PageRequest
from lianjing.web.begun import forget_soon, limited
from lianjing.web.challenges import answer_of, hold_challenge, may_use_passkeys, place_of, take_challenge
from lianjing.web.first_step import FirstStep, first_step
from lianjing.web.session_keeping import enter, origin_of
from lianjing.web.views.session import safe_place

LOGIN = "login"


class CodeForm(forms.Form):
    """A one-time code or a recovery code."""

    code = forms.CharField(
        label=gettext_lazy("动态码或恢复码"),
        max_length=40,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "autofocus": True,
                "spellcheck": "false",
                "inputmode": "text",
            }
        ),
    )


@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def login_factor(request: HttpRequest) -> HttpResponse:
    """Ask for the second factor of one who passed the first step."""
    step = first_step(request)
    if step is None:
        return redirect("login")
    form = CodeForm(request.POST if request.method == "POST" else None)
    fault = ""
    if request.method == "POST" and form.is_valid():
        fault, factor = _take(request, step, form.cleaned_data["code"])
        if not fault:
            enter(request, step.account, method=step.method, factor=factor)
            return HttpResponseRedirect(safe_place(request, step.place))
    kinds = set(factors_of(step.account.person_id).values_list("kind", flat=True))
    context = {
        "form": form,
        "fault": fault,
        "has_totp": "totp" in kinds,
        "has_passkey": "webauthn" in kinds and may_use_passkeys(request),
    }
    status = 403 if fault else 422 if form.errors else 200
    return render(request, "lianjing/login_factor.html", context, status=status)


def _take(request: HttpRequest, step: FirstStep, code: str) -> tuple[str, str]:
    """Return the sentence of a failure and "", or "" and the factor that was proved."""
    asked, origin = cast(PageRequest, request), origin_of(request)
    minutes = waiting_minutes(step.account.number, origin.ip, asked.now)
    if minutes:
        return wait_sentence(minutes), ""
    factor, reason = proofs.take_code(step.account.person_id, code, asked.now)
    if not factor:
        failed(step.account, origin, asked.now, method=step.method, reason=reason)
        return _("动态码或恢复码不正确，或已用过"), ""
    if factor == "recovery":
        note(
            number=step.account.number,
            person_id=step.account.person_id,
            now=asked.now,
            outcome="notice",
            origin=origin,
            method=step.method,
            reason="recovery_used",
        )
    return "", factor


@limited
@require_POST
def login_passkey_options(request: HttpRequest) -> HttpResponse:
    """Ask for a passkey: of the person whose first step waits, else of whoever answers."""
    step = first_step(request)
    options, state = passkeys.begin_proof(step.account.person_id if step else None, place_of(request))
    hold_challenge(request, state, LOGIN)
    if step is None:
        forget_soon(request)
    return JsonResponse(dict(options))


@require_POST
def login_passkey(request: HttpRequest) -> HttpResponse:
    """Take a passkey's answer: the second step, or both steps at once."""
    asked, step, origin = cast(PageRequest, request), first_step(request), origin_of(request)
    minutes = waiting_minutes(step.account.number if step else "", origin.ip, asked.now)
    if minutes:
        return JsonResponse({"message": wait_sentence(minutes)}, status=403)
    try:
        factor = passkeys.finish_proof(
            person_id=step.account.person_id if step else None,
            state=take_challenge(request, LOGIN),
            answer=answer_of(request),
            place=place_of(request),
            now=asked.now,
        )
        account = LoginAccount.objects.select_related("person").get(person_id=factor.person_id)
        if not may_enter(account, asked.now):
            raise NotProved("gone")
    except NotProved as fault:
        _note_failure(request, step, fault.reason)
        return JsonResponse({"message": _("通行密钥验证不通过")}, status=403)
    place = safe_place(request, step.place if step else request.GET.get("next", ""))
    enter(request, account, method=step.method if step else "passkey", factor="webauthn")
    return JsonResponse({"next": place})


def _note_failure(request: HttpRequest, step: FirstStep | None, reason: str) -> None:
    asked, origin = cast(PageRequest, request), origin_of(request)
    if step is not None:
        failed(step.account, origin, asked.now, method=step.method, reason=reason)
        return
    count_failure("", origin.ip, asked.now)
    note(
        number="",
        person_id=None,
        now=asked.now,
        outcome="failure",
        origin=origin,
        method="passkey",
        reason=reason,
    )
