"""All examples of one indicator in one question: each example's keys and texts carry its number, and lose it again.

Spark needs a second for a question, however small. Tables of one example never meet those of another, since every key
and every text by which rows join begins with the number; what the text compares with a word stays as it is.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa
import sqlglot
from sqlglot import exp

from lianjing.analysis.engine.engine import Answer, Engine
from lianjing.analysis.indicator.examples import Example, Row, arrow, stated
from lianjing.analysis.indicator.library import Indicator
from lianjing.analysis.indicator.runner import TODAY, detected
from lianjing.analysis.lake.schema import Table, schema

NUMBER = re.compile(r"x(\d+)x")
WHOLE = frozenset(("calendar", "peer_stats", "log_fact"))  # tables without keys of their own


def batches(indicator: Indicator, examples: Sequence[Example]) -> list[list[Example]]:
    """Return the examples that can be asked together: same figures, same day, keyed tables, no population."""
    if indicator.header.is_population or indicator.tables & WHOLE:
        return [[each] for each in examples]
    groups: defaultdict[tuple[Any, ...], list[Example]] = defaultdict(list)
    for each in examples:
        groups[tuple(sorted(each.parameters.items())), each.today].append(each)
    return list(groups.values())


def tables(indicator: Indicator, examples: Sequence[Example]) -> Iterator[tuple[str, pa.Table]]:
    """Yield the tables of a batch, the rows of all examples one below another."""
    words = _words(indicator.sql)
    for name in sorted(indicator.tables):
        table = schema().tables[name]
        parts = [arrow(table, each.tables.get(name, ())) for each in examples]
        marked = [_marked(table, part, number, words) for number, part in enumerate(parts)]
        yield name, pa.concat_tables(marked).combine_chunks()  # Spark loses what follows an empty chunk


def _words(sql: str) -> frozenset[str]:
    """Return the columns that the text compares with a word of its own."""
    found = set()
    for node in sqlglot.parse_one(sql, read="duckdb").find_all(exp.EQ, exp.NEQ, exp.In):
        sides = [node.this, *node.args.get("expressions", ()), node.args.get("expression")]
        literals = [side for side in sides if isinstance(side, exp.Literal) and side.is_string and side.name]
        if literals:
            found |= {
                column.name for side in sides if side is not None for column in side.find_all(exp.Column)
            }
    return frozenset(found)


def _marked(table: Table, rows: pa.Table, number: int, words: frozenset[str]) -> pa.Table:
    columns = []
    for column in table.columns:
        values = rows[column.name].to_pylist()
        is_text = column.kind in {"key", "ref", "subject", "text", "feature"} and column.name not in words
        columns.append([_with(value, number) for value in values] if is_text else values)
    return pa.table(dict(zip(table.arrow.names, columns, strict=True)), schema=table.arrow)


def _with(value: str | None, number: int) -> str | None:
    if not value:
        return value
    kind, colon, key = value.rpartition(":")
    return f"{kind}{colon}x{number}x{key}"


def answers(engine: Engine, indicator: Indicator, examples: Sequence[Example]) -> list[list[Row]]:
    """Ask once and return what was found in each example."""
    header = indicator.header
    figures = {each.name: each.value for each in header.parameters if each.value is not None}
    values = {**figures, **examples[0].parameters}
    answer = engine.ask(indicator.sql, {**values, TODAY: examples[0].today})
    place = answer.columns.index("subject")
    rows: list[list[tuple[Any, ...]]] = [[] for _each in examples]
    for row in answer.rows:
        found = NUMBER.search(row[place])
        assert found is not None, row
        rows[int(found[1])].append(tuple(NUMBER.sub("", v) if isinstance(v, str) else v for v in row))
    return [
        [stated(each) for each in detected(header, Answer(answer.columns, tuple(part)), values)]
        for part in rows
    ]
