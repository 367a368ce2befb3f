"""Replay of past steps under a draft, and decision tables beside SpiffWorkflow's DMN engine.

    uv run --group oracle python benchmarks/process.py [--steps N] [--out FILE]

The past is laid down as the platform leaves it: matters with their processes, items, decisions and events with the
recorded actions. The draft lowers one tier of the shipped table of changes, so that a part of the matters goes another
way. "Interpreter alone" runs the same actions without database. Tables are evaluated row by row with the same inputs by
both engines in one run; only the ratio means something. LIANJING_DATABASE_URL chooses the database, SQLite in a
temporary folder else.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

MORNING = datetime(2025, 9, 1, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
DONE = ("propose", "supervise", "price", "lead", "leader", "order")  # the way of a general change
TABLE, PROCESS = "works_change_class", "works_change"
FORMER, TIER = "@works.change.larger.single_from_fen", 12_000_000
EVALUATIONS = 4_000
DMN = "https://www.omg.org/spec/DMN/20191111/MODEL/"


class Past:
    """One zone with as many finished changes as make the steps asked for."""

    def __init__(self) -> None:
        own = {app.label: None for app in import_module("django.apps").apps.get_app_configs()}
        import_module("django.conf").settings.MIGRATION_MODULES = own  # tables straight from the models
        import_module("django.core.management").call_command("migrate", run_syncdb=True, verbosity=0)
        import_module("lianjing.cli.demonstration.zone").found_zone(MORNING)
        self.org = import_module("lianjing.runtime.org.models")
        self.matter = import_module("lianjing.runtime.matter.models").Matter
        self.process = import_module("lianjing.runtime.process.models")
        self.trail = import_module("lianjing.runtime.trail.models")
        self.action = import_module("lianjing.kernel.process.action")
        self.interpret = import_module("lianjing.kernel.process.interpret")
        rules = import_module("lianjing.runtime.regulation.queries")
        figures = import_module("lianjing.runtime.parameter.queries")
        day = MORNING.date()
        self.version, self.table_version = rules.definition_on(PROCESS, day), rules.definition_on(TABLE, day)
        self.graph = rules.graph_of(self.version)
        self.decide = lambda key, variables: rules.table_of(rules.definition_on(key, day)).evaluate(
            variables, lambda name: figures.figure(name, day)
        )

    def actions(self, number: int) -> list[Any]:
        """What was done to one change: its amount lies under the tier in force."""
        amount = 10_000_000 + number % 10 * 900_000
        variables = {
            "propose": {"is_emergency": False, "has_designer": False, "matter_kind": "change"},
            "price": {
                "amount_fen": amount,
                "cumulative_fen": amount,
                "contract_fen": 100_000_000_000,
                "scope_changed": False,
            },
        }
        steps = [self.action.Complete(step, "", variables.get(step, {})) for step in DONE]
        return [self.action.Start({}), *steps]

    def lay(self, matters: int) -> int:
        """Write the past, a thousand matters at a time; return the number of recorded actions."""
        steps = 0
        for first in range(0, matters, 1000):
            steps += self._chunk(range(first, min(first + 1000, matters)))
        return steps

    def _chunk(self, numbers: range) -> int:
        unit = self.org.Unit.objects.order_by("id").first()
        post = self.org.Post.objects.filter(unit=unit).order_by("id").first()
        matters = self.matter.objects.bulk_create(
            self.matter(
                domain="works",
                kind="change",
                code=f"B-{number}",
                title=f"变更{number}",
                unit=unit,
                status="closed",
                stage="",
                opened_on=MORNING.date(),
                outcome="done",
            )
            for number in numbers
        )
        runs = [(number, self.actions(number)) for number in numbers]
        ends = [self._run(actions) for _number, actions in runs]
        instances = self.process.ProcessInstance.objects.bulk_create(
            self.process.ProcessInstance(
                matter=matter,
                definition_id=self.version.id,
                state="ended",
                marking=state.to_json(),
                ver=len(actions),
                started_at=MORNING,
                ended_at=MORNING + timedelta(days=9),
                outcome=state.outcome,
            )
            for matter, (_number, actions), (state, _decided) in zip(matters, runs, ends, strict=True)
        )
        self._items(instances, post)
        self._logs(instances, ends)
        self._events(instances, runs)
        return sum(len(actions) for _number, actions in runs)

    def _run(self, actions: list[Any]) -> tuple[Any, list[Any]]:
        state, decided = self.interpret.INITIAL, []
        for action in actions:
            state, effects = self.interpret.interpret(self.graph, state, action, self.decide)
            decided += [each for each in effects if isinstance(each, self.interpret.Decided)]
        assert state.is_ended
        return state, decided

    def _items(self, instances: list[Any], post: Any) -> None:
        self.process.WorkItem.objects.bulk_create(
            self.process.WorkItem(
                instance=instance,
                matter_id=instance.matter_id,
                step_key=step,
                round=1,
                post=post,
                unit_id=post.unit_id,
                opened_at=MORNING + timedelta(days=place),
                closed_at=MORNING + timedelta(days=place + 1),
                outcome="done",
            )
            for instance in instances
            for place, step in enumerate(DONE)
        )

    def _logs(self, instances: list[Any], ends: list[tuple[Any, list[Any]]]) -> None:
        self.process.DecisionLog.objects.bulk_create(
            self.process.DecisionLog(
                matter_id=instance.matter_id,
                decision_key=each.decision,
                definition_id=self.table_version.id,
                inputs="{}",
                outputs=json.dumps(dict(each.outputs)),
                matched="[]",
                decided_at=MORNING,
            )
            for instance, (_state, decided) in zip(instances, ends, strict=True)
            for each in decided
        )

    def _events(self, instances: list[Any], runs: list[tuple[int, list[Any]]]) -> None:
        events, bodies = [], []
        for instance, (_number, actions) in zip(instances, runs, strict=True):
            for ver, action in enumerate(actions, 1):
                event = self.trail.Event(
                    id=f"b-{instance.id}-{ver}",
                    object=f"matter:{instance.matter_id}",
                    oseq=ver,
                    envelope=b"",
                    act=PROCESS,
                    recorded_at=MORNING,
                    matter_id=instance.matter_id,
                    root_matter_id=instance.matter_id,
                )
                noted = {"instance": instance.id, "ver": ver, "action": action.to_dict()}
                content = {"process": noted, "rows": [{"t": "work_item", "v": {"pad": "x" * 900}}]}
                events.append(event)
                text = json.dumps(content, separators=(",", ":")).encode()
                bodies.append(self.trail.Body(event=event, salt=b"", content=text))
        self.trail.Event.objects.bulk_create(events, batch_size=2000)
        self.trail.Body.objects.bulk_create(bodies, batch_size=2000)


def replay(past: Past, steps: int) -> dict[str, Any]:
    """Lay the past down, replay it under the amended table, and run its actions bare."""
    matters = -(-steps // (len(DONE) + 1))
    steps = past.lay(matters)
    revisions = import_module("lianjing.runtime.revision.services")
    replays = import_module("lianjing.runtime.revision.replay")
    person = past.org.LoginAccount.objects.get(number="20603").person_id
    revision = revisions.begin(
        regulation_key="zone_change",
        bundle_key="",
        title="量测",
        reason="量测",
        person_id=person,
        now=MORNING,
    )
    text = past.table_version.xml.replace(FORMER, str(TIER))
    revisions.put_part(
        revision_id=revision.pk, kind="decision", key=TABLE, text=text, person_id=person, now=MORNING
    )
    asked = replays.ask(revision_id=revision.pk, since=None, until=None, person_id=person, now=MORNING)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begun = time.perf_counter()
    done = replays.replay(asked.pk, now=MORNING, progress=lambda _done, _total: None)
    seconds = time.perf_counter() - begun
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    expected = sum(10_000_000 + number % 10 * 900_000 >= TIER for number in range(matters))
    assert (done.matters, done.steps, done.changed) == (matters, steps, expected)
    return {
        "steps": steps,
        "matters": matters,
        "changed": done.changed,
        "seconds": round(seconds, 1),
        "steps_a_second": round(steps / seconds),
        "memory_mb": round(after / 1024),
        "memory_grown_mb": round((after - before) / 1024),
        "interpreter_alone_steps_a_second": bare(past),
    }


def bare(past: Past) -> int:
    """Steps a second of the same actions without database."""
    runs = [past.actions(number) for number in range(500)]
    begun = time.perf_counter()
    for actions in runs:
        past._run(actions)
    return round(sum(map(len, runs)) / (time.perf_counter() - begun))


def evaluations() -> dict[str, Any]:
    """Evaluations a second of one table of 40 rows by both engines, answers compared."""
    rows = 40
    xml = table_xml(rows)
    decision = import_module("lianjing.kernel.process.decision")
    table = decision.parse_decision(xml)
    cases = [{"amount": number * 37 % (rows * 100), "kind": "road"} for number in range(EVALUATIONS)]

    def ask() -> list[Any]:
        return [table.evaluate(case, lambda _key: 0).outputs["tier"] for case in cases]

    own, rate = best(ask)
    found: dict[str, Any] = {"rows": rows, "a_second": round(rate)}
    return found | beside_spiff(xml, cases, own, found["a_second"])


def best(ask: Callable[[], list[Any]]) -> tuple[list[Any], float]:
    """The answers, and the most of them a second in five runs: the other people on the machine only slow it down."""
    rates = []
    for _run in range(5):
        begun = time.perf_counter()
        found = ask()
        rates.append(len(found) / (time.perf_counter() - begun))
    return found, max(rates)


def beside_spiff(xml: str, cases: list[dict[str, Any]], own: list[Any], speed: int) -> dict[str, Any]:
    """The same by SpiffWorkflow, on fewer cases."""
    try:
        dmn = import_module("SpiffWorkflow.dmn.parser.DMNParser")
        engines = import_module("SpiffWorkflow.dmn.engine.DMNEngine")
        scripts = import_module("SpiffWorkflow.bpmn.script_engine.python_engine")
        lxml = import_module("lxml.etree")
    except ImportError:
        return {"spiff": "not installed"}
    node = lxml.fromstring(spiff_xml(xml).encode())
    parser = dmn.DMNParser(None, node, {"dmn": DMN})
    parser.parse()
    engine, script = engines.DMNEngine(parser.decision.decisionTables[0]), scripts.PythonScriptEngine()

    class Task:
        """What the engine asks of a task."""

        def __init__(self, data: Mapping[str, Any]) -> None:
            self.data = dict(data)
            self.workflow = type("Workflow", (), {"script_engine": script})()

    some = cases[:400]

    def ask() -> list[Any]:
        return [engine.result(Task(case))["tier"] for case in some]

    theirs, rate = best(ask)
    assert theirs == own[: len(some)]
    return {"spiff_a_second": round(rate), "ratio": round(speed / rate, 1)}


def table_xml(rows: int) -> str:
    """A table of tiers with one text column beside the amount."""
    cells = "".join(
        f'<rule id="r{row}"><inputEntry id="a{row}"><text>[{row * 100}..{row * 100 + 100})</text></inputEntry>'
        f'<inputEntry id="b{row}"><text>"road"</text></inputEntry>'
        f'<outputEntry id="c{row}"><text>"t{row}"</text></outputEntry></rule>'
        for row in range(rows)
    )
    return (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="urn:bench">'
        '<decision id="tiers" name="tiers"><decisionTable id="t" hitPolicy="UNIQUE">'
        '<input id="i1" label="amount"><inputExpression id="e1" typeRef="integer"><text>amount</text></inputExpression></input>'
        '<input id="i2" label="kind"><inputExpression id="e2" typeRef="string"><text>kind</text></inputExpression></input>'
        f'<output id="o1" name="tier" label="tier" typeRef="string"/>{cells}</decisionTable></decision></definitions>'
    )


def spiff_xml(xml: str) -> str:
    """The same table with its ranges in the dialect of the other engine."""
    for row in range(40):
        xml = xml.replace(
            f"[{row * 100}..{row * 100 + 100})", f"? &gt;= {row * 100} and ? &lt; {row * 100 + 100}"
        )
    return xml


def main() -> int:
    """Measure and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=100_000)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results" / "process.json")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["LIANJING_DATA"] = folder
        os.environ.setdefault("LIANJING_DEMONSTRATION", "1")
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianjing.site.settings")
        import_module("django").setup()
        database = import_module("django.db").connection.vendor
        found = {"database": database, "replay": replay(Past(), options.steps), "tables": evaluations()}
    text = json.dumps(found, indent=1)
    options.out.write_text(text + "\n", encoding="utf-8")
    sys.stdout.write(text + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
