"""Who is tied to whom around one party: declared, registered and matched ties, shares, firms whose matters one handled."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from lianjing.runtime.matter.models import MatterParty
from lianjing.runtime.org.queries import in_being
from lianjing.runtime.parties.models import Ownership, Tie
from lianjing.runtime.trail.models import Event

# A party with more neighbours is a hub (a bank, an agency): it is shown, but not walked through.
HUB = 30
HOPS = 2
HANDLED, OWNS = "handled", "owns"


@dataclass(frozen=True, slots=True)
class Edge:
    """One tie: between two parties ("kind:id"), of a kind of the code list or one of ours, from a source."""

    start: str
    end: str
    kind: str
    source: str
    from_on: date | None = None
    is_by_name_only: bool = False


@dataclass(frozen=True, slots=True)
class Around:
    """What lies around a party: each neighbour with its distance, each tie once; hubs are not walked through."""

    centre: str
    hops: dict[str, int]
    edges: tuple[Edge, ...]
    hubs: frozenset[str]


def around(centre: str, day: date) -> Around:
    """Return the parties within two hops of one, as they stand on a day."""
    hops = {centre: 0}
    edges: dict[Edge, None] = {}
    hubs: set[str] = set()
    border = [centre]
    for distance in range(1, HOPS + 1):
        following: list[str] = []
        near = _edges_of(border, day, is_centre=distance == 1)
        for party in border:
            if party != centre and len(near[party]) > HUB:
                hubs.add(party)
                continue
            for edge in near[party]:
                edges[edge] = None
                for other in (edge.start, edge.end):
                    if other not in hops:
                        hops[other] = distance
                        following.append(other)
        border = following
    return Around(centre, hops, tuple(edges), frozenset(hubs))


def _edges_of(parties: Iterable[str], day: date, *, is_centre: bool) -> dict[str, list[Edge]]:
    """Whose matters one handled is asked of the centre only: at the second hop it would name half the office."""
    wanted = list(parties)
    handled = _handled(wanted) if is_centre else []
    found: dict[str, list[Edge]] = defaultdict(list)
    for edge in dict.fromkeys((*_ties(wanted, day), *_shares(wanted, day), *handled)):
        for party in {edge.start, edge.end}:
            found[party].append(edge)
    return found


def _ties(parties: list[str], day: date) -> list[Edge]:
    rows = Tie.objects.filter(Q(from_party__in=parties) | Q(to_party__in=parties)).filter(in_being(day))
    return [
        Edge(row.from_party, row.to_party, row.kind, row.source, row.from_on, row.is_by_name_only)
        for row in rows.order_by("pk")
    ]


def _shares(parties: list[str], day: date) -> list[Edge]:
    firms = _ids(parties, "enterprise")
    rows = Ownership.objects.filter(Q(owner__in=parties) | Q(enterprise_id__in=firms)).filter(in_being(day))
    return [
        Edge(row.owner, f"enterprise:{row.enterprise_id}", OWNS, row.source, row.from_on)
        for row in rows.exclude(owner="").order_by("pk")
    ]


def _handled(parties: list[str]) -> list[Edge]:
    """Persons and the firms that are a party of a matter in which they acted."""
    found: dict[Edge, None] = {}
    for person in _ids(parties, "person"):
        firms = MatterParty.objects.filter(matter_id__in=matters_of(person)).values_list(
            "enterprise_id", flat=True
        )
        for firm in sorted(set(firms)):
            found[Edge(f"person:{person}", f"enterprise:{firm}", HANDLED, "")] = None
    for firm in _ids(parties, "enterprise"):
        matters = MatterParty.objects.filter(enterprise_id=firm).values("matter_id")
        acted = Event.objects.filter(matter_id__in=matters, is_refused=False, person_id__isnull=False)
        persons = {each for each in acted.exclude(step_key="").values_list("person_id", flat=True) if each}
        for acting in sorted(persons):
            found[Edge(f"person:{acting}", f"enterprise:{firm}", HANDLED, "")] = None
    return list(found)


def matters_of(person_id: int) -> list[int]:
    """Return the matters in which a person did a step."""
    rows = Event.objects.filter(person_id=person_id, is_refused=False, matter_id__isnull=False)
    return sorted({each for each in rows.exclude(step_key="").values_list("matter_id", flat=True) if each})


def _ids(parties: Iterable[str], kind: str) -> list[int]:
    found = (each.partition(":") for each in parties)
    return [int(key) for name, _colon, key in found if name == kind and key.isdigit()]
