"""From a lane of the diagram to the one post whose step it is."""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from lianjing.kernel.process.graph import Task
from lianjing.kernel.refusal import Ground, Refusal
from lianjing.runtime.matter.models import Matter, MatterParty
from lianjing.runtime.org.models import Post
from lianjing.runtime.org.queries import in_being, unit_and_above

FIXED_POST = "zone_organisation#2"


def post_for(task: Task, element: str, matter: Matter, day: date, preferred: frozenset[int] = frozenset()) -> Post:
    """Return the post of a step; Refusal(POST) names the lane where there is none or more than one.

    `preferred` are the posts of the person who opens the matter: of several firms in the same role, the first
    step belongs to the one that opens it.
    """
    lane = task.lane
    if lane is None:
        raise Refusal(Ground.POST, "lane.none", _("环节“%(step)s”没有设岗位") % {"step": task.name}, FIXED_POST)
    posts = Post.objects.filter(in_being(day), key=lane.post).select_related("unit")
    match lane.scope:
        case "matter_unit":
            found = list(posts.filter(unit_id=matter.unit_id))
        case "nearest_ancestor":
            found = _nearest(posts, matter.unit_id)
        case "named_unit":
            found = list(posts.filter(unit__code=lane.unit))
        case "element":
            found = list(posts.filter(unit__code=element))
        case _:
            found = list(posts.filter(_of_party(matter, lane.role)))
    if len(found) > 1 and lane.scope == "party":
        found = [post for post in found if post.id in preferred] or found
    if len(found) != 1:
        raise Refusal(
            Ground.POST, "lane.none" if not found else "lane.several",
            _("环节“%(step)s”应由“%(lane)s”办理，但找到 %(count)s 个相应岗位")
            % {"step": task.name, "lane": lane.name, "count": len(found)},
            FIXED_POST,
        )
    return found[0]


def _nearest(posts: QuerySet[Post], unit_id: int) -> list[Post]:
    for above in unit_and_above(unit_id):
        found = list(posts.filter(unit_id=above))
        if found:
            return found
    return []


def _of_party(matter: Matter, role: str) -> Q:
    """The firm in this role at the matter itself, else at the nearest matter above it that names one."""
    place: Matter | None = matter
    while place is not None:
        codes = list(
            MatterParty.objects.filter(matter=place, role=role).exclude(enterprise__credit_code="")
            .values_list("enterprise__credit_code", flat=True)
        )
        if codes:
            return Q(unit__enterprise_no__in=codes)
        place = place.parent
    return Q(pk__in=[])
