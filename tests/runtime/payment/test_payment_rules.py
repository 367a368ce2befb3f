from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lianjing.kernel.refusal import Ground, Refusal
from lianjing.runtime.payment.rules import Claim, Standing, breaches, payable, refuse

M = Decimal(1_000_000)
STANDING = Standing(
    contract_amount=10 * M,
    verified_value=3 * M,
    paid=M,
    advances=M,
    advance_outstanding=M,
    advance_limit=M,
    agreed_account_id=7,
    retention_ratio=Decimal("0.03"),
)
CLAIM = Claim(kind="progress", amount=M, payee_account_id=7)


def rules_of(standing: Standing | None, claim: Claim, used: tuple[tuple[str, str], ...] = ()) -> list[str]:
    return [breach.rule.removeprefix("red_line.") for breach in breaches(standing, claim, used)]


def test_a_payment_within_every_line_passes() -> None:
    assert rules_of(STANDING, CLAIM) == []


@pytest.mark.parametrize(("amount", "found"), [("1910000.00", []), ("1910000.01", ["over_progress"])])
def test_progress_is_bounded_by_verified_value_less_advance_less_retention(
    amount: str, found: list[str]
) -> None:
    # 3,000,000 verified − 90,000 retention − 1,000,000 paid, all of it an advance not yet recovered
    assert rules_of(STANDING, replace(CLAIM, amount=Decimal(amount))) == found


def test_the_form_cannot_lift_the_bound_by_the_deduction_it_shows() -> None:
    recovered = replace(STANDING, advance_outstanding=Decimal(0))
    assert payable(recovered, "progress") == payable(STANDING, "progress") == Decimal("1910000.00")


def test_money_in_flight_counts_as_paid() -> None:
    assert rules_of(replace(STANDING, in_flight=M), replace(CLAIM, amount=M)) == ["over_progress"]
    assert rules_of(
        replace(STANDING, in_flight=9 * M, verified_value=20 * M), replace(CLAIM, amount=Decimal("0.01"))
    ) == ["over_contract"]


@pytest.mark.parametrize(("changes", "found"), [(0, ["over_contract"]), (M, []), (-M, ["over_contract"])])
def test_contract_plus_approved_changes_is_the_ceiling(changes: Decimal, found: list[str]) -> None:
    standing = replace(STANDING, verified_value=20 * M, paid=9 * M, approved_changes=Decimal(changes))
    assert rules_of(standing, replace(CLAIM, amount=M + 1)) == found


def test_an_approved_settlement_replaces_the_ceiling_and_the_verified_value() -> None:
    standing = replace(STANDING, paid=8 * M, settlement=9 * M, retention_ratio=Decimal(0))
    assert rules_of(standing, replace(CLAIM, kind="settlement", amount=M)) == []
    assert rules_of(standing, replace(CLAIM, kind="settlement", amount=M + 1)) == [
        "over_contract",
        "over_progress",
    ]


def test_an_advance_is_bounded_by_its_agreed_share() -> None:
    before = replace(STANDING, paid=Decimal(0), advances=Decimal(0), verified_value=Decimal(0))
    advance = replace(CLAIM, kind="advance", amount=M)
    assert rules_of(before, advance) == []
    assert rules_of(before, replace(advance, amount=M + 1)) == ["over_progress"]
    assert rules_of(STANDING, replace(advance, amount=Decimal("0.01"))) == ["over_progress"]
    assert payable(replace(before, advance_limit=Decimal(0)), "advance") == 0


def test_retention_is_released_up_to_what_is_withheld() -> None:
    standing = replace(
        STANDING, verified_value=10 * M, paid=Decimal(9_700_000), retention_held=Decimal(300_000)
    )
    release = replace(CLAIM, kind="retention", amount=Decimal(300_000))
    assert rules_of(standing, release) == []
    assert rules_of(standing, replace(release, amount=Decimal("300000.01"))) == [
        "over_contract",
        "over_progress",
    ]
    assert rules_of(replace(standing, retention_held=Decimal(0)), release) == ["over_progress"]


def test_what_is_withheld_is_not_paid_as_settlement() -> None:
    standing = replace(
        STANDING, verified_value=10 * M, paid=Decimal(9_700_000), retention_held=Decimal(300_000)
    )
    assert rules_of(standing, replace(CLAIM, kind="settlement", amount=Decimal(1))) == ["over_progress"]


