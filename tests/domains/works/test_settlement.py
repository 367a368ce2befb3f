"""Settlement, final account and the release of retention: order, draw, two reviews, ceilings, defect checks."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client

from lianjing.domains.works.models import CostBaseline, Settlement, Warranty, WarrantyRelease
from lianjing.domains.works.queries.completion import audit_pool, drawn_firms, ending_warranties
from lianjing.kernel.refusal import BadInput, Ground
from lianjing.runtime.matter.services import join_party
from lianjing.runtime.org.models import LoginAccount
from lianjing.runtime.parties.models import Enterprise
from lianjing.runtime.process.forms import InvalidForm
from lianjing.runtime.trail.act import SYSTEM, recorded
from tests.domains.works.playing import (
    AUDITOR,
    BUILDER,
    COST,
    FINANCE_HEAD,
    FUNDS,
    LEADER,
    SITE,
    refused,
)

JIAN, ZHAO = "婺澜鉴澈会计师事务所（普通合伙）", "婺澜昭核会计师事务所（普通合伙）"
USER = "20711"


def test_no_settlement_before_acceptance(building):
    play, project, _contract = building
    with refused(Ground.GATE, "settlement.not_accepted"):
        play.open(BUILDER, "works_settlement", project)


def test_the_settled_sum_ends_the_chain_and_shares_the_retention(accepted):
    play, project, contract = accepted
    matter = play.settled(project, contract, "48000000", first="47100000", second="47000000")
    row = Settlement.objects.get(pk=matter.pk)
    assert (row.approved, row.approved_on, row.approval_no) == (
        Decimal("47000000.00"),
        play.scene.today(),
        "〔2025〕9号",
    )
    assert row.error_ratio == Decimal("0.002128") and row.cut_ratio == Decimal("0.020833")
    assert (row.limit_days, row.limit_on) == (45, row.limit_on)
    last = CostBaseline.objects.filter(project_id=project.pk, kind="settlement").get()
    assert (last.amount, last.contract_id) == (row.approved, contract.pk)
    retained = sum(part.retained for part in Warranty.objects.filter(contract=contract))
    assert retained == (row.approved * contract.retention_ratio).quantize(Decimal("0.01"))
    second = play.open(BUILDER, "works_settlement", project)
    with refused(Ground.RULE, "settlement.once"):
        play.do(BUILDER, second, "submit", play.settlement_data(contract, "1"))


def test_changes_in_a_settlement_are_the_ledgers(building):
    play, project, contract = building
    play.changed(project, contract, "100000", "BG-1")
    play.accepted(project, contract)
    matter = play.open(BUILDER, "works_settlement", project)
    play.do(BUILDER, matter, "submit", play.settlement_data(contract, "48100000", changes_amount="999999"))
    assert Settlement.objects.get(pk=matter.pk).changes_amount == Decimal("100000.00")


def test_the_first_firm_is_drawn_and_does_not_follow_the_project(accepted):
    play, project, contract = accepted
    matter = play.open(BUILDER, "works_settlement", project)
    play.do(BUILDER, matter, "submit", play.settlement_data(contract, "48000000"))
    play.do(COST, matter, "complete", {"is_complete": "on"})
    jian, zhao = (Enterprise.objects.get(name=name) for name in (JIAN, ZHAO))
    with pytest.raises(InvalidForm):
        play.do(AUDITOR, matter, "engage", {"enterprise": jian.pk})
    with recorded("test.party", chain=f"matter:{project.pk}", actor=SYSTEM, now=play.scene.now) as act:
        join_party(act, project, enterprise_id=jian.pk, role="cost_consultant")
    pool = {each.enterprise.pk: each.reason for each in audit_pool(matter, play.scene.today())}
    assert pool == {jian.pk: "tie", zhao.pk: ""}
    play.firm_drawn(matter)
    assert drawn_firms(matter.pk) == [(zhao.pk, ZHAO)]
    with recorded("test.party", chain=f"matter:{project.pk}", actor=SYSTEM, now=play.scene.now) as act:
        join_party(act, project, enterprise_id=zhao.pk, role="cost_consultant")
    with refused(Ground.CONFLICT, "settlement.follow_up_firm"):
        play.do(AUDITOR, matter, "engage", {"enterprise": zhao.pk})


def test_the_second_firm_is_another_and_no_review_exceeds_the_claim(accepted):
    play, project, contract = accepted
    matter, lead = play.settlement_to_first(project, contract, "48000000")
    with refused(Ground.RULE, "settlement.above_claim"):
        play.do(lead, matter, "first", {"first_amount": "48000000.01", "cuts": "无"})
    play.do(lead, matter, "first", {"first_amount": "47900000", "cuts": "无"})
    first = Settlement.objects.get(pk=matter.pk).first_enterprise
    data = {"second_amount": "47900000", "opinion": "同意"}
    with refused(Ground.CONFLICT, "settlement.same_firm"):
        play.do(AUDITOR, matter, "second", {**data, "second_name": first.name})
    with refused(Ground.RULE, "settlement.above_claim"):
        play.do(AUDITOR, matter, "second", {**data, "second_amount": "48000001"})


def test_a_settlement_above_the_budget_waits_for_its_adjustment(contracted):
    play, project, contract = contracted
    play.permit(project, "construction")
    play.gate(project)
    play.accepted(project, contract)
    matter, lead = play.settlement_to_first(project, contract, "69000000")
    play.do(lead, matter, "first", {"first_amount": "68000000.01", "cuts": "无"})
    with refused(Ground.RULE, "settlement.over_budget"):
        play.do(AUDITOR, matter, "second", {"second_amount": "68000000.01", "opinion": "同意"})


def test_a_small_settlement_is_approved_without_a_meeting(accepted):
    play, project, contract = accepted
    matter = play.settled(project, contract, "300000")
    row = Settlement.objects.get(pk=matter.pk)
    assert (row.limit_days, row.approved) == (20, Decimal("300000.00"))


def test_the_final_account_follows_every_settlement(accepted):
    play, project, contract = accepted
    with refused(Ground.GATE, "final_account.not_settled"):
        play.open(FUNDS, "works_final_account", project)
    play.settled(project, contract, "48000000")
    matter = play.accounted(project, "48500000")
    row = Settlement.objects.get(pk=matter.pk)
    assert (row.kind, row.approved, row.asset_no) == ("final_account", Decimal("48500000.00"), "ZC-2025-7")
    assert CostBaseline.objects.get(project_id=project.pk, kind="final_account").amount == row.approved
    with refused(Ground.GATE, "final_account.once"):
        play.open(FUNDS, "works_final_account", project)


def test_an_extension_stays_within_the_months_of_its_size(accepted):
    play, project, contract = accepted
    play.settled(project, contract, "48000000")
    matter = play.open(FUNDS, "works_final_account", project)
    play.do(FUNDS, matter, "clean", {"balances": "无", "assets": "道路"})
    data = {"claimed": "48000000", "is_large": "small", "variance_text": "无", "extension_months": "3"}
    with pytest.raises(BadInput):
        play.do(FINANCE_HEAD, matter, "compile", data)
    play.do(FINANCE_HEAD, matter, "compile", {**data, "is_large": "large", "extension_months": "6"})


def test_retention_goes_back_after_the_warranty_and_a_check_by_two(accepted):
    play, project, contract = accepted
    with refused(Ground.GATE, "warranty.not_ended"):
        play.open(BUILDER, "works_warranty", project)
    part = Warranty.objects.get(contract=contract, part="pipes")
    assert not ending_warranties(play.scene.today()).exists()
    play.wait_until(part.to_on - timedelta(days=20))
    assert list(ending_warranties(play.scene.today())) == [part]
    watcher = Client()
    watcher.force_login(LoginAccount.objects.get(number="30001"))
    page = watcher.get("/works/warranties/").content.decode()
    assert "即将到期" in page and contract.code in page
    with refused(Ground.GATE, "warranty.not_ended"):
        play.open(BUILDER, "works_warranty", project)
    play.wait_until(part.to_on + timedelta(days=1))
    other = Warranty.objects.get(contract=contract, part="waterproof")
    matter = play.open(BUILDER, "works_warranty", project)
    with pytest.raises(InvalidForm):
        play.do(BUILDER, matter, "apply", {"warranty": other.pk, "amount": "1", "record_text": "无"})
    with refused(Ground.RULE, "warranty.above_held"):
        play.do(BUILDER, matter, "apply", {"warranty": part.pk, "amount": "1", "record_text": "无"})
    with refused(Ground.RULE, "warranty.above_retained"):
        play.do(BUILDER, matter, "apply", {"warranty": part.pk, "amount": "99999999", "record_text": "无"})


def test_a_defect_left_stops_the_release(accepted):
    play, project, contract = accepted
    part = Warranty.objects.get(contract=contract, part="pipes")
    play.wait_until(part.to_on + timedelta(days=1))
    matter = play.asked_back(project, part, "0")
    with pytest.raises(InvalidForm):
        play.do(USER, matter, "use", play.defect_free(has_defects="yes"))
    play.do(USER, matter, "use", play.defect_free())
    assert WarrantyRelease.objects.get(pk=matter.pk).status == "proposed"
    play.do(SITE, matter, "site", play.defect_free())
    play.do(LEADER, matter, "approve")
    row = WarrantyRelease.objects.get(pk=matter.pk)
    part.refresh_from_db()
    assert (row.status, row.checked_by_person_id) == ("approved", play.scene.person(USER))
    assert part.has_defect_check and part.released_on == play.scene.today()
    assert "使用单位：" in row.check_text and "现场管理：" in row.check_text
