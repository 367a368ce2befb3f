"""The committee of an award and its ballots: drawn, without ties, each ballot with its reason, counted again by anyone."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from lianjing.domains.works.models import Award, AwardBallot, Bid, Candidate, CommitteeMember, Tender
from lianjing.domains.works.rules import award as rules
from lianjing.domains.works.rules.tender_clock import check_fresh
from lianjing.domains.works.services.award import COMMITTEE, decide_for, record_of
from lianjing.domains.works.services.basis import NO_VARIABLES
from lianjing.domains.works.services.tender_acts import (
    is_recused,
    member_of,
    on_tender,
)
from lianjing.domains.works.services.tender_evaluation import members_without_ties
from lianjing.kernel.refusal import Ground, Refusal
from lianjing.runtime.draw.models import Draw
from lianjing.runtime.draw.queries import drawn, picks, pool
from lianjing.runtime.draw.services import Candidate as PoolMember
from lianjing.runtime.draw.services import lock
from lianjing.runtime.org.queries import posts_held, unit_and_above
from lianjing.runtime.parameter.queries import figure
from lianjing.runtime.parties.experts import pool_of
from lianjing.runtime.parties.models import Expert
from lianjing.runtime.process.deed import Deed
from lianjing.runtime.process.models import WorkItem
from lianjing.runtime.trail.act import legal_day

LEADERS = ("approver", "head")


def lock_committee(*, award_id: int, draw_id: int, person_id: int, now: datetime) -> Draw:
    """Lock the pool of the award committee: evaluators, the secretary and tied persons are excluded."""
    row = Award.objects.select_related("tender__matter").get(pk=award_id)
    return lock(
        draw_id=draw_id,
        candidates=pool_for(row.tender, legal_day(now)),
        person_id=person_id,
        now=now,
    )


def pool_for(tender: Tender, day: date) -> list[PoolMember]:
    """Return the award pool with its exclusions."""
    experts = pool_of("award", day)
    seated = set(
        CommitteeMember.objects.filter(tender=tender, kind="evaluation").values_list("person_id", flat=True)
    )
    people = {f"expert:{each.pk}": each.person_id for each in experts}
    found = []
    for member in members_without_ties(experts, tender, day, with_owner=False):
        reason, text = _shut_out(tender, people[member.ref], seated, day)
        if not member.exclusion_reason:
            member = PoolMember(member.ref, member.label, member.weight, reason, text)
        found.append(member)
    return found


def _shut_out(tender: Tender, person_id: int, seated: set[int], day: date) -> tuple[str, str]:
    if person_id in seated:
        return "unavailable", _("已参加评标")
    if is_recused(tender.matter, person_id):
        return "tie", _("已回避")
    if any(held.post.key == "meeting_secretary" for held in posts_held(person_id, day)):
        return "unavailable", _("定标会秘书不参加投票")
    return "", ""


def committee(deed: Deed) -> dict[str, Any]:
    """Seat the award committee in the order drawn, the owner's leaders never above their share."""
    row = record_of(deed)
    draw = drawn(row.pk, "award_committee")
    if draw is None:
        raise Refusal(Ground.RULE, "award.not_drawn", _("定标委员尚未抽取"), COMMITTEE)
    hours = int(figure("works.award.draw_lead_hours", deed.day))
    check_fresh(draw.drawn_at, deed.now, hours, COMMITTEE)
    wanted = deed.data["members"]
    rules.check_committee(
        wanted,
        least=int(figure("works.award.members_min", deed.day)),
        most=int(figure("works.award.members_max", deed.day)),
        pool=len(pool(draw)),
        pool_min=int(figure("works.award.pool_min", deed.day)),
    )
    experts = {
        expert.person_id: expert
        for expert in Expert.objects.filter(
            pk__in=[int(each.candidate.partition(":")[2]) for each in picks(draw)]
        )
    }
    in_order = sorted(
        experts.values(),
        key=lambda expert: [each.candidate for each in picks(draw)].index(f"expert:{expert.pk}"),
    )
    found = rules.seated(
        [rules.Member(each.person_id, is_leader(row.tender, each.person_id, deed.day)) for each in in_order],
        wanted,
        figure("works.award.leader_share_ratio", deed.day),
    )
    for old in members(row.pk):
        old.replaced_at, old.replaced_reason = deed.now, _("重新组建")
        deed.act.save(old)
    for place, member in enumerate(found):
        deed.act.save(
            CommitteeMember(
                tender=row.tender,
                kind="award",
                expert=experts[member.person],
                person_id=member.person,
                is_chair=place == 0,
                is_owner_rep=member.is_leader,
                draw=draw,
            )
        )
    return NO_VARIABLES


def is_leader(tender: Tender, person_id: int, day: date) -> bool:
    """Return whether a person is a leader of the owner: head or approver there or above."""
    units = set(unit_and_above(tender.matter.unit_id))
    return any(
        held.post.kind in LEADERS and held.post.unit_id in units for held in posts_held(person_id, day)
    )


def present_round(award_id: int) -> int:
    """Return the round in which members vote now: the next one after a full round without a winner."""
    seats = members(award_id)
    last = (
        AwardBallot.objects.filter(award_id=award_id)
        .order_by("-round")
        .values_list("round", flat=True)
        .first()
    )
    if last is None:
        return 1
    cast = list(AwardBallot.objects.filter(award_id=award_id, round=last).values_list("bid_id", flat=True))
    if len(cast) < len(seats):
        return int(last)
    row = Award.objects.get(pk=award_id)
    return int(last) if rules.tally(cast, len(seats), row.method).winner is not None else int(last) + 1


