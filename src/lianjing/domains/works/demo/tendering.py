"""Tender, award and contract of a project."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from lianjing.domains.works.demo import tender_room as room
from lianjing.domains.works.demo.bidfiles import Offer
from lianjing.domains.works.demo.desk import (
    AUDITOR,
    FIRM_OF,
    HEAD,
    LAWYER,
    LEAD,
    LEADER,
    SECRETARY,
    TENDERS,
)
from lianjing.domains.works.demo.job import Job
from lianjing.domains.works.models import Award, Bid
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.parties.models import Enterprise
from lianjing.runtime.process.clocks import calendar
from lianjing.runtime.scene_queue import Script, at_work
from lianjing.runtime.trail.act import LEGAL_ZONE

MANAGER_OF = {name: number for number, name in FIRM_OF.items()}
PLATFORM_FIRMS = ("澜汀市沄帆智能装备有限公司", "澜汀市玥衡光电股份有限公司", "澜汀市炘电机电安装有限公司")
FAULTS = (
    ("unsigned", "投标文件未按要求签章"),
    ("qualification", "拟派项目负责人资格不符合招标文件要求"),
    ("no_response", "未按招标文件响应工期要求"),
)
WORDS = {"works": "施工", "goods": "设备采购与集成"}
MEDIA = [{"medium": "platform", "address": ""}, {"medium": "trading_site", "address": "澜汀市公共资源交易网"}]
CONTACT = "经开区建设管理中心招标管理岗，0570-8800018"
CRITERIA = {
    "works": (("price", "投标报价", "60"), ("technical", "施工组织设计", "30"), ("credit", "企业信用", "10")),
    "goods": (("price", "投标报价", "50"), ("technical", "技术方案", "40"), ("commercial", "售后服务", "10")),
}
PILOT = "省发展改革委评定分离改革试点通知（演示）〔2025〕3号"
VOTES = (1, 1, 1, 1, 2)
MORNING = time(9, 30)


def control_price(job: Job) -> Decimal:
    """Return the control price of a project's works."""
    return (job.plan.budget * (job.plan.share + Decimal("0.02"))).quantize(Decimal(1000))


def tender_data(job: Job, code: str, **changes: Any) -> dict[str, Any]:
    """Return the tender plan as of today."""
    plan, day = job.plan, job.desk.today
    estimated = control_price(job)
    return {
        "title": f"{plan.title}{WORDS[plan.category]}",
        "code": code,
        "procurement_category": plan.category,
        "estimated": str(estimated),
        "budget_money": str(estimated),
        "control_price": str(estimated),
        "method": "open",
        "qualification": "具备与本项目相适应的企业资质，近三年无重大违法记录",
        "evaluation_method": "comprehensive",
        "criteria": [
            {"kind": kind, "text": text, "weight": weight} for kind, text, weight in CRITERIA[plan.category]
        ],
        "award_method": "rank_one",
        "bond": str((estimated * Decimal("0.015")).quantize(Decimal(10000))),
        "days": "300",
        "quality": "合格",
        "platform": "澜汀市公共资源交易平台",
        "agency_selection": "comparison",
        "agency_name": room.AGENCY[0],
        "agency_code": room.AGENCY[1],
        "published_on": day + timedelta(days=8),
        "deadline_on": day + timedelta(days=29),
        **changes,
    }


def planned_tender(job: Job, **changes: Any) -> Script[Matter]:
    """Open the tender and hand in its plan."""
    code = f"ZB-{job.desk.today.year}-{next(job.desk.tenders):03d}"
    matter = job.open(TENDERS, "works_tender", f"{job.plan.title}{WORDS[job.plan.category]}招标")
    yield from job.step(TENDERS, matter, "plan", lambda: tender_data(job, code, **changes))
    return matter


