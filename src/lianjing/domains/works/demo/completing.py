"""The end of a project, played: acceptance with its defects, the drawn audit firm, settlement and final account."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from lianjing.domains.works.demo.desk import (
    ARCHIVES,
    AUDITOR,
    COST,
    FINANCE_HEAD,
    FIRM_OF,
    FUNDS,
    LEAD,
    LEADER,
    PLANNER,
    SECRETARY,
    SUPERVISION,
)
from lianjing.domains.works.demo.job import Given, Job
from lianjing.domains.works.demo.meetings import decided
from lianjing.domains.works.demo.tender_room import draw
from lianjing.domains.works.models import Acceptance, Settlement
from lianjing.domains.works.queries.completion import audit_pool, picked_firms
from lianjing.domains.works.queries.reviews import body_of
from lianjing.domains.works.queries.standing import standing_of
from lianjing.domains.works.rules.completion import CHECKS, delay
from lianjing.runtime.draw import services as draws
from lianjing.runtime.draw.models import Draw
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.process.models import WorkItem
from lianjing.runtime.scene import Scene
from lianjing.runtime.scene_queue import Script

QUALITY = "20710"
DESIGNER, SURVEYOR, OWNER = "婺澜规晷建筑设计院有限公司", "婺澜勘隅岩土勘察有限公司", "经开区建设管理中心"
AUDIT_LEADS = {
    "婺澜鉴澈会计师事务所（普通合伙）": "42501",
    "婺澜昭核会计师事务所（普通合伙）": "42502",
}


def draw_audit_firm(scene: Scene, matter: Matter) -> Draw:
    """Draw the firm of a settlement's first review; firms that follow or are tied are locked as excluded."""

    def lock(asked: Draw) -> None:
        pool = [
            draws.Candidate(each.ref, each.enterprise.name, Decimal(1), each.reason, each.text)
            for each in audit_pool(matter, scene.today())
        ]
        draws.lock(
            draw_id=asked.pk,
            candidates=pool,
            person_id=scene.person(asked_by),
            now=scene.pass_time(hours=0.05),
        )

    asked_by = AUDITOR
    return draw(scene, matter.pk, "audit_firm", 1, lock, operator=asked_by)


def step(
    job: Job, number: str, matter: Matter, key: str, data: Given, papers: tuple[tuple[str, str], ...] = ()
) -> Script[None]:
    """Wait as long as such a step takes, hand in its papers, then do it."""
    yield job.days(1.2)
    who = yield from job.present(number)
    for kind, words in papers:
        job.paper(who, matter, kind, f"{job.plan.title}{words}", step=key, is_photo=kind == "photo")
    job.try_step(who, matter, key, data)


def accepted(job: Job, *, defects: tuple[str, ...] = ()) -> Script[Matter]:
    """Have the works accepted by the five parties, with their defects rectified, filed and handed over."""
    yield job.days(4.0, 0.3)
    matter = job.open(job.builder, "works_acceptance", f"{job.plan.title}竣工验收")
    yield from step(job, job.builder, matter, "apply", lambda: application(job), APPLIED)
    yield from step(
        job,
        job.chief,
        matter,
        "precheck",
        lambda: {"prechecked_on": job.desk.today, "problems": "无", **job.opinion()},
        (("quality_report", "工程质量评估报告"),),
    )
    yield from step(
        job, PLANNER, matter, "checks", lambda: checks(job), (("special_check", "规划核实意见书"),)
    )
    yield from step(job, LEAD, matter, "meeting", lambda: meeting(job, matter, defects), MET)
    if defects:
        yield from rectified(job, matter)
    yield from step(
        job,
        ARCHIVES,
        matter,
        "file",
        lambda: {
            "filed_on": job.desk.today,
            "filing_no": f"BA-{job.desk.today.year}-{matter.pk:03d}",
            "receiver": "望汀街道办事处",
        },
        (("filing", "竣工验收备案表"),),
    )
    return matter


APPLIED = (
    ("acceptance_application", "竣工验收报审表"),
    ("test_report", "检测报告汇总"),
    ("drawing", "竣工图"),
)
MET = (("acceptance", "竣工验收报告"), ("warranty_letter", "质量保修书"))


def rectified(job: Job, matter: Matter) -> Script[None]:
    """Rectify the defects and have them rechecked by those who did not find them."""
    papers = (("rectification", "整改报告"), ("photo", "整改后照片"))
    yield from step(job, job.builder, matter, "rectify", {"done_text": "已逐项整改完成"}, papers)
    yield from step(job, job.chief, matter, "inspect", job.opinion())
    data = {"is_cleared": "on", **job.opinion()}
    yield from step(job, QUALITY, matter, "recheck", lambda: {**data, "rechecked_on": job.desk.today})


def application(job: Job) -> dict[str, Any]:
    """Return the contractor's application as of today."""
    today = job.desk.today
    return {
        "contract": job.contract.pk,
        "is_done": "on",
        "started_on": today - timedelta(days=120),
        "completed_on": today,
        "self_assessment": "单位工程自检合格，质量控制资料齐全。",
        "tests": [
            {
                "name": "主要材料和实体检测",
                "report_no": f"JC-{today.year}-{job.root.pk:03d}",
                "conclusion": "合格",
            }
        ],
    }


def checks(job: Job) -> dict[str, Any]:
    """Return the special checks: planning and archives with their papers, the rest not concerned."""
    today = job.desk.today
    papers = {
        "planning": f"澜规核〔{today.year}〕{job.root.pk}号",
        "archives": f"澜档验〔{today.year}〕{job.root.pk}号",
    }
    return {
        "checks": [
            {
                "kind": kind,
                "doc_no": papers.get(kind, ""),
                "issued_on": today if kind in papers else "",
                "reason": "" if kind in papers else "本工程不涉及",
            }
            for kind in CHECKS
        ]
    }


