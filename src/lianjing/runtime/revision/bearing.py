"""What rests on what: which rules name a clause or a table, which values a process gives, which matters run."""

from __future__ import annotations

import re

from lianjing.kernel.process.graph import Graph
from lianjing.kernel.process.state import State
from lianjing.runtime.process.models import ProcessInstance
from lianjing.runtime.regulation.models import Definition
from lianjing.runtime.regulation.queries import graph_of, latest_definition, table_of

RECENT = 200  # past processes of which the variables are read
STARTED_WITH = frozenset({"matter_kind"})


def known_to_process(key: str) -> frozenset[str]:
    """Return the variables that a process has had so far: in its diagrams and tables, and in its past runs."""
    names = set(STARTED_WITH)
    for version in Definition.objects.filter(key=key, kind="process"):
        names |= _named_in(graph_of(version))
    runs = ProcessInstance.objects.filter(definition__key=key).order_by("-id")
    for marking in runs.values_list("marking", flat=True)[:RECENT]:
        names |= set(State.from_json(marking).variables) if marking else set()
    return frozenset(names)


def _named_in(graph: Graph) -> set[str]:
    names = {name for flow in graph.flows.values() if flow.condition for name in flow.condition.names}
    names |= {task.multi.collection for task in graph.tasks if task.multi}
    names |= {call.multi.collection for call in graph.calls if call.multi}
    names |= {f"{call.id}_outcome" for call in graph.calls}
    for task in graph.tasks:
        version = latest_definition(task.decision) if task.decision else None
        if version is not None:
            table = table_of(version)
            names |= {name for column in table.inputs for name in column.expression.names}
            names |= set(table.outputs)
    return names


def known_to_table(key: str) -> frozenset[str]:
    """Return the variables that a table may ask for: those that it asks for now, and those of who uses it."""
    names: set[str] = set()
    for version in Definition.objects.filter(key=key, kind="decision"):
        names |= {name for column in table_of(version).inputs for name in column.expression.names}
    for version in _in_use("process"):
        if any(task.decision == key for task in graph_of(version).tasks):
            names |= known_to_process(version.key)
    return frozenset(names)


def users_of(reference: str, *, others_only: bool = False) -> list[str]:
    """Return which rules in use name a clause ("regulation#article") or any clause of a regulation, as "kind:key".

    With `others_only` those of other regulations, and those that decide by one of its tables.
    """
    regulation_key = reference.partition("#")[0]
    named = re.compile(re.escape(reference) + (r'(?=["\s])' if "#" in reference else "#"))
    tables = {
        row.key for row in _in_use("decision") if row.regulation and row.regulation.key == regulation_key
    }
    found = []
    for row in [*_in_use("process"), *_in_use("decision")]:
        if others_only and row.regulation is not None and row.regulation.key == regulation_key:
            continue
        decides = row.kind == "process" and others_only and _decides_by(row, tables)
        if named.search(row.xml) or decides:
            found.append(f"{row.kind}:{row.key}")
    return found


def _decides_by(row: Definition, tables: set[str]) -> bool:
    return any(task.decision in tables for task in graph_of(row).tasks)


def _in_use(kind: str) -> list[Definition]:
    """Return the last version of each key that is not at an end."""
    last: dict[str, Definition] = {}
    rows = Definition.objects.filter(kind=kind, status="in_force", to_on__isnull=True)
    for row in rows.select_related("regulation").order_by("key", "version"):
        last[row.key] = row
    return list(last.values())


def matters_of(regulation_id: int) -> int:
    """Return how many matters run under the processes of a regulation."""
    return ProcessInstance.objects.filter(
        definition__regulation=regulation_id, state__in=("running", "suspended")
    ).count()


def has_processes(regulation_id: int) -> bool:
    """True for a regulation that binds processes of its own."""
    return Definition.objects.filter(regulation=regulation_id, kind="process").exists()
