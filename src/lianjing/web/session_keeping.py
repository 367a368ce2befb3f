"""The session of a request: opened at a log-in, kept or ended at each request, asked to be recent before sensitive acts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast
from urllib.parse import quote, urlsplit

from django.contrib import auth
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from lianjing.kernel.refusal import Ground, Refusal
from lianjing.runtime.access import sessions
from lianjing.runtime.access.logins import passed
from lianjing.runtime.access.models import SessionRecord
from lianjing.runtime.access.origin import Origin
from lianjing.runtime.access.policy import policy
from lianjing.runtime.access.queries import needs_factor
from lianjing.runtime.clock import now
from lianjing.runtime.org.models import LoginAccount
from lianjing.web.access import PageRequest

MARK = "access.session"  # the record's number, in the session
FACTOR_DUE = "access.factor_due"
BACKEND = "django.contrib.auth.backends.ModelBackend"
# What one may open who must enrol a factor first.
BELL = "message_bell"
OPEN_WHILE_DUE = frozenset(
    {
        "login",
        "logout",
        "set_language",
        "password",
        "me_factors",
        "me_totp_new",
        "me_passkey_options",
        "me_passkey_new",
        "me_recovery",
        "me_confirm",
    }
)


class NotRecent(Refusal):
    """A sensitive act by one who did not prove lately who he is."""

    def __init__(self) -> None:
        super().__init__(Ground.STALE, "login.not_recent", _("此操作须重新验证身份"))


class SessionRequest(PageRequest):
    """What `KeptSession` adds to a request."""

    session_record: SessionRecord | None
    session_ended: str  # why the session that came with the request was ended, "" where it was not


class KeptSession:
    """Ends a session that its limits, its browser or somebody has ended; notes those in use; stands before CurrentPerson."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        asked = cast(SessionRequest, request)
        asked.session_record, asked.session_ended = None, ""
        if SESSION_KEY in request.session:
            _keep(asked)
        return self.get_response(request)


class StepUp:
    """Leads to what a person must do first: enrol a factor, prove again who he is; stands after CurrentPerson."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, arguments: Any, keywords: Any
    ) -> HttpResponseBase | None:
        """Lead one who must have a second factor and has none to where he enrols it; a pass-phrase due comes first."""
        match = request.resolver_match
        if getattr(request.user, "must_change_password", False):
            return None
        if match is None or match.url_name in OPEN_WHILE_DUE or not request.session.get(FACTOR_DUE):
            return None
        if match.namespace:  # the API answers with a sentence, not with a page
            return HttpResponse(_("须先绑定第二因素"), status=403, content_type="text/plain; charset=utf-8")
        return HttpResponseRedirect(reverse("me_factors"))

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Ask again who it is, then lead back to the page."""
        return to_confirm(request) if isinstance(error, NotRecent) else None


def origin_of(request: HttpRequest) -> Origin:
    """Return where a request comes from, as the log keeps it."""
    return Origin.of(request.META.get("REMOTE_ADDR", ""), request.headers.get("User-Agent", ""))


def _keep(request: SessionRequest) -> None:
    moment, row = now(), _record(request)
    if row is None:
        request.session_ended = "revoked"
        auth.logout(request)
        return
    fault = sessions.fault_of(row, request.headers.get("User-Agent", ""), moment)
    if fault:
        sessions.end(row, fault, moment, origin_of(request))
        request.session_ended = fault
        auth.logout(request)
        return
    if request.path != reverse(BELL):  # the page asks by itself: that is no use of the session
        sessions.touch(row, moment)
    request.session_record = row


def _record(request: SessionRequest) -> SessionRecord | None:
    """Return the record of the session; a session that the server opened by itself gets one, a lost record ends it."""
    mark = request.session.get(MARK)
    digest = sessions.digest_of(request.session.session_key or "")
    if mark is not None:
        return SessionRecord.objects.filter(id=mark, key_digest=digest).first()
    if not isinstance(request.user, LoginAccount):
        return None
    row = SessionRecord.objects.filter(key_digest=digest).first() or sessions.open_session(
        session_key=request.session.session_key or "",
        person=request.user.person,
        number=request.user.number,
        origin=origin_of(request),
        method="earlier",
        now=now(),
    )
    request.session[MARK] = row.id
    return row


def enter(request: HttpRequest, account: LoginAccount, *, method: str, factor: str = "") -> None:
    """Open a fresh session for an account that proved itself; whatever session was there before ends."""
    asked = cast(SessionRequest, request)
    if asked.session_record is not None:
        sessions.end(asked.session_record, "logged_out", asked.now, origin_of(request))
    request.session.flush()  # a new key, whatever came before: nobody plants a session
    auth.login(request, account, BACKEND)
    passed(account=account, method=method, origin=origin_of(request), now=asked.now)
    row = sessions.open_session(
        session_key=request.session.session_key or "",
        person=account.person,
        number=account.number,
        origin=origin_of(request),
        method=method,
        factor=factor,
        now=asked.now,
    )
    request.session[MARK] = row.id
    longest = policy("session.absolute_minutes", asked.now)
    if longest:
        request.session.set_expiry(longest * 60)
    if not factor and needs_factor(account.person_id, asked.now):
        request.session[FACTOR_DUE] = True
    asked.session_record = row


def leave(request: HttpRequest) -> None:
    """End the session of the request."""
    asked = cast(SessionRequest, request)
    if asked.session_record is not None:
        sessions.end(asked.session_record, "logged_out", asked.now, origin_of(request))
    auth.logout(request)


def rotate(request: HttpRequest) -> None:
    """Give the running session a new key, after a change of what it rests on."""
    row = cast(SessionRequest, request).session_record
    request.session.cycle_key()
    if row is not None:
        row.key_digest = sessions.digest_of(request.session.session_key or "")
        row.save(update_fields=["key_digest"])


def confirm(request: HttpRequest, factor: str = "") -> None:
    """Note that the person has just proved again who he is; the session gets a new key."""
    asked = cast(SessionRequest, request)
    row = asked.session_record
    if row is None:
        return
    row.confirmed_at, row.factor = asked.now, factor or row.factor
    row.save(update_fields=["confirmed_at", "factor"])
    rotate(request)


def require_recent(request: HttpRequest, minutes: int | None = None) -> None:
    """Refuse (NotRecent) one who has not proved within so many minutes who he is; the policy's number by default.

    On a page the answer leads to the confirmation and back; the API answers 409.
    """
    asked = cast(SessionRequest, request)
    if not sessions.is_recent(getattr(asked, "session_record", None), asked.now, minutes):
        raise NotRecent


def to_confirm(request: HttpRequest) -> HttpResponse:
    """Lead to the confirmation, and after it to the page that was asked or that held the form."""
    back = request.get_full_path()
    if request.method != "GET":
        came = urlsplit(request.headers.get("Referer", ""))
        back = came.path if came.netloc == request.get_host() else reverse("me")
    place = f"{reverse('me_confirm')}?next={quote(back)}"
    if request.headers.get("HX-Request"):
        response = HttpResponse(status=401)
        response["HX-Redirect"] = place
        return response
    return HttpResponseRedirect(place)
