"""Assessment of the ability to work: applied for, experts as drawn, concluded, served; a second one within its days."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from lianjing.domains.injury.models import Injury, InjuryAssessment, InjuryRecognition
from lianjing.domains.injury.queries.cases import RECOGNISED
from lianjing.domains.injury.rules import clock
from lianjing.domains.injury.services.recognition import NO_VARIABLES, figures_of
from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.draw.queries import drawn, picks
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.process.deed import Deed

KIND = "assessment_expert"


def require_recognised(injury_id: int) -> None:
    """Refuse what follows a recognition before it was made and served (injury_regulation#20)."""
    served = InjuryRecognition.objects.filter(injury_id=injury_id, served_on__isnull=False)
    if not served.filter(injury__decision__in=RECOGNISED).exists():
        raise Refusal(
            Ground.GATE, "injury.not_recognised", _("尚未认定工伤并送达，不能办理"), "injury_regulation#20"
        )


def may_open(parent: Any, day: Any) -> None:
    """Refuse an assessment of what is not recognised, and one beside another that runs."""
    require_recognised(parent.pk)
    if Matter.objects.filter(
        parent_id=parent.pk, kind="injury_assessment", status__in=("open", "suspended")
    ).exists():
        raise Refusal(Ground.GATE, "injury.assessed_now", _("该工伤的鉴定正在办理"), "injury_regulation#25")


def record_of(deed: Deed) -> InjuryAssessment:
    """Return the assessment of the deed's matter."""
    return InjuryAssessment.objects.select_related("injury").get(pk=deed.matter.pk)


def apply(deed: Deed) -> dict[str, Any]:
    """Enter the application; a second assessment names the first and keeps its days (injury_regulation#26)."""
    data, injury = deed.data, Injury.objects.get(pk=deed.root.pk)
    clock.check_expert_count(data["expert_count"], figures_of(deed))
    row = InjuryAssessment.objects.filter(pk=deed.matter.pk).first() or InjuryAssessment(
        matter=deed.matter, injury=injury
    )
    before = _concluded_before(injury.pk, deed.matter.pk)
    if data["is_again"] and before is None:
        raise BadInput(_("没有可以再次鉴定的结论"), "is_again")
    if before is not None:
        clock.check_reassessment(before.served_on, data["applied_on"], figures_of(deed))
    row.previous = before
    row.applied_on, row.expert_count = data["applied_on"], data["expert_count"]
    row.due_on = clock.assessment_due(row.applied_on, figures_of(deed), is_extended=False)
    deed.matter.due_on = row.due_on
    deed.act.save(row)
    deed.act.save(deed.matter)
    return NO_VARIABLES


def _concluded_before(injury_id: int, matter_id: int) -> InjuryAssessment | None:
    rows = InjuryAssessment.objects.filter(injury_id=injury_id, concluded_on__isnull=False)
    return rows.exclude(pk=matter_id).order_by("-pk").first()


def experts(deed: Deed) -> dict[str, Any]:
    """Take the panel as drawn, three or five; nobody names a member (injury_regulation#25)."""
    row = record_of(deed)
    draw = drawn(deed.matter.pk, KIND)
    if draw is None or len(picks(draw)) != row.expert_count:
        raise Refusal(
            Ground.GATE,
            "injury.not_drawn",
            _("须先随机抽取%(count)s名鉴定专家") % {"count": row.expert_count},
            "injury_regulation#25",
        )
    row.draw, row.is_extended = draw, bool(deed.data["is_extended"])
    assert row.applied_on is not None
    row.due_on = clock.assessment_due(row.applied_on, figures_of(deed), is_extended=row.is_extended)
    deed.matter.due_on = row.due_on
    deed.act.save(row)
    deed.act.save(deed.matter)
    return NO_VARIABLES


def conclude(deed: Deed) -> dict[str, Any]:
    """Enter grade and need of care; they count for benefits from now on."""
    row, data = record_of(deed), deed.data
    row.grade, row.care_level = data["grade"], data["care_level"]
    row.conclusion_no, row.concluded_on = data["conclusion_no"].strip(), data["concluded_on"]
    row.injury.grade, row.injury.care_level = row.grade, row.care_level
    deed.act.save(row)
    deed.act.save(row.injury)
    return NO_VARIABLES


def serve(deed: Deed) -> dict[str, Any]:
    """Enter the day of service: the days for a second assessment run from it."""
    row, served = record_of(deed), deed.data["served_on"]
    if row.concluded_on is None or served < row.concluded_on:
        raise Refusal(Ground.RULE, "injury.served_early", _("送达日早于决定日"), "injury_regulation#26")
    row.served_on = served
    deed.act.save(row)
    return NO_VARIABLES
