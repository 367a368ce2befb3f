"""C1 and F3: nothing is paid off the platform, and no red line is crossed by anyone, on any way in."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from lianjing.domains.works.queries.money import contract_lines, ledger_of
from lianjing.domains.works.queries.reviews import review_chain
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.parties.models import Account
from lianjing.runtime.payment.models import BankLine, Invoice, PaymentApplication
from lianjing.runtime.process.models import WorkItem
from lianjing.runtime.regulation.models import Definition
from lianjing.runtime.regulation.queries import definition_on
from lianjing.runtime.trail.act import SYSTEM, recorded
from tests.covers.conftest import SUPERVISOR, attempts, everyone, fields_of, post_api, session_of
from tests.domains.works.playing import (
    AUDITOR,
    CHECKER,
    CONTRACTS,
    ECO,
    FUNDS,
    LEAD,
    LEADER,
    MAKER,
    OFFICER,
    PLN,
    SECRETARY,
)


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


def statement_csv(*rows: str) -> SimpleUploadedFile:
    head = "交易日期,流水号,借方,贷方,余额,对方户名,对方账号,摘要"
    return SimpleUploadedFile("bank.csv", "\n".join((head, *rows)).encode("gb18030"))


def imported(client, account: Account, *rows: str, **more: str):
    data = {"account": str(account.pk), "file": statement_csv(*rows), **more}
    return client.post("/works/bank/statements/", data)


@pytest.mark.covers("C3f")
def test_receipts_ledger_and_bank_file_come_to_one_sum(paid, enter):
    play, project, _contract = paid
    receipt = BankLine.objects.get()
    checker, watcher = enter(CHECKER), enter(SUPERVISOR)
    day = receipt.booked_on.isoformat()
    row = f"{day},{receipt.bank_ref},400000.00,,600000.00,婺澜澍建市政工程有限公司,9900000000000000101,工程款"
    assert enter(MAKER).get("/works/bank/").status_code == 200
    assert imported(checker, receipt.account, row).status_code == 302
    assert BankLine.objects.count() == 1  # the receipt and its line are one
    told = ledger_of(project.pk, contract_lines(project.pk, play.scene.today()))
    assert told.ledger == told.orders == told.bank == told.statement == 400000 and told.is_confirmed
    page = watcher.get("/works/bank/").content.decode()
    assert "三者相等" in page and "¥400,000.00" in page
    # the same sums in the project's own file
    assert "三者相等" in watcher.get(f"/works/{project.pk}/").content.decode()


@pytest.mark.covers("F2")
def test_an_unmatched_bank_line_appears_the_next_day_and_a_wrong_balance_never_comes_in(paid, enter):
    play, _project, _contract = paid
    receipt = BankLine.objects.get()
    checker = enter(CHECKER)
    day = receipt.booked_on.isoformat()
    wrong = imported(
        checker,
        receipt.account,
        f"{day},回单20250901甲,100,,1000,某公司,,费",
        f"{day},回单20250901乙,100,,901,某公司,,费",
    )
    page = wrong.content.decode()
    assert wrong.status_code == 403 and "/clauses/zone_funds~18/" in page and "第3行" in page
    assert BankLine.objects.count() == 1 and attempts("bank.balance")
    assert imported(checker, receipt.account, f"{day},回单20250901甲,100,,1000,某公司,,费").status_code == 302
    stray = BankLine.objects.get(bank_ref="回单20250901甲")
    assert "回单20250901甲" not in checker.get("/works/bank/?state=red").content.decode()
    play.scene.pass_time(working_days=1)
    page = checker.get("/works/bank/?state=red").content.decode()
    assert "回单20250901甲" in page and "未匹配" in page
    refused = enter(MAKER).post(f"/works/bank/lines/{stray.pk}/", {"action": "explain", "text": "手续费"})
    assert refused.status_code == 403
    told = checker.post(f"/works/bank/lines/{stray.pk}/", {"action": "explain", "text": "手续费"})
    assert told.status_code == 302
    assert "回单20250901甲" not in checker.get("/works/bank/?state=red").content.decode()


@pytest.mark.covers("C12")
def test_a_bank_feed_that_falls_silent_is_red(paid, enter):
    play, _project, _contract = paid
    watcher = enter(SUPERVISOR)
    play.scene.pass_time(working_days=2)
    page = watcher.get("/works/bank/?state=no_file").content.decode()
    assert "缺当日对账单" in page and 'class="is-bad"' in page
    receipt = BankLine.objects.get()
    yesterday = play.scene.today()
    day = receipt.booked_on.isoformat()
    row = f"{day},{receipt.bank_ref},400000.00,,600000.00,婺澜澍建市政工程有限公司,9900000000000000101,工程款"
    taken = imported(enter(CHECKER), receipt.account, row, from_on=day, to_on=yesterday.isoformat())
    assert taken.status_code == 302
    assert 'class="is-bad"' not in watcher.get("/works/bank/?state=no_file").content.decode()


@pytest.mark.covers("F1")
def test_nobody_shortens_the_chain_of_reviews_without_a_new_bundle(paid, enter):
    play, project, contract = paid
    payment = play.applied(project, contract, "advance", "200000")
    assert review_chain(payment.pk) == ("audit", "internal", "joint", "collective", "finance")
    before = Definition.objects.filter(key="works_payment").count()
    for number in (OFFICER, "10001", "10002", "10003"):
        for place in ("/api/v1/definitions/works_payment", "/regulations/zone_funds/"):
            assert enter(number).post(place, {"xml": "<definitions/>"}).status_code in (403, 404, 405)
    # a step is not skipped: the next review is not open, and no order is made
    with pytest.raises(WorkItem.DoesNotExist):
        play.scene.item(payment, "finance")
    with pytest.raises(WorkItem.DoesNotExist):
        play.scene.item(payment, "make_order")
    assert Definition.objects.filter(key="works_payment").count() == before
    # a version without the step comes only with its bundle; what runs stays under the chain it began with
    old = definition_on("works_payment", play.scene.today())
    assert old.bundle_key == "works_funds" and old.regulation.key == "zone_funds"
    with recorded("bundle.publish", chain="regulation:zone_funds", actor=SYSTEM, now=play.scene.now) as act:
        act.save(
            Definition(
                kind="process",
                key="works_payment",
                version=old.version + 1,
                xml=old.xml.replace("审计审、", ""),
                sha256="0" * 64,
                regulation=old.regulation,
                bundle_key=old.bundle_key,
                status="in_force",
                from_on=play.scene.today(),
            )
        )
    assert review_chain(payment.pk) == ("audit", "internal", "joint", "collective", "finance")


@pytest.mark.covers("F1a", "F1b", "F1c")
def test_audit_internal_and_joint_review_each_hold_on_the_pages(paid, enter):
    play, project, contract = paid
    payment = play.applied(project, contract, "advance", "200000")
    audit = play.scene.item(payment, "audit")
    play.paper(AUDITOR, payment, "audit_report", audit)
    auditor = enter(AUDITOR)
    more = auditor.post(f"/items/{audit.pk}/", {"approved": "200000.01", "opinion": "属实"})
    assert more.status_code == 403 and "/clauses/zone_funds~3/" in more.content.decode()
    less = {"approved": "190000", "cut_reason": "核减", "opinion": "属实"}
    assert auditor.post(f"/items/{audit.pk}/", less).status_code == 302
    inner = play.scene.item(payment, "internal")
    boxes = {"is_contract_checked": "on", "is_measure_checked": "on", "is_change_checked": "on"}
    own = {**boxes, "approved": "190000", "opinion": "属实"}
    assert enter(OFFICER).post(f"/items/{inner.pk}/", own).status_code in (403, 404)
    above = enter(LEAD).post(f"/items/{inner.pk}/", {**own, "approved": "190000.01"})
    assert above.status_code == 403  # never above what the audit left
    play.checked(payment, "190000")
    play.do(ECO, payment, "joint", {"result": "agree", "opinion": "已核"}, "ECO")
    play.do(PLN, payment, "joint", {"result": "agree", "opinion": "已核"}, "PLN")
    with pytest.raises(WorkItem.DoesNotExist):  # one opinion withheld: nothing goes on
        play.scene.item(payment, "finance")
    late = play.scene.item(payment, "joint", "LAW")
    play.scene.pass_time(working_days=9)
    page = enter(SUPERVISOR).get(f"/matters/{payment.pk}/").content.decode()
    assert "逾期" in page and late.pk


@pytest.mark.covers("F1d", "F1e")
def test_a_large_sum_waits_for_its_meeting_and_finance_sees_the_duplicate(paid, enter):
    play, project, contract = paid
    payment = play.applied(project, contract, "advance", "2000000")
    play.audited(payment, "2000000")
    play.checked(payment, "2000000")
    play.opinions(payment)
    item = play.scene.item(payment, "collective")
    play.paper(SECRETARY, payment, "minutes", item)
    secretary = enter(SECRETARY)
    page = secretary.post(f"/items/{item.pk}/", {"opinion": "通过"})
    assert page.status_code == 403 and "/clauses/zone_funds~6/" in page.content.decode()
    play.decided(payment, kind="party_committee", amount="2000000")
    assert secretary.post(f"/items/{item.pk}/", {"opinion": "通过"}).status_code == 302
    used = Invoice.objects.order_by("pk").first()
    again = play.open(OFFICER, "works_payment", project)
    claim = play.claim(contract, "advance", "200000")
    claim["invoices"] = [
        {
            "invoice_code": used.invoice_code,
            "invoice_no": used.invoice_no,
            "issued_on": used.issued_on,
            "amount": "200000",
        }
    ]
    first = play.scene.item(again, "apply")
    told = enter(OFFICER).post(f"/items/{first.pk}/", fields_of(claim))
    assert told.status_code == 403 and "/clauses/zone_funds~15/" in told.content.decode()
    assert attempts("red_line.duplicate_invoice")


@pytest.mark.covers("F1a")
def test_waiting_for_an_audit_stops_no_clock_and_the_clock_stands_on_every_page(paid, enter):
    play, project, contract = paid
    payment = play.applied(project, contract, "advance", "200000")
    place = f"/works/payments/{payment.pk}/"
    funds = enter(FUNDS)
    held = funds.post(place, {"reason": "audit", "basis": "", "explanation": "等待审计"}, follow=True)
    assert held.status_code == 200 and "依据不成立" in held.content.decode()
    item = play.scene.item(payment, "audit")
    for number, where in (
        (AUDITOR, f"/items/{item.pk}/"),
        (AUDITOR, "/"),
        (AUDITOR, "/items/"),
        (AUDITOR, f"/matters/{payment.pk}/"),
        (SUPERVISOR, f"/works/{project.pk}/?tab=payment"),
        (FUNDS, "/works/payments/"),
        (FUNDS, place),
    ):
        page = enter(number).get(where).content.decode()
        assert "付款期限剩" in page, where
    play.scene.pass_time(working_days=40)
    page = enter(SUPERVISOR).get(place).content.decode()
    assert "付款逾期" in page and "逾期利息" in page and "/clauses/sme_payment~9/" in page
