"""Which script plays which project."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from lianjing.domains.works.demo import finished, running, takeover, young
from lianjing.domains.works.demo.job import Job
from lianjing.runtime.scene_queue import Script

STORIES: Mapping[str, Callable[[Job], Script[None]]] = {
    "road": running.road,
    "gallery": running.gallery,
    "factory": running.factory,
    "river": running.river,
    "sewer": finished.sewer,
    "books": finished.books,
    "fields": takeover.fields,
    "energy": young.energy,
    "housing": young.housing,
    "market": young.market,
    "hall": young.hall,
    "platform": young.platform,
}
