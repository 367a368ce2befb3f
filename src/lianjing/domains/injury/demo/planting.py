"""What the stories of work injury hide: scheme cards, and each planted case with its ground truth.

Nothing here asks an indicator, a list or a screening: a case is known because it was planted.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.resources import files
from typing import Any

from django.db.models import Model

from lianjing.runtime.matter.models import Matter
from lianjing.runtime.scene import Scene
from lianjing.runtime.trail.models import Event

POSITIVE, NEAR_MISS = "positive", "near_miss"


@dataclass(frozen=True, slots=True)
class Card:
    """A scheme as a supervisor knows it: what is planted where, and which fact the platform is expected to hold.

    `is_exhaustive` is false where the same also happens elsewhere in the story.
    """

    key: str
    title: str
    rows: tuple[str, ...]
    indicators: tuple[str, ...]
    clauses: tuple[str, ...]
    planted: str
    where: str
    expected: str
    near_miss: str
    refused_rule: str = ""
    is_exhaustive: bool = True


def cards() -> list[Card]:
    """Return the scheme cards in the order of their files."""
    folder = files("lianjing.domains.injury") / "demo" / "schemes"
    found = []
    for place in sorted(folder.iterdir(), key=lambda each: each.name):
        if place.name.endswith(".toml"):
            rows = tomllib.loads(place.read_text(encoding="utf-8"))["card"]
            found += [Card(**{name: _plain(value) for name, value in row.items()}) for row in rows]
    return found


def _plain(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def as_rows() -> list[dict[str, Any]]:
    """Return the cards as they go into the file of the ground truth."""
    return [asdict(card) for card in cards()]


def plant(
    scene: Scene,
    scheme: str,
    rows: Sequence[Model],
    matter: Matter,
    *,
    kind: str = POSITIVE,
    note: str = "",
) -> None:
    """Write a case down as of now."""
    last = Event.objects.order_by("-recorded_at", "-oseq").values_list("id", flat=True).first()
    scene.planted.append(
        {
            "scheme": scheme,
            "kind": kind,
            "subjects": [f"{row._meta.db_table}:{row.pk}" for row in rows],
            "matters": [matter.code or f"matter:{matter.pk}"],
            "day": scene.today().isoformat(),
            "event": last if kind == POSITIVE else None,
            "refused_rule": "",
            "note": note,
        }
    )


def near(scene: Scene, scheme: str, rows: Sequence[Model], matter: Matter, note: str = "") -> None:
    """Write down what looks like the scheme and is none."""
    plant(scene, scheme, rows, matter, kind=NEAR_MISS, note=note)
