"""The named steps in their order: each makes one table of the lake out of those that are there."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from typing import Any

import pyarrow as pa

from lianjing.analysis.engine.engine import Engine
from lianjing.analysis.lake.derived import bids, matches, peers, rotation, ties
from lianjing.analysis.lake.export import Lake, keep, write
from lianjing.analysis.lake.schema import Table, schema

BATCH = 50_000
STEPS: Mapping[str, Callable[[Engine], Iterable[tuple[Any, ...]]]] = {
    "tie_path": ties.paths,
    "party_component": ties.components,
    "bid_similarity": bids.similarity,
    "bidder_pair": bids.pairs_of_bidders,
    "bid_rotation": rotation.circles,
    "entity_match": matches.matches,
    "peer_stats": peers.stats,
    "log_fact": peers.factorials,
}


def derive(lake: Lake, engine: Engine, *, stamp: str) -> Lake:
    """Make all derived tables anew and return the lake with them; the manifest is put in its place once, at the end."""
    known = {name: lake.paths(name) for name, table in schema().tables.items() if not table.step}
    engine.attach(known)
    files = dict(lake.files)
    for name, table in schema().tables.items():
        if table.step:
            rows = iter(STEPS[table.step](engine))
            files[name] = (write(lake.folder, table, 0, _batches(table, rows), stamp=stamp)[0],)
    made = dataclasses.replace(lake, files=files)
    keep(made)
    engine.attach({name: made.paths(name) for name in schema().tables})
    return made


def _batches(table: Table, rows: Iterable[tuple[Any, ...]]) -> Iterable[pa.RecordBatch]:
    source = iter(rows)
    while batch := list(islice(source, BATCH)):
        columns = zip(*batch, strict=True)
        arrays = [pa.array(values, type=each.type) for values, each in zip(columns, table.arrow, strict=True)]
        yield pa.record_batch(arrays, schema=table.arrow)
