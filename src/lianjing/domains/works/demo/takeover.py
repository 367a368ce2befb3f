"""A project from before the platform: imported as archive, taken over with its opening sums, then carried on."""

from __future__ import annotations

import csv
import hashlib
import io
from datetime import date, timedelta
from typing import Any

from lianjing.domains.works.demo import money
from lianjing.domains.works.demo.beginning import permitted
from lianjing.domains.works.demo.desk import AUDITOR, FIRM_OF, HEAD, LEAD, OFFICER, SUPERVISION
from lianjing.domains.works.demo.job import Job
from lianjing.domains.works.demo.site import months
from lianjing.domains.works.imports import projects
from lianjing.intake.delimited import read_delimited
from lianjing.intake.ledger import Limits
from lianjing.intake.mapping import find_header, settle
from lianjing.intake.run import Import
from lianjing.runtime.batch.ledger import Run
from lianjing.runtime.contract.models import Contract
from lianjing.runtime.documents.models import Document
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.org.models import Unit
from lianjing.runtime.org.queries import actor_with
from lianjing.runtime.parties.models import Enterprise
from lianjing.runtime.process.clocks import calendar
from lianjing.runtime.scene_queue import Script
from lianjing.runtime.undertaking import services as undertakings
from lianjing.runtime.undertaking.models import Undertaking

SOURCE = "investment_platform"
SIGNED_BEFORE = timedelta(days=212)
OPENING = {
    "change_amount": "0",
    "verified_value": "1641600",
    "verified_ratio": "60",
    "advance_outstanding": "109440",
    "retention_held": "49248",
    "paid_to_date": "1204000",
    "amount": "2736000",
}


def fields(job: Job) -> Script[None]:
    """南箬村机耕路硬化: taken over half built; finished since, but one paper is still owed, and the gate stays shut."""
    imported(job)
    yield 9.0
    yield from taken_over(job)
    permit = yield from permitted(job, "construction", wait=4.0)
    yield 2.0
    settled(job, permit)
    yield from months(job, ("74", "89", "100"), cuts=(0,))
    yield from money.payment(job, "progress", money.progress(job), cut="0.012")
    yield 4.0
    job.paper(OFFICER, job.root, "acceptance", f"{job.plan.title}竣工验收报告")
    yield 1.0
    job.desk.refused(lambda: job.gate(LEAD))
    owed = Undertaking.objects.get(matter=job.root, closed_on=None)
    scene = job.desk.scene
    undertakings.urge(
        undertaking_id=owed.pk,
        person_id=job.desk.person(HEAD),
        text="已超过承诺期限，请于十日内补齐。",
        now=scene.pass_time(hours=0.1),
    )


def imported(job: Job) -> None:
    """Take the project in from the office's ledger, as archive."""
    scene, kind, limits = job.desk.scene, projects(), Limits()
    content = ledger(job, scene.today())
    found = find_header(
        read_delimited(
            content, name="在建项目台账.csv", sha256=hashlib.sha256(content).hexdigest(), limits=limits
        ),
        kind,
    )
    unit = Unit.objects.get(code="CON")
    actor = actor_with(job.desk.person(OFFICER), "project_officer", scene.today(), unit.pk, "import")
    Import(
        found,
        kind,
        settle(found, kind, None, {}),
        actor,
        lambda: scene.now,
        Run(unit.pk, SOURCE),
        limits=limits,
    ).run()
    job.root = Matter.objects.get(kind="project", external_system=SOURCE, external_no=job.plan.number)


