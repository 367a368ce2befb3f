"""What a newer program ships and the installation does not have yet: rules, clauses, processes, required papers."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from lianjing.kernel.declaration import Domain
from lianjing.runtime.regulation.models import Clause, Definition, DocumentRequirement, Regulation
from lianjing.runtime.regulation.services import add_definition, add_regulation, clauses_of
from lianjing.runtime.trail.act import Actor, recorded

ENDINGS = {"process": "bpmn", "decision": "dmn"}


@dataclass
class Shipped:
    """What is new of one domain, by its keys; `changed` are definitions that differ from the last version here."""

    regulations: list[dict[str, Any]] = field(default_factory=list)
    clauses: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    definitions: list[tuple[dict[str, Any], str, str]] = field(default_factory=list)  # bundle, kind, key
    changed: list[tuple[dict[str, Any], str, str]] = field(default_factory=list)
    papers: list[tuple[dict[str, Any], dict[str, Any]]] = field(default_factory=list)  # bundle, row

    def words(self) -> list[str]:
        """Return one word for each thing that is new."""
        return [
            *(f"regulation:{content['key']}" for content in self.regulations),
            *(f"clause:{key}#{row['article']}" for key, row in self.clauses),
            *(f"{kind}:{key}" for _bundle, kind, key in self.definitions),
            *(f"document:{bundle['key']}/{row['stage']}/{row['kind']}" for bundle, row in self.papers),
        ]


def newly_shipped(domain: Domain) -> Shipped:
    """Compare what the program ships of a domain with what the installation has."""
    found, root = Shipped(), files(domain.package)
    bundles: list[dict[str, Any]] = []
    places = sorted(
        (place for place in (root / "regulations").iterdir() if place.name.endswith(".toml")),
        key=lambda place: place.name,
    )
    for place in places:
        content = tomllib.loads(place.read_text(encoding="utf-8"))
        bundles += content.get("bundle", [])
        if "clause" in content:
            _compare_regulation(found, content)
    for bundle in bundles:
        _compare_bundle(found, bundle, root)
    return found


def _compare_regulation(found: Shipped, content: dict[str, Any]) -> None:
    key = content["key"]
    if not Regulation.objects.filter(key=key).exists():
        found.regulations.append(content)
        return
    known = set(Clause.objects.filter(regulation__key=key).values_list("article_no", flat=True))
    found.clauses += [(key, row) for row in content["clause"] if str(row["article"]) not in known]


def _compare_bundle(found: Shipped, bundle: dict[str, Any], root: Traversable) -> None:
    for kind, names in (("process", "processes"), ("decision", "decisions")):
        for key in bundle.get(names, []):
            last = Definition.objects.filter(key=key).order_by("-version").first()
            if last is None:
                found.definitions.append((bundle, kind, key))
            elif last.sha256 != hashlib.sha256(_text(root, kind, key).encode()).hexdigest():
                found.changed.append((bundle, kind, key))
    for row in bundle.get("document", []):
        same = {"bundle_key": bundle["key"], "stage": row["stage"], "document_kind": row["kind"]}
        if not DocumentRequirement.objects.filter(**same).exists():
            found.papers.append((bundle, row))


def _text(root: Traversable, kind: str, key: str) -> str:
    folder = {"process": "processes", "decision": "decisions"}[kind]
    return (root / folder / f"{key}.{ENDINGS[kind]}").read_text(encoding="utf-8")


def publish_new(
    domain: Domain, found: Shipped, *, actor: Actor, now: datetime, from_on: date, with_changed: bool = False
) -> int:
    """Publish what is new, one event a regulation; running matters keep the version that they began with.

    Changed definitions only where asked: the zone may have published its own. Returns how many things.
    """
    for content in found.regulations:
        with recorded(
            "regulation.publish", chain=f"regulation:{content['key']}", actor=actor, now=now
        ) as act:
            add_regulation(act, content)
    for key, row in found.clauses:
        with recorded("regulation.amend", chain=f"regulation:{key}", actor=actor, now=now) as act:
            act.save_many(clauses_of(Regulation.objects.get(key=key), [row]))
    definitions = found.definitions + (found.changed if with_changed else [])
    for bundle, kind, key in definitions:
        chain = f"regulation:{bundle['regulation']}"
        with recorded("bundle.publish", chain=chain, actor=actor, now=now) as act:
            text = _text(files(domain.package), kind, key)
            add_definition(act, domain, bundle, kind=kind, key=key, xml=text, from_on=from_on)
    for row in _papers(found):
        chain = f"regulation:{row.pop('regulation')}"
        with recorded("bundle.publish", chain=chain, actor=actor, now=now) as act:
            act.save(DocumentRequirement(**row))
    return len(found.words()) + (len(found.changed) if with_changed else 0)


def _papers(found: Shipped) -> Iterator[dict[str, Any]]:
    for bundle, row in found.papers:
        yield {
            "regulation": bundle["regulation"],
            "bundle_key": bundle["key"],
            "stage": row["stage"],
            "document_kind": row["kind"],
            "is_mandatory": row["mandatory"],
            "clause": row.get("clause", ""),
        }
