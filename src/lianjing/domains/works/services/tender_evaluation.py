"""Evaluation: experts by lot without ties, each declares and scores alone, the ranks are computed, the report is signed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from lianjing.domains.works.models import (
    Bid,
    BidBond,
    Candidate,
    CommitteeMember,
    Score,
    Tender,
    TenderCriterion,
)
from lianjing.domains.works.rules import tender_scores as rules
from lianjing.domains.works.rules.tender import BidView, above_control_price
from lianjing.domains.works.rules.tender_bids import is_foreign
from lianjing.domains.works.rules.tender_clock import check_fresh
from lianjing.domains.works.services.basis import NO_VARIABLES
from lianjing.domains.works.services.tender import record_of
from lianjing.domains.works.services.tender_acts import (
    enterprise_refs,
    member_of,
    on_tender,
    require_at,
    require_running,
)
from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime import codes
from lianjing.runtime.draw.models import Draw
from lianjing.runtime.draw.queries import drawn, picks
from lianjing.runtime.draw.services import Candidate as Member
from lianjing.runtime.draw.services import lock
from lianjing.runtime.org.models import Person
from lianjing.runtime.parameter.queries import figure
from lianjing.runtime.parties.experts import pool_of
from lianjing.runtime.parties.models import Expert
from lianjing.runtime.parties.ties import ties_between
from lianjing.runtime.process.deed import Deed
from lianjing.runtime.trail.act import legal_day

POOLS = ("provincial", "zone")
COMMITTEE = "tendering_law#37"


def pool_for(tender: Tender, day: date) -> list[Member]:
    """Return the pool of evaluation experts: tied ones excluded with the tie, those of the owner by unit."""
    experts = [expert for pool in POOLS for expert in pool_of(pool, day)]
    unique = {each.person_id: each for each in reversed(experts)}
    return members_without_ties(sorted(unique.values(), key=lambda each: each.pk), tender, day)


def members_without_ties(
    experts: Sequence[Expert], tender: Tender, day: date, *, with_owner: bool = True
) -> list[Member]:
    """Return experts as pool members; who is tied to a bidder, or belongs to the owner's unit, is excluded.

    The pool of the award committee holds the owner's people too: there only the bidders count.
    """
    bids = Bid.objects.filter(tender=tender).select_related("enterprise")
    names = {f"enterprise:{bid.enterprise_id}": bid.enterprise.name for bid in bids if bid.enterprise}
    refs = [f"expert:{each.pk}" for each in experts]
    tied: dict[str, str] = {}
    others = [*names, f"unit:{tender.matter.unit_id}"] if with_owner else list(names)
    for tie in ties_between(refs, others, day, with_former=True):
        tied.setdefault(tie.ref, f"{codes.label('tie_kind', tie.kind)}：{names.get(tie.other, tie.other)}")
    return [
        Member(
            f"expert:{each.pk}",
            each.person.name,
            exclusion_reason="tie" if f"expert:{each.pk}" in tied else "",
            exclusion_text=tied.get(f"expert:{each.pk}", ""),
        )
        for each in experts
    ]


def lock_experts(*, tender_id: int, draw_id: int, person_id: int, now: datetime) -> Draw:
    """Lock the pool of a draw of evaluation experts."""
    tender = Tender.objects.select_related("matter").get(pk=tender_id)
    return lock(draw_id=draw_id, candidates=pool_for(tender, legal_day(now)), person_id=person_id, now=now)


def convene(deed: Deed) -> dict[str, Any]:
    """Seat the committee: the experts drawn and the owner's representatives, lawful in number and without ties."""
    record = record_of(deed)
    require_running(record.pk)
    draw = drawn(record.pk, "expert")
    if draw is None:
        raise Refusal(Ground.RULE, "tender.not_drawn", _("评标专家尚未抽取"), COMMITTEE)
    hours = int(figure("works.evaluation.draw_lead_hours", deed.day))
    check_fresh(draw.drawn_at, deed.now, hours, COMMITTEE)
    experts = [
        Expert.objects.select_related("person").get(pk=int(row.candidate.partition(":")[2]))
        for row in picks(draw)
    ]
    owners = list(Person.objects.filter(pk__in=[int(pk) for pk in deed.data["owner_reps"]]).order_by("pk"))
    rules.check_evaluators(
        len(experts), len(owners), share=figure("works.evaluation.expert_share_ratio", deed.day)
    )
    _require_untied([each.person for each in experts] + owners, record, deed)
    for row in CommitteeMember.objects.filter(tender=record, kind="evaluation", replaced_at__isnull=True):
        row.replaced_at, row.replaced_reason = deed.now, _("重新组建")
        deed.act.save(row)
    for place, expert in enumerate(experts):
        deed.act.save(
            CommitteeMember(
                tender=record,
                kind="evaluation",
                expert=expert,
                person=expert.person,
                is_chair=place == 0,
                draw=draw,
            )
        )
    for owner in owners:
        deed.act.save(CommitteeMember(tender=record, kind="evaluation", person=owner, is_owner_rep=True))
    record.evaluation_started_at = deed.now
    deed.act.save(record)
    return NO_VARIABLES


