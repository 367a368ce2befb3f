"""At which of his posts a person acts in a matter where no step of a process names the post."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.utils.translation import gettext as _

from lianjing.kernel.refusal import Ground, Refusal
from lianjing.runtime.org.models import Post
from lianjing.runtime.org.queries import actor_at, posts_held, unit_and_above
from lianjing.runtime.trail.act import Actor

BUSINESS = ("operator", "reviewer", "approver", "head")
WATCHING = (*BUSINESS, "supervisor")
ANYBODY = (*WATCHING, "external")
FIXED_POST = "zone_organisation#2"


def actor_near(
    person_id: int,
    day: date,
    *,
    unit_id: int | None = None,
    kinds: Collection[str] = BUSINESS,
    own_only: bool = False,
) -> Actor:
    """Return the person at his post of one of these kinds that is nearest to the unit.

    Refusal(POST) where he holds none today. `own_only` leaves lent posts out: some acts are not delegated.
    """
    posts = [
        held.post
        for held in posts_held(person_id, day)
        if held.post.kind in kinds and not (own_only and held.on_behalf_of_id is not None)
    ]
    if not posts:
        raise Refusal(Ground.POST, "post.none_fitting", _("您今日没有可办理该事项的岗位"), FIXED_POST)
    return actor_at(person_id, _nearest(posts, unit_id).pk, day)


def _nearest(posts: list[Post], unit_id: int | None) -> Post:
    near = unit_and_above(unit_id) if unit_id else []
    return min(posts, key=lambda post: near.index(post.unit_id) if post.unit_id in near else len(near))
