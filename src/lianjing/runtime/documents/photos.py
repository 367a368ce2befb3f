"""Photographs with time, place and role: handed in together in one act, or described at a step; never used twice."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime import codes
from lianjing.runtime.documents.formats import format_of
from lianjing.runtime.documents.models import Document, Photo
from lianjing.runtime.documents.services import add
from lianjing.runtime.documents.storage import keep
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.matter.queries import chain_of
from lianjing.runtime.trail.act import Act, Actor, answered, recorded, request_digest
from lianjing.runtime.trail.models import ActRow

CLAUSE = "zone_site#3"
DEAD = ("withdrawn", "terminated")


@dataclass(frozen=True, slots=True)
class NewPhoto:
    """A photograph as it comes from the site; latitude and longitude in degrees."""

    content: bytes
    file_name: str
    title: str
    role: str
    taken_at: datetime
    latitude: Decimal
    longitude: Decimal


def hand_in(
    *,
    matter_id: int,
    photos: Sequence[NewPhoto],
    actor: Actor,
    now: datetime,
    subject: str = "",
    step_key: str = "",
    is_fictitious: bool = False,
    key: str = "",
) -> list[Photo]:
    """Keep several photographs of a matter as one act; the caller has resolved who may.

    Refusal where one of them already proves something else in the same project (zone_site#3).
    """
    if not photos:
        raise BadInput(_("请选择照片"), "photos")
    digests = [hashlib.sha256(each.content).hexdigest() for each in photos]
    request = request_digest([str(matter_id), *digests, str(actor.person_id)])
    done = answered(key, request)
    if done is not None:
        rows = ActRow.objects.filter(event_id=done, table_name="photo").values_list("row_key", flat=True)
        return list(Photo.objects.filter(pk__in=[int(each) for each in rows]).order_by("id"))
    matter = Matter.objects.select_related("root").get(pk=matter_id)
    with recorded(
        "document.photos",
        chain=chain_of(matter),
        actor=actor,
        now=now,
        matter_id=matter.pk,
        root_matter_id=matter.root_id,
        step_key=step_key,
        request_key=key,
        request_sha256=request,
    ) as act:
        _require_open(matter)
        if len(set(digests)) < len(digests):
            raise BadInput(_("同一张照片重复选择"), "photos")
        return [
            _kept(act, matter, each, sha256, subject, step_key, is_fictitious=is_fictitious)
            for each, sha256 in zip(photos, digests, strict=True)
        ]


def _require_open(matter: Matter) -> None:
    if matter.status in ("closed", "terminated", "archived"):
        raise Refusal(Ground.STALE, "document.matter_closed", _("事项已办结，不能再上传文件"))


def _kept(
    act: Act,
    matter: Matter,
    photo: NewPhoto,
    sha256: str,
    subject: str,
    step_key: str,
    *,
    is_fictitious: bool,
) -> Photo:
    found = format_of(photo.file_name, photo.content)
    if not found.media_type.startswith("image/"):
        raise BadInput(_("照片须为 jpg 或 png 文件"), "photos")
    keep(photo.content)
    document = add(
        act,
        matter=matter,
        kind="photo",
        title=photo.title,
        sha256=sha256,
        size_bytes=len(photo.content),
        found=found,
        step_key=step_key,
        is_fictitious=is_fictitious,
    )
    return describe(
        act,
        document,
        role=photo.role,
        taken_at=photo.taken_at,
        latitude=photo.latitude,
        longitude=photo.longitude,
        subject=subject,
    )


def describe(
    act: Act,
    document: Document,
    *,
    role: str,
    taken_at: datetime,
    latitude: Decimal,
    longitude: Decimal,
    subject: str = "",
) -> Photo:
    """Say when, where and what for a photograph of a matter was taken; part of an act. Said again, it is corrected.

    Refusal where the same picture serves another matter of the project (zone_site#3).
    """
    if document.kind != "photo":
        raise BadInput(_("所选文件不是照片"), "photos")
    if role not in codes.codes("photo_role"):
        raise BadInput(_("请选择照片类别"), "photos")
    if taken_at > act.now:
        raise BadInput(_("拍摄时间不得晚于现在"), "photos")
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise BadInput(_("经纬度不正确"), "photos")
    require_unused(document)
    row = Photo.objects.filter(document=document).first() or Photo(document=document)
    row.subject = subject or f"matter:{document.matter_id}"
    row.role, row.sha256, row.taken_at = role, document.sha256, taken_at
    row.latitude, row.longitude = latitude, longitude
    row.taken_by_person_id = document.uploaded_by_person_id
    return act.save(row)


def require_unused(document: Document) -> None:
    """Refuse a picture that another matter of the same project already uses, withdrawn ones aside (zone_site#3)."""
    same = (
        Photo.objects.filter(sha256=document.sha256, document__matter__root_id=document.matter.root_id)
        .exclude(document__matter_id=document.matter_id)
        .exclude(document__matter__outcome__in=DEAD)
    )
    first = same.select_related("document__matter").order_by("id").first()
    if first is not None:
        raise Refusal(
            Ground.RULE,
            "photo.reused",
            _("照片“%(title)s”已用于“%(other)s”，同一照片不得重复使用")
            % {"title": document.title, "other": first.document.matter.title},
            CLAUSE,
        )


def photos_of(matter_id: int, *roles: str) -> QuerySet[Photo]:
    """Return the photographs of a matter, of these roles or of all, in the order in which they were taken."""
    rows = Photo.objects.filter(document__matter_id=matter_id).select_related("document")
    return (rows.filter(role__in=roles) if roles else rows).order_by("taken_at", "id")


def undescribed(matter_id: int) -> list[Document]:
    """Return the photographs of a matter that nobody has yet given time, place and role."""
    told = Photo.objects.filter(document__matter_id=matter_id).values("document_id")
    return list(
        Document.objects.filter(matter_id=matter_id, kind="photo").exclude(pk__in=told).order_by("id")
    )
