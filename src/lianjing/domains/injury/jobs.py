"""What the worker of `serve` does for work injury again and again."""

from __future__ import annotations

from lianjing.domains.injury.services.urging import escalate_due
from lianjing.runtime.job.schedule import Job

JOBS: list[Job] = [Job("injury.escalate", 3600, escalate_due)]
