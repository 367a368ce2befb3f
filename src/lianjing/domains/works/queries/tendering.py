"""Tenders as others ask for them: which may be awarded, which rows of a bid may be shown."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import QuerySet

from lianjing.domains.works.models import Award, Bid, CommitteeMember, Score, Tender, TenderCriterion
from lianjing.runtime.process.models import WorkItem

SCORING = ("evaluate",)


def tenders_to_award(project_id: int) -> list[Tender]:
    """Return the project's tenders whose procedure is complete and that no award has taken up."""
    taken = Award.objects.filter(status__in=("pending", "active")).exclude(matter__status="terminated")
    return list(
        Tender.objects.filter(project_id=project_id, status="complete")
        .exclude(pk__in=taken.values("tender_id"))
        .order_by("pk")
    )


def opened_bids(tender_ids: Collection[int]) -> QuerySet[Bid]:
    """Return the bids that the opening has given a name."""
    return Bid.objects.filter(tender_id__in=tender_ids, enterprise__isnull=False).select_related("enterprise")


def is_scoring(tender_id: int) -> bool:
    """Return whether experts still score: until all sheets are locked nobody sees another's."""
    if not WorkItem.objects.filter(
        matter_id=tender_id, step_key__in=SCORING, closed_at__isnull=True
    ).exists():
        return False
    if not TenderCriterion.objects.filter(tender_id=tender_id, weight__gt=0).exclude(kind="price").exists():
        return False
    seats = CommitteeMember.objects.filter(tender_id=tender_id, kind="evaluation", replaced_at__isnull=True)
    done = Score.objects.filter(bid__tender_id=tender_id).values("committee_member_id")
    return seats.exclude(pk__in=done).exists()


def sealed_acts(matter_ids: Collection[int]) -> set[tuple[int, str]]:
    """Return (matter, act) of the acts whose values stay sealed: the score sheets while experts still score."""
    waiting = WorkItem.objects.filter(matter_id__in=matter_ids, step_key__in=SCORING, closed_at__isnull=True)
    tenders = Tender.objects.filter(pk__in=waiting.values("matter_id")).values_list("pk", flat=True)
    return {(pk, "tender.score") for pk in tenders if is_scoring(pk)}
