"""Reads of the rules: the clause and the definition in force on a day, parsed once per wording."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from django.db.models import Q
from django.utils.translation import get_language

from lianjing.kernel.process.decision import DecisionTable, parse_decision
from lianjing.kernel.process.graph import Graph, parse
from lianjing.runtime.regulation.models import Clause, Definition


class NoDefinition(LookupError):
    """No version of a process or decision table is in force on that day."""


def _in_force(day: date) -> Q:
    first = Q(from_on__isnull=True) | Q(from_on__lte=day)
    return first & (Q(to_on__isnull=True) | Q(to_on__gte=day))


def clause_on(reference: str, day: date) -> Clause | None:
    """Return the wording of "regulation#article" in force on the day, None for an unknown reference."""
    regulation_key, _mark, article = reference.partition("#")
    wordings = Clause.objects.filter(_in_force(day), regulation__key=regulation_key, article_no=article)
    return wordings.select_related("regulation").order_by("-from_on", "-id").first()


def clause_title(reference: str, day: date) -> str:
    """Return a clause as people cite it: 《办法》第六条; the reference itself where it is unknown."""
    clause = clause_on(reference, day)
    if clause is None:
        return reference
    if (get_language() or "zh").startswith("zh"):
        return f"《{clause.regulation.title}》第{clause.article_no}条"
    return f"{clause.regulation.title_en or clause.regulation.title}, art. {clause.article_no}"


def definition_on(key: str, day: date) -> Definition:
    """Return the version of a process or decision table in force on the day; NoDefinition otherwise."""
    found = Definition.objects.filter(_in_force(day), key=key, status="in_force").order_by("-version").first()
    if found is None:
        raise NoDefinition(f"{key}: {day}")
    return found


def graph_of(definition: Definition) -> Graph:
    """Return the parsed process of a definition."""
    return _graph(definition.xml)


def table_of(definition: Definition) -> DecisionTable:
    """Return the parsed decision table of a definition."""
    return _table(definition.xml)


@lru_cache(maxsize=256)
def _graph(xml: str) -> Graph:
    return parse(xml)


@lru_cache(maxsize=256)
def _table(xml: str) -> DecisionTable:
    return parse_decision(xml)
