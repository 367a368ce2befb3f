"""Writes of permits: entered by one person, verified against the source by another; parts of acts."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.permit.models import Permit
from lianjing.runtime.trail.act import Act

CLAUSE = "zone_projects#11"


def register(
    act: Act,
    *,
    matter: Matter,
    project: Matter,
    kind: str,
    permit_no: str,
    issued_on: date,
    result: str = "granted",
    **columns: Any,
) -> Permit:
    """Enter or, before it is verified, re-enter a permit; part of an act."""
    if not permit_no.strip():
        raise BadInput(_("请填写文号或证号"), "permit_no")
    if issued_on > act.day:
        raise BadInput(_("核发日不能晚于今天"), "issued_on")
    valid_to = columns.get("valid_to_on")
    if valid_to is not None and valid_to < issued_on:
        raise BadInput(_("有效期止日早于核发日"), "valid_to_on")
    permit = Permit.objects.filter(pk=matter.pk).first() or Permit(
        matter=matter, domain=matter.domain, project=project
    )
    if permit.verified_on is not None:
        raise Refusal(Ground.RULE, "permit.verified", _("该证照已核验，不能修改"), CLAUSE)
    permit.kind, permit.permit_no, permit.issued_on, permit.result = (
        kind,
        permit_no.strip(),
        issued_on,
        result,
    )
    for name, value in columns.items():
        setattr(permit, name, value)
    return act.save(permit)


def verify(act: Act, permit: Permit) -> Permit:
    """Confirm that the permit agrees with its source; part of an act. That the person is another is the process's rule."""
    if permit.verified_on is not None:
        raise Refusal(Ground.STALE, "permit.verified", _("该证照已核验，不能修改"), CLAUSE)
    permit.verified_on = act.day
    permit.verified_by_person_id = act.actor.person_id
    return act.save(permit)
