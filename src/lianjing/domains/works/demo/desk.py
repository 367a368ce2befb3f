"""What all scripts share: who sits at which post, who is away, running numbers, cases waiting for a meeting."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import count

from lianjing.kernel.refusal import Refusal
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.meeting.models import AgendaItem
from lianjing.runtime.org.models import Unit
from lianjing.runtime.parties.models import Account, Enterprise
from lianjing.runtime.parties.services import open_account
from lianjing.runtime.process.clocks import calendar
from lianjing.runtime.scene import Scene
from lianjing.runtime.scene_queue import Queue, at_work
from lianjing.runtime.trail.act import SYSTEM, legal_day, recorded

DIRECTOR, LEADER, PARTY_SECRETARY, DEPUTY, COMMITTEE = "20001", "20002", "20003", "20004", "20005"
SECRETARY, SEALS, PERSONNEL = "20101", "20102", "20111"
FUNDS, MAKER, CHECKER, FINANCE_HEAD = "20201", "20202", "20203", "20204"
ECONOMY, PLANNER, PLANNING, AUDITOR, LAWYER, LAW = "20301", "20401", "20402", "20501", "20601", "20602"
HEAD, LEAD, OFFICER, SITE, COST, CONTRACTS, TENDERS, ARCHIVES = (f"2070{place}" for place in range(1, 9))
SITE_AFTER = "20709"
QUALITY, DESIGNER = "20710", "42101"
INSPECTOR = "30002"
SYSTEM_ADMIN, SECURITY_ADMIN = "10001", "10002"
SECURITY_ADMIN = "10002"
Stray = tuple[str, str, Decimal, Matter]  # number of the bank, payee, yuan, project of the story
DEPARTMENTS = (("ECO", ECONOMY), ("PLN", PLANNING), ("LAW", LAW))
FIRM_OF = {
    "40001": "婺澜澍建市政工程有限公司",
    "40002": "婺澜砼固建设集团有限公司",
    "40003": "澜汀市磐屹路桥工程有限公司",
    "40004": "澜汀市筑昉园林绿化有限公司",
    "40005": "澜汀市蓦成土石方工程有限公司",
    "40007": "澜汀市炘电机电安装有限公司",
    "40006": "澜汀市垒拆建筑拆除有限公司",
}
SUPERVISION = {
    "heng": ("婺澜衡矩工程监理有限公司", "41001", "41002"),
    "sheng": ("婺澜绳墨项目管理有限公司", "41003", "41004"),
}


@dataclass
class Case:
    """A matter waiting for a meeting; `item` is set once the meeting has decided."""

    matter: Matter
    title: str
    kind: str
    amount: Decimal
    against: int = 0
    recused: str = ""
    item: AgendaItem | None = None


@dataclass(frozen=True)
class Leave:
    """Days on which somebody is away, perhaps with a stand-in."""

    first: date
    last: date
    stand_in: str = ""


@dataclass
class Desk:
    """The office as a whole. Only numbers and intentions live here; every row is the services' work."""

    scene: Scene
    queue: Queue
    site_changes_on: date = date.max
    leaves: dict[str, list[Leave]] = field(default_factory=dict)
    cases: dict[str, list[Case]] = field(default_factory=lambda: {"director": [], "party_committee": []})
    refusals: Counter[str] = field(default_factory=Counter)
    papers: Iterator[int] = field(default_factory=lambda: count(1))
    invoices: Iterator[int] = field(default_factory=lambda: count(1))
    letters: Iterator[int] = field(default_factory=lambda: count(3))
    contracts: Iterator[int] = field(default_factory=lambda: count(11))
    tenders: Iterator[int] = field(default_factory=lambda: count(7))
    orders: Iterator[int] = field(default_factory=lambda: count(1))
    accounts: Iterator[int] = field(default_factory=lambda: count(101))
    strays: list[Stray] = field(default_factory=list)  # what leaves the paying account without an order
    payer: Account | None = None
    has_feed: bool = False  # the bank's daily file comes

    @property
    def today(self) -> date:
        """The legal day of the story."""
        return self.scene.today()

    def person(self, number: str) -> int:
        """Return the person of a log-in number."""
        return self.scene.person(number)

    def before_end(self, days: int) -> datetime:
        """Return a moment of the last working day that lies at least so many days before the end of the story."""
        day = legal_day(self.scene.end) - timedelta(days=days)
        while not calendar().is_working(day):
            day -= timedelta(days=1)
        return at_work(day, 40 + 23 * days % 300)

    def on_duty(self, number: str) -> str | datetime:
        """Return who acts for this number today: he himself, his stand-in, or the moment when he is back."""
        if number == SITE:
            return SITE_AFTER if self.today >= self.site_changes_on else SITE
        for leave in self.leaves.get(number, ()):
            if leave.first <= self.today <= leave.last:
                return leave.stand_in or at_work(calendar().add_working_days(leave.last, 1), 35)
        return number

    def refused(self, attempt: Callable[[], object]) -> str:
        """Let somebody try what is not allowed and return the rule that refused it; RuntimeError if nothing did."""
        try:
            attempt()
        except Refusal as refusal:
            self.refusals[refusal.rule] += 1
            return refusal.rule
        raise RuntimeError("the demonstration counted on a refusal, and the act was allowed")

    def firm(self, number: str) -> Enterprise:
        """Return the firm of a contractor's manager."""
        return Enterprise.objects.get(name=FIRM_OF[number])

    def account_no(self) -> str:
        """Return an account number that no bank issues."""
        return f"990000000000{next(self.accounts):07d}"

    def paying_account(self) -> Account:
        """Return the owner's paying account, entered once at the beginning."""
        if self.payer is None:
            unit = Unit.objects.get(code="CON")
            with recorded(
                "parties.account", chain=f"unit:{unit.pk}", actor=SYSTEM, now=self.scene.now
            ) as act:
                self.payer = open_account(
                    act,
                    holder=f"unit:{unit.pk}",
                    holder_name=unit.name,
                    account_no=self.account_no(),
                    bank_name="澜汀农村商业银行开发区支行",
                    kind="special",
                )
        return self.payer
