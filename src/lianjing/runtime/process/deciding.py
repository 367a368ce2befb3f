"""Under which version of its decision tables a process runs: that in force on the day it began."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from lianjing.kernel.process.decision import DecisionResult
from lianjing.kernel.process.expression import Value
from lianjing.runtime.parameter.queries import figure
from lianjing.runtime.process.models import ProcessInstance
from lianjing.runtime.regulation.queries import definition, definition_on, table_of
from lianjing.runtime.trail.act import legal_day


def bundle_day(instance: ProcessInstance) -> date:
    """Return the day whose rules bind a process: old matters finish under their bundle (process, rules as data).

    One that was carried over to a newer version is bound from the day of that version.
    """
    return max(legal_day(instance.started_at), definition(instance.definition_id).from_on)


def decider(day: date, bundle_on: date) -> Callable[[str, Mapping[str, Value]], DecisionResult]:
    """Return what evaluates a decision table: the table of the bundle's day, with the figures of today."""

    def decide(decision_key: str, variables: Mapping[str, Value]) -> DecisionResult:
        table = table_of(definition_on(decision_key, bundle_on))
        return table.evaluate(variables, lambda name: figure(name, day))

    return decide
