"""The matter at hand: its rows out of the open transaction, every indicator that bears on it, in some milliseconds."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from django.db import DatabaseError, connection, transaction

from lianjing.analysis.engine.engine import EngineFailed
from lianjing.analysis.engine.lite import LiteEngine
from lianjing.analysis.indicator.header import Header
from lianjing.analysis.indicator.library import Indicator, library
from lianjing.analysis.indicator.runner import EPOCH, BadAnswer, run
from lianjing.analysis.indicator.scoped import (
    ALL,
    WHOLE,
    Gathered,
    Row,
    TooMuch,
    hindrance,
    matter_tables,
    subject_table,
    wanted,
)
from lianjing.analysis.lake.export import column_types, feature_of
from lianjing.analysis.lake.list_tables import bans_of
from lianjing.analysis.lake.schema import Column, schema
from lianjing.analysis.lake.source import Snapshot, expression, shared_snapshot
from lianjing.analysis.lake.trail_tables import acts_of_matters, calendar
from lianjing.kernel.refusal import BadInput
from lianjing.runtime.finding.detection import Detected
from lianjing.runtime.parameter.queries import MissingFigure
from lianjing.runtime.process.in_the_act import Looked, Signal
from lianjing.runtime.trail.act import Act, legal_day
from lianjing.runtime.trail.stamp import by_stamp

SECONDS = 2.0  # for all questions of one look together
WHOLE_ROWS = 2_000  # a table wanted whole is read in the act up to this size
FAILURES = (
    EngineFailed,
    BadAnswer,
    BadInput,
    DatabaseError,
    sqlite3.Error,
    LookupError,
    TypeError,
    ValueError,
)
_own = threading.local()


@cache
def asked_in_the_act() -> tuple[Indicator, ...]:
    """Return the indicators that can be asked of one subject."""
    return tuple(each for each in library() if not hindrance(each) and each.header.status != "stopped")


@cache
def _columns() -> dict[str, tuple[str, ...]]:
    return wanted(asked_in_the_act())


@cache
def _statement(table: str, column: str, *, is_sqlite: bool) -> str:
    snapshot = Snapshot(connection.cursor(), is_sqlite)
    held = {each.name: each for each in schema().tables[table].columns}
    types = column_types(table)
    parts = ", ".join(
        "-1" if name == "leaf" else expression(snapshot, held[name], types) for name in _columns()[table]
    )
    if column == ALL:
        return f"SELECT {parts} FROM {table} t LIMIT {WHOLE_ROWS + 1}"
    return f'SELECT {parts} FROM {table} t WHERE t."{held[column].source}" IN '


class _Database:
    """Rows of our tables through the export's own mapping, uncommitted ones included."""

    def __init__(self, snapshot: Snapshot, act: Act | None) -> None:
        self._snapshot, self._act = snapshot, act

    def fetch(self, table: str, column: str, values: Collection[str]) -> Iterable[Row]:
        """See `scoped.Source`."""
        if table == "act":
            return self._acts(values)
        if (table, column) == ("ban_entry", "enterprise_id"):
            return _placed(table, bans_of(self._snapshot, [int(each) for each in values]))
        if not schema().tables[table].is_ours:
            raise TooMuch(table)
        base = _statement(table, column, is_sqlite=self._snapshot.is_sqlite)
        if column == ALL:
            rows = self._snapshot.rows(base)
            if len(rows) > WHOLE_ROWS:
                raise TooMuch(table)
        else:
            marks = ", ".join("?" * len(values))
            rows = self._snapshot.rows(f"{base}({marks})", _keys(table, column, values))
        return _made(table, rows)

    def _acts(self, values: Collection[str]) -> list[Row]:
        rows = acts_of_matters(self._snapshot, [int(each) for each in values])
        act = self._act
        if act is not None and str(act.matter_id) in values:
            rows.append(_being_done(act))
        return _placed("act", rows)


def _placed(table: str, rows: Iterable[Sequence[Any]]) -> list[Row]:
    """Return rows of all columns of a made table with those that are read, in their order."""
    names = [each.name for each in schema().tables[table].columns]
    places = [names.index(name) for name in _columns()[table]]
    return [tuple(row[place] for place in places) for row in rows]


def _keys(table: str, column: str, values: Collection[str]) -> list[int] | list[str]:
    held = schema().tables[table].column(column)
    is_number = held is not None and held.kind in {"key", "ref"}
    return [int(each) for each in values] if is_number else list(values)


def _made(table: str, rows: Sequence[Row]) -> list[Row]:
    """Put the features where the mapping left the text that they are made of."""
    held = {each.name: each for each in schema().tables[table].columns}
    columns: list[Column] = [held[name] for name in _columns()[table]]
    made = [(place, feature_of(each)) for place, each in enumerate(columns) if each.kind == "feature"]
    if not made:
        return [tuple(row) for row in rows]
    changed = [list(row) for row in rows]
    for row in changed:
        for place, function in made:
            row[place] = function(row[place])
    return [tuple(row) for row in changed]