@pytest.mark.parametrize(("agreed", "paid_to"), [(7, 8), (7, None), (None, 7), (None, None)])
def test_only_the_agreed_account_is_paid(agreed: int | None, paid_to: int | None) -> None:
    found = breaches(replace(STANDING, agreed_account_id=agreed), replace(CLAIM, payee_account_id=paid_to))
    assert [(breach.rule, breach.clause) for breach in found] == [
        ("red_line.account_changed", "zone_funds#14")
    ]


def test_an_invoice_is_used_once_here_and_elsewhere() -> None:
    first, second = ("", "99000000000000000001"), ("", "99000000000000000002")
    assert rules_of(STANDING, replace(CLAIM, invoices=(first, second))) == []
    assert rules_of(STANDING, replace(CLAIM, invoices=(first, second, first))) == ["duplicate_invoice"]
    assert rules_of(STANDING, replace(CLAIM, invoices=(first, second)), (second,)) == ["duplicate_invoice"]
    assert rules_of(None, replace(CLAIM, invoices=(second,)), (second,)) == ["duplicate_invoice"]


def test_no_payment_exceeds_the_audited_sum() -> None:
    assert rules_of(STANDING, replace(CLAIM, audited=M)) == []
    assert rules_of(STANDING, replace(CLAIM, audited=M - 1)) == ["over_audited"]


def test_a_taken_over_contract_without_opening_sums_is_not_paid() -> None:
    found = breaches(replace(STANDING, is_opening_missing=True), CLAIM)
    assert [(breach.rule, breach.clause) for breach in found] == [
        ("red_line.no_opening_sums", "zone_funds#17")
    ]


def test_the_refusal_names_rule_clause_and_figures() -> None:
    with pytest.raises(Refusal) as caught:
        refuse(breaches(STANDING, replace(CLAIM, amount=20 * M, payee_account_id=8)))
    assert caught.value.ground is Ground.RED_LINE
    assert caught.value.rule == "red_line.over_contract"
    assert caught.value.clause == "zone_funds#12"
    assert "21,000,000.00" in caught.value.message
    assert "收款账户" in caught.value.message
    refuse([])


sums = st.integers(0, 2_000_000_000).map(lambda fen: Decimal(fen) / 100)
steps = st.lists(
    st.tuples(
        st.sampled_from(["advance", "progress", "settlement", "retention", "verify", "change", "drop"]),
        sums,
        sums,
        st.booleans(),
    ),
    max_size=25,
)


@settings(max_examples=150)
@given(
    steps,
    st.sampled_from([Decimal(0), Decimal("0.03")]),
    st.sampled_from([Decimal(0), Decimal("0.1"), Decimal("0.3")]),
)
def test_no_sequence_of_accepted_payments_ever_crosses_a_line(
    moves: list[tuple[str, Decimal, Decimal, bool]], retention_ratio: Decimal, advance_ratio: Decimal
) -> None:
    """Any mixture of claims, growing progress, changes and withdrawals; the invariants hold on the cash that left."""
    contract = Decimal(10_000_000)
    verified = changes = Decimal(0)
    accepted: list[tuple[str, Decimal, Decimal]] = []
    for kind, amount, retained, flag in moves:
        if kind == "verify":
            verified += amount
        elif kind == "change":
            changes += amount
        elif kind == "drop":
            accepted = accepted[:-1] if flag else accepted
        else:
            of_kind = {
                name: sum((row[1] for row in accepted if row[0] == name), Decimal(0))
                for name in ("advance", "retention")
            }
            withheld = sum((row[2] for row in accepted), Decimal(0))
            standing = Standing(
                contract_amount=contract,
                approved_changes=changes,
                verified_value=verified,
                paid=sum((row[1] for row in accepted), Decimal(0)),
                retention_held=withheld - of_kind["retention"],
                agreed_account_id=1,
                advances=of_kind["advance"],
                advance_limit=contract * advance_ratio,
                retention_ratio=retention_ratio,
            )
            claim = Claim(kind, amount, 1, retention=retained)
            found = breaches(standing, claim)
            if amount > 0:
                assert (amount <= payable(standing, kind, retention=retained)) == (not found)
            if not found:
                accepted.append(
                    (kind, amount, retained if kind in ("progress", "settlement") else Decimal(0))
                )
    cash = sum((row[1] for row in accepted), Decimal(0))
    advances = sum((row[1] for row in accepted if row[0] == "advance"), Decimal(0))
    released = sum((row[1] for row in accepted if row[0] == "retention"), Decimal(0))
    assert cash <= contract + changes
    assert cash - advances <= verified
    assert advances <= contract * advance_ratio
    assert released <= sum((row[2] for row in accepted), Decimal(0)) or any(
        move[0] == "drop" for move in moves
    )
