"""The cast before its browsers: real projects chosen, imported as archive, taken over and paid, page by page."""

from __future__ import annotations

import csv
import re
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from lianjing.runtime.contract.models import Contract
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.meeting.models import AgendaItem, Meeting
from lianjing.runtime.org.models import Unit
from lianjing.runtime.payment.models import BudgetLine
from lianjing.runtime.process.clocks import calendar
from lianjing.runtime.process.models import WorkItem
from lianjing.runtime.scene import Scene
from lianjing.runtime.trail.models import Event
from tests.domains.works.playing import (
    AUDITOR,
    CHECKER,
    DEPUTY,
    DIRECTOR,
    ECO,
    FINANCE_HEAD,
    FUNDS,
    GOOD,
    HEAD,
    LAW,
    LEAD,
    MAKER,
    OFFICER,
    PLN,
    SECRETARY,
    SECRETARYOF_PARTY,
)

PASSWORD = "lianjing-demo"
FICTITIOUS = "（演示虚构）"
RUINED = re.compile(r"\d(\.\d+)?E\+\d+")
MEMBERS = (DIRECTOR, SECRETARYOF_PARTY, DEPUTY)


# ---------------------------------------------------------------- which rows


def rows_of(ledger: Path) -> list[dict[str, str]]:
    """Return the rows of the shared ledger, every cell as printed."""
    with ledger.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def chosen(rows: Sequence[dict[str, str]]) -> list[dict[str, str]]:
    """Choose twenty rows of every kind that needs a person's judgement, always the same."""
    shared = Counter(row["ContractId"] for row in rows)
    pairs = list(dict.fromkeys(row["ContractId"] for row in rows if shared[row["ContractId"]] == 2))[:2]
    kinds: list[tuple[int, Callable[[dict[str, str]], Any]]] = [
        (4, lambda row: row["ContractId"] in pairs),
        (2, lambda row: row["ContractorCount"] == "3"),
        (4, lambda row: row["ContractorCount"] == "2" and " / " in row["Contractor"]),
        (2, lambda row: RUINED.fullmatch(row["ContractId"])),
        (2, lambda row: "(FORMERLY" in row["Contractor"] and row["ContractorCount"] == "1"),
        (
            1,
            lambda row: (
                len(row["Contractor"]) > 80 and row["ContractorCount"] == "1" and "(" not in row["Contractor"]
            ),
        ),
        (2, lambda row: float(row["ApprovedBudgetForContract"] or 0) == 0),
        (1, lambda row: len(row["ProjectName"]) > 250),
        (20, lambda row: row["ContractorCount"] == "1" and shared[row["ContractId"]] == 1),
    ]
    found: dict[str, dict[str, str]] = {}
    for wanted, fits in kinds:
        fresh = [row for row in rows if fits(row) and row["ProjectId"] not in found]
        found |= {row["ProjectId"]: row for row in fresh[: min(wanted, 20 - len(found))]}
    return list(found.values())


def written(place: Path, rows: Iterable[dict[str, str]]) -> Path:
    """Write rows as a ledger with the header of the shared one."""
    kept = list(rows)
    with place.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(kept[0]))
        writer.writeheader()
        writer.writerows(kept)
    return place


# ---------------------------------------------------------------- at the pages


