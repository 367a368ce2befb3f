"""An empty installation: figures, calendar, rules, the conflict matrix, the first unit and three administrators."""

from __future__ import annotations

import secrets
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import Any

from lianjing.kernel.declaration import Domain
from lianjing.kernel.refusal import BadInput
from lianjing.runtime.domains import domains
from lianjing.runtime.org.models import LoginAccount, Person, Post, PowerItem, Unit
from lianjing.runtime.org.services import (
    add_appointment,
    add_person,
    add_post,
    add_unit,
    set_conflict,
    set_power_item,
)
from lianjing.runtime.parameter.queries import MissingFigure, figure
from lianjing.runtime.parameter.services import seed as seed_parameters
from lianjing.runtime.process.clocks import seed_calendar
from lianjing.runtime.regulation.services import publish_domain
from lianjing.runtime.trail.act import SYSTEM, Act, legal_day, recorded

INSTALLATION = "installation:1"
# The base set of incompatible duties (papers 1.0; 财会〔2012〕21号): all in one matter.
CONFLICTS = (
    ("apply", "approve"),
    ("approve", "pay"),
    ("evaluate", "award"),
    ("measure", "approve"),
    ("audit", "recheck"),
    ("find", "recheck"),
)
ADMINISTRATORS = (
    ("system_admin", "系统管理员", "10001"),
    ("security_admin", "安全管理员", "10002"),
    ("audit_admin", "审计管理员", "10003"),
)
ANNOUNCED_TO = 2026


@dataclass(frozen=True)
class Secret:
    """A log-in made at installation and its one-time pass-phrase."""

    number: str
    role: str
    password: str


@cache
def standard_posts() -> dict[str, dict[str, Any]]:
    """Return the standard posts by key: zh, en, kind, duties, risk_level."""
    text = (files("lianjing.runtime.org") / "posts.toml").read_text(encoding="utf-8")
    return {row["key"]: row for row in tomllib.loads(text)["post"]}


def is_installed() -> bool:
    """True where the installation has been made."""
    return Unit.objects.exists()


def install(*, name: str, code: str, now: datetime, from_on: date | None = None) -> list[Secret]:
    """Make an empty installation and return its three administrators' one-time pass-phrases.

    `from_on` is the day from which the shipped rules are in force (default: the day of `now`). BadInput where an
    installation exists already.
    """
    if is_installed():
        raise BadInput("这里已经有一个安装", "data")
    with recorded("installation.figures", chain=INSTALLATION, actor=SYSTEM, now=now) as act:
        seed_parameters(act)
    with recorded("installation.calendar", chain=INSTALLATION, actor=SYSTEM, now=now) as act:
        seed_calendar(act, now.year - 8, now.year + 5, ANNOUNCED_TO)
    with recorded("installation.organisation", chain=INSTALLATION, actor=SYSTEM, now=now) as act:
        unit = add_unit(act, code=code, name=name, kind="zone")
        for duty_a, duty_b in CONFLICTS:
            set_conflict(act, duty_a=duty_a, duty_b=duty_b, scope="matter", clause="zone_organisation#4")
        secrets_made = [_administrator(act, unit, *row) for row in ADMINISTRATORS]
    for domain in domains():
        publish_domain(domain, actor=SYSTEM, now=now, from_on=from_on or legal_day(now))
    return secrets_made


def _administrator(act: Act, unit: Unit, key: str, name: str, number: str) -> Secret:
    posts = Post.objects.filter(unit=unit, key=key)
    post = posts.first() or stand_post(act, unit, key)
    person = add_person(act, name=name, kind="official", unit=unit, number=number)
    add_appointment(act, person=person, post=post, from_on=act.day, basis="系统安装", is_seat=True)
    return Secret(number, name, set_password(number, now=act.now))


