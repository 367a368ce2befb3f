"""Reads of tokens: whose a secret is, which a person may see, when each was used."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db.models import QuerySet

from lianjing.runtime.org.queries import roles_of
from lianjing.runtime.token.models import ApiToken, TokenUse
from lianjing.runtime.token.services import ISSUER, PREFIX, digest_of

LONGEST_SECRET = 200
NOTED_EVERY = timedelta(minutes=5)
WATCHERS = frozenset({ISSUER, "audit_admin"})


def token_of(secret: str, now: datetime) -> ApiToken | None:
    """Return the live token of a secret; None for an unknown, ended or revoked one, or of someone who has left."""
    if not secret.startswith(PREFIX) or len(secret) > LONGEST_SECRET:
        return None
    token = ApiToken.objects.select_related("person__login").filter(digest=digest_of(secret)).first()
    if token is None or token.revoked_at is not None or token.expires_at <= now:
        return None
    account = getattr(token.person, "login", None)
    return token if account is not None and account.is_active else None


def note_use(token: ApiToken, now: datetime) -> None:
    """Note that a token was used, at most every five minutes: reading must not become writing."""
    use = TokenUse.objects.filter(token=token).first()
    if use is None or now - use.used_at >= NOTED_EVERY:
        TokenUse.objects.update_or_create(token=token, defaults={"used_at": now})


def visible(person_id: int, day: date) -> QuerySet[ApiToken]:
    """Return one's own tokens; all of them for who issues and who audits."""
    rows = ApiToken.objects.select_related("person", "made_by_person", "use").order_by("-made_at", "-id")
    return rows if roles_of(person_id, day) & WATCHERS else rows.filter(person_id=person_id)
