"""From a lane of the diagram to the one post whose step it is."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from lianjing.kernel.process.graph import Task
from lianjing.kernel.refusal import Ground, Refusal
from lianjing.runtime.matter.models import Matter, MatterParty
from lianjing.runtime.org.directory import directory, is_in_force
from lianjing.runtime.org.models import Post
from lianjing.runtime.org.queries import unit_and_above

FIXED_POST = "zone_organisation#2"


def post_for(
    task: Task, element: str, matter: Matter, day: date, preferred: frozenset[int] = frozenset()
) -> Post:
    """Return the post of a step; Refusal(POST) names the lane where there is none or more than one.

    `preferred` are the posts of the person who opens the matter: of several firms in the same role, the first
    step belongs to the one that opens it.
    """
    lane = task.lane
    if lane is None:
        raise Refusal(
            Ground.POST, "lane.none", _("环节“%(step)s”没有设岗位") % {"step": task.name}, FIXED_POST
        )
    posts = [post for post in directory().posts_by_key.get(lane.post, []) if is_in_force(post, day)]
    match lane.scope:
        case "matter_unit":
            found = [post for post in posts if post.unit_id == matter.unit_id]
        case "nearest_ancestor":
            found = _nearest(posts, matter.unit_id)
        case "named_unit":
            found = [post for post in posts if post.unit.code == lane.unit]
        case "element":
            found = [post for post in posts if post.unit.code == element]
        case _:
            firms = _of_party(matter, lane.role)
            found = [post for post in posts if post.unit.enterprise_no in firms]
    if len(found) > 1 and lane.scope == "party":
        found = [post for post in found if post.id in preferred] or found
    if len(found) != 1:
        raise Refusal(
            Ground.POST,
            "lane.none" if not found else "lane.several",
            _("环节“%(step)s”应由“%(lane)s”办理，但找到 %(count)s 个相应岗位")
            % {"step": task.name, "lane": lane.name, "count": len(found)},
            FIXED_POST,
        )
    return found[0]


def _nearest(posts: list[Post], unit_id: int) -> list[Post]:
    for above in unit_and_above(unit_id):
        found = [post for post in posts if post.unit_id == above]
        if found:
            return found
    return []


def _of_party(matter: Matter, role: str) -> set[str]:
    """The firms in this role at the matter itself, else at the nearest matter above it that names one."""
    place: Matter | None = matter
    while place is not None:
        named = MatterParty.objects.filter(matter=place, role=role).values_list(
            "enterprise__credit_code", flat=True
        )
        codes = {code for code in named if code}
        if codes:
            return codes
        place = place.parent
    return set()
