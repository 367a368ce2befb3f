"""Checks of quality and safety by two persons; findings become undertakings, closed by a third who did not find them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from lianjing.domains.works.models import Inspection
from lianjing.domains.works.rules.change import check_photos
from lianjing.domains.works.rules.site import Finding, check_findings
from lianjing.domains.works.services.amendment import close_with
from lianjing.domains.works.services.basis import NO_VARIABLES, contract_named, project_of, write_opinion
from lianjing.domains.works.services.progress import join_site
from lianjing.domains.works.services.site_photos import take_photos
from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.contract.models import Contract
from lianjing.runtime.documents.models import Document
from lianjing.runtime.documents.photos import photos_of
from lianjing.runtime.org.models import Person, Post, Unit
from lianjing.runtime.org.queries import holders
from lianjing.runtime.process.deed import Deed
from lianjing.runtime.undertaking.models import Undertaking
from lianjing.runtime.undertaking.services import give

CLAUSE = "zone_site#9"


def inspect(deed: Deed) -> dict[str, Any]:
    """Record the check of the first inspector with its findings; each will be owed with a day."""
    contract, data = contract_named(deed), deed.data
    findings = [Finding(each["what"], each["due_on"]) for each in data["findings"]]
    check_findings(findings, result=data["result"], day=deed.day)
    row = Inspection.objects.filter(pk=deed.matter.pk).first() or Inspection(matter=deed.matter)
    row.domain, row.project, row.enterprise = "works", project_of(deed), contract.enterprise
    for name in ("kind", "site", "started_at", "result", "summary", "latitude", "longitude"):
        setattr(row, name, data[name])
    row.inspected_on, row.finding_count = deed.day, len(findings)
    row.inspector_a_id, row.inspector_b = deed.person_id, None
    deed.act.save(row)
    take_photos(deed, least=0, clause=CLAUSE)
    for owed in _owed(deed):
        deed.act.remove(owed)
    join_site(deed, contract)
    owner = _manager(deed, contract)
    for finding in findings:
        owed = give(
            deed.act,
            what=finding.what,
            due_on=finding.due_on,
            source_kind="hazard",
            matter=deed.matter,
            category="safety" if data["kind"] == "safety" else "defect",
            owner_person=owner,
            owner_unit=None if owner else Unit.objects.get(pk=deed.matter.unit_id),
            clause=CLAUSE,
        )
        owed.owner_enterprise = contract.enterprise
        deed.act.save(owed)
    return NO_VARIABLES


def _owed(deed: Deed) -> list[Undertaking]:
    return list(
        Undertaking.objects.filter(matter=deed.matter, source_kind="hazard", closed_on__isnull=True).order_by(
            "id"
        )
    )


def _manager(deed: Deed, contract: Contract) -> Person | None:
    """Return the contractor's manager who works on the platform."""
    code = contract.enterprise.credit_code if contract.enterprise else ""
    post = (
        Post.objects.filter(key="contractor_manager", unit__enterprise_no=code).order_by("id").first()
        if code
        else None
    )
    held = holders(post.pk, deed.day) if post else []
    return Person.objects.select_related("unit").get(pk=held[0].person_id) if held else None


def second(deed: Deed) -> dict[str, Any]:
    """Sign as the second inspector, who was there too (zone_site#9)."""
    row = Inspection.objects.get(pk=deed.matter.pk)
    if row.inspector_a_id == deed.person_id:
        raise BadInput(_("检查须由两人进行"), "opinion")
    row.inspector_b_id = deed.person_id
    deed.act.save(row)
    write_opinion(deed, "agree")
    return {"finding_count": row.finding_count or 0}


def rectify(deed: Deed) -> dict[str, Any]:
    """Report that the findings were put right, with a photograph after it."""
    take_photos(deed, least=0, clause=CLAUSE)
    check_photos(photos_of(deed.matter.pk, "after").count(), least=1, clause=CLAUSE)
    for owed in _owed(deed):
        owed.list_state = "progress"
        deed.act.save(owed)
    return NO_VARIABLES


def recheck(deed: Deed) -> dict[str, Any]:
    """Close the findings after a look at the site by somebody who neither found nor put them right."""
    paper = Document.objects.filter(matter=deed.matter, kind="photo").order_by("id").last()
    for owed in _owed(deed):
        close_with(deed, owed, paper)
    write_opinion(deed, "agree")
    return NO_VARIABLES


def may_withdraw(matter: Any) -> None:
    """Refuse to take back a check whose findings both inspectors have signed."""
    row = Inspection.objects.filter(pk=matter.pk, finding_count__gt=0, inspector_b__isnull=False).first()
    if row is not None:
        raise Refusal(Ground.RULE, "inspection.signed", _("检查发现的问题已经双方确认，不能撤销"), CLAUSE)


def withdrawn(deed: Deed) -> None:
    """Cancel what was owed by the findings of a check that was taken back."""
    for owed in _owed(deed):
        owed.result, owed.list_state, owed.closed_on = "cancelled", "closed", deed.day
        deed.act.save(owed)
