"""Rules of collective decisions: quorum, order of views with the head last, vote after view, majority. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from django.utils.translation import gettext as _

from lianjing.kernel.refusal import Ground, Refusal

QUORUM_CLAUSE = "zone_collective#4"
RECUSAL_CLAUSE = "zone_collective#5"
ORDER_CLAUSE = "zone_collective#6"
MINUTES_CLAUSE = "zone_collective#8"
MAJORITY_CLAUSE = "zone_collective#9"
MATERIALS_CLAUSE = "zone_collective#3"
LEGALITY_CLAUSE = "major_decisions#25"
EXPERT_CLAUSE = "major_decisions#19"
CHOICES = ("for", "against", "abstain")
DECIDED_FOR = ("passed", "conditional")
FAVOURABLE = ("pass", "pass_with_cut")
# Which advice a kind of decision needs before it is discussed (重大行政决策程序暂行条例, articles 19 and 25).
LEGALITY_NEEDED = frozenset({"major_decision", "project", "contract", "disposal"})
EXPERT_NEEDED = frozenset({"major_decision"})


@dataclass(frozen=True, slots=True)
class Advice:
    """What advice an item needs and what it has: the result of each review, "" while there is none."""

    needs_legality: bool = False
    needs_expert: bool = False
    legality: str = ""
    expert: str = ""


def refuse_without_advice(advice: Advice) -> None:
    """Refuse to discuss or decide an item that lacks the advice it needs, or that was found unlawful."""
    if advice.needs_legality and not advice.legality:
        raise Refusal(
            Ground.RULE,
            "meeting.legality_missing",
            _("本议题须先经合法性审查，尚无审查意见，不得讨论和通过"),
            LEGALITY_CLAUSE,
        )
    if advice.legality and advice.legality not in FAVOURABLE:
        raise Refusal(
            Ground.RULE, "meeting.unlawful", _("合法性审查未通过，本议题不得提交讨论"), LEGALITY_CLAUSE
        )
    if advice.needs_expert and not advice.expert:
        raise Refusal(
            Ground.RULE,
            "meeting.expert_missing",
            _("本议题须先经专家论证，尚无论证意见，不得讨论和通过"),
            EXPERT_CLAUSE,
        )


def refuse_unready(*, is_temporary: bool, urgency_reason: str) -> None:
    """Refuse an item tabled at short notice without the emergency that would allow it (zone_collective#3)."""
    if is_temporary and not urgency_reason.strip():
        raise Refusal(
            Ground.RULE,
            "meeting.urgency_missing",
            _("材料未按规定提前送达，属临时动议；除紧急情况并写明理由外不得讨论"),
            MATERIALS_CLAUSE,
        )


@dataclass(frozen=True, slots=True)
class Member:
    """One voting member as he stands to one item."""

    person_id: int
    is_head: bool = False
    is_present: bool = False
    is_recused: bool = False
    has_view: bool = False
    choice: str = ""

    @property
    def counts(self) -> bool:
        """True where he is there for this item: a recused member is not (zone_collective#5)."""
        return self.is_present and not self.is_recused


def attending(members: Sequence[Member]) -> list[Member]:
    """Return the members who are there for the item."""
    return [member for member in members if member.counts]


def needed_for_quorum(member_count: int, ratio: Fraction) -> int:
    """Return how many must be there: at least this share of all members."""
    return math.ceil(member_count * ratio)


def is_quorate(members: Sequence[Member], ratio: Fraction) -> bool:
    """True where enough members are there for the item, recused ones not counted."""
    return bool(members) and len(attending(members)) >= needed_for_quorum(len(members), ratio)


def has_passed(members: Sequence[Member], ratio: Fraction) -> bool:
    """True where more than this share of all members agreed, absent and recused ones counted in the base."""
    agreeing = sum(member.choice == "for" for member in attending(members))
    return agreeing > len(members) * ratio


def refuse_view(members: Sequence[Member], person_id: int) -> None:
    """Refuse a view of one who is not there, is recused, has spoken, or is the head before all others have."""
    member = _seat(members, person_id)
    if member.has_view:
        raise Refusal(Ground.RULE, "meeting.view_given", _("您已发表意见，意见不得改写"), MINUTES_CLAUSE)
    silent = [other for other in attending(members) if not other.has_view and other.person_id != person_id]
    if member.is_head and silent:
        raise Refusal(
            Ground.RULE,
            "meeting.head_last",
            _("主要负责人末位表态：还有%(count)s名到会成员未发表意见") % {"count": len(silent)},
            ORDER_CLAUSE,
        )


def refuse_vote(members: Sequence[Member], person_id: int, choice: str) -> None:
    """Refuse a vote without one's own view before it, a second vote, or one that is none."""
    member = _seat(members, person_id)
    if choice not in CHOICES:
        raise Refusal(Ground.FORM, "meeting.choice", _("请选择同意、反对或弃权"), MAJORITY_CLAUSE)
    if member.choice:
        raise Refusal(Ground.RULE, "meeting.vote_cast", _("您已表决，表决不得更改"), MINUTES_CLAUSE)
    if not member.has_view:
        raise Refusal(Ground.RULE, "meeting.view_first", _("请先发表意见，再行表决"), ORDER_CLAUSE)


def result(members: Sequence[Member], *, quorum: Fraction, majority: Fraction) -> str:
    """Return what the vote decided, "passed" or "rejected": computed, never chosen.

    Refuses without quorum, and before every member who is there has given his view and his vote.
    """
    if not is_quorate(members, quorum):
        raise Refusal(
            Ground.RULE,
            "meeting.no_quorum",
            _("本议题到会%(present)s人，应到%(all)s人，至少须有%(needed)s人，未达法定人数，不得作出决定")
            % {
                "present": len(attending(members)),
                "all": len(members),
                "needed": needed_for_quorum(len(members), quorum),
            },
            QUORUM_CLAUSE,
        )
    waiting = [member for member in attending(members) if not member.choice]
    if waiting:
        raise Refusal(
            Ground.RULE,
            "meeting.votes_missing",
            _("还有%(count)s名到会成员未表决") % {"count": len(waiting)},
            MAJORITY_CLAUSE,
        )
    return "passed" if has_passed(members, majority) else "rejected"


@dataclass(frozen=True, slots=True)
class Count:
    """The votes of those who are there for the item."""

    agree: int
    against: int
    abstain: int


def count(members: Sequence[Member]) -> Count:
    """Count the votes; a recused or absent member has none."""
    cast = [member.choice for member in attending(members)]
    return Count(*(cast.count(choice) for choice in CHOICES))


def _seat(members: Sequence[Member], person_id: int) -> Member:
    member = next((each for each in members if each.person_id == person_id), None)
    if member is None:
        raise Refusal(Ground.POST, "meeting.not_member", _("您不是本次会议的成员"), MAJORITY_CLAUSE)
    if member.is_recused:
        raise Refusal(
            Ground.RULE, "meeting.recused", _("您已在本议题回避，不得查看、发表意见或表决"), RECUSAL_CLAUSE
        )
    if not member.is_present:
        raise Refusal(Ground.RULE, "meeting.absent", _("您未登记到会，不得发表意见或表决"), QUORUM_CLAUSE)
    return member
