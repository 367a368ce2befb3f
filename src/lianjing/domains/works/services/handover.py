"""Archive hand-over: a complete package with its manifest, checked by another person; the last one closes the project."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from lianjing.domains.works.models import Handover
from lianjing.domains.works.queries import catalogue
from lianjing.domains.works.queries.stage import project_view
from lianjing.domains.works.rules import gates
from lianjing.domains.works.services.basis import NO_VARIABLES, write_opinion
from lianjing.kernel.declaration import Condition
from lianjing.kernel.refusal import Ground, Refusal
from lianjing.runtime.matter.stages import finish
from lianjing.runtime.process.deed import Deed


def prepare(deed: Deed) -> dict[str, Any]:
    """Compute the manifest of a complete catalogue; what lacks is named (zone_completion#11, C20)."""
    found = catalogue.catalogue_of(deed.root, besides=deed.matter.pk)
    if found.count.ratio < 1:
        named = "；".join(found.missing_words())
        raise Refusal(
            Ground.DOCUMENTS,
            "handover.incomplete",
            _("资料完整率%(percent)s，未达100%%，不得移交；缺：%(papers)s")
            % {"percent": found.count.percent, "papers": named},
            "zone_completion#11",
        )
    lines = catalogue.manifest(deed.root, besides=deed.matter.pk)
    row = Handover.objects.filter(pk=deed.matter.pk).first() or Handover(matter=deed.matter)
    row.project_id, row.document_count = deed.root.pk, len(lines)
    row.completeness_ratio, row.manifest_sha256 = found.count.ratio, catalogue.manifest_digest(lines)
    row.receiver, row.status = deed.data["receiver"], "prepared"
    deed.act.save(row)
    return NO_VARIABLES


def check(deed: Deed) -> dict[str, Any]:
    """Compare manifest and papers as another person; a paper added since makes the manifest a new one."""
    row = Handover.objects.get(pk=deed.matter.pk)
    lines = catalogue.manifest(deed.root, besides=deed.matter.pk)
    if catalogue.manifest_digest(lines) != row.manifest_sha256:
        raise Refusal(
            Ground.STALE,
            "handover.changed",
            _("清册编制后资料有变动，请退回重新编制"),
            "zone_completion#11",
        )
    row.status = "checked"
    deed.act.save(row)
    write_opinion(deed, "agree")
    return NO_VARIABLES


def receive(deed: Deed) -> dict[str, Any]:
    """Enter the receiver's signature; where nothing is left to do the project is closed."""
    row = Handover.objects.get(pk=deed.matter.pk)
    row.receiver_name, row.handed_on = deed.data["receiver_name"], deed.data["handed_on"]
    row.status = "handed"
    deed.act.save(row)
    if all(each.is_met for each in left_to_close(deed)):
        finish(deed.act, deed.root)
    return NO_VARIABLES


def left_to_close(deed: Deed) -> tuple[Condition, ...]:
    """Return the conditions of closing the project, this hand-over itself set aside."""
    view = project_view(deed.root, deed.day)
    return gates.leaving_payment(replace(view, running=view.running - {"handover"}, is_handed_over=True))


def withdrawn(deed: Deed) -> None:
    """Mark the package withdrawn."""
    row = Handover.objects.filter(pk=deed.matter.pk).first()
    if row is not None:
        row.status = "withdrawn"
        deed.act.save(row)
