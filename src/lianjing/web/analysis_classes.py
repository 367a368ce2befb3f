"""Which matters are alike: the type and the band of size of each one that has ended."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _

from lianjing.analysis.mining.live import Held
from lianjing.analysis.mining.peers import size_band
from lianjing.runtime import codes
from lianjing.runtime.matter.models import Matter
from lianjing.web.amounts import amounts_of

ALL = "*"  # the band of a log from elsewhere whose sizes nobody named
POWER = "10^"


def ended_of(held: Held) -> set[int]:
    """Return the numbers of the objects that have ended; all of a log from elsewhere, which does not say."""
    if not held.source.definitions:
        return set(held.outcomes)
    return {number for number, outcome in held.outcomes.items() if outcome}


def classes(held: Held, size: str = "") -> dict[int, str]:
    """Return the class of each object that has ended, as the stack carries it: type|band.

    The band is the power of ten of the amount in yuan, empty where it is not known; of a log from elsewhere that of
    its attribute `size`.
    """
    if not held.source.definitions:
        values = held.store.attribute(size) if size in held.store.attributes() else None
        return {
            number: f"|{ALL if values is None else size_band(values.get(number, ''))}"
            for number in held.outcomes
        }
    text, ended = held.store.objects.text, ended_of(held)
    matters = {number: held.matters[text(number)] for number in ended}
    kinds = dict(Matter.objects.filter(id__in=matters.values()).values_list("id", "kind"))
    by_kind: dict[str, set[int]] = {}
    for matter, kind in kinds.items():
        by_kind.setdefault(kind, set()).add(matter)
    amounts = amounts_of(by_kind)
    return {
        number: f"{kinds[matter]}|{_band(amounts.get(matter))}"
        for number, matter in matters.items()
        if matter in kinds
    }


def _band(amount: Decimal | None) -> str:
    return "" if amount is None else size_band(str(amount))


def class_words(name: str) -> str:
    """Return a class in words: 工程款支付，100,000至1,000,000元."""
    kind, _bar, band = name.partition("|")
    parts = [codes.label("matter_kind", kind)] if kind else []
    return _("，").join([*parts, _band_words(band, is_money=bool(kind))])


def _band_words(band: str, *, is_money: bool) -> str:
    if band == ALL:
        return _("不分规模")
    if not band:
        return _("规模未注明")
    if band == "0":
        return _("不足1元") if is_money else _("不足1")
    power = band.removeprefix(POWER)
    if not band.startswith(POWER) or not power.isdecimal() or len(power) > 2:
        return band
    span = {"low": f"{10 ** int(power):,}", "high": f"{10 ** (int(power) + 1):,}"}
    return _("%(low)s至%(high)s元") % span if is_money else _("%(low)s至%(high)s") % span
