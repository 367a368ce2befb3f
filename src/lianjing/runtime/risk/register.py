"""The register of integrity risk points by year: proposed, written by units, adopted, carried into the next year."""

from __future__ import annotations

import csv
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib.resources import files

from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime import codes
from lianjing.runtime.meeting.models import AgendaItem
from lianjing.runtime.org.models import Person, Post, Unit
from lianjing.runtime.org.queries import actor_with, unit_and_below
from lianjing.runtime.parameter.queries import figure
from lianjing.runtime.process.desk import actor_near
from lianjing.runtime.risk.models import Control, RegisterAdoption, RiskPoint
from lianjing.runtime.trail.act import Act, Actor, legal_day, recorded

WRITERS = ("head", "approver", "reviewer")
SECRETARY = "meeting_secretary"
PARTY_COMMITTEE = "party_committee"
SEED_YEAR = 2024
# The number is the article's; the wording of each point is a proposal (marks of the shared list of figures).
SEED_MARKS = {"number": "A", "wording": "I"}


@dataclass(frozen=True, slots=True)
class Point:
    """What a risk point says; `level` only where no score is given."""

    description: str
    kind: str
    domain: str
    level: str = ""
    unit_id: int | None = None
    post_id: int | None = None
    owner_person_id: int | None = None
    probability: int | None = None
    impact: int | None = None


