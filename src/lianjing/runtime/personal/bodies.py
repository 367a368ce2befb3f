"""The bodies of events as a reader may see them: personal columns masked in every row that they prove."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lianjing.runtime.personal.masking import veil


def masked_body(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return the body of an event with the personal columns of its rows as the reader of this request may see them."""
    seen = veil()
    rows = [
        {
            **row,
            "v": {
                column: seen.shown(row["t"], column, row["k"], value) for column, value in row["v"].items()
            },
        }
        if isinstance(row.get("v"), Mapping)
        else row
        for row in content.get("rows", [])
    ]
    return {**content, "rows": rows} if "rows" in content else dict(content)
