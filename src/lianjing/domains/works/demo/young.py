"""Five projects on their way: contract, tender, planning and initiation, each held up by something."""

from __future__ import annotations

from functools import partial

from lianjing.domains.works.demo import money
from lianjing.domains.works.demo.beginning import drafted as proposal_drafted
from lianjing.domains.works.demo.beginning import initiated, opened, permitted, planned, proposed, registered
from lianjing.domains.works.demo.contracting import countersigned, drafted, signed
from lianjing.domains.works.demo.desk import FUNDS, HEAD, LAWYER, LEAD, LEADER, TENDERS
from lianjing.domains.works.demo.job import Job
from lianjing.domains.works.demo.running import CALLED_BACK, account_applied
from lianjing.domains.works.demo.tendering import (
    awarded,
    evaluated,
    failed,
    opened_bids,
    planned_tender,
    published,
    tender_data,
)
from lianjing.runtime.scene_queue import Script


def started(job: Job) -> Script[None]:
    """Open a project and bring it through initiation."""
    opened(job)
    yield job.days(1.0)
    yield from initiated(job)


def energy(job: Job) -> Script[None]:
    """燊光储能产业园配套道路: too few bidders at first; under contract, but without construction permit."""
    yield from started(job)
    yield from planned(job)
    first = yield from failed(job)
    yield job.days(2.0)
    tender = yield from planned_tender(job, retender_of=first.pk)
    offers = yield from published(job, tender, count=4)
    opened_bids(job, tender, offers)
    yield from evaluated(job, tender)
    yield from awarded(job, tender)
    matter = yield from drafted(job, tender)
    yield from countersigned(job, matter)
    yield from signed(job, matter)
    yield 2.0
    job.desk.refused(partial(job.gate, LEAD))
    yield from money.payment(job, "advance", money.advance(job))
    job.desk.refused(lambda: job.open(job.builder, "works_progress", "进度"))
    yield job.desk.before_end(9)
    yield from registered(job, "construction", wait=0.3)


def housing(job: Job) -> Script[None]:
    """荷塍安置小区三期: somebody tries to skip a stage; the tender is under way."""
    yield from started(job)
    yield from permitted(job, "land_planning", wait=4.0)
    job.desk.refused(partial(job.gate, LEAD, "contract"))
    yield from permitted(job, "works_planning", wait=5.0)
    yield job.days(0.5)
    job.gate(LEAD)
    tender = yield from planned_tender(job)
    offers = yield from published(job, tender, count=5, over=True)
    opened_bids(job, tender, offers)
    yield job.desk.before_end(2)
    yield from evaluated(job, tender)


def market(job: Job) -> Script[None]:
    """青砾镇农贸市场提升: a permit waits for its verification, overdue; the gate stays shut."""
    yield from started(job)
    yield from permitted(job, "land_planning", wait=4.0)
    yield job.desk.before_end(19)
    yield from registered(job, "works_planning", wait=0.5)
    yield job.desk.before_end(6)
    job.desk.refused(partial(job.gate, LEAD))


def hall(job: Job) -> Script[None]:
    """白碓村文化礼堂: the clock of the funds' check stands still for missing papers."""
    opened(job)
    yield job.days(0.8)
    matter = yield from proposed(job)
    job.desk.refused(lambda: job.open(TENDERS, "works_tender", f"{job.plan.title}招标"))
    yield from job.back(
        HEAD, matter, "check", "draft", "村级配套资金说明未加盖公章，请补正。", reason="papers_missing"
    )
    yield from proposal_drafted(job, matter, "白碓村村民代表会议决议、镇政府批复")
    yield from job.step(HEAD, matter, "check")
    yield 0.7
    job.pause(FUNDS, matter, "funds", "村级配套资金银行存款证明过期，一次性告知补正。")


def platform(job: Job) -> Script[None]:
    """智慧监管平台二期: a single source is refused where the law asks for a tender; the contract is signed."""
    yield from started(job)
    yield from permitted(job, "works_planning", wait=4.0)
    yield job.days(0.5)
    job.gate(LEAD)
    tender = yield from planned_tender(
        job, method="single_source", method_reason="与一期平台保持一致，拟由原单位续建"
    )
    yield from job.step(
        LAWYER, tender, "legality", lambda: {"is_fair": "on", "is_whole": "on", **job.opinion()}
    )
    yield job.days(1.0)
    leader = yield from job.present(LEADER)
    job.refused_step(leader, tender, "approve", job.opinion())
    yield from job.back(LEADER, tender, "approve", "plan", "达到必须招标标准，须公开招标，请重新编制方案。")
    code = f"ZB-{job.desk.today.year}-{next(job.desk.tenders):03d}"
    yield from job.step(TENDERS, tender, "plan", lambda: tender_data(job, code))
    offers = yield from published(job, tender, count=3)
    opened_bids(job, tender, offers)
    yield from evaluated(job, tender, rejects=False)
    yield from awarded(job, tender)
    matter = yield from drafted(job, tender)
    yield from countersigned(job, matter)
    yield from signed(job, matter)
    yield from money.payment(job, "advance", money.advance(job))
    yield job.desk.before_end(8)
    change = yield from account_applied(job)
    yield from job.step(FUNDS, change, "check", CALLED_BACK, wait=0.9)
