"""Progress of a month: the contractor reports, the supervision firm verifies, the owner confirms."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from lianjing.domains.works.models import Milestone, ProgressReport, Project
from lianjing.domains.works.queries.standing import confirmed_reports, last_reported, opening_of
from lianjing.domains.works.queries.start import planned_on
from lianjing.domains.works.rules.money import check_progress, check_verified
from lianjing.domains.works.rules.site import check_measures, check_value_holds, is_behind, month_end
from lianjing.domains.works.services import milestone
from lianjing.domains.works.services.basis import NO_VARIABLES, contract_named
from lianjing.domains.works.services.site_photos import take_photos
from lianjing.kernel.refusal import BadInput
from lianjing.runtime.contract.models import Contract
from lianjing.runtime.matter.models import MatterParty
from lianjing.runtime.matter.services import join_party
from lianjing.runtime.org.models import Person, Unit
from lianjing.runtime.parameter.queries import figure
from lianjing.runtime.process.deed import Deed
from lianjing.runtime.undertaking.models import Undertaking
from lianjing.runtime.undertaking.services import give

REPORTED = (
    "period_on",
    "reported_ratio",
    "worker_count",
    "wages_due",
    "wages_paid",
    "problems",
    "measures",
)
CLAUSE = "zone_site#2"


def join_site(deed: Deed, contract: Contract, *roles: str) -> None:
    """Name contractor, supervision firm and firms of other roles on the matter: they see it, no other firm does."""
    if contract.enterprise_id is not None:
        join_party(deed.act, deed.matter, enterprise_id=contract.enterprise_id, role="contractor")
    for role in ("supervisor", *roles):
        for enterprise_id in firms_in(role, contract, deed.root.pk):
            join_party(deed.act, deed.matter, enterprise_id=enterprise_id, role=role)


def firms_in(role: str, contract: Contract, root_matter_id: int) -> list[int]:
    """Return the firms that contract or project name in a role."""
    rows = MatterParty.objects.filter(matter_id__in=(contract.pk, root_matter_id), role=role)
    return list(rows.order_by("enterprise_id").values_list("enterprise_id", flat=True).distinct())


def report(deed: Deed) -> dict[str, Any]:
    """Enter the contractor's cumulative figure of a month, with photographs; one report a contract and month."""
    contract, data = contract_named(deed), deed.data
    check_progress(
        reported=data["reported_ratio"],
        earlier=last_reported(contract, besides=deed.matter.pk),
        reason=data["problems"],
    )
    _refuse_second(deed, contract)
    take_photos(deed, least=int(figure("works.progress.photos_min", deed.day)), clause=CLAUSE)
    row = ProgressReport.objects.filter(pk=deed.matter.pk).first() or ProgressReport(matter=deed.matter)
    row.contract = contract
    for name in REPORTED:
        setattr(row, name, data[name])
    row.planned_ratio = planned_on(contract, min(month_end(data["period_on"]), deed.day))
    check_measures(
        is_behind=_lags(deed, data["reported_ratio"], row.planned_ratio), measures=data["measures"]
    )
    row.verified_ratio = row.completed_value = row.verified_on = row.verified_by_person = None
    deed.act.save(row)
    join_site(deed, contract)
    return NO_VARIABLES


def _refuse_second(deed: Deed, contract: Contract) -> None:
    live = ProgressReport.objects.filter(contract=contract, period_on=deed.data["period_on"]).exclude(
        pk=deed.matter.pk
    )
    if live.exclude(matter__outcome__in=("withdrawn", "terminated")).exists():
        raise BadInput(_("该合同当月已有进度报告"), "period_on")


def _lags(deed: Deed, ratio: Decimal, planned: Decimal | None) -> bool:
    return is_behind(ratio, planned, points=figure("works.progress.deviation_percent_points", deed.day))


def verify(deed: Deed) -> dict[str, Any]:
    """Enter the supervision firm's cumulative figures; the value never falls (zone_site#2)."""
    row = ProgressReport.objects.get(pk=deed.matter.pk)
    ratio, value = deed.data["verified_ratio"], deed.data["completed_value"]
    assert row.reported_ratio is not None
    check_verified(verified=ratio, reported=row.reported_ratio)
    check_value_holds(value, _confirmed_value(row.contract))
    row.verified_ratio, row.completed_value = ratio, value
    row.verified_by_person_id, row.verified_on = deed.person_id, deed.day
    deed.act.save(row)
    return NO_VARIABLES


def _confirmed_value(contract: Contract) -> Decimal | None:
    before = confirmed_reports(contract).last()
    if before is not None and before.completed_value is not None:
        return before.completed_value
    opening = opening_of(contract)
    return opening.verified_value if opening else None


def confirm(deed: Deed) -> dict[str, Any]:
    """Confirm for the owner: from now on payments may rest on the value; a lag becomes an undertaking."""
    row = ProgressReport.objects.select_related("contract").get(pk=deed.matter.pk)
    project = Project.objects.get(pk=deed.root.pk)
    if project.started_on is None and row.verified_ratio:
        project.started_on = row.period_on
        project.status = "implementation"
        deed.act.save(project)
    for number, met_on in deed.data.get("met", {}).items():
        milestone.met(deed.act, Milestone.objects.get(pk=number, project=project), met_on)
    if row.verified_ratio is not None and _lags(deed, row.verified_ratio, row.planned_ratio):
        _ask_for_catching_up(deed, row)
    return NO_VARIABLES


def _ask_for_catching_up(deed: Deed, row: ProgressReport) -> None:
    """Give one undertaking a contract at a time: to catch up by the next report, checked by another (papers F12)."""
    waiting = Undertaking.objects.filter(
        matter__root_id=deed.root.pk, source_kind="deviation", clause=CLAUSE, closed_on__isnull=True
    )
    if waiting.filter(source=row.contract.code).exists():
        return
    owner = applicant(deed)
    owed = give(
        deed.act,
        what=_("进度落后计划，落实纠偏措施：%(measures)s") % {"measures": row.measures or "—"},
        due_on=next_report_day(deed.day, int(figure("works.progress.report_day", deed.day))),
        source_kind="deviation",
        matter=deed.matter,
        category="deviation",
        owner_person=owner,
        owner_unit=None if owner else Unit.objects.get(pk=deed.matter.unit_id),
        clause=CLAUSE,
    )
    owed.source = row.contract.code
    deed.act.save(owed)


def applicant(deed: Deed) -> Person | None:
    """Return the person who opened the matter."""
    number = deed.matter.applicant_person_id
    return None if number is None else Person.objects.select_related("unit").get(pk=number)


def next_report_day(day: date, on: int) -> date:
    """Return the next day after this one on which the monthly report is filed."""
    this = day.replace(day=on)
    if this > day:
        return this
    year, month = (day.year + 1, 1) if day.month == 12 else (day.year, day.month + 1)
    return date(year, month, on)