def published(job: Job, matter: Matter, *, count: int = 4, over: bool = False) -> Script[list[Offer]]:
    """Have the plan approved and announced, the bids handed in sealed, and wait until the deadline is past."""
    yield from job.step(
        LAWYER, matter, "legality", lambda: {"is_fair": "on", "is_whole": "on", **job.opinion()}
    )
    yield from job.step(LEADER, matter, "approve")
    yield from job.step(room.AGENT, matter, "announce", lambda: announcement(job))
    yield from job.step(TENDERS, matter, "confirm_notice", lambda: {"is_same": "on"}, wait=0.3)
    offers = job.bend(matter, bids(job, bidders(job, count), over=over))
    last = deadline(job, matter)
    yield at_work(calendar().add_working_days(last, -2), 40)
    room.hand_in(job.desk.scene, matter.pk, offers)
    yield at_work(last, 75)
    return offers


def announcement(job: Job) -> dict[str, Any]:
    """Return the notice as of today; the deadline is a working day."""
    day = job.desk.today
    last = calendar().next_working_day(day + timedelta(days=21))
    return {
        "filing_no": f"澜招备〔{day.year}〕{next(job.desk.letters)}号",
        "outlets": MEDIA,
        "sale_to_on": day + timedelta(days=6),
        "deadline_at": datetime.combine(last, MORNING, LEGAL_ZONE),
        "contact_text": CONTACT,
    }


def deadline(job: Job, matter: Matter) -> date:
    """Return the day on which the bids are due."""
    return room.opened_time(job.desk.scene, matter.pk).astimezone(LEGAL_ZONE).date()


def bidders(job: Job, count: int) -> list[str]:
    """Return the firms that bid; the builder of the plan is the first."""
    if not job.builder:
        return list(PLATFORM_FIRMS[:count])
    first = FIRM_OF[job.builder]
    rest = [name for name in FIRM_OF.values() if name != first]
    return [first, *job.dice.sample(rest, count - 1)]


def bids(job: Job, names: list[str], *, over: bool = False) -> list[Offer]:
    """Return what the firms bid: the first the best, the last above the control price where `over`."""
    control, found = control_price(job), []
    for place, name in enumerate(names):
        share = Decimal(str(round(0.962 + 0.009 * place + job.dice.random() * 0.004, 6)))
        if over and place == len(names) - 1:
            share = Decimal("1.0132")
        code = Enterprise.objects.get(name=name).credit_code
        found.append(Offer(name, code, (control * share).quantize(Decimal("0.01"))))
    return found


def opened_bids(job: Job, matter: Matter, offers: list[Offer]) -> None:
    """Open the bids now."""
    room.unseal(job.desk.scene, matter.pk, offers)
    job.do(room.AGENT, matter, "open_bids", {"is_over": "on", "present": "各投标人代表、驻区纪检监察组"})
    job.opening(matter)


def evaluated(job: Job, matter: Matter, *, rejects: bool = True) -> Script[None]:
    """Draw and seat the experts and have them judge: ranks come from their sheets."""
    scene = job.desk.scene
    room.stock_pools(scene)
    yield 0.1
    room.draw_experts(scene, matter.pk)
    yield from job.step(room.AGENT, matter, "convene", {}, wait=0.05)
    yield 0.05
    room.judged(scene, matter.pk, vetoes=vetoes(job, matter) if rejects else {}, wobble=job_wobble(job))
    yield from job.step(room.AGENT, matter, "evaluate", lambda: {"is_signed": "on"}, wait=0.1)


def job_wobble(job: Job) -> Any:
    """Return how far an expert's points stray, drawn from the job's own dice."""
    return lambda: job.dice.random() * 0.06 - 0.03


def vetoes(job: Job, matter: Matter) -> dict[int, tuple[str, str]]:
    """Return the rejection of the dearest of four bids or more."""
    rows = sorted(
        Bid.objects.filter(tender_id=matter.pk, opened_at__isnull=False), key=lambda bid: bid.price or 0
    )
    return {rows[-1].pk: job.dice.choice(FAULTS)} if len(rows) > 3 else {}


def unopposed(job: Job, matter: Matter) -> Script[None]:
    """Publish the candidates and let their days pass."""
    yield from job.step(room.AGENT, matter, "candidates", lambda: candidates_data(job), wait=0.5)
    yield 4.5
    yield from job.step(
        HEAD, matter, "settle", lambda: {"is_unchanged": "on", "opinion": "公示期满，未收到异议。"}, wait=0.4
    )


