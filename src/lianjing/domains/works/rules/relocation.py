"""Relocation, one file a household: who measures, what may be agreed, whose account is paid, three equal sums."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal

from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput, Ground, Refusal

NOTHING = Decimal("0.00")
CENT = Decimal("0.01")
MEASURED = ("house",)  # kinds whose agreed area is bounded by the survey


@dataclass(frozen=True, slots=True)
class Item:
    """One item of compensation: its area or quantity, its unit price in yuan; the amount is computed."""

    kind: str
    name: str
    area: Decimal | None
    unit_price: Decimal

    @property
    def amount(self) -> Decimal:
        """Area × unit price, rounded half up to the fen; the price itself where nothing is measured."""
        return (self.unit_price * (Decimal(1) if self.area is None else self.area)).quantize(
            CENT, ROUND_HALF_UP
        )


def total(items: Sequence[Item]) -> Decimal:
    """Return the sum of the items in yuan."""
    return sum((item.amount for item in items), NOTHING)


def check_second(first_person: int | None, second_person: int | None) -> None:
    """Refuse a survey by one person; Refusal(CONFLICT), zone_relocation article 2."""
    if first_person is None or first_person == second_person:
        raise Refusal(
            Ground.CONFLICT, "relocation.two_persons", _("入户调查须由两人分别办理"), "zone_relocation#2"
        )


def check_same_area(first: Decimal | None, second: Decimal) -> None:
    """Refuse two readings that differ: the household is measured again; BadInput."""
    if first != second:
        raise BadInput(_("两人丈量面积不一致，请退回重新丈量"), "measured_area_m2")


def check_untied(ties: Collection[str]) -> None:
    """Refuse an official who is tied to the owner; Refusal(CONFLICT), zone_relocation article 5."""
    if ties:
        raise Refusal(
            Ground.CONFLICT,
            "relocation.tied",
            _("您与权利人有关联（%(ties)s），须回避") % {"ties": "、".join(ties)},
            "zone_relocation#5",
        )


def check_area(items: Sequence[Item], measured: Decimal | None) -> None:
    """Refuse an agreement whose house area is above the survey; Refusal(RED_LINE), zone_relocation article 6."""
    agreed = sum((item.area or Decimal(0) for item in items if item.kind in MEASURED), Decimal(0))
    if measured is not None and agreed > measured:
        raise Refusal(
            Ground.RED_LINE,
            "relocation.above_survey",
            _("协议房屋面积%(agreed)s平方米超过测绘面积%(measured)s平方米")
            % {"agreed": f"{agreed.normalize():f}", "measured": f"{measured.normalize():f}"},
            "zone_relocation#6",
        )


def check_amounts(agreed: Sequence[Item], appraised: Sequence[tuple[str, str, Decimal]]) -> None:
    """Refuse an item that was not appraised, or above its appraisal; Refusal(RED_LINE), zone_relocation article 6."""
    worth: dict[tuple[str, str], Decimal] = {}
    for kind, name, amount in appraised:
        worth[kind, name] = worth.get((kind, name), NOTHING) + amount
    claimed: dict[tuple[str, str], Decimal] = {}
    for item in agreed:
        claimed[item.kind, item.name] = claimed.get((item.kind, item.name), NOTHING) + item.amount
    for place, amount in claimed.items():
        if amount > worth.get(place, NOTHING):
            raise Refusal(
                Ground.RED_LINE,
                "relocation.above_appraisal",
                _("“%(name)s”协议额%(agreed)s元超过评估额%(appraised)s元")
                % {
                    "name": place[1],
                    "agreed": f"{amount:,.2f}",
                    "appraised": f"{worth.get(place, NOTHING):,.2f}",
                },
                "zone_relocation#6",
            )


def check_payee(holder_name: str, owner_name: str) -> None:
    """Refuse an account that is not the owner's own; Refusal(RED_LINE), zone_relocation article 3."""
    if holder_name.strip() != owner_name.strip():
        raise Refusal(
            Ground.RED_LINE,
            "relocation.payee_not_owner",
            _("收款账户户名“%(holder)s”不是权利人“%(owner)s”本人")
            % {"holder": holder_name.strip(), "owner": owner_name.strip()},
            "zone_relocation#3",
        )


def check_budget(agreed: Decimal, budget: Decimal) -> None:
    """Refuse agreements beyond the relocation budget; Refusal(RED_LINE), zone_relocation article 7."""
    if agreed > budget:
        raise Refusal(
            Ground.RED_LINE,
            "relocation.over_budget",
            _("协议合计%(agreed)s元超过征迁预算%(budget)s元")
            % {"agreed": f"{agreed:,.2f}", "budget": f"{budget:,.2f}"},
            "zone_relocation#7",
        )


def sample_size(households: int, ratio: Decimal) -> int:
    """Return how many households are measured again: the share rounded up, at least one."""
    return max(1, int((households * ratio).to_integral_value(ROUND_CEILING))) if households else 0


def check_sample(needed: int, drawn: int, missing: Sequence[str]) -> None:
    """Refuse to pay before the drawn sample was measured again; Refusal(GATE), zone_relocation article 8."""
    if drawn < needed:
        raise Refusal(
            Ground.GATE,
            "relocation.no_sample",
            _("须抽取%(needed)d户复测，已抽取%(drawn)d户") % {"needed": needed, "drawn": drawn},
            "zone_relocation#8",
        )
    if missing:
        raise Refusal(
            Ground.GATE,
            "relocation.not_remeasured",
            _("抽中的户尚未复测：%(codes)s") % {"codes": "、".join(missing)},
            "zone_relocation#8",
        )


def difference(first: Decimal | None, again: Decimal | None) -> Decimal | None:
    """Return by how much the second measurement differs, as a share of the first; None where either is missing."""
    if not first or again is None:
        return None
    return ((again - first) / first).quantize(Decimal("0.0001"), ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Balance:
    """The relocation money of a project in yuan: budget, agreements, payments (C14)."""

    budget: Decimal = NOTHING
    agreed: Decimal = NOTHING
    paid: Decimal = NOTHING

    @property
    def unagreed(self) -> Decimal:
        """What of the budget no agreement has taken up."""
        return self.budget - self.agreed

    @property
    def unpaid(self) -> Decimal:
        """What was agreed and not yet paid."""
        return self.agreed - self.paid

    @property
    def is_equal(self) -> bool:
        """True where the three sums agree."""
        return self.budget == self.agreed == self.paid


def publicly(owner_name: str) -> str:
    """Return an owner's name as the publicity table shows it: the first sign of a person's name; a firm's in full."""
    return owner_name if len(owner_name) > 4 else f"{owner_name[:1]}某某" if owner_name else ""
