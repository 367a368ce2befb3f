"""Log-in by account number, log-out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from lianjing.runtime.access import oidc
from lianjing.runtime.access.logins import check_password
from lianjing.runtime.access.queries import factors_of
from lianjing.runtime.org.models import Appointment, LoginAccount
from lianjing.runtime.org.queries import in_being, on_day
from lianjing.web.access import PageRequest
from lianjing.web.challenges import may_use_passkeys
from lianjing.web.first_step import hold_first_step
from lianjing.web.session_keeping import enter, leave, origin_of

# Why a session that came with a request was ended, as the log-in page says it.
ENDED = {
    "idle": gettext_lazy("您已长时间未操作，请重新登录"),
    "too_long": gettext_lazy("已达到最长登录时间，请重新登录"),
    "agent_changed": gettext_lazy("登录终端发生变化，请重新登录；如非本人操作请立即修改密码"),
    "revoked": gettext_lazy("本次登录已被结束，请重新登录"),
    "own": gettext_lazy("本次登录已被结束，请重新登录"),
    "superseded": gettext_lazy("账号已在其他终端登录，本次登录已退出"),
    "credentials_changed": gettext_lazy("密码或认证因素已变更，请重新登录"),
    "clock": gettext_lazy("系统时间已调整，请重新登录"),
}


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
        attempt = check_password(
            number=form.cleaned_data["number"].strip(),
            password=form.cleaned_data["password"],
            origin=origin_of(request),
            now=asked.now,
        )
        if attempt.account is not None:
            return proceed(request, attempt.account, attempt.method, request.POST.get("next", ""))
        fault = attempt.fault
    return login_page(request, form, fault)


def login_page(request: HttpRequest, form: LoginForm | None = None, fault: str = "") -> HttpResponse:
    """Answer with the log-in page; 403 with the sentence of a failure, 422 where a field is empty."""
    asked = cast(PageRequest, request)
    form = form or LoginForm()
    single = oidc.configured()
    context = {
        "form": form,
        "fault": fault,
        "ended": ENDED.get(request.GET.get("ended", "")),
        "next": request.POST.get("next") or request.GET.get("next", ""),
        "single_sign_on": single,
        "may_passkey": may_use_passkeys(request),
    }
    if settings.LIANJING_DEMONSTRATION:
        context |= {"groups": _demonstrators(asked), "demo_password": settings.LIANJING_DEMO_PASSWORD}
    status = 403 if fault else 422 if form.errors else 200
    return render(request, "lianjing/login.html", context, status=status)


def proceed(request: HttpRequest, account: LoginAccount, method: str, place: str) -> HttpResponse:
    """Go on after a first step that passed: to the second factor where the account has one, else in."""
    if factors_of(account.person_id).exists():
        hold_first_step(request, account, method, place)
        return redirect("login_factor")
    enter(request, account, method=method)
    return HttpResponseRedirect(safe_place(request, place))


def safe_place(request: HttpRequest, place: str) -> str:
    """Return the address to go to after a log-in: one of ours, else the workbench."""
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
    leave(request)
    return redirect("login")
