"""`lianjing mine`: process analysis of an event log from outside, or of a process of this installation."""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from lianjing.analysis.mining import trail_log
from lianjing.analysis.mining.compiled import compile_bpmn
from lianjing.analysis.mining.conformance import Judge
from lianjing.analysis.mining.late import Limit
from lianjing.analysis.mining.mined import mined
from lianjing.analysis.mining.store import Event, Store
from lianjing.analysis.mining.variants import Pair
from lianjing.analysis.mining.worktime import weekdays
from lianjing.cli.log_options import columns_of, offset_of
from lianjing.cli.state import refuse_without_tables
from lianjing.intake.eventlog.opening import open_log, report_of, stored
from lianjing.intake.eventlog.reading import Log, usable
from lianjing.kernel.process.xml_source import BadSource
from lianjing.kernel.refusal import BadInput
from lianjing.runtime import clock
from lianjing.runtime.batch.event_logs import latest, logs
from lianjing.runtime.regulation.models import Definition

LIMIT = re.compile(
    r"(?P<origin>.+?)>(?P<target>.+):(?P<amount>\d+(?:\.\d+)?) (?P<unit>working_days|days|hours)(?:@(?P<clause>.+))?"
)
SHOWN = 12
MICROSECOND = timedelta(microseconds=1)
START = datetime(1970, 1, 1, tzinfo=UTC)


