"""`lianjing export xes | ocel`: the trail as event logs for other programs, persons under a pseudonym of this export."""

from __future__ import annotations

import argparse
import hashlib
import hmac
import json
import secrets
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from lianjing.cli.state import refuse_without_tables
from lianjing.intake.eventlog.writing import (
    OutEvent,
    OutObject,
    write_csv,
    write_ocel_json,
    write_ocel_sqlite,
    write_xes,
)
from lianjing.kernel.refusal import BadInput
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.org.models import Post, Unit
from lianjing.runtime.process.models import ProcessInstance
from lianjing.runtime.regulation.models import Definition
from lianjing.runtime.trail.models import Event

MATTERS = ("domain", "kind", "code", "status", "outcome", "stage", "opened_on")


def add_to(group: Any, common: argparse.ArgumentParser) -> None:
    """Add `export xes` and `export ocel` to the group of `export`."""
    xes = group.add_parser("xes", parents=[common], help="one XES log and one CSV table a process")
    ocel = group.add_parser("ocel", parents=[common], help="OCEL 2.0: matters, posts, units; JSON and SQLite")
    for command, run in ((xes, run_xes), (ocel, run_ocel)):
        command.add_argument(
            "target", type=Path, metavar="DIR", help="a folder; an earlier export is replaced"
        )
        command.set_defaults(run=run)
    xes.add_argument("--process", default="", metavar="KEY", help="only this process")


class Pseudonyms:
    """Names for persons that mean nothing outside one export: the salt is thrown away with it."""

    def __init__(self) -> None:
        self.salt = secrets.token_bytes(32)

    def name(self, person_id: int | None) -> str:
        """Return the name of a person, "" for nobody."""
        if person_id is None:
            return ""
        return "p-" + hmac.new(self.salt, str(person_id).encode(), hashlib.sha256).hexdigest()[:12]


def run_xes(options: argparse.Namespace) -> int:
    """Write a log and a table for each process that has run, and print the counts."""
    folder = _folder(options.target)
    keys = Definition.objects.filter(kind="process").values_list("key", flat=True).distinct().order_by("key")
    if options.process and options.process not in keys:
        raise BadInput(_("没有流程“%(name)s”") % {"name": options.process}, "process")
    people, counts = Pseudonyms(), {}
    for key in [options.process] if options.process else keys:
        cases = list(_cases(key, people))
        if cases:
            write_csv(folder / f"{key}.csv", cases)
            counts[key] = write_xes(folder / f"{key}.xes", key, cases)
    return _tell(options, {"target": str(folder), "processes": counts, "events": sum(counts.values())})


def run_ocel(options: argparse.Namespace) -> int:
    """Write the acts on all matters as one object-centric log, in both forms, and print the counts."""
    folder = _folder(options.target)
    objects = list(_objects())
    events = list(_acts({each.id for each in objects}, Pseudonyms()))
    write_ocel_json(folder / "trail.ocel.json", events, objects)
    write_ocel_sqlite(folder / "trail.ocel.sqlite", events, objects)
    return _tell(options, {"target": str(folder), "events": len(events), "objects": len(objects)})


def _folder(target: Path) -> Path:
    refuse_without_tables()
    if target.exists() and not target.is_dir():
        raise BadInput(_("目标须是文件夹"), "target")
    target.mkdir(parents=True, exist_ok=True)
    return target


def _tell(options: argparse.Namespace, found: dict[str, Any]) -> int:
    print(
        json.dumps(found, ensure_ascii=False)
        if options.json
        else "\n".join(f"{k}: {v}" for k, v in found.items())
    )
    return 0


def _cases(key: str, people: Pseudonyms) -> Iterator[tuple[str, Sequence[OutEvent]]]:
    """Yield the matters of a process with their acts; refused attempts are no steps."""
    instances = ProcessInstance.objects.filter(definition__key=key).order_by("matter_id")
    codes = dict(Matter.objects.filter(id__in=instances.values("matter_id")).values_list("id", "code"))
    acts = Event.objects.filter(act__startswith=f"{key}.", is_refused=False).exclude(step_key="")
    found: dict[int, list[OutEvent]] = {}
    for each in _told(acts, people):
        found.setdefault(int(each.objects[0][0].partition(":")[2]), []).append(each)
    for matter in instances.values_list("matter_id", flat=True):
        if matter in found:
            yield codes[matter] or f"matter:{matter}", found[matter]


def _acts(known: set[str], people: Pseudonyms) -> Iterator[OutEvent]:
    acts = Event.objects.filter(matter_id__isnull=False, is_refused=False)
    for each in _told(acts, people):
        yield OutEvent(
            each.id,
            each.type,
            each.at,
            tuple(pair for pair in each.objects if pair[0] in known),
            each.person,
            each.post,
            each.unit,
        )


def _told(acts: Any, people: Pseudonyms) -> Iterator[OutEvent]:
    posts, units = dict(Post.objects.values_list("id", "name")), dict(Unit.objects.values_list("id", "name"))
    for act in acts.order_by("recorded_at", "object", "oseq").iterator():
        pairs = [(f"matter:{act.matter_id}", "matter")]
        if act.root_matter_id not in (None, act.matter_id):
            pairs.append((f"matter:{act.root_matter_id}", "root"))
        if act.post_id is not None:
            pairs.append((f"post:{act.post_id}", "post"))
        if act.unit_id is not None:
            pairs.append((f"unit:{act.unit_id}", "unit"))
        yield OutEvent(
            act.id,
            act.act,
            act.recorded_at,
            tuple(pairs),
            people.name(act.person_id),
            posts.get(act.post_id, ""),
            units.get(act.unit_id, ""),
        )


def _objects() -> Iterator[OutObject]:
    """Yield matters, posts and units; titles stay here, they may name persons."""
    for row in Matter.objects.order_by("id").values("id", "root_id", "unit_id", *MATTERS).iterator():
        values = {name: str(row[name]) for name in MATTERS if row[name]}
        related = [(f"unit:{row['unit_id']}", "unit")]
        if row["root_id"] not in (None, row["id"]):
            related.append((f"matter:{row['root_id']}", "root"))
        yield OutObject(f"matter:{row['id']}", row["kind"], values, tuple(related))
    for post in Post.objects.order_by("id"):
        yield OutObject(
            f"post:{post.pk}",
            "post",
            {"name": post.name, "key": post.key},
            ((f"unit:{post.unit_id}", "unit"),),
        )
    for unit in Unit.objects.order_by("id"):
        yield OutObject(f"unit:{unit.pk}", "unit", {"name": unit.name})
