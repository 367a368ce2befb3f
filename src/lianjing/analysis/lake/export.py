"""The export: what changed since the last leaf is written anew, partition by partition; equal to a full export.

A partition holds the rows of one table whose ids lie together. The manifest names every file of the lake and is put
in its place last, in one step: a crash before leaves the lake as it was, and its half-written files are swept.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from django.apps import apps
from django.db import models
from django.utils.crypto import salted_hmac

from lianjing.analysis.lake import trail_tables
from lianjing.analysis.lake.features import FUNCTIONS, digest_of
from lianjing.analysis.lake.schema import NO_LEAF, Column, Table, schema
from lianjing.analysis.lake.source import Snapshot, select

PARTITION = 50_000
MANIFEST = "manifest.json"
PHONE_SALT = "lianjing.lake.phone.1"

Files = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Lake:
    """A lake as its manifest says: the last leaf in it, its day, and the files of each table."""

    folder: Path
    leaf: int
    day: int
    files: Files

    def paths(self, table: str) -> list[Path]:
        """Return the Parquet files of a table."""
        return [self.folder / name for name in self.files[table]]


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export did: the lake, whether it was made whole, and the rows written by table."""

    lake: Lake
    is_full: bool
    written: Mapping[str, int]


def opened(folder: Path) -> Lake | None:
    """Return the lake in a folder; None where there is none, or it is of another schema."""
    try:
        stated = json.loads((folder / MANIFEST).read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return None
    if stated["schema"] != schema().sha256:
        return None
    files = {table: tuple(names) for table, names in stated["files"].items()}
    return Lake(folder, stated["leaf"], stated["day"], files)


def export(folder: Path, snapshot: Snapshot, *, now: datetime, is_full: bool = False) -> Exported:
    """Bring the lake in a folder to the state of the snapshot and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    before = None if is_full else opened(folder)
    day = _day(now)
    last = trail_tables.last_leaf(snapshot)
    touched = None if before is None else _touched(snapshot, before.leaf)
    files: dict[str, tuple[str, ...]] = {}
    written: dict[str, int] = {}
    stamp = f"{last}-{int(now.timestamp())}-{os.getpid()}"
    for table in schema().tables.values():
        held = before.files.get(table.name, ()) if before else ()
        if table.is_ours:
            parts = None if touched is None or not table.is_trailed else touched.get(table.name, set())
            made = _write_parts(folder, table, snapshot, parts, stamp=stamp)
        elif table.made:
            made = _write_made(folder, table, snapshot, since=before.leaf if before else NO_LEAF, stamp=stamp)
        elif table.is_awaited:
            made = [] if held else [(0, *write(folder, table, 0, (), stamp=stamp))]
        else:
            files[table.name] = held
            continue
        files[table.name], written[table.name] = _merged(held, made)
    lake = Lake(folder, last, day, files)
    keep(lake)
    return Exported(lake, before is None, written)


def keep(lake: Lake) -> None:
    """Put the manifest in its place and sweep the files that it does not name."""
    stated = {"schema": schema().sha256, "leaf": lake.leaf, "day": lake.day, "files": lake.files}
    half = lake.folder / f".{MANIFEST}.{os.getpid()}"
    half.write_text(json.dumps(stated, indent=1, sort_keys=True))
    half.replace(lake.folder / MANIFEST)
    named = {name for names in lake.files.values() for name in names}
    for path in lake.folder.glob("*/*.parquet"):
        if f"{path.parent.name}/{path.name}" not in named:
            path.unlink()


def _day(now: datetime) -> int:
    return (int(now.astimezone(UTC).timestamp()) + trail_tables.OFFICE_SECONDS) // 86_400


def _touched(snapshot: Snapshot, since: int) -> dict[str, set[int]]:
    """Return the partitions touched after a leaf, those of events that wait for their leaf included."""
    found: dict[str, set[int]] = {}
    for table, key in trail_tables.touched_rows(snapshot, since):
        found.setdefault(table, set()).add(int(key) // PARTITION if key.lstrip("-").isdigit() else 0)
    return found


def _merged(held: Sequence[str], made: Sequence[tuple[int, str, int]]) -> tuple[tuple[str, ...], int]:
    """Return the files of a table with partitions replaced, in their order, and the rows written."""
    by_part = {_part_of(name): name for name in held}
    by_part.update({part: name for part, name, _rows in made})
    return tuple(by_part[part] for part in sorted(by_part)), sum(rows for _part, _name, rows in made)


def _part_of(name: str) -> int:
    return int(Path(name).name.split("-", 1)[0])


def _write_parts(
    folder: Path, table: Table, snapshot: Snapshot, parts: set[int] | None, *, stamp: str
) -> list[tuple[int, str, int]]:
    """Write partitions of a table of ours, all of them where `parts` is None; an empty table has partition 0."""
    if parts is None:
        top = snapshot.one(f"SELECT COALESCE(MAX(id), 0) FROM {table.name}")
        parts = set(range(int(top) // PARTITION + 1))
    statement = select(snapshot, table, column_types(table.name))
    made = []
    for part in sorted(parts):
        values = (table.name, part * PARTITION, (part + 1) * PARTITION)
        batches = (_arrow(table, rows) for rows in snapshot.batches(statement, values))
        made.append((part, *write(folder, table, part, batches, stamp=stamp)))
    return made


def _write_made(
    folder: Path, table: Table, snapshot: Snapshot, *, since: int, stamp: str
) -> list[tuple[int, str, int]]:
    parts = trail_tables.MADE[table.made](snapshot, since)
    return [
        (part, *write(folder, table, part, (_arrow(table, rows) for rows in batches), stamp=stamp))
        for part, batches in parts
    ]


def write(
    folder: Path, table: Table, part: int, batches: Iterable[pa.RecordBatch], *, stamp: str
) -> tuple[str, int]:
    """Write one Parquet file and return its name below the folder and its number of rows."""
    name = f"{table.name}/{part}-{stamp}.parquet"
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    rows = 0
    with pq.ParquetWriter(path, table.arrow, compression="zstd") as file:
        for batch in batches:
            file.write_batch(batch)
            rows += batch.num_rows
    return name, rows


def column_types(name: str) -> dict[str, str]:
    """Return column → moment | other of the database's table of a name."""
    model = next(each for each in apps.get_models() if each._meta.db_table == name)
    return {
        str(field.column): "moment" if isinstance(field, models.DateTimeField) else "other"
        for field in model._meta.concrete_fields
    }


def _arrow(table: Table, rows: Sequence[Sequence[Any]]) -> pa.RecordBatch:
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(table.columns)
    arrays = [
        pa.array(_values(column, values), type=field.type)
        for column, values, field in zip(table.columns, columns, table.arrow, strict=True)
    ]
    return pa.record_batch(arrays, schema=table.arrow)


def _values(column: Column, values: Sequence[Any]) -> Iterator[Any] | Sequence[Any]:
    if column.kind != "feature":
        return values
    function = feature_of(column)
    return (function(value) for value in values)


def feature_of(column: Column) -> Callable[[str], str]:
    """Return the function that makes a feature of the text of its source."""
    if column.made == "digest":
        key = salted_hmac(PHONE_SALT, "", algorithm="sha256").digest()
        return partial(digest_of, key=key)
    return FUNCTIONS[column.made]
