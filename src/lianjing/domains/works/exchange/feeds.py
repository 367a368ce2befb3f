"""The feeds of works: projects on the national platform, payments told to the finance system."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from lianjing.domains.works.models import Project
from lianjing.kernel.declaration import Text
from lianjing.kernel.refusal import BadInput
from lianjing.runtime.exchange.declaration import Check, Declared, Direction, Ours, Record
from lianjing.runtime.payment.models import PaymentOrder
from lianjing.runtime.trail.models import Event

CLAUSE = "gov_investment#27"
APPROVED = {"approved", "filed"}  # 审批、核准已通过；备案已完成


def _text(item: Mapping[str, Any], key: str) -> str:
    value = item.get(key, "")
    if not isinstance(value, str):
        raise BadInput(_("“%(key)s”须是文字") % {"key": key}, key)
    return " ".join(value.split())


def project(item: Mapping[str, Any]) -> Record:
    """Read a project as the national platform states it: code, name, approval or filing, investment in yuan."""
    code = _text(item, "project_code")
    if not code:
        raise BadInput(_("没有项目代码"), "project_code")
    try:
        amount = Decimal(_text(item, "total_investment") or "0").quantize(Decimal("0.01"))
        approved_on = date.fromisoformat(_text(item, "approved_on")) if item.get("approved_on") else None
    except (InvalidOperation, ValueError) as error:
        raise BadInput(_("金额或日期不能识别"), "total_investment") from error
    if not amount.is_finite() or not 0 <= amount < 10**13:
        raise BadInput(_("金额或日期不能识别"), "total_investment")
    known = Project.objects.filter(project_code=code).values_list("pk", flat=True)[:2]
    status = _text(item, "approval_status")
    return Record(
        external_no=code,
        kind="project",
        title=_text(item, "name"),
        amount=amount,
        happened_on=approved_on,
        matter_id=known[0] if len(known) == 1 else None,
        values={
            "name": _text(item, "name"),
            "total_investment": f"{amount:.2f}",
            "approval": "approved" if status in APPROVED else "pending",
            "approval_no": _text(item, "approval_no"),
        },
    )


def our_projects() -> Iterable[Ours]:
    """Return the projects that carry a code of the national platform."""
    rows = Project.objects.exclude(project_code="").exclude(matter__onboarding="archive")
    for row in rows.select_related("matter").order_by("project_code"):
        yield Ours(
            row.project_code,
            row.title,
            row.pk,
            {
                "name": row.title,
                "total_investment": f"{row.total_investment or 0:.2f}",
                "approval": "pending" if row.matter.stage == "initiation" else "approved",
            },
        )


def payment(event: Event) -> dict[str, Any] | None:
    """Tell what was paid under which order: number, amount, state, day; no name and no account leaves."""
    orders = PaymentOrder.objects.filter(payment_application_id=event.matter_id).order_by("id")
    told = [
        {
            "order_no": order.order_no,
            "amount": f"{order.amount:.2f}",
            "status": order.status,
            "paid_on": order.paid_on.isoformat() if order.paid_on else "",
        }
        for order in orders
    ]
    return {"act": event.act, "recorded": event.recorded_at.isoformat(), "orders": told} if told else None


def _names_stand(records: list[Record]) -> bool:
    return all(record.title for record in records)


FEEDS = (
    Declared(
        key="investment_platform_projects",
        system="investment_platform",
        direction=Direction.PULL,
        name=Text("投资项目在线审批监管平台·项目信息", "National project platform: projects"),
        purpose=Text(
            "按项目代码核对名称、审批备案状态和总投资",
            "Compare name, approval and investment by project code",
        ),
        clause=CLAUSE,
        owner_post="project_lead",
        fresh=timedelta(hours=26),
        every=timedelta(hours=1),
        parse=project,
        ours=our_projects,
        fields={
            "name": Text("项目名称", "Name"),
            "approval": Text("审批备案", "Approval"),
            "total_investment": Text("总投资", "Total investment"),
        },
        checks=(Check(Text("每个项目都有名称", "Every project has a name"), _names_stand),),
    ),
    Declared(
        key="finance_payments",
        system="finance",
        direction=Direction.PUSH,
        name=Text("预算一体化·支付结果", "Budget system: payments"),
        purpose=Text(
            "将已放行的工程款支付指令告知预算一体化系统", "Tell the budget system of released payment orders"
        ),
        clause="zone_funds#6",
        owner_post="finance_head",
        fresh=timedelta(hours=26),
        every=timedelta(minutes=5),
        acts=("works_payment.release", "works_payment.receipt"),
        serialise=payment,
    ),
)
