"""A draw as one JSON with everything that is needed to compute it again, and the script that does so."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

from lianjing.kernel.trail.malformed import base64_text
from lianjing.runtime.draw import rules
from lianjing.runtime.draw.models import Draw, DrawCandidate, DrawSeed
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
        "value": value_of(draw),
        "seed": draw.seed,
        "seed_source": draw.seed_source,
        "checkpoint": _checkpoint(draw),
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
    value = value_of(draw)
    if event is None or not value:
        return []
    rows = locked_rows(event)
    eligible = [(row["seq"], int(row["weight"].replace(".", ""))) for row in rows if not row["is_excluded"]]
    seed = rules.seed(leaf_of(event), bytes.fromhex(value))
    return rules.pick(seed, eligible, draw.pick_count) if len(eligible) >= draw.pick_count else []


def agrees(draw: Draw) -> bool:
    """True where computing anew gives the picks that the table holds, from the value committed or the root cosigned."""
    row = checkpoint_of(draw)
    if row is not None:
        is_true = f"\n{base64_text(bytes.fromhex(row.root))}\n" in row.note
    else:
        is_true = bool(draw.revealed) and rules.commitment(bytes.fromhex(draw.revealed)) == draw.commitment
    return is_true and recomputed(draw) == [each.seq for each in own_picks(draw)]


def checkpoint_of(draw: Draw) -> DrawSeed | None:
    """Return the cosigned checkpoint that gave the seed, None where the second hand did or nobody yet."""
    return DrawSeed.objects.filter(draw=draw).first()


def value_of(draw: Draw) -> str:
    """Return what made the seed together with event E (hex): the root cosigned or the value revealed; "" before."""
    row = checkpoint_of(draw)
    return row.root if row is not None else draw.revealed


def _checkpoint(draw: Draw) -> dict[str, Any] | None:
    row = checkpoint_of(draw)
    if row is None:
        return None
    told = {
        "size": row.checkpoint_size,
        "root": row.root,
        "note": row.note,
        "cosigners": row.cosigners.split(),
    }
    return {**told, "cosigned_at": row.cosigned_at.isoformat()}


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