def _require_untied(people: Sequence[Person], record: Tender, deed: Deed) -> None:
    firms = enterprise_refs(record, Bid.objects.filter(tender=record))
    tied = ties_between([f"person:{each.pk}" for each in people], firms, deed.day, with_former=True)
    if tied:
        names = "、".join(
            sorted({each.name for each in people if f"person:{each.pk}" in {t.ref for t in tied}})
        )
        raise Refusal(
            Ground.CONFLICT,
            "tender.committee_tied",
            _("与投标人有利害关系的人员不得进入评标委员会：%(names)s") % {"names": names},
            COMMITTEE,
        )


def seats(tender_id: int, kind: str = "evaluation") -> list[CommitteeMember]:
    """Return who sits in a committee, the chair first."""
    rows = CommitteeMember.objects.filter(tender_id=tender_id, kind=kind, replaced_at__isnull=True)
    return list(rows.select_related("person", "expert").order_by("-is_chair", "id"))


def declare(
    *, tender_id: int, person_id: int, now: datetime, kind: str = "evaluation", key: str = ""
) -> CommitteeMember:
    """Declare that one has no tie to any bidder; nobody scores or votes before."""
    with on_tender("tender.declare", tender_id, person_id=person_id, now=now, key=key) as (act, tender):
        seat = member_of(tender, person_id, kind, act)
        act.duty = DUTY_OF[kind]
        if seat.declared_no_tie_at is None:
            seat.declared_no_tie_at = now
        return act.save(seat)


DUTY_OF = {"evaluation": "evaluate", "award": "award", "shortlist": "review"}


def preliminary(
    *,
    tender_id: int,
    vetoes: Mapping[int, tuple[str, str]],
    person_id: int,
    now: datetime,
    key: str = "",
) -> list[Bid]:
    """Enter the preliminary review (bid → reason code, text), by the chair; price and bond are checked by the rows.

    A bid above the control price, or whose cash bond another paid, is out whatever was entered.
    """
    with on_tender(
        "tender.preliminary", tender_id, person_id=person_id, now=now, key=key, duty="evaluate"
    ) as (act, tender):
        seat = member_of(tender, person_id, "evaluation", act)
        require_at(tender, "evaluate")
        if not seat.is_chair:
            raise Refusal(Ground.POST, "tender.not_chair", _("初步评审由评标委员会组长登记"), COMMITTEE)
        _require_declared(tender_id)
        if Score.objects.filter(bid__tender=tender).exists():
            raise Refusal(Ground.STALE, "tender.scoring", _("已开始评分，不能更改初步评审"))
        found = []
        for bid in Bid.objects.filter(tender=tender, opened_at__isnull=False).select_related("enterprise"):
            reason, text = own_fault(bid, tender) or vetoes.get(bid.pk, ("", ""))
            if reason and (reason not in codes.codes("disqualify_reason") or not text.strip()):
                raise BadInput(_("否决投标须选择原因并写明理由"), "vetoes")
            bid.status = "disqualified" if reason else "valid"
            bid.disqualified_reason, bid.disqualified_text = reason, text.strip() if reason else ""
            found.append(act.save(bid))
        return found


def own_fault(bid: Bid, tender: Tender) -> tuple[str, str] | None:
    """Return the fault that the bid's own rows prove: reason code and words."""
    view = BidView(bid.enterprise.name if bid.enterprise else "", bid.price or Decimal(0))
    judged = above_control_price([view], tender.control_price)[0]
    if not judged.is_valid:
        return "price_over", judged.reason
    bond = BidBond.objects.filter(bid=bid).first()
    if tender.bond and bond is None:
        return "bond", _("未提交投标保证金")
    if bond is not None and is_foreign(bond.form, bond.payer_name, view.name):
        return "bond", _("投标保证金未从投标人基本账户转出，缴纳人为%(payer)s") % {"payer": bond.payer_name}
    return None


def _require_declared(tender_id: int) -> None:
    waiting = [seat.person.name for seat in seats(tender_id) if seat.declared_no_tie_at is None]
    if waiting:
        raise Refusal(
            Ground.RULE, "tender.not_declared", _("评标委员会成员尚未全部作出无利害关系承诺"), COMMITTEE
        )


def criteria_of(tender_id: int) -> list[TenderCriterion]:
    """Return the criteria that experts score: all with a weight but the price, which a formula scores."""
    rows = TenderCriterion.objects.filter(tender_id=tender_id, weight__gt=0).exclude(kind="price")
    return list(rows.order_by("seq"))


