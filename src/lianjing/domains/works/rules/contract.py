"""Terms of a contract held against tender and bid, and the bonds that may be asked for."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput, Ground, Refusal

CONSISTENCY = "tendering_regulation#57"
SOURCES = ("tender", "bid", "award", "contract")
KEYS = ("object", "price", "quality", "duration", "manager", "payment")
BINDING = frozenset({"price", "quality", "duration"})  # must be equal; the others need a reason
CASHLESS = frozenset({"advance"})  # a guarantee, never a deposit
LEGAL_BONDS = frozenset({"bid", "performance", "retention", "wage"})


@dataclass(frozen=True, slots=True)
class TermValue:
    """What one text says on one point: as written, and as a number where it is one."""

    text: str
    number: Decimal | None = None

    def is_same(self, other: TermValue) -> bool:
        """Return whether both say the same: numbers by value, words without blanks and widths."""
        if self.number is not None and other.number is not None:
            return self.number == other.number
        return _plain(self.text) == _plain(other.text)


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()


@dataclass(frozen=True, slots=True)
class Comparison:
    """One line of the comparison: what each text says on a point, and whether the contract keeps to it."""

    key: str
    said: Mapping[str, TermValue]
    reference: str  # the text to which the contract is held, "" where none of them speaks of it
    is_same: bool

    @property
    def is_binding(self) -> bool:
        """Whether a difference is refused, not only shown."""
        return self.key in BINDING

    def text(self, source: str) -> str:
        """Return what a text says, "" where it says nothing."""
        value = self.said.get(source)
        return "" if value is None else value.text


def compare(terms: Mapping[str, Mapping[str, TermValue]]) -> tuple[Comparison, ...]:
    """Hold the contract against the award, else the bid, else the tender, point by point.

    The tender's price is its ceiling, not a price: there only bid and award count.
    """
    return tuple(_compared(key, terms) for key in KEYS)


def _compared(key: str, terms: Mapping[str, Mapping[str, TermValue]]) -> Comparison:
    said = {source: terms[source][key] for source in SOURCES if key in terms.get(source, {})}
    earlier = ("award", "bid") if key == "price" else ("award", "bid", "tender")
    reference = next((source for source in earlier if source in said), "")
    contract = said.get("contract")
    is_same = not reference or (contract is not None and contract.is_same(said[reference]))
    return Comparison(key, said, reference, is_same)


def differing(lines: Iterable[Comparison]) -> list[Comparison]:
    """Return the points on which the contract says something else."""
    return [line for line in lines if not line.is_same]


def check_binding(lines: Iterable[Comparison], label: Mapping[str, str]) -> None:
    """Refuse a contract whose price, quality or duration is not that of tender and bid (regulation, article 57)."""
    broken = [line for line in differing(lines) if line.is_binding]
    if broken:
        raise Refusal(
            Ground.RULE,
            "contract.other_terms",
            _("合同的%(terms)s与招标投标文件不一致")
            % {"terms": "、".join(label.get(line.key, line.key) for line in broken)},
            CONSISTENCY,
        )


def check_explained(lines: Iterable[Comparison], explanation: str) -> None:
    """Ask for a reason where other points differ (zone_contract, article 1); BadInput."""
    if differing(lines) and not explanation.strip():
        raise BadInput(_("合同与招标投标文件有差异，须逐条说明理由"), "explanation")


@dataclass(frozen=True, slots=True)
class Bond:
    """A bond as agreed; amounts in yuan."""

    kind: str
    form: str
    amount: Decimal
    is_cash_only: bool = False
    expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class BondLimits:
    """The most that the law lets take, as shares of the contract sum."""

    performance: Decimal
    retention: Decimal


def check_bonds(bonds: Sequence[Bond], *, contract_amount: Decimal, limits: BondLimits) -> None:
    """Refuse a bond that no law knows, that must be cash, or that is above its share of the contract."""
    for bond in bonds:
        if bond.kind not in LEGAL_BONDS | CASHLESS:
            raise _refused(
                "bond.unlawful_kind", _("除法定四类保证金外，不得收取其他保证金"), "sme_payment#13"
            )
        if bond.is_cash_only or (bond.kind in CASHLESS and bond.form == "cash"):
            raise _refused("bond.cash_only", _("保证金不得限定为现金"), "sme_payment#13")
    _check_share(bonds, "performance", contract_amount * limits.performance)
    _check_share(bonds, "retention", contract_amount * limits.retention)


def _check_share(bonds: Sequence[Bond], kind: str, most: Decimal) -> None:
    taken = sum((bond.amount for bond in bonds if bond.kind == kind), Decimal(0))
    if taken <= most:
        return
    if kind == "performance":
        raise _refused(
            "bond.performance_over",
            _("履约保证金不得超过%(most)s元") % {"most": f"{most:,.2f}"},
            "tendering_regulation#58",
        )
    raise _refused(
        "bond.retention_over",
        _("质量保证金不得超过%(most)s元") % {"most": f"{most:,.2f}"},
        "warranty_money_2017#7",
    )


def check_no_double(bonds: Sequence[Bond], *, retention_ratio: Decimal | None, end_on: date | None) -> None:
    """Refuse retention money beside a performance bond that outlasts the completion (建质〔2017〕138号, article 6)."""
    has_retention = bool(retention_ratio) or any(bond.kind == "retention" for bond in bonds)
    lasting = [
        bond
        for bond in bonds
        if bond.kind == "performance" and end_on and bond.expires_on and bond.expires_on > end_on
    ]
    if has_retention and lasting:
        raise _refused(
            "bond.double",
            _("履约保证金延续到完工之后的，不得同时预留质量保证金"),
            "warranty_money_2017#6",
        )


def _refused(rule: str, message: str, clause: str) -> Refusal:
    return Refusal(Ground.RULE, rule, message, clause)


def is_signed_late(notice_on: date | None, signed_on: date | None, *, days: int) -> bool:
    """Return whether the contract was signed after the legal term from the award notice (tendering law, article 46)."""
    return notice_on is not None and signed_on is not None and signed_on > notice_on + timedelta(days=days)
