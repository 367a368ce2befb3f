"""The worker's own word: a link that works once and lapses, and what he says through it (W12)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _

from lianjing.domains.injury.models import BenefitClaim, BenefitItem, ConfirmationLink, WorkerStatement
from lianjing.domains.injury.queries.ledger import due_to_worker, to_confirm
from lianjing.domains.injury.rules.entitlement import NOTHING
from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.matter.acting import act_on
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.matter.queries import chain_of
from lianjing.runtime.org.queries import actor_with
from lianjing.runtime.parameter.queries import figure
from lianjing.runtime.trail.act import Act, Actor, legal_day, recorded

ISSUERS = ("benefit_auditor", "injury_acceptor")
CLAUSE = "zone_injury#9"
CONFIRMED, CONTESTED = "confirmed", "contested"
SHORTEST_SECRET = 32  # signs of base64: 192 bits


def digest_of(secret: str) -> str:
    """Return what is kept of a link's secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def issue_link(
    *, claim_id: int, secret: str, person_id: int, now: datetime, key: str = "", channel: str = "web"
) -> ConfirmationLink:
    """Issue a link for the items of a claim that were paid out; an older one ends. `secret` is the caller's chance.

    Refusal(GATE) where nothing waits for the worker's word. Only the digest of the secret is kept.
    """
    if len(secret) < SHORTEST_SECRET:
        raise BadInput(_("链接口令过短"), "secret")
    day = legal_day(now)
    claim = BenefitClaim.objects.select_related("matter").get(pk=claim_id)
    actor = _issuer(person_id, claim.matter, day, channel)
    with act_on("injury.link", claim.matter, actor, now, key, [str(claim_id)]) as (act, done):
        if done:
            return ConfirmationLink.objects.filter(claim=claim).latest("id")
        if not to_confirm(claim):
            raise Refusal(Ground.GATE, "injury.nothing_paid", _("没有已支付待职工确认的待遇"), CLAUSE)
        for old in ConfirmationLink.objects.filter(claim=claim, used_at=None, ended_at=None):
            old.ended_at = now
            act.save(old)
        hours = int(figure("injury.confirm_link_hours", day))
        return act.save(
            ConfirmationLink(
                claim=claim,
                token_hash=digest_of(secret),
                issued_at=now,
                issued_by_person_id=person_id,
                expires_at=now + timedelta(hours=hours),
            )
        )


def _issuer(person_id: int, matter: Matter, day: object, channel: str) -> Actor:
    last: Refusal | None = None
    for post in ISSUERS:
        try:
            return actor_with(person_id, post, day, matter.unit_id, channel)  # type: ignore[arg-type]
        except Refusal as refusal:
            last = refusal
    assert last is not None
    raise last


def link_of(secret: str, now: datetime) -> ConfirmationLink:
    """Return the live link of a secret; Refusal(SCOPE) for an unknown, used, ended or lapsed one, all alike."""
    found = (
        ConfirmationLink.objects.select_related("claim__matter", "claim__injury__worker")
        .filter(token_hash=digest_of(secret), used_at=None, ended_at=None, expires_at__gt=now)
        .first()
    )
    if found is None:
        raise Refusal(
            Ground.SCOPE,
            "injury.link_lapsed",
            _("链接不存在、已使用或者已失效，请联系社保经办机构重新发送"),
            CLAUSE,
        )
    return found


def _worker(link: ConfirmationLink) -> Actor:
    return Actor(None, "worker", unit_id=link.claim.matter.unit_id, channel="link")


def note_look(*, secret: str, now: datetime) -> ConfirmationLink:
    """Record that somebody opened the link, and return it."""
    link = link_of(secret, now)
    with recorded(
        "injury.link_look",
        chain=chain_of(link.claim.matter),
        actor=_worker(link),
        now=now,
        matter_id=link.claim.matter.pk,
        root_matter_id=link.claim.matter.root_id,
    ) as act:
        act.extra["link"] = link.pk
    return link


def answer(
    *, secret: str, received: Mapping[int, Decimal], text: str, now: datetime
) -> list[WorkerStatement]:
    """Take the worker's word for each item: the whole is confirmed, less is contested; the link ends with it.

    BadInput where an item is left out or a sum is below zero; nothing is written then.
    """
    link = link_of(secret, now)
    with recorded(
        "injury.confirm",
        chain=chain_of(link.claim.matter),
        actor=_worker(link),
        now=now,
        matter_id=link.claim.matter.pk,
        root_matter_id=link.claim.matter.root_id,
    ) as act:
        link = link_of(
            secret, now
        )  # once more, inside of the act: of two answers at once the second is refused
        items = to_confirm(link.claim)
        if {row.pk for row in items} - set(received):
            raise BadInput(_("请逐项填写到手金额"), "received")
        if any(amount < NOTHING for amount in received.values()):
            raise BadInput(_("金额不能为负数"), "received")
        link.used_at = now
        act.save(link)
        return [state(act, row, received=received[row.pk], text=text, link=link) for row in items]


def state(
    act: Act,
    item: BenefitItem,
    *,
    received: Decimal,
    text: str,
    link: ConfirmationLink | None = None,
    home_check_id: int | None = None,
) -> WorkerStatement:
    """Write the worker's statement of an item and what follows of it; part of an act (link, or a visit by two)."""
    kind = CONFIRMED if received >= due_to_worker(item) else CONTESTED
    item.confirmed, item.confirmed_on, item.is_confirmed = received, act.day, kind == CONFIRMED
    act.save(item)
    return act.save(
        WorkerStatement(
            benefit_item=item,
            kind=kind,
            received=received,
            text=text.strip(),
            stated_at=act.now,
            link=link,
            home_check_id=home_check_id,
        )
    )