def ledger(job: Job, day: date) -> bytes:
    """Return the ledger as the office kept it."""
    plan, firm = job.plan, FIRM_OF[job.plan.builder]
    row = {
        "项目编号": plan.number,
        "项目代码": plan.number,
        "项目名称": plan.title,
        "行业": plan.sector,
        "建设性质": plan.nature,
        "建设规模": plan.scale,
        "资金来源": plan.fund_kind,
        "总投资": str(plan.budget),
        "批准概算": str(plan.budget),
        "合同编号": contract_code(job, day),
        "合同金额": OPENING["amount"],
        "币种": "CNY",
        "承包人": firm,
        "承包人数": "1",
        "承包人信用代码": Enterprise.objects.get(name=firm).credit_code,
        "合同签订日期": f"{day - SIGNED_BEFORE:%Y-%m-%d}",
        "开工日期": f"{day - SIGNED_BEFORE + timedelta(days=16):%Y-%m-%d}",
        "建设地点": plan.site,
    }
    text = io.StringIO()
    writer = csv.DictWriter(text, row)
    writer.writeheader()
    writer.writerow(row)
    return text.getvalue().encode("utf-8-sig")


def contract_code(job: Job, day: date) -> str:
    """Return the number of the contract from before the platform."""
    return f"澜经建合{(day - SIGNED_BEFORE).year}-{int(job.plan.number[-6:]) % 1000:03d}"


def taken_over(job: Job) -> Script[None]:
    """Enter the opening sums with their papers, have them audited and approved."""
    matter = job.open(OFFICER, "works_onboard", f"{job.plan.title}存量接续")
    for kind, title in (
        ("contract", "施工合同"),
        ("progress", "截至接续日工程计量汇总"),
        ("voucher", "累计付款凭证汇总"),
    ):
        job.paper(OFFICER, matter, kind, f"{job.plan.title}{title}", step="propose")
    yield from job.step(OFFICER, matter, "propose", lambda: opening(job))
    yield from job.step(
        AUDITOR,
        matter,
        "audit",
        {"is_checked": "on", "opinion": "各项期初数已与原始凭证核对一致。"},
        wait=3.0,
    )
    yield from job.step(HEAD, matter, "approve", {"is_approved": "on"})
    job.root.refresh_from_db()
    job.contract = Contract.objects.get(project=job.root)


def opening(job: Job) -> dict[str, Any]:
    """Return the form of the take-over as of today: opening sums, and two papers that are missing."""
    day, plan = job.desk.today, job.plan
    firm, supervision = (
        job.desk.firm(plan.builder),
        Enterprise.objects.get(name=SUPERVISION[plan.supervision][0]),
    )
    contract = Contract.objects.get(project=job.root)
    owner = str(job.desk.person(OFFICER))
    missing = [
        {
            "document_kind": "permit",
            "what": "施工许可证原件扫描件",
            "owner": owner,
            "due_on": calendar().add_working_days(day, 30),
        },
        {
            "document_kind": "design",
            "what": "施工图设计文件及审查合格书",
            "owner": owner,
            "due_on": calendar().add_working_days(day, 60),
        },
    ]
    return {
        **OPENING,
        "stage": "implementation",
        "contract": contract.pk,
        "code": contract.code,
        "title": f"{plan.title}施工合同",
        "contractor_name": firm.name,
        "contractor_credit_code": firm.credit_code,
        "supervisor_name": supervision.name,
        "supervisor_credit_code": supervision.credit_code,
        "signed_on": contract.signed_on,
        "advance_ratio": "10",
        "progress_ratio": "80",
        "retention_ratio": "3",
        "budget_code": f"21305{plan.number[-6:]}",
        "budget_amount": "1900000",
        "holder_name": firm.name,
        "account_no": job.desk.account_no(),
        "bank_name": "澜汀农村商业银行青砾支行",
        "missing": missing,
        "papers": "合同原件、截至接续日计量汇总表（监理、业主签章）、财政局累计付款清单。",
    }


def settled(job: Job, permit: Matter) -> None:
    """Close the undertaking on the permit with its paper; the checker is not the owner."""
    row = Undertaking.objects.get(matter=job.root, document_kind="permit")
    paper = Document.objects.filter(matter=permit, kind="permit").latest("pk")
    undertakings.close(
        undertaking_id=row.pk,
        person_id=job.desk.person(LEAD),
        result="done",
        evidence_document_id=paper.pk,
        now=job.desk.scene.pass_time(hours=0.1),
        text="已核对原件",
    )