class Desks:
    """Each person at his own browser; every act is a request of a page as its form sends it."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.clients: dict[str, Client] = {}
        self.papers = 0

    def at(self, number: str) -> Client:
        """Return the browser of a person, logged in through the page."""
        if number not in self.clients:
            client = Client()
            answer = client.post("/login/", {"number": number, "password": PASSWORD})
            assert answer.status_code == 302, answer.content.decode()
            self.clients[number] = client
        return self.clients[number]

    def see(self, number: str, place: str) -> str:
        """Return a page as text."""
        answer = self.at(number).get(place)
        assert answer.status_code == 200, (place, answer.status_code)
        return answer.content.decode()

    def send(self, number: str, place: str, data: Mapping[str, Any]) -> HttpResponse:
        """Send a form once; time passes before it."""
        self.scene.pass_time(hours=0.05)
        return self.at(number).post(place, {"request_key": str(uuid.uuid4()), **data})  # type: ignore[return-value]

    def done(self, number: str, place: str, data: Mapping[str, Any]) -> HttpResponse:
        """Send a form that is taken."""
        answer = self.send(number, place, data)
        assert answer.status_code == 302, (number, place, answer.status_code, said(answer))
        return answer

    def refused(
        self, number: str, place: str, data: Mapping[str, Any], *, rule: str, clause: str, status: int = 403
    ) -> None:
        """Send a form that is refused: the page links the clause, the trail holds the rule."""
        before = Event.objects.filter(refused_rule=rule).count()
        answer = self.send(number, place, data)
        assert answer.status_code == status, (answer.status_code, said(answer))
        assert f"/clauses/{clause.replace('#', '~')}/" in answer.content.decode(), said(answer)
        assert Event.objects.filter(refused_rule=rule).count() == before + 1, said(answer)

    def open(self, number: str, procedure: str, parent: Matter, title: str = "") -> Matter:
        """Open a procedure at its page, with the title that the page proposes unless another is given."""
        place = f"/matters/{parent.pk}/open/{procedure}/"
        page = self.at(number).get(place)
        assert page.status_code == 200
        self.done(number, place, {"title": title or page.context["title"]})
        return Matter.objects.filter(parent=parent).latest("id")

    def step(self, matter: Matter, step: str, element: str = "") -> str:
        """Return the address of an open step."""
        return f"/items/{WorkItem.objects.get(matter=matter, step_key=step, element=element, closed_at=None).pk}/"

    def paper(self, number: str, matter: Matter, kind: str, title: str) -> None:
        """Hand in a paper that says of itself that it is fictitious."""
        self.papers += 1
        file = SimpleUploadedFile(
            f"{title}.pdf", f"%PDF-1.4 {title} {self.papers}".encode(), "application/pdf"
        )
        data = {
            "kind": kind,
            "title": title + FICTITIOUS,
            "is_fictitious": "on",
            "doc_no": f"演示〔2025〕{self.papers}号",
            "file": file,
        }
        self.done(number, f"/matters/{matter.pk}/documents/", data)

    def do(self, number: str, matter: Matter, step: str, data: Mapping[str, Any], element: str = "") -> None:
        """Submit a step."""
        self.done(number, self.step(matter, step, element), {"action": "submit", **data})

    # ---- a payment

    def reviewed(self, matter: Matter, amount: str, *, is_collective: bool) -> None:
        """Take a payment through the five reviews."""
        self.paper(AUDITOR, matter, "audit_report", "审核报告")
        self.do(AUDITOR, matter, "audit", {"approved": amount, **GOOD})
        boxes = {"is_contract_checked": "on", "is_measure_checked": "on", "is_change_checked": "on"}
        self.do(LEAD, matter, "internal", {**boxes, "approved": amount, **GOOD})
        for number, unit in ((ECO, "ECO"), (PLN, "PLN"), (LAW, "LAW")):
            self.do(number, matter, "joint", {"result": "agree", "opinion": "已核"}, unit)
        if is_collective:
            self.paper(SECRETARY, matter, "minutes", "会议纪要")
            self.refused(
                SECRETARY,
                self.step(matter, "collective"),
                {"action": "submit", "opinion": "通过"},
                rule="collective.not_passed",
                clause="zone_funds#6",
            )
            self.met(matter)
            self.do(SECRETARY, matter, "collective", {"opinion": "通过"})
        self.paper(FUNDS, matter, "invoice", "发票")
        self.do(
            FUNDS,
            matter,
            "finance",
            {"is_invoice_verified": "on", "is_account_checked": "on", "is_budget_checked": "on", **GOOD},
        )

    def met(self, matter: Matter) -> AgendaItem:
        """Let the directors meet on a payment: called, spoken, voted and counted, each at his own page."""
        scene, people = self.scene, [self.scene.person(number) for number in MEMBERS]
        held_on = calendar().add_working_days(scene.today(), 4)
        self.done(
            SECRETARY,
            "/meetings/new/",
            {
                "unit": Unit.objects.get(code="ZONE").pk,
                "kind": "director",
                "title": "主任办公会",
                "held_on": held_on,
                "head": people[0],
                "members": people[1:],
            },
        )
        place = f"/meetings/{Meeting.objects.latest('id').pk}/"
        self.done(
            SECRETARY,
            place,
            {"action": "agenda", "matter": matter.pk, "kind": "large_fund", "title": "审议支付"},
        )
        item = AgendaItem.objects.latest("id")
        item_place = f"/agenda-items/{item.pk}/"
        self.done(SECRETARY, item_place, {"action": "materials"})
        while scene.today() < held_on:
            scene.pass_time(hours=12)
        self.done(SECRETARY, place, {"action": "presence", "present": people})
        for number in (*MEMBERS[1:], MEMBERS[0]):
            self.done(number, item_place, {"action": "view", "text": "同意"})
        for number in MEMBERS:
            self.done(number, item_place, {"action": "vote", "choice": "for"})
        self.done(SECRETARY, item_place, {"action": "conclude"})
        return item

    def paid(self, matter: Matter, amount: str, payer: int) -> None:
        """Make, check and release the order and enter the bank's receipt: four hands, one of them twice."""
        self.do(MAKER, matter, "make_order", {"order_no": f"ZF-{matter.pk}", "payer_account": payer})
        self.do(CHECKER, matter, "check_order", {"is_same": "on"})
        self.do(FINANCE_HEAD, matter, "release", {"is_released": "on"})
        self.paper(MAKER, matter, "voucher", "银行回单")
        self.do(
            MAKER,
            matter,
            "receipt",
            {"bank_ref": f"B{matter.pk}", "booked_on": self.scene.today(), "amount": amount},
        )


