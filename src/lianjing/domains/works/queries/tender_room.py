"""What the room of a tender shows, and to whom: dates, notices, questions, bids, signs, committees, sheets, ballots."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from lianjing.domains.works.models import (
    Award,
    AwardBallot,
    Bid,
    BidBond,
    BidFile,
    Candidate,
    Clarification,
    CommitteeMember,
    Score,
    Shortlist,
    Tender,
    TenderCriterion,
)
from lianjing.domains.works.queries.tender_access import Access
from lianjing.domains.works.queries.tendering import is_scoring
from lianjing.domains.works.rules.tender_clock import ClockLine, at_least, at_most
from lianjing.domains.works.rules.tender_scores import winner_differs
from lianjing.domains.works.services.award import is_bound
from lianjing.domains.works.services.award_votes import members, present_round, tally_of
from lianjing.domains.works.services.tender_acts import bidder_seal
from lianjing.domains.works.services.tender_evaluation import computed
from lianjing.runtime.parameter.queries import figure
from lianjing.runtime.publicity.models import Objection, Publicity
from lianjing.runtime.trail.act import legal_day
from lianjing.runtime.trail.models import Event


def award_of(tender: Tender) -> Award | None:
    """Return the award that counts, the last one."""
    rows = Award.objects.filter(tender=tender).select_related("enterprise", "bid", "matter")
    return rows.exclude(status="cancelled").order_by("-pk").first() or rows.order_by("-pk").first()


def clocks(tender: Tender, day: date) -> list[ClockLine]:
    """Return the legal clocks of a tender, each kept, missed or open."""
    award = award_of(tender)
    notice = _notice(tender.pk, "tender_notice")
    public = _notice(tender.pk, "candidates")

    def days(key: str) -> int:
        return int(figure(f"works.tender.{key}", day))

    lines = [
        at_least(
            _("招标文件发售期"),
            _("不少于%(days)s日") % {"days": days("document_sale_days")},
            notice.from_on if notice else None,
            notice.to_on if notice else None,
            days("document_sale_days"),
            "tendering_regulation#16",
        )
    ]
    if tender.is_mandatory:
        lines.append(
            at_least(
                _("公告至投标截止"),
                _("不少于%(days)s日") % {"days": days("bid_period_days")},
                tender.published_on if tender.issued_at else None,
                tender.deadline_on,
                days("bid_period_days"),
                "tendering_law#24",
            )
        )
    lines += [
        at_most(
            _("评标报告至候选人公示"),
            _("不超过%(days)s日") % {"days": days("candidates_publish_days")},
            tender.report_on if tender.issued_at else None,
            public.from_on if public else None,
            days("candidates_publish_days"),
            "tendering_regulation#54",
            day,
        ),
        at_least(
            _("候选人公示期"),
            _("不少于%(days)s日") % {"days": days("publicity_days")},
            public.from_on if public else None,
            public.to_on if public else None,
            days("publicity_days"),
            "tendering_regulation#54",
        ),
        *_answers(tender, day),
        at_most(
            _("定标至书面报告"),
            _("不超过%(days)s日") % {"days": days("regulator_report_days")},
            award.decided_on if award else None,
            award.reported_on if award else None,
            days("regulator_report_days"),
            "tendering_law#47",
            day,
        ),
    ]
    return lines


def _answers(tender: Tender, day: date) -> list[ClockLine]:
    """One line for each question, objection and complaint: its own due day."""
    found = []
    for row in objections(tender):
        done = row.decided_on or row.answered_on
        is_met = (
            (done <= row.due_on if done else (False if day > row.due_on else None)) if row.due_on else None
        )
        found.append(
            ClockLine(
                _("异议与投诉答复"), row.content[:40], row.raised_on, done or row.due_on, is_met, row.clause
            )
        )
    return found


def _notice(matter_id: int, kind: str) -> Publicity | None:
    rows = Publicity.objects.filter(matter_id=matter_id, kind=kind, taken_down_at__isnull=True)
    return rows.order_by("-id").first()


def matters_of(tender: Tender) -> list[int]:
    """Return the tender's matter and those of its awards."""
    return [tender.pk, *Award.objects.filter(tender=tender).values_list("pk", flat=True)]


