"""Photographs at a step: the form's rows describe them, the rule counts those with time and place."""

from __future__ import annotations

from django.utils.translation import gettext as _

from lianjing.domains.works.rules.change import check_photos
from lianjing.kernel.refusal import BadInput
from lianjing.runtime.documents.models import Document
from lianjing.runtime.documents.photos import describe, photos_of, require_unused
from lianjing.runtime.process.deed import Deed


def take_photos(deed: Deed, *, least: int, clause: str, roles: tuple[str, ...] = ()) -> None:
    """Describe the photographs of the form's table and ask for so many with time and place; part of an act.

    Refusal where one of them was used before in the project, or where they are too few.
    """
    papers = {
        paper.pk: paper
        for paper in Document.objects.select_related("matter").filter(matter=deed.matter, kind="photo")
    }
    for row in deed.data["photos"]:
        paper = papers.get(row["document"])
        if paper is None:
            raise BadInput(_("照片不属于本事项"), "photos")
        describe(
            deed.act,
            paper,
            role=row["role"],
            taken_at=row["taken_at"],
            latitude=row["latitude"],
            longitude=row["longitude"],
        )
    told = list(photos_of(deed.matter.pk, *roles))
    for photo in told:
        require_unused(photo.document)
    check_photos(len({photo.sha256 for photo in told}), least=least, clause=clause)