def meeting(job: Job, matter: Matter, defects: tuple[str, ...]) -> dict[str, Any]:
    """Return the meeting of the five parties; a late completion has its reason."""
    today = job.desk.today
    row = Acceptance.objects.select_related("contract").get(pk=matter.pk)
    seats = (
        ("owner", OWNER, "柴堃林"),
        ("surveyor", SURVEYOR, "冼珩"),
        ("designer", DESIGNER, "亢霁"),
        ("contractor", FIRM_OF[job.builder], "项目经理"),
        ("supervisor", SUPERVISION[job.plan.supervision][0], "总监理工程师"),
    )
    is_late = delay(row.completed_on, row.contract.end_on) > 0
    return {
        "meeting_on": today,
        "parties": [
            {
                "role": role,
                "firm": firm,
                "person_name": person,
                "duty_text": "项目负责人",
                "opinion_text": "同意通过验收",
                "is_agreed": "yes",
            }
            for role, firm, person in seats
        ],
        "spots": "随机抽查三处，实测值符合设计和规范要求。",
        "defects": [{"what": what, "due_on": today + timedelta(days=10)} for what in defects],
        "result": "passed_with_defects" if defects else "passed",
        "cost": str(row.contract.amount),
        "delay_reason": "雨季影响和交通组织调整" if is_late else "",
        "parts": [
            {"part": "pipes", "years": "", "share": "50"},
            {"part": "waterproof", "years": "", "share": "50"},
        ],
    }


def settled(job: Job, *, cut: str = "0.012") -> Script[Matter]:
    """Settle the contract: claim, completeness, drawn firm, two reviews, three signatures, approval."""
    yield job.days(5.0, 0.3)
    matter = job.open(job.builder, "works_settlement", f"{job.plan.title}竣工结算")
    claimed = standing_of(job.contract, job.desk.today).ceiling
    data = {"contract": job.contract.pk, "kind": "settlement", "claimed": str(claimed)}
    papers = (("settlement", "竣工结算书"), ("drawing", "竣工图"))
    yield from step(job, job.builder, matter, "submit", data, papers)
    yield from step(job, COST, matter, "complete", {"is_complete": "on"})
    yield 0.5
    firm = picked_firms(draw_audit_firm(job.desk.scene, matter))[0]
    lead = AUDIT_LEADS[firm.name]
    yield from step(job, AUDITOR, matter, "engage", {"enterprise": str(firm.pk)})
    first = (claimed * (1 - Decimal(cut))).quantize(Decimal("0.01"))
    words = {"first_amount": str(first), "cuts": "核减重复计量的土方和措施项目。"}
    yield from step(job, lead, matter, "first", words, (("audit_report", "结算初审报告"),))
    second = {"second_amount": str(first), **job.opinion()}
    yield from step(job, AUDITOR, matter, "second", second, (("recheck_report", "结算复审报告"),))
    yield from signed(job, matter, lead)
    yield from approved(job, matter)
    return matter


def signed(job: Job, matter: Matter, lead: str) -> Script[None]:
    """Have the settled sum signed by contractor, audit firm and owner."""
    for number, side in ((job.builder, "contractor"), (lead, "auditor"), (LEAD, "owner")):
        papers = (("settled_form", "结算定案表"),) if side == "owner" else ()
        yield from step(job, number, matter, f"confirm_{side}", {"is_confirmed": "on"}, papers)


def approved(job: Job, matter: Matter) -> Script[None]:
    """Approve the settlement at the level that the table named."""
    row = Settlement.objects.get(pk=matter.pk)
    assert row.second_amount is not None
    data = {"approval_no": f"〔{job.desk.today.year}〕{next(job.desk.letters)}号", **job.opinion()}
    if not WorkItem.objects.filter(matter=matter, step_key="collective", closed_at=None).exists():
        yield from step(job, LEADER, matter, "approve", data)
        return
    yield from decided(
        job.desk,
        matter,
        body=body_of(matter.pk),
        title=f"关于{job.plan.title}竣工结算的审议",
        kind="large_fund",
        amount=row.second_amount,
    )
    yield from step(job, SECRETARY, matter, "collective", data, (("minutes", "会议纪要"),))


def accounted(job: Job) -> Script[Matter]:
    """Compile, audit and approve the final account and transfer the assets."""
    yield job.days(6.0, 0.3)
    matter = job.open(FUNDS, "works_final_account", f"{job.plan.title}竣工财务决算")
    row = Settlement.objects.filter(contract=job.contract, kind="settlement").latest("pk")
    amount = str(row.approved)
    yield from step(job, FUNDS, matter, "clean", {"balances": "往来款已结清", "assets": job.plan.title})
    data = {"claimed": amount, "is_large": "small", "variance_text": "未超批准概算。"}
    yield from step(job, FINANCE_HEAD, matter, "compile", data, (("final_account", "竣工财务决算报表"),))
    audit = {"approved": amount, **job.opinion()}
    yield from step(job, AUDITOR, matter, "audit", audit, (("audit_report", "决算审核报告"),))
    decision = {"approval_no": f"澜财决〔{job.desk.today.year}〕{matter.pk}号", **job.opinion()}
    yield from step(job, LEADER, matter, "approve", decision, (("approval", "决算批复"),))
    asset = {"asset_no": f"ZC-{job.desk.today.year}-{matter.pk:03d}"}
    yield from step(job, FINANCE_HEAD, matter, "transfer", asset, (("asset_list", "资产移交单"),))
    return matter