def members(award_id: int) -> list[CommitteeMember]:
    """Return who sits in the committee of an award: each award of a tender has its own draw."""
    rows = CommitteeMember.objects.filter(
        kind="award", draw__matter_id=award_id, replaced_at__isnull=True
    ).select_related("person")
    return list(rows.order_by("id"))


def offered(award_id: int) -> set[int]:
    """Return the bids that may be voted for: the candidates but for those whose award was lost."""
    tender_id = Award.objects.values_list("tender_id", flat=True).get(pk=award_id)
    lost = Award.objects.filter(tender_id=tender_id, status="cancelled", bid__isnull=False).values("bid_id")
    rows = Candidate.objects.filter(tender_id=tender_id).exclude(bid_id__in=lost)
    return set(rows.values_list("bid_id", flat=True))


def ballot(
    *, award_id: int, bid_id: int, reason: str, person_id: int, now: datetime, key: str = ""
) -> AwardBallot:
    """Cast one's ballot of the present round with the reason, signed by this act; only members have one."""
    row = Award.objects.get(pk=award_id)
    with on_tender("award.ballot", row.tender_id, person_id=person_id, now=now, key=key, duty="award") as (
        act,
        tender,
    ):
        act.matter_id = award_id
        seat = member_of(tender, person_id, "award", act, draw__matter_id=award_id)
        if not WorkItem.objects.filter(
            matter_id=award_id, step_key="decide", closed_at__isnull=True
        ).exists():
            raise Refusal(Ground.STALE, "tender.other_step", _("招标不在可以办理此事的环节"))
        if seat.declared_no_tie_at is None:
            raise Refusal(Ground.RULE, "award.not_declared", _("请先作出无利害关系承诺"), "zone_award#4")
        rules.check_ballot(bid_id, offered(award_id), reason)
        turn = present_round(award_id)
        if AwardBallot.objects.filter(award_id=award_id, committee_member=seat, round=turn).exists():
            raise Refusal(Ground.STALE, "award.voted", _("您本轮已投票"))
        return act.save(
            AwardBallot(
                award_id=award_id,
                committee_member=seat,
                bid_id=bid_id,
                round=turn,
                reason=reason.strip(),
                cast_at=now,
            )
        )


def declare(*, award_id: int, person_id: int, now: datetime, key: str = "") -> CommitteeMember:
    """Declare as a member of the award committee that one has no tie to a candidate."""
    row = Award.objects.get(pk=award_id)
    with on_tender("award.declare", row.tender_id, person_id=person_id, now=now, key=key, duty="award") as (
        act,
        tender,
    ):
        act.matter_id = award_id
        seat = member_of(tender, person_id, "award", act, draw__matter_id=award_id)
        if seat.declared_no_tie_at is None:
            seat.declared_no_tie_at = now
        return act.save(seat)


def lot_of(award_id: int) -> int | None:
    """Return the bid that the lot among the tied gave, None without a lot."""
    draw = drawn(award_id, "award_lot")
    found = picks(draw) if draw is not None else []
    firm = int(found[0].candidate.partition(":")[2]) if found else None
    tender_id = Award.objects.values_list("tender_id", flat=True).get(pk=award_id)
    bid = Bid.objects.filter(tender_id=tender_id, enterprise_id=firm).first() if firm else None
    return bid.pk if bid else None


def tally_of(award_id: int) -> rules.Tally:
    """Count the last full round again from its ballots, as anyone can."""
    row, seats = Award.objects.get(pk=award_id), members(award_id)
    last = (
        AwardBallot.objects.filter(award_id=award_id)
        .order_by("-round")
        .values_list("round", flat=True)
        .first()
    )
    ballots = AwardBallot.objects.filter(award_id=award_id, round=last or 1)
    own = [each.bid_id for each in ballots if each.committee_member_id in {seat.pk for seat in seats}]
    if len(own) < len(seats):
        return rules.Tally({}, None)
    return rules.tally(own, len(seats), row.method, lot_of(award_id))


def lock_lot(*, award_id: int, draw_id: int, person_id: int, now: datetime) -> Draw:
    """Lock the lot among the candidates whom the vote left equal."""
    tied = tally_of(award_id).tied
    bids = Bid.objects.filter(pk__in=tied).select_related("enterprise").order_by("rank")
    pool_rows = [
        PoolMember(f"enterprise:{bid.enterprise_id}", bid.enterprise.name) for bid in bids if bid.enterprise
    ]
    return lock(draw_id=draw_id, candidates=pool_rows, person_id=person_id, now=now)


def decide(deed: Deed) -> dict[str, Any]:
    """Record the result that the ballots give, with the digest of the recording; the secretary has no vote."""
    row = record_of(deed)
    if any(seat.person_id == deed.person_id for seat in members(row.pk)):
        raise Refusal(Ground.CONFLICT, "award.secretary", _("定标委员不得兼任会议秘书"), COMMITTEE)
    count = tally_of(row.pk)
    if count.winner is None:
        raise Refusal(
            Ground.RULE,
            "award.no_result",
            _("选票尚未产生结果：须全体委员投票并过半数，或者按规定抽签"),
            COMMITTEE,
        )
    bid = Bid.objects.select_related("enterprise").get(pk=count.winner)
    decide_for(deed, row, bid, deed.data["reason"])
    row.video_sha256 = deed.data["video_sha256"]
    deed.act.save(row)
    return NO_VARIABLES
