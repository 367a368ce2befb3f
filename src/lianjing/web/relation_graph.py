"""The ties around a party as a drawing made on the server, and the same ties as rows of a table."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from lianjing.runtime import codes
from lianjing.runtime.key_minority.relations import HANDLED, OWNS, Around, Edge
from lianjing.runtime.org.models import Person
from lianjing.runtime.parties.models import Enterprise, NaturalPerson
from lianjing.runtime.personal.masking import shown
from lianjing.web.words import address

WIDTH, HEIGHT = 760, 460
RINGS = {0: 0.0, 1: 130.0, 2: 205.0}
LONGEST_LABEL = 9
MOST_NEAR, MOST_DRAWN = 16, 30
PAGES = {"person": "person_file", "enterprise": "enterprise_file"}


@dataclass(frozen=True, slots=True)
class Node:
    """A party as it is drawn."""

    party: str
    label: str
    kind: str
    x: float
    y: float


def drawn(around: Around, *, are_names_open: bool) -> dict[str, Any]:
    """Return nodes, lines and rows; the drawing holds the nearest parties, the table every tie."""
    names = names_of(around.hops, are_names_open=are_names_open)
    nodes = _placed(around, names)
    lines = [
        {
            "x1": nodes[e.start].x,
            "y1": nodes[e.start].y,
            "x2": nodes[e.end].x,
            "y2": nodes[e.end].y,
            "kind": e.kind,
        }
        for e in around.edges
        if e.start in nodes and e.end in nodes
    ]
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "nodes": list(nodes.values()),
        "lines": lines,
        "rows": [_row(e, names, around) for e in sorted(around.edges, key=lambda e: e.kind == HANDLED)],
        "hidden": len(around.hops) - len(nodes),
        "hubs": [names[each] for each in sorted(around.hubs)],
    }


def names_of(parties: Any, *, are_names_open: bool) -> dict[str, str]:
    """Return the name of each party; a person outside is masked unless the file was opened for a purpose."""
    ids: dict[str, list[int]] = {"person": [], "enterprise": [], "natural_person": []}
    for party in parties:
        kind, _colon, key = party.partition(":")
        if kind in ids and key.isdigit():
            ids[kind].append(int(key))
    names = {f"person:{row.pk}": row.name for row in Person.objects.filter(pk__in=ids["person"])}
    names |= {f"enterprise:{row.pk}": row.name for row in Enterprise.objects.filter(pk__in=ids["enterprise"])}
    for row in NaturalPerson.objects.filter(pk__in=ids["natural_person"]):
        names[f"natural_person:{row.pk}"] = row.name if are_names_open else str(shown(row, "name"))
    return {party: names.get(party, party) for party in parties}


def _placed(around: Around, names: dict[str, str]) -> dict[str, Node]:
    tied = {party for e in around.edges if e.kind != HANDLED for party in (e.start, e.end)}
    order = sorted(around.hops, key=lambda party: (around.hops[party], party not in tied, names[party]))
    near = [party for party in order if around.hops[party] < 2][:MOST_NEAR]
    nearest = [*near, *(party for party in order if around.hops[party] > 1)][:MOST_DRAWN]
    found = {}
    for ring, radius in RINGS.items():
        on_ring = [party for party in nearest if around.hops[party] == ring]
        for place, party in enumerate(on_ring):
            angle = 2 * math.pi * place / max(len(on_ring), 1) + ring
            x = WIDTH / 2 + radius * 1.6 * math.cos(angle)
            y = HEIGHT / 2 + radius * math.sin(angle)
            found[party] = Node(
                party, _short(names[party]), party.partition(":")[0], round(x, 1), round(y, 1)
            )
    return found


def _short(name: str) -> str:
    return name if len(name) <= LONGEST_LABEL else name[: LONGEST_LABEL - 1] + "…"


def kind_word(kind: str) -> str:
    """Return what binds two parties."""
    own = {HANDLED: _("经办过其事项"), OWNS: _("持股或控制")}
    return own.get(kind) or codes.label("tie_kind", kind)


def _row(edge: Edge, names: dict[str, str], around: Around) -> dict[str, Any]:
    return {
        "start": names[edge.start],
        "start_url": page_of(edge.start),
        "kind": kind_word(edge.kind),
        "end": names[edge.end],
        "end_url": page_of(edge.end),
        "source": codes.label("tie_source", edge.source) if edge.source else _("留痕"),
        "from_on": edge.from_on,
        "is_by_name_only": edge.is_by_name_only,
        "hops": max(around.hops[edge.start], around.hops[edge.end]),
    }


def page_of(party: str) -> str:
    """Return the page of a party, "" where it has none."""
    kind, _colon, key = party.partition(":")
    return address(PAGES[kind], key) if kind in PAGES and key.isdigit() else ""