def set_password(
    number: str, password: str = "", *, must_change: bool = True, now: datetime | None = None
) -> str:
    """Give a log-in a pass-phrase (a random one by default) and return it; log-in state is not an event.

    One that must be changed lapses, counted from `now`.
    """
    chosen = password or secrets.token_urlsafe(12)
    login = LoginAccount.objects.get(number=number)
    login.set_password(chosen)
    login.must_change_password = must_change
    login.one_time_from = now if must_change else None
    login.save()
    return chosen


def stand_post(act: Act, unit: Unit, key: str) -> Post:
    """Set up a standard post in a unit, with its duties and risk level; part of an act."""
    row = standard_posts()[key]
    kind = row["kind"]
    return add_post(
        act,
        unit=unit,
        key=key,
        name=row["zh"],
        kind=kind,
        duties=tuple(row.get("duties", ())),
        risk_level=row.get("risk_level", ""),
        is_approval_post=kind in ("approver", "head"),
    )


def register_powers(act: Act, domain: Domain, from_on: date) -> list[PowerItem]:
    """Enter the power items that a domain ships for units that exist; part of an act."""
    text = (files(domain.package) / "regulations" / "power_items.toml").read_text(encoding="utf-8")
    units = {unit.code: unit for unit in Unit.objects.all()}
    known = set(PowerItem.objects.values_list("code", flat=True))
    rows = [
        row for row in tomllib.loads(text)["power_item"] if row["unit"] in units and row["code"] not in known
    ]
    return [_power(act, row, units[row["unit"]], from_on) for row in rows]


def _power(act: Act, row: Mapping[str, Any], unit: Unit, from_on: date) -> PowerItem:
    return set_power_item(
        act,
        code=row["code"],
        name=row["name"],
        name_en=row.get("name_en", ""),
        unit=unit,
        definition_key=row["definition_key"],
        from_on=from_on,
        clause=row.get("clause", ""),
        post_key=row.get("post_key", ""),
        discretion_text=row.get("discretion_text", ""),
        disclosure=row.get("disclosure", ""),
        limit_days=_limit_days(str(row.get("limit_days", "")), act.day),
    )


def _limit_days(limit: str, day: date) -> int | None:
    """Return the days of a named figure; None where the item names none or the figure is not yet in force that day."""
    if not limit.startswith("@"):
        return None
    try:
        return int(figure(limit[1:], day))
    except MissingFigure:
        return None


def found(act: Act, cast: Mapping[str, Any], from_on: date, basis: str) -> list[Person]:
    """Build an organisation from a cast (units, their posts, persons): part of an act.

    Used by the demonstration and the tests; a real zone imports its ledgers.
    """
    for row in cast["unit"]:
        if not Unit.objects.filter(code=row["code"]).exists():
            columns = {name: row[name] for name in ("enterprise_no", "level", "credit_code") if name in row}
            add_unit(
                act,
                code=row["code"],
                name=row["name"],
                kind=row["kind"],
                parent=Unit.objects.filter(code=row.get("parent", "")).first(),
                from_on=from_on,
                **columns,
            )
    for row in cast["unit"]:
        if "supervisor" in row:
            unit = Unit.objects.get(code=row["code"])
            unit.supervisor_unit = Unit.objects.get(code=row["supervisor"])
            act.save(unit)
    return [_seat(act, row, from_on, basis) for row in cast["person"]]


def _seat(act: Act, row: Mapping[str, Any], from_on: date, basis: str) -> Person:
    unit = Unit.objects.get(code=row["unit"])
    person = add_person(
        act,
        name=row["name"],
        kind=row.get("kind", "official"),
        unit=unit,
        pinyin=row.get("pinyin", ""),
        number=row["number"],
        entered_on=from_on,
    )
    for key in _keys(row):
        post = Post.objects.filter(unit=unit, key=key).first() or stand_post(act, unit, key)
        add_appointment(act, person=person, post=post, from_on=from_on, basis=basis)
    return person


def _keys(row: Mapping[str, Any]) -> Sequence[str]:
    keys = row["post"]
    return [keys] if isinstance(keys, str) else keys
