"""One worker's injury through the pages: from the application to the money that he confirms on his own phone."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from lianjing.domains.injury.models import (
    BenefitItem,
    BenefitShare,
    ConfirmationLink,
    Injury,
    WorkerStatement,
)
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.payment.models import PaymentApplication
from lianjing.runtime.process.models import WorkItem
from lianjing.runtime.trail.models import Event
from lianjing.runtime.trail.sequencer import sequence_all
from lianjing.runtime.trail.verify import verify
from tests.domains.injury.playing import (
    ACCEPTOR,
    AGENT,
    ASSESSOR,
    AUDITOR,
    CHECKER,
    COMMITTEE,
    DECIDER,
    EMPLOYER,
    FIRST,
    GOOD,
    PAPERS,
    PAYER,
    RELEASER,
    REVIEWER,
    SECOND,
    SECRETARY,
    InjuryPlay,
)

PASSWORD = "lianjing-demo"


class Desk:
    """The agency before its browsers; nothing is done past a page, but the draw of the experts."""

    def __init__(self, zone: Any) -> None:
        self.play, self.scene = InjuryPlay(zone), zone
        self.clients: dict[str, Client] = {}
        self.files = 0

    def client(self, number: str) -> Client:
        if number not in self.clients:
            self.clients[number] = Client()
            answer = self.clients[number].post("/login/", {"number": number, "password": PASSWORD})
            assert answer.status_code == 302
        return self.clients[number]

    def open(self, number: str, parent: Matter, procedure: str) -> Matter:
        self.scene.pass_time(hours=0.2)
        answer = self.client(number).post(f"/matters/{parent.pk}/open/{procedure}/", {"title": procedure})
        assert answer.status_code == 302, answer.content.decode()
        return Matter.objects.filter(parent=parent, kind=procedure).latest("id")

    def do(self, number: str, matter: Matter, step: str, data: dict[str, Any], *, status: int = 302) -> str:
        self.scene.pass_time(hours=0.2)
        item = self.scene.item(matter, step)
        for kind in PAPERS.get((item.instance.definition.key, step), ()):
            self.upload(number, matter, kind)
        answer = self.client(number).post(f"/items/{item.pk}/", posted(data))
        assert answer.status_code == status, answer.content.decode()
        return answer.content.decode()

    def upload(self, number: str, matter: Matter, kind: str) -> None:
        self.files += 1
        file = SimpleUploadedFile(f"{kind}{self.files}.pdf", f"%PDF-1.4 {self.files}".encode())
        answer = self.client(number).post(f"/matters/{matter.pk}/documents/", {"kind": kind, "file": file})
        assert answer.status_code == 302, answer.content.decode()


def posted(data: dict[str, Any]) -> dict[str, Any]:
    """Write tables as a page sends them: field-row-column."""
    flat: dict[str, Any] = {}
    for name, value in data.items():
        if isinstance(value, list):
            for place, row in enumerate(value):
                flat |= {f"{name}-{place}-{column}": cell for column, cell in row.items()}
        else:
            flat[name] = value
    return flat


@pytest.fixture
def desk(zone: Any) -> Desk:
    return Desk(zone)


def recognised(desk: Desk) -> Matter:
    answer = desk.client(ACCEPTOR).post("/injury/open/", desk.play.case_data())
    assert answer.status_code == 302, answer.content.decode()
    case = Matter.objects.get(kind="injury")
    matter = desk.open(ACCEPTOR, case, "injury_recognition")
    desk.do(ACCEPTOR, matter, "apply", desk.play.application())
    desk.do(FIRST, matter, "accept", {"is_complete": "on", "is_clear": "on"})
    found = {"finding_text": "走访两人", "has_no_tie": "on"}
    desk.do(FIRST, matter, "investigate", found)
    assert "不得由同一人办理" in desk.do(FIRST, matter, "second", found, status=403)
    desk.do(SECOND, matter, "second", found)
    desk.do(DECIDER, matter, "decide", desk.play.decision())
    desk.do(ACCEPTOR, matter, "serve", {"served_on": desk.scene.today()})
    answer = desk.client(ACCEPTOR).post(f"/matters/{case.pk}/gate/", {})
    assert answer.status_code == 302, answer.content.decode()
    return case


def assessed(desk: Desk, case: Matter) -> None:
    matter = desk.open(SECRETARY, case, "injury_assessment")
    desk.do(SECRETARY, matter, "apply", {"applied_on": desk.scene.today(), "expert_count": "3"})
    told = desk.do(SECRETARY, matter, "experts", {"is_drawn": "on"}, status=403)
    assert "随机抽取3名" in told
    desk.play.drawn(matter)
    desk.do(SECRETARY, matter, "experts", {"is_drawn": "on"})
    conclusion = {"grade": "9", "conclusion_no": "劳鉴8号", "concluded_on": desk.scene.today()}
    desk.do(COMMITTEE, matter, "conclude", conclusion)
    desk.do(SECRETARY, matter, "serve", {"served_on": desk.scene.today()})


def claimed(desk: Desk, case: Matter) -> Matter:
    """The employer claims as proxy: medical 10,000 of which it proves 12,000, a grant of 9 months, wages in leave."""
    play = desk.play
    answer = desk.client(ASSESSOR).post(
        f"/injury/{case.pk}/", {"own_wage": "6000", "retires_on": "2040-01-01"}
    )
    assert answer.status_code == 302, answer.content.decode()
    claim = desk.open(ACCEPTOR, case, "injury_claim")
    items = [
        {"kind": "medical", "spent": "11000", "incurred_on": "2025-08-22"},
        {"kind": "disability_grant"},
        {"kind": "leave_wage", "quantity": "2"},
    ]
    data = play.claim_data(*items, claimant="employer", is_proxy="on", vouchers=[play.voucher("12000")])
    assert "委托书" in desk.do(ACCEPTOR, claim, "apply", data, status=403)
    desk.upload(ACCEPTOR, claim, "mandate")
    other = data | {"vouchers": [play.voucher("12000", payer_name="澜汀市磐屹路桥工程有限公司")]}
    assert "付款人不是用人单位" in desk.do(ACCEPTOR, claim, "apply", other, status=403)
    desk.do(ACCEPTOR, claim, "apply", data)
    desk.do(ASSESSOR, claim, "assess", play.assessment(claim))
    desk.do(REVIEWER, claim, "review", {"is_checked": "on", **GOOD})
    return claim


def paid(desk: Desk, claim: Matter, payee: str, amount: str) -> None:
    desk.play.fund()
    payment = desk.open(PAYER, claim, "injury_payment")
    desk.do(PAYER, payment, "make_order", desk.play.order(payee))
    desk.do(CHECKER, payment, "check_order", {"is_same": "on"})
    desk.do(RELEASER, payment, "release", {"is_released": "on"})
    receipt = {"bank_ref": f"B{payment.pk}", "booked_on": desk.scene.today(), "amount": amount}
    desk.do(PAYER, payment, "receipt", receipt)
    assert PaymentApplication.objects.get(pk=payment.pk).status == "paid"


def transferred(desk: Desk, item: BenefitItem) -> None:
    """The employer pays its own item and shows the bank's voucher; more than owed is refused."""
    desk.scene.pass_time(hours=1)
    page = desk.client(AGENT).get("/injury/own/").content.decode()
    assert "停工留薪期工资" in page and "12,000.00" in page and "6,000.00" not in page
    data = {
        "amount": "12000.01",
        "paid_on": desk.scene.today(),
        "voucher_no": "ZZ20250915001",
        "account_no": "9900000000000000501",
    }
    place = f"/injury/items/{item.pk}/transfer/"
    file = SimpleUploadedFile("v.pdf", b"%PDF-1.4 transfer")
    answer = desk.client(AGENT).post(place, data | {"file": file})
    assert answer.status_code == 403 and "尚应转付" in answer.content.decode()
    file = SimpleUploadedFile("v.pdf", b"%PDF-1.4 transfer")
    answer = desk.client(AGENT).post(place, data | {"amount": "12000", "file": file})
    assert answer.status_code == 302, answer.content.decode()


