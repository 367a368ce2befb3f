"""What the stories hide: scheme cards, and each planted case with its ground truth.

Nothing here or in the scripts that plant asks an indicator or a query that finds such things: a case is known because
it was planted.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.resources import files
from typing import Any

from django.db.models import Model

from lianjing.domains.works.demo.desk import Desk
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.trail.models import Event

POSITIVE, NEAR_MISS = "positive", "near_miss"


@dataclass(frozen=True, slots=True)
class Card:
    """A scheme as a supervisor knows it: what is planted where, and which fact the platform is expected to hold.

    `refused_rule` is set where the attempt itself is refused; `is_exhaustive` is false where the same also happens by
    chance elsewhere in the story.
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
    folder = files("lianjing.domains.works.demo") / "schemes"
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


def ref(row: Model) -> str:
    """Return a row as the ground truth names it: table and key."""
    return f"{row._meta.db_table}:{row.pk}"


def plant(
    desk: Desk,
    scheme: str,
    rows: Sequence[Model],
    matters: Sequence[Matter],
    *,
    kind: str = POSITIVE,
    rule: str = "",
    note: str = "",
) -> None:
    """Write a case down as of now; of a refused attempt (`rule`) with the event that recorded the refusal."""
    events = Event.objects.filter(is_refused=True, refused_rule=rule) if rule else Event.objects.all()
    last = events.order_by("-recorded_at", "-oseq").values_list("id", flat=True).first()
    desk.scene.planted.append(
        {
            "scheme": scheme,
            "kind": kind,
            "subjects": [ref(row) for row in rows],
            "matters": [matter.code or f"matter:{matter.pk}" for matter in matters],
            "day": desk.today.isoformat(),
            "event": last if rule or kind == POSITIVE else None,
            "refused_rule": rule,
            "note": note,
        }
    )


def near(desk: Desk, scheme: str, rows: Sequence[Model], matters: Sequence[Matter], note: str = "") -> None:
    """Write down what looks like the scheme and is none."""
    plant(desk, scheme, rows, matters, kind=NEAR_MISS, note=note)
