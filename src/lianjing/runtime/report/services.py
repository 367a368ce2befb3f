"""Keeping, changing and ending a named report, and setting its next day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from lianjing.kernel.process.calendar import WorkCalendar
from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.org.queries import actor_at, posts_held
from lianjing.runtime.process.clocks import calendar
from lianjing.runtime.report.models import NamedReport
from lianjing.runtime.trail.act import SYSTEM, Actor, legal_day, recorded

SCHEDULES = ("", "daily", "weekly", "monthly")
LONGEST_NAME, LONGEST_QUERY = 60, 2000
MOST = 100  # reports of one person
PAGING = ("page", "after", "before", "per_page", "export", "cols", "group", "reason")


def keep_report(
    *,
    person_id: int,
    name: str,
    path: str,
    query: str,
    columns: Sequence[str],
    group: str,
    schedule: str,
    is_shared: bool,
    now: datetime,
) -> NamedReport:
    """Keep a list page under a name; BadInput names what cannot be taken. A name of one's own is replaced."""
    name = " ".join(name.split())
    _require(name, query, schedule)
    day = legal_day(now)
    actor = _actor(person_id, day)
    mine = NamedReport.objects.filter(person_id=person_id, ended_on__isnull=True)
    report = mine.filter(name=name).first()
    if report is None and mine.count() >= MOST:
        raise BadInput(_("您的报表已达上限，请先停用不再需要的"), "name")
    report = report or NamedReport(name=name, person_id=person_id)
    report.path, report.query = path, _asked(query, columns, group)
    report.unit_id = actor.unit_id if is_shared else None
    report.schedule, report.next_on = schedule, next_day(schedule, day, calendar())
    with recorded("report.keep", chain=f"person:{person_id}", actor=actor, now=now, role="entered") as act:
        return act.save(report)


def end_report(*, report_id: int, person_id: int, now: datetime) -> None:
    """End a report of one's own; Refusal(SCOPE) for anybody else's."""
    report = NamedReport.objects.filter(pk=report_id, person_id=person_id, ended_on__isnull=True).first()
    if report is None:
        raise Refusal(Ground.SCOPE, "scope.report", _("没有该报表，或不是您建立的"))
    day = legal_day(now)
    report.ended_on, report.next_on = day, None
    with recorded("report.end", chain=f"person:{person_id}", actor=_actor(person_id, day), now=now) as act:
        act.save(report)


def move_on(report: NamedReport, now: datetime) -> None:
    """Set the day after this one on which a report is made again."""
    day = legal_day(now)
    report.next_on = next_day(report.schedule, day, calendar())
    with recorded("report.schedule", chain=f"person:{report.person_id}", actor=SYSTEM, now=now) as act:
        act.save(report)


def next_day(schedule: str, day: date, working: WorkCalendar) -> date | None:
    """Return the next day of a rhythm after a day: the next working day, Monday, first of the month; None for none."""
    match schedule:
        case "daily":
            return working.add_working_days(day, 1)
        case "weekly":
            return day + timedelta(days=7 - day.weekday())
        case "monthly":
            return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
    return None


def due(day: date) -> QuerySet[NamedReport]:
    """Return the reports that are to be made by a day."""
    return NamedReport.objects.filter(next_on__lte=day, ended_on__isnull=True).order_by("id")


def reports_for(person_id: int, day: date) -> QuerySet[NamedReport]:
    """Return one's own reports and those shared in the units where one holds a post today."""
    units = {held.post.unit_id for held in posts_held(person_id, day)}
    rows = NamedReport.objects.filter(Q(person_id=person_id) | Q(unit_id__in=units), ended_on__isnull=True)
    return rows.select_related("person", "unit").order_by("name", "id")


def _require(name: str, query: str, schedule: str) -> None:
    if not name or len(name) > LONGEST_NAME:
        raise BadInput(_("请填写报表名称，不超过六十字"), "name")
    if len(query) > LONGEST_QUERY:
        raise BadInput(_("筛选条件过长"), "query")
    if schedule not in SCHEDULES:
        raise BadInput(_("没有这种生成周期"), "schedule")


def _asked(query: str, columns: Sequence[str], group: str) -> str:
    """The query of the list without paging, with the columns and the grouping of the report."""
    given = QueryDict(query)
    kept = [(name, value) for name in given if name not in PAGING for value in given.getlist(name)]
    keys = [key for key in columns if key.replace("_", "").isalnum()]
    if keys:
        kept.append(("cols", ",".join(keys)))
    if group.replace("_", "").isalnum():
        kept.append(("group", group))
    return urlencode(kept)


def _actor(person_id: int, day: date) -> Actor:
    """The person at any post of today; Refusal(POST) for one who holds none."""
    held = posts_held(person_id, day)
    if not held:
        raise Refusal(Ground.POST, "post.none_today", _("您今日没有在任岗位，不能进入业务页面"))
    return actor_at(person_id, held[0].post.pk, day)
