"""What else a site lives through: a subcontract, visas, wages month by month, checks, one emergency."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from lianjing.domains.works.demo.contracting import agreed
from lianjing.domains.works.demo.desk import COST, LEAD, LEADER, MAKER, QUALITY, SITE
from lianjing.domains.works.demo.job import Job
from lianjing.domains.works.demo.site import Change, asked, drawn, priced, proposal
from lianjing.domains.works.models import Bid, SiteVisaItem
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.scene_queue import Script

# Who takes lesser works; one that lost the tender would be a pattern of its own (M-T43).
SUBCONTRACTORS = (
    ("澜汀市筑昉园林绿化有限公司", "91990101MAUXC3A92Q"),
    ("澜汀市蓦成土石方工程有限公司", "91990101MAGKTUPDX6"),
    ("澜汀市垒拆建筑拆除有限公司", "91990101MAG3F15M5K"),
    ("澜汀市炘电机电安装有限公司", "91990101MAFEPA6F1U"),
)
SLIDE = Change(
    "YJ-001",
    "138600.00",
    "东侧边坡",
    "放坡开挖",
    "连续降雨致边坡滑移，打设钢板桩并回填反压",
    "钢板桩支护",
    "emergency",
)


def site_life(job: Job) -> Script[None]:
    """Let the smaller matters of the site follow each other."""
    yield from subcontracted(job)
    yield 6.0
    yield from wages(job)
    yield 4.0
    yield from checked(job, "safety", "深基坑东侧临边防护缺失一处，配电箱未上锁一处")
    yield 5.0
    yield from certified(job, "QZ-001", "K0+260", "18", "420.00")
    yield 15.0
    yield from wages(job)
    yield 6.0
    yield from checked(job, "quality", "")
    if job.plan.key == "river":
        yield 8.0
        yield from emergency(job)


def subcontracted(job: Job) -> Script[None]:
    """Report a subcontract of the lesser works; the main structure is refused first."""
    name, code = subcontractor(job)
    data = {
        "contract": job.contract.pk,
        "name": name,
        "credit_code": code,
        "scope_text": "附属绿化及场地平整",
        "amount": str(((job.contract.amount or Decimal(0)) * Decimal("0.06")).quantize(Decimal(1000))),
    }
    matter = job.open(job.builder, "works_subcontract", f"{job.plan.title}附属工程分包")
    if job.plan.key == "road":
        job.paper(job.builder, matter, "contract", f"{job.plan.title}桥梁分包合同", step="apply")
        job.refused_step(job.builder, matter, "apply", {**data, "is_main_structure": "on"})
    yield from job.step(job.builder, matter, "apply", data)
    yield from job.step(job.chief, matter, "supervise")
    yield from job.step(LEAD, matter, "approve")


def subcontractor(job: Job) -> tuple[str, str]:
    """Return a firm that neither has the contract nor bid for it."""
    firm = job.contract.enterprise
    away = {firm.credit_code} if firm else set()
    if job.contract.tender_id:
        bids = Bid.objects.filter(tender_id=job.contract.tender_id)
        away |= set(bids.values_list("enterprise__credit_code", flat=True))
    return next((each for each in SUBCONTRACTORS if each[1] not in away), SUBCONTRACTORS[0])


def wages(job: Job) -> Script[None]:
    """Pay the labour share of the month before into the wage account."""
    period = (job.desk.today.replace(day=1) - timedelta(days=1)).replace(day=1)
    matter = job.open(job.builder, "works_wage", f"{job.plan.title}{period:%Y年%m月}人工费")
    workers = 20 + job.dice.randrange(40)
    due = Decimal(workers * 6200)
    data = {"contract": job.contract.pk, "period_on": period, "due": str(due), "worker_count": str(workers)}
    yield from job.step(job.builder, matter, "declare", data)
    yield from job.step(SITE, matter, "check", {"dispute": "", "opinion": "实名制考勤与工资表一致"})
    yield from job.step(MAKER, matter, "pay", lambda: wage_paid(matter, job.desk.today))


def wage_paid(matter: Matter, day: date) -> dict[str, Any]:
    """Return what is due, paid today."""
    row = Matter._meta.apps.get_model("works", "WagePayment").objects.get(pk=matter.pk)
    return {"paid": str(row.due), "paid_on": day}


def checked(job: Job, kind: str, finding: str) -> Script[None]:
    """Check the site; what is found is put right and looked at again."""
    word = "安全" if kind == "safety" else "质量"
    matter = job.open(QUALITY, "works_inspection", f"{job.plan.title}{word}检查")
    findings = [
        {"what": part, "due_on": job.desk.today + timedelta(days=7)} for part in finding.split("，") if part
    ]
    data = {
        "contract": job.contract.pk,
        "kind": kind,
        "started_at": job.desk.scene.now - timedelta(hours=1),
        "site": "施工现场",
        "summary": "对照方案逐项检查" + ("，发现问题" if findings else "，未发现问题"),
        "result": "problems" if findings else "no_problem",
        "findings": findings,
    }
    yield from job.step(QUALITY, matter, "inspect", data)
    yield from job.step(SITE, matter, "second", {"opinion": "本人同场检查，情况属实"})
    if findings:
        yield from job.step(job.builder, matter, "rectify", {"report": "逐条整改完成，附整改后照片"})
        yield from job.step(job.engineer, matter, "recheck", {"opinion": "现场复查，已整改到位"})


def certified(
    job: Job, code: str, part: str, quantity: str, unit_price: str, hours: int | None = None
) -> Script[Matter]:
    """Have extra work measured by two units, priced and approved as a visa, entered so many hours after the event."""
    lag = 7 + job.dice.randrange(36) if hours is None else hours
    matter = job.open(job.builder, "works_visa", f"{part}签证")
    yield from job.step(
        job.builder,
        matter,
        "apply",
        lambda: {
            "contract": job.contract.pk,
            "code": code,
            "reason": "沟槽开挖遇废弃混凝土基础，须破除外运",
            "occurred_at": job.desk.scene.now - timedelta(hours=lag),
            "part": part,
            "order_ref": "监理工程师通知单",
        },
        wait=0.2,
    )
    yield from job.step(
        job.engineer,
        matter,
        "measure",
        lambda: {
            "measured_at": job.desk.scene.now - timedelta(minutes=30),
            "items": [
                {"name": "破除混凝土基础", "formula": "现场实测", "unit_name": "m³", "quantity": quantity}
            ],
        },
    )
    yield from job.step(SITE, matter, "joint", {"is_present": "on", "opinion": "共同计量，数量属实"})
    yield from job.step(COST, matter, "price", lambda: visa_price(matter, unit_price))
    yield from job.step(LEAD, matter, "lead")
    yield from job.step(LEADER, matter, "leader")
    return matter


def visa_price(matter: Matter, unit_price: str) -> dict[str, Any]:
    """Return one unit price for every measured item."""
    rows = SiteVisaItem.objects.filter(site_visa_id=matter.pk).order_by("id")
    return {
        "prices": [{"item": str(row.pk), "unit_price": unit_price} for row in rows],
        "price_source": "similar",
    }


def emergency(job: Job) -> Script[None]:
    """A slope slides: work on oral consent, logged; papers in time; then the ordinary way."""
    matter = job.open(job.builder, "works_change", f"{SLIDE.part}应急变更")
    danger = job.desk.scene.now - timedelta(hours=3)
    data = {
        **proposal(job, SLIDE),
        "proposer": "contractor",
        "is_started": "on",
        "is_emergency": "on",
        "danger_at": danger,
        "danger_text": "连续降雨，边坡滑移，危及坡脚管线和居民出行",
    }
    yield from job.step(job.builder, matter, "propose", data, wait=0.1)
    consent = {"oral_consent_at": danger + timedelta(minutes=40), "opinion": "同意立即抢险，注意人员安全"}
    yield from job.step(LEAD, matter, "consent", consent)
    yield from job.step(
        job.builder, matter, "papers", lambda: {"after_text": SLIDE.after, "work_started_on": job.desk.today}
    )
    yield from job.step(job.chief, matter, "supervise")
    yield from drawn(job, matter)
    row = yield from priced(job, matter, SLIDE)
    if row.change_class == "general":
        yield from job.step(LEAD, matter, "lead")
    else:
        yield from asked(job, matter)
    yield from job.step(LEADER, matter, "leader")
    yield from job.step(
        SITE, matter, "order", lambda: {"work_started_on": job.desk.today, "opinion": "补办完成"}
    )
    yield from agreed(job, matter)