def score(
    *,
    tender_id: int,
    points: Mapping[tuple[int, int], tuple[Decimal, str]],
    person_id: int,
    now: datetime,
    key: str = "",
) -> list[Score]:
    """Score all valid bids in all criteria at once ((bid, criterion) → points, reason) and lock one's sheet.

    Others see nothing of it until all sheets are locked.
    """
    with on_tender("tender.score", tender_id, person_id=person_id, now=now, key=key, duty="evaluate") as (
        act,
        tender,
    ):
        seat = member_of(tender, person_id, "evaluation", act)
        require_at(tender, "evaluate")
        if seat.declared_no_tie_at is None:
            raise Refusal(Ground.RULE, "tender.not_declared", _("请先作出无利害关系承诺"), COMMITTEE)
        if Score.objects.filter(committee_member=seat).exists():
            raise Refusal(Ground.STALE, "tender.sheet_locked", _("您的评分已锁定，不能更改"))
        bids = {bid.pk: bid for bid in Bid.objects.filter(tender=tender, status="valid")}
        criteria = {row.pk: row for row in criteria_of(tender_id)}
        if set(points) != {(bid, criterion) for bid in bids for criterion in criteria}:
            raise BadInput(_("每份有效投标的每项条件均须评分"), "points")
        found = []
        for (bid, criterion), (given, reason) in sorted(points.items()):
            most = criteria[criterion].weight or Decimal(0)
            rules.check_points(given, most, reason)
            found.append(
                Score(
                    domain=tender.matter.domain,
                    bid=bids[bid],
                    committee_member=seat,
                    tender_criterion=criteria[criterion],
                    points=given,
                    max_points=most,
                    reason=reason.strip(),
                )
            )
        act.save_many(found)
        return found


def unscored(tender_id: int) -> list[CommitteeMember]:
    """Return the members whose sheet is not locked yet; nobody where experts have nothing to score."""
    if not criteria_of(tender_id):
        return []
    done = set(Score.objects.filter(bid__tender_id=tender_id).values_list("committee_member_id", flat=True))
    return [seat for seat in seats(tender_id) if seat.pk not in done]


def computed(tender: Tender) -> tuple[list[int], dict[int, Decimal]]:
    """Compute ranks (bids from the first on) and totals from the rows, as anyone can again."""
    bids = list(Bid.objects.filter(tender=tender, status="valid").order_by("received_at", "pk"))
    given: dict[tuple[int, int], list[Decimal]] = {}
    for row in Score.objects.filter(bid__in=bids, committee_member__replaced_at__isnull=True):
        given.setdefault((row.bid_id, row.tender_criterion_id), []).append(row.points)
    scored = [
        rules.Scored(
            bid.pk,
            bid.price or Decimal(0),
            sum((rules.mean(points) for (pk, _row), points in given.items() if pk == bid.pk), Decimal(0)),
            place,
        )
        for place, bid in enumerate(bids)
    ]
    weights = TenderCriterion.objects.filter(tender=tender, kind="price").values_list("weight", flat=True)
    weight = sum((each for each in weights if each), Decimal(0))
    return rules.ranked(scored, tender.evaluation_method, weight), rules.totals(scored, weight)


def sign(
    *,
    tender_id: int,
    person_id: int,
    now: datetime,
    dissent: str = "",
    key: str = "",
) -> CommitteeMember:
    """Sign the report with the computed ranks; who disagrees says so in writing and signs (regulation, article 53)."""
    with on_tender("tender.sign", tender_id, person_id=person_id, now=now, key=key, duty="evaluate") as (
        act,
        tender,
    ):
        seat = member_of(tender, person_id, "evaluation", act)
        require_at(tender, "evaluate")
        if unscored(tender_id):
            raise Refusal(Ground.RULE, "tender.not_scored", _("评分尚未全部锁定"), COMMITTEE)
        if seat.signed_at is not None:
            raise Refusal(Ground.STALE, "tender.signed", _("您已签署评标报告"))
        seat.signed_at, seat.dissent_text = now, dissent.strip()
        return act.save(seat)


def evaluate(deed: Deed) -> dict[str, Any]:
    """Close the evaluation: ranks and candidates as computed from the sheets, nothing typed in."""
    record = record_of(deed)
    require_running(record.pk)
    if unscored(record.pk):
        raise Refusal(Ground.RULE, "tender.not_scored", _("评分尚未全部锁定"), COMMITTEE)
    if any(seat.signed_at is None for seat in seats(record.pk)):
        raise Refusal(
            Ground.RULE, "tender.not_signed", _("评标报告尚未由全体成员签署"), "tendering_regulation#53"
        )
    order, totals = computed(record)
    if not order:
        raise Refusal(
            Ground.RULE, "tender.all_rejected", _("全部投标被否决，应当重新招标"), "tendering_law#42"
        )
    most = int(figure("works.tender.candidates_max", deed.day))
    bids = {bid.pk: bid for bid in Bid.objects.filter(tender=record)}
    for row in Candidate.objects.filter(tender=record):
        deed.act.remove(row)
    for bid in bids.values():
        bid.rank = order.index(bid.pk) + 1 if bid.pk in order else None
        bid.total_score = totals.get(bid.pk)
        deed.act.save(bid)
    for place, pk in enumerate(order[:most], start=1):
        deed.act.save(Candidate(tender=record, bid=bids[pk], rank=place))
    record.evaluation_ended_at, record.report_on = deed.now, deed.day
    deed.act.save(record)
    return NO_VARIABLES
