"""A small office for the tests of the shared nouns: two units, their people, a project with a contract."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from lianjing.runtime.contract import services as contracts
from lianjing.runtime.contract.models import Contract
from lianjing.runtime.documents.models import Document
from lianjing.runtime.documents.services import upload
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.matter.services import begin
from lianjing.runtime.org.models import Appointment, Person, Post, Unit
from lianjing.runtime.org.queries import actor_with
from lianjing.runtime.org.services import add_appointment, add_person, add_post, add_unit
from lianjing.runtime.parameter.services import seed
from lianjing.runtime.parties.models import Account, Enterprise
from lianjing.runtime.parties.services import open_account, register_enterprise
from lianjing.runtime.trail.act import SYSTEM, Act, Actor, recorded

NOW = datetime(2025, 3, 3, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
TODAY = NOW.date()
FIRST_DAY = date(2024, 1, 1)
CODES = ("91990101MAA26N8C19", "91990101MAUP5XLG6B")


class Office:
    """The zone, its works centre and its office; people are known by their post."""

    def __init__(self) -> None:
        with self.act() as act:
            seed(act)
            self.zone = add_unit(act, code="ZONE", name="经开区管委会", kind="zone")
            self.works = add_unit(act, code="CON", name="建设管理中心", kind="department", parent=self.zone)
            self.office = add_unit(act, code="OFF", name="党政办公室", kind="department", parent=self.zone)
            self.officer = self._person(act, "闫犇", self.works, "project_officer", "operator")
            self.lead = self._person(act, "柴堃林", self.works, "project_lead", "reviewer")
            self.secretary = self._person(act, "钮书记员", self.office, "meeting_secretary", "operator")
            self.lawyer = self._person(act, "法审", self.office, "legal_officer", "reviewer")
            self.supervisor = self._person(act, "逯霁明", self.zone, "supervisor", "supervisor")
            self.head = self._person(act, "逄景澄", self.zone, "director", "head")
            self.members = [
                self._person(act, f"委员{number}", self.zone, f"deputy_{number}", "approver")
                for number in range(5)
            ]

    def _person(self, act: Act, name: str, unit: Unit, post_key: str, kind: str) -> Person:
        post = add_post(act, unit=unit, key=post_key, name=name + "岗", kind=kind)
        person = add_person(act, name=name, kind="official", unit=unit)
        add_appointment(act, person=person, post=post, from_on=FIRST_DAY, basis="任职文件")
        return person

    @contextmanager
    def act(
        self, person: Person | None = None, *, days: int = 0, matter: Matter | None = None
    ) -> Iterator[Act]:
        """Open an act, of the system or of a person at one of his posts."""
        now = NOW + timedelta(days=days)
        actor = self.actor(person, now.date()) if person else SYSTEM
        with recorded(
            "test.act", chain=f"matter:{matter.root_id}" if matter else "unit:1", actor=actor, now=now
        ) as act:
            yield act

    def actor(self, person: Person, day: date = TODAY) -> Actor:
        """Return the person at his first post."""
        post = Post.objects.filter(id__in=person_posts(person)).order_by("id").first()
        assert post is not None
        return actor_with(person.pk, post.key, day)

    @staticmethod
    def appointments(person: Person) -> list[Appointment]:
        """Return a person's appointments."""
        return list(Appointment.objects.filter(person=person))

    def project(self, **columns: Any) -> Matter:
        """Begin a project."""
        with self.act() as act:
            return begin(
                act,
                domain="works",
                kind="project",
                title="望汀大道北延工程",
                unit_id=self.works.pk,
                applicant_person_id=self.officer.pk,
                **columns,
            )

    def child(self, parent: Matter, kind: str = "payment", **columns: Any) -> Matter:
        """Begin a child matter."""
        with self.act() as act:
            return begin(
                act,
                domain="works",
                kind=kind,
                title=f"{kind}事项",
                unit_id=self.works.pk,
                parent=parent,
                applicant_person_id=self.officer.pk,
                **columns,
            )

    def firm(self, number: int = 0) -> Enterprise:
        """Register a firm."""
        with self.act() as act:
            return register_enterprise(
                act, name=f"婺澜澍建市政工程有限公司{number}", credit_code=CODES[number]
            )

    def account(self, holder: str, account_no: str, name: str = "婺澜澍建市政工程有限公司") -> Account:
        """Enter an account."""
        with self.act() as act:
            return open_account(
                act, holder=holder, holder_name=name, account_no=account_no, bank_name="某银行"
            )

    def contract(self, project: Matter, firm: Enterprise, account: Account, **columns: Any) -> Contract:
        """Sign a contract of ten million with 10 % advance and 3 % retention."""
        terms: dict[str, Any] = {
            "amount": Decimal(10_000_000),
            "provisional": Decimal(0),
            "advance_ratio": Decimal("0.1"),
            "retention_ratio": Decimal("0.03"),
            **columns,
        }
        matter = self.child(project, "contract")
        with self.act() as act:
            contract = contracts.draft(
                act, matter=matter, project=project, enterprise=firm, payee_account=account, **terms
            )
            return contracts.activate(act, contract, signed_on=FIRST_DAY)

    def paper(
        self,
        matter: Matter,
        person: Person,
        *,
        kind: str = "other",
        title: str = "文件",
        content: bytes = b"%PDF-1.7 paper",
    ) -> Document:
        """Upload a paper."""
        return upload(
            matter_id=matter.pk,
            kind=kind,
            title=title,
            content=content,
            file_name="a.pdf",
            actor=self.actor(person),
            now=NOW,
        )


def person_posts(person: Person) -> list[int]:
    """Return the posts to which a person is appointed."""
    return list(Appointment.objects.filter(person=person).values_list("post_id", flat=True))