@cache
def seed() -> tuple[dict[str, str], ...]:
    """Return the proposed points of 2024 with a control each, in the order of the file."""
    text = (files("lianjing.runtime.risk") / "seed_2024.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))


def writer(person_id: int, day: date) -> Actor:
    """Return who writes the register: a head, approver or reviewer of a unit at his own post."""
    return actor_near(person_id, day, kinds=WRITERS, own_only=True)


def adoption_of(year: int) -> RegisterAdoption | None:
    """Return the adoption of a year's register, None while it is a draft."""
    return RegisterAdoption.objects.select_related("agenda_item__meeting", "person").filter(year=year).first()


def propose(*, year: int, person_id: int, now: datetime, key: str = "") -> int:
    """Take the proposed points into an empty register of a year; returns how many. One act."""
    actor = writer(person_id, legal_day(now))
    with _act("risk.propose", actor, now, key) as act:
        _require_draft(year)
        if RiskPoint.objects.filter(year=year).exists():
            raise Refusal(Ground.STALE, "risk.not_empty", _("该年度清单已有风险点"))
        for row in seed():
            _seeded(act, year, row)
        return len(seed())


def _seeded(act: Act, year: int, row: dict[str, str]) -> None:
    point = act.save(
        RiskPoint(
            year=year,
            no=int(row["no"]),
            domain=row["domain"],
            kind=row["kind"],
            description=row["description"],
            level=row["level"],
        )
    )
    act.save(
        Control(
            risk_point=point,
            kind=row["control_kind"],
            description=row["control"],
            indicator_code=row["indicator"],
            clause=row["clause"],
            from_on=act.day,
            test_result="untested",
        )
    )


def carry(*, from_year: int, person_id: int, now: datetime, key: str = "") -> int:
    """Carry the points in force and their living controls into the next year's empty draft; returns how many."""
    day = legal_day(now)
    actor = writer(person_id, day)
    with _act("risk.carry", actor, now, key) as act:
        year = from_year + 1
        _require_draft(year)
        if RiskPoint.objects.filter(year=year).exists():
            raise Refusal(Ground.STALE, "risk.not_empty", _("该年度清单已有风险点"))
        rows = list(RiskPoint.objects.filter(year=from_year, is_active=True).order_by("no"))
        if not rows:
            raise BadInput(_("上一年度没有有效的风险点"), "year")
        for number, row in enumerate(rows, start=1):
            controls = list(Control.objects.filter(risk_point=row, to_on__isnull=True).order_by("pk"))
            copy = act.save(_copied(row, year, number))
            for control in controls:
                act.save(_control_copied(control, copy, day))
        return len(rows)


def _copied(row: RiskPoint, year: int, number: int) -> RiskPoint:
    names = ("unit_id", "post_id", "domain", "kind", "description", "probability", "impact", "level")
    kept = {name: getattr(row, name) for name in names}
    return RiskPoint(year=year, no=number, owner_person_id=row.owner_person_id, **kept)


def _control_copied(row: Control, point: RiskPoint, day: date) -> Control:
    kept = {
        name: getattr(row, name) for name in ("kind", "description", "step_key", "indicator_code", "clause")
    }
    return Control(risk_point=point, from_on=day, test_result="untested", **kept)


def put_point(
    *, year: int, point: Point, person_id: int, now: datetime, point_id: int | None = None, key: str = ""
) -> RiskPoint:
    """Enter a risk point in a draft, or write one anew; for one's own unit and those below.

    Refusal(STALE) once the register is adopted; BadInput for a field outside its list. With probability and impact
    the level is their product by the parameters of the day.
    """
    actor = writer(person_id, legal_day(now))
    with _act("risk.put", actor, now, key) as act:
        _require_draft(year)
        row = _row_of(year, point_id)
        _check_point(point, actor, act.day)
        row.description, row.kind, row.domain = point.description.strip(), point.kind, point.domain
        row.unit_id, row.post_id, row.owner_person_id = point.unit_id, point.post_id, point.owner_person_id
        row.probability, row.impact = point.probability, point.impact
        row.level = level_of(point, act.day)
        return act.save(row)


def _row_of(year: int, point_id: int | None) -> RiskPoint:
    if point_id is None:
        last = RiskPoint.objects.filter(year=year).order_by("-no").values_list("no", flat=True).first()
        return RiskPoint(year=year, no=(last or 0) + 1)
    row = RiskPoint.objects.filter(pk=point_id, year=year).first()
    if row is None:
        raise Refusal(Ground.SCOPE, "scope.risk", _("没有该风险点"))
    return row


def _check_point(point: Point, actor: Actor, day: date) -> None:
    if not point.description.strip():
        raise BadInput(_("请写明风险内容"), "description")
    for name, value, listed in (("kind", point.kind, "risk_kind"), ("domain", point.domain, "domain")):
        if value not in codes.codes(listed):
            raise BadInput(_("请从清单中选择"), name)
    if not Unit.objects.filter(pk=point.unit_id or 0).exists():
        raise BadInput(_("请选择单位"), "unit")
    if point.unit_id not in unit_and_below(actor.unit_id or 0, day):
        raise Refusal(Ground.SCOPE, "risk.other_unit", _("只能填报本单位及下属单位的风险点"))
    if point.post_id and not Post.objects.filter(pk=point.post_id, unit_id=point.unit_id).exists():
        raise BadInput(_("请选择该单位的岗位"), "post")
    if point.owner_person_id and not Person.objects.filter(pk=point.owner_person_id).exists():
        raise BadInput(_("请选择责任人"), "owner")


def level_of(point: Point, day: date) -> str:
    """Return the level: by probability × impact where both are given, else the one stated."""
    most = int(figure("risk.score_max", day))
    given = (point.probability, point.impact)
    if point.probability is None or point.impact is None:
        if any(each is not None for each in given) or point.level not in codes.codes("risk_level"):
            raise BadInput(_("请填写可能性和影响，或者选择等级"), "level")
        return point.level
    if not (1 <= point.probability <= most and 1 <= point.impact <= most):
        raise BadInput(_("可能性和影响为1至%(most)s分") % {"most": most}, "probability")
    score = point.probability * point.impact
    if score >= int(figure("risk.high_from_points", day)):
        return "high"
    return "mid" if score >= int(figure("risk.mid_from_points", day)) else "low"


def drop_point(*, point_id: int, reason: str, person_id: int, now: datetime, key: str = "") -> RiskPoint:
    """Take a point out of a draft: it stays with its reason, but counts no more."""
    actor = writer(person_id, legal_day(now))
    with _act("risk.drop", actor, now, key) as act:
        row = RiskPoint.objects.filter(pk=point_id).first()
        if row is None:
            raise Refusal(Ground.SCOPE, "scope.risk", _("没有该风险点"))
        _require_draft(row.year)
        if row.unit_id is not None and row.unit_id not in unit_and_below(actor.unit_id or 0, act.day):
            raise Refusal(Ground.SCOPE, "risk.other_unit", _("只能填报本单位及下属单位的风险点"))
        if not reason.strip():
            raise BadInput(_("请写明理由"), "reason")
        act.reason, row.is_active = reason.strip(), False
        return act.save(row)


def adopt(
    *,
    year: int,
    person_id: int,
    now: datetime,
    agenda_item_id: int | None = None,
    paper: str = "",
    adopted_on: date | None = None,
    key: str = "",
) -> RegisterAdoption:
    """Enter that the party committee adopted the register: an item that it passed, or its paper with number and day.

    By the meeting's secretary. Refusal(RULE) for an item of another body or one that was not passed, and for a
    register with a point that has no unit or no control.
    """
    actor = actor_with(person_id, SECRETARY, legal_day(now))
    with _act("risk.adopt", actor, now, key) as act:
        _require_draft(year)
        rows = RiskPoint.objects.filter(year=year, is_active=True)
        if not rows.exists():
            raise Refusal(Ground.RULE, "risk.empty", _("清单没有风险点，不能审定"))
        bare = rows.exclude(pk__in=Control.objects.filter(to_on__isnull=True).values("risk_point_id"))
        if bare.exists():
            raise Refusal(Ground.RULE, "risk.bare_point", _("有风险点没有内控措施，不能审定"))
        item = _passed(agenda_item_id)
        day = item.decided_on if item is not None else adopted_on
        if item is None and (not paper.strip() or day is None):
            raise BadInput(_("请选择党工委会议通过的议题，或者填写文号和审定日"), "paper")
        if day is None or day > act.day:
            raise BadInput(_("审定日不能晚于今天"), "adopted_on")
        return act.save(
            RegisterAdoption(
                year=year,
                agenda_item=item,
                paper=paper.strip(),
                adopted_on=day,
                points=rows.count(),
                person_id=person_id,
            )
        )


def _passed(agenda_item_id: int | None) -> AgendaItem | None:
    if agenda_item_id is None:
        return None
    item = AgendaItem.objects.select_related("meeting").filter(pk=agenda_item_id).first()
    if item is None or item.meeting.kind != PARTY_COMMITTEE or item.result not in ("passed", "conditional"):
        raise Refusal(Ground.RULE, "risk.not_passed", _("该议题不是党工委会议通过的议题"))
    return item


def _require_draft(year: int) -> None:
    if RegisterAdoption.objects.filter(year=year).exists():
        raise Refusal(Ground.STALE, "risk.adopted", _("该年度清单已审定，不再改动；请在下一年度清单中调整"))


def _act(verb: str, actor: Actor, now: datetime, key: str) -> AbstractContextManager[Act]:
    return recorded(verb, chain="installation:1", actor=actor, now=now, request_key=key)
