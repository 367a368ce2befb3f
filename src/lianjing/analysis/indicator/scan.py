"""The scan: export, derived tables, every chosen indicator on an engine, its findings kept; one that fails stops no other."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

from lianjing.analysis.engine.engine import Engine, EngineFailed
from lianjing.analysis.indicator.header import Header
from lianjing.analysis.indicator.library import Indicator
from lianjing.analysis.indicator.runner import EPOCH, BadAnswer, run
from lianjing.analysis.lake.derived.steps import derive
from lianjing.analysis.lake.export import Lake, export
from lianjing.analysis.lake.schema import schema
from lianjing.analysis.lake.source import Snapshot
from lianjing.kernel.refusal import BadInput
from lianjing.runtime.finding import detection, indicator_versions
from lianjing.runtime.finding.detection import Detected
from lianjing.runtime.finding.models import Indicator as Registered
from lianjing.runtime.parameter.queries import MissingFigure


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one indicator fared: its findings, how many are new, seconds; what it awaits, or the fault where it failed.

    One that awaits a figure that nobody has set yet did not run, and did not fail.
    """

    code: str
    title: str
    found: tuple[Detected, ...] = ()
    new: int = 0
    seconds: float = 0.0
    fault: str = ""
    awaits: str = ""


@dataclass(frozen=True, slots=True)
class Scanned:
    """One scan: the lake it read, and how each indicator fared."""

    lake: Lake
    run: str
    engine: str
    outcomes: tuple[Outcome, ...] = field(default=())

    @property
    def failed(self) -> list[Outcome]:
        """The indicators that could not be run; their earlier findings stand as they were."""
        return [each for each in self.outcomes if each.fault]


def lake_of(folder: Path, source: AbstractContextManager[Snapshot], engine: Engine, *, now: datetime) -> Lake:
    """Bring the lake up to the last leaf and make its derived tables with an engine."""
    with source as snapshot:
        exported = export(folder, snapshot, now=now)
    return derive(exported.lake, engine, stamp=f"{exported.lake.leaf}-{int(now.timestamp())}")


def scan(
    lake: Lake, engine: Engine, indicators: Sequence[Indicator], *, now: datetime, is_kept: bool = True
) -> Scanned:
    """Run the indicators over a lake; with `is_kept` each one's findings are kept before the next one runs.

    A crash in between leaves what was kept; the same scan again finds the same findings and adds the rest.
    """
    engine.attach({name: lake.paths(name) for name in schema().tables})
    name = f"scan-{now:%Y%m%d%H%M%S}-{lake.leaf}"
    outcomes = tuple(_one(lake, engine, each, run_name=name, now=now, is_kept=is_kept) for each in indicators)
    return Scanned(lake, name, engine.name, outcomes)


def _one(
    lake: Lake, engine: Engine, indicator: Indicator, *, run_name: str, now: datetime, is_kept: bool
) -> Outcome:
    header = indicator.header
    began = time.perf_counter()
    try:
        row = indicator_versions.register(registered(indicator), now) if is_kept else None
        found = run(engine, indicator, header.values_on(day_of(lake)), today=lake.day)
        new = 0 if row is None else _kept(row, found, run_name=run_name, now=now)
    except MissingFigure as missing:
        return Outcome(header.code, header.title, awaits=str(missing))
    except (EngineFailed, BadAnswer, BadInput) as fault:
        return Outcome(header.code, header.title, seconds=_since(began), fault=str(fault))
    return Outcome(header.code, header.title, tuple(found), new, _since(began))


def _since(began: float) -> float:
    return round(time.perf_counter() - began, 3)


def day_of(lake: Lake) -> date:
    """Return the day that a lake reaches."""
    return EPOCH + timedelta(days=lake.day)


def _kept(row: Registered, found: Sequence[Detected], *, run_name: str, now: datetime) -> int:
    stored = detection.store(found, run=run_name, scope="full", now=now, ran=[row])
    return len(stored.new)


def registered(indicator: Indicator) -> indicator_versions.Indicator:
    """Return what the register of indicators keeps of a file."""
    header: Header = indicator.header
    figures = "\n".join(
        f"{each.name} = {'@' + each.key if each.key else each.value}" for each in header.parameters
    )
    return indicator_versions.Indicator(
        code=header.code,
        version=header.version,
        title=header.title,
        title_en=header.title_en,
        domain=header.domain,
        severity=header.severity,
        sql_sha256=indicator.sha256,
        risk_point=header.risk_point,
        stage=header.stage,
        status=header.status,
        evidences=header.evidences,
        source=header.source,
        excludes=header.excludes,
        assumes=header.assumes,
        parameters=figures,
    )
