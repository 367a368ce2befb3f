"""Progress of a month: the contractor reports, the supervision firm verifies, the owner confirms."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from lianjing.domains.works.models import ProgressReport, Project
from lianjing.domains.works.queries.standing import confirmed_reports, last_reported, opening_of
from lianjing.domains.works.rules.money import check_progress, check_verified
from lianjing.domains.works.services.basis import NO_VARIABLES, contract_named
from lianjing.kernel.refusal import BadInput
from lianjing.runtime.contract.models import Contract
from lianjing.runtime.matter.models import MatterParty
from lianjing.runtime.matter.services import join_party
from lianjing.runtime.process.deed import Deed


def join_site(deed: Deed, contract: Contract) -> None:
    """Name contractor and supervision firm on the matter, so that both firms see it and no other one does."""
    if contract.enterprise_id is not None:
        join_party(deed.act, deed.matter, enterprise_id=contract.enterprise_id, role="contractor")
    places = (contract.pk, deed.root.pk)
    for enterprise_id in (
        MatterParty.objects.filter(matter_id__in=places, role="supervisor")
        .values_list("enterprise_id", flat=True)
        .distinct()
    ):
        join_party(deed.act, deed.matter, enterprise_id=enterprise_id, role="supervisor")


def report(deed: Deed) -> dict[str, Any]:
    """Enter the contractor's cumulative figure of a month; one report a contract and month."""
    contract, data = contract_named(deed), deed.data
    check_progress(
        reported=data["reported_ratio"],
        earlier=last_reported(contract, besides=deed.matter.pk),
        reason=data["problems"],
    )
    live = ProgressReport.objects.filter(contract=contract, period_on=data["period_on"]).exclude(
        pk=deed.matter.pk
    )
    if live.exclude(matter__outcome__in=("withdrawn", "terminated")).exists():
        raise BadInput(_("该合同当月已有进度报告"), "period_on")
    row = ProgressReport.objects.filter(pk=deed.matter.pk).first() or ProgressReport(matter=deed.matter)
    row.contract = contract
    for name in ("period_on", "reported_ratio", "worker_count", "problems", "measures"):
        setattr(row, name, data[name])
    row.verified_ratio = row.completed_value = row.verified_on = row.verified_by_person = None
    deed.act.save(row)
    join_site(deed, contract)
    return NO_VARIABLES


def verify(deed: Deed) -> dict[str, Any]:
    """Enter the supervision firm's cumulative figures; the value never falls without a lower progress."""
    row = ProgressReport.objects.get(pk=deed.matter.pk)
    ratio, value = deed.data["verified_ratio"], deed.data["completed_value"]
    assert row.reported_ratio is not None
    check_verified(verified=ratio, reported=row.reported_ratio)
    before = confirmed_reports(row.contract).last()
    opening = opening_of(row.contract)
    known = (
        before.completed_value
        if before is not None and before.completed_value is not None
        else (opening.verified_value if opening else None)
    )
    if known is not None and value < known and ratio >= last_reported(row.contract, besides=deed.matter.pk):
        raise BadInput(_("累计产值低于上期，而累计进度没有下降，请核对"), "completed_value")
    row.verified_ratio, row.completed_value = ratio, value
    row.verified_by_person_id, row.verified_on = deed.person_id, deed.day
    deed.act.save(row)
    return NO_VARIABLES


def confirm(deed: Deed) -> dict[str, Any]:
    """Confirm for the owner: from now on payments may rest on the value; the first report starts the works."""
    row = ProgressReport.objects.get(pk=deed.matter.pk)
    project = Project.objects.get(pk=deed.root.pk)
    if project.started_on is None and row.verified_ratio:
        project.started_on = row.period_on
        project.status = "implementation"
        deed.act.save(project)
    return NO_VARIABLES
