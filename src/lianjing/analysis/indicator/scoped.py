"""One subject's rows: what an indicator's header declares, followed from the subject until nothing new comes."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Protocol

from lianjing.analysis.indicator.header import Header
from lianjing.analysis.indicator.library import Indicator
from lianjing.analysis.lake.schema import schema
from lianjing.runtime.finding.evidence import models_by_table
from lianjing.runtime.finding.subjects import TABLES

ALL = "all"
MATTER = "matter"
WORD = re.compile(r"[a-z_][a-z0-9_]*")
WHOLE = frozenset(("calendar",))  # declared by no header, small, the same for every subject
Row = tuple[Any, ...]


class TooMuch(ValueError):
    """A table that an indicator wants whole and that is too large, or is made only at night: the night has it."""


class Source(Protocol):
    """Where rows come from; `wanted` says the columns of each."""

    def fetch(self, table: str, column: str, values: Collection[str]) -> Iterable[Row]:
        """Return the rows whose column is one of the values (all rows for the column `all`); TooMuch for a refusal."""


@cache
def matter_tables() -> frozenset[str]:
    """Return the tables whose rows bear the number of their matter."""
    found = {"matter"}
    for name, table in schema().tables.items():
        column = table.column("id")
        if column is not None and table.is_ours and _is_matters(name):
            found.add(name)
    return frozenset(found)


def _is_matters(name: str) -> bool:
    model = models_by_table().get(name)
    related = None if model is None else getattr(model._meta.pk, "related_model", None)
    return related is not None and related._meta.db_table == MATTER


def target_of(table: str, column: str) -> str:
    """Return the table whose ids stand in a column, its own for `id`; "table.column" for one that holds no ids."""
    if column == "id":
        return table
    found = schema().tables[table].column(column)
    return "" if found is None else found.leads_to or f"{table}.{column}"


def wanted(indicators: Iterable[Indicator]) -> dict[str, tuple[str, ...]]:
    """Return table → columns that the indicators read, those that lead from row to row included."""
    read: dict[str, set[str]] = {}
    for each in indicators:
        targets = {target_of(*scope) for scope in each.header.rows if scope[1] != ALL}
        words = frozenset(WORD.findall(each.sql))
        for table in each.tables | {table for table, _column in each.header.rows}:
            held = schema().tables[table].columns
            names = {column.name for column in held if column.name in words}
            names |= {column for of, column in each.header.rows if of == table and column != ALL}
            leading = targets | (matter_tables() if MATTER in targets else set())
            names |= {column.name for column in held if column.leads_to in leading or column.name == "id"}
            read.setdefault(table, set()).update(names)
    order = {name: [each.name for each in schema().tables[name].columns] for name in read}
    return {name: tuple(each for each in order[name] if each in names) for name, names in read.items()}


@dataclass
class Gathered:
    """The rows of each table found so far, and what was asked of the source already."""

    source: Source
    columns: Mapping[str, Sequence[str]]
    rows: dict[str, dict[Row, None]] = field(default_factory=dict)
    _asked: dict[tuple[str, str], dict[str, list[Row]]] = field(default_factory=dict)

    def gather(self, header: Header, ids: Collection[str]) -> None:
        """Follow a header's rows from the subjects of these ids; TooMuch where the source gives a table not whole."""
        for table, column in header.rows:
            if column == ALL and table not in WHOLE:
                self._take(table, ALL, {""})
        scopes = [(table, column, target_of(table, column)) for table, column in header.rows if column != ALL]
        own = subject_table(header)
        if own in self.columns and schema().tables[own].is_ours:
            scopes.append((own, "id", own))
        targets = {target for _table, _column, target in scopes}
        pools: dict[str, set[str]] = {own: set(ids)}
        _as_matters(pools, targets)
        before = -1
        while before != (before := sum(map(len, pools.values()))):
            for table, column, target in scopes:
                if pool := pools.get(target):
                    self._widen(pools, table, self._take(table, column, pool), targets)
            _as_matters(pools, targets)

    def _take(self, table: str, column: str, values: Collection[str]) -> list[Row]:
        known = self._asked.setdefault((table, column), {})
        unknown = [each for each in values if each not in known]
        if unknown:
            known.update({each: [] for each in unknown})
            place = self.columns[table].index(column) if column != ALL else None
            for row in self.source.fetch(table, column, unknown):
                known["" if place is None else str(row[place])].append(row)
        found = [row for each in values for row in known[each]]
        self.rows.setdefault(table, {}).update(dict.fromkeys(found))
        return found

    def _widen(
        self, pools: dict[str, set[str]], table: str, rows: Sequence[Row], targets: Collection[str]
    ) -> None:
        for place, column in enumerate(self.columns[table]):
            target = target_of(table, column)
            if target in targets or column == "id":
                pools.setdefault(target, set()).update(str(row[place]) for row in rows if row[place])
            elif MATTER in targets and target in matter_tables():
                pools.setdefault(MATTER, set()).update(str(row[place]) for row in rows if row[place])


def _as_matters(pools: dict[str, set[str]], targets: Collection[str]) -> None:
    """A row that bears its matter's number leads to the matter, and the matter to it."""
    for table in matter_tables() & pools.keys() - {MATTER}:
        pools.setdefault(MATTER, set()).update(pools[table])
    for table in matter_tables() & set(targets) if MATTER in pools else ():
        pools.setdefault(table, set()).update(pools[MATTER])


def subject_table(header: Header) -> str:
    """Return the table of an indicator's subjects."""
    return TABLES.get(header.subject, header.subject)


def hindrance(indicator: Indicator) -> str:
    """Return why an indicator cannot be asked of one subject, '' where it can."""
    declared = {table for table, _column in indicator.header.rows}
    missing = sorted(indicator.tables - declared - WHOLE)
    if indicator.header.is_population:
        return "population"
    return f"rows does not name {', '.join(missing)}" if missing else ""
