"""Two party rows that are probably one: by exact keys first, then by normalised name, which is a lead and says so."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations
from typing import Any

from lianjing.analysis.engine.engine import Engine

GROUP = 20  # more rows of one key are a key that tells nothing
# Basis, confidence, whether it is only a lead, and the rows (kind, id, key); strongest first.
SOURCES = (
    (
        "credit_code",
        1.0,
        0,
        "SELECT 'enterprise' AS k, e.id, e.credit_code FROM enterprise e WHERE e.credit_code <> ''",
    ),
    (
        "identity",
        1.0,
        0,
        "SELECT 'natural_person' AS k, n.id, n.id_no_hash FROM natural_person n WHERE n.id_no_hash <> ''",
    ),
    (
        "phone",
        0.9,
        0,
        "SELECT 'natural_person' AS k, n.id, n.phone_key FROM natural_person n WHERE n.phone_key <> '' UNION ALL "
        "SELECT 'person' AS k, p.id, p.phone_key FROM person p WHERE p.phone_key <> ''",
    ),
    (
        "name_region",
        0.8,
        1,
        "SELECT 'enterprise' AS k, e.id, e.name_norm || e.region_code FROM enterprise e WHERE e.region_code <> ''",
    ),
    (
        "name",
        0.72,
        1,
        "SELECT 'natural_person' AS k, n.id, n.name_norm FROM natural_person n WHERE n.name_norm <> '' UNION ALL "
        "SELECT 'person' AS k, p.id, p.name_norm FROM person p WHERE p.name_norm <> ''",
    ),
)


def matches(engine: Engine) -> Iterator[tuple[Any, ...]]:
    """Yield a row of `entity_match` for each pair, once, by its strongest basis."""
    seen: set[tuple[str, str]] = set()
    for basis, score, is_lead, statement in SOURCES:
        groups: defaultdict[str, set[str]] = defaultdict(set)
        for kind, number, key in engine.ask(statement, {}).rows:
            groups[key].add(f"{kind}:{number}")
        for key in sorted(groups):
            parties = sorted(groups[key])
            for pair in combinations(parties, 2) if len(parties) <= GROUP else ():
                if pair not in seen:
                    seen.add(pair)
                    yield ("|".join(pair), *pair, basis, score, is_lead)
