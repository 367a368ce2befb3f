"""A draw as one JSON with everything that is needed to compute it again, and the script that does so."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

from lianjing.runtime.draw import rules
from lianjing.runtime.draw.models import Draw, DrawCandidate
from lianjing.runtime.draw.queries import leaf_of, line_of, lock_event, locked_rows, own_picks, pool
from lianjing.runtime.trail.models import Event

FORMAT = "lianjing-draw"


def as_dict(draw: Draw) -> dict[str, Any]:
    """Return the draw as plain values. `event` holds the envelope and the salted body of event E, so that the pool
    is proved by the leaf hash; it is empty before the lock, and the value before the reveal.
    """
    event = lock_event(draw)
    return {
        "format": FORMAT,
        "algorithm": rules.ALGORITHM,
        "draw": draw.pk,
        "title": draw.title,
        "kind": draw.kind,
        "matter": {"id": draw.matter_id, "code": draw.matter.code, "title": draw.matter.title},
        "count": draw.pick_count,
        "commitment": draw.commitment,
        "value": draw.revealed,
        "seed": draw.seed,
        "event": _proof(event) if event else None,
        "pool": [_member(row) for row in pool(draw)],
        "picks": [row.seq for row in own_picks(draw)],
        "redraw": {"number": draw.redraw_no, "of": draw.redraw_of_id, "reason": draw.redraw_reason},
        "line": [each.pk for each in line_of(draw)],
    }


def as_json(draw: Draw) -> str:
    """Return the draw as JSON text."""
    return json.dumps(as_dict(draw), ensure_ascii=False, indent=2) + "\n"


def script() -> str:
    """Return the stand-alone script."""
    return (files("lianjing.runtime.draw") / "recompute.py").read_text(encoding="utf-8")


def recomputed(draw: Draw) -> list[int]:
    """Return the places drawn, computed anew from what event E holds and the value revealed; [] before the reveal."""
    event = lock_event(draw)
    if event is None or not draw.revealed:
        return []
    rows = locked_rows(event)
    eligible = [(row["seq"], int(row["weight"].replace(".", ""))) for row in rows if not row["is_excluded"]]
    seed = rules.seed(leaf_of(event), bytes.fromhex(draw.revealed))
    return rules.pick(seed, eligible, draw.pick_count) if len(eligible) >= draw.pick_count else []


def agrees(draw: Draw) -> bool:
    """True where computing anew gives the picks that the table holds, from the value that was committed."""
    if not draw.revealed or rules.commitment(bytes.fromhex(draw.revealed)) != draw.commitment:
        return False
    return recomputed(draw) == [row.seq for row in own_picks(draw)]


def _proof(event: Event) -> dict[str, str]:
    return {
        "id": event.pk,
        "leaf_hash": leaf_of(event).hex(),
        "envelope": bytes(event.envelope).decode("utf-8"),
        "salt": bytes(event.body.salt).hex(),
        "body": bytes(event.body.content).decode("utf-8"),
    }


def _member(row: DrawCandidate) -> dict[str, Any]:
    return {
        "seq": row.seq,
        "candidate": row.candidate,
        "label": row.label,
        "weight": format(row.weight, "f"),
        "is_excluded": row.is_excluded,
        "exclusion_reason": row.exclusion_reason,
        "exclusion_text": row.exclusion_text,
        "pick_order": row.pick_order,
        "reply": row.reply,
    }
