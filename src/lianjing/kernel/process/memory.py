"""What may still be taken back: which completions led to which places, kept while nobody has touched those.

Whoever takes back puts the process where it would stand if he had not yet finished and all others had. The elements
of a multi-instance step share one memory, so any of them may take back his own part while the step behind is
untouched, in whatever order they finished. What a join has taken is nobody's own any more: it is forgotten.

Each completion is kept as one text, because every step of every process reads and writes it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple, TypeAlias

from lianjing.kernel.process.graph import CallActivity, Graph

Memory: TypeAlias = list[str]


class Finished(NamedTuple):
    """An activation whose completion may still be taken back, because nothing that it led to has been touched.

    `elements` are those completed. `led` holds the ids of steps and timers that were opened and of flows whose token
    waits at a join; `back` the ids of the timers of the step that were cancelled.
    """

    node: str
    round: int
    elements: Sequence[str]
    led: Sequence[str] = ()
    back: Sequence[str] = ()

    @classmethod
    def read(cls, text: str) -> Finished:
        """Read what `written` wrote."""
        node, number, *lines = text.split("\n")[:-1]
        parts = (tuple(line[1:] for line in lines if line[0] == mark) for mark in "=><")
        return cls(node, int(number), *parts)


def written(node: str, number: int, elements: Sequence[str], led: Sequence[str], back: Sequence[str]) -> str:
    """The text of a `Finished`: one line for each part, sorted; no name holds a line break."""
    first = elements[0] if len(elements) == 1 else "\n=".join(sorted(elements))
    if len(led) == 1 and not back:  # the usual case, at half the time
        return f"{node}\n{number}\n={first}\n>{led[0]}\n"
    text = f"{node}\n{number}\n={first}"
    if led:
        text += "\n>" + "\n>".join(sorted(led))
    return text + "\n<" + "\n<".join(sorted(back)) + "\n" if back else text + "\n"


def of_item(memory: Sequence[str], node: str, element: str, number: int) -> str:
    """The text of the activation in which this item was completed and may be taken back, or ""."""
    begin, mark = f"{node}\n{number}\n", f"\n={element}\n"
    return next((text for text in memory if text.startswith(begin) and mark in text), "")


def without(memory: Memory, place: str) -> Memory:
    """Forget what led to a place: someone has touched it."""
    mark = f"\n>{place}\n"
    return [text for text in memory if mark not in text]


def without_activations(memory: Memory, node: str) -> Memory:
    """Forget a node that opens anew, and what led to its former activation."""
    begin, mark = f"{node}\n", f"\n>{node}\n"
    return [text for text in memory if mark not in text and not text.startswith(begin)]


def undone(memory: Memory, graph: Graph, gone: Collection[str]) -> Memory:
    """Forget the completions of nodes that a return undoes, and those that led to any of them."""
    flows = graph.flows
    return [
        text
        for text, each in zip(memory, map(Finished.read, memory), strict=True)
        if each.node not in gone
        and not any((flows[place].source if place in flows else place) in gone for place in each.led)
    ]


def passed_by(memory: Memory, graph: Graph, join: str) -> Memory:
    """Forget those whose token could have come to an inclusive join that went on without them.

    Were they to take back, the join would have gone on although one could still reach it.
    """
    return [text for text in memory if join not in graph.reach.after(Finished.read(text).node)]


def calls(graph: Graph, places: Iterable[str]) -> bool:
    """True where a called process is among the places: what it has done cannot be taken back."""
    return any(isinstance(graph.nodes.get(place), CallActivity) for place in places)
