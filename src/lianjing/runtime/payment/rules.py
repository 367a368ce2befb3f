"""Red lines of payments (F3): pure functions over the standing of a contract, which no role can override."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext as _

from lianjing.kernel.refusal import Ground, Refusal

NOTHING = Decimal("0.00")
CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class OpeningSums:
    """What a taken-over contract brings along, each sum with its paper (zone_funds#17), in yuan."""

    change_amount: Decimal = NOTHING
    verified_value: Decimal = NOTHING
    advance_outstanding: Decimal = NOTHING
    retention_held: Decimal = NOTHING
    paid_to_date: Decimal = NOTHING
    payee_account_id: int | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """How a contract stands before one payment, in yuan; the payment itself is not in it.

    `paid` is all money that left for the contract, advances and released retention included; `in_flight` the sums
    of its other live applications. `verified_value` is the cumulative value of work confirmed by the owner.
    """

    contract_amount: Decimal
    approved_changes: Decimal = NOTHING
    verified_value: Decimal = NOTHING
    advance_outstanding: Decimal = NOTHING
    paid: Decimal = NOTHING
    in_flight: Decimal = NOTHING
    retention_held: Decimal = NOTHING  # withheld and not yet released, nor on its way
    agreed_account_id: int | None = None
    settlement: Decimal | None = None  # approved settlement: replaces contract plus changes as the ceiling
    advances: Decimal = NOTHING  # advances paid and in flight
    advance_limit: Decimal = NOTHING  # as agreed in the contract
    retention_ratio: Decimal = NOTHING
    is_opening_missing: bool = False  # taken over, but its opening sums were not entered

    @property
    def ceiling(self) -> Decimal:
        """The most that may ever be paid: contract plus approved changes, or the approved settlement."""
        return self.contract_amount + self.approved_changes if self.settlement is None else self.settlement

    @property
    def out(self) -> Decimal:
        """All money paid or on its way."""
        return self.paid + self.in_flight

    @property
    def value(self) -> Decimal:
        """The value of the work: as settled, before that as verified by progress reports."""
        return self.verified_value if self.settlement is None else self.settlement


@dataclass(frozen=True, slots=True)
class Claim:
    """The payment in question. `audited` is the sum that the audit review left, None before it."""

    kind: str
    amount: Decimal
    payee_account_id: int | None
    audited: Decimal | None = None
    retention: Decimal = NOTHING  # withheld from this payment
    invoices: tuple[tuple[str, str], ...] = ()  # (code, number)


@dataclass(frozen=True, slots=True)
class Breach:
    """A crossed red line: stable rule, clause and one sentence with the figures."""

    rule: str
    clause: str
    message: str


def withheld(standing: Standing, claim: Claim) -> Decimal:
    """Return the retention that must stay back when this payment is made.

    What is on record as withheld stays back until a payment of kind retention releases it. A progress payment
    keeps back at least the agreed share of the verified value, whatever its form says.
    """
    if claim.kind == "retention":
        return NOTHING
    on_record = standing.retention_held + claim.retention
    if claim.kind == "settlement":
        return on_record
    agreed = (standing.value * standing.retention_ratio).quantize(CENT, ROUND_HALF_UP)
    return max(on_record, agreed)


def earned(standing: Standing, claim: Claim) -> Decimal:
    """Return how much this payment may be at most by verified work (zone_funds#13), perhaps negative.

    Let V be the verified value, A the advance still to be recovered, P the money paid or on its way, R what must
    stay withheld. Of P only P − A was paid for work. The clause bounds the payment x by

        x + (P − A) ≤ V − A − R,   that is   x ≤ V − R − P.

    A drops out: money that left as an advance counts until work of that value is verified, whatever deduction a
    form shows, so that recovering it can neither be forgotten nor entered twice.
    """
    return standing.value - withheld(standing, claim) - standing.out


def payable(standing: Standing, kind: str, *, retention: Decimal = NOTHING) -> Decimal:
    """Return the most that a payment of this kind may be today, never negative."""
    claim = Claim(kind, NOTHING, standing.agreed_account_id, retention=retention)
    room = standing.ceiling - standing.out
    if kind == "advance":
        room = min(room, standing.advance_limit - standing.advances)
    else:
        room = min(room, earned(standing, claim))
    if kind == "retention":
        room = min(room, standing.retention_held)
    return max(NOTHING, room)


def over_contract(standing: Standing, claim: Claim) -> Breach | None:
    """Refuse beyond contract plus approved changes, other live applications counted (zone_funds#12)."""
    total = standing.out + claim.amount
    if total <= standing.ceiling:
        return None
    return Breach(
        "red_line.over_contract",
        "zone_funds#12",
        _("累计支付%(total)s元（含在途%(flight)s元）超过合同价与已批准变更之和%(ceiling)s元")
        % {"total": _money(total), "flight": _money(standing.in_flight), "ceiling": _money(standing.ceiling)},
    )


def over_progress(standing: Standing, claim: Claim) -> Breach | None:
    """Refuse beyond verified work: see `earned`; advances by the agreed share, retention by what is withheld."""
    if claim.kind == "advance":
        return _over_advance(standing, claim)
    if claim.kind == "retention" and claim.amount > standing.retention_held:
        return Breach(
            "red_line.over_progress",
            "zone_funds#13",
            _("本次返还质保金%(amount)s元超过已扣留未返还的质保金%(held)s元")
            % {"amount": _money(claim.amount), "held": _money(standing.retention_held)},
        )
    limit = earned(standing, claim)
    if claim.amount <= limit:
        return None
    return Breach(
        "red_line.over_progress",
        "zone_funds#13",
        _(
            "本次%(amount)s元超过可付进度款%(limit)s元：核实产值%(verified)s元，扣除应留质保金%(kept)s元、已付和在途%(out)s元（含未扣回预付款%(advance)s元）"
        )
        % {
            "amount": _money(claim.amount),
            "limit": _money(max(limit, NOTHING)),
            "verified": _money(standing.value),
            "kept": _money(withheld(standing, claim)),
            "out": _money(standing.out),
            "advance": _money(standing.advance_outstanding),
        },
    )


def _over_advance(standing: Standing, claim: Claim) -> Breach | None:
    total = standing.advances + claim.amount
    if total <= standing.advance_limit:
        return None
    return Breach(
        "red_line.over_progress",
        "zone_funds#13",
        _("累计预付款%(total)s元超过合同约定的预付款%(limit)s元")
        % {"total": _money(total), "limit": _money(standing.advance_limit)},
    )


def account_changed(standing: Standing, claim: Claim) -> Breach | None:
    """Refuse another account than the agreed one, or where none is agreed (zone_funds#14)."""
    if standing.agreed_account_id is not None and claim.payee_account_id == standing.agreed_account_id:
        return None
    return Breach(
        "red_line.account_changed", "zone_funds#14", _("收款账户与合同约定的账户不一致；变更账户须先单独报批")
    )


def duplicate_invoice(claim: Claim, used: Collection[tuple[str, str]]) -> Breach | None:
    """Refuse an invoice that another live application uses, or that stands twice in this one (zone_funds#15)."""
    seen: set[tuple[str, str]] = set()
    for invoice in claim.invoices:
        if invoice in seen or invoice in used:
            return Breach(
                "red_line.duplicate_invoice",
                "zone_funds#15",
                _("发票%(invoice)s已用于支付，不得重复使用") % {"invoice": " ".join(filter(None, invoice))},
            )
        seen.add(invoice)
    return None


def over_audited(claim: Claim) -> Breach | None:
    """Refuse more than the audit review left (zone_funds#3)."""
    if claim.audited is None or claim.amount <= claim.audited:
        return None
    return Breach(
        "red_line.over_audited",
        "zone_funds#3",
        _("支付额%(amount)s元超过审计审定额%(audited)s元")
        % {"amount": _money(claim.amount), "audited": _money(claim.audited)},
    )


def no_opening_sums(standing: Standing) -> Breach | None:
    """Refuse any payment of a taken-over project before its opening sums are in (zone_funds#17)."""
    if not standing.is_opening_missing:
        return None
    return Breach(
        "red_line.no_opening_sums",
        "zone_funds#17",
        _("接续项目尚未登记已批变更、核实产值、预付款、质保金和累计已付，不得支付"),
    )


def breaches(
    standing: Standing | None, claim: Claim, used_invoices: Collection[tuple[str, str]] = ()
) -> list[Breach]:
    """Return every red line that the payment would cross, the gravest first; none means it may go on.

    Without a standing (a payment without a contract) only invoices and the audited sum are checked.
    """
    found = [duplicate_invoice(claim, used_invoices), over_audited(claim)]
    if standing is not None:
        opening = no_opening_sums(standing)
        sums = [opening] if opening else [over_contract(standing, claim), over_progress(standing, claim)]
        found = [*sums, account_changed(standing, claim), *found]
    return [breach for breach in found if breach is not None]


def refuse(found: Sequence[Breach]) -> None:
    """Raise the refusal of the first breach, its sentence naming all of them; return where there is none."""
    if found:
        raise Refusal(
            Ground.RED_LINE, found[0].rule, _("；").join(breach.message for breach in found), found[0].clause
        )


def _money(amount: Decimal) -> str:
    return f"{amount:,.2f}"
