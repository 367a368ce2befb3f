"""C1 and F3: nothing is paid off the platform, and no red line is crossed by anyone, on any way in."""

from __future__ import annotations

import pytest

from lianjing.runtime.matter.models import Matter
from lianjing.runtime.parties.models import Account
from lianjing.runtime.payment.models import Invoice, PaymentApplication
from tests.covers.conftest import attempts, everyone, fields_of, post_api, session_of
from tests.domains.works.playing import AUDITOR, CONTRACTS, FUNDS, LEADER, OFFICER


@pytest.mark.covers("C1")
def test_a_contract_that_is_not_on_the_platform_is_not_paid(play, enter):
    project = play.project()
    play.approved(project)
    play.gate(project)
    play.permit(project, "works_planning")
    play.gate(project)
    tender = play.tendered(project)
    play.gate(project)
    officer, place = enter(OFFICER), f"/matters/{project.pk}/open/works_payment/"

    page = officer.post(place, {"title": "工程款"})
    assert page.status_code == 403 and "/clauses/zone_funds~1/" in page.content.decode()
    told = post_api(officer, f"/matters/{project.pk}/open/works_payment", {"title": "工程款"})
    assert (told.status_code, told.json()["rule"], told.json()["clause"]) == (
        403,
        "payment.not_on_platform",
        "zone_funds#1",
    )
    assert not Matter.objects.filter(kind="payment").exists()
    assert {event.person_id for event in attempts("payment.not_on_platform")} == {play.scene.person(OFFICER)}
    assert len(attempts("payment.not_on_platform")) == 2

    contract = play.contracted(project, tender)
    assert officer.post(place, {"title": "工程款"}).status_code == 302
    payment = Matter.objects.get(kind="payment")
    item = play.scene.item(payment, "apply")
    offline = {**play.claim(contract, "advance", "400000"), "contract": "424242"}
    page = officer.post(f"/items/{item.pk}/", fields_of(offline))
    assert page.status_code == 403 and "/clauses/zone_funds~1/" in page.content.decode()
    told = post_api(officer, f"/items/{item.pk}/complete", offline)
    assert (told.status_code, told.json()["rule"]) == (403, "payment.not_on_platform")
    assert not PaymentApplication.objects.exists() and len(attempts("payment.not_on_platform")) == 4
    assert (
        post_api(officer, f"/items/{item.pk}/complete", {**offline, "contract": contract.pk}).status_code
        == 200
    )


def crossings(play, contract) -> dict[str, dict[str, object]]:
    """One claim for each red line; everything else of it is in order."""
    firm = contract.enterprise.name
    change = play.open(CONTRACTS, "works_account_change", contract.project)
    data = {
        "contract": contract.pk,
        "holder_name": firm,
        "account_no": "9900000000000000202",
        "bank_name": "另一银行",
        "reason": "迁移",
    }
    play.do(CONTRACTS, change, "apply", data)
    other = Account.objects.get(account_no_masked__endswith="202")
    used = Invoice.objects.get()
    again = {
        "invoice_code": used.invoice_code,
        "invoice_no": used.invoice_no,
        "issued_on": used.issued_on,
        "amount": "200000",
    }
    return {
        "red_line.over_contract": play.claim(contract, "settlement", "47600000.01"),
        "red_line.over_progress": play.claim(contract, "advance", "4400000.01"),
        "red_line.account_changed": play.claim(contract, "advance", "200000", payee_account=other.pk),
        "red_line.duplicate_invoice": {**play.claim(contract, "advance", "200000"), "invoices": [again]},
    }


@pytest.mark.covers("F3")
def test_no_role_crosses_a_red_line_neither_on_the_pages_nor_through_the_api(paid, enter):
    play, project, contract = paid
    claims = crossings(play, contract)
    payment = play.open(OFFICER, "works_payment", project)
    item = play.scene.item(payment, "apply")
    clauses = {
        "red_line.over_contract": 12,
        "red_line.over_progress": 13,
        "red_line.account_changed": 14,
        "red_line.duplicate_invoice": 15,
    }

    officer = enter(OFFICER)
    for rule, claim in claims.items():
        page = officer.post(f"/items/{item.pk}/", fields_of(claim))
        assert page.status_code == 403 and f"/clauses/zone_funds~{clauses[rule]}/" in page.content.decode(), (
            rule
        )
        told = post_api(officer, f"/items/{item.pk}/complete", claim)
        assert (told.status_code, told.json()["rule"], told.json()["ground"]) == (403, rule, "red_line")
        assert len(attempts(rule)) == 2
    others = [number for number in everyone() if number != OFFICER]
    assert len(others) >= 30
    for number in others:
        client = session_of(number)
        for rule, claim in claims.items():
            assert post_api(client, f"/items/{item.pk}/complete", claim).status_code in (403, 404), (
                number,
                rule,
            )
        answer = client.post(f"/items/{item.pk}/", fields_of(claims["red_line.over_contract"]))
        assert answer.status_code in (403, 404), number
    assert not PaymentApplication.objects.filter(pk=payment.pk).exists()

    lawful = play.claim(contract, "advance", "200000")
    assert officer.post(f"/items/{item.pk}/", fields_of(lawful)).status_code == 302
    assert PaymentApplication.objects.get(pk=payment.pk).amount == 200000


@pytest.mark.covers("F3")
def test_a_red_line_is_drawn_again_at_every_step_that_moves_the_money(paid, enter):
    play, project, contract = paid
    payment = play.applied(project, contract, "advance", "200000")
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
    item = play.scene.item(payment, "audit")
    play.paper(AUDITOR, payment, "audit_report", item)
    auditor, review = enter(AUDITOR), {"approved": "200000", "opinion": "属实"}
    assert auditor.post(f"/items/{item.pk}/", review).status_code == 403
    told = post_api(auditor, f"/items/{item.pk}/complete", review)
    assert (told.status_code, told.json()["rule"]) == (403, "red_line.account_changed")
    assert play.scene.item(payment, "audit") == item
