"""What was approved of a project before its tender, by whom, and which meeting passed it."""

from __future__ import annotations

import json
from decimal import Decimal

from lianjing.domains.works.models import CostBaseline
from lianjing.domains.works.queries.reviews import MEETINGS
from lianjing.kernel.process.interpret import State
from lianjing.runtime.columns import yuan
from lianjing.runtime.meeting.models import AgendaItem
from lianjing.runtime.meeting.queries import passed_item
from lianjing.runtime.permit.models import Permit
from lianjing.runtime.process.models import DecisionLog, ProcessInstance, WorkItem
from lianjing.runtime.trail.act import legal_day


def latest(project_id: int, kind: str) -> CostBaseline | None:
    """Return the latest figure of a kind of the project's cost chain."""
    rows = CostBaseline.objects.filter(project_id=project_id, kind=kind)
    return rows.order_by("as_of_on", "pk").last()


def estimate_of(project_id: int) -> Decimal | None:
    """Return the base of the 110 % limit: the approved estimate, before it the total investment as registered."""
    row = latest(project_id, "estimate")
    return row.amount if row is not None else None


def first_budget(project_id: int) -> CostBaseline | None:
    """Return the budget as it was first approved, before any adjustment."""
    rows = CostBaseline.objects.filter(project_id=project_id, kind="approved_budget")
    return rows.order_by("as_of_on", "pk").first()


def approvals(project_id: int, *kinds: str) -> list[Permit]:
    """Return the approvals of these kinds that a second person confirmed, oldest first."""
    rows = Permit.objects.filter(project_id=project_id, kind__in=kinds, verified_on__isnull=False)
    return list(rows.select_related("matter", "verified_by_person").order_by("issued_on", "pk"))


def has_report(project_id: int) -> bool:
    """Return whether the report on a budget above 110 % with the original approver's opinion is on file."""
    return bool(approvals(project_id, "report_over"))


def approver_of(project_id: int) -> str:
    """Return the authority that approved the budget, "" where the platform does not know it."""
    found = approvals(project_id, "preliminary_design")
    return found[-1].authority if found else ""


def variables_of(matter_id: int) -> dict[str, object]:
    """Return the routing variables of a matter's process."""
    instance = ProcessInstance.objects.filter(matter_id=matter_id).order_by("-id").first()
    return dict(State.from_json(instance.marking).variables) if instance is not None else {}


def applied_for(matter_id: int) -> Decimal | None:
    """Return the sum that was drafted and decided, in yuan; None before it was."""
    given = variables_of(matter_id).get("applied_fen")
    return yuan(given) if isinstance(given, int) else None


def body_of(matter_id: int) -> str:
    """Return the deciding body that the table last named for this matter, "" before it ran."""
    tables = ("works_initiation_tier", "works_collective_tier")
    last = (
        DecisionLog.objects.filter(matter_id=matter_id, decision_key__in=tables)
        .order_by("-id")
        .values_list("outputs", flat=True)
        .first()
    )
    return str(json.loads(last).get("body", "")) if last else ""


def decision_on(matter_id: int, amount: Decimal | None) -> AgendaItem | None:
    """Return the item by which the body named passed the matter since it was last put to it; None where none did."""
    kinds = MEETINGS.get(body_of(matter_id))
    item = passed_item(matter_id, kinds, amount=amount) if kinds else None
    last = (
        WorkItem.objects.filter(matter_id=matter_id, step_key="decide", outcome="done")
        .order_by("-id")
        .first()
    )
    if item is None or last is None or item.decided_on is None or last.closed_at is None:
        return None
    return item if item.decided_on >= legal_day(last.closed_at) else None
