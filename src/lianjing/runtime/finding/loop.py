"""The closed loop of a finding: dispatch, sign-in, verification, handling, feedback, review, close-out; each one act."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime import codes
from lianjing.runtime.finding import deadlines
from lianjing.runtime.finding.acting import (
    act_on,
    answerer,
    chief,
    decider,
    require_state,
    supervisor,
    undertaker,
)
from lianjing.runtime.finding.assigning import assign, chiefs, close_step, group_of, open_step, release, tell
from lianjing.runtime.finding.models import Finding, FindingStep
from lianjing.runtime.finding.papers import Draft, issue
from lianjing.runtime.finding.recusal import is_free, refuse_own
from lianjing.runtime.finding.visibility import open_for
from lianjing.runtime.org.models import Unit
from lianjing.runtime.org.queries import heads_of, posts_held
from lianjing.runtime.parameter.queries import figure
from lianjing.runtime.trail.act import Act, legal_day

WITH_PAPER = {"reminder": "reminder", "talk": "talk", "suggestion": "suggestion"}
HOLDS = ("confirmed", "partly")


@dataclass(frozen=True, slots=True)
class Verified:
    """What a verification came to; `reason` is the code of why a finding does not hold."""

    verdict: str
    facts: str
    reason: str = ""
    harm: str = ""
    violation: str = ""


def dispatch(
    *,
    finding_id: int,
    unit_id: int,
    person_id: int,
    now: datetime,
    named_person_id: int | None = None,
    is_released: bool = False,
    text: str = "",
    key: str = "",
) -> Finding:
    """Give a finding to a unit (and a person of it), by the head of the group; told to the unit or kept from it."""
    day = legal_day(now)
    row, actor = open_for(person_id, finding_id, day), chief(person_id, day)
    parts = [str(unit_id), str(named_person_id), str(is_released)]
    with act_on("finding.dispatch", row, actor, now, key=key, parts=parts) as (act, done):
        if done:
            return row
        require_state(row, "new", "assigned", "reopened")
        refuse_own(row, actor)
        _require_named(row, unit_id, named_person_id, act)
        close_step(act, row, "dispatch", text.strip())
        _drop_open(act, row)
        row.unit_id, row.person_id = unit_id, named_person_id
        if is_released:
            release(act, row)
        assign(act, row)
        return row


def _require_named(row: Finding, unit_id: int, named_person_id: int | None, act: Act) -> None:
    if not Unit.objects.filter(pk=unit_id).exclude(kind="outside").exists():
        raise BadInput(_("请选择分办单位"), "unit")
    if named_person_id is None:
        return
    held = posts_held(named_person_id, act.day)
    if all(each.post.unit_id != unit_id for each in held):
        raise BadInput(_("承办人应为分办单位今日在任人员"), "person")
    if not is_free(row, named_person_id):
        raise Refusal(
            Ground.CONFLICT, "finding.named_not_free", _("承办人与该预警有关或者经办过所涉事项，应当回避")
        )


def _drop_open(act: Act, row: Finding) -> None:
    """End what was open for the former undertaker."""
    for step in FindingStep.objects.filter(finding=row, done_at__isnull=True):
        step.done_at, step.text = act.now, _("改派")
        act.save(step)


def tell_unit(*, finding_id: int, person_id: int, now: datetime, text: str = "", key: str = "") -> Finding:
    """Let the unit see a finding that was the supervisors' alone (告知单位)."""
    day = legal_day(now)
    row, actor = open_for(person_id, finding_id, day), chief(person_id, day)
    with act_on("finding.release", row, actor, now, key=key, parts=[]) as (act, done):
        if done or row.is_released:
            return row
        refuse_own(row, actor)
        release(act, row)
        row.reminded_on = row.reminded_on or act.day
        close_step(act, row, "release", text.strip())
        act.save(row)
        tell(act, row, heads_of(row.matter.unit_id if row.matter else row.unit_id, act.day))
        return row


