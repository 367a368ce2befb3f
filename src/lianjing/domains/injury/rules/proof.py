"""The gate of proof and what of an item goes to whom: vouchers checked, advance compared with the sum, money divided."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from lianjing.domains.injury.rules.entitlement import MEDICAL, NOTHING
from lianjing.kernel.refusal import Ground, Refusal

WORKER, EMPLOYER, HOSPITAL, SPLIT = "worker", "employer", "hospital", "split"


@dataclass(frozen=True, slots=True)
class Voucher:
    """One proof of an advance as it stands on paper."""

    number: str
    payer_name: str
    amount: Decimal
    paid_on: date


def check_vouchers(
    vouchers: Sequence[Voucher],
    *,
    employer_name: str,
    injured_on: date,
    claimed_on: date,
    used: Collection[str],
) -> None:
    """Refuse a voucher that somebody else paid, that was used before, or whose day does not fit (zone_injury#7)."""
    seen = set(used)
    for each in vouchers:
        if each.payer_name.strip() != employer_name:
            raise _fake(
                "injury.proof_payer", _("凭证%(no)s的付款人不是用人单位“%(name)s”"), each, name=employer_name
            )
        if each.number in seen:
            raise _fake("injury.proof_reused", _("凭证%(no)s已用于其他垫付，不得重复使用"), each)
        if not injured_on <= each.paid_on <= claimed_on:
            raise _fake("injury.proof_day", _("凭证%(no)s的付款日不在受伤日和申领日之间"), each)
        seen.add(each.number)


def _fake(rule: str, message: str, voucher: Voucher, **words: str) -> Refusal:
    return Refusal(Ground.RED_LINE, rule, message % {"no": voucher.number, **words}, "zone_injury#7")


@dataclass(frozen=True, slots=True)
class Share:
    """What of an item goes to whom."""

    payee: str
    amount: Decimal


def divided(route: str, amount: Decimal, proven: Decimal) -> tuple[Share, ...]:
    """Divide an item by the route that the decision table gave; never more than the item, nothing of zero."""
    to_employer = min(amount, proven)
    parts = {
        EMPLOYER: (Share(EMPLOYER, to_employer), Share(WORKER, amount - to_employer)),
        SPLIT: (Share(EMPLOYER, to_employer), Share(WORKER, amount - to_employer)),
        HOSPITAL: (Share(HOSPITAL, amount),),
        WORKER: (Share(WORKER, amount),),
    }[route]
    return tuple(each for each in parts if each.amount > NOTHING)


def check_payee(kind: str, payee: str, *, proven: Decimal, amount: Decimal) -> None:
    """Refuse money to an employer for other than medical items or beyond its proof, whatever route was drawn."""
    if payee != EMPLOYER:
        return
    if kind not in MEDICAL:
        raise Refusal(
            Ground.RED_LINE,
            "injury.not_medical",
            _("非医疗待遇不得付给用人单位"),
            "zone_injury#5",
        )
    if amount > proven:
        raise Refusal(
            Ground.RED_LINE,
            "injury.beyond_proof",
            _("付给用人单位的%(amount)s元超过已核验的垫付额%(proven)s元")
            % {"amount": f"{amount:,.2f}", "proven": f"{proven:,.2f}"},
            "zone_injury#3",
        )


def check_mandate(is_proxy: bool, has_mandate: bool) -> None:
    """Refuse a proxy without the mandate that the worker signed (zone_injury#6)."""
    if is_proxy and not has_mandate:
        raise Refusal(
            Ground.DOCUMENTS,
            "injury.no_mandate",
            _("代办须有职工本人签名的委托书"),
            "zone_injury#6",
        )


def check_transfer(amount: Decimal, *, owed: Decimal, passed_on: Decimal) -> None:
    """Refuse a transfer of nothing or of more than is still owed to the worker (zone_injury#8)."""
    left = owed - passed_on
    if amount <= NOTHING or amount > left:
        raise Refusal(
            Ground.RULE,
            "injury.transfer_sum",
            _("转付额须大于零且不超过尚应转付的%(left)s元") % {"left": f"{left:,.2f}"},
            "zone_injury#8",
        )
