"""Lets many scripts run side by side on one simulated clock, each until its next wait."""

from __future__ import annotations

import heapq
from collections.abc import Generator
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar

from django.db import transaction

from lianjing.runtime.process.clocks import calendar
from lianjing.runtime.process.timers import fire_due
from lianjing.runtime.scene import Scene
from lianjing.runtime.trail.act import LEGAL_ZONE, legal_day

R = TypeVar("R")
Wait = float | datetime  # working days, or the moment until which to wait
Script = Generator[Wait, None, R]

MORNING = time(8, 40)
OFFICE_MINUTES = 490  # from the morning to 16:50: who comes later does it the next day
CLOSING = timedelta(hours=3)  # the last acts keep this distance from the end of the story


def at_work(day: date, minute: float = 20) -> datetime:
    """Return a moment of the office hours of a day, or of the next working day."""
    found = calendar().next_working_day(day)
    return datetime.combine(found, MORNING, LEGAL_ZONE) + timedelta(minutes=minute)


def later(moment: datetime, working_days: float) -> datetime:
    """Return the moment that lies so much office time later, whole days and a part of one."""
    days, part = int(working_days), working_days - int(working_days)
    start = datetime.combine(legal_day(moment), MORNING, LEGAL_ZONE)
    minute = min(max((moment - start).total_seconds() / 60, 0), OFFICE_MINUTES) + part * OFFICE_MINUTES
    if minute > OFFICE_MINUTES:
        days, minute = days + 1, minute - OFFICE_MINUTES
    return at_work(calendar().add_working_days(legal_day(moment), days), minute)


class Queue:
    """Runs scripts in the order of their next acts; a script whose time passes the end stays where it is."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.last = scene.end - CLOSING
        self._waiting: list[tuple[datetime, int, Script[Any]]] = []
        self._count = 0

    def start(self, script: Script[Any], at: datetime) -> None:
        """Let a script begin, or go on, at a moment."""
        self._count += 1
        heapq.heappush(self._waiting, (at, self._count, script))

    def run(self) -> None:
        """Run until nobody waits for anything before the end, the scripts that other domains left on the scene among them.

        The acts of one day are stored together, for speed.
        """
        for at, script in self.scene.scripts:
            self.start(script, at)
        self.scene.scripts.clear()
        while self._waiting:
            with transaction.atomic():
                self._run_day(legal_day(max(self._waiting[0][0], self.scene.now)))
            self.scene.close_day()

    def _run_day(self, day: date) -> None:
        while self._waiting and legal_day(self._waiting[0][0]) <= day:
            at, _count, script = heapq.heappop(self._waiting)
            if max(at, self.scene.now) >= self.last:
                continue
            self._turn_to(at)
            try:
                wait = next(script)
            except StopIteration:
                continue
            self.start(script, wait if isinstance(wait, datetime) else later(self.scene.now, wait))

    def _turn_to(self, at: datetime) -> None:
        """Move the clock; with a new day the worker of the timers does his round."""
        before = self.scene.today()
        self.scene.now = max(self.scene.now + timedelta(seconds=7), at)
        if self.scene.today() != before:
            fire_due(self.scene.now)
            if self.scene.today().month != before.month:
                self.scene.tell(f"{self.scene.today():%Y年%m月}")
