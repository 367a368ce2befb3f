"""After the last payment: the papers of a project are handed over to the archive."""

from __future__ import annotations

from lianjing.domains.works.demo.completing import step
from lianjing.domains.works.demo.desk import ARCHIVES, LEAD, OFFICER
from lianjing.domains.works.demo.job import Job
from lianjing.domains.works.queries.catalogue import catalogue_of
from lianjing.runtime import codes
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.scene_queue import Script

RECEIVER = "澜汀市城建档案馆"


def handed_over(job: Job) -> Script[Matter]:
    """File what still lacks, prepare the package, compare it with its manifest, have it signed for."""
    yield job.days(6.0, 0.3)
    for line in catalogue_of(job.root).missing():
        words = codes.label("document_kind", line.kind)
        job.paper(OFFICER, line.matter or job.root, line.kind, f"{job.plan.title}{words}（补归档）")
    matter = job.open(ARCHIVES, "works_handover", f"{job.plan.title}档案移交")
    yield from step(job, ARCHIVES, matter, "prepare", {"receiver": RECEIVER, "note": ""})
    yield from step(job, LEAD, matter, "check", {"is_same": "on", **job.opinion()})
    yield from step(
        job,
        ARCHIVES,
        matter,
        "receive",
        lambda: {"handed_on": job.desk.today, "receiver_name": "计澜"},
        (("handover_list", "档案移交清册"),),
    )
    return matter
