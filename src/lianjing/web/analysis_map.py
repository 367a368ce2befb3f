"""The regulated process with what the log says of it: heat on steps, matters on each arc, and the arcs beside the process."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _

from lianjing.analysis.mining.arcs import Pair
from lianjing.analysis.mining.flows import Flow, StepCount
from lianjing.analysis.mining.trail_log import RETURNED
from lianjing.kernel.process.graph import EndEvent, Graph
from lianjing.kernel.process.layout import Box
from lianjing.runtime.regulation.queries import graph_of
from lianjing.web.analysis_columns import DEVIATIONS
from lianjing.web.analysis_filter import two_words
from lianjing.web.analysis_view import View
from lianjing.web.diagram import Diagram, Shape, draw
from lianjing.web.discovered import heat_by, heat_of
from lianjing.web.labels import Point, Rect, Room, along_curve, along_line

MOST_DRAWN = 20  # arcs beside the process; the list below the picture has all
RISE = 46
LANE_HEAD = 40
NOTE, FIGURE = 12, 17  # letters of the figures at a step and on an arc, in pixels (analysis.css)


@dataclass(frozen=True, slots=True)
class Count:
    """A number on an arc of the process, or the figures at a step; it opens its matters."""

    x: int
    y: int
    count: int | str
    url: str


@dataclass(frozen=True, slots=True)
class Beside:
    """An arc on which matters left the process, or were sent back: where, how many, and its curve where it is drawn."""

    origin: str
    target: str
    words: str
    count: int
    url: str
    kind: str  # left or back
    path: str = ""
    x: int = 0
    y: int = 0


def regulated(view: View, steps: list[StepCount], arrows: list[Flow], measure: str) -> dict[str, Any]:
    """Return the newest version as a picture, with counts and arcs beside it; `older` began under another version."""
    source = view.held.source
    version = source.definitions[-1]
    graph = graph_of(version)
    diagram = draw(graph, {}, heat=_heat(view, graph, steps, arrows, measure))
    room = _room(diagram)
    notes, counts = list(_notes(view, diagram, room)), list(_counts(view, diagram, room))
    beside = list(_beside(view, graph, diagram, room))
    text, matters = view.held.store.objects.text, view.held.matters
    older = sum(source.matters[matters[text(number)]] != version.pk for number in view.objects)
    return {
        "diagram": diagram,
        "version": version,
        "notes": notes,
        "counts": counts,
        "beside": beside,
        "beside_drawn": [each for each in beside if each.path],
        "older": older if len(source.definitions) > 1 else 0,
    }


def _heat(
    view: View, graph: Graph, steps: list[StepCount], arrows: list[Flow], measure: str
) -> dict[str, tuple[int, str]]:
    """Heat and note of each step: how often, and its days by the measure."""
    by_name, heat = {each.type: each for each in steps}, heat_by(measure, steps, arrows).steps
    labels = {task.id: view.held.source.names.get(task.id, "") for task in graph.tasks}
    hottest = max((heat.get(name, 0.0) for name in labels.values()), default=0.0)
    found = {}
    for key, name in labels.items():
        if name not in by_name:
            found[key] = (0, _("无"))
            continue
        days = heat.get(name)
        words = {"count": by_name[name].count, "days": "—" if days is None else f"{days:g}"}
        found[key] = (heat_of(days or 0.0, hottest), _("%(count)s次 · %(days)s日") % words)
    return found


def _room(diagram: Diagram) -> Room:
    """The picture with its boxes, gateways, circles and the names of its lanes taken."""
    boxes = [each.box for each in diagram.shapes]
    taken = [Rect(each.x - 2, each.y - 2, each.x + each.w + 2, each.y + each.h + 2) for each in boxes]
    return Room(diagram.width, diagram.height, [*taken, Rect(0, 0, LANE_HEAD, diagram.height)])


def _notes(view: View, diagram: Diagram, room: Room) -> Iterator[Count]:
    """The figures of each step: below its box, beside a timer that hangs there, else above it."""
    for shape in diagram.shapes:
        if shape.note:
            below, above, side = shape.note_y, shape.box.y - 7, shape.box.w // 3
            wanted = [(shape.cx + shift, y) for y in (below, above) for shift in (0, side, -side)]
            x, y = room.place(shape.note, NOTE, wanted) or (shape.cx, below)
            name = view.held.source.names.get(shape.key, "")
            done = name in view.held.store.types.numbers and shape.note != _("无")
            yield Count(x, y, shape.note, view.matters(step=name) if done else "")


def _counts(view: View, diagram: Diagram, room: Room) -> Iterator[Count]:
    for edge in diagram.edges:
        count = len(view.held.arcs.passed.get(edge.key, frozenset()) & view.objects)
        if count:
            pieces = _pieces(edge.points)
            wanted = [point for piece in pieces for point in along_line(*piece)]
            x, y = room.place(str(count), FIGURE, wanted) or next(along_line(*pieces[0]))
            yield Count(x, y, count, view.matters(arc=edge.key))


def _pieces(points: str) -> list[tuple[Point, Point]]:
    """Return the straight pieces of a line, the longest first, so that the number stands free of its ends."""
    corners = [(int(x), int(y)) for x, _comma, y in (each.partition(",") for each in points.split())]
    return sorted(
        pairwise(corners),
        key=lambda two: -abs(two[0][0] - two[1][0]) - abs(two[0][1] - two[1][1]),
    )


def _beside(view: View, graph: Graph, diagram: Diagram, room: Room) -> Iterator[Beside]:
    """All arcs beside the process, those of most matters first."""
    boxes = _boxes(view, graph, diagram.shapes)
    drawn = 0
    for count, kind, pair, words in sorted(_astray(view), key=lambda each: (-each[0], each[2])):
        ends = boxes.get(pair[0]), boxes.get(pair[1] or "\0")
        url = view.matters(**{kind: two_words(*pair)})
        names = pair[0] or _("开始"), pair[1] or _("结束")
        if ends[0] is None or ends[1] is None or drawn >= MOST_DRAWN:
            yield Beside(*names, words, count, url, kind)
            continue
        drawn += 1
        path, bends = _curve(ends[0], ends[1], drawn)
        x, y = room.place(str(count), FIGURE, along_curve(*bends)) or next(along_curve(*bends))
        yield Beside(*names, words, count, url, kind, path, x, y)


def _astray(view: View) -> Iterator[tuple[int, str, Pair, str]]:
    for pair, left in view.held.arcs.left.items():
        if count := len(left.objects & view.objects):
            yield count, "left", pair, "、".join(_(DEVIATIONS[kind]) for kind in left.kinds)
    for pair, objects in view.held.arcs.returned.items():
        if count := len(objects & view.objects):
            yield count, "back", pair, _("退回")


def _boxes(view: View, graph: Graph, shapes: tuple[Shape, ...]) -> Mapping[str, Box]:
    """Where each step of the log stands in the picture; a return stands at its step, the end at the last end."""
    names = view.held.source.names
    found = {}
    for shape in shapes:
        if shape.key == graph.start:
            found[""] = shape.box
        elif isinstance(graph.nodes[shape.key], EndEvent):
            found["\0"] = shape.box
        elif shape.key in names:
            found[names[shape.key]] = shape.box
            found[f"{names[shape.key]}{RETURNED}"] = shape.box
    return found


def _curve(begin: Box, end: Box, number: int) -> tuple[str, tuple[Point, Point, Point, Point]]:
    """Return a curve above the boxes and its four points; each a little higher, so that two are told apart."""
    x1, x2 = begin.x + begin.w // 2 + 10, end.x + end.w // 2 - 10
    rise = RISE + (number % 4) * 14
    top = max(min(begin.y, end.y) - rise, 12)
    path = f"M{x1},{begin.y} C{x1},{top} {x2},{top} {x2},{end.y}"
    return path, ((x1, begin.y), (x1, top), (x2, top), (x2, end.y))
