"""Incremental equals full: asked over one subject's rows, an indicator finds of it what it finds over everything."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterable
from typing import Any

import pytest

from lianjing.analysis.engine.lite import LiteEngine
from lianjing.analysis.indicator.examples import answer, arrow, expected, read, stated
from lianjing.analysis.indicator.library import Indicator, library
from lianjing.analysis.indicator.runner import run
from lianjing.analysis.indicator.scoped import (
    ALL,
    WHOLE,
    Gathered,
    Row,
    hindrance,
    subject_table,
    target_of,
    wanted,
)
from lianjing.analysis.lake.schema import schema

SCOPED = [each for each in library() if not hindrance(each)]
Tables = dict[str, list[Row]]


class Held:
    """Rows of everything, given out by column and value."""

    def __init__(self, tables: Tables, columns: dict[str, tuple[str, ...]]) -> None:
        self.tables, self.columns = tables, columns

    def fetch(self, table: str, column: str, values: Collection[str]) -> Iterable[Row]:
        rows = self.tables.get(table, [])
        if column == ALL:
            return rows
        place = self.columns[table].index(column)
        return [row for row in rows if str(row[place]) in set(values)]


def engine_of(columns: dict[str, tuple[str, ...]]) -> LiteEngine:
    engine = LiteEngine()
    for name, listed in columns.items():
        types = {each.name: each.type.value for each in schema().tables[name].columns}
        engine.make(name, [(column, types[column]) for column in listed])
    return engine


def found(engine: LiteEngine, indicator: Indicator, tables: Any, values: dict[str, Any], today: int) -> Any:
    for name in indicator.tables:
        engine.lay(name, len(wanted([indicator])[name]), tables.get(name, ()))
    return [stated(each) for each in run(engine, indicator, values, today=today)]


def mixed(indicator: Indicator, chance: random.Random) -> tuple[Tables, dict[str, Any], int]:
    """Mix the rows of all examples, some under numbers of their own, some left out, some moved to another's parent."""
    columns = wanted([indicator])
    examples = read(indicator.examples)
    tables: Tables = {name: [] for name in columns}
    for number, example in enumerate(examples, 1):
        shift = 1000 * chance.choice((number, number, 1))
        for name in columns:
            table = schema().tables[name]
            for row in arrow(table, example.tables.get(name, ())).to_pylist():
                if name in WHOLE or chance.random() < 0.85:
                    tables[name].append(tuple(_moved(row, name, each, shift) for each in columns[name]))
    figures = {each.name: each.value for each in indicator.header.parameters if each.value is not None}
    unique = {name: _once(rows, columns[name]) for name, rows in tables.items()}
    return unique, {**figures, **examples[0].parameters}, examples[0].today


def _moved(row: dict[str, Any], table: str, column: str, shift: int) -> Any:
    value = row[column]
    is_key = column == "id" or "." not in target_of(table, column)
    return str(int(value) + shift) if is_key and isinstance(value, str) and value.isdigit() else value


def _once(rows: list[Row], columns: tuple[str, ...]) -> list[Row]:
    if "id" not in columns:
        return list(dict.fromkeys(rows))
    place = columns.index("id")
    return list({row[place]: row for row in rows}.values())


@pytest.mark.parametrize("indicator", library(), ids=lambda each: each.header.code)
def test_the_examples_are_equal_on_sqlite(indicator: Indicator) -> None:
    columns = {name: tuple(each.name for each in schema().tables[name].columns) for name in indicator.tables}
    engine = engine_of(columns)
    for example in read(indicator.examples):
        for name in indicator.tables:
            rows = arrow(schema().tables[name], example.tables.get(name, ())).to_pylist()
            engine.lay(name, len(columns[name]), [tuple(row.values()) for row in rows])
        assert answer(engine, indicator, example) == expected(example), example.name


@pytest.mark.parametrize("indicator", SCOPED, ids=lambda each: each.header.code)
@pytest.mark.parametrize("seed", range(4))
def test_scoped_rows_give_of_a_subject_what_everything_gives(indicator: Indicator, seed: int) -> None:
    tables, values, today = mixed(indicator, random.Random(f"{indicator.header.code}{seed}"))
    columns = wanted([indicator])
    engine = engine_of(columns)
    full = found(engine, indicator, tables, values, today)
    subjects = {each["subject"].partition(":")[2] for each in full}
    name = subject_table(indicator.header)
    if name in tables and "id" in columns[name]:
        subjects |= {str(row[columns[name].index("id")]) for row in tables[name]}
    for subject in sorted(subjects):
        gathered = Gathered(Held(tables, columns), columns)
        gathered.gather(indicator.header, {subject})
        rows = {**gathered.rows, **{each: tables[each] for each in WHOLE & tables.keys()}}
        of = f"{indicator.header.subject}:{subject}"
        own = [each for each in found(engine, indicator, rows, values, today) if each["subject"] == of]
        assert own == [each for each in full if each["subject"] == of]
