"""The agency at work on the simulated clock: the moves of its people, each through the services."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from lianjing.domains.injury.models import BenefitItem
from lianjing.domains.injury.services import takeover
from lianjing.runtime.documents.models import Document
from lianjing.runtime.documents.services import upload
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.org.models import Unit
from lianjing.runtime.org.queries import actor_at, actor_with
from lianjing.runtime.parties.models import Account
from lianjing.runtime.parties.services import open_account
from lianjing.runtime.process import services as process
from lianjing.runtime.process.models import WorkItem
from lianjing.runtime.scene import Scene
from lianjing.runtime.trail.act import SYSTEM, recorded

COUNTER, FIRST, SECOND, DECIDER = "21201", "21202", "21203", "21204"
ASSESSOR, REVIEWER, PAYER, CHECKER, RELEASER = "21207", "21208", "21209", "21210", "21211"
AUDITOR, OTHER_AUDITOR, HEAD, AGENT, SUPERVISOR = "21212", "21213", "21214", "42701", "30001"
AGENCY = "SIC"
FIRMS = (
    ("91990101MA8BTUTA8W", "澜汀市沄帆智能装备有限公司"),
    ("91990101MA188G4T6C", "澜汀市翯羽新能源汽车部件有限公司"),
)
GOOD = {"opinion": "情况属实，同意"}
MOVE = timedelta(minutes=4)
SURNAMES = "卞郜宓逄蔺冼缑茅闾解仇蒯晏乐扈聂"
GIVEN = "昀湉皛骞棠晟瀚珩翎泠澄炘"
PAPERS: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("injury_recognition", "apply"): ("application_form", "labour_proof", "diagnosis"),
    ("injury_recognition", "investigate"): ("investigation_record",),
    ("injury_recognition", "serve"): ("decision_letter", "service_receipt"),
    ("injury_claim", "apply"): ("application_form",),
    ("injury_payment", "receipt"): ("voucher",),
}


class Desk:
    """Running numbers and the clock; every row is the services' work.

    Accounts begin with 9901 to 9903, which no bank issues; 9900 is that of works.
    """

    def __init__(self, scene: Scene, seed: int) -> None:
        self.scene = scene
        self.dice = Random(seed)
        self.papers = 0
        self.names = 0

    def now(self) -> datetime:
        """Let four minutes pass."""
        self.scene.now += MOVE
        return self.scene.now

    @property
    def today(self) -> date:
        """The legal day of the scene."""
        found: date = self.scene.today()
        return found

    def person(self, number: str) -> int:
        """Return the person of a log-in number."""
        return self.scene.person(number)

    def name(self) -> str:
        """Return the next fictitious name of a worker."""
        self.names += 1
        place, lap = self.names % len(SURNAMES), self.names // len(SURNAMES)
        return (
            SURNAMES[place]
            + GIVEN[lap % len(GIVEN)]
            + (GIVEN[lap // len(GIVEN) % len(GIVEN)] if lap >= len(GIVEN) else "")
        )

    def number(self, head: str) -> str:
        """Return the next number of a paper."""
        self.papers += 1
        return f"{head}{self.papers:05d}"

    # ---- cases from before the platform

    def old_case(
        self, *items: takeover.PaidItem, firm: int = 0, injured_on: date | None = None, **case: Any
    ) -> Matter:
        """Enter a case from before the platform."""
        day = injured_on or min(each.paid_on or self.today for each in items) - timedelta(days=60)
        old = takeover.OldCase(self.name(), FIRMS[firm][0], day, **case)
        return takeover.take_over(old, items, person_id=self.person(COUNTER), now=self.now())

    def items(self, case: Matter) -> list[BenefitItem]:
        """Return the items of a case."""
        return list(BenefitItem.objects.filter(injury_id=case.pk).order_by("pk"))

    def pass_on(self, item: BenefitItem, amount: Decimal) -> Document:
        """Enter what the employer passed on, with its voucher; return the voucher."""
        number = self.number("ZF")
        row = takeover.pass_on(
            item_id=item.pk,
            content=f"%PDF-1.4 {number}".encode(),
            file_name=f"{number}.pdf",
            amount=amount,
            paid_on=self.today,
            voucher_no=number,
            is_fictitious=True,
            person_id=self.person(AUDITOR),
            now=self.now(),
        )
        assert row.voucher_document is not None
        return row.voucher_document

    # ---- procedures of the platform

    def open(self, number: str, procedure: str, parent: Matter, title: str) -> Matter:
        """Open a procedure under a case."""
        return process.open_matter(
            procedure_key=procedure,
            parent_id=parent.pk,
            title=title,
            person_id=self.person(number),
            now=self.now(),
        )

    def do(self, number: str, matter: Matter, step: str, data: Mapping[str, Any] | None = None) -> None:
        """Complete a step with its papers."""
        item = self.scene.item(matter, step)
        for kind in PAPERS.get((item.instance.definition.key, step), ()):
            self.paper(number, matter, kind)
        self.now()
        self.scene.do(number, matter, step, GOOD if data is None else data)

    def paper(self, number: str, matter: Matter, kind: str, post: str = "") -> Document:
        """Hand in a paper at the open step, or at a post that is named."""
        person = self.person(number)
        if post:
            actor = actor_with(person, post, self.today)
        else:
            item = WorkItem.objects.filter(matter=matter, closed_at=None).earliest("pk")
            actor = actor_at(person, item.post_id, self.today)
        name = self.number(kind)
        return upload(
            matter_id=matter.pk,
            kind=kind,
            title=name,
            content=f"%PDF-1.4 {name}".encode(),
            file_name=f"{name}.pdf",
            actor=actor,
            now=self.now(),
            is_fictitious=True,
        )

    def fund(self) -> Account:
        """Return the fund's own account, opened the first time."""
        unit = Unit.objects.get(code=AGENCY)
        found = Account.objects.filter(holder=f"unit:{unit.pk}").first()
        if found is not None:
            return found
        with recorded("parties.account", chain="installation:1", actor=SYSTEM, now=self.now()) as act:
            opened: Account = open_account(
                act,
                holder=f"unit:{unit.pk}",
                holder_name=unit.name,
                account_no="9903000000000000500",
                kind="special",
            )
            return opened
