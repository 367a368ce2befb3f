"""Controls of risk points: entered, ended, tested; which points stand without a working one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime import codes
from lianjing.runtime.org.queries import unit_and_below
from lianjing.runtime.process.desk import actor_near
from lianjing.runtime.regulation.queries import clause_on
from lianjing.runtime.risk.models import Control, ControlTest, RiskPoint
from lianjing.runtime.risk.register import writer
from lianjing.runtime.trail.act import Actor, legal_day, recorded
from lianjing.runtime.trail.registry import trailed_models

TESTERS = ("supervisor", "reviewer", "head", "approver")
WORKS, PARTLY, FAILS, UNTESTED, LAPSED, NONE = "works", "partly", "fails", "untested", "lapsed", "none"


@dataclass(frozen=True, slots=True)
class Standing:
    """How a risk point is guarded: its living controls, the tests of this year, and the gap ("" for none)."""

    living: int
    working: int
    gap: str


@dataclass(frozen=True, slots=True)
class Draft:
    """What a control says: bound to a step, a clause or an indicator, at least one of them."""

    description: str
    kind: str
    step_key: str = ""
    indicator_code: str = ""
    clause: str = ""


def add(*, point_id: int, draft: Draft, person_id: int, now: datetime, key: str = "") -> Control:
    """Enter a control of a risk point from today; also once the register is adopted, for a gap is closed at once."""
    day = legal_day(now)
    actor, point = writer(person_id, day), _reach(point_id)
    with recorded("risk.control", chain="installation:1", actor=actor, now=now, request_key=key) as act:
        _require_own(point, actor, day)
        _check(draft, day)
        return act.save(
            Control(
                risk_point=point,
                kind=draft.kind,
                description=draft.description.strip(),
                step_key=draft.step_key.strip(),
                indicator_code=draft.indicator_code.strip(),
                clause=draft.clause.strip(),
                from_on=day,
                test_result=UNTESTED,
            )
        )


def _check(draft: Draft, day: date) -> None:
    if not draft.description.strip():
        raise BadInput(_("请写明措施"), "description")
    if draft.kind not in codes.codes("control_kind"):
        raise BadInput(_("请选择类型"), "kind")
    if not (draft.step_key.strip() or draft.indicator_code.strip() or draft.clause.strip()):
        raise BadInput(_("内控措施须对应环节、监督模型或者条款"), "clause")
    if draft.clause.strip() and clause_on(draft.clause.strip(), day) is None:
        raise BadInput(_("没有该条款，或者该条款未施行"), "clause")


def end(*, control_id: int, reason: str, person_id: int, now: datetime, key: str = "") -> Control:
    """End a control with a reason: from today it guards no more."""
    day = legal_day(now)
    actor, row = writer(person_id, day), _control(control_id)
    with recorded("risk.control_end", chain="installation:1", actor=actor, now=now, request_key=key) as act:
        row.read_again()
        _require_own(row.risk_point, actor, day)
        if row.to_on is not None:
            raise Refusal(Ground.STALE, "control.ended", _("该措施已停止"))
        if not reason.strip():
            raise BadInput(_("请写明理由"), "reason")
        row.to_on, act.reason = day, reason.strip()
        return act.save(row)


def record_test(
    *,
    control_id: int,
    result: str,
    evidence: str,
    person_id: int,
    now: datetime,
    evidence_ref: str = "",
    key: str = "",
) -> ControlTest:
    """Test a control today: result and what was looked at, with a row of the trail where one is named ("table:key").

    Who owns the risk point does not test its controls (checker is not the owner).
    """
    day = legal_day(now)
    actor, row = actor_near(person_id, day, kinds=TESTERS, own_only=True), _control(control_id)
    with recorded("risk.control_test", chain="installation:1", actor=actor, now=now, request_key=key) as act:
        row.read_again()
        if row.to_on is not None:
            raise Refusal(Ground.STALE, "control.ended", _("该措施已停止"))
        if row.risk_point.owner_person_id in (person_id, actor.on_behalf_of_id or -1):
            raise Refusal(Ground.CONFLICT, "control.own_test", _("风险点的责任人不测试自己的内控措施"))
        if result not in (WORKS, PARTLY, FAILS):
            raise BadInput(_("请选择测试结论"), "result")
        if not evidence.strip():
            raise BadInput(_("请写明测试依据"), "evidence")
        table, key_of_row = _evidence(evidence_ref)
        made = act.save(
            ControlTest(
                control=row,
                tested_on=day,
                person_id=person_id,
                result=result,
                evidence=evidence.strip(),
                evidence_table=table,
                evidence_key=key_of_row,
            )
        )
        row.tested_on, row.test_result = day, result
        act.save(row)
        return made


def _evidence(reference: str) -> tuple[str, str]:
    if not reference.strip():
        return "", ""
    table, _colon, key = reference.strip().partition(":")
    model = {each._meta.db_table: each for each in trailed_models()}.get(table)
    try:
        is_there = model is not None and model._default_manager.filter(pk=key).exists()
    except (ValueError, ValidationError):
        is_there = False
    if not is_there:
        raise BadInput(_("没有该证据记录"), "evidence_ref")
    return table, key


def _reach(point_id: int) -> RiskPoint:
    row = RiskPoint.objects.filter(pk=point_id, is_active=True).first()
    if row is None:
        raise Refusal(Ground.SCOPE, "scope.risk", _("没有该风险点"))
    return row


def _control(control_id: int) -> Control:
    row = Control.objects.select_related("risk_point").filter(pk=control_id).first()
    if row is None:
        raise Refusal(Ground.SCOPE, "scope.control", _("没有该内控措施"))
    return row


def _require_own(point: RiskPoint, actor: Actor, day: date) -> None:
    if point.unit_id is not None and point.unit_id not in unit_and_below(actor.unit_id or 0, day):
        raise Refusal(Ground.SCOPE, "risk.other_unit", _("只能填报本单位及下属单位的风险点"))


def standings(points: Iterable[RiskPoint], day: date) -> dict[int, Standing]:
    """Return for each point how it is guarded on a day: a control works when its test of the last year says so."""
    controls: dict[int, list[Control]] = defaultdict(list)
    rows = Control.objects.filter(risk_point__in=[each.pk for each in points], from_on__lte=day)
    for row in rows.order_by("pk"):
        if row.to_on is None or row.to_on > day:
            controls[row.risk_point_id].append(row)
    return {each.pk: _standing(controls[each.pk], day) for each in points}


def _standing(controls: Sequence[Control], day: date) -> Standing:
    states = [state_of(row, day) for row in controls]
    working = states.count(WORKS)
    if working:
        return Standing(len(controls), working, "")
    order = (FAILS, PARTLY, LAPSED, UNTESTED)
    gap = next((each for each in order if each in states), NONE)
    return Standing(len(controls), 0, gap)


def state_of(row: Control, day: date) -> str:
    """Return what the last test of a control is worth on a day: its result, lapsed after a year, or untested."""
    if row.tested_on is None or row.test_result in ("", UNTESTED):
        return UNTESTED
    return LAPSED if row.tested_on <= year_before(day) else str(row.test_result)


def year_before(day: date) -> date:
    """Return the same day of the year before; 28 February for the 29th."""
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=day.day - 1)
