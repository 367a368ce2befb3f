"""Recognition step by step: applied for, accepted, investigated by two, decided, served."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from lianjing.domains.injury.models import Injury, InjuryRecognition
from lianjing.domains.injury.rules import clock
from lianjing.kernel.refusal import Ground, Refusal
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.parameter.queries import figure
from lianjing.runtime.process.deed import Deed

NO_VARIABLES: dict[str, Any] = {}


def may_open(parent: Any, day: Any) -> None:
    """Refuse a second recognition while one runs or after one that was decided."""
    live = Matter.objects.filter(parent_id=parent.pk, kind="injury_recognition").exclude(outcome="withdrawn")
    if live.exists():
        raise Refusal(Ground.GATE, "injury.recognised_once", _("该工伤已有认定申请"), "injury_regulation#17")


def may_withdraw(matter: Any) -> None:
    """Refuse to take an application back once it is decided."""
    row = InjuryRecognition.objects.filter(pk=matter.pk).first()
    if row is not None and row.decision_no:
        raise Refusal(Ground.RULE, "injury.decided", _("认定已作出决定，不能撤销"), "injury_regulation#20")


def figures_of(deed: Deed) -> clock.Figures:
    """Return the figures in force on the day of the act."""
    return lambda key: figure(key, deed.day)


def record_of(deed: Deed) -> InjuryRecognition:
    """Return the recognition of the deed's matter."""
    return InjuryRecognition.objects.select_related("injury").get(pk=deed.matter.pk)


def apply(deed: Deed) -> dict[str, Any]:
    """Enter the application within its term; a late employer bears the costs before it (zj_injury_regulation#13)."""
    data, injury = deed.data, Injury.objects.get(pk=deed.root.pk)
    clock.check_applied(injury.injured_on, data["applied_on"], data["applicant"], figures_of(deed))
    row = InjuryRecognition.objects.filter(pk=deed.matter.pk).first() or InjuryRecognition(
        matter=deed.matter, injury=injury
    )
    row.applicant_name, row.course_text = data["applicant_name"], data["course_text"]
    injury.applicant, injury.applied_on = data["applicant"], data["applied_on"]
    deed.act.save(row)
    deed.act.save(injury)
    return NO_VARIABLES


def accept(deed: Deed) -> dict[str, Any]:
    """Accept: from today run fifteen days where the facts are clear, sixty otherwise (injury_regulation#20)."""
    row = record_of(deed)
    row.is_clear = bool(deed.data["is_clear"])
    row.due_on = clock.decision_due(deed.day, figures_of(deed), is_clear=row.is_clear)
    row.injury.accepted_on = deed.day
    deed.matter.due_on = row.due_on
    for each in (row, row.injury, deed.matter):
        deed.act.save(each)
    return NO_VARIABLES


def investigate(deed: Deed) -> dict[str, Any]:
    """Write what the first investigator found."""
    row = record_of(deed)
    row.investigated_by_a_person_id, row.investigated_by_b_person_id = deed.person_id, None
    row.finding_text = deed.data["finding_text"]
    deed.act.save(row)
    return NO_VARIABLES


def second(deed: Deed) -> dict[str, Any]:
    """Add what the second investigator found; two different persons (zone_injury#11)."""
    row = record_of(deed)
    row.investigated_by_b_person_id = deed.person_id
    row.finding_text = f"{row.finding_text}\n{deed.data['finding_text']}"
    deed.act.save(row)
    return NO_VARIABLES


CLAUSE_OF = {
    "injury": "injury_regulation#14",
    "deemed": "injury_regulation#15",
    "refused": "injury_regulation#16",
}


def decide(deed: Deed) -> dict[str, Any]:
    """Decide by a person who did not investigate; the paper cites the article of the case."""
    row, data = record_of(deed), deed.data
    row.decision_no, row.reason_text = data["decision_no"].strip(), data["reason_text"]
    row.clause = CLAUSE_OF[data["decision"]]
    row.injury.decision, row.injury.decided_on = data["decision"], deed.day
    deed.act.save(row)
    deed.act.save(row.injury)
    return NO_VARIABLES


def serve(deed: Deed) -> dict[str, Any]:
    """Enter the day on which the decision reached the parties; not before it was made."""
    row, served = record_of(deed), deed.data["served_on"]
    if row.injury.decided_on is None or served < row.injury.decided_on:
        raise Refusal(Ground.RULE, "injury.served_early", _("送达日早于决定日"), "injury_regulation#20")
    row.served_on = served
    deed.act.save(row)
    return NO_VARIABLES
