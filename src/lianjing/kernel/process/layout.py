"""Places a diagram without coordinates: column = rank, row = lane; edges run in the gutters, never through boxes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from lianjing.kernel.process.graph import BoundaryTimer, CallActivity, Flow, Gateway, Graph, Lane, Node, Task

HEADER = 40  # the lane's name, left of everything
CELL_WIDTH, CELL_HEIGHT = 120, 80
GUTTER_WIDTH, GUTTER_HEIGHT = 60, 60
TIMER = 30
TRACKS, TRACK_STEP = 6, 5  # parallel edges in one gutter stand so far apart

Point: TypeAlias = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Box:
    """Upper left corner, width and height, in pixels."""

    x: int
    y: int
    w: int
    h: int


@dataclass(frozen=True, slots=True)
class Band:
    """One lane across the picture; `lane` is None where the diagram has no lanes."""

    lane: Lane | None
    box: Box


@dataclass(frozen=True, slots=True)
class Layout:
    nodes: Mapping[str, Box]
    flows: Mapping[str, tuple[Point, ...]]
    lanes: tuple[Band, ...]
    width: int
    height: int


def layout(graph: Graph) -> Layout:
    """Place all nodes and flows. The same graph always gives the same picture."""
    columns = _ranks(graph)
    places, rows_of_lane = _places(graph, columns)
    nodes = {key: _box(graph.nodes[key], columns[key], row) for key, row in places.items()}
    for key in tuple(places):
        for index, timer in enumerate(graph.timers(key)):
            box = nodes[key]
            nodes[timer.id] = Box(
                box.x + box.w - (TIMER + 5) * (index + 1), box.y + box.h - TIMER // 2, TIMER, TIMER
            )
            places[timer.id], columns[timer.id] = places[key], columns[key]
    routes = _Routes(graph, nodes, columns, places)
    width = _left(max(columns.values()) + 1) + GUTTER_WIDTH
    bands, top = [], 0
    for lane, rows in rows_of_lane:
        height = rows * (CELL_HEIGHT + GUTTER_HEIGHT)
        bands.append(Band(lane, Box(0, top, width, height)))
        top += height
    return Layout(
        nodes, {flow.id: routes.route(flow) for flow in graph.flows.values()}, tuple(bands), width, top
    )


def _ranks(graph: Graph) -> dict[str, int]:
    """The longest way forward from the start to each node; nodes on no way stand in the first column."""
    ranks = dict.fromkeys(graph.nodes, 0)
    for _ in graph.nodes:  # at most one pass a node: ways forward have no circle in a structured diagram
        is_stable = True
        for key in graph.nodes:
            for target in graph.reach.forward(key):
                least = ranks[key] + (not isinstance(graph.nodes[target], BoundaryTimer))
                if ranks[target] < least <= len(graph.nodes):
                    ranks[target], is_stable = least, False
        if is_stable:
            break
    return ranks


def _lane_index(graph: Graph) -> dict[str, int]:
    """The lane of each node; one outside the lanes stands in the lane of what leads to it, or in the first."""
    numbers = {lane.id: index for index, lane in enumerate(graph.lanes)}
    found: dict[str, int] = {}
    for node in graph.nodes.values():
        before = [found[flow.source] for flow in graph.incoming(node.id) if flow.source in found]
        found[node.id] = numbers[node.lane.id] if node.lane else next(iter(before), 0)
    return found


def _places(graph: Graph, columns: Mapping[str, int]) -> tuple[dict[str, int], list[tuple[Lane | None, int]]]:
    """The row of each node over all lanes, and how many rows each lane takes."""
    lane_of = _lane_index(graph)
    stacks: dict[tuple[int, int], int] = defaultdict(int)
    inner: dict[str, int] = {}
    for key in sorted(graph.nodes, key=graph.reach.is_side):  # reminders below the main way
        if not isinstance(graph.nodes[key], BoundaryTimer):
            inner[key] = stacks[lane_of[key], columns[key]]
            stacks[lane_of[key], columns[key]] += 1
    lanes: Sequence[Lane | None] = graph.lanes or (None,)
    rows = [
        max([1, *(count for (lane, _), count in stacks.items() if lane == index)])
        for index in range(len(lanes))
    ]
    places = {key: sum(rows[: lane_of[key]]) + row for key, row in inner.items()}
    return places, list(zip(lanes, rows, strict=True))


def _left(column: int) -> int:
    """Left side of a column's cells; the gutter of the column lies to the left of it."""
    return HEADER + GUTTER_WIDTH + column * (CELL_WIDTH + GUTTER_WIDTH)


def _top(row: int) -> int:
    """Upper side of a row's cells; the gutter of the row lies below."""
    return GUTTER_HEIGHT // 4 + row * (CELL_HEIGHT + GUTTER_HEIGHT)


def _box(node: Node, column: int, row: int) -> Box:
    if isinstance(node, (Task, CallActivity)):
        return Box(_left(column), _top(row), CELL_WIDTH, CELL_HEIGHT)
    size = 50 if isinstance(node, Gateway) else 36
    return Box(_left(column) + (CELL_WIDTH - size) // 2, _top(row) + (CELL_HEIGHT - size) // 2, size, size)


class _Routes:
    """Edges in right angles: out on the right, along gutters, in on the left."""

    def __init__(
        self, graph: Graph, nodes: Mapping[str, Box], columns: Mapping[str, int], rows: Mapping[str, int]
    ) -> None:
        self.graph = graph
        self.nodes = nodes
        self.columns = columns
        self.rows = rows
        self.used: dict[tuple[str, int], int] = defaultdict(int)

    def track(self, kind: str, number: int) -> int:
        """The next free line of a gutter, so that edges do not lie on each other."""
        self.used[kind, number] += 1
        return (self.used[kind, number] - 1) % TRACKS * TRACK_STEP

    def gutter_x(self, column: int) -> int:
        return _left(column) - GUTTER_WIDTH + 12 + self.track("column", column)

    def gutter_y(self, row: int) -> int:
        return _top(row) + CELL_HEIGHT + TIMER // 2 + 3 + self.track("row", row)

    def route(self, flow: Flow) -> tuple[Point, ...]:
        source, target = self.nodes[flow.source], self.nodes[flow.target]
        column = self.columns[flow.source]
        end = (target.x, target.y + target.h // 2)
        if isinstance(self.graph.nodes[flow.source], BoundaryTimer):
            below = self.gutter_y(self.rows[flow.source])
            begin = source.x + source.w // 2
            return self.arrive([(begin, source.y + source.h), (begin, below)], below, flow, end)
        begin_y = source.y + source.h // 2
        points = [(source.x + source.w, begin_y)]
        if self.columns[flow.target] == column + 1:
            if begin_y == end[1]:
                return (*points, end)
            across = self.gutter_x(column + 1)
            return (*points, (across, begin_y), (across, end[1]), end)
        out, below = self.gutter_x(column + 1), self.gutter_y(self.rows[flow.source])
        return self.arrive([*points, (out, begin_y), (out, below)], below, flow, end)

    def arrive(self, points: Sequence[Point], below: int, flow: Flow, end: Point) -> tuple[Point, ...]:
        into = self.gutter_x(self.columns[flow.target])
        return (*points, (into, below), (into, end[1]), end)
