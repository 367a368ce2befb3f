"""Writes of the rules: regulations with their clauses, and the bundles they bind, published as data."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from lianjing.kernel.declaration import Domain, Step
from lianjing.kernel.process.graph import parse
from lianjing.kernel.refusal import BadInput
from lianjing.runtime.regulation.models import (
    Clause,
    Definition,
    DocumentRequirement,
    ProcessStep,
    Regulation,
)
from lianjing.runtime.trail.act import Act, Actor, recorded


class BrokenBundle(ValueError):
    """A bundle that does not fit its declaration: the text says place, fault and remedy."""


def publish_domain(domain: Domain, *, actor: Actor, now: datetime, from_on: date) -> None:
    """Publish all regulations, processes and decision tables that a domain ships, one event a regulation and bundle."""
    root = files(domain.package)
    bundles: list[dict[str, Any]] = []
    for place in _sorted(root / "regulations", ".toml"):
        content = tomllib.loads(place.read_text(encoding="utf-8"))
        bundles += content.get("bundle", [])
        if "clause" in content:
            with recorded(
                "regulation.publish", chain=f"regulation:{content['key']}", actor=actor, now=now
            ) as act:
                add_regulation(act, content)
    for bundle in bundles:
        with recorded(
            "bundle.publish", chain=f"regulation:{bundle['regulation']}", actor=actor, now=now
        ) as act:
            publish_bundle(act, domain, bundle, root, from_on)


def _sorted(folder: Traversable, ending: str) -> Iterator[Traversable]:
    yield from sorted(
        (place for place in folder.iterdir() if place.name.endswith(ending)), key=lambda place: place.name
    )


def add_regulation(act: Act, content: Mapping[str, Any]) -> Regulation:
    """Enter a regulation with its clauses; BadInput where its key is there already; part of an act."""
    if Regulation.objects.filter(key=content["key"]).exists():
        raise BadInput(content["key"], "key")
    regulation = act.save(
        Regulation(
            key=content["key"],
            doc_no=content.get("doc_no", ""),
            title=content["title"],
            title_en=content.get("title_en", ""),
            kind=content["kind"],
            issuer=content.get("issuer", ""),
            status=content["status"],
            is_trial=content["status"] == "trial",
            from_on=content.get("from"),
            review_on=content.get("review_on"),
        )
    )
    act.save_many(clauses_of(regulation, content["clause"]))
    return regulation


def clauses_of(regulation: Regulation, rows: Iterable[Mapping[str, Any]]) -> list[Clause]:
    """Return the clauses of a regulation as they are shipped, not yet saved."""
    return [
        Clause(
            regulation=regulation,
            article_no=str(row["article"]),
            text=row["text"],
            text_en=row.get("text_en", ""),
            mark=row.get("mark", ""),
            from_on=row.get("from"),
            to_on=row.get("to"),
        )
        for row in rows
    ]


def add_definition(
    act: Act, domain: Domain, bundle: Mapping[str, Any], *, kind: str, key: str, xml: str, from_on: date
) -> Definition:
    """Add a version of one process or decision table, with the steps of a process; part of an act."""
    regulation = Regulation.objects.get(key=bundle["regulation"])
    definition = _define(act, kind, key, xml, regulation, bundle["key"], from_on)
    if kind == "process":
        _derive_steps(act, domain, definition)
    return definition


def publish_bundle(
    act: Act, domain: Domain, bundle: Mapping[str, Any], root: Traversable, from_on: date
) -> None:
    """Publish the definitions of one bundle as one version; BrokenBundle where a process and its declaration differ."""
    regulation = Regulation.objects.get(key=bundle["regulation"])
    for key in bundle.get("processes", []):
        xml = (root / "processes" / f"{key}.bpmn").read_text(encoding="utf-8")
        definition = _define(act, "process", key, xml, regulation, bundle["key"], from_on)
        _derive_steps(act, domain, definition)
    for key in bundle.get("decisions", []):
        xml = (root / "decisions" / f"{key}.dmn").read_text(encoding="utf-8")
        _define(act, "decision", key, xml, regulation, bundle["key"], from_on)
    for row in bundle.get("document", []):
        act.save(
            DocumentRequirement(
                bundle_key=bundle["key"],
                stage=row["stage"],
                document_kind=row["kind"],
                is_mandatory=row["mandatory"],
                clause=row.get("clause", ""),
            )
        )


def _define(
    act: Act, kind: str, key: str, xml: str, regulation: Regulation, bundle_key: str, from_on: date
) -> Definition:
    """Add a version and close the one before it; a key that two bundles name is published once."""
    last = Definition.objects.filter(key=key).order_by("-version").first()
    if last is not None and last.sha256 == hashlib.sha256(xml.encode("utf-8")).hexdigest():
        return last
    return publish_version(
        act, kind=kind, key=key, xml=xml, regulation=regulation, bundle_key=bundle_key, from_on=from_on
    )


def publish_version(
    act: Act,
    *,
    kind: str,
    key: str,
    xml: str,
    regulation: Regulation,
    bundle_key: str,
    from_on: date,
    approved_by_person_id: int | None = None,
) -> Definition:
    """Add a version of a process, table or form from a day on; the one before it ends the day before; part of an act."""
    last = Definition.objects.filter(key=key).order_by("-version").first()
    if last is not None and last.from_on < from_on:
        last.to_on = from_on - timedelta(days=1)
        act.save(last)
    return act.save(
        Definition(
            kind=kind,
            key=key,
            version=(last.version if last else 0) + 1,
            xml=xml,
            sha256=hashlib.sha256(xml.encode("utf-8")).hexdigest(),
            regulation=regulation,
            bundle_key=bundle_key,
            status="in_force",
            from_on=from_on,
            approved_by_person_id=approved_by_person_id,
        )
    )


def _derive_steps(act: Act, domain: Domain, definition: Definition) -> None:
    declared = {step.id: step for step in _declared(domain, definition.key)}
    drawn = {task.id for task in parse(definition.xml).tasks}
    if set(declared) != drawn:
        raise BrokenBundle(
            f"{definition.key}: drawn but not declared {sorted(drawn - set(declared))}, "
            f"declared but not drawn {sorted(set(declared) - drawn)}; give both sides the same task ids"
        )
    derive_steps(act, definition, declared)


def derive_steps(act: Act, definition: Definition, declared: Mapping[str, Step]) -> None:
    """Write the steps and required papers of a process version, as its diagram has them; part of an act.

    A task that is not declared is a generic step and has no duty of its own.
    """
    for task in parse(definition.xml).tasks:
        duty = declared[task.id].duty if task.id in declared else None
        act.save(
            ProcessStep(
                definition=definition,
                step_key=task.id,
                name=task.name,
                name_en=task.name_en,
                post_key=task.lane.post if task.lane else "",
                post_scope=task.lane.scope if task.lane else "",
                duty=duty.value if duty else "",
                deadline=task.deadline,
                clause=task.clause,
                is_mandatory_control=any(rule.is_mandatory for rule in task.documents),
            )
        )
        for rule in task.documents:
            act.save(
                DocumentRequirement(
                    definition=definition,
                    bundle_key=definition.bundle_key,
                    step_key=task.id,
                    document_kind=rule.kind,
                    is_mandatory=rule.is_mandatory,
                    clause=rule.clause,
                )
            )


def _declared(domain: Domain, key: str) -> tuple[Step, ...]:
    try:
        return domain.procedure(key).steps
    except StopIteration:
        raise BrokenBundle(
            f"{key}: no procedure of this key is declared in the domain {domain.key}"
        ) from None
