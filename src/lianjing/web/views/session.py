"""Log-in by account number, log-out, change of the pass-phrase."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from django import forms
from django.conf import settings
from django.contrib import auth, messages
from django.contrib.auth.forms import SetPasswordForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from lianjing.runtime.org.models import Appointment, LoginAccount, LoginFailure
from lianjing.runtime.org.queries import in_being, on_day
from lianjing.web.access import PageRequest, is_gone, signed_in

MOST_FAILURES = 5
WAIT = timedelta(minutes=15)
KEPT = timedelta(days=1)


class LoginForm(forms.Form):
    """Number and pass-phrase."""

    number = forms.CharField(
        label=gettext_lazy("账号"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autofocus": True, "spellcheck": "false"}),
    )
    password = forms.CharField(
        label=gettext_lazy("密码"),
        max_length=256,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


@dataclass(frozen=True, slots=True)
class Demonstrator:
    """One log-in that the demonstration offers."""

    number: str
    name: str
    posts: tuple[str, ...]


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def login(request: HttpRequest) -> HttpResponse:
    """Show and take the log-in; one sentence for every failure, so that none tells which accounts exist."""
    asked = cast(PageRequest, request)
    if asked.person is not None and request.method == "GET":
        return redirect("workbench")
    form = LoginForm(request.POST if request.method == "POST" else None)
    fault = ""
    if request.method == "POST" and form.is_valid():
        fault = _log_in(asked, form.cleaned_data["number"].strip(), form.cleaned_data["password"])
        if not fault:
            return HttpResponseRedirect(_next_place(request))
    context = {"form": form, "fault": fault, "next": request.POST.get("next") or request.GET.get("next", "")}
    if settings.LIANJING_DEMONSTRATION:
        context |= {"groups": _demonstrators(asked), "demo_password": settings.LIANJING_DEMO_PASSWORD}
    return render(
        request, "lianjing/login.html", context, status=403 if fault else 422 if form.errors else 200
    )


def _log_in(request: PageRequest, number: str, password: str) -> str:
    """Log in and return "", or return the sentence of the refusal."""
    LoginFailure.objects.filter(failed_at__lt=request.now - KEPT).delete()
    if _is_waiting(number, request.now):
        return _("失败次数过多，请%(minutes)s分钟后再试") % {"minutes": int(WAIT.total_seconds() // 60)}
    account = auth.authenticate(request, number=number, password=password)
    if account is None or is_gone(account.person, request.today):
        LoginFailure.objects.create(number=number[:40], failed_at=request.now)
        return _("账号或密码不正确，或账号已停用")
    LoginFailure.objects.filter(number=number).delete()
    auth.login(request, account)
    return ""


def _is_waiting(number: str, now: datetime) -> bool:
    """True after five failures within fifteen minutes, until the oldest of them is that old."""
    return LoginFailure.objects.filter(number=number, failed_at__gt=now - WAIT).count() >= MOST_FAILURES


def _next_place(request: HttpRequest) -> str:
    place = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(place, {request.get_host()}, require_https=request.is_secure())
    return place if place and is_ours else reverse("workbench")


def _demonstrators(request: PageRequest) -> list[tuple[str, list[Demonstrator]]]:
    """Return who can log in as what, by unit, units in the order of their first number."""
    accounts = LoginAccount.objects.filter(is_active=True).select_related("person").order_by("number")
    numbers = {account.person_id: account for account in accounts}
    terms = Appointment.objects.filter(
        on_day(request.today), in_being(request.today, "post__"), person_id__in=numbers
    )
    groups: dict[str, dict[int, list[str]]] = {}
    for term in terms.select_related("post__unit", "person").order_by("person__login__number", "id"):
        groups.setdefault(term.post.unit.name, {}).setdefault(term.person_id, []).append(term.post.name)
    return [
        (
            unit,
            [
                Demonstrator(numbers[key].number, numbers[key].person.name, tuple(posts))
                for key, posts in persons.items()
            ],
        )
        for unit, persons in groups.items()
    ]


@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    """End the session."""
    auth.logout(request)
    return redirect("login")


@sensitive_post_parameters()
@signed_in(needs_post=False)
@require_http_methods(["GET", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """Change one's own pass-phrase; due at the first log-in."""
    account = cast(LoginAccount, request.user)
    form: Any = SetPasswordForm(account, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        account.must_change_password = False
        form.save()
        auth.update_session_auth_hash(request, account)
        messages.success(request, _("密码已修改"))
        return redirect("workbench")
    is_due = account.must_change_password
    return render(
        request,
        "lianjing/password.html",
        {"form": form, "is_due": is_due},
        status=422 if form.errors else 200,
    )