def confirmed(desk: Desk, claim: Matter) -> None:
    """The worker opens his link on the phone, without a log-in, and says what he has in hand."""
    page = desk.client(AUDITOR).post(f"/injury/claims/{claim.pk}/link/", {}).content.decode()
    found = re.search(r"/injury/confirm/[A-Za-z0-9_-]{32}/", page)
    assert found is not None and "<svg" in page
    phone, place = Client(), found.group()
    shown = phone.get(place).content.decode()
    assert "石*" in shown and "石磊" not in shown and "54,000.00" in shown and EMPLOYER not in shown
    names = re.findall(r'name="(received_\d+)"', shown)
    sums = {"disability_grant": "54000", "leave_wage": "12000"}
    rows = {row.pk: row.kind for row in BenefitItem.objects.filter(claim_id=claim.pk)}
    answers = {name: sums[rows[int(name.removeprefix("received_"))]] for name in names}
    assert phone.post(place, {}).status_code == 422
    assert phone.post(place, answers).status_code == 302
    assert phone.get(place).status_code == 404
    assert phone.post(place, answers).status_code == 404


def test_a_worker_gets_all_that_is_his_and_says_so_himself(desk: Desk) -> None:
    case = recognised(desk)
    assessed(desk, case)
    claim = claimed(desk, case)
    medical, grant, wage = desk.play.items(claim)
    assert (medical.payer, grant.payer, wage.payer) == ("fund", "fund", "employer")
    assert (grant.entitled, wage.entitled) == (Decimal("54000.00"), Decimal("12000.00"))
    assert BenefitShare.objects.get(benefit_item=grant).payee == "worker"

    paid(desk, claim, "employer", "10000")
    paid(desk, claim, "worker", "54000")
    assert "尚未确认足额到手" in desk.do(AUDITOR, claim, "confirm", {"is_received": "on"}, status=403)
    transferred(desk, wage)
    confirmed(desk, claim)
    desk.do(AUDITOR, claim, "confirm", {"is_received": "on"})

    assert WorkerStatement.objects.filter(kind="confirmed").count() == 2
    assert ConfirmationLink.objects.get().used_at is not None
    page = desk.client(ASSESSOR).get(f"/injury/{case.pk}/").content.decode()
    assert "已确认" in page and "54,000.00" in page and "石磊" not in page
    sheet = desk.client(ASSESSOR).get(f"/matters/{claim.pk}/papers/calculation_sheet/")
    assert sheet.status_code == 200
    assert desk.client(ACCEPTOR).post(f"/matters/{case.pk}/gate/", {}).status_code == 302
    assert Matter.objects.get(pk=case.pk).status == "closed"
    assert Injury.objects.get(pk=case.pk).proxy.startswith("enterprise:")
    assert not WorkItem.objects.filter(matter__root_id=case.pk, closed_at=None).exists()

    acts = set(Event.objects.filter(root_matter_id=case.pk, is_refused=False).values_list("act", flat=True))
    assert {"injury.open", "injury.link", "injury.link_look", "injury.confirm", "injury.transfer"} <= acts
    sequence_all()
    assert verify().is_good
