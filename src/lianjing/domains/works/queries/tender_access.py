"""Who may enter the room of a tender, and how he stands to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from lianjing.domains.works.models import CommitteeMember, Tender
from lianjing.kernel.refusal import Ground, Refusal
from lianjing.runtime.org.queries import posts_held, supervised_units
from lianjing.runtime.process.scope import visible_to

PUBLIC = ("active", "complete", "unsuccessful")


@dataclass(frozen=True)
class Access:
    """How a person stands to a tender: sees the matter, supervises it, is its agency, a bidder, a member."""

    sees_matter: bool = False
    supervises: bool = False
    is_agent: bool = False
    credit_code: str = ""
    posts: frozenset[str] = frozenset()
    seats: frozenset[str] = frozenset()

    @property
    def is_inside(self) -> bool:
        """Officials and the agency: they see the file, bidders see what is public and their own."""
        return self.sees_matter or self.supervises or self.is_agent


def rooms_for(person_id: int, day: date) -> QuerySet[Tender]:
    """Return the tenders whose room a person may enter: in his scope, where he sits, or open to bidders."""
    wanted = Q(matter_id__in=visible_to(person_id, day).values("id")) | Q(
        pk__in=CommitteeMember.objects.filter(person_id=person_id).values("tender_id")
    )
    if any(held.post.key == "bidder_agent" for held in posts_held(person_id, day)):
        wanted |= Q(status__in=PUBLIC, issued_at__isnull=False)
    return Tender.objects.filter(wanted).select_related(
        "matter", "project", "agency_enterprise", "owner_unit"
    )


def access_of(person_id: int, tender: Tender, day: date) -> Access:
    """Return how a person stands to a tender; Refusal(SCOPE) for one who may not enter its room."""
    if not rooms_for(person_id, day).filter(pk=tender.pk).exists():
        raise Refusal(Ground.SCOPE, "scope.matter", _("没有该事项，或不在您的数据范围内"))
    held = posts_held(person_id, day)
    agency = tender.agency_enterprise.credit_code if tender.agency_enterprise else ""
    seats = CommitteeMember.objects.filter(tender=tender, person_id=person_id, replaced_at__isnull=True)
    return Access(
        sees_matter=visible_to(person_id, day).filter(pk=tender.pk).exists(),
        supervises=tender.matter.unit_id in supervised_units(person_id, day),
        is_agent=any(
            each.post.key == "tender_agent" and each.post.unit.enterprise_no == agency for each in held
        ),
        credit_code=next(
            (each.post.unit.enterprise_no for each in held if each.post.key == "bidder_agent"), ""
        ),
        posts=frozenset(each.post.key for each in held if each.post.unit_id == tender.matter.unit_id),
        seats=frozenset(seats.values_list("kind", flat=True)),
    )
