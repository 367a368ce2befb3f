"""The supervision plan of a domain: at each stage, what is checked, on whose line, by whom, when it last ran."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import Any

from django.db.models import Count, Max, Q

from lianjing.kernel.declaration import Text
from lianjing.runtime.org.models import Appointment
from lianjing.runtime.trail.models import Event

PLAN = "supervision_plan.toml"


@dataclass(frozen=True, slots=True)
class CheckPoint:
    """One check of the plan. `acts` are the acts in which it runs; `rules` the rules by which it refuses."""

    key: str
    stage: str
    line: str  # business: the unit checks itself; supervision: the stationed group looks
    title: Text
    owner_post: str
    clause: str
    acts: tuple[str, ...]
    rules: tuple[str, ...]
    step: str = ""  # narrows a general act to one step or stage


@dataclass(frozen=True, slots=True)
class Standing:
    """A check point with what the trail says of it: None where it never ran."""

    point: CheckPoint
    owners: tuple[str, ...]
    last_run: datetime | None
    runs: int
    fired: int
    last_fired: datetime | None


@cache
def plan(package: str) -> tuple[CheckPoint, ...]:
    """Return the check points that a domain's package ships, in the order of the file; none where it has no file."""
    place = files(package) / PLAN
    if not place.is_file():
        return ()
    return tuple(_point(row) for row in tomllib.loads(place.read_text(encoding="utf-8"))["check_point"])


def _point(row: dict[str, Any]) -> CheckPoint:
    return CheckPoint(
        key=row["key"],
        stage=row["stage"],
        line=row["line"],
        title=Text(row["zh"], row["en"]),
        owner_post=row["owner_post"],
        clause=row["clause"],
        acts=tuple(row["acts"]),
        rules=tuple(row.get("rules", ())),
        step=row.get("step", ""),
    )


def standings(package: str, day: date) -> Sequence[Standing]:
    """Return every check point of a package with its owners of the day and what the trail says of its runs."""
    points = plan(package)
    owners = holders_of({point.owner_post for point in points}, day)
    return [_standing(point, owners.get(point.owner_post, ())) for point in points]


def _standing(point: CheckPoint, owners: tuple[str, ...]) -> Standing:
    ran = Q(act__in=point.acts)
    if point.step:
        ran &= Q(step_key=point.step)
    told = Event.objects.filter(ran).aggregate(last=Max("recorded_at"), runs=Count("id"))
    stopped = Event.objects.filter(ran, is_refused=True)
    if point.rules:
        stopped = stopped.filter(refused_rule__in=point.rules)
    fired = stopped.aggregate(last=Max("recorded_at"), runs=Count("id"))
    return Standing(point, owners, told["last"], told["runs"], fired["runs"], fired["last"])


def holders_of(posts: set[str], day: date) -> dict[str, tuple[str, ...]]:
    """Return who holds each standard post on a day, inside the service."""
    held = (
        Appointment.objects.filter(post__key__in=posts, from_on__lte=day)
        .filter(Q(to_on__isnull=True) | Q(to_on__gte=day))
        .exclude(post__unit__kind="outside")
        .select_related("person", "post")
        .order_by("post__unit__code", "id")
    )
    found: dict[str, list[str]] = {}
    for each in held:
        names = found.setdefault(each.post.key, [])
        if each.person.name not in names:
            names.append(each.person.name)
    return {key: tuple(names) for key, names in found.items()}
