"""Release of retention: the warranty is over, the part was looked at by two, only then money may go back (C22)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from lianjing.domains.works.models import Warranty, WarrantyRelease
from lianjing.domains.works.queries.standing import standing_of
from lianjing.domains.works.rules import completion as rules
from lianjing.domains.works.services.basis import NO_VARIABLES, write_opinion
from lianjing.domains.works.services.progress import join_site
from lianjing.kernel.refusal import Ground, Refusal
from lianjing.runtime.process.deed import Deed

LIVE = ("draft", "open", "suspended")


def record_of(deed: Deed) -> WarrantyRelease:
    """Return the release of the deed's matter."""
    return WarrantyRelease.objects.select_related("contract", "warranty").get(pk=deed.matter.pk)


def apply(deed: Deed) -> dict[str, Any]:
    """Ask for the retention of one part whose warranty is over; one application a part."""
    part = _part_named(deed)
    others = WarrantyRelease.objects.filter(warranty=part, matter__status__in=LIVE).exclude(pk=deed.matter.pk)
    if others.exists():
        raise Refusal(
            Ground.RULE, "warranty.once", _("该部位的返还正在办理，不得重复申请"), "zone_completion#10"
        )
    row = WarrantyRelease.objects.filter(pk=deed.matter.pk).first() or WarrantyRelease(matter=deed.matter)
    row.contract, row.warranty, row.amount = part.contract, part, deed.data["amount"]
    row.status, row.check_text, row.checked_on = "proposed", "", None
    row.checked_by_person = None
    _check(deed, row)
    deed.act.save(row)
    join_site(deed, part.contract)
    return NO_VARIABLES


def _part_named(deed: Deed) -> Warranty:
    """Return the part of this project that the form names; Refusal before its warranty is over (quality_regulation#40)."""
    found = (
        Warranty.objects.select_related("contract__project")
        .filter(pk=int(deed.data["warranty"]), contract__project_id=deed.root.pk, released_on__isnull=True)
        .first()
    )
    if found is None or found.to_on is None or found.to_on >= deed.day:
        raise Refusal(
            Ground.RULE, "warranty.not_ended", _("该部位保修期未满，不得返还质保金"), "zone_completion#10"
        )
    return found


def _check(deed: Deed, row: WarrantyRelease) -> None:
    assert row.warranty is not None and row.amount is not None
    standing = standing_of(row.contract, deed.day)
    rules.check_release(
        row.amount,
        row.deduction or rules.NOTHING,
        retained=row.warranty.retained or rules.NOTHING,
        held=standing.retention_held,
    )


def use(deed: Deed) -> dict[str, Any]:
    """Look at the part as the unit that uses it."""
    row = record_of(deed)
    row.checked_on, row.checked_by_person_id = deed.data["checked_on"], deed.person_id
    _note(row, "使用单位", deed.data["check_text"])
    deed.act.save(row)
    return NO_VARIABLES


def site(deed: Deed) -> dict[str, Any]:
    """Look at the part as the owner's site officer."""
    row = record_of(deed)
    row.checked_on = max(filter(None, (row.checked_on, deed.data["checked_on"])))
    _note(row, "现场管理", deed.data["check_text"])
    deed.act.save(row)
    return NO_VARIABLES


def _note(row: WarrantyRelease, who: str, text: str) -> None:
    lines = [line for line in row.check_text.splitlines() if not line.startswith(f"{who}：")]
    row.check_text = "\n".join([*lines, f"{who}：{' '.join(text.split())}"])


def approve(deed: Deed) -> dict[str, Any]:
    """Approve the release after both checks; from now on a payment of this retention may be applied for."""
    row = record_of(deed)
    assert row.warranty is not None and row.amount is not None
    if row.checked_on is None or row.checked_by_person_id is None:
        raise Refusal(
            Ground.RULE, "warranty.no_check", _("未经缺陷检查，不得返还质保金"), "zone_completion#10"
        )
    row.deduction, row.deduction_reason = deed.data["deduction"], deed.data["deduction_reason"]
    _check(deed, row)
    row.status, row.approved_on = "approved", deed.day
    deed.act.save(row)
    part = row.warranty
    part.has_defect_check, part.released_on = True, deed.day
    deed.act.save(part)
    write_opinion(deed, "agree")
    return NO_VARIABLES


def may_withdraw(matter: Any) -> None:
    """Refuse to take an approved release back."""
    if WarrantyRelease.objects.filter(pk=matter.pk, status="approved").exists():
        raise Refusal(Ground.RULE, "warranty.approved", _("质保金返还已批准，不能撤销"), "zone_completion#10")


def withdrawn(deed: Deed) -> None:
    """Mark the application withdrawn."""
    row = WarrantyRelease.objects.filter(pk=deed.matter.pk).first()
    if row is not None:
        row.status = "withdrawn"
        deed.act.save(row)