def notices(tender: Tender) -> list[Publicity]:
    """Return what was made public, oldest first."""
    rows = Publicity.objects.filter(matter_id__in=matters_of(tender))
    return list(rows.select_related("person", "confirmed_by_person").order_by("id"))


def objections(tender: Tender) -> list[Objection]:
    """Return questions, objections and complaints, oldest first."""
    rows = Objection.objects.filter(matter_id__in=matters_of(tender))
    return list(rows.select_related("answered_by_person").order_by("id"))


def clarifications(tender: Tender, access: Access) -> list[Clarification]:
    """Return answers and amendments; drafts only for the inside."""
    rows = Clarification.objects.filter(tender=tender).select_related("drafted_by_person", "issued_by_person")
    if not access.is_inside:
        rows = rows.filter(issued_at__isnull=False)
    return list(rows.order_by("seq"))


@dataclass
class BidLine:
    """One opened bid as the table shows it; `deviation` is its share below (−) or above the control price."""

    bid: Bid
    bond: BidBond | None = None
    deviation: Decimal | None = None
    files: list[BidFile] = field(default_factory=list)

    @property
    def deviation_text(self) -> str:
        """The deviation as a signed percentage."""
        return "" if self.deviation is None else f"{self.deviation:+.2%}"


def bid_lines(tender: Tender) -> list[BidLine]:
    """Return the opened bids by rank, then price."""
    bids = list(Bid.objects.filter(tender=tender, enterprise__isnull=False).select_related("enterprise"))
    bonds = {row.bid_id: row for row in BidBond.objects.filter(bid__in=bids)}
    bids.sort(key=lambda bid: (bid.rank is None, bid.rank or 0, bid.price or 0))
    control = tender.control_price
    return [
        BidLine(bid, bonds.get(bid.pk), (bid.price - control) / control if control and bid.price else None)
        for bid in bids
    ]


def own_bid(tender: Tender, credit_code: str) -> Bid | None:
    """Return the reader's own sealed bid, found by his seal."""
    return Bid.objects.filter(tender=tender, bidder_hash=bidder_seal(tender.pk, credit_code)).first()


def sealed_count(tender: Tender, now: Any) -> int | None:
    """Return how many sealed bids there are, known to nobody before the deadline."""
    if tender.deadline_at is None or now < tender.deadline_at:
        return None
    return Bid.objects.filter(tender=tender, status="pending").count()


def committee(tender: Tender, kind: str) -> list[CommitteeMember]:
    """Return a committee with those replaced, the chair first."""
    rows = CommitteeMember.objects.filter(tender=tender, kind=kind)
    return list(rows.select_related("person", "person__unit", "draw").order_by("-is_chair", "id"))


def shows_evaluators(tender: Tender, access: Access) -> bool:
    """Return whether the reader may know who evaluates: the list is secret until the evaluation is over."""
    if access.supervises or access.is_agent or "evaluation" in access.seats:
        return True
    return access.is_inside and tender.evaluation_ended_at is not None


@dataclass(frozen=True)
class SheetRow:
    """One bid in the sheet: each expert's points for each criterion, the means, the total."""

    bid: Bid
    cells: tuple[tuple[TenderCriterion, tuple[Score | None, ...]], ...]


def sheet(tender: Tender, access: Access, person_id: int) -> tuple[list[CommitteeMember], list[SheetRow]]:
    """Return who gave what; while experts still score, each sees only his own."""
    rows = Score.objects.filter(bid__tender=tender).select_related("committee_member__person")
    if is_scoring(tender.pk) or not shows_evaluators(tender, access):
        rows = rows.filter(committee_member__person_id=person_id)
    given = {(row.bid_id, row.tender_criterion_id, row.committee_member_id): row for row in rows}
    seats = sorted({row.committee_member for row in given.values()}, key=lambda seat: seat.pk)
    criteria = (
        TenderCriterion.objects.filter(tender=tender, weight__gt=0).exclude(kind="price").order_by("seq")
    )
    bids = (
        Bid.objects.filter(tender=tender, status="valid").select_related("enterprise").order_by("rank", "pk")
    )
    found = [
        SheetRow(
            bid,
            tuple((row, tuple(given.get((bid.pk, row.pk, seat.pk)) for seat in seats)) for row in criteria),
        )
        for bid in bids
    ]
    return seats, found if given else []


