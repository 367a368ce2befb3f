"""Who may add papers to a matter: the holder of one of its open steps, else its applicant."""

from __future__ import annotations

from datetime import date, datetime

from django.utils.translation import gettext as _

from lianjing.kernel.refusal import Ground, Refusal
from lianjing.runtime.documents.models import Document
from lianjing.runtime.documents.services import upload
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.org.queries import FIXED_POST, actor_at, posts_held
from lianjing.runtime.process.models import WorkItem
from lianjing.runtime.trail.act import Actor, legal_day


def uploader(matter: Matter, person_id: int, day: date, channel: str = "web") -> Actor:
    """Return the actor of an upload; Refusal(POST) for anyone else."""
    held = [each.post.id for each in posts_held(person_id, day)]
    item = (
        WorkItem.objects.filter(matter=matter, post_id__in=held, closed_at__isnull=True)
        .order_by("id")
        .first()
    )
    if item is not None:
        return actor_at(person_id, item.post_id, day, channel)
    if matter.applicant_person_id == person_id and held:
        return actor_at(person_id, held[0], day, channel)
    raise Refusal(Ground.POST, "document.not_yours", _("只有当前环节经办人或申请人可以上传材料"), FIXED_POST)


def hand_in(
    *,
    matter: Matter,
    person_id: int,
    now: datetime,
    kind: str,
    content: bytes,
    file_name: str,
    title: str = "",
    step_key: str = "",
    doc_no: str = "",
    issued_on: date | None = None,
    is_fictitious: bool = False,
    key: str = "",
    channel: str = "web",
) -> Document:
    """Add a paper to a matter as the person who may; one act."""
    actor = uploader(matter, person_id, legal_day(now), channel)
    return upload(
        matter_id=matter.pk,
        kind=kind,
        title=title,
        content=content,
        file_name=file_name,
        actor=actor,
        now=now,
        step_key=step_key,
        doc_no=doc_no,
        issued_on=issued_on,
        is_fictitious=is_fictitious,
        key=key,
    )
