"""Change orders: what belongs together, when a supplement is due, who pays, and how late an emergency was logged."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput, Ground, Refusal

NOTHING = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Piece:
    """A change or a visa as the split check sees it; `amount` in yuan, signed."""

    part: str
    cause: str
    proposed_on: date | None
    amount: Decimal | None


def plain_part(part: str) -> str:
    """Return a part of the works without blanks, widths and dashes, so that one part is one text."""
    text = unicodedata.normalize("NFKC", part).casefold()
    return "".join(char for char in text if char.isalnum())


def belong_together(one: Piece, other: Piece, *, window_days: int) -> bool:
    """Return whether two pieces may be one change divided: same part and cause, close in time (zone_change#11)."""
    if plain_part(one.part) != plain_part(other.part) or one.cause != other.cause:
        return False
    if one.proposed_on is None or other.proposed_on is None:
        return True
    return abs((one.proposed_on - other.proposed_on).days) <= window_days


def joined_amount(piece: Piece, others: Iterable[Piece], *, window_days: int) -> Decimal:
    """Return the absolute sum of a change and all pieces that hang together with it, one by one through the window.

    Three changes each within the window of the next are one: the chain is followed to its ends.
    """
    rest = list(others)
    found = [piece]
    for known in found:
        near = [other for other in rest if belong_together(known, other, window_days=window_days)]
        found.extend(near)
        rest = [other for other in rest if other not in near]
    return sum((abs(each.amount) for each in found if each.amount is not None), NOTHING)


def payable(priced: Decimal, responsible: str) -> Decimal:
    """Return what the change adds to the contract: a change by the contractor's fault adds nothing (zone_change#12)."""
    return min(priced, NOTHING) if responsible == "contractor" else priced


def needs_supplement(
    cumulative_ratio: Decimal | None, *, from_ratio: Decimal, is_new_item: bool, amount: Decimal | None
) -> bool:
    """Return whether a supplementary agreement is due: cumulative share reached, or items new to the bill."""
    if not amount:
        return False
    return is_new_item or (cumulative_ratio is not None and cumulative_ratio >= from_ratio)


def has_new_items(codes: Iterable[str], bill: Collection[str]) -> bool:
    """Return whether a change brings items that the contract's bill lacks; without a bill nothing can be told."""
    return bool(bill) and any(code not in bill for code in codes)


def hours_between(earlier: datetime, later: datetime) -> Decimal:
    """Return the hours from one moment to another, two places."""
    seconds = Decimal(str((later - earlier).total_seconds()))
    return (seconds / 3600).quantize(Decimal("0.01"), ROUND_HALF_UP)


def is_late_entry(consent_at: datetime | None, logged_at: datetime | None, *, hours: Decimal) -> bool:
    """Return whether an oral consent was logged after its time (zone_change#10); late entries are shown, not refused."""
    return consent_at is not None and logged_at is not None and hours_between(consent_at, logged_at) > hours


def check_emergency(
    *, danger_at: datetime | None, consent_at: datetime | None, text: str, now: datetime
) -> None:
    """Refuse an emergency without danger, consent and their times in order; BadInput names the field."""
    if not text.strip():
        raise BadInput(_("应急变更须写明险情"), "danger_text")
    if danger_at is None:
        raise BadInput(_("应急变更须写明险情时间"), "danger_at")
    if consent_at is None:
        raise BadInput(_("应急变更须写明口头同意时间"), "oral_consent_at")
    if danger_at > consent_at:
        raise BadInput(_("口头同意不得早于险情"), "oral_consent_at")
    if consent_at > now:
        raise BadInput(_("口头同意时间不得晚于现在"), "oral_consent_at")


def papers_due(consent_on: date, *, days: int) -> date:
    """Return the day by which the papers of an emergency must be in (zone_change#10)."""
    return consent_on + timedelta(days=days)


def check_photos(count: int, *, least: int, clause: str) -> None:
    """Refuse fewer photographs with time and place than the rule asks for."""
    if count < least:
        raise Refusal(
            Ground.DOCUMENTS,
            "photos.too_few",
            _("注明时间地点的照片不足%(least)s张，现有%(count)s张") % {"least": least, "count": count},
            clause,
        )
