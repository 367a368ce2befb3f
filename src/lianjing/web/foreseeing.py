"""Steps that will probably be late, in the words of the workbench and the cockpit."""

from __future__ import annotations

from itertools import islice
from typing import Any

from django.db.models import Q

from lianjing.runtime.org.queries import names_of
from lianjing.runtime.process.foreseen import foreseen
from lianjing.runtime.reminder import at_hand
from lianjing.web.access import PageRequest
from lianjing.web.words import item_name, procedure_words


def foreseen_rows(request: PageRequest, scope: Q, *, most: int) -> list[dict[str, Any]]:
    """Return the first so many steps of a scope (Q on work_item) that will probably be late."""
    processes = procedure_words()
    return [
        {
            "each": each,
            "item": each.item,
            "step": f"{processes.get(each.item.instance.definition.key, '')}·{item_name(each.item)}",
            "names": "、".join(names_of(at_hand(each.item, request.today))),
        }
        for each in islice(foreseen(scope, request.now), most)
    ]
