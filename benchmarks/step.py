"""Full steps a second through the service layer, beside the same writes bare, the interpreter alone and SpiffWorkflow.

    uv run --group oracle python benchmarks/step.py [--matters N] [--out FILE]

Every step is a real one: a permit that was opened and whose paper was filed is registered by the planning post and
verified by the archives post, with authority, form, papers, domain records and clocks. "Without trail" runs the same
steps with the event writer left out. "Bare writes" repeats only the INSERTs and UPDATEs of business and process rows
through the same ORM, one transaction a step, without authority, form, papers, rules, interpreter and trail. All figures are of one run on one machine; only the ratios mean something.
LIANJING_DATABASE_URL chooses the database, SQLite in a temporary folder else.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

MORNING = datetime(2025, 9, 1, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
PERMIT = {
    "kind": "works_planning",
    "permit_no": "建字第990101202500001号",
    "issued_on": "2025-08-20",
    "result": "granted",
}
PROJECT = {
    "title": "望汀大道北延工程",
    "sector": "road",
    "nature": "新建",
    "site": "望汀大道以北",
    "scale": "道路长1.82 km",
    "total_investment": "68000000.00",
    "fund_kind": "budget",
    "is_state_controlled": "on",
    "funding_year": "2025",
    "planned_start_on": "2025-12-01",
    "planned_end_on": "2026-12-01",
    "need": "现状道路拥堵，" * 20,
}
Writes = list[tuple[str, type[Any], dict[str, Any]]]


class Bench:
    """One database, one zone; collects what each act wrote."""

    def __init__(self) -> None:
        self.services = import_module("lianjing.runtime.process.services")
        self.documents = import_module("lianjing.runtime.documents.services")
        self.org = import_module("lianjing.runtime.org.queries")
        self.trail = import_module("lianjing.runtime.trail.act")
        self.transaction = import_module("django.db.transaction")
        self.writes: list[Writes] = []
        self.scene = import_module("lianjing.runtime.scene").Scene(
            now=MORNING, end=MORNING, random=random.Random(1)
        )

    def found(self) -> Any:
        """Found the zone and one project at the stage of planning."""
        import_module("django.core.management").call_command("migrate", verbosity=0)
        import_module("lianjing.cli.demonstration.zone").found_zone(MORNING)
        self.scene.pass_time(hours=1)
        project = import_module("lianjing.domains.works.services.project").open_project(
            person_id=self.scene.person("20703"), now=self.scene.now, data=PROJECT
        )
        with self.trail.recorded(
            "bench.setup", chain=f"matter:{project.id}", actor=self.trail.SYSTEM, now=self.scene.now
        ) as act:
            project.stage = "planning"
            act.save(project)
        return project

    def opened(self, project: Any, number: int) -> tuple[Any, Any]:
        """Open a permit and file its paper: made ready, not measured."""
        scene, now = self.scene, self.scene.now
        permit = self.services.open_matter(
            procedure_key="works_permit",
            parent_id=project.id,
            title=f"规划许可{number}",
            person_id=scene.person("20401"),
            now=now,
        )
        item = scene.item(permit, "register")
        actor = self.org.actor_at(scene.person("20401"), item.post_id, scene.today())
        self.documents.upload(
            matter_id=permit.id,
            kind="permit",
            title="许可证",
            content=PDF,
            file_name="a.pdf",
            actor=actor,
            now=now,
        )
        return permit, item

    def steps(self, item_id: int) -> None:
        """Two full steps: register by the planning post, verify by the archives post."""
        scene, complete = self.scene, self.services.complete
        done = complete(item_id=item_id, person_id=scene.person("20401"), data=PERMIT, now=scene.now)
        complete(
            item_id=done.opened[0].id,
            person_id=scene.person("20708"),
            data={"is_same": "on", "opinion": "一致"},
            now=scene.now,
        )

    def all_steps(self, ready: Sequence[tuple[Any, Any]]) -> None:
        """The two steps of each opened permit."""
        for _permit, item in ready:
            self.steps(item.id)

    def collect(self) -> None:
        """Keep the rows of each act, to write them again bare."""
        inner = self.trail.write_events

        def listening(acts: Sequence[Any]) -> None:
            for act in acts:
                self.writes.append(
                    [(change, type(row), dict(row.__dict__)) for row, change, _columns in act._rows.values()]
                )
            inner(acts)

        self.trail.write_events = listening
        self.restore = lambda: setattr(self.trail, "write_events", inner)

    def silence(self) -> None:
        """Leave the trail out: the same steps write their rows and no event, body, index or queue entry."""
        inner = self.trail.write_events

        def silent(acts: Sequence[Any]) -> None:
            for act in acts:
                act.event_id = "-"

        self.trail.write_events = silent
        self.restore = lambda: setattr(self.trail, "write_events", inner)

    def bare(self, keys: dict[tuple[type[Any], Any], Any]) -> None:
        """Write the collected rows again, one transaction an act; `keys` leads from each matter to another opened one."""
        for writes in self.writes:
            with self.transaction.atomic():
                for change, model, values in writes:
                    self._write(change, model, values, keys)

    def _write(
        self, change: str, model: type[Any], values: dict[str, Any], keys: dict[tuple[type[Any], Any], Any]
    ) -> None:
        fields = {field.attname: values[field.attname] for field in model._meta.concrete_fields}
        key_name = model._meta.pk.attname
        for field in model._meta.concrete_fields:
            if field.remote_field is not None:
                target = (field.related_model, fields[field.attname])
                fields[field.attname] = keys.get(target, fields[field.attname])
        old = values[key_name]
        if model._meta.pk.remote_field is None:
            fields[key_name] = keys.get((model, old)) if change == "changed" else None
            if change == "changed" and fields[key_name] is None:
                fields[key_name] = old
        row = model(**fields)
        if change == "created":
            row.save(force_insert=True)
            keys[(model, old)] = row.pk
        else:
            row.save(force_update=True)


def timed(run: Callable[[], None]) -> float:
    """Return the seconds that a run takes."""
    begin = time.perf_counter()
    run()
    return time.perf_counter() - begin


def measure(matters: int) -> dict[str, Any]:
    """Measure the three ways, alternating, three times; the best of each counts."""
    bench = Bench()
    project = bench.found()
    bench.steps(bench.opened(project, 0)[1].id)
    full, silent, bare, count = [], [], [], 1
    for _turn in range(3):
        opened = [bench.opened(project, count + number) for number in range(3 * matters)]
        count += 3 * matters
        first, second, third = (opened[part * matters : (part + 1) * matters] for part in range(3))
        bench.writes.clear()
        bench.collect()
        full.append(timed(partial(bench.all_steps, first)))
        bench.restore()
        steps = len(bench.writes)
        bare.append(timed(partial(bench.bare, others(first, second))))
        bench.silence()
        silent.append(timed(partial(bench.all_steps, third)))
        bench.restore()
    vendor = import_module("django.db").connection.vendor
    return {
        "database": vendor,
        "steps": steps,
        "full_steps_a_second": round(steps / min(full), 1),
        "without_trail_steps_a_second": round(steps / min(silent), 1),
        "bare_writes_steps_a_second": round(steps / min(bare), 1),
        "ratio_full_to_without_trail": round(min(silent) / min(full), 3),
        "ratio_full_to_bare_writes": round(min(bare) / min(full), 3),
    }


def others(opened: Sequence[Any], spare: Sequence[Any]) -> dict[tuple[type[Any], Any], Any]:
    """Lead from the rows of opened matters to those of as many spare ones."""
    keys: dict[tuple[type[Any], Any], Any] = {}
    for (permit, item), (permit_, item_) in zip(opened, spare, strict=True):
        keys |= {(type(permit), permit.pk): permit_.pk, (type(item), item.pk): item_.pk}
        keys[(type(item.instance), item.instance_id)] = item_.instance_id
    return keys


def main() -> None:
    """Print the figures as JSON; the interpreter beside SpiffWorkflow comes from interpret.py."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--matters", type=int, default=100)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["LIANJING_DATA"] = folder
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianjing.site.settings")
        import_module("django").setup()
        figures = measure(options.matters)
        sys.path.insert(0, str(Path(__file__).parent))
        figures["interpreter"] = import_module("interpret").measure(options.matters)
        text = json.dumps(figures, ensure_ascii=False, indent=1)
    if options.out:
        options.out.write_text(text + "\n", encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
