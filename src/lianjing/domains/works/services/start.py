"""The start of the works: applied for by the contractor, checked by the supervision firm and on site, approved with its day."""

from __future__ import annotations

from typing import Any

from lianjing.domains.works.models import BidMember, Project, WorkStart
from lianjing.domains.works.queries.start import permitted_from, start_view
from lianjing.domains.works.rules.site import check_start, check_start_day
from lianjing.domains.works.services import milestone
from lianjing.domains.works.services.basis import NO_VARIABLES, contract_named, project_of, write_opinion
from lianjing.domains.works.services.progress import join_site
from lianjing.domains.works.services.wage_account import wage_account
from lianjing.runtime.contract.models import Contract
from lianjing.runtime.fact.services import publish
from lianjing.runtime.process.deed import Deed


def apply(deed: Deed) -> dict[str, Any]:
    """Apply for the start; without permit, funds, wage account or the staff of the bid it is refused (zone_site#1)."""
    contract, data = contract_named(deed), deed.data
    account = None if contract.enterprise is None else wage_account(deed, contract.enterprise)
    if account is not None and contract.wage_account_id != account.pk:
        contract.wage_account = account
        deed.act.save(contract)
    row = WorkStart.objects.filter(pk=deed.matter.pk).first() or WorkStart(matter=deed.matter)
    row.project, row.contract = project_of(deed), contract
    for name in (
        "planned_start_on",
        "planned_end_on",
        "permit_id",
        "has_real_name",
        "has_bond",
        "is_ready",
    ):
        setattr(row, name, data[name])
    row.staff_text = "\n".join(f"{each['post']}：{each['name']} {each['number']}" for each in data["staff"])
    row.is_staff_as_bid = is_as_bid(contract, {each["name"] for each in data["staff"]})
    row.replacement = data["replacement"].strip()
    row.has_wage_account = contract.wage_account_id is not None
    row.status = "applied"
    check_start(start_view(row, deed.root.pk, deed.day))
    deed.act.save(row)
    milestone.plan(deed.act, contract, data["milestones"])
    join_site(deed, contract)
    return NO_VARIABLES


def is_as_bid(contract: Contract, names: set[str]) -> bool:
    """Return whether everybody whom bid and contract name is on site; true where neither names anybody."""
    wanted = {contract.manager_name.strip()} - {""}
    if contract.tender_id is not None and contract.enterprise_id is not None:
        members = BidMember.objects.filter(
            bid__tender_id=contract.tender_id, bid__enterprise_id=contract.enterprise_id
        ).exclude(role="agent")
        wanted |= set(members.values_list("natural_person__name", flat=True))
    return wanted <= {name.strip() for name in names}


def supervise(deed: Deed) -> dict[str, Any]:
    """Give the chief supervision engineer's opinion and the number of the order to start."""
    row = WorkStart.objects.get(pk=deed.matter.pk)
    row.order_no = deed.data["order_no"]
    deed.act.save(row)
    write_opinion(deed, "agree")
    return NO_VARIABLES


def approve(deed: Deed) -> dict[str, Any]:
    """Approve the start with its day: not before the permit; from then on progress and changes may be entered."""
    row = WorkStart.objects.select_related("contract").get(pk=deed.matter.pk)
    start_on = deed.data["start_on"]
    check_start(start_view(row, deed.root.pk, deed.day))
    check_start_day(start_on, permitted_from(deed.root.pk, deed.day))
    row.start_on, row.status = start_on, "approved"
    deed.act.save(row)
    project = Project.objects.get(pk=deed.root.pk)
    if project.started_on is None or start_on < project.started_on:
        project.started_on = start_on
    project.status = "implementation"
    deed.act.save(project)
    publish(deed.act, matter=deed.root, kind="started", from_on=start_on, source_matter=deed.matter)
    write_opinion(deed, "agree")
    return NO_VARIABLES


def withdrawn(deed: Deed) -> None:
    """Mark the application withdrawn."""
    row = WorkStart.objects.filter(pk=deed.matter.pk).first()
    if row is not None:
        row.status = "withdrawn"
        deed.act.save(row)
