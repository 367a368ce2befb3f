"""The rules of log-in: shipped with their sources, turned by the security administrator, each turn an event."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files

from django.conf import settings
from django.utils.translation import gettext as _

from lianjing.kernel.declaration import Text
from lianjing.kernel.refusal import BadInput
from lianjing.runtime import codes
from lianjing.runtime.access.actors import refuse_unless, self_actor
from lianjing.runtime.access.models import AccessPolicy
from lianjing.runtime.trail.act import recorded
from lianjing.runtime.trail.stamp import by_stamp

INSTALLATION = "installation:1"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of log-in: its words, the value that ships, its bounds, the standard it comes from.

    `kind` is count, switch (0 or 1) or list (codes of `codelist`, parted by blanks).
    """

    name: str
    text: Text
    unit: str
    kind: str
    value: str
    demonstration: str
    source: str
    minimum: int
    maximum: int
    codelist: str


@cache
def rules() -> dict[str, Rule]:
    """Return the shipped rules by name, in the order of the file."""
    content = (files("lianjing.runtime.access") / "policy.toml").read_text(encoding="utf-8")
    return {row["name"]: _rule(row) for row in tomllib.loads(content)["rule"]}


def _rule(row: dict[str, str | int]) -> Rule:
    return Rule(
        str(row["name"]),
        Text(str(row["zh"]), str(row["en"])),
        str(row["unit"]),
        str(row["kind"]),
        str(row["value"]),
        str(row.get("demonstration", row["value"])),
        str(row["source"]),
        int(row.get("minimum", 0)),
        int(row.get("maximum", 0)),
        str(row.get("codelist", "")),
    )


def policy(name: str, now: datetime) -> int:
    """Return a count or switch as in force at the moment; KeyError for a rule that does not exist."""
    return int(value_at(name, now))


def policy_list(name: str, now: datetime) -> frozenset[str]:
    """Return the codes of a list as in force at the moment."""
    return frozenset(value_at(name, now).split())


def value_at(name: str, now: datetime) -> str:
    """Return the value of a rule as text: the latest set until now, else what ships (or the settings put in its place)."""
    rule = rules()[name]
    for row in _rows().get(name, []):
        if row.from_at <= now:
            return row.value
    ships = rule.demonstration if settings.LIANJING_DEMONSTRATION else rule.value
    return str(settings.LIANJING_ACCESS_POLICY.get(name, ships))


@by_stamp
def _rows() -> dict[str, list[AccessPolicy]]:
    found: dict[str, list[AccessPolicy]] = {}
    for row in AccessPolicy.objects.order_by("-from_at", "-id"):
        found.setdefault(row.name, []).append(row)
    return found


def set_policy(
    *, name: str, value: str, source: str, by_person_id: int, reason: str, now: datetime
) -> AccessPolicy:
    """Set a rule from now on; only the security administrator may. BadInput outside the rule's bounds.

    Bounds ship with the rule: nobody can turn the shortest password to three characters.
    """
    actor = self_actor(by_person_id, now)
    with recorded("access.policy", chain=INSTALLATION, actor=actor, now=now, reason=reason) as act:
        refuse_unless(by_person_id, now, {"security_admin"})
        if not source.strip():
            raise BadInput(_("请写明依据"), "source")
        if not reason.strip():
            raise BadInput(_("请写明理由"), "reason")
        row = AccessPolicy(
            name=name,
            value=checked(name, value),
            from_at=now,
            source=source.strip(),
            set_by_person_id=by_person_id,
        )
        return act.save(row)


def checked(name: str, value: str) -> str:
    """Return a value as it is stored; BadInput for an unknown rule, a wrong number, an unknown code."""
    rule = rules().get(name)
    if rule is None:
        raise BadInput(_("没有这条登录策略"), "name")
    if rule.kind == "list":
        wanted = value.split()
        if unknown := sorted(set(wanted) - codes.codes(rule.codelist)):
            raise BadInput(_("“%(code)s”不在代码表中") % {"code": unknown[0]}, "value")
        return " ".join(wanted)
    # str.isdecimal takes digits of every script, int() reads them: store what was understood.
    number = int(value) if value.strip().isdecimal() and len(value) < 10 else -1
    if not rule.minimum <= number <= rule.maximum:
        raise BadInput(
            _("应为%(minimum)s到%(maximum)s之间的整数") % {"minimum": rule.minimum, "maximum": rule.maximum},
            "value",
        )
    return str(number)
