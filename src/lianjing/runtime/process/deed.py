"""What a step's verb receives: the act, the matter, the item and the checked form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from lianjing.kernel.process.decision import DecisionResult
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.process.models import WorkItem
from lianjing.runtime.trail.act import Act


@dataclass
class Deed:
    """One step being done. `data` is the cleaned form; rows are written with `act.save`.

    For a business-rule task `decided` holds the decision and `item` is None.
    """

    act: Act
    matter: Matter
    root: Matter
    item: WorkItem | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    decided: DecisionResult | None = None

    @property
    def now(self) -> datetime:
        """The recorder's clock."""
        return self.act.now

    @property
    def day(self) -> date:
        """The legal day of the act."""
        return self.act.day

    @property
    def person_id(self) -> int | None:
        """The person who acts, None for the system."""
        return self.act.actor.person_id
