"""The acts of a tender that no step of the diagram holds: each opens on the project's chain and knows who may do it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from lianjing.domains.works.models import CommitteeMember, Tender
from lianjing.kernel.refusal import Ground, Refusal
from lianjing.runtime.matter.models import Matter, Recusal
from lianjing.runtime.org.queries import actor_at, actor_with, posts_held, unbound
from lianjing.runtime.parties.models import Enterprise
from lianjing.runtime.parties.numbers import plain_code
from lianjing.runtime.process.models import WorkItem
from lianjing.runtime.process.step import root_of_matter
from lianjing.runtime.publicity.queries import pausing
from lianjing.runtime.trail.act import Act, Actor, recorded

# Names the use of the key; it must never change: the seals of all bids rest on it and on the installation's secret.
SEAL = "lianjing.works.bid_seal.1"
MARK = "lianjing.works.bid_mark.1"


@contextmanager
def on_tender(
    verb: str, matter_id: int, *, person_id: int, now: datetime, key: str = "", **details: Any
) -> Iterator[tuple[Act, Tender]]:
    """Open an act on a tender: the chain of its project is locked before anything is read."""
    root_id = root_of_matter(matter_id)
    with recorded(
        verb,
        chain=f"matter:{root_id}",
        actor=unbound(person_id, "web"),
        now=now,
        matter_id=matter_id,
        root_matter_id=root_id,
        request_key=key,
        **details,
    ) as act:
        tender = (
            Tender.objects.select_related("matter__root", "agency_enterprise", "project")
            .filter(pk=matter_id)
            .first()
        )
        if tender is None:
            raise Refusal(Ground.SCOPE, "scope.matter", _("没有该事项，或不在您的数据范围内"))
        yield act, tender


def agent_of(tender: Tender, person_id: int, act: Act) -> Actor:
    """Return the actor of the tender's own agency; Refusal(POST) for anyone else."""
    code = tender.agency_enterprise.credit_code if tender.agency_enterprise else ""
    for held in posts_held(person_id, act.day):
        if held.post.key == "tender_agent" and code and held.post.unit.enterprise_no == code:
            return actor_at(person_id, held.post.pk, act.day)
    raise Refusal(Ground.POST, "tender.not_agent", _("该办理须由本项目的招标代理进行"), "zone_organisation#2")


def official_of(tender: Tender, person_id: int, post_key: str, act: Act) -> Actor:
    """Return the actor at a post of the tendering unit."""
    return actor_with(person_id, post_key, act.day, unit_id=tender.matter.unit_id)


def bidder_code(person_id: int, act: Act) -> str:
    """Return the credit code of the firm whose bidding agent the person is, "" where he is none."""
    for held in posts_held(person_id, act.day):
        if held.post.key == "bidder_agent" and held.post.unit.enterprise_no:
            return held.post.unit.enterprise_no
    return ""


def member_of(tender: Tender, person_id: int, kind: str, act: Act, **besides: Any) -> CommitteeMember:
    """Return the person's seat in a committee and let the act stand at his post; Refusal for one who has none."""
    seat = CommitteeMember.objects.filter(
        tender=tender, kind=kind, person_id=person_id, replaced_at__isnull=True, **besides
    ).first()
    if seat is None:
        raise _not_seated(kind)
    held = posts_held(person_id, act.day)
    if not held:
        raise Refusal(
            Ground.POST, "post.none_today", _("您今日没有在任岗位，不能进入业务页面"), "zone_organisation#2"
        )
    act.actor = actor_at(person_id, held[0].post.pk, act.day)
    if is_recused(tender.matter, person_id):
        raise Refusal(Ground.CONFLICT, "recusal", _("您已在此事项中回避，不能办理"), CLAUSE_OF[kind])
    return seat


def _not_seated(kind: str) -> Refusal:
    match kind:
        case "evaluation":
            rule, text = "tender.not_evaluator", _("您不是本次评标委员会成员，不能评标")
        case "award":
            rule, text = "award.not_a_member", _("您不是本次定标委员会成员，不能投票")
        case _:
            rule, text = "tender.not_in_group", _("您不是推荐小组成员，不能评分")
    return Refusal(Ground.POST, rule, text, CLAUSE_OF[kind])


CLAUSE_OF = {"evaluation": "tendering_law#37", "award": "zone_award#4", "shortlist": "zone_shortlist#4"}


def is_recused(matter: Matter, person_id: int) -> bool:
    """Return whether a person is recused from a matter or its project."""
    return Recusal.objects.filter(
        matter_id__in=[matter.pk, matter.root_id or matter.pk], person_id=person_id, result="recused"
    ).exists()


def require_at(tender: Tender, *steps: str) -> None:
    """Refuse an act while the tender does not stand at one of these steps; Refusal(STALE)."""
    if not WorkItem.objects.filter(matter_id=tender.pk, step_key__in=steps, closed_at__isnull=True).exists():
        raise Refusal(Ground.STALE, "tender.other_step", _("招标不在可以办理此事的环节"))


def require_running(tender_id: int) -> None:
    """Refuse to go on while an objection pauses the tender; Refusal(RULE), regulation articles 22 and 54."""
    if pausing(tender_id) is not None:
        raise Refusal(
            Ground.RULE,
            "tender.paused",
            _("异议尚未答复，招标投标活动暂停"),
            "tendering_regulation#22",
        )


def bidder_seal(tender_id: int, credit_code: str) -> str:
    """Return the keyed digest under which a bidder stands until the opening: without the key nobody reads it."""
    return salted_hmac(SEAL, f"{tender_id}:{plain_code(credit_code)}", algorithm="sha256").hexdigest()


def person_seal(tender_id: int, person_id: int) -> str:
    """Return the keyed digest of who handed a bid in."""
    return salted_hmac(SEAL, f"{tender_id}:person:{person_id}", algorithm="sha256").hexdigest()


def sealed_actor(digest: str, channel: str = "web") -> Actor:
    """Return the actor of an act whose doer stays sealed: neither person nor post stands in the trail."""
    return Actor(None, f"sealed:{digest[:24]}", channel=channel)


def mark_of(text: object) -> str:
    """Return the keyed digest of a hardware number, an address or an id, "" for none: comparable, never readable."""
    plain = plain_code(str(text or ""))
    return salted_hmac(MARK, plain, algorithm="sha256").hexdigest() if plain else ""


def enterprise_refs(tender: Tender, bids: Any) -> list[str]:
    """Return the references of a tender's bidders, for ties."""
    return [f"enterprise:{bid.enterprise_id}" for bid in bids if bid.enterprise_id]


def agency_of(credit_code: str) -> Enterprise | None:
    """Return a registered firm by code."""
    return Enterprise.objects.filter(credit_code=plain_code(credit_code)).first()
