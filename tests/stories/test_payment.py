"""A payment through its reviews: holds, clock, an order sent back, the bank's file, reconciliation."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from lianjing.domains.works.queries.money import contract_lines, ledger_of
from lianjing.kernel.refusal import Ground
from lianjing.runtime.contract.models import Contract
from lianjing.runtime.parties.numbers import account_digest
from lianjing.runtime.payment import bank, holds
from lianjing.runtime.payment.clock import term_of
from lianjing.runtime.payment.models import BankLine, PaymentApplication, PaymentHold, PaymentOrder
from lianjing.runtime.payment.reconciliation import days_without_file, entries, picture
from lianjing.runtime.payment.statement import StatementLine
from lianjing.runtime.trail.models import Event
from tests.domains.works.playing import (
    CHECKER,
    FINANCE_HEAD,
    FUNDS,
    LEAD,
    MAKER,
    OFFICER,
    refused,
)


def place(play, payment, number=FUNDS, **given):
    wanted = {"reason": "audit", "basis": "", "quoted": "", "explanation": "等审计结论"} | given
    return holds.place_hold(
        matter_id=payment.pk,
        person_id=play.scene.person(number),
        now=play.scene.pass_time(hours=0.1),
        **wanted,
    )


def line(place, ref, amount, balance, day, *, direction="out", payee="9900000000000000101", memo=""):
    return StatementLine(
        place,
        ref,
        day,
        direction,
        Decimal(amount),
        Decimal(balance),
        "婺澜澍建市政工程有限公司",
        account_digest(payee),
        memo,
    )


def test_a_payment_with_holds_a_returned_order_and_the_banks_file(play):
    scene = play.scene
    project, contract = play.building()
    payment = play.applied(project, contract, "advance", "400000")
    row = PaymentApplication.objects.get(pk=payment.pk)
    due = row.due_on

    # waiting for an audit that neither contract nor law asks for stops nothing, whoever writes it
    hold = place(play, payment)
    assert not hold.is_allowed
    inner = place(play, payment, LEAD, reason="internal", basis="contract", quoted="专用条款12.4")
    assert not inner.is_allowed
    zone = place(play, payment, reason="filing", basis="statute", quoted="zone_funds#3")
    assert not zone.is_allowed
    with refused(Ground.POST, "post.not_held"):
        place(play, payment, OFFICER)
    assert term_of(row, scene.today()).due_on == due
    cited = Event.objects.filter(act="payment.hold").values_list("clause", flat=True)
    assert {"sme_payment#12", "sme_payment#14"} <= set(cited)
    play.audited(payment, "400000")
    play.checked(payment, "400000")
    play.opinions(payment)

    # where the contract itself says so, the clock waits and no money moves
    contract.has_audit_condition = True
    Contract.objects.filter(pk=contract.pk).update(has_audit_condition=True)
    holds.lift_hold(
        hold_id=hold.pk, person_id=scene.person(FUNDS), text="补充依据", now=scene.pass_time(hours=0.1)
    )
    lawful = place(play, payment, basis="contract", quoted="专用条款12.4")
    assert lawful.is_allowed
    with refused(Ground.RULE, "payment.held"):
        play.financed(payment)
    scene.pass_time(working_days=2)
    running = term_of(row, scene.today())
    assert running.state == "paused" and running.due_on > due
    holds.lift_hold(
        hold_id=lawful.pk, person_id=scene.person(FUNDS), text="审计已出", now=scene.pass_time(hours=0.1)
    )
    play.financed(payment)

    # an order is sent back before its release: cancelled and made anew by the same maker
    play.ordered(payment)
    first = PaymentOrder.objects.get()
    play.back(CHECKER, payment, "check_order", "make_order")
    account = {"payer_account": play.payer().pk}
    play.do(MAKER, payment, "make_order", {"order_no": "ZF-2", **account})
    first.refresh_from_db()
    assert first.status == "cancelled"
    play.do(CHECKER, payment, "check_order", {"is_same": "on"})
    play.back(FINANCE_HEAD, payment, "release", "make_order")
    play.do(MAKER, payment, "make_order", {"order_no": "ZF-3", **account})
    play.released(payment)
    order = PaymentOrder.objects.get(status="issued")
    assert (order.order_no, order.amount) == ("ZF-3", Decimal("400000.00"))
    released = scene.today()

    # the bank's file comes before the receipt: matched, and shown until the receipt is in
    taken = bank.take_statement(
        account_id=order.payer_account_id,
        lines=[
            line(2, "B0", "1000000", "1000000", released, direction="in"),
            line(3, "B1", "400000", "600000", released, memo="ZF-3"),
            line(4, "B2", "35", "599965", released, payee="9900000000000000777"),
        ],
        sha256="a" * 64,
        person_id=scene.person(CHECKER),
        now=scene.now,
    )
    assert (taken.imported, taken.matched) == (3, 1)
    assert BankLine.objects.get(bank_ref="B1").payment_order == order
    found = {entry.ref: entry.state for entry in entries([order.payer_account], scene.today())}
    assert found == {"B0": "new", "B1": "unregistered", "B2": "new"}
    play.do(MAKER, payment, "receipt", {"bank_ref": "B1", "booked_on": released, "amount": "400000"})
    assert BankLine.objects.count() == 3  # the receipt is the bank's own line, not a second one
    ledger = ledger_of(project.pk, contract_lines(project.pk, scene.today()))
    assert ledger.ledger == ledger.orders == ledger.bank == ledger.statement == Decimal("400000.00")
    assert ledger.is_confirmed
    (today,) = picture(order.payer_account)
    assert (today.ledger, today.orders, today.has_file) == (Decimal("400000.00"), Decimal("400000.00"), True)

    # the next day what does not match is red; the checker explains it, the maker may not
    scene.pass_time(working_days=1)
    by_ref = {entry.ref: entry for entry in entries([order.payer_account], scene.today())}
    assert by_ref["B1"].state == "matched" and by_ref["B2"].is_red and by_ref["B0"].is_red
    fee, grant = BankLine.objects.get(bank_ref="B2"), BankLine.objects.get(bank_ref="B0")
    with refused(Ground.POST, "post.not_held"):
        bank.explain(line_id=fee.pk, person_id=scene.person(MAKER), text="手续费", now=scene.now)
    bank.explain(line_id=fee.pk, person_id=scene.person(CHECKER), text="银行手续费", now=scene.now)
    owed = bank.owe_line(
        line_id=grant.pk,
        owner_person_id=scene.person(FUNDS),
        person_id=scene.person(CHECKER),
        now=scene.now,
    )
    assert owed.checker_person_id == scene.person(CHECKER) and "B0" in owed.what

    # no file for the days since: the feed is silent, and that shows
    scene.pass_time(working_days=2)
    silent = days_without_file(order.payer_account, scene.today())
    assert silent and min(silent) > released
    assert {
        entry.state for entry in entries([order.payer_account], scene.today()) if entry.kind == "day"
    } == {"no_file"}
    paid = PaymentApplication.objects.get(pk=payment.pk)
    settled = term_of(paid, scene.today() + timedelta(days=90))
    assert settled.state == "met" and settled.interest == 0
    assert not PaymentHold.objects.filter(is_allowed=True, to_on=None).exists()


def test_a_receipt_and_its_line_that_differ_are_not_taken_for_one(play):
    scene = play.scene
    project, contract = play.building()
    payment = play.applied(project, contract, "advance", "400000")
    play.audited(payment, "400000")
    play.checked(payment, "400000")
    play.opinions(payment)
    play.financed(payment)
    play.ordered(payment)
    play.released(payment)
    play.receipted(payment, "400000")
    typed = BankLine.objects.get()
    taken = bank.take_statement(
        account_id=typed.account_id,
        lines=[line(2, typed.bank_ref, "40000", "100000", typed.booked_on)],
        sha256="b" * 64,
        person_id=scene.person(CHECKER),
        now=scene.now,
    )
    assert (taken.merged, taken.matched) == (1, 0)
    typed.refresh_from_db()
    assert (typed.match_state, typed.amount) == ("unmatched", Decimal("40000.00"))
    ledger = ledger_of(project.pk, contract_lines(project.pk, scene.today()))
    assert not ledger.is_equal
    (day,) = picture(typed.account)
    assert not day.is_equal and day.bank == Decimal("40000.00")
    with refused(Ground.RULE, "payment.bank_ref_used"):
        other = play.applied(project, contract, "advance", "300000")
        play.audited(other, "300000")
        play.checked(other, "300000")
        play.opinions(other)
        play.financed(other)
        play.ordered(other)
        play.released(other)
        play.do(
            MAKER,
            other,
            "receipt",
            {"bank_ref": typed.bank_ref, "booked_on": scene.today(), "amount": "300000"},
        )
