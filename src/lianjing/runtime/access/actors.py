"""Who acts on his own log-in or on that of others: the actor of an event, and the refusal of those without the post."""

from __future__ import annotations

from collections.abc import Set
from datetime import datetime

from django.utils.translation import gettext as _

from lianjing.kernel.refusal import Ground, Refusal
from lianjing.runtime.org.queries import actor_at, posts_held, roles_of, unbound
from lianjing.runtime.trail.act import Actor, legal_day

FIXED_POST = "zone_organisation#2"


def self_actor(person_id: int, now: datetime, kinds: Set[str] = frozenset()) -> Actor:
    """Return a person as actor at a post of today (one of these kinds first), without a post where he holds none."""
    day = legal_day(now)
    held = sorted(posts_held(person_id, day), key=lambda each: each.post.kind not in kinds)
    return actor_at(person_id, held[0].post.id, day) if held else unbound(person_id, "web")


def refuse_unless(person_id: int, now: datetime, kinds: Set[str]) -> None:
    """Refusal(POST) unless the person holds a post of these kinds today."""
    if not roles_of(person_id, legal_day(now)) & kinds:
        raise Refusal(Ground.POST, "access.post", _("须由相应管理员办理"), FIXED_POST)
