"""Reads of the rules: the clause and the definition in force on a day, parsed once per wording."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lianjing.kernel.process.decision import DecisionTable, parse_decision
from lianjing.kernel.process.graph import Graph, parse
from lianjing.kernel.refusal import Ground, Refusal
from lianjing.runtime.regulation.models import Clause, Definition, DocumentRequirement
from lianjing.runtime.trail.stamp import by_stamp


class NoDefinition(Refusal):
    """No version of a process or decision table is in force on that day: not yet, or no longer."""

    def __init__(self, key: str, day: date) -> None:
        message = _("“%(key)s”在%(day)s没有施行中的版本：制度尚未施行或者已经废止") % {
            "key": key,
            "day": day.isoformat(),
        }
        super().__init__(Ground.RULE, "rule.not_in_force", message)


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
    for version in _definitions().get(key, []):
        if version.from_on <= day and (version.to_on is None or version.to_on >= day):
            return version
    raise NoDefinition(key, day)


def latest_definition(key: str) -> Definition | None:
    """Return the last version that was published of a key, though its first day may still be to come."""
    return next(iter(_definitions().get(key, [])), None)


def latest_clause(reference: str) -> Clause | None:
    """Return the last wording of "regulation#article", though its first day may still be to come."""
    regulation_key, _mark, article = reference.partition("#")
    wordings = Clause.objects.filter(regulation__key=regulation_key, article_no=article)
    return wordings.select_related("regulation").order_by(F("from_on").desc(nulls_last=True), "-id").first()


def definition(definition_id: int) -> Definition:
    """Return a version by its id, whatever its day; the row is for reading only."""
    return next(row for versions in _definitions().values() for row in versions if row.id == definition_id)


@by_stamp
def _definitions() -> dict[str, list[Definition]]:
    versions: dict[str, list[Definition]] = {}
    for row in Definition.objects.filter(status="in_force").order_by("-version"):
        versions.setdefault(row.key, []).append(row)
    return versions


def requirements(definition_id: int, step_key: str) -> list[DocumentRequirement]:
    """Return what a step of a process version asks for, in the order of the diagram."""
    return _requirements().get((definition_id, step_key), [])


@by_stamp
def _requirements() -> dict[tuple[int | None, str], list[DocumentRequirement]]:
    asked: dict[tuple[int | None, str], list[DocumentRequirement]] = {}
    for row in DocumentRequirement.objects.order_by("id"):
        asked.setdefault((row.definition_id, row.step_key), []).append(row)
    return asked


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