def is_recomputed(tender: Tender) -> bool | None:
    """Return whether the ranks computed now from the sheets are those stored; None before there are any."""
    bids = Bid.objects.filter(tender=tender)
    stored = {bid.pk: bid.rank for bid in bids if bid.rank is not None}
    if not stored or tender.issued_at is None:
        return None
    order, _totals = computed(tender)
    return not winner_differs({pk: place for place, pk in enumerate(order, start=1)}, stored)


def candidates(tender: Tender) -> list[Candidate]:
    """Return the candidates by rank."""
    return list(Candidate.objects.filter(tender=tender).select_related("bid__enterprise").order_by("rank"))


@dataclass(frozen=True)
class AwardView:
    """One award with its ballots and the count made now."""

    award: Award
    ballots: list[AwardBallot]
    votes: list[tuple[Bid, int]]
    round: int
    is_equal: bool | None
    is_bound: bool


def award_views(tender: Tender) -> list[AwardView]:
    """Return the awards of a tender, each with its tally recomputed."""
    return [
        _award_view(row)
        for row in Award.objects.filter(tender=tender)
        .select_related("tender__matter", "bid__enterprise", "enterprise", "matter")
        .order_by("pk")
    ]


def _award_view(row: Award) -> AwardView:
    ballots = list(
        AwardBallot.objects.filter(award_id=row.pk)
        .select_related("committee_member__person", "bid__enterprise")
        .order_by("round", "id")
    )
    if not ballots:
        return AwardView(row, [], [], 0, None, is_bound(row.tender))
    count = tally_of(row.pk)
    bids = Bid.objects.in_bulk(list(count.votes))
    votes = sorted(((bids[pk], number) for pk, number in count.votes.items()), key=lambda pair: -pair[1])
    is_equal = count.winner == row.bid_id if row.bid_id and count.winner else None
    return AwardView(row, ballots, votes, present_round(row.pk), is_equal, is_bound(row.tender))


def awaited_ballot(tender: Tender, person_id: int) -> Award | None:
    """Return the award on which a member has still to vote in this round."""
    row = award_of(tender)
    if row is None or row.bid_id is not None or row.status != "pending":
        return None
    seat = next((each for each in members(row.pk) if each.person_id == person_id), None)
    if seat is None:
        return None
    turn = present_round(row.pk)
    done = AwardBallot.objects.filter(award_id=row.pk, committee_member=seat, round=turn).exists()
    return None if done else row


def shortlist(tender: Tender, access: Access) -> list[Shortlist]:
    """Return the applicants with the reason of each; an applicant sees his own line only."""
    rows = Shortlist.objects.filter(tender=tender).select_related("enterprise").order_by("pk")
    if not access.is_inside and "shortlist" not in access.seats:
        rows = rows.filter(enterprise__credit_code=access.credit_code or "—")
    return list(rows)


def replay(tender: Tender, hidden: Collection[str] = ()) -> QuerySet[Event]:
    """Return all acts of the tender and its awards in order of time."""
    rows = Event.objects.filter(matter_id__in=matters_of(tender)).exclude(act__in=hidden)
    return rows.order_by("recorded_at", "oseq")


def day_of(moment: Any) -> date | None:
    """Return the legal day of a moment."""
    return legal_day(moment) if moment else None


def names_of(bids: Sequence[int], lines: Sequence[BidLine]) -> str:
    """Return the bidders' names of a signal."""
    names = {line.bid.pk: line.bid.enterprise.name if line.bid.enterprise else "" for line in lines}
    return "、".join(names.get(pk, str(pk)) for pk in bids)