def _being_done(act: Act) -> Row:
    """Return the row of the act that is not yet an event."""
    person, unit, post = act.actor.person_id, act.actor.unit_id, act.actor.post_id
    behalf = act.actor.on_behalf_of_id
    second, day = int(act.now.timestamp()), (act.day - EPOCH).days
    text = [
        None if each is None else str(each) for each in (act.matter_id, act.root_matter_id, person, behalf)
    ]
    posted = [None if each is None else str(each) for each in (post, unit)]
    role = (act.role, act.duty, act.step_key, act.actor.channel)
    return ("", -1, act.verb, *text, *posted, *role, second, day, None, None, 0, "", act.clause)


def look(matter_id: int, now: datetime, act: Act | None) -> Looked:
    """Return what the indicators find on a matter and on what it is directly part of; never raises what it foresees."""
    try:
        with transaction.atomic(), shared_snapshot() as snapshot:
            return _looked(snapshot, matter_id, now, act)
    except FAILURES as fault:
        return Looked(is_checked=False, fault=f"{type(fault).__name__}: {fault}")


def _looked(snapshot: Snapshot, matter_id: int, now: datetime, act: Act | None) -> Looked:
    anchors = anchors_of(snapshot, matter_id)
    gathered = Gathered(_Database(snapshot, act), _columns())
    asked: list[Indicator] = []
    left: list[str] = []
    for each in library():
        ids = anchors.get(subject_table(each.header))
        if not ids:
            continue
        try:
            if hindrance(each):
                raise TooMuch(each.header.code)
            gathered.gather(each.header, ids)
            asked.append(each)
        except TooMuch:
            left.append(each.header.code)
    engine = _engine()
    _lay(engine, gathered, asked)
    found = [
        (each.header, row)
        for each in asked
        for row in _found(engine, each, now, left)
        if row.subject.partition(":")[0] == each.header.subject
        and row.subject.partition(":")[2] in anchors[subject_table(each.header)]
    ]
    signals = tuple(_signal(header, row) for header, row in found)
    return Looked(signals, asked=tuple(each.header.code for each in asked), left=tuple(left))


def _found(engine: LiteEngine, indicator: Indicator, now: datetime, left: list[str]) -> list[Detected]:
    day = legal_day(now)
    try:
        values = indicator.header.values_on(day)
    except MissingFigure:
        left.append(indicator.header.code)
        return []
    return run(engine, indicator, values, today=(day - EPOCH).days)


def _signal(header: Header, row: Detected) -> Signal:
    return Signal(
        row.code,
        row.version,
        header.title,
        header.title_en,
        row.severity,
        row.subject,
        row.part,
        row.explanation,
        row.explanation_en,
        header.source,
        row.evidence,
    )


def anchors_of(snapshot: Snapshot, matter_id: int) -> dict[str, set[str]]:
    """Return table → ids: the matter, its own row, and what this row directly refers to."""
    own = [f"SELECT '{name}' FROM {name} WHERE id = ?" for name in sorted(matter_tables() - {"matter"})]
    tables = [row[0] for row in snapshot.rows(" UNION ALL ".join(own), [matter_id] * len(own))]
    anchors = {"matter": {str(matter_id)}}
    for name in tables:
        anchors.setdefault(name, set()).add(str(matter_id))
        refs = [each for each in schema().tables[name].columns if each.kind == "ref"]
        if not refs:
            continue
        listed = ", ".join(f't."{each.source}"' for each in refs)
        for row in snapshot.rows(f"SELECT {listed} FROM {name} t WHERE t.id = ?", [matter_id]):
            for column, value in zip(refs, row, strict=True):
                if value is not None:
                    anchors.setdefault(column.leads_to, set()).add(str(value))
    return anchors


def _engine() -> LiteEngine:
    """Return this thread's engine with its tables made."""
    engine: LiteEngine | None = getattr(_own, "engine", None)
    if engine is None:
        engine = LiteEngine(seconds=SECONDS)
        for name, columns in _columns().items():
            types = {each.name: each.type.value for each in schema().tables[name].columns}
            engine.make(name, [(column, types[column]) for column in columns])
        _own.engine = engine
    engine.begin()
    return engine


def _lay(engine: LiteEngine, gathered: Gathered, asked: Sequence[Indicator]) -> None:
    for name in {table for each in asked for table in each.tables}:
        if name in WHOLE:
            engine.lay(name, len(_columns()[name]), _placed(name, _calendar()))
        else:
            engine.lay(name, len(_columns()[name]), gathered.rows.get(name, ()))


@by_stamp
def _calendar() -> list[Row]:
    with shared_snapshot() as snapshot:
        return [tuple(row) for _part, batches in calendar(snapshot, -1) for batch in batches for row in batch]
