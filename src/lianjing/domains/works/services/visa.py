"""A site visa: applied for at once, measured by two units together, priced, approved below the tier of changes."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from lianjing.domains.works.models import SiteVisa, SiteVisaItem
from lianjing.domains.works.queries.pieces import joined_with
from lianjing.domains.works.queries.standing import committed_of, cumulative_of
from lianjing.domains.works.rules.change import Piece
from lianjing.domains.works.rules.money import check_budget_left, line_amount
from lianjing.domains.works.rules.project import total
from lianjing.domains.works.rules.site import check_measured, check_two_units, lag_hours
from lianjing.domains.works.services.basis import NO_VARIABLES, contract_named, project_of, write_opinion
from lianjing.domains.works.services.progress import join_site
from lianjing.domains.works.services.site_photos import take_photos
from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.columns import fen
from lianjing.runtime.contract.queries import original_amount
from lianjing.runtime.process.deed import Deed
from lianjing.runtime.process.models import WorkItem
from lianjing.runtime.trail.act import legal_day

APPLIED = (
    "code",
    "reason",
    "part",
    "order_ref",
    "occurred_at",
    "is_concealed",
    "covered_at",
    "is_in_contract",
)
CLAUSE = "zone_site#4"
LEAST_PHOTOS = 2  # one before, one after (zone_site#4)


def apply(deed: Deed) -> dict[str, Any]:
    """Apply for a visa; how long after the event it was entered is computed and stays with it."""
    contract, data = contract_named(deed), deed.data
    row = SiteVisa.objects.filter(pk=deed.matter.pk).first() or SiteVisa(matter=deed.matter)
    row.contract = contract
    for name in APPLIED:
        setattr(row, name, data[name])
    if row.entered_at is None:
        row.entered_at, row.entered_on = deed.now, deed.day
    row.lag_hours = lag_hours(data["occurred_at"], row.entered_at)
    row.work_on = legal_day(data["occurred_at"])
    row.status, row.person_id = "proposed", deed.person_id
    row.change_order_id = data["change_order"]
    take_photos(deed, least=LEAST_PHOTOS, clause=CLAUSE)
    deed.act.save(row)
    join_site(deed, contract)
    return NO_VARIABLES


def measure(deed: Deed) -> dict[str, Any]:
    """Enter what the supervision engineer measured; concealed work only before it was covered (zone_site#5)."""
    row, data = SiteVisa.objects.get(pk=deed.matter.pk), deed.data
    assert row.occurred_at is not None
    check_measured(
        occurred_at=row.occurred_at,
        measured_at=data["measured_at"],
        now=deed.now,
        is_concealed=row.is_concealed,
        covered_at=row.covered_at,
    )
    for item in SiteVisaItem.objects.filter(site_visa=row).order_by("id"):
        deed.act.remove(item)
    deed.act.save_many(
        [
            SiteVisaItem(
                site_visa=row,
                name=each["name"],
                formula=each["formula"],
                unit_name=each["unit_name"],
                quantity=each["quantity"],
            )
            for each in data["items"]
        ]
    )
    row.measured_at, row.measured_by_a_person_id = data["measured_at"], deed.person_id
    row.measured_by_b_person, row.status = None, "in_review"
    deed.act.save(row)
    return NO_VARIABLES


def joint(deed: Deed) -> dict[str, Any]:
    """Sign the measuring as the second unit that was there."""
    row = SiteVisa.objects.get(pk=deed.matter.pk)
    first = (
        WorkItem.objects.filter(matter=deed.matter, step_key="measure", outcome="done")
        .order_by("-id")
        .first()
    )
    assert deed.item is not None
    check_two_units(first.unit_id if first else None, deed.item.unit_id)
    row.measured_by_b_person_id = deed.person_id
    deed.act.save(row)
    write_opinion(deed, "agree")
    return NO_VARIABLES


def price(deed: Deed) -> dict[str, Any]:
    """Price the measured items and hand the sums to the table of changes: visas and changes are summed together."""
    row, data = SiteVisa.objects.select_related("contract").get(pk=deed.matter.pk), deed.data
    prices = {each["item"]: each["unit_price"] for each in data["prices"]}
    items = list(SiteVisaItem.objects.filter(site_visa=row).order_by("id"))
    if set(prices) != {item.pk for item in items}:
        raise BadInput(_("每一计量项填写一个单价"), "prices")
    for item in items:
        item.unit_price = prices[item.pk]
        item.amount = line_amount(item.quantity or total(()), prices[item.pk])
        deed.act.save(item)
    amount = total(item.amount for item in items)
    row.price_source, row.is_in_contract, row.amount = data["price_source"], data["is_in_contract"], amount
    counted = total(()) if row.is_in_contract else amount
    check_budget_left(committed_of(deed.root.pk), counted, project_of(deed).approved_budget)
    deed.act.save(row)
    summed = cumulative_of(row.contract, counted, besides=row.pk)
    piece = Piece(row.part, "", row.entered_on, amount)
    return {
        "amount_fen": fen(joined_with(row.contract, piece, besides=row.pk, day=deed.day)),
        "cumulative_fen": fen(summed.total),
        "contract_fen": fen(original_amount(row.contract)),
        "scope_changed": False,
    }


def classify(deed: Deed) -> dict[str, Any]:
    """Close a visa that reaches the tier of larger changes: it must be handled as a change (zone_site#6)."""
    assert deed.decided is not None
    if str(deed.decided.outputs["change_class"]) != "general":
        row = SiteVisa.objects.get(pk=deed.matter.pk)
        row.status = "refused"
        deed.act.save(row)
    return NO_VARIABLES


def leader(deed: Deed) -> dict[str, Any]:
    """Approve the visa: its money counts from now on; who measured does not approve."""
    row = SiteVisa.objects.get(pk=deed.matter.pk)
    if deed.person_id in (row.measured_by_a_person_id, row.measured_by_b_person_id):
        raise Refusal(Ground.CONFLICT, "visa.approver_measured", _("计量人不得审批签证"), "zone_site#6")
    if row.amount is None or row.measured_by_b_person_id is None:
        raise Refusal(Ground.RULE, "visa.not_measured", _("签证尚未共同计量和复核"), "zone_site#5")
    counted = total(()) if row.is_in_contract else row.amount
    check_budget_left(committed_of(deed.root.pk), counted, project_of(deed).approved_budget)
    row.status, row.approved_on = "approved", deed.day
    deed.act.save(row)
    write_opinion(deed, "agree")
    return NO_VARIABLES


def withdrawn(deed: Deed) -> None:
    """Mark the visa withdrawn."""
    row = SiteVisa.objects.filter(pk=deed.matter.pk).first()
    if row is not None:
        row.status = "withdrawn"
        deed.act.save(row)