def sign_in(*, finding_id: int, person_id: int, now: datetime, key: str = "") -> Finding:
    """Take a finding in hand; the clock of the verification begins, by colour."""
    day = legal_day(now)
    row = open_for(person_id, finding_id, day)
    actor = undertaker(row, person_id, day)
    with act_on("finding.sign_in", row, actor, now, key=key, parts=[]) as (act, done):
        if done:
            return row
        require_state(row, "assigned", "reopened")
        refuse_own(row, actor)
        close_step(act, row, "sign_in")
        row.state, row.person_id = "signed_in", person_id
        due = deadlines.working_days(deadlines.verify_key(row), act.day, row.unit_id)
        open_step(act, row, "verify", due)
        return act.save(row)


def extend(*, finding_id: int, reason: str, person_id: int, now: datetime, key: str = "") -> Finding:
    """Lengthen a verification by its own time again, as often as the parameter allows."""
    day = legal_day(now)
    row = open_for(person_id, finding_id, day)
    actor = undertaker(row, person_id, day)
    with act_on("finding.extend", row, actor, now, key=key, parts=[reason.strip()]) as (act, done):
        if done:
            return row
        require_state(row, "signed_in")
        refuse_own(row, actor)
        _require_text(reason, _("请写明延期理由"), "reason")
        most = int(figure(deadlines.EXTENSIONS, act.day))
        if row.extensions >= most:
            raise Refusal(
                Ground.RULE, "finding.extended", _("核查最多延期%(most)s次，不能再延期") % {"most": most}
            )
        step = FindingStep.objects.get(finding=row, kind="verify", done_at__isnull=True)
        row.extensions += 1
        key_of_colour = deadlines.verify_key(row)
        step.due_on = row.due_on = deadlines.working_days(key_of_colour, row.due_on or act.day, row.unit_id)
        act.save(step)
        close_step(act, row, "extend", reason.strip())
        return act.save(row)


def verify(*, finding_id: int, found: Verified, person_id: int, now: datetime, key: str = "") -> Finding:
    """Say what holds: confirmed or in part, or unfounded with its reason; the latter goes to review at once."""
    day = legal_day(now)
    row = open_for(person_id, finding_id, day)
    actor = undertaker(row, person_id, day)
    parts = [found.verdict, found.facts.strip(), found.reason, found.harm, found.violation]
    with act_on("finding.verify", row, actor, now, key=key, parts=parts) as (act, done):
        if done:
            return row
        require_state(row, "signed_in")
        refuse_own(row, actor)
        _check_verified(found)
        row.state, row.verdict, row.fact_text = "verified", found.verdict, found.facts.strip()
        row.unfounded_reason = found.reason if found.verdict == "unfounded" else ""
        row.harm, row.violation = found.harm, found.violation
        close_step(act, row, "verify", row.fact_text)
        is_held = found.verdict in HOLDS
        due = deadlines.HANDLE if is_held else deadlines.REVIEW
        open_step(act, row, "handle" if is_held else "review", deadlines.working_days(due, act.day))
        act.save(row)
        tell(act, row, _group(row, act), row.fact_text)
        return row


def _check_verified(found: Verified) -> None:
    if found.verdict not in (*HOLDS, "unfounded"):
        raise BadInput(_("请选择核查结论"), "verdict")
    _require_text(found.facts, _("请写明核查的事实"), "facts")
    if found.verdict == "unfounded" and found.reason not in codes.codes("unfounded_reason"):
        raise BadInput(_("请选择不属实的原因"), "reason")
    if found.harm and found.harm not in codes.codes("harm"):
        raise BadInput(_("请选择损害类型"), "harm")
    if found.verdict in HOLDS and found.violation not in codes.codes("violation_kind"):
        raise BadInput(_("请选择违规类型"), "violation")


def handle(
    *,
    finding_id: int,
    outcome: str,
    text: str,
    person_id: int,
    now: datetime,
    paper: Draft | None = None,
    key: str = "",
) -> Finding:
    """Handle what holds: corrected, reminder, talk, suggestion or clue; a paper is issued where the handling is one."""
    day = legal_day(now)
    row = open_for(person_id, finding_id, day)
    actor = decider(row, person_id, day)
    with act_on("finding.handle", row, actor, now, key=key, parts=[outcome, text.strip()]) as (act, done):
        if done:
            return row
        require_state(row, "verified")
        if row.verdict not in HOLDS:
            raise Refusal(Ground.RULE, "finding.nothing_to_handle", _("核查不属实的预警不需处置，请复核"))
        refuse_own(row, actor)
        if outcome not in codes.codes("finding_outcome") or outcome == "no_problem":
            raise BadInput(_("请选择处置方式"), "outcome")
        _require_text(text, _("请写明处置意见"), "text")
        issued = issue(act, row, _paper_for(outcome, paper, text)) if outcome in WITH_PAPER else None
        row.state = "handled"
        release(act, row)
        close_step(act, row, "handle", text.strip(), outcome=outcome, paper=issued)
        due = deadlines.working_days(deadlines.FEEDBACK, act.day, row.unit_id)
        if issued is not None and issued.reply_due_on is not None:
            due = issued.reply_due_on
        open_step(act, row, "feed_back", due)
        act.save(row)
        tell(act, row, heads_of(row.matter.unit_id if row.matter else row.unit_id, act.day), text.strip())
        return row


