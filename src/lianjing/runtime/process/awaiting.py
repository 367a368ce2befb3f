"""Which acts wait for publication before they say done: those that move money, where the installation is set so.

The act stands once it is committed; only its answer waits, so that nobody pays on an approval that no log shows yet.
"""

from __future__ import annotations

from django.conf import settings

from lianjing.runtime.domains import procedure
from lianjing.runtime.process.models import WorkItem
from lianjing.runtime.trail.standing import standing_of

DONE = ("published", "cosigned")


def waits_for_publication(item: WorkItem) -> bool:
    """True where the answer to this step waits until its act is published."""
    if not settings.LIANJING_WAIT_FOR_PUBLICATION:
        return False
    return procedure(item.instance.definition.key)[1].step(item.step_key).is_money


def is_published(event_id: str) -> bool:
    """True where a signed checkpoint covers the act."""
    return standing_of(event_id).state in DONE
