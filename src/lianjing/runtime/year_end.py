"""The turn of the year: what must be ready for the next one, and what a domain carries into it (年度结转)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from lianjing.kernel.declaration import CarriedLine, Domain, RollOver
from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.domains import domains
from lianjing.runtime.org.models import Appointment, Delegation
from lianjing.runtime.org.queries import actor_with, posts_held
from lianjing.runtime.parameter.models import Parameter
from lianjing.runtime.process.models import CalendarDay, WorkItem
from lianjing.runtime.trail.act import answered, legal_day, recorded, request_digest


@dataclass(frozen=True, slots=True)
class Readiness:
    """One thing to look at before the year ends: how many, whether it is in order, which page shows it."""

    text: str
    count: int
    is_ready: bool
    page: str


def readiness(year: int) -> list[Readiness]:
    """Return what stands between a year and the next: calendar, figures, appointments, delegations, late steps."""
    last, first = date(year, 12, 31), date(year + 1, 1, 1)
    days = CalendarDay.objects.filter(legal_day__year=year + 1)
    forecast = days.filter(is_forecast=True).count()
    ending = Q(to_on__gte=date(year, 12, 1), to_on__lte=last)
    return [
        Readiness(_("次年工作日历的天数（须为全年）"), days.count(), days.count() >= 365, "calendar"),
        Readiness(_("次年工作日历中仍为推算、尚待公布的天数"), forecast, forecast == 0, "calendar"),
        *_counted(
            (
                _("年底到期的参数"),
                Parameter.objects.filter(to_on__lte=last, to_on__gte=date(year, 12, 1)),
                "parameters",
            ),
            (_("年底到期的任职"), Appointment.objects.filter(ending), "org_appointments"),
            (
                _("跨年的授权委托"),
                Delegation.objects.filter(from_on__lte=last, to_on__gte=first),
                "org_delegations",
            ),
            (
                _("已逾期未办的环节"),
                WorkItem.objects.filter(closed_at__isnull=True, due_at__year__lte=year),
                "bottlenecks",
            ),
        ),
    ]


def _counted(*found: tuple[str, object, str]) -> list[Readiness]:
    return [Readiness(text, rows.count(), not rows.count(), page) for text, rows, page in found]  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Carrying:
    """A roll-over at the units at whose posts a person may do it."""

    domain: Domain
    roll_over: RollOver
    lines: Sequence[CarriedLine]

    @property
    def open_count(self) -> int:
        """How many lines are not carried yet."""
        return sum(not line.is_carried for line in self.lines)


def carryings(person_id: int, year: int, day: date) -> list[Carrying]:
    """Return the roll-overs of all domains that a person may do today, with their lines."""
    held = posts_held(person_id, day)
    found = []
    for domain in domains():
        for each in domain.roll_overs:
            units = {one.post.unit_id for one in held if one.post.key in each.posts}
            if units:
                found.append(Carrying(domain, each, each.lines(year, units, day)))
    return found


def roll_over(
    *,
    domain_key: str,
    roll_over_key: str,
    year: int,
    keys: Collection[str],
    person_id: int,
    now: datetime,
    key: str = "",
) -> int:
    """Carry lines of a year into the next one, once; return how many.

    Refusal where there is no such roll-over or the person does not hold its post; BadInput where nothing is chosen or
    the year is not the present or the last one.
    """
    day, found = legal_day(now), _declared(domain_key, roll_over_key)
    if year not in (day.year, day.year - 1):
        raise BadInput(_("只能结转本年度或上一年度"), "year")
    if not keys:
        raise BadInput(_("请选择要结转的项目"), "keys")
    digest = request_digest(["year_end", domain_key, roll_over_key, str(year), str(person_id), *sorted(keys)])
    if answered(key, digest) is not None:
        return 0
    actor = actor_with(person_id, found.posts[0], day)
    with recorded(
        found.verb,
        chain=f"unit:{actor.unit_id}",
        actor=actor,
        now=now,
        request_key=key,
        request_sha256=digest,
        duty="apply",
    ) as act:
        count = found.carry(act, year, keys)
        if not count:
            raise BadInput(_("所选项目都已结转"), "keys")
        return count


def undo(
    *, domain_key: str, roll_over_key: str, year: int, keys: Collection[str], person_id: int, now: datetime
) -> int:
    """Take back what was carried, as long as nothing rests on it; return how many.

    Refusal where the roll-over knows no way back, or for another post; BadInput where nothing of it was carried.
    """
    found = _declared(domain_key, roll_over_key)
    if found.undo is None:
        raise Refusal(Ground.RULE, "year_end.no_way_back", _("这一项结转不能撤销"))
    if not keys or not all(key.isascii() and key.isdigit() and len(key) < 19 for key in keys):
        raise BadInput(_("请选择要撤销的项目"), "keys")
    actor = actor_with(person_id, found.posts[0], legal_day(now))
    with recorded(
        f"{found.verb}_undo", chain=f"unit:{actor.unit_id}", actor=actor, now=now, duty="apply"
    ) as act:
        count = found.undo(act, year, keys)
        if not count:
            raise BadInput(_("所选项目没有结转"), "keys")
        return count


def _declared(domain_key: str, roll_over_key: str) -> RollOver:
    for domain in domains():
        for each in domain.roll_overs:
            if (domain.key, each.key) == (domain_key, roll_over_key):
                return each
    raise Refusal(Ground.SCOPE, "year_end.unknown", _("没有这一项结转"))
