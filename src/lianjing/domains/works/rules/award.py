"""Who may win and who decides it: the rank rule, the award committee, the tally of ballots."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput, Ground, Refusal

BY_BALLOT = frozenset({"vote", "vote_lot", "discussion"})


def check_award(
    rank: int,
    *,
    required_rank: int,
    candidates_max: int,
    is_mandatory: bool,
    is_state_money: bool,
    legal_basis: str,
) -> None:
    """Refuse an award past the first rank where the law binds it; Refusal(RULE), regulation article 55.

    A legal, pilot or authorised basis (zone_award, article 3) lifts the rank rule, never the circle of candidates.
    `required_rank` is the first rank that has not withdrawn.
    """
    if rank < 1 or rank > candidates_max:
        raise Refusal(
            Ground.RULE,
            "award.not_a_candidate",
            _("中标人须在前%(count)s名候选人之中") % {"count": candidates_max},
            "tendering_regulation#55",
        )
    if is_mandatory and is_state_money and rank != required_rank and not legal_basis.strip():
        raise Refusal(
            Ground.RULE,
            "award.rank",
            _(
                "依法必须招标且国有资金控股或主导的项目，应当确定第%(rank)s名为中标人；选定其他名次须写明法定依据"
            )
            % {"rank": required_rank},
            "tendering_regulation#55",
        )


def check_method(method: str, published: str) -> None:
    """Refuse another award method than that of the tender documents; Refusal(RULE), zone_award article 2."""
    if method != published:
        raise Refusal(
            Ground.RULE, "award.method", _("定标办法须与招标文件一致，不得事后更改"), "zone_award#2"
        )


def check_basis(method: str, *, is_bound: bool, legal_basis: str, has_paper: bool) -> None:
    """Refuse a free choice in a tender bound to the first rank without clause and paper; Refusal."""
    if is_bound and method != "rank_one" and not legal_basis.strip():
        raise Refusal(
            Ground.RULE,
            "award.rank",
            _("依法必须招标且国有资金控股或主导的项目按第一名定标；采用其他定标办法须写明依据条款和文号"),
            "tendering_regulation#55",
        )
    if legal_basis.strip() and not has_paper:
        raise Refusal(
            Ground.DOCUMENTS, "award.basis_paper", _("定标依据须附文件（批复类资料）"), "zone_award#3"
        )


@dataclass(frozen=True, slots=True)
class Member:
    """One drawn for the award committee, in the order drawn."""

    person: int
    is_leader: bool = False


def seated(drawn: Sequence[Member], wanted: int, leader_share: Decimal) -> list[Member]:
    """Return who sits: in the order drawn, the owner's leaders passed over once their share is full.

    BadInput where too few are left: draw again.
    """
    most = int(wanted * Fraction(leader_share).limit_denominator(100))
    found: list[Member] = []
    for member in drawn:
        leaders = sum(1 for each in found if each.is_leader)
        if member.is_leader and leaders >= most:
            continue
        found.append(member)
        if len(found) == wanted:
            return found
    raise BadInput(_("抽中的人员不足以组成定标委员会，请重抽"), "members")


def check_committee(members: int, *, least: int, most: int, pool: int, pool_min: int) -> None:
    """Refuse a committee of another size, and a pool too small to draw from; Refusal(RULE), zone_award article 9."""
    if pool < pool_min:
        raise Refusal(
            Ground.RULE,
            "award.pool",
            _("定标委员库只有%(count)s人，不少于%(least)s人方可抽取") % {"count": pool, "least": pool_min},
            "zone_award#9",
        )
    if not least <= members <= most or members % 2 == 0:
        raise Refusal(
            Ground.RULE,
            "award.committee",
            _("定标委员会须为%(least)s至%(most)s人单数") % {"least": least, "most": most},
            "zone_award#9",
        )


@dataclass(frozen=True, slots=True)
class Tally:
    """The count of one round; `winner` is None while another round, or the lot, must decide among `tied`."""

    votes: Mapping[int, int]
    winner: int | None
    tied: tuple[int, ...] = ()


def tally(ballots: Sequence[int], members: int, method: str, lot: int | None = None) -> Tally:
    """Count a round: more than half of all members decide.

    By vote and group discussion a round without majority is followed by another; by vote-lot the lot decides
    among those with the most votes.
    """
    votes = Counter(ballots)
    if not votes:
        return Tally({}, None)
    most = max(votes.values())
    first = tuple(sorted(bid for bid, count in votes.items() if count == most))
    if most * 2 > members:
        return Tally(dict(votes), first[0])
    if method == "vote_lot" and len(first) == 1:
        return Tally(dict(votes), first[0])
    winner = lot if method == "vote_lot" and lot in first else None
    return Tally(dict(votes), winner, first)


def check_ballot(bid: int, candidates: Collection[int], reason: str) -> None:
    """Refuse a ballot for no candidate or without a reason; BadInput."""
    if bid not in candidates:
        raise BadInput(_("只能投给中标候选人"), "bid")
    if not reason.strip():
        raise BadInput(_("请写明投票理由"), "reason")
