"""The store of one analysis: events with integer codes in DuckDB, their names beside it, and what is derived of them.

`step` has a row for each step of an object with the one after it. What several did together in one round is one step,
done with the last of them; `hand` has a row for each of them, `handover` one for each to whom a step passed the object,
`crew` who did a step, as one value.
"""

from __future__ import annotations

import csv
import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

import duckdb

from lianjing.analysis.mining.worktime import WorkTime

UNKNOWN = "（未注明）"
DAY_MICROSECONDS = 86_400_000_000
COLUMNS = "id BIGINT, object INTEGER, type INTEGER, person INTEGER, post INTEGER, unit INTEGER, t BIGINT"

STEP = """
    CREATE OR REPLACE TABLE step AS {timed}
    SELECT object, CAST(ROW_NUMBER() OVER o AS INTEGER) AS pos, id AS event, type, person, post, unit, t, w,
        LEAD(type) OVER o AS next_type, LEAD(person) OVER o AS next_person, LEAD(post) OVER o AS next_post,
        LEAD(t) OVER o - t AS dt_wall, LEAD(w) OVER o - w AS dt_work
    FROM {source} WINDOW o AS (PARTITION BY object ORDER BY t, id)"""
GATHERED = """
    CREATE OR REPLACE TABLE done AS {timed}
    SELECT t.*, CASE WHEN r.round IS NULL THEN id ELSE LAST_VALUE(id) OVER (
        PARTITION BY t.object, r.round ORDER BY t.t, t.id ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
    ) END AS last FROM timed t LEFT JOIN round r ON r.event = t.id"""
RELATIONS = ("hand", "handover", "crew")
ALONE = {
    "hand": "SELECT object, pos, event, type, person, post, unit, t, w FROM step",
    "handover": """
        SELECT object, pos, type, person, next_type, next_person, next_post, dt_wall, dt_work FROM step
        WHERE next_type IS NOT NULL""",
    "crew": "SELECT object, pos, type, NULLIF(person, 0) AS crew FROM step",
}
TOGETHER = {  # one of a round may have done his part before the step that another branch counts before it: he waited 0
    "hand": """
        SELECT s.object, s.pos, d.id AS event, d.type, d.person, d.post, d.unit, d.t, d.w
        FROM done d JOIN step s ON s.event = d.last""",
    "handover": """
        SELECT s.object, s.pos, s.type, s.person, h.type AS next_type, h.person AS next_person, h.post AS next_post,
            GREATEST(h.t - s.t, 0) AS dt_wall, GREATEST(h.w - s.w, 0) AS dt_work
        FROM step s JOIN hand h ON h.object = s.object AND h.pos = s.pos + 1""",
    "crew": """
        SELECT object, pos, type,
            CASE WHEN MIN(person) > 0 THEN CAST(LIST_SORT(LIST(DISTINCT person)) AS VARCHAR) END AS crew
        FROM hand GROUP BY object, pos, type""",
}


class Event(NamedTuple):
    """One event as it comes in: names as text, `at` in microseconds since 1970 UTC; "" is not known.

    Events of one object with the same `round` are the hands of one step; "" is a step by itself.
    """

    object: str
    type: str
    person: str
    post: str
    unit: str
    at: int
    round: str = ""


@dataclass
class Codes:
    """Texts by number, in the order in which they came; number 0 of persons, posts and units is the unknown one."""

    texts: list[str] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=dict)

    def number(self, text: str) -> int:
        """Return the number of a text, a new one where it is new."""
        found = self.numbers.get(text)
        if found is None:
            found = self.numbers[text] = len(self.texts)
            self.texts.append(text)
        return found

    def text(self, number: int) -> str:
        """Return the text of a number; the number itself where no text was given (generated objects)."""
        return self.texts[number] if number < len(self.texts) else str(number)


def _people() -> Codes:
    codes = Codes()
    codes.number(UNKNOWN)
    return codes


