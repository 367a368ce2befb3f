"""The addresses of /api/v1."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lianjing.api import tables
from lianjing.api.acts import OPERATIONS
from lianjing.api.building import add_operations
from lianjing.api.entry import api
from lianjing.api.operations import router as steps
from lianjing.api.registers import register_router
from lianjing.runtime.domains import domains


def urls(lists: Sequence[str]) -> Any:
    """Return the interface with these list pages, the acts of the shared nouns and those of the domains."""
    acts = dict(OPERATIONS) | {domain.key: domain.operations for domain in domains()}
    for tag, operations in acts.items():
        add_operations(steps, operations, tag)
    for router in (steps, tables.router, register_router(lists)):
        api.add_router("", router)
    return api.urls
