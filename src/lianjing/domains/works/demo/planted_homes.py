"""Relocation, household by household; one would sell more than was measured, one names another's account."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from lianjing.domains.works.demo.completing import step
from lianjing.domains.works.demo.desk import AUDITOR, CHECKER, FINANCE_HEAD, FUNDS, LEADER, MAKER
from lianjing.domains.works.demo.job import Job
from lianjing.domains.works.demo.planting import near, plant
from lianjing.domains.works.demo.tender_room import draw, seeded
from lianjing.domains.works.models import RelocationHousehold
from lianjing.domains.works.services import relocation_project as projects
from lianjing.runtime.draw import services as draws
from lianjing.runtime.draw.models import Draw
from lianjing.runtime.draw.queries import picks
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.parties.models import Enterprise
from lianjing.runtime.payment.models import BudgetLine, PaymentOrder
from lianjing.runtime.process.services import open_matter
from lianjing.runtime.scene_queue import Script, at_work

HEAD, FIRST, SECOND, RECHECKER, STREET = "21001", "21002", "21003", "21004", "21101"
APPRAISERS = {"婺澜公允房地产土地评估有限公司": "42601", "婺澜圭表资产评估有限公司": "42602"}
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


@dataclass(frozen=True, slots=True)
class Home:
    """A household: its owner, what was measured in square metres, and what the agreement tries first."""

    owner: str
    area: str
    attempt: str = ""  # area | payee


HOMES = (
    Home("弓穗禾", "126.40"),
    Home("郏守田", "98.70", "area"),
    Home("逄月娥", "143.20"),
    Home("蒯松年", "110.00", "payee"),
    Home("仝桂芬", "87.50"),
    Home("亓长庚", "132.60"),
)


def identity(number: int) -> str:
    """Return an identity number of nobody: a region that does not exist, with a right check sign."""
    body = f"99010119{55 + number}0{1 + number % 9}{10 + number}{number:03d}"
    total = sum(int(sign) * weight for sign, weight in zip(body, WEIGHTS, strict=True))
    return body + "10X98765432"[total % 11]


def households(job: Job) -> Script[None]:
    """Have the households of a project surveyed, appraised, compensated and moved out."""
    scene = job.desk.scene
    total = sum((worth(home) for home in HOMES), Decimal(0))
    projects.add_budget(
        project_id=job.root.pk,
        person_id=job.desk.person(FUNDS),
        now=scene.pass_time(hours=0.1),
        code=f"2120801-{job.root.pk}",
        name="征迁补偿",
        fiscal_year=job.desk.today.year,
        fund_kind="budget",
        amount=total,
    )
    matters = []
    for number, home in enumerate(HOMES, start=1):
        matters.append((yield from surveyed(job, number, home)))
    yield 8.0
    for matter in matters:
        yield from step(job, STREET, matter, "survey_result", {"is_posted": "on", **job.opinion()})
    _drawn(job)
    _sampled(job)
    for number, (matter, home) in enumerate(zip(matters, HOMES, strict=True), start=1):
        yield from agreed(job, matter, number, home)
    yield 8.0
    for matter in matters:
        yield from step(job, STREET, matter, "result", {"is_posted": "on", **job.opinion()})
        yield from compensated(job, matter)


def worth(home: Home) -> Decimal:
    """Return the compensation of a household in yuan: house and removal."""
    return Decimal(home.area) * 2100 + 12_000


def wares(home: Home, area: str = "") -> list[dict[str, str]]:
    """Return the items of a household's appraisal and agreement."""
    return [
        {"kind": "house", "name": "砖混二层", "area_m2": area or home.area, "unit_price": "2100"},
        {"kind": "moving", "name": "搬迁补助", "area_m2": "1", "unit_price": "12000"},
    ]


