"""The end of the loop: close-out with root cause, lowering the colour, looking back, reopening, what is overdue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime import codes
from lianjing.runtime.finding import deadlines
from lianjing.runtime.finding.acting import act_on, chief, require_state, supervisor
from lianjing.runtime.finding.assigning import chiefs, close_step, group_of, open_step, tell
from lianjing.runtime.finding.loop import HOLDS
from lianjing.runtime.finding.models import ChangeRequest, Finding, FindingStep
from lianjing.runtime.finding.recusal import refuse_own
from lianjing.runtime.finding.visibility import open_for
from lianjing.runtime.trail.act import SYSTEM, legal_day, recorded

COLOURS = ("red", "orange", "yellow", "blue")
ASKS_FOR_CHANGE = ("rule_gap", "system_gap")
IN_HAND = ("assigned", "signed_in", "verified", "handled", "fed_back", "reviewed", "reopened")


@dataclass(frozen=True, slots=True)
class Ending:
    """What a close-out says: root cause, its words, the form of handling; harm and class may be set right."""

    root_cause: str = ""
    root_cause_text: str = ""
    result_form: str = ""
    harm: str = ""
    violation: str = ""


def close(*, finding_id: int, ending: Ending, person_id: int, now: datetime, key: str = "") -> Finding:
    """Close a reviewed finding (销号). One that holds needs root cause, class and form of handling; a gap in a rule
    or in the system needs a request to change a rule.
    """
    day = legal_day(now)
    row, actor = open_for(person_id, finding_id, day), supervisor(person_id, day)
    parts = [
        ending.root_cause,
        ending.root_cause_text.strip(),
        ending.result_form,
        ending.harm,
        ending.violation,
    ]
    with act_on("finding.close", row, actor, now, key=key, parts=parts) as (act, done):
        if done:
            return row
        require_state(row, "reviewed")
        refuse_own(row, actor)
        if row.verdict in HOLDS:
            _take_ending(row, ending)
        row.state, row.closed_on, row.due_on = "closed", act.day, None
        close_step(act, row, "close", row.root_cause_text)
        return act.save(row)


def _take_ending(row: Finding, ending: Ending) -> None:
    if ending.root_cause not in codes.codes("root_cause_kind") or not ending.root_cause_text.strip():
        raise Refusal(Ground.RULE, "finding.no_root_cause", _("属实的预警须查明根因并写明分析，方可销号"))
    row.harm, row.violation = ending.harm or row.harm, ending.violation or row.violation
    if row.violation not in codes.codes("violation_kind"):
        raise BadInput(_("请选择违规类型"), "violation")
    if ending.result_form not in codes.codes("four_forms"):
        raise BadInput(_("请选择处理形态"), "result_form")
    if ending.root_cause in ASKS_FOR_CHANGE and not ChangeRequest.objects.filter(finding=row).exists():
        raise Refusal(
            Ground.RULE, "finding.no_change_request", _("根因在制度或系统的，须先提出制度修改建议，方可销号")
        )
    row.root_cause, row.root_cause_text = ending.root_cause, ending.root_cause_text.strip()
    row.result_form = ending.result_form


def lower_colour(
    *, finding_id: int, severity: str, text: str, person_id: int, now: datetime, key: str = ""
) -> Finding:
    """Lower the colour, only after a verified correction."""
    day = legal_day(now)
    row, actor = open_for(person_id, finding_id, day), supervisor(person_id, day)
    with act_on("finding.lower_colour", row, actor, now, key=key, parts=[severity, text.strip()]) as (
        act,
        done,
    ):
        if done:
            return row
        refuse_own(row, actor)
        if row.corrected_on is None or row.state not in ("reviewed", "closed"):
            raise Refusal(Ground.RULE, "finding.not_corrected", _("整改经复核认可之后方可降色"))
        if severity not in COLOURS or COLOURS.index(severity) <= COLOURS.index(row.severity):
            raise BadInput(_("请选择较低的颜色"), "severity")
        if not text.strip():
            raise BadInput(_("请写明降色理由"), "text")
        row.severity = severity
        close_step(act, row, "lower_colour", text.strip())
        return act.save(row)


def look_back(
    *, finding_id: int, holds: bool, text: str, person_id: int, now: datetime, key: str = ""
) -> Finding:
    """Look at a closed finding again (回头看): it holds, or it is opened anew."""
    day = legal_day(now)
    row, actor = open_for(person_id, finding_id, day), supervisor(person_id, day)
    with act_on("finding.look_back", row, actor, now, key=key, parts=[str(holds), text.strip()]) as (
        act,
        done,
    ):
        if done:
            return row
        require_state(row, "closed")
        refuse_own(row, actor)
        if not text.strip():
            raise BadInput(_("请写明回头看情况"), "text")
        close_step(act, row, "look_back" if holds else "reopen", text.strip())
        if not holds:
            row.state, row.closed_on, row.verdict = "reopened", None, ""
            row.corrected_on, row.person = None, None
            due = deadlines.working_days(deadlines.SIGN_IN, act.day, row.unit_id)
            open_step(act, row, "sign_in", due)
            tell(act, row, chiefs(group_of(row.unit_id), act.day), text.strip())
        return act.save(row)


def escalate(*, finding_id: int, text: str, person_id: int, now: datetime, key: str = "") -> Finding:
    """Raise a finding that stands overdue to formal supervision (升级督办), by the head of the group."""
    day = legal_day(now)
    row, actor = open_for(person_id, finding_id, day), chief(person_id, day)
    with act_on("finding.escalate", row, actor, now, key=key, parts=[text.strip()]) as (act, done):
        if done:
            return row
        require_state(row, *IN_HAND)
        refuse_own(row, actor)
        close_step(act, row, "escalate", text.strip())
        return row


def escalate_due(now: datetime) -> int:
    """Tell the head of the group of each step that is overdue, once a step: an act of the system."""
    day, told = legal_day(now), 0
    late = Finding.objects.filter(state__in=IN_HAND, due_on__lt=day).select_related("indicator", "matter")
    for row in late.order_by("pk")[:200]:
        step = FindingStep.objects.filter(finding=row, done_at__isnull=True).order_by("-pk").first()
        if step is None or _was_raised(row, step):
            continue
        with recorded("finding.escalate", chain=f"finding:{row.pk}", actor=SYSTEM, now=now) as act:
            word = codes.label("finding_step_kind", step.kind)
            text = _("“%(step)s”环节逾期，提级督办") % {"step": word}
            close_step(act, row, "escalate", text)
            tell(act, row, chiefs(group_of(row.matter.unit_id if row.matter else row.unit_id), day), text)
            told += 1
    return told


def _was_raised(row: Finding, step: FindingStep) -> bool:
    raised = FindingStep.objects.filter(finding=row, kind="escalate", opened_at__gte=step.opened_at)
    return raised.exists()
