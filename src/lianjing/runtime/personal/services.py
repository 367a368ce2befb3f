"""Unmasking: an act with its purpose and reason, for one person, one row and a short time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime import codes
from lianjing.runtime.org.queries import actor_at, posts_held
from lianjing.runtime.personal.masking import has_personal
from lianjing.runtime.personal.models import Unmasking
from lianjing.runtime.scope.access_log import UNMASK
from lianjing.runtime.scope.door import row_of, tables
from lianjing.runtime.scope.reader import OFFICIALS, Reader
from lianjing.runtime.trail.act import Actor, legal_day, recorded

CLAUSE = "zone_organisation#9"
SHORTEST_REASON = 4
# Which kinds of posts may unmask rows of a table; officials in whose scope the row is, where none is named.
MAY_UNMASK: Mapping[str, frozenset[str]] = {
    "objection": frozenset({"reviewer", "approver", "head", "supervisor", "operator"}),
    "bid_file": frozenset({"supervisor"}),
}


def may_unmask(table: str, reader: Reader) -> bool:
    """True where the kind of a post held today may unmask rows of the table; administrators and firms never."""
    return has_personal(table) and bool(reader.kinds & MAY_UNMASK.get(table, OFFICIALS))


def unmask(
    *, table: str, record_key: str, purpose: str, reason: str, person_id: int, now: datetime
) -> Unmasking:
    """Let the person read the personal columns of one row for a while.

    Refusal(SCOPE) for a row outside his scope, Refusal(POST) for a post that may not, BadInput without a purpose of
    the list or a reason.
    """
    reader = Reader(person_id, now)
    model = tables().get(table)
    if model is None or not has_personal(table):
        raise Refusal(Ground.SCOPE, "scope.table", _("没有这张表，或其中没有可查看的个人信息"))
    row = row_of(model, record_key, reader)
    if purpose not in codes.codes("unmask_purpose"):
        raise BadInput(_("请选择查看目的"), "purpose")
    if len(reason.strip()) < SHORTEST_REASON:
        raise BadInput(_("请写明查看理由"), "reason")
    with recorded(
        UNMASK,
        chain=f"person:{person_id}",
        actor=_actor(person_id, now),
        now=now,
        role="",
        reason=reason.strip(),
    ) as act:
        if not may_unmask(table, reader):
            raise Refusal(Ground.POST, "personal.unmask", _("您今日的岗位不能查看未脱敏的个人信息"), CLAUSE)
        return act.save(
            Unmasking(
                person_id=person_id,
                record_table=table,
                record_key=str(row.pk),
                purpose=purpose,
                reason=reason.strip(),
                from_at=now,
                to_at=now + timedelta(minutes=settings.LIANJING_UNMASK_MINUTES),
            )
        )


def _actor(person_id: int, now: datetime) -> Actor:
    day = legal_day(now)
    held = posts_held(person_id, day)
    if not held:
        raise Refusal(Ground.POST, "post.none_today", _("您今日没有在任岗位"), "zone_organisation#2")
    return actor_at(person_id, held[0].post.id, day)
