"""A process as a picture: the kernel's layout drawn as SVG with classes only, tokens where the matter stands."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from lianjing.kernel.process.graph import (
    BoundaryTimer,
    CallActivity,
    CatchTimer,
    EndEvent,
    Gateway,
    Graph,
    Node,
    StartEvent,
    Task,
    TaskKind,
)
from lianjing.kernel.process.interpret import State
from lianjing.kernel.process.layout import Box, Layout, layout
from lianjing.runtime.process.models import ProcessInstance, WorkItem
from lianjing.runtime.regulation.queries import graph_of
from lianjing.web.words import in_english

LINE_LENGTH = 7  # Chinese signs on one line of a box
MOST_LINES = 3
LINE_HEIGHT = 19
SIGNS = {"added": "+", "removed": "−", "changed": "△"}
SHOWN_PERCENT = 80  # the picture is drawn smaller than the layout, its letters larger


@dataclass(frozen=True, slots=True)
class Shape:
    """One node; `state` is now, done or ahead.

    `kind` is task, rule, call, start, end, terminate, exclusive, parallel, inclusive, timer or catch.
    """

    kind: str
    state: str
    box: Box
    lines: tuple[tuple[int, str], ...]
    tokens: int
    title: str
    mark: str = ""
    heat: int = 0  # 1 to 4: how much of the longest wait
    note: str = ""
    key: str = ""

    @property
    def note_y(self) -> int:
        """Where the note stands: inside the box, at its foot."""
        return self.box.y + self.box.h + 15

    @property
    def sign(self) -> str:
        """The sign of a difference, which says without colour what it is."""
        return SIGNS.get(self.mark, "")

    @property
    def cx(self) -> int:
        """The middle across."""
        return self.box.x + self.box.w // 2

    @property
    def cy(self) -> int:
        """The middle down."""
        return self.box.y + self.box.h // 2

    @property
    def radius(self) -> int:
        """Half the width: the radius of an event's circle."""
        return self.box.w // 2

    @property
    def right(self) -> int:
        """The right side, where the tokens hang."""
        return self.box.x + self.box.w

    @property
    def diamond(self) -> str:
        """The corners of a gateway."""
        x, y, w, h = self.box.x, self.box.y, self.box.w, self.box.h
        return f"{x + w // 2},{y} {x + w},{y + h // 2} {x + w // 2},{y + h} {x},{y + h // 2}"


@dataclass(frozen=True, slots=True)
class Edge:
    """One flow: its corners, and what became of it where two versions are compared."""

    points: str
    mark: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Lane:
    """One lane: its name set upright, letter under letter."""

    y: int
    h: int
    middle: int
    name: str


@dataclass(frozen=True, slots=True)
class Diagram:
    """What parts/diagram.html draws."""

    key: str
    name: str
    width: int
    height: int
    lanes: tuple[Lane, ...]
    shapes: tuple[Shape, ...]
    edges: tuple[Edge, ...]
    standing: str

    @property
    def shown_width(self) -> int:
        """Width on the page in pixels."""
        return self.width * SHOWN_PERCENT // 100

    @property
    def shown_height(self) -> int:
        """Height on the page in pixels."""
        return self.height * SHOWN_PERCENT // 100


def diagram_of(instance: ProcessInstance) -> Diagram:
    """Return the picture of a running or ended process."""
    graph = graph_of(instance.definition)
    state = State.from_json(instance.marking)
    tokens: dict[str, int] = {}
    catching = (timer for timer in state.timers if isinstance(graph.nodes[timer.node], CatchTimer))
    for token in (*state.tokens, *state.calls, *catching):
        tokens[token.node] = tokens.get(token.node, 0) + 1
    done = set(WorkItem.objects.filter(instance=instance, outcome="done").values_list("step_key", flat=True))
    return draw(graph, tokens, done)


def draw(
    graph: Graph,
    tokens: Mapping[str, int],
    done: Collection[str] = (),
    *,
    marks: Mapping[str, str] | None = None,
    heat: Mapping[str, tuple[int, str]] | None = None,
) -> Diagram:
    """Return the picture of a process with tokens at some steps, the marks of a comparison, or heat with a note."""
    places, marks, heat = layout(graph), marks or {}, heat or {}
    shapes = tuple(
        replace(
            _shape(graph.nodes[key], box, tokens.get(key, 0), key in done),
            mark=marks.get(key, ""),
            heat=heat.get(key, (0, ""))[0],
            note=heat.get(key, (0, ""))[1],
            key=key,
        )
        for key, box in places.nodes.items()
    )
    lanes = tuple(
        Lane(band.box.y, band.box.h, band.box.y + band.box.h // 2, band.lane.name if band.lane else "")
        for band in places.lanes
    )
    standing = "、".join(_name(graph.nodes[key]) for key in tokens)
    return Diagram(
        graph.key, graph.name, places.width, places.height, lanes, shapes, _edges(places, marks), standing
    )


def _edges(places: Layout, marks: Mapping[str, str]) -> tuple[Edge, ...]:
    return tuple(
        Edge(" ".join(f"{x},{y}" for x, y in points), marks.get(key, ""), key)
        for key, points in places.flows.items()
    )


def _name(node: Node) -> str:
    if isinstance(node, (Task, CallActivity)) and in_english() and node.name_en:
        return node.name_en
    return node.name


def _shape(node: Node, box: Box, tokens: int, is_done: bool) -> Shape:
    name = _name(node)
    state = "now" if tokens else "done" if is_done else "ahead"
    lines: tuple[tuple[int, str], ...] = ()
    if isinstance(node, (Task, CallActivity)):
        parts = _broken(name)
        top = box.y + box.h // 2 - (len(parts) - 1) * LINE_HEIGHT // 2 + 5
        lines = tuple((top + place * LINE_HEIGHT, part) for place, part in enumerate(parts))
    return Shape(_kind(node), state, box, lines, tokens, name)


def _kind(node: Node) -> str:
    match node:
        case Task():
            return "rule" if node.kind is not TaskKind.USER else "task"
        case StartEvent():
            return "start"
        case EndEvent():
            return "terminate" if node.is_terminate else "end"
        case CallActivity():
            return "call"
        case Gateway():
            return node.kind.value
        case BoundaryTimer():
            return "timer"
        case CatchTimer():
            return "catch"


def _broken(name: str) -> list[str]:
    """Break a name into lines of a box: Chinese by signs, English at spaces."""
    lines = [""]
    for part in name.split(" ") if " " in name else list(name):
        glue = " " if " " in name and lines[-1] else ""
        if _wide(lines[-1] + glue + part) > LINE_LENGTH and lines[-1]:
            lines.append(part)
        else:
            lines[-1] += glue + part
    if len(lines) > MOST_LINES:
        lines = [*lines[: MOST_LINES - 1], lines[MOST_LINES - 1] + "…"]
    return lines


def _wide(text: str) -> float:
    return sum(1 if ord(sign) > 0x2E7F else 0.55 for sign in text)
