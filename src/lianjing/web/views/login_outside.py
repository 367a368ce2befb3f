"""Log-in by the identity service of the office: there and back; only accounts that the administrator linked."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import cast

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lianjing.runtime.access import oidc
from lianjing.runtime.access.configuration import Unreachable
from lianjing.runtime.access.locks import count_failure, waiting_minutes
from lianjing.runtime.access.log import note
from lianjing.runtime.access.logins import may_enter, wait_sentence
from lianjing.web.access import PageRequest
from lianjing.web.begun import forget_soon, limited
from lianjing.web.session_keeping import origin_of
from lianjing.web.views.session import login_page, proceed

ASKED = "access.oidc"
LONGEST = timedelta(minutes=10)
log = logging.getLogger("lianjing.identity")


@limited
@require_safe
def login_oidc(request: HttpRequest) -> HttpResponse:
    """Send the browser to the identity service."""
    service = oidc.configured()
    if service is None:
        raise Http404
    back = request.build_absolute_uri(reverse("login_oidc_callback"))
    try:
        place, asked = oidc.begin(service, back)
    except Unreachable as error:
        log.warning("identity service: %s", error)
        return login_page(request, fault=_fault(request, "unreachable", is_counted=False))
    request.session[ASKED] = asked.kept() | {
        "at": cast(PageRequest, request).now.isoformat(),
        "place": request.GET.get("next", "")[:2000],
    }
    forget_soon(request)
    return HttpResponseRedirect(place)


@require_safe
def login_oidc_callback(request: HttpRequest) -> HttpResponse:
    """Take the answer of the identity service, once."""
    service, now = oidc.configured(), cast(PageRequest, request).now
    if service is None:
        raise Http404
    held = request.session.pop(ASKED, None)
    minutes = waiting_minutes("", origin_of(request).ip, now)
    if minutes:
        return login_page(request, fault=wait_sentence(minutes))
    if held is None or not timedelta() <= now - datetime.fromisoformat(held["at"]) <= LONGEST:
        return login_page(request, fault=_fault(request, "expired"))
    asked = oidc.Asked(*(held[name] for name in ("state", "nonce", "verifier", "redirect_uri")))
    try:
        subject = oidc.finish(service, asked, request.GET.dict(), now)
    except Unreachable as error:
        log.warning("identity service: %s", error)
        return login_page(request, fault=_fault(request, "unreachable", is_counted=False))
    except oidc.NotProved as error:
        log.warning("identity not proved: %s", error)
        return login_page(request, fault=_fault(request, "not_proved"))
    account = oidc.account_of(service, subject)
    if account is None or not may_enter(account, now):
        return login_page(request, fault=_fault(request, "not_linked" if account is None else "gone"))
    return proceed(request, account, "oidc", held["place"])


def _fault(request: HttpRequest, reason: str, *, is_counted: bool = True) -> str:
    """Note a failure and return its sentence."""
    origin, now = origin_of(request), cast(PageRequest, request).now
    if is_counted:
        count_failure("", origin.ip, now)
    note(
        number="",
        person_id=None,
        now=now,
        outcome="failure",
        origin=origin,
        method="oidc",
        reason=reason,
    )
    if reason == "unreachable":
        return _("统一身份认证服务暂不可用，请稍后再试或用账号密码登录")
    if reason == "expired":
        return _("登录步骤已超时，请重新开始")
    return _("统一身份认证未通过，或该身份未在本系统登记")
