"""What a job is, which jobs this installation has, and the turns in which one worker runs them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache

from django.conf import settings
from django.db import DatabaseError, OperationalError, close_old_connections
from django.utils.module_loading import import_string

from lianjing.runtime.job.models import JobState

log = logging.getLogger("lianjing.worker")
NOTE_EVERY = timedelta(seconds=15)  # a job that runs every second does not write its state every second


@dataclass(frozen=True, slots=True)
class Job:
    """Work that comes round: its name, its rhythm, and the function that does what is due and says how much it was.

    The function is called with the moment, from one thread, and may be called again after a crash in its midst.
    """

    name: str
    every_seconds: float
    run: Callable[[datetime], int]


@cache
def jobs() -> tuple[Job, ...]:
    """Return all jobs of the installation (settings LIANJING_JOBS); ValueError where two share a name."""
    found = tuple(job for place in settings.LIANJING_JOBS for job in import_string(place))
    if len({job.name for job in found}) != len(found):
        raise ValueError("two jobs share a name")
    return found


@dataclass
class Round:
    """The worker's book: when each job is due next, by a clock that never jumps."""

    jobs: Iterable[Job]
    due: dict[str, float] = field(default_factory=dict)
    noted: dict[str, datetime] = field(default_factory=dict)
    failures: dict[str, int] = field(default_factory=dict)

    def turn(self, ticks: float, now: datetime) -> int:
        """Run every job that is due at `ticks` (seconds of a monotonic clock); return how many ran.

        The fault of one job never stops another: it is logged under the job's name and noted in its state.
        """
        ran = 0
        for job in self.jobs:
            if ticks >= self.due.get(job.name, ticks):
                self.due[job.name] = ticks + job.every_seconds
                self._run(job, now)
                ran += 1
        return ran

    def _run(self, job: Job, now: datetime) -> None:
        close_old_connections()
        try:
            done = job.run(now)
        except OperationalError as error:
            log.warning("job %s: the database was busy or away: %s", job.name, error)
            self._note_failure(job, now, error)
        except Exception as error:  # the outermost loop: counted, logged, the other jobs go on
            log.exception("job %s failed", job.name)
            self._note_failure(job, now, error)
        else:
            self._note_success(job, now, done)

    def _note_success(self, job: Job, now: datetime, done: int) -> None:
        last = self.noted.get(job.name)
        if last is not None and abs(now - last) < NOTE_EVERY and not self.failures.get(job.name):
            return
        self.failures[job.name] = 0
        self._note(job, now, {"succeeded_at": now, "failures": 0, "error": "", "done": done})

    def _note_failure(self, job: Job, now: datetime, error: Exception) -> None:
        self.failures[job.name] = self.failures.get(job.name, 0) + 1
        text = f"{type(error).__name__}: {error}"[:500]
        self._note(job, now, {"failed_at": now, "failures": self.failures[job.name], "error": text})

    def _note(self, job: Job, now: datetime, columns: dict[str, object]) -> None:
        try:
            JobState.objects.update_or_create(name=job.name, defaults={"started_at": now, **columns})
        except DatabaseError as error:
            log.warning("job %s: its state could not be noted: %s", job.name, error)
        else:
            self.noted[job.name] = now
