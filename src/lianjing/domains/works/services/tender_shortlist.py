"""Formal bidders: applicants, a group that scores each with a reason, a lot among the rest, a reason for in and out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from lianjing.domains.works.models import CommitteeMember, Shortlist, ShortlistVote, Tender
from lianjing.domains.works.rules.tender import check_shortlist
from lianjing.domains.works.services.basis import NO_VARIABLES, write_opinion
from lianjing.domains.works.services.tender import record_of
from lianjing.domains.works.services.tender_acts import (
    agent_of,
    bidder_code,
    member_of,
    official_of,
    on_tender,
    require_at,
)
from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.draw.queries import drawn, picks
from lianjing.runtime.draw.services import Candidate, lock
from lianjing.runtime.org.models import Person
from lianjing.runtime.org.queries import actor_with
from lianjing.runtime.parameter.queries import figure
from lianjing.runtime.parties.models import Enterprise
from lianjing.runtime.parties.numbers import plain_code
from lianjing.runtime.parties.ties import ties_between
from lianjing.runtime.process.deed import Deed
from lianjing.runtime.trail.act import Act, legal_day

KIND = "formal_bidder"


def apply(
    *, tender_id: int, person_id: int, now: datetime, credit_code: str = "", key: str = ""
) -> Shortlist:
    """Register an applicant, by himself or by the agency."""
    with on_tender("tender.apply", tender_id, person_id=person_id, now=now, key=key) as (act, tender):
        own = bidder_code(person_id, act)
        if own:
            act.actor = actor_with(person_id, "bidder_agent", act.day)
        else:
            act.actor = agent_of(tender, person_id, act)
        require_at(tender, "shortlist")
        _require_lawful(tender)
        firm = Enterprise.objects.filter(credit_code=plain_code(own or credit_code)).first()
        if firm is None:
            raise BadInput(_("没有该统一社会信用代码的企业，请先登记"), "credit_code")
        if Shortlist.objects.filter(tender=tender, enterprise=firm).exists():
            raise BadInput(_("该企业已报名"), "credit_code")
        return act.save(Shortlist(tender=tender, enterprise=firm, applied_on=act.day))


def _require_lawful(tender: Tender) -> None:
    check_shortlist(tender.method, is_mandatory=tender.is_mandatory, exception_basis=tender.exception_basis)


def seat_group(
    *, tender_id: int, member_person_ids: Sequence[int], person_id: int, now: datetime, key: str = ""
) -> list[CommitteeMember]:
    """Name the shortlisting group, by the head of the department; tied members are seated and may not vote."""
    with on_tender("tender.seat_group", tender_id, person_id=person_id, now=now, key=key) as (act, tender):
        act.actor = official_of(tender, person_id, "department_head", act)
        require_at(tender, "shortlist")
        _require_lawful(tender)
        people = list(Person.objects.filter(pk__in=member_person_ids, left_on__isnull=True).order_by("pk"))
        if len(people) < 3 or len(people) % 2 == 0:
            raise BadInput(_("推荐小组须为三人以上单数"), "members")
        if ShortlistVote.objects.filter(shortlist__tender=tender).exists():
            raise Refusal(Ground.STALE, "tender.group_voted", _("已开始评分，不能更换小组"))
        for row in CommitteeMember.objects.filter(tender=tender, kind="shortlist"):
            act.remove(row)
        return [act.save(CommitteeMember(tender=tender, kind="shortlist", person=each)) for each in people]


def vote(
    *,
    tender_id: int,
    points: Mapping[int, tuple[Decimal, str]],
    person_id: int,
    now: datetime,
    key: str = "",
) -> list[ShortlistVote]:
    """Score all applicants (shortlist id → points of 100 and reason); refused for a member with a tie, recorded."""
    with on_tender(
        "tender.shortlist_vote", tender_id, person_id=person_id, now=now, key=key, duty="review"
    ) as (act, tender):
        seat = member_of(tender, person_id, "shortlist", act)
        require_at(tender, "shortlist")
        rows = {row.pk: row for row in Shortlist.objects.filter(tender=tender)}
        _require_no_tie(person_id, rows.values(), act)
        if set(points) != set(rows):
            raise BadInput(_("每一申请人均须评分"), "points")
        found = []
        for pk, (given, reason) in sorted(points.items()):
            if not 0 <= given <= 100:
                raise BadInput(_("评分须在0至100之间"), "points")
            if not reason.strip():
                raise BadInput(_("每项评分须写明理由"), "reason")
            row = ShortlistVote.objects.filter(shortlist=rows[pk], committee_member=seat).first()
            row = row or ShortlistVote(shortlist=rows[pk], committee_member=seat)
            row.points, row.reason, row.cast_at = given, reason.strip(), now
            found.append(act.save(row))
        return found


def _require_no_tie(person_id: int, rows: Any, act: Act) -> None:
    firms = [f"enterprise:{row.enterprise_id}" for row in rows]
    if ties_between([f"person:{person_id}"], firms, act.day, with_former=True):
        raise Refusal(
            Ground.CONFLICT,
            "tender.member_tied",
            _("您与申请人有利害关系，应当回避，不能评分"),
            "zone_shortlist#4",
        )


def means(tender: Tender) -> dict[int, Decimal]:
    """Return the mean points of each applicant."""
    found: dict[int, list[Decimal]] = {}
    for row in ShortlistVote.objects.filter(shortlist__tender=tender).select_related("shortlist"):
        found.setdefault(row.shortlist_id, []).append(row.points or Decimal(0))
    return {pk: sum(points, Decimal(0)) / len(points) for pk, points in found.items()}


def by_points(tender: Tender) -> list[Shortlist]:
    """Return the applicants by their mean, highest first; equals in the order of application."""
    mean = means(tender)
    rows = Shortlist.objects.filter(tender=tender).select_related("enterprise").order_by("pk")
    return sorted(rows, key=lambda row: (-mean.get(row.pk, Decimal(0)), row.pk))


def lock_lot(*, tender_id: int, draw_id: int, person_id: int, now: datetime) -> Any:
    """Lock the pool of the lot: the applicants whom their points have not already taken in."""
    tender = Tender.objects.get(pk=tender_id)
    _require_all_voted(tender, legal_day(now))
    rest = by_points(tender)[tender.shortlist_count or 0 :]
    pool = [Candidate(f"enterprise:{row.enterprise_id}", row.enterprise.name) for row in rest]
    return lock(draw_id=draw_id, candidates=pool, person_id=person_id, now=now)


def _require_all_voted(tender: Tender, day: Any) -> None:
    """Refuse to go on before every member without a tie has scored every applicant."""
    rows = list(Shortlist.objects.filter(tender=tender))
    firms = [f"enterprise:{row.enterprise_id}" for row in rows]
    seats = list(CommitteeMember.objects.filter(tender=tender, kind="shortlist", replaced_at__isnull=True))
    tied = {
        tie.ref
        for tie in ties_between([f"person:{seat.person_id}" for seat in seats], firms, day, with_former=True)
    }
    voting = [seat for seat in seats if f"person:{seat.person_id}" not in tied]
    cast = ShortlistVote.objects.filter(committee_member__in=voting, shortlist__in=rows).count()
    if not rows or not voting or cast < len(rows) * len(voting):
        raise Refusal(
            Ground.RULE, "tender.shortlist_votes", _("推荐小组尚未对全部申请人评分"), "zone_shortlist#4"
        )


def conclude_shortlist(deed: Deed) -> dict[str, Any]:
    """Write who is in and out with the reason: first those with most points, then those of the lot."""
    record = record_of(deed)
    _require_lawful(record)
    _require_all_voted(record, deed.day)
    reasons = {int(row["applicant"]): row["reason"] for row in deed.data["reasons"]}
    rows, mean = by_points(record), means(record)
    by_score = {row.pk for row in rows[: record.shortlist_count or 0]}
    by_lot = _by_lot(record)
    least = int(figure("works.shortlist.min_invitees", deed.day))
    chosen = [row for row in rows if row.pk in by_score or row.enterprise_id in by_lot]
    if len(chosen) < least:
        raise Refusal(
            Ground.RULE,
            "tender.too_few_invitees",
            _("正式投标人不得少于%(least)s家") % {"least": least},
            "zone_shortlist#3",
        )
    for row in rows:
        if not reasons.get(row.pk, "").strip():
            raise BadInput(_("每一申请人入围或不入围均须写明理由"), "reasons")
        row.is_selected = row in chosen
        row.is_random_pick = row.enterprise_id in by_lot
        row.score, row.reason, row.decided_on = mean.get(row.pk), reasons[row.pk].strip(), deed.day
        deed.act.save(row)
    write_opinion(deed, "agree")
    return NO_VARIABLES


def _by_lot(record: Tender) -> set[int]:
    draw = drawn(record.pk, KIND)
    if draw is None:
        raise Refusal(Ground.RULE, "tender.shortlist_draw", _("尚未随机抽取正式投标人"), "zone_shortlist#5")
    return {int(row.candidate.partition(":")[2]) for row in picks(draw)}