def add_command(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add `mine` to the command line."""
    command = commands.add_parser("mine", parents=[common], help="process analysis of a log or a process")
    command.add_argument(
        "subject", metavar="FILE|PROCESS", help="XES, OCEL 2.0, CSV (gzip or not), or a process key"
    )
    command.add_argument(
        "--model", type=Path, metavar="FILE.bpmn", help="the regulated process; deviations are named"
    )
    command.add_argument("--out", type=Path, metavar="FILE", help="write the whole answer as JSON")
    command.add_argument("--columns", default="", metavar="PART=HEADER,…", help="columns of a CSV file")
    command.add_argument(
        "--type", default="", dest="object_type", metavar="TYPE", help="object type of an OCEL log"
    )
    command.add_argument(
        "--zone", default="+08:00", metavar="±HH:MM", help="zone of times without one, and of days"
    )
    command.add_argument(
        "--four-eyes", action="append", default=[], metavar="STEP,STEP", help="steps for two persons"
    )
    command.add_argument(
        "--limit",
        action="append",
        default=[],
        metavar="FROM>TO:N UNIT[@CLAUSE]",
        help="a rule of time; FROM may be *",
    )
    command.add_argument(
        "--peers",
        default="",
        metavar="ATTRIBUTE",
        help="like matters: those with the same value, or size of amount",
    )
    command.add_argument(
        "--fail-on",
        action="append",
        default=[],
        choices=["deviation", "late", "four_eyes"],
        help="exit 1 if there are",
    )
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Analyse and print or write; 1 where something is found that --fail-on names."""
    path = Path(options.subject)
    with Store() as store:
        found = _of_file(store, path, options) if path.is_file() else _of_process(store, options)
    if options.out is not None:
        begun = options.out.with_suffix(options.out.suffix + ".part")
        begun.write_text(json.dumps(found, ensure_ascii=False, indent=1), encoding="utf-8")
        begun.replace(options.out)
    if options.json:
        print(json.dumps(found, ensure_ascii=False))
    else:
        print("\n".join(_lines(found)))
    keys = {"deviation": "deviations", "late": "late", "four_eyes": "four_eyes"}
    return int(any(found[keys[kind]] for kind in options.fail_on))


def _of_file(store: Store, path: Path, options: argparse.Namespace) -> dict[str, Any]:
    log = open_log(path, object_type=options.object_type, columns=columns_of(options.columns))
    return _of_log(store, path.name, log, offset_of(options.zone), options)


def _of_log(store: Store, name: str, log: Log, offset: int, options: argparse.Namespace) -> dict[str, Any]:
    store.load(Event(*each) for each in usable(log, offset))
    for attribute, values in log.attributes.items():
        store.describe(attribute, values.items())
    store.derive(weekdays(offset))
    judge = None
    if options.model is not None:
        said = Judge(_net(options.model), is_open=False)
        judge = lambda _number: said  # noqa: E731 - one net for all
    found = mined(
        store,
        judge=judge,
        pairs=_pairs(options.four_eyes),
        limits=_limits(options.limit),
        peer=_peer(store, options.peers),
    )
    return {"source": name, **found, "report": report_of(log.account)}


def _peer(store: Store, name: str) -> str:
    if name and name not in store.attributes():
        raise BadInput(
            _("--peers：没有属性“%(name)s”；现有：%(names)s")
            % {"name": name, "names": "、".join(store.attributes())},
            "peers",
        )
    return name


def _of_process(store: Store, options: argparse.Namespace) -> dict[str, Any]:
    refuse_without_tables()
    if not Definition.objects.filter(key=options.subject, kind="process").exists():
        row = latest(options.subject)
        if row is None:
            raise _unknown(options.subject)
        return _of_log(store, row.process_name, stored(row), row.zone_minutes, options)
    source, now = trail_log.source_of(options.subject), clock.now()
    store.load(trail_log.events_of(source))
    for attribute, values in trail_log.attributes_of(source).items():
        store.describe(attribute, values.items())
    store.derive(trail_log.worktime())
    found = mined(
        store,
        judge=trail_log.judge_of(source, store),
        pairs=[*trail_log.pairs_of(source), *_pairs(options.four_eyes)],
        limits=_limits(options.limit),
        lates=trail_log.late_items(source, now),
        peer=_peer(store, options.peers),
        now=(now - START) // MICROSECOND,
    )
    return {"source": options.subject, **found, "report": {}}


def _unknown(subject: str) -> BadInput:
    keys = Definition.objects.filter(kind="process").values_list("key", flat=True).distinct().order_by("key")
    names = logs().values_list("process_name", flat=True).distinct().order_by("process_name")
    return BadInput(
        _("“%(name)s”既不是文件，也不是流程；现有流程：%(keys)s")
        % {"name": subject, "keys": "、".join([*keys, *names])}
    )


def _net(path: Path) -> Any:
    try:
        return compile_bpmn(path.read_bytes())
    except BadSource as error:
        raise BadInput(f"{path.name}: {error.element_id} {error}".strip(), "model") from error


def _pairs(texts: list[str]) -> list[Pair]:
    parts = [text.partition(",") for text in texts]
    if any(not mark or not other.strip() for _one, mark, other in parts):
        raise BadInput(_("--four-eyes 须写成 环节一,环节二"), "four_eyes")
    return [Pair(one.strip(), other.strip()) for one, _mark, other in parts]


def _limits(texts: list[str]) -> list[Limit]:
    found = []
    for text in texts:
        match = LIMIT.fullmatch(text)
        if match is None:
            raise BadInput(_("--limit 须写成 环节>环节:5 working_days@条款"), "limit")
        unit: Any = match["unit"]
        found.append(
            Limit(match["origin"], match["target"], float(match["amount"]), unit, match["clause"] or "")
        )
    return found


def _lines(found: Mapping[str, Any]) -> Iterator[str]:
    yield _("%(cases)s 件，%(events)s 步，%(variants)s 种走法（工作日历：%(calendar)s）") % {
        "cases": found["cases"],
        "events": found["events"],
        "variants": found["variant_count"],
        "calendar": found["calendar"],
    }
    if found["fit"] is not None:
        yield _("符合流程 %(cases)s / %(of)s，未能比对 %(not_aligned)s") % found["fit"]
    for name in ("deviations", "late", "four_eyes", "rework", "ping_pong"):
        more = found["left_out"].get(name, 0)
        yield f"{name}: {len(found[name]) + more}"
    yield _("等得最久的（超出常态的工作日合计）")
    for flow in found["flows"][:SHOWN]:
        yield f"  {flow['excess']:>10}  {flow['from']} → {flow['to']}  {flow['count']}×  p50 {flow['median']}  p95 {flow['p95']}"
    for fault in found["report"].get("faults", ()):
        yield _("日志：%(kind)s %(count)s，%(remedy)s（%(places)s）") % {
            **fault,
            "places": "；".join(fault["examples"]),
        }
