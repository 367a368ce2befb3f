"""What a meeting decided becomes an undertaking of the unit that carries it out, in the act that concludes the item."""

from __future__ import annotations

from datetime import date, datetime

from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput
from lianjing.runtime.meeting import services as meetings
from lianjing.runtime.meeting.models import AgendaItem
from lianjing.runtime.meeting.rules import DECIDED_FOR, MINUTES_CLAUSE
from lianjing.runtime.org.models import Unit
from lianjing.runtime.trail.act import Act
from lianjing.runtime.undertaking.models import Undertaking
from lianjing.runtime.undertaking.services import give


def conclude(
    *,
    agenda_item_id: int,
    person_id: int,
    now: datetime,
    conditions: str = "",
    carried_by_unit_id: int | None = None,
    carry_due_on: date | None = None,
    key: str = "",
) -> AgendaItem:
    """Conclude an item and, where it passed and a unit is named, give that unit the undertaking with its day."""
    if (carried_by_unit_id is None) != (carry_due_on is None):
        raise BadInput(_("落实单位与落实期限应同时填写"), "carry_due_on")

    def carry_out(act: Act, item: AgendaItem) -> Undertaking | None:
        if carried_by_unit_id is None or carry_due_on is None or item.result not in DECIDED_FOR:
            return None
        unit = Unit.objects.filter(pk=carried_by_unit_id).first()
        if unit is None:
            raise BadInput(_("请从列表中选择落实单位"), "carried_by_unit")
        item.carried_by_unit, item.carry_due_on = unit, carry_due_on
        act.save(item)
        row = give(
            act,
            what=_("落实会议决定：%(title)s") % {"title": item.title},
            due_on=carry_due_on,
            source_kind="leadership",
            matter=item.matter,
            owner_unit=unit,
            clause=MINUTES_CLAUSE,
        )
        row.source = f"agenda_item:{item.pk}"
        return act.save(row)

    return meetings.conclude(
        agenda_item_id=agenda_item_id,
        person_id=person_id,
        now=now,
        conditions=conditions,
        afterwards=carry_out,
        key=key,
    )
