"""Writes of meetings: each opens an act on the chain of the unit that holds the meeting.

The secretary calls, puts items on the agenda, sends materials, records who is there and has the result computed;
he chooses nothing. Each member speaks and votes under his own log-in; the chair signs the minutes.
"""

from lianjing.runtime.meeting.services.agenda import (
    call,
    describe_item,
    invite_observer,
    put_on_agenda,
    send_materials,
    take_off_agenda,
)
from lianjing.runtime.meeting.services.desk import AGENDA_CLAUSE, MATERIALS_CLAUSE, SECRETARY
from lianjing.runtime.meeting.services.minutes import file_minutes, keep_record, number_minutes, sign_minutes
from lianjing.runtime.meeting.services.session import (
    cast,
    conclude,
    express_view,
    record_presence,
    recuse_member,
)

__all__ = [
    "AGENDA_CLAUSE",
    "MATERIALS_CLAUSE",
    "SECRETARY",
    "call",
    "cast",
    "conclude",
    "describe_item",
    "express_view",
    "file_minutes",
    "invite_observer",
    "keep_record",
    "number_minutes",
    "put_on_agenda",
    "record_presence",
    "recuse_member",
    "send_materials",
    "sign_minutes",
    "take_off_agenda",
]
