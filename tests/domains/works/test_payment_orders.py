"""Kinds of payment and their conditions, the order of the wage share, the day an account changed."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from lianjing.domains.works.forms.payment import FinanceForm
from lianjing.domains.works.rules.money import check_released
from lianjing.kernel.refusal import BadInput, Ground
from lianjing.runtime.contract.models import Contract
from lianjing.runtime.parties.services import open_account
from lianjing.runtime.payment.models import BankLine, PaymentApplication, PaymentOrder
from lianjing.runtime.trail.act import SYSTEM, recorded
from tests.domains.works.playing import CONTRACTS, FUNDS, LEADER, MAKER, OFFICER, refused


def wage_account(play, contract):
    chain = f"matter:{contract.project_id}"
    with recorded("parties.account", chain=chain, actor=SYSTEM, now=play.scene.now) as act:
        account = open_account(
            act,
            holder=f"enterprise:{contract.enterprise_id}",
            holder_name=contract.enterprise.name,
            account_no="9900000000000000555",
            kind="wage",
        )
    Contract.objects.filter(pk=contract.pk).update(wage_account=account)
    return account


def test_the_wage_share_goes_out_by_its_own_order(building):
    play, project, contract = building
    wages = wage_account(play, contract)
    report = play.progressed(project, contract, "20", "500000")
    claim = play.claim(
        contract, "progress", progress_report=report.pk, labour_share="100000", invoiced="400000"
    )
    matter = play.open(OFFICER, "works_payment", project)
    with pytest.raises(BadInput):
        play.do(OFFICER, matter, "apply", {**claim, "labour_share": "400000.01"})
    play.do(OFFICER, matter, "apply", {**claim, "retention": "15000"})
    play.audited(matter, "300000")
    play.checked(matter, "300000")
    play.opinions(matter)
    play.financed(matter)
    play.ordered(matter)
    play.released(matter)
    orders = list(PaymentOrder.objects.filter(payment_application_id=matter.pk).order_by("pk"))
    assert [(each.amount, each.payee_account_id) for each in orders] == [
        (Decimal("200000.00"), contract.payee_account_id),
        (Decimal("100000.00"), wages.pk),
    ]
    day = play.scene.today()
    receipt = {"bank_ref": "B1", "booked_on": day, "amount": "300000"}
    with pytest.raises(BadInput):
        play.do(MAKER, matter, "receipt", receipt)
    play.do(MAKER, matter, "receipt", {**receipt, "wage_bank_ref": "B2"})
    assert {line.bank_ref: line.amount for line in BankLine.objects.all()} == {
        "B1": Decimal("200000.00"),
        "B2": Decimal("100000.00"),
    }
    assert PaymentApplication.objects.get(pk=matter.pk).status == "paid"


def test_settlement_and_retention_rest_on_their_own_approvals(building):
    play, project, contract = building
    report = play.progressed(project, contract, "20", "9000000")
    matter = play.open(OFFICER, "works_payment", project)
    with refused(Ground.RULE, "payment.no_settlement"):
        play.do(OFFICER, matter, "apply", play.claim(contract, "settlement", "1000000"))
    retained = {"progress_report": report.pk, "retention": "270000", "invoiced": "7200000"}
    play.do(OFFICER, matter, "apply", play.claim(contract, "progress", **retained))
    hundred = Decimal(100)
    with refused(Ground.RULE, "payment.no_release"):
        check_released(hundred, released=Decimal(0), used=Decimal(0))
    with refused(Ground.RULE, "payment.over_release"):
        check_released(hundred, released=Decimal(150), used=Decimal(51))
    check_released(hundred, released=Decimal(150), used=Decimal(50))


def test_an_empty_day_of_delivery_does_not_escape_the_clock(building):
    play, project, contract = building
    report = play.progressed(project, contract, "20", "500000")
    matter = play.open(OFFICER, "works_payment", project)
    claim = play.claim(contract, "progress", progress_report=report.pk, retention="15000", invoiced="400000")
    play.do(OFFICER, matter, "apply", {**claim, "delivered_on": ""})
    row = PaymentApplication.objects.get(pk=matter.pk)
    assert row.is_payee_sme and row.due_on == row.received_on + timedelta(days=30)


def test_a_changed_account_is_told_with_its_day_before_the_money_moves(contracted):
    play, project, contract = contracted
    change = play.open(CONTRACTS, "works_account_change", project)
    data = {
        "contract": contract.pk,
        "holder_name": contract.enterprise.name,
        "account_no": "9900000000000000202",
        "bank_name": "另一银行",
        "reason": "迁移",
    }
    play.do(CONTRACTS, change, "apply", data)
    play.do(FUNDS, change, "check", {"is_called_back": "on", "is_own": "on", "opinion": "已回拨"})
    play.do(LEADER, change, "approve")
    matter = play.applied(project, contract, "advance", "100000")
    form = FinanceForm(None, matter=matter, day=play.scene.today())
    assert any(play.scene.today().isoformat() in warning for warning in form.warnings)
