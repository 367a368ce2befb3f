"""Who asks the REST interface: a token in the Authorization header, else the session of the pages; how often he may."""

from __future__ import annotations

from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.errors import HttpError
from ninja.security import HttpBearer, SessionAuth

from lianjing.kernel.refusal import Ground, Refusal
from lianjing.runtime.access.sessions import is_recent
from lianjing.runtime.org.queries import posts_held
from lianjing.runtime.personal.masking import veil
from lianjing.runtime.scope.reader import Reader
from lianjing.runtime.token.models import ApiToken
from lianjing.runtime.token.queries import note_use, token_of
from lianjing.runtime.token.rate import COUNTER, Standing

READING = ("GET", "HEAD", "OPTIONS")
# Scopes for what the pages do after a fresh proof of who it is.
CONFIRMED = frozenset({"rights", "personal"})


class TooMany(Exception):
    """A caller has used up what he may ask for in this minute."""

    def __init__(self, standing: Standing) -> None:
        self.standing = standing
        super().__init__("too many requests")


def spend(request: HttpRequest, bucket: str, limit: int) -> None:
    """Count a request against a limit; TooMany beyond it. The tightest standing is told in the answer."""
    asked = cast(Any, request)
    standing = COUNTER.take(bucket, limit, asked.now)
    if not standing.passes:
        raise TooMany(standing)
    told: Standing | None = getattr(asked, "rate_standing", None)
    if told is None or standing.left < told.left:
        asked.rate_standing = standing


def rate_headers(standing: Standing) -> dict[str, str]:
    """Return the headers that tell a caller how he stands."""
    return {
        "RateLimit-Limit": str(standing.limit),
        "RateLimit-Remaining": str(standing.left),
        "RateLimit-Reset": str(standing.reset_seconds),
    }


def _as_nobody(request: HttpRequest) -> None:
    spend(request, f"address:{request.META.get('REMOTE_ADDR', '')}", settings.LIANJING_RATE_ADDRESS)


class BearerToken(HttpBearer):
    """A token of this installation; a wrong one is refused at once, whatever session comes with it."""

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        """Return the person of a live token, with his posts of today on the request."""
        asked = cast(Any, request)
        found = token_of(token, asked.now)
        if found is None:
            _as_nobody(request)
            raise HttpError(401, _("令牌无效、已过期或已撤销"))
        spend(request, f"token:{found.pk}", settings.LIANJING_RATE_TOKEN)
        spend(request, f"person:{found.person_id}", settings.LIANJING_RATE_PERSON)
        _check_scope(found, request)
        note_use(found, asked.now)
        person = found.person
        is_gone = person.left_on is not None and asked.today > person.left_on
        asked.api_token, asked.person, request.user = found, person, cast(Any, person).login
        asked.held = [] if is_gone else posts_held(person.id, asked.today)
        asked.roles = frozenset(each.post.kind for each in asked.held)
        veil().reader = Reader(person.id, asked.now)
        return person


def _check_scope(token: ApiToken, request: HttpRequest) -> None:
    wanted = "read" if request.method in READING else "act"
    if wanted not in token.scopes.split():
        raise Refusal(Ground.POST, "token.scope", _("该令牌没有此项范围"), "zone_organisation#2")


def require_list(request: HttpRequest, name: str) -> None:
    """Refuse a token that is limited to other lists or tables."""
    token: ApiToken | None = getattr(request, "api_token", None)
    if token is not None and token.registers and name not in token.registers.split():
        raise Refusal(Ground.POST, "token.register", _("该令牌不含此台账"), "zone_organisation#2")


def require_named(request: HttpRequest, scope: str) -> None:
    """Refuse a token that was not given this scope by name; a session must have proved lately whose it is."""
    if not scope:
        return
    asked = cast(Any, request)
    token: ApiToken | None = getattr(asked, "api_token", None)
    if token is not None and scope not in token.scopes.split():
        raise Refusal(Ground.POST, "token.scope", _("该令牌没有此项范围"), "zone_organisation#2")
    if scope in CONFIRMED:
        require_fresh(request)


def require_fresh(request: HttpRequest) -> None:
    """Refuse a session that did not prove lately whose it is; a token was given its scope after such a proof."""
    asked = cast(Any, request)
    is_token = getattr(asked, "api_token", None) is not None
    if not is_token and not is_recent(getattr(asked, "session_record", None), asked.now):
        raise Refusal(Ground.STALE, "login.not_recent", _("此操作须重新验证身份"))


class SessionPerson(SessionAuth):
    """The session of the log-in, with CSRF as on the pages."""

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:
        """Return the person, None for a visitor."""
        person = getattr(request, "person", None)
        if person is None:
            _as_nobody(request)
            return None
        spend(request, f"person:{person.id}", settings.LIANJING_RATE_PERSON)
        return person