def surveyed(job: Job, number: int, home: Home) -> Script[Matter]:
    """Have a household measured by two and its survey made public."""
    code = f"{job.plan.site}-{number:03d}"
    matter = job.open(FIRST, "works_relocation", code)
    day = job.desk.today
    data = {
        "code": code,
        "village_name": job.plan.site,
        "owner_kind": "person",
        "owner_name": home.owner,
        "id_no": identity(number),
        "member_count": 2 + number % 4,
        "plot_no": f"DK-{number:03d}",
        "title_no": f"集土证第{number:03d}号",
        "surveyed_area_m2": home.area,
        "surveyed_on": day,
        "has_no_tie": "on",
    }
    yield from _soon(job, FIRST, matter, "survey", data, "photo", "入户调查照片")
    second = {"measured_area_m2": home.area, "is_same": "on", "has_no_tie": "on"}
    yield from _soon(job, SECOND, matter, "second", second)
    yield from _soon(job, RECHECKER, matter, "verify", job.opinion())
    yield from _soon(job, STREET, matter, "publish_survey", lambda: notice(job))
    return matter


def _soon(
    job: Job,
    number: str,
    matter: Matter,
    key: str,
    data: dict[str, Any] | Callable[[], dict[str, Any]],
    paper: str = "",
    words: str = "",
) -> Script[None]:
    """Do a step in the same hour, with its paper; households go through by the dozen."""
    yield 0.04
    who = yield from job.present(number)
    if paper:
        job.paper(who, matter, paper, f"{matter.title}{words}", step=key, is_photo=paper == "photo")
    job.try_step(who, matter, key, data)


def notice(job: Job) -> dict[str, Any]:
    """Return a notice on the village board from today."""
    return {
        "to_on": job.desk.today + timedelta(days=8),
        "address": f"{job.plan.site}村务公开栏",
        "contact_text": "0570-8800021",
    }


def _drawn(job: Job) -> Draw:
    scene = job.desk.scene
    firms = Enterprise.objects.filter(name__in=APPRAISERS).order_by("pk")
    pool = [draws.Candidate(f"enterprise:{firm.pk}", firm.name) for firm in firms]

    def lock(asked: Draw) -> None:
        draws.lock(
            draw_id=asked.pk, candidates=pool, person_id=scene.person(HEAD), now=scene.pass_time(hours=0.05)
        )

    return draw(scene, job.root.pk, "appraiser", 1, lock, HEAD)


def _sampled(job: Job) -> None:
    """Draw the households that are measured again, and measure them."""
    scene = job.desk.scene
    secret = f"{job.root.pk:064x}"
    asked = projects.begin_sample(
        project_id=job.root.pk,
        person_id=scene.person(HEAD),
        now=scene.pass_time(hours=0.05),
        committer_person_id=scene.person(AUDITOR),
    )
    draws.commit(
        draw_id=asked.pk,
        person_id=scene.person(AUDITOR),
        digest=hashlib.sha256(bytes.fromhex(secret)).hexdigest(),
        now=scene.pass_time(hours=0.05),
    )
    projects.lock_sample(draw_id=asked.pk, person_id=scene.person(HEAD), now=scene.pass_time(hours=0.05))
    found = seeded(scene, asked.pk, HEAD, AUDITOR, bytes.fromhex(secret))
    for row in picks(found):
        home = RelocationHousehold.objects.get(pk=int(row.candidate.partition(":")[2]))
        projects.remeasure(
            household_id=home.pk,
            person_id=scene.person(RECHECKER),
            area=home.surveyed_area_m2 or Decimal(0),
            now=scene.pass_time(hours=0.05),
        )


def agreed(job: Job, matter: Matter, number: int, home: Home) -> Script[None]:
    """Have a household appraised by the drawn firm, agreed, approved and made public."""
    yield from _soon(job, HEAD, matter, "assign", {"is_drawn": "on"})
    appraiser = job.desk.scene.item(matter, "appraise").post.unit.enterprise_no
    lead = APPRAISERS[Enterprise.objects.get(credit_code=appraiser).name]
    report = {"report_no": f"评字{job.desk.today.year}-{matter.pk}", "items": wares(home)}
    yield from _soon(
        job,
        lead,
        matter,
        "appraise",
        lambda: {**report, "appraised_on": job.desk.today},
        "evaluation_report",
        "分户评估报告",
    )
    yield 0.3
    job.paper(SECOND, matter, "agreement", f"{matter.title}补偿协议", step="agree")
    data = agreement(job, matter, number, home)
    _attempted(job, matter, home, data)
    job.try_step(SECOND, matter, "agree", data)
    for who, key in ((HEAD, "head"), (FUNDS, "finance"), (LEADER, "leader")):
        yield from _soon(job, who, matter, key, job.opinion())
    yield from _soon(job, STREET, matter, "publish_result", lambda: notice(job))


