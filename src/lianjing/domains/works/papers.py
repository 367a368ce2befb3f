"""The papers that works draws from its matters: award notice, change order, start order."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db.models import Q

from lianjing.domains.works.models import Award, ChangeOrder, WorkStart
from lianjing.kernel.declaration import Text
from lianjing.kernel.money import capitals
from lianjing.runtime import codes
from lianjing.runtime.matter.models import Matter
from lianjing.web.papers.offers import Offer
from lianjing.web.papers.paper import Grid, Paper, Paragraph, facts, long_day
from lianjing.web.templatetags.ui import money

WIDTHS = (3, 5, 3, 5)


def _sum(amount: Decimal | None) -> str:
    """Write a sum in figures and capitals."""
    return f"{money(amount)}（{capitals(amount)}）" if amount is not None else "—"


def award_notice(matter: Matter, day: date) -> Paper | None:
    """Return the award notice (中标通知书), None before the award has its notice."""
    row = (
        Award.objects.select_related("tender__owner_unit", "tender__matter__unit", "enterprise")
        .filter(Q(matter=matter) | Q(tender_id=matter.pk), notice_on__isnull=False)
        .order_by("-notice_on", "-pk")
        .first()
    )
    if row is None or row.enterprise is None:
        return None
    tender = row.tender
    owner = tender.owner_unit or tender.matter.unit
    pairs = [
        ("招标项目", tender.title or tender.matter.title),
        ("招标编号", tender.code or tender.matter.code or "—"),
        ("中标价", _sum(row.amount)),
        ("工期", f"{tender.days}日历天" if tender.days else "—"),
        ("质量要求", tender.quality or "—"),
        ("定标日", long_day(row.decided_on)),
    ]
    return Paper(
        title="中标通知书",
        number=row.notice_no,
        recipients=row.enterprise.name,
        blocks=(
            Paragraph(
                f"你单位参加的“{tender.title or tender.matter.title}”投标，经评标、公示和定标，现确定你单位为中标人。"
            ),
            Grid(WIDTHS, facts(pairs)),
            Paragraph("请自本通知书发出之日起三十日内，按照招标文件和你单位的投标文件与我单位订立书面合同。"),
        ),
        signer=owner.name,
        dated=row.notice_on,
        footer=("本通知书由平台依定标结果生成；一式两份，招标人、中标人各执一份。",),
    )


def change_notice(matter: Matter, day: date) -> Paper | None:
    """Return the change order (变更令), None before the change was approved."""
    row = (
        ChangeOrder.objects.select_related("contract__enterprise", "contract__owner_unit", "approver_person")
        .filter(pk=matter.pk, approved_on__isnull=False)
        .first()
    )
    if row is None:
        return None
    contract = row.contract
    pairs = [
        ("合同", f"{contract.title} {contract.code}".strip()),
        ("变更部位", row.part or "—"),
        ("变更等级", codes.label("change_class", row.change_class) if row.change_class else "—"),
        ("变更原因", codes.label("change_cause", row.cause) if row.cause else "—"),
        ("变更金额", _sum(row.amount) if (row.amount or 0) >= 0 else money(row.amount)),
        ("工期影响", f"{row.days_effect}天" if row.days_effect is not None else "—"),
        ("原方案", row.before_text or "—"),
        ("变更方案", row.after_text or "—"),
        ("设计变更单号", row.drawing_no or "—"),
        ("批准人", row.approver_person.name if row.approver_person else "—"),
    ]
    return Paper(
        title="工程变更令",
        number=row.code or matter.code,
        recipients=contract.enterprise.name if contract.enterprise else "",
        blocks=(
            Paragraph(f"“{matter.title}”已按规定批准，请按下列内容实施。未列入本令的，不得施工，不予计量。"),
            Grid(WIDTHS, facts(pairs)),
        ),
        signer=(contract.owner_unit or matter.unit).name,
        dated=row.approved_on,
        footer=("抄送：监理单位、设计单位、造价咨询单位。",),
    )


def start_order(matter: Matter, day: date) -> Paper | None:
    """Return the start order (开工令), None before the day of start stands."""
    row = (
        WorkStart.objects.select_related("contract__enterprise", "contract__owner_unit", "permit", "project")
        .filter(pk=matter.pk, start_on__isnull=False)
        .first()
    )
    if row is None or not (row.order_no or matter.status == "closed"):
        return None
    contract = row.contract
    pairs = [
        ("工程", row.project.title),
        ("合同", f"{contract.title} {contract.code}".strip()),
        ("施工许可", row.permit.permit_no if row.permit else "—"),
        ("计划竣工", long_day(row.planned_end_on) or "—"),
    ]
    return Paper(
        title="工程开工令",
        number=row.order_no or matter.code,
        recipients=contract.enterprise.name if contract.enterprise else "",
        blocks=(
            Grid(WIDTHS, facts(pairs)),
            Paragraph(
                f"经审查，本工程开工条件已经具备，现同意自{long_day(row.start_on)}起开工，工期自该日起计算。"
            ),
        ),
        signer=(contract.owner_unit or matter.unit).name,
        dated=row.start_on,
    )


PAPERS = (
    Offer("award_notice", Text("中标通知书", "Award notice"), "tender", award_notice),
    Offer("award_notice", Text("中标通知书", "Award notice"), "award", award_notice),
    Offer("change_order", Text("变更令", "Change order"), "change", change_notice),
    Offer("start_order", Text("开工令", "Start order"), "start", start_order),
)