def said(answer: HttpResponse) -> str:
    """Return the words of a page without its frame, for a failed assertion."""
    text = re.sub(r"<(script|style|svg|nav|aside)\b.*?</\1>", " ", answer.content.decode(), flags=re.DOTALL)
    faults = re.findall(
        r'class="[^"]*(?:invalid-feedback|lj-message|errorlist)[^"]*".*?</(?:div|ul)>', text, flags=re.DOTALL
    )
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", " | ".join(faults) or text))[:1500]


# ---------------------------------------------------------------- what the fictitious papers say


def account_number(place: int) -> str:
    """Return a fictitious account number of the firm of one project."""
    return f"99000000000000{place:05d}"


def opening(desks: Desks, project: Matter, place: int, firm: str) -> dict[str, Any]:
    """Return the take-over form of one project: sums in yuan from its fictitious papers, never from the printed pesos."""
    price = 5_000_000 + place * 100_000
    day = desks.scene.today()
    data: dict[str, Any] = {
        "action": "submit",
        "stage": "payment",
        "contract": Contract.objects.get(project=project).pk,
        "code": f"演示合同-{place:02d}",
        "title": f"存量施工合同{place:02d}{FICTITIOUS}",
        "contractor_name": firm,
        "contractor_credit_code": "",
        "amount": str(price),
        "signed_on": day - timedelta(days=900),
        "progress_ratio": "80",
        "retention_ratio": "3",
        "change_amount": "200000",
        "verified_value": str(price + 200_000),
        "verified_ratio": "100",
        "advance_outstanding": "0",
        "retention_held": "150000",
        "paid_to_date": str(price - 800_000),
        "budget_code": f"演示-{place:02d}",
        "budget_amount": "3000000",
        "holder_name": firm,
        "account_no": account_number(place),
        "bank_name": "澜汀农商行" + FICTITIOUS,
        "papers": f"合同、变更单、计量表、付款凭证均为演示用虚构资料{FICTITIOUS}",
    }
    for number, (kind, what) in enumerate(missing(place)):
        data |= {
            f"missing-{number}-document_kind": kind,
            f"missing-{number}-what": what,
            f"missing-{number}-owner": str(desks.scene.person(OFFICER)),
            f"missing-{number}-due_on": day + timedelta(days=60 + number),
        }
    return data


def missing(place: int) -> list[tuple[str, str]]:
    """Return what one project lacks: every third a permit, every fourth its acceptance paper too."""
    lacking = [("permit", "施工许可证")] if place % 3 == 0 else []
    return lacking + ([("acceptance", "竣工验收报告")] if place % 4 == 0 else [])


def proposed(desks: Desks, project: Matter, place: int, firm: str) -> Matter:
    """Propose the take-over of one project with its papers."""
    matter = desks.open(OFFICER, "works_onboard", project)
    for kind, title in (
        ("contract", "施工合同"),
        ("change", "变更批复"),
        ("progress", "计量汇总表"),
        ("voucher", "付款凭证"),
    ):
        desks.paper(OFFICER, matter, kind, title)
    desks.done(OFFICER, desks.step(matter, "propose"), opening(desks, project, place, firm))
    return matter


def approved(desks: Desks, matter: Matter) -> None:
    """Let internal audit compare the sums with the papers, and the head of department take the project over."""
    desks.do(AUDITOR, matter, "audit", {"is_checked": "on", "opinion": "各项金额已对照演示资料核对"})
    desks.do(HEAD, matter, "approve", {"is_approved": "on"})


def claimed(desks: Desks, contract: Contract, matter: Matter, kind: str, amount: str) -> dict[str, Any]:
    """Return the application form of one payment with one invoice over its whole sum."""
    day = desks.scene.today()
    return {
        "action": "submit",
        "contract": contract.pk,
        "kind": kind,
        "gross": amount,
        "received_on": day,
        "delivered_on": day,
        "budget_line": BudgetLine.objects.get(project=contract.project).pk,
        "invoices-0-invoice_no": f"99{matter.pk:018d}",
        "invoices-0-issued_on": day,
        "invoices-0-amount": amount,
    }
