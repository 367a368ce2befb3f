"""JSON text in which an exact number stays exact: a Decimal is written digit for digit."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any


def written(thing: Any, indent: int = 0) -> str:
    """Return JSON text; a Decimal is written digit for digit."""
    gap = "\n" + " " * (indent + 1)
    match thing:
        case Decimal():
            return format(thing, "f")
        case dict() if thing:
            inner = f",{gap}".join(
                f"{json.dumps(key, ensure_ascii=False)}: {written(each, indent + 1)}"
                for key, each in thing.items()
            )
            return f"{{{gap}{inner}\n{' ' * indent}}}"
        case list() if thing:
            inner = f",{gap}".join(written(each, indent + 1) for each in thing)
            return f"[{gap}{inner}\n{' ' * indent}]"
        case _:
            return json.dumps(thing, ensure_ascii=False)
