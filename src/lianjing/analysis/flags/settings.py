"""Reads a settings file: Cardinal's format (INI), its names, and ours; an unknown section or name is refused."""

from __future__ import annotations

import configparser
import math
from dataclasses import dataclass
from datetime import UTC, timedelta, timezone
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from lianjing.analysis.flags.case import Reading
from lianjing.analysis.flags.catalogue import ALL, BY_CODE
from lianjing.kernel.refusal import BadInput

GENERAL = {
    "currency", "no_price_comparison_procurement_methods", "price_comparison_procurement_methods", "flags", "zone", "lots",
    "consortia",
}  # fmt: skip
BY_CURRENCY = frozenset(each.code for each in ALL if each.needs == "threshold" and each.code != "R008")
FOREIGN = (
    "prepare",
    "redactions",
    "corrections",
    "modifications",
    "defaults",
)  # Cardinal's other command: not ours


@dataclass(frozen=True)
class Chosen:
    """The flags that run with their settings, those that cannot, and how values are read."""

    flags: dict[str, dict[str, Any]]
    idle: dict[str, str]
    reading: Reading
    excluded: frozenset[str]


def read_settings(path: Path | None) -> Chosen:  # noqa: C901 - one file, all sections
    """Return the settings of a file, with defaults; BadInput with section and name where something is unknown."""
    parser = configparser.ConfigParser(
        interpolation=None, default_section="\0", inline_comment_prefixes=("#", ";")
    )
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    if path is not None:
        try:
            parser.read_string("[general]\n" + path.read_text(encoding="utf-8-sig"))
        except (configparser.Error, UnicodeDecodeError) as error:
            raise BadInput(
                _("设置文件读不懂：%(why)s") % {"why": str(error).splitlines()[0]}, "settings"
            ) from error
    sections = {name: dict(parser[name]) for name in parser.sections()}
    general = sections.pop("general", {})
    for name in general:
        if name not in GENERAL:
            _unknown("general", name)
    for name, own in sections.items():
        _known(name, own)
    wanted = _words(general.get("flags", "")) or frozenset(BY_CODE)
    for code in wanted - set(BY_CODE):
        _unknown("general", f"flags = {code}")
    flags: dict[str, dict[str, Any]] = {"general": _general(general)}
    idle = {}
    for flag in ALL:
        if flag.code in wanted:
            found = _of_flag(flag.code, sections)
            if flag.needs and not found.get(flag.needs):
                idle[flag.code] = flag.needs
            else:
                flags[flag.code] = found
    reading = Reading(
        zone=_zone(general.get("zone", "+00:00")),
        bid_status=sections.get("codelists.bid_status", {}),
        award_status=sections.get("codelists.award_status", {}),
        lots=_switch("lots", general.get("lots", "yes")),
        consortia=_switch("consortia", general.get("consortia", "no")),
    )
    excluded = _words(sections.get("exclusions", {}).get("procurement_method_details", ""))
    return Chosen(flags, idle, reading, excluded)


def _unknown(section: str, name: str) -> None:
    raise BadInput(
        _("设置文件有不认识的名称：[%(section)s] %(name)s") % {"section": section, "name": name}, "settings"
    )


def _known(section: str, own: dict[str, str]) -> None:
    base, _dot, rest = section.partition(".")
    if section in ("codelists.bid_status", "codelists.award_status") or base in FOREIGN:
        return
    if section == "exclusions":
        names = {"procurement_method_details"}
    elif base == "R003" and rest == "procurement_method_details":
        return
    elif section in BY_CODE:
        names = {each.name for each in BY_CODE[section].settings}
    else:
        _unknown(section, "")
    for name in own:
        if name not in names:
            _unknown(section, name)


def _general(own: dict[str, str]) -> dict[str, Any]:
    names = ("no_price_comparison_procurement_methods", "price_comparison_procurement_methods")
    return {name: _words(own.get(name, "")) for name in names} | {"currency": own.get("currency", "").upper()}


def _words(value: str) -> frozenset[str]:
    return frozenset(each.strip() for each in value.split("|") if each.strip())


def _number(section: str, name: str, value: str) -> float:
    try:
        found = float(value)
    except ValueError:
        found = math.nan
    if not math.isfinite(found):
        message = _("设置不是数：[%(section)s] %(name)s = %(value)s")
        raise BadInput(message % {"section": section, "name": name, "value": value[:40]}, "settings")
    return found


def _of_flag(code: str, sections: dict[str, dict[str, str]]) -> dict[str, Any]:
    own, found = sections.get(code, {}), dict[str, Any]()
    for setting in BY_CODE[code].settings:
        given = own.get(setting.name)
        if setting.name == "procurement_methods":
            found[setting.name] = _words(str(setting.default) if given is None else given)
        elif setting.name == "threshold" and code in BY_CURRENCY:
            found[setting.name] = _limits(code, given) if given else None
        else:
            found[setting.name] = _number(code, setting.name, given) if given is not None else setting.default
    if code == "R003":
        details = sections.get("R003.procurement_method_details", {})
        found["procurement_method_details"] = {
            name: _number("R003", name, days) for name, days in details.items()
        }
    return found


def _limits(code: str, value: str) -> dict[str, float]:
    found = {}
    for each in _words(value):
        currency, _blank, amount = each.partition(" ")
        limit = _number(code, "threshold", amount)
        if len(currency) != 3 or limit <= 0:
            _number(code, "threshold", each)
        found[currency.upper()] = limit
    return found


def _zone(value: str) -> timezone:
    sign, digits = value[:1], value[1:].replace(":", "")
    if value.upper() == "Z":
        return UTC
    if (
        sign not in "+-"
        or len(digits) != 4
        or not digits.isdigit()
        or int(digits[:2]) > 14
        or int(digits[2:]) > 59
    ):
        raise BadInput(_("时区要写成 +08:00：%(value)s") % {"value": value[:20]}, "settings")
    minutes = int(digits[:2]) * 60 + int(digits[2:])
    return timezone(timedelta(minutes=-minutes if sign == "-" else minutes))


def _switch(name: str, value: str) -> bool:
    if value.casefold() not in {"yes", "no", "true", "false", "1", "0"}:
        raise BadInput(
            _("设置要写 yes 或 no：%(name)s = %(value)s") % {"name": name, "value": value[:20]}, "settings"
        )
    return value.casefold() in {"yes", "true", "1"}
