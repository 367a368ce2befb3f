"""The header of an indicator's file: who it is, what it rests on, its parameters; anything missing is refused."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from lianjing.runtime.parameter import queries as parameters

LINE = re.compile(r"--\s*(?P<key>[a-z_]+):\s*(?P<value>.*)")
PARAMETER = re.compile(
    r"(?P<name>[a-z][a-z0-9_]*)\s*=\s*(?:@(?P<key>[a-z0-9_.]+)|(?P<number>-?\d+(?:\.\d+)?|'[^']*'))"
    r"(?:\s*\[(?P<low>-?[\d.]+)\.\.(?P<high>-?[\d.]+)\])?"
)
CODE = re.compile(r"[A-Z]-[A-Z]\d{2}")
SEVERITIES = frozenset(("red", "orange", "yellow", "blue"))
NEEDED = (
    "code",
    "title",
    "severity",
    "domain",
    "evidences",
    "source",
    "subject",
    "rows",
    "explain",
    "explain_en",
)
OPTIONAL = ("version", "risk_point", "stage", "status", "excludes", "assumes")
MANY = frozenset(("source", "excludes", "assumes", "explain", "explain_en", "evidences"))
POPULATION = "population"

Value = int | float | str


class BadHeader(ValueError):
    """A header that does not say what it must; the message names file, line and remedy."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A figure of an indicator: its own value, or the key of a figure in force on the day; bounds where given."""

    name: str
    value: Value | None
    key: str = ""
    low: float | None = None
    high: float | None = None

    def on(self, day: date) -> Value:
        """Return the value on a day: fen and counts whole, shares as a plain number, a time of day in minutes."""
        if self.value is not None:
            return self.value
        row = parameters.parameter_on(self.key, day)
        if row.unit == "time_of_day":
            hours, _colon, minutes = row.value_text.partition(":")
            return int(hours) * 60 + int(minutes)
        figure = Decimal(parameters.figure(self.key, day))
        is_share = row.unit in {"ratio", "fraction"} or figure != figure.to_integral_value()
        return float(parameters.share(self.key, day)) if is_share else int(figure)


@dataclass(frozen=True, slots=True)
class Header:
    """What the file says of itself; `rows` are the tables with the column that scopes them, none for a population."""

    code: str
    version: int
    title: str
    title_en: str
    severity: str
    domain: str
    evidences: str
    source: str
    subject: str
    rows: tuple[tuple[str, str], ...]
    parameters: tuple[Parameter, ...]
    explain: str
    explain_en: str
    risk_point: str = ""
    stage: str = ""
    status: str = "in_force"
    excludes: str = ""
    assumes: str = ""

    @property
    def is_population(self) -> bool:
        """Whether it can only be asked of everything."""
        return not self.rows

    def values_on(self, day: date) -> dict[str, Value]:
        """Return its parameters as they stand on a day; MissingFigure where one has no value."""
        return {each.name: each.on(day) for each in self.parameters}


def parse(text: str, place: str) -> Header:
    """Return the header of a file's text; BadHeader names the place, the fault and the remedy."""
    stated, figures = _lines(text, place)
    missing = [key for key in NEEDED if not stated.get(key)]
    if missing:
        raise BadHeader(f"{place}: missing {', '.join(missing)}; add the line '-- {missing[0]}: …'")
    title, bar, title_en = stated["title"].partition("|")
    if not bar:
        raise BadHeader(f"{place}: title has no English half; write '-- title: 中文 | English'")
    _check(stated, place)
    optional = {key: stated[key] for key in OPTIONAL if key in stated and key != "version"}
    return Header(
        code=stated["code"],
        version=int(stated.get("version", "1")),
        title=title.strip(),
        title_en=title_en.strip(),
        severity=stated["severity"],
        domain=stated["domain"],
        evidences=stated["evidences"],
        source=stated["source"],
        subject=stated["subject"],
        rows=_rows(stated["rows"], place),
        parameters=figures,
        explain=stated["explain"],
        explain_en=stated["explain_en"],
        **optional,
    )


def _lines(text: str, place: str) -> tuple[dict[str, str], tuple[Parameter, ...]]:
    stated: dict[str, str] = {}
    figures: list[Parameter] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.startswith("--"):
            break
        found = LINE.fullmatch(line)
        if found is None or found["key"] not in {*NEEDED, *OPTIONAL, "param"}:
            raise BadHeader(f"{place}:{number}: not a header line; write '-- key: value' with a known key")
        key, value = found["key"], found["value"].strip()
        if key == "param":
            figures.append(_parameter(value, f"{place}:{number}"))
        elif key in stated and key not in MANY:
            raise BadHeader(f"{place}:{number}: {key} is given twice; keep one")
        else:
            stated[key] = f"{stated[key]} {value}" if key in stated else value
    return stated, tuple(figures)


def _parameter(value: str, place: str) -> Parameter:
    found = PARAMETER.fullmatch(value)
    if found is None:
        raise BadHeader(f"{place}: write 'name = 365 [30..730]', or 'name = @key.of.a.figure'")
    low, high = (float(found[each]) if found[each] else None for each in ("low", "high"))
    number = found["number"]
    own: Value | None = None
    if number is not None:
        own = number.strip("'") if number.startswith("'") else float(number) if "." in number else int(number)
    return Parameter(found["name"], own, found["key"] or "", low, high)


def _check(stated: Mapping[str, str], place: str) -> None:
    if not CODE.fullmatch(stated["code"]):
        raise BadHeader(f"{place}: code {stated['code']} is not of the form M-T01")
    if stated["severity"] not in SEVERITIES:
        raise BadHeader(
            f"{place}: severity {stated['severity']}; take one of {', '.join(sorted(SEVERITIES))}"
        )
    if not stated.get("version", "1").isdigit():
        raise BadHeader(f"{place}: version is not a whole number")


def _rows(text: str, place: str) -> tuple[tuple[str, str], ...]:
    if text == POPULATION:
        return ()
    found = []
    for part in text.split(","):
        scoped = re.fullmatch(r"\s*([a-z_]+)\(([a-z_][a-z0-9_]*)\)\s*", part)
        if scoped is None:
            raise BadHeader(f"{place}: rows: write 'contract(owner_unit_id), tender(all)' or 'population'")
        found.append((scoped[1], scoped[2]))
    return tuple(found)