class Store:
    """Holds one log for as long as it is open; a context manager. Its files, if any, are gone afterwards."""

    def __init__(self, *, memory: str = "1GB", threads: int = 2, folder: Path | None = None) -> None:
        """Open an empty store; what does not fit into `memory` is spilled into a folder of its own below `folder`."""
        self._spill = tempfile.TemporaryDirectory(prefix="lianjing-mining-", dir=folder)
        self.connection = duckdb.connect(
            config={
                "threads": threads,
                "memory_limit": memory,
                "temp_directory": self._spill.name,
                "preserve_insertion_order": False,
                "enable_external_access": True,
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
            }
        )
        self.objects, self.types = Codes(), Codes()
        self.persons, self.posts, self.units = _people(), _people(), _people()
        self.worktime: WorkTime | None = None
        self._attributes: dict[str, dict[int, str]] = {}

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, place: TracebackType | None
    ) -> None:
        self.connection.close()
        self._spill.cleanup()

    def load(self, events: Iterable[Event]) -> int:
        """Take in the events, once; equal times keep the order in which they came. Returns how many."""
        rounds: list[tuple[int, int]] = []
        self.table("event", COLUMNS, self._coded(events, rounds))
        self.table("round", "event BIGINT, round INTEGER", rounds)
        return int(self.one("SELECT COUNT(*) FROM event")[0])

    def _coded(self, events: Iterable[Event], rounds: list[tuple[int, int]]) -> Iterator[tuple[int, ...]]:
        objects, types = self.objects.number, self.types.number
        persons, posts, units = self.persons.number, self.posts.number, self.units.number
        together = Codes()
        for number, each in enumerate(events):
            if each.round:
                rounds.append((number, together.number(each.round)))
            yield (
                number,
                objects(each.object),
                types(each.type),
                persons(each.person or UNKNOWN),
                posts(each.post or UNKNOWN),
                units(each.unit or UNKNOWN),
                each.at,
            )

    def describe(self, name: str, values: Iterable[tuple[str, str]]) -> None:
        """Give objects a value of one attribute, as (object, value); objects of no event are left out."""
        known = self.objects.numbers
        self._attributes[name] = {known[key]: value for key, value in values if key in known}

    def attributes(self) -> list[str]:
        """Return the names of the attributes that objects have."""
        return sorted(self._attributes)

    def attribute(self, name: str) -> dict[int, str]:
        """Return the values of one attribute by object number; KeyError for an unknown one."""
        return self._attributes[name]

    def derive(self, worktime: WorkTime) -> None:
        """Make `step` of all events: object, pos (1 first), who, where, t, w and the same of the next event.

        `dt_wall` is in microseconds, `dt_work` in office seconds; both are NULL at an object's last event.
        """
        self.worktime = worktime
        shift = worktime.offset_minutes * 60_000_000
        first, last = self._span(shift)
        self.connection.execute(
            "CREATE OR REPLACE TABLE work_day(day INTEGER, before BIGINT, is_working INTEGER)"
        )
        self._insert("work_day", worktime.rows(first, last))
        timed = f"""
            WITH local AS (
                SELECT *, (t + {shift}) // {DAY_MICROSECONDS} AS day,
                    ((t + {shift}) % {DAY_MICROSECONDS}) // 1000000 AS s FROM event
            ), timed AS (
                SELECT id, object, type, person, post, unit, t, {worktime.sql()} AS w
                FROM local JOIN work_day d USING (day)
            )"""
        if self._has_rounds():
            self.connection.execute(GATHERED.format(timed=timed))
            self.connection.execute(STEP.format(timed="", source="(SELECT * FROM done WHERE id = last)"))
            self._relate(TOGETHER)
        else:
            self.connection.execute(STEP.format(timed=timed, source="timed"))
            self._relate(ALONE)

    def _has_rounds(self) -> bool:
        tables = self.one("SELECT COUNT(*) FROM duckdb_tables() WHERE table_name = 'round'")
        return bool(tables[0]) and bool(self.one("SELECT COUNT(*) FROM round")[0])

    def _relate(self, relations: dict[str, str]) -> None:
        for name in RELATIONS:
            self.connection.execute(f"CREATE OR REPLACE VIEW {name} AS {relations[name]}")

    def _span(self, shift: int) -> tuple[int, int]:
        row = self.one(
            f"SELECT MIN(t + {shift}) // {DAY_MICROSECONDS}, MAX(t + {shift}) // {DAY_MICROSECONDS} FROM event"
        )
        return (row[0], row[1]) if row[0] is not None else (0, 0)

    def _insert(self, table: str, rows: Iterable[tuple[int, ...]]) -> None:
        handle, name = tempfile.mkstemp(suffix=".csv", dir=self._spill.name)
        with os.fdopen(handle, "w", encoding="ascii", newline="") as file:
            csv.writer(file).writerows(rows)
            is_empty = file.tell() == 0
        if not is_empty:
            self.connection.execute(f"INSERT INTO {table} SELECT * FROM read_csv(?, header=false)", [name])
        Path(name).unlink()

    def table(self, name: str, columns: str, rows: Iterable[tuple[int, ...]]) -> None:
        """Make a small table of integers that a question joins: rules, classes of objects."""
        self.connection.execute(f"CREATE OR REPLACE TABLE {name}({columns})")
        self._insert(name, rows)

    def all(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return all rows of a question."""
        return self.connection.execute(sql, list(values)).fetchall()

    def one(self, sql: str, values: Sequence[Any] = ()) -> tuple[Any, ...]:
        """Return the one row of a question that always has one."""
        row = self.connection.execute(sql, list(values)).fetchone()
        assert row is not None
        return row

    def days(self, seconds: float | None) -> float | None:
        """Return office seconds as working days, two places."""
        assert self.worktime is not None
        return None if seconds is None else round(seconds / self.worktime.day_seconds, 2)


def quantiles(table: str, keys: str, *shares: int) -> str:
    """Return SQL for the quantiles q50, q95, … by nearest rank of `d`, which stands `n` times, for each of the keys.

    Counting equal durations first keeps the memory small: only the distinct ones are sorted, and they may be spilled.
    """
    columns = ", ".join(f"MIN(d) FILTER (upto * 100 >= whole * {share:d}) AS q{share:d}" for share in shares)
    return f"""
        SELECT {keys}, {columns} FROM (
            SELECT {keys}, d, SUM(n) OVER (PARTITION BY {keys} ORDER BY d) AS upto, SUM(n) OVER (PARTITION BY {keys}) AS whole
            FROM {table}
        ) GROUP BY {keys}"""
