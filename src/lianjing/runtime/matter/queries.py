"""Reads of matters: their chain and their root."""

from __future__ import annotations

from lianjing.runtime.matter.models import Matter


def chain_of(matter: Matter) -> str:
    """Return the chain of a matter's acts: that of its root."""
    return f"matter:{matter.root_id or matter.id}"


def root_of(matter: Matter) -> Matter:
    """Return the root matter: the project of a payment."""
    if matter.root_id in (None, matter.id) or matter.root is None:
        return matter
    return matter.root
