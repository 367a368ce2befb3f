"""What any picture of a process must keep, whatever the diagram."""

from __future__ import annotations

from itertools import pairwise

from lianjing.kernel.process.graph import BoundaryTimer, Graph
from lianjing.kernel.process.layout import Box, Layout


def assert_picture_is_clean(graph: Graph, picture: Layout) -> None:
    assert set(picture.nodes) == set(graph.nodes)
    assert set(picture.flows) == set(graph.flows)
    boxes = {
        key: box for key, box in picture.nodes.items() if not isinstance(graph.nodes[key], BoundaryTimer)
    }
    for key, box in boxes.items():
        assert box.x >= 0 and box.x + box.w <= picture.width
        assert box.y >= 0 and box.y + box.h <= picture.height
        assert not any(overlaps(box, other) for name, other in boxes.items() if name != key)
    for key, points in picture.flows.items():
        flow = graph.flows[key]
        assert touches(picture.nodes[flow.source], points[0])
        assert touches(picture.nodes[flow.target], points[-1])
        for (x1, y1), (x2, y2) in pairwise(points):
            assert x1 == x2 or y1 == y2, "every edge runs in right angles"
            line = Box(min(x1, x2), min(y1, y2), abs(x1 - x2), abs(y1 - y2))
            assert not any(overlaps(line, box) for box in picture.nodes.values()), (key, points)
            assert min(x1, x2) >= 0 and max(x1, x2) <= picture.width
            assert min(y1, y2) >= 0 and max(y1, y2) <= picture.height


def overlaps(one: Box, other: Box) -> bool:
    return (
        one.x < other.x + other.w
        and other.x < one.x + one.w
        and one.y < other.y + other.h
        and other.y < one.y + one.h
    )


def touches(box: Box, point: tuple[int, int]) -> bool:
    return box.x <= point[0] <= box.x + box.w and box.y <= point[1] <= box.y + box.h
