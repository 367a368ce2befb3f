"""How the other projects live: each script goes as far as its project stands today, some with a scheme on the way."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from lianjing.domains.works.demo import completing, money, planted_money, planted_site, planted_tenders
from lianjing.domains.works.demo.beginning import initiated, opened, permitted, planned, registered
from lianjing.domains.works.demo.contracting import contracted, countersigned, drafted, signed
from lianjing.domains.works.demo.ending import handed_over
from lianjing.domains.works.demo.finished import accepted
from lianjing.domains.works.demo.job import Job
from lianjing.domains.works.demo.planted_homes import households
from lianjing.domains.works.demo.site import months, started
from lianjing.domains.works.demo.takeover import imported
from lianjing.domains.works.demo.tendering import (
    awarded,
    evaluated,
    opened_bids,
    planned_tender,
    published,
    tendered,
)
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.scene_queue import Script, at_work

LARGE = 12_000_000  # yuan; from here on an advance is asked for
CURVE = ("16", "36", "55", "72", "86", "97")
Story = Callable[[Job], Script[None]]
Tendering = Callable[[Job], Script[Matter]]


def entered(job: Job) -> Script[None]:
    """Only entered so far."""
    opened(job)
    yield 0.0


def initiating(job: Job) -> Script[None]:
    """On the way through its approvals."""
    opened(job)
    yield job.days(1.0)
    yield from initiated(job)


def planning(job: Job) -> Script[None]:
    """Approved; its permits come one after the other."""
    yield from initiating(job)
    if job.plan.nature == "新建":
        yield from permitted(job, "land_planning", wait=5.0)
        yield 12.0
    yield from registered(job, "works_planning")


def tendering(job: Job) -> Script[None]:
    """Its tender is announced, opened or under evaluation."""
    yield from initiating(job)
    yield from planned(job)
    planted_tenders.harmless(job, job.dice.randrange(3))
    tender = yield from planned_tender(job)
    offers = yield from published(job, tender, count=3)
    opened_bids(job, tender, offers)
    yield from evaluated(job, tender)
    planted_tenders.apart(job, tender)
    yield 20.0
    yield from awarded(job, tender)


def tendered_plainly(job: Job) -> Script[Matter]:
    """Tender with two bids that look a little alike and are not of one hand."""
    planted_tenders.harmless(job, job.dice.randrange(3))
    tender = yield from tendered(job, count=3)
    planted_tenders.apart(job, tender)
    if job.dice.random() < 0.3:
        planted_tenders.close_second(job, tender)
    return tender


def contracting(job: Job) -> Script[None]:
    """Awarded; the contract is being signed."""
    yield from initiating(job)
    yield from planned(job)
    tender = yield from tendered_plainly(job)
    matter = yield from drafted(job, tender)
    yield from countersigned(job, matter)
    yield from signed(job, matter)
    yield from permitted(job, "construction", wait=8.0)


def to_site(job: Job, tendering_of: Tendering = tendered_plainly, *, is_early: bool = False) -> Script[None]:
    """Bring a project from its opening to the start of the works."""
    yield from initiating(job)
    yield from planned(job)
    tender = yield from tendering_of(job)
    if is_early:
        yield from planted_site.early_start(job, tender)
        return
    yield from contracted(job, tender)
    yield from started(job)
    if job.dice.random() < 0.3:
        planted_site.at_once(job)


def built_on(job: Job, *, pays: bool = True, months_at_least: int = 3) -> Script[None]:
    """Report month by month; mostly money goes out for progress."""
    yield from months(job, CURVE[: months_at_least + job.dice.randrange(2)])
    if pays:
        yield from money.payment(job, "progress", money.progress(job))


def building(job: Job) -> Script[None]:
    """Under construction: reports, sometimes a change or a visa, money from time to time."""
    yield from to_site(job)
    luck = job.dice.random()
    if luck < 0.35:
        amount = f"{18_000 + job.dice.randrange(100_000)}.00"
        if job.plan.budget >= 8_000_000:
            amount = f"{190_000 + job.dice.randrange(9_500)}.00"
        beside(job, planted_site.one_change(job, amount))
    elif luck < 0.75:
        beside(job, planted_site.visa_in_time(job))
    if job.plan.budget >= LARGE:
        yield from money.payment(job, "advance", money.advance(job))
    yield from built_on(job)


def beside(job: Job, script: Script[None]) -> None:
    """Let another script of the project run beside its own from now on."""
    job.desk.queue.start(script, at_work(job.desk.today, 200))


def finishing(job: Job) -> Script[None]:
    """Built, accepted, settled and paid; the larger ones with an advance, every third accounted for and handed over."""
    yield from to_site(job)
    if job.plan.budget >= LARGE:
        yield from money.payment(job, "advance", money.advance(job))
    yield from months(job, ("46", "100"))
    yield from accepted(job)
    yield from completing.settled(job)
    yield from money.payment(job, "settlement", money.settlement(job))
    if job.dice.random() < 0.4:
        yield from completing.accounted(job)
        yield from handed_over(job)


def archived(job: Job) -> Script[None]:
    """From before the platform: in the archive, not taken over."""
    imported(job)
    yield 0.0


CROWD: Mapping[str, Story] = {
    "entered": entered,
    "initiating": initiating,
    "planning": planning,
    "tendering": tendering,
    "contracting": contracting,
    "building": building,
    "finishing": finishing,
    "archived": archived,
}


def _tender_scheme(tendering_of: Tendering) -> Story:
    def story(job: Job) -> Script[None]:
        yield from to_site(job, tendering_of)
        yield from built_on(job, pays=False, months_at_least=2)

    return story


def _site_scheme(scheme: Story, *, pays: bool = False) -> Story:
    def story(job: Job) -> Script[None]:
        yield from to_site(job)
        yield from money.payment(job, "advance", money.advance(job))
        beside(job, scheme(job))
        yield from built_on(job, pays=pays, months_at_least=4)

    return story


def _early(job: Job) -> Script[None]:
    yield from to_site(job, is_early=True)
    yield from money.payment(job, "advance", money.advance(job))
    beside(job, planted_money.on_the_last_day(job))
    yield from built_on(job, pays=False, months_at_least=4)


# Each is played by one project under construction, in this order; the rest of them are ordinary.
SCHEMES: Sequence[tuple[str, Story]] = (
    ("former_employee", _tender_scheme(planted_tenders.former_employee)),
    ("one_machine", _tender_scheme(planted_tenders.one_machine)),
    ("one_bond_account", _tender_scheme(planted_tenders.one_bond_account)),
    ("constant_ratio", _tender_scheme(planted_tenders.constant_ratio)),
    ("late_bid", _tender_scheme(planted_tenders.late_bid)),
    ("rank_skipped", _tender_scheme(planted_tenders.rank_skipped)),
    ("early_start", _early),
    ("split_change", _site_scheme(planted_site.split_change)),
    ("late_visa", _site_scheme(planted_site.late_visa)),
    ("photo_twice", _site_scheme(planted_site.photo_twice)),
    ("new_account", _site_scheme(planted_money.new_account)),
    ("old_account", _site_scheme(planted_money.old_account)),
    ("late_payment", _site_scheme(planted_money.late_payment)),
    ("bare_hold", _site_scheme(planted_money.bare_hold)),
    ("late_opinion", _site_scheme(planted_money.late_opinion)),
    ("stray_line", _site_scheme(planted_money.stray_line, pays=True)),
    ("households", _site_scheme(households)),
)