def agreement(job: Job, matter: Matter, number: int, home: Home) -> dict[str, Any]:
    """Return the agreement as measured and appraised."""
    return {
        "agreement_no": f"XY-{matter.pk}",
        "agreed_on": job.desk.today,
        "mode": "money",
        "items": wares(home),
        "holder_name": home.owner,
        "account_no": f"99000000{job.root.pk:05d}{number:04d}",
        "bank_name": "澜汀农村商业银行青砾支行" if number % 2 else "婺澜银行澜汀支行",
    }


def _attempted(job: Job, matter: Matter, home: Home, data: dict[str, Any]) -> None:
    row = RelocationHousehold.objects.get(pk=matter.pk)
    both = (job.root, matter)
    if home.attempt == "area":
        more = str(Decimal(home.area) + Decimal("18.50"))
        rule = job.refused_step(SECOND, matter, "agree", {**data, "items": wares(home, more)})
        plant(job.desk, "above_survey", [row], both, rule=rule, note="协议面积比测绘面积多18.5平方米")
    elif home.attempt == "payee":
        rule = job.refused_step(SECOND, matter, "agree", {**data, "holder_name": "蒯小波"})
        plant(job.desk, "foreign_payee", [row], both, rule=rule, note="收款户名为权利人之外的人")
    else:
        near(job.desk, "above_survey", [row], both, "协议面积与测绘面积完全相等")
        near(job.desk, "foreign_payee", [row], both, "收款账户开在别的银行，户名是本人")


def compensated(job: Job, matter: Matter) -> Script[None]:
    """Pay a household to its own account and see it move out."""
    scene = job.desk.scene
    payment = open_matter(
        procedure_key="works_compensation",
        parent_id=matter.pk,
        title=f"{matter.title}补偿款",
        person_id=scene.person(FIRST),
        now=scene.pass_time(hours=0.05),
    )
    line = BudgetLine.objects.get(project_id=job.root.pk, purpose="relocation")
    claim = {"received_on": job.desk.today, "is_own_account": "on", "budget_line": line.pk}
    yield from _soon(job, FIRST, payment, "apply", claim, "agreement", "补偿协议")
    yield from _soon(job, AUDITOR, payment, "audit", job.opinion())
    boxes = {"is_invoice_verified": "on", "is_account_checked": "on", "is_budget_checked": "on"}
    yield from _soon(job, FUNDS, payment, "finance", {**boxes, **job.opinion()})
    number = f"ZF-{job.desk.today.year}-{next(job.desk.orders):04d}"
    order = {"order_no": number, "payer_account": job.desk.paying_account().pk}
    yield from _soon(job, MAKER, payment, "make_order", order)
    yield from _soon(job, CHECKER, payment, "check_order", {"is_same": "on"})
    yield from _soon(job, FINANCE_HEAD, payment, "release", {"is_released": "on"})
    amount = str(PaymentOrder.objects.get(payment_application_id=payment.pk).amount)
    yield from _soon(
        job,
        MAKER,
        payment,
        "receipt",
        lambda: {
            "bank_ref": f"9900{job.desk.today:%Y%m%d}{payment.pk:06d}",
            "booked_on": job.desk.today,
            "amount": amount,
        },
        "voucher",
        "银行电子回单",
    )
    yield at_work(job.desk.today + timedelta(days=6), 60)
    moved = {"moved_on": job.desk.today, "is_empty": "on"}
    yield from _soon(job, SECOND, matter, "move_out", moved, "photo", "腾房照片")
