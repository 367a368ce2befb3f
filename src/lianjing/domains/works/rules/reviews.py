"""The five reviews of a payment: what is a recorded conclusion, and when money may move."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from lianjing.kernel.refusal import Ground, Refusal

FIVE = ("audit", "internal", "joint", "collective", "finance")
PASSING = frozenset({"pass", "pass_with_cut"})
CLAUSE_OF = {
    "audit": "zone_funds#3",
    "internal": "zone_funds#4",
    "joint": "zone_funds#5",
    "collective": "zone_funds#6",
    "finance": "zone_funds#7",
}


@dataclass(frozen=True, slots=True)
class ReviewView:
    """One recorded conclusion; `unit_id` tells the departments of the joint review apart.

    `person_id` is None where the rule itself concluded.
    """

    kind: str
    result: str
    person_id: int | None = None
    unit_id: int | None = None
    clause: str = ""
    has_agenda_item: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """Which of the five stand; `missing` are their keys in the order of the chain."""

    missing: tuple[str, ...]

    @property
    def is_complete(self) -> bool:
        return not self.missing


def _concludes(review: ReviewView) -> bool:
    """A person's conclusion passes; the rule's own "not required" counts for the collective review alone, with its clause."""
    if review.result == "not_required":
        return review.kind == "collective" and review.person_id is None and bool(review.clause)
    if review.result not in PASSING or review.person_id is None:
        return False
    return review.kind != "collective" or review.has_agenda_item


def five_reviews(
    reviews: Iterable[ReviewView],
    departments: Collection[int],
    *,
    has_decision: bool = False,
    needed: Collection[str] = FIVE,
) -> Verdict:
    """Say which of the reviews `needed` by the bundle have a recorded conclusion (zone_funds, article 2).

    The joint review stands when every department that the decision named has concluded; with none named it does
    not stand. A department that disagreed has concluded `refuse`, which stands only where a meeting has decided
    this payment nevertheless (`has_decision`), whether or not its amount alone asked for one.
    """
    given = list(reviews)
    standing = {review.kind for review in given if review.kind != "joint" and _concludes(review)}
    accepted = {
        review.unit_id
        for review in given
        if review.kind == "joint"
        and review.person_id is not None
        and (review.result in PASSING or (review.result == "refuse" and has_decision))
    }
    if departments and set(departments) <= accepted:
        standing.add("joint")
    return Verdict(tuple(kind for kind in FIVE if kind in needed and kind not in standing))


def require_five(
    reviews: Iterable[ReviewView],
    departments: Collection[int],
    labels: Mapping[str, str],
    *,
    has_decision: bool = False,
    needed: Collection[str] = FIVE,
) -> None:
    """Refuse a payment step while one of the reviews of its bundle lacks its conclusion; Refusal(RULE), zone_funds article 2."""
    verdict = five_reviews(reviews, departments, has_decision=has_decision, needed=needed)
    if not verdict.is_complete:
        named = "、".join(labels.get(kind, kind) for kind in verdict.missing)
        raise Refusal(
            Ground.RULE,
            "reviews.missing",
            _("审查缺少结论：%(reviews)s，不得支付") % {"reviews": named},
            "zone_funds#2",
        )


def require_different(persons: Iterable[int | None], person_id: int | None) -> None:
    """Refuse a reviewer who already applied or reviewed here; Refusal(CONFLICT), zone_funds article 11."""
    if person_id is not None and person_id in set(persons):
        raise Refusal(
            Ground.CONFLICT, "reviews.same_person", _("申请人和五项审查的审查人须互不相同"), "zone_funds#11"
        )
