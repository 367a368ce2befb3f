"""Post-evaluation: what was promised against what came of it, scored by somebody who did not run the project."""

from __future__ import annotations

from typing import Any

from lianjing.domains.works.models import PostEvaluation
from lianjing.domains.works.rules.completion import average
from lianjing.domains.works.services.basis import NO_VARIABLES, write_opinion
from lianjing.runtime.process.deed import Deed

SCORES = ("schedule_score", "cost_score", "quality_score", "benefit_score")
TEXTS = ("target_text", "result_text", "lesson_text")


def draft(deed: Deed) -> dict[str, Any]:
    """Write the self-evaluation."""
    row = PostEvaluation.objects.filter(pk=deed.matter.pk).first() or PostEvaluation(matter=deed.matter)
    row.project_id = deed.root.pk
    for name in TEXTS:
        setattr(row, name, deed.data[name])
    deed.act.save(row)
    return NO_VARIABLES


def use(deed: Deed) -> dict[str, Any]:
    """Say as the using unit how the works serve."""
    write_opinion(deed, "agree")
    return NO_VARIABLES


def score(deed: Deed) -> dict[str, Any]:
    """Score the four sides; the total is their mean."""
    row = PostEvaluation.objects.get(pk=deed.matter.pk)
    for name in SCORES:
        setattr(row, name, deed.data[name])
    row.score = average([deed.data[name] for name in SCORES])
    row.grade, row.person_id = deed.data["grade"], deed.person_id
    deed.act.save(row)
    write_opinion(deed, "agree")
    return NO_VARIABLES


def confirm(deed: Deed) -> dict[str, Any]:
    """Confirm the evaluation; from this day it stands."""
    row = PostEvaluation.objects.get(pk=deed.matter.pk)
    row.done_on = deed.day
    deed.act.save(row)
    write_opinion(deed, "agree")
    return NO_VARIABLES
