"""Reads bodies of older schemas as those of today: which function changes the row images of which table.

A body says by `schema` under which state of the trailed tables it was written. Whoever removes or adds a column of a
trailed table raises SCHEMA and registers here how an older image becomes a newer one; the stored bytes stay as they
are. A new trailed table needs nothing. A trail recorded before is replayed in the tests.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Image = Mapping[str, Any]
Upcaster = Callable[[Image], Image]

SCHEMA = 1  # of the bodies that are written today
# (table, schema): makes an image of the schema before from one that is older, for instance
# ("contract", 2): lambda image: {**image, "currency": "CNY"}.
UPCASTERS: Mapping[tuple[str, int], Upcaster] = {}


def upcast(
    table: str,
    image: Image,
    schema: int,
    *,
    upcasters: Mapping[tuple[str, int], Upcaster] = UPCASTERS,
    to: int = SCHEMA,
) -> Image:
    """Return an image written under `schema` as one of today; the given one is not changed.

    ValueError for a body of a schema that this program does not know yet.
    """
    if not 1 <= schema <= to:
        raise ValueError(f"a body of schema {schema}, this program knows {to}")
    for step in range(schema + 1, to + 1):
        if upcaster := upcasters.get((table, step)):
            image = upcaster(image)
    return image
