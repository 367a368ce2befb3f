"""Runs an indicator on an engine: long rows become findings, one for each subject and part."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import Any

from lianjing.analysis.engine.engine import Answer, Engine
from lianjing.analysis.indicator.header import Header, Value
from lianjing.analysis.indicator.library import Indicator
from lianjing.runtime.finding.detection import Detected

TODAY = "today"
EPOCH = date(1970, 1, 1)
NEAR = 1e-9


class BadAnswer(ValueError):
    """An answer that is not one finding a group: score or a fact varies, or there is no evidence."""


def run(
    engine: Engine, indicator: Indicator, parameters: Mapping[str, Value], *, today: int
) -> list[Detected]:
    """Return the findings of an indicator in a fixed order; `today` is the epoch day that the lake reaches."""
    answer = engine.ask(indicator.sql, {**parameters, TODAY: today})
    return detected(indicator.header, answer, parameters)


def detected(header: Header, answer: Answer, parameters: Mapping[str, Value]) -> list[Detected]:
    """Group the rows of an answer into findings; BadAnswer where they contradict each other."""
    rows = [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]
    rows.sort(key=_key)
    return [
        _one(header, key, list(group), parameters)
        for key, group in groupby(rows, key=lambda row: (str(row["subject"]), str(row["part"])))
    ]


def _key(row: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(
        str(row[name]) for name in ("subject", "part", "ev_table", "ev_key", "person_id", "person_role")
    )


def _one(
    header: Header, key: tuple[str, str], rows: Sequence[Mapping[str, Any]], parameters: Mapping[str, Value]
) -> Detected:
    first = rows[0]
    place = f"{header.code} {key[0]} {key[1]}".strip()
    names = [name for name in first if name.startswith("f_")]
    for row in rows[1:]:
        varying = [name for name in ("score", *names) if not _same(row[name], first[name])]
        if varying:
            raise BadAnswer(f"{place}: {', '.join(varying)} varies within one finding")
    if any(row["ev_key"] is None for row in rows):
        raise BadAnswer(f"{place}: a row without evidence")
    facts = {name[2:]: first[name] for name in names if first[name] is not None}
    said = {"subject": key[0], "part": key[1], **{f"f_{name}": value for name, value in facts.items()}}
    shown = {name: shown_value(name, value) for name, value in {**parameters, **said}.items()}
    persons = {
        (int(row["person_id"]), str(row["person_role"])) for row in rows if row["person_id"] is not None
    }
    return Detected(
        code=header.code,
        version=header.version,
        subject=key[0],
        part=key[1],
        score=float(first["score"]),
        severity=header.severity,
        facts=facts,
        evidence=tuple(sorted({(str(row["ev_table"]), str(row["ev_key"])) for row in rows})),
        persons=tuple(sorted(persons)),
        parameters=dict(parameters),
        explanation=header.explain.format_map(_Blank(shown)),
        explanation_en=header.explain_en.format_map(_Blank(shown)),
    )


class _Blank(dict[str, str]):
    """An absent fact is shown as a dash."""

    def __missing__(self, _key: str) -> str:
        return "—"


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=NEAR, abs_tol=1e-12)
    return bool(one == other)


def shown_value(name: str, value: Value) -> str:
    """Return a figure as a reader sees it: fen as yuan, days as dates, times of day as such, shares as per cent."""
    if isinstance(value, str):
        return value
    if name.endswith("_fen"):
        return f"{value / 100:,.2f}元"
    if name.endswith("_day"):
        return (EPOCH + timedelta(days=int(value))).isoformat()
    if name.endswith("_at"):
        return datetime.fromtimestamp(int(value) + 28_800, UTC).strftime("%Y-%m-%d %H:%M")
    if name.endswith("_clock"):
        return f"{int(value) // 60:02d}:{int(value) % 60:02d}"
    if name.endswith("_ratio"):
        return f"{value * 100:.4g}%"
    return f"{value:g}" if isinstance(value, float) else str(value)
