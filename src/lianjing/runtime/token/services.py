"""Writes of tokens: issue and revoke; each one act on the chain of the person whose token it is."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from datetime import date, datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime import codes
from lianjing.runtime.message.services import send
from lianjing.runtime.org.models import Person
from lianjing.runtime.org.queries import actor_at, posts_held, roles_of
from lianjing.runtime.token.models import ApiToken
from lianjing.runtime.trail.act import Actor, legal_day, recorded

PREFIX = "lj1_"
SECRET_BYTES = 32
SHOWN_SIGNS = 8
LONGEST_NAME = 60
MOST_TOKENS = 20
CLAUSE = "zone_organisation#2"
PERSONAL, SERVICE = "personal", "service"
# Rights over rights are no program's: what only three administrators may do is done by hand.
ISSUER = "system_admin"
# What a person confirms on its page before he does it: a program does it only by his own token, never by one that
# somebody else issued in his name.
CONFIRMED = frozenset({"rights", "personal", "confidence"})
# Whose posts nobody else gives a program: the three administrators watch one another, supervision watches all.
NOT_FOR_OTHERS = frozenset({"system_admin", "security_admin", "audit_admin", "supervisor"})


def digest_of(secret: str) -> str:
    """Return what is kept of a token; it has 256 random bits, so that a plain digest cannot be searched."""
    return hashlib.sha256(secret.encode()).hexdigest()


def issue(
    *,
    name: str,
    scopes: Collection[str],
    days: int,
    person_id: int,
    now: datetime,
    registers: Collection[str] = (),
    for_person_id: int | None = None,
) -> tuple[ApiToken, str]:
    """Issue a token and return it with its secret, which is shown once and kept nowhere.

    A personal token is one's own; a service token stands for a person named by the system administrator, whose scope
    and posts it has. BadInput for an empty name, an unknown scope or too long a life.
    """
    owner = for_person_id or person_id
    kind = SERVICE if owner != person_id else PERSONAL
    _check(name, scopes, days)
    secret = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
    with recorded(
        "token.issue", chain=f"person:{owner}", actor=_actor(person_id, now), now=now, role=""
    ) as act:
        if kind == SERVICE and ISSUER not in roles_of(person_id, act.day):
            raise Refusal(Ground.POST, "token.issuer", _("服务令牌只能由系统管理员签发"), CLAUSE)
        if kind == SERVICE:
            _refuse_for_other(owner, scopes, act.day)
        if not Person.objects.filter(id=owner, left_on__isnull=True).exists():
            raise BadInput(_("没有这个人，或其已离岗"), "person")
        live = ApiToken.objects.filter(person_id=owner, revoked_at__isnull=True, expires_at__gt=now)
        if live.count() >= MOST_TOKENS:
            raise BadInput(_("有效令牌已达%(count)s个，请先撤销不用的") % {"count": MOST_TOKENS}, "name")
        token = act.save(
            ApiToken(
                kind=kind,
                name=name.strip(),
                person_id=owner,
                digest=digest_of(secret),
                hint=secret[: len(PREFIX) + SHOWN_SIGNS],
                scopes=" ".join(sorted(set(scopes))),
                registers=" ".join(sorted(set(registers))),
                made_at=now,
                made_by_person_id=person_id,
                expires_at=now + timedelta(days=days),
            )
        )
        if kind == SERVICE:
            _tell(owner, person_id, now)
    return token, secret


def _refuse_for_other(owner: int, scopes: Collection[str], day: date) -> None:
    """A token in another's name never does what he must confirm himself, nor stands for who watches the issuer."""
    if set(scopes) & CONFIRMED or roles_of(owner, day) & NOT_FOR_OTHERS:
        raise Refusal(
            Ground.CONFLICT,
            "token.in_anothers_name",
            _("管理员和监督人员的令牌、须本人确认的范围，只能由本人签发"),
            CLAUSE,
        )


def _tell(owner: int, issuer: int, now: datetime) -> None:
    send(
        to_person_ids=[owner],
        kind="security",
        subject=_("系统管理员以您的名义签发了服务令牌，可在“访问令牌”中查看和撤销"),
        link="/me/tokens/",
        is_confidential=True,
        now=now,
        sender_person_id=issuer,
    )


def _check(name: str, scopes: Collection[str], days: int) -> None:
    if not name.strip() or len(name.strip()) > LONGEST_NAME:
        raise BadInput(_("请写明令牌名称，最长%(count)s个字") % {"count": LONGEST_NAME}, "name")
    if not scopes or not set(scopes) <= set(codes.codes("api_scope")):
        raise BadInput(_("请选择令牌范围"), "scopes")
    if not 1 <= days <= settings.LIANJING_TOKEN_DAYS:
        raise BadInput(_("有效期须为1至%(days)s天") % {"days": settings.LIANJING_TOKEN_DAYS}, "days")


def revoke(*, token_id: int, reason: str, person_id: int, now: datetime) -> ApiToken:
    """End a token at once; its owner may, and the system administrator."""
    token = ApiToken.objects.filter(pk=token_id).first()
    is_issuer = ISSUER in roles_of(person_id, legal_day(now))
    if token is None or (token.person_id != person_id and not is_issuer):
        raise Refusal(Ground.SCOPE, "scope.token", _("没有该令牌"))
    with recorded(
        "token.revoke",
        chain=f"person:{token.person_id}",
        actor=_actor(person_id, now),
        now=now,
        role="",
        reason=reason.strip(),
    ) as act:
        fresh = ApiToken.objects.get(pk=token_id)
        if fresh.revoked_at is not None:
            raise Refusal(Ground.STALE, "token.revoked", _("该令牌已撤销"))
        fresh.revoked_at, fresh.revoked_reason = now, reason.strip()
        return act.save(fresh)


def _actor(person_id: int, now: datetime) -> Actor:
    day = legal_day(now)
    held = posts_held(person_id, day)
    if not held:
        raise Refusal(Ground.POST, "post.none_today", _("您今日没有在任岗位"), CLAUSE)
    return actor_at(person_id, held[0].post.id, day)
