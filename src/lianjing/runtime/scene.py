"""A stage on which people act one after the other at simulated times: for demonstrations and story tests."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from lianjing.runtime.matter.models import Matter
from lianjing.runtime.org.models import LoginAccount
from lianjing.runtime.process import services as process
from lianjing.runtime.process.clocks import calendar
from lianjing.runtime.process.in_the_act import FIELD, Signalled
from lianjing.runtime.process.models import WorkItem
from lianjing.runtime.trail.act import LEGAL_ZONE, legal_day
from lianjing.runtime.trail.sequencer import sequence_all

ANYWAY = "已逐项核对，情况属实，后续由监督部门核查"


@dataclass
class Scene:
    """Drives the real services: nothing here writes a business row. `now` only moves forward."""

    now: datetime
    end: datetime
    random: random.Random
    tell: Callable[[str], None] = lambda _line: None
    publish: Callable[[datetime], object] = lambda _now: sequence_all()
    planted: list[dict[str, Any]] = field(default_factory=list)  # what a story hid, for those who look for it
    schemes: list[dict[str, Any]] = field(default_factory=list)  # the cards of what may be hidden
    scripts: list[tuple[datetime, Any]] = field(default_factory=list)  # for the one queue, each from a moment
    is_closing: bool = False  # what is left to tell stays before the end, office hours or not
    _people: dict[str, int] = field(default_factory=dict)

    def person(self, number: str) -> int:
        """Return the person who logs in with this number."""
        if number not in self._people:
            self._people[number] = LoginAccount.objects.values_list("person_id", flat=True).get(number=number)
        return self._people[number]

    def pass_time(self, *, hours: float = 0, working_days: int = 0) -> datetime:
        """Move the clock into later office hours and return it; while the story closes only towards its end."""
        if self.is_closing:
            step = min(timedelta(hours=hours), (self.end - self.now) / 10)
            self.now += max(step, timedelta(seconds=1))
            return self.now
        moment = (self.now + timedelta(hours=hours)).astimezone(LEGAL_ZONE)
        day = moment.date()
        if working_days:
            day = calendar().add_working_days(day, working_days)
        day = calendar().next_working_day(day)
        if day != moment.date():
            moment = moment.replace(year=day.year, month=day.month, day=day.day)
        if moment.hour < 8 or moment.hour >= 18:
            if moment.hour >= 18:
                day = calendar().add_working_days(moment.date(), 1)
            moment = moment.replace(
                year=day.year, month=day.month, day=day.day, hour=9, minute=self.random.randrange(60)
            )
        self.now = max(self.now + timedelta(seconds=1), moment)
        return self.now

    @property
    def is_over(self) -> bool:
        """True when the simulated time has reached the present."""
        return self.now >= self.end

    def item(self, matter: Matter, step: str, element: str = "") -> WorkItem:
        """Return the open item of a step; DoesNotExist where the process is elsewhere."""
        return WorkItem.objects.get(matter=matter, step_key=step, element=element, closed_at=None)

    def do(
        self, number: str, matter: Matter, step: str, data: Mapping[str, Any], element: str = ""
    ) -> process.Outcome:
        """Let a person complete a step now; where the indicators ask, he decides anyway and says why."""
        item = self.item(matter, step, element)
        person = self.person(number)
        try:
            return process.complete(item_id=item.id, person_id=person, data=data, now=self.now)
        except Signalled:
            reasoned = {**data, FIELD: ANYWAY}
            return process.complete(item_id=item.id, person_id=person, data=reasoned, now=self.now)

    def today(self) -> Any:
        """Return the legal day of the simulated clock."""
        return legal_day(self.now)

    def close_day(self) -> None:
        """Do for the log what the worker does all the time; where a witness watches, publish and let it cosign."""
        self.publish(self.now)