def candidates_data(job: Job) -> dict[str, Any]:
    """Return the publicity of the candidates as of today."""
    return {"outlets": MEDIA, "to_on": job.desk.today + timedelta(days=4), "contact_text": CONTACT}


def award_data(matter: Matter, **changes: Any) -> dict[str, Any]:
    """Return the preparation of an award."""
    return {
        "tender": matter.pk,
        "method": "rank_one",
        "reason": "经评审综合得分第一，公示无异议",
        "legal_basis": "",
        **changes,
    }


def award_opened(job: Job) -> Matter:
    """Open the award."""
    return job.open(TENDERS, "works_award", f"{job.plan.title}{WORDS[job.plan.category]}定标")


def awarded(job: Job, matter: Matter) -> Script[None]:
    """Publish the candidates, award to the first rank, send the notice and pass the gate into contract."""
    yield from unopposed(job, matter)
    yield job.days(0.8)
    award = award_opened(job)
    yield from job.step(TENDERS, award, "prepare", lambda: award_data(matter), wait=0.3)
    yield from award_out(job, award)


def award_out(job: Job, award: Matter) -> Script[None]:
    """Confirm the award, send the notice and pass the gate; whoever won builds."""
    if job.plan.builder:
        row = Award.objects.select_related("enterprise").get(pk=award.pk)
        job.winner = MANAGER_OF[row.enterprise.name] if row.enterprise else ""
    yield from job.step(LEADER, award, "confirm", lambda: {"is_lawful": "on", **job.opinion()}, wait=1.2)
    number = next(job.desk.letters)
    yield from job.step(
        TENDERS,
        award,
        "notice",
        lambda: {
            "notice_no": f"澜经中〔{job.desk.today.year}〕{number}号",
            "notice_on": job.desk.today,
            "reported_on": job.desk.today,
            "outlets": MEDIA,
        },
    )
    yield job.days(0.5)
    job.gate(LEAD)


def voted(
    job: Job, matter: Matter, note: Callable[[Matter, str], None] = lambda _award, _rule: None
) -> Script[None]:
    """Award by vote under a pilot: without its paper the law binds to the first rank; the ballots decide."""
    yield from unopposed(job, matter)
    yield job.days(0.8)
    award = award_opened(job)
    free = award_data(matter, method="vote", reason="定标会票决")
    note(award, job.refused_step(TENDERS, award, "prepare", free))
    job.paper(TENDERS, award, "approval", "评定分离改革试点通知", step="prepare")
    based = {**free, "legal_basis": PILOT, "legal_basis_clause": "第三条"}
    yield from job.step(TENDERS, award, "prepare", based, wait=0.5)
    yield 0.5
    auditor = yield from job.present(AUDITOR)
    room.draw_committee(job.desk.scene, award.pk, auditor)
    yield from job.step(AUDITOR, award, "committee", lambda: {"members": 5}, wait=0.1)
    yield 0.1
    room.voted(job.desk.scene, award.pk, VOTES)
    yield from job.step(
        SECRETARY,
        award,
        "decide",
        lambda: {"reason": "五名委员投票，过半数通过", "video_sha256": "ab" * 32},
        wait=0.1,
    )
    yield from award_out(job, award)


def failed(job: Job) -> Script[Matter]:
    """Hold a tender that only two firms join: nothing is opened, the tender has failed."""
    matter = yield from planned_tender(job)
    offers = yield from published(job, matter, count=2)
    job.desk.refused(lambda: room.unseal(job.desk.scene, matter.pk, offers))
    yield from job.step(room.AGENT, matter, "open_bids", lambda: {"is_over": "on"}, wait=0.1)
    return matter


def tendered(job: Job, *, count: int = 4, over: bool = False, rejects: bool = True) -> Script[Matter]:
    """Go through the whole tender to the gate into contract."""
    matter = yield from planned_tender(job)
    offers = yield from published(job, matter, count=count, over=over)
    opened_bids(job, matter, offers)
    yield from evaluated(job, matter, rejects=rejects)
    yield from awarded(job, matter)
    return matter
