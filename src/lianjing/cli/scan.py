"""`lianjing scan`: the lake up to the last leaf, every indicator over it, its findings kept or written to a file."""

from __future__ import annotations

import argparse
import dataclasses
import importlib
import json
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from lianjing.analysis.engine.duck import DuckBeside
from lianjing.analysis.engine.engine import Engine, EngineFailed
from lianjing.analysis.indicator.library import chosen
from lianjing.analysis.indicator.scan import Scanned, day_of, lake_of, scan
from lianjing.analysis.lake.quality import keep_report, quality
from lianjing.analysis.lake.silent_feeds import note_silent
from lianjing.analysis.lake.source import own_snapshot
from lianjing.cli.state import refuse_without_tables
from lianjing.kernel.refusal import BadInput
from lianjing.runtime import clock

SPARK = "spark://"


def add_command(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add `scan` to the command line."""
    command = commands.add_parser("scan", parents=[common], help="run the indicators over everything")
    command.add_argument(
        "--engine", default="duckdb", metavar="duckdb|spark://HOST:PORT", help="what answers (default duckdb)"
    )
    command.add_argument(
        "--indicator", default="*", metavar="GLOB", help="only indicators whose code matches: M-T*"
    )
    command.add_argument(
        "--out", type=Path, metavar="FILE", help="write the findings as JSON lines and keep none"
    )
    command.add_argument("--quality", action="store_true", help="report on the data instead of scanning")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Scan and say how each indicator fared; 1 where one failed."""
    refuse_without_tables()
    indicators = chosen(options.indicator)
    if not indicators:
        raise BadInput(_("没有编号符合%(glob)s的监督模型") % {"glob": options.indicator}, "indicator")
    now = clock.now()
    local = DuckBeside()
    try:
        lake = lake_of(settings.DATA_DIR / "lake", own_snapshot(), local, now=now)
        if options.quality:
            print(json.dumps(quality(lake, local, indicators), ensure_ascii=False, indent=1))
            return 0
        if options.out is None:
            note_silent(now)
        engine = _engine(options.engine, local)
        scanned = scan(lake, engine, indicators, now=now, is_kept=options.out is None)
        if engine is not local:
            engine.close()
        if options.indicator == "*":
            keep_report(lake.folder, quality(lake, local, indicators))
    except EngineFailed as fault:
        raise BadInput(_("引擎中断：%(fault)s。此前的预警未受影响，可重新运行") % {"fault": fault}) from fault
    finally:
        local.close()
    _tell(scanned, options)
    return 1 if scanned.failed else 0


def _engine(name: str, local: DuckBeside) -> Engine:
    if name == "duckdb":
        return local
    if not name.startswith(SPARK) and not name.startswith("local["):
        raise BadInput(_("--engine：duckdb 或 spark://主机:端口"), "engine")
    try:
        spark = importlib.import_module("lianjing.analysis.engine.spark")
    except ImportError as fault:
        raise BadInput(_("没有安装 Spark：uv sync --group spark，另需 Java 17"), "engine") from fault
    engine: Engine = spark.SparkEngine(spark.session(name))
    return engine


def _tell(scanned: Scanned, options: argparse.Namespace) -> None:
    if options.out is not None:
        begun = options.out.with_suffix(options.out.suffix + ".part")
        lines = (dataclasses.asdict(each) for outcome in scanned.outcomes for each in outcome.found)
        begun.write_text(
            "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in lines), encoding="utf-8"
        )
        begun.replace(options.out)
    if options.json:
        print(json.dumps(_summary(scanned), ensure_ascii=False))
        return
    print(f"{scanned.engine}  叶号 {scanned.lake.leaf}  截至 {day_of(scanned.lake)}")
    for each in scanned.outcomes:
        if each.fault:
            print(f"{each.code}  {each.title}  失败：{each.fault}", file=sys.stderr)
        elif each.awaits:
            print(f"{each.code}  {each.title}  未运行：{each.awaits}")
        else:
            print(f"{each.code}  {each.title}  {len(each.found)} 条，新 {each.new} 条  {each.seconds:.2f} s")


def _summary(scanned: Scanned) -> dict[str, Any]:
    return {
        "run": scanned.run,
        "engine": scanned.engine,
        "leaf": scanned.lake.leaf,
        "indicators": [
            {
                "code": o.code,
                "found": len(o.found),
                "new": o.new,
                "seconds": o.seconds,
                "fault": o.fault,
                "awaits": o.awaits,
            }
            for o in scanned.outcomes
        ],
    }