def _paper_for(outcome: str, paper: Draft | None, text: str) -> Draft:
    draft = paper or Draft(kind=WITH_PAPER[outcome], demand_text=text)
    if draft.kind != WITH_PAPER[outcome]:
        raise BadInput(_("文书种类与处置方式不一致"), "kind")
    return draft


def feed_back(*, finding_id: int, text: str, person_id: int, now: datetime, key: str = "") -> Finding:
    """Tell what was done, by the unit; its papers' answers stand with them."""
    day = legal_day(now)
    row = open_for(person_id, finding_id, day)
    actor = answerer(row, person_id, day)
    with act_on("finding.feed_back", row, actor, now, key=key, parts=[text.strip()]) as (act, done):
        if done:
            return row
        require_state(row, "handled")
        _require_text(text, _("请写明整改和反馈情况"), "text")
        refuse_own(row, actor)
        row.state = "fed_back"
        close_step(act, row, "feed_back", text.strip())
        open_step(act, row, "review", deadlines.working_days(deadlines.REVIEW, act.day))
        act.save(row)
        tell(act, row, _group(row, act), text.strip())
        return row


def review(
    *, finding_id: int, is_accepted: bool, text: str, person_id: int, now: datetime, key: str = ""
) -> Finding:
    """Check what was verified and done, by a supervisor who did neither; not accepted, it goes back."""
    day = legal_day(now)
    row, actor = open_for(person_id, finding_id, day), supervisor(person_id, day)
    parts = [str(is_accepted), text.strip()]
    with act_on("finding.review", row, actor, now, key=key, parts=parts) as (act, done):
        if done:
            return row
        require_state(row, "fed_back", "verified")
        if row.state == "verified" and row.verdict in HOLDS:
            raise Refusal(Ground.STALE, "finding.moved_on", _("该预警尚未处置反馈，不能复核"))
        refuse_own(row, actor)
        _require_second(row, person_id)
        _require_text(text, _("请写明复核意见"), "text")
        due_on = row.due_on
        close_step(act, row, "review", text.strip())
        if is_accepted:
            row.state = "reviewed"
            if row.verdict in HOLDS:
                row.corrected_on = act.day
            open_step(act, row, "close", due_on)
        else:
            _send_back(act, row)
        return act.save(row)


def _send_back(act: Act, row: Finding) -> None:
    """Back to feedback where something was to be done, to verification where it was called unfounded."""
    if row.verdict in HOLDS:
        row.state = "handled"
        open_step(act, row, "feed_back", deadlines.working_days(deadlines.FEEDBACK, act.day, row.unit_id))
    else:
        row.state, row.verdict, row.unfounded_reason = "signed_in", "", ""
        due = deadlines.working_days(deadlines.verify_key(row), act.day, row.unit_id)
        open_step(act, row, "verify", due)
    tell(act, row, [row.person_id] if row.person_id else [])


def _require_second(row: Finding, person_id: int) -> None:
    done = FindingStep.objects.filter(
        finding=row, kind__in=("verify", "handle", "feed_back"), person_id=person_id
    )
    if done.exists():
        raise Refusal(Ground.CONFLICT, "finding.second_person", _("核查、处置、反馈与复核不得由同一人办理"))


def _group(row: Finding, act: Act) -> list[int]:
    """Return who heads the group that watches over the finding."""
    return chiefs(group_of(row.matter.unit_id if row.matter else row.unit_id), act.day)


def _require_text(text: str, message: str, field: str) -> None:
    if not text.strip():
        raise BadInput(message, field)
