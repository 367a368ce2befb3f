"""The jobs of the runtime, run by the worker of `lianjing serve`; other layers name their own in LIANJING_JOBS."""

from __future__ import annotations

from datetime import datetime

from lianjing.runtime import outdated
from lianjing.runtime.access import sweeping as access
from lianjing.runtime.exchange import running as exchange
from lianjing.runtime.finding import closing as findings
from lianjing.runtime.finding import recounting as finding_days
from lianjing.runtime.job import errands
from lianjing.runtime.job.schedule import Job
from lianjing.runtime.message.delivery import deliver_due
from lianjing.runtime.process.recompute import recompute_due
from lianjing.runtime.process.timers import fire_due
from lianjing.runtime.publicity import recounting as objections
from lianjing.runtime.reminder import digest, remind
from lianjing.runtime.retention import services as disposals
from lianjing.runtime.revision import settling as rules
from lianjing.runtime.search.indexing import index_due
from lianjing.runtime.token import rate
from lianjing.runtime.trail.demonstration import cosign_due
from lianjing.runtime.trail.publication import publish
from lianjing.runtime.webhook import services as webhooks


def _publish(now: datetime) -> int:
    return int(publish(now) is not None)


def _recompute(now: datetime) -> int:
    return recompute_due(now, (objections.move_due, finding_days.move_due))


JOBS: list[Job] = [
    Job("trail.publish", 1, _publish),  # numbers what waits, then signs
    Job("trail.demonstration", 60, cosign_due),  # in a demonstration only
    Job("process.timers", 10, fire_due),
    Job("process.recompute", 30, _recompute),  # after a change of the calendar
    Job("message.deliver", 15, deliver_due),
    Job("message.remind", 600, remind),
    Job("message.digest", 600, digest),
    Job("search.index", 2, index_due),
    Job("finding.escalate", 600, findings.escalate_due),
    Job("revision.settle", 600, rules.settle),
    Job("revision.remind", 3600, rules.remind_of_reviews),
    Job("access.sweep", 300, access.sweep),
    Job("outdated.sweep", 3600, outdated.sweep),
    Job("job.sweep", 3600, errands.sweep),
    Job("retention.sweep", 3600, disposals.sweep),
    Job("webhook.deliver", 5, webhooks.work),
    Job("webhook.sweep", 3600, webhooks.sweep),
    Job("exchange.run", 30, exchange.work),
    Job("exchange.sweep", 3600, exchange.sweep),
    Job("token.sweep", 60, rate.sweep),
]
