"""Every operation of the shared nouns, by the heading under which the description shows it."""

from __future__ import annotations

from collections.abc import Mapping

from lianjing.api import (
    calendar_acts,
    finding_acts,
    keeping_acts,
    office_acts,
    rights_acts,
    rule_acts,
    shared_acts,
    supervision_acts,
    warning_acts,
)
from lianjing.kernel.declaration import Operation

OPERATIONS: Mapping[str, tuple[Operation, ...]] = {
    **shared_acts.OPERATIONS,
    **office_acts.OPERATIONS,
    **rights_acts.OPERATIONS,
    **keeping_acts.OPERATIONS,
    **finding_acts.OPERATIONS,
    **rule_acts.OPERATIONS,
    **supervision_acts.OPERATIONS,
    **warning_acts.OPERATIONS,
    **calendar_acts.OPERATIONS,
}
