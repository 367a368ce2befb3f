"""Writes the places of our own layout into a diagram's XML, so that a drawing program can open one without places."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from xml.etree.ElementTree import Element
from xml.sax.saxutils import quoteattr

from lianjing.kernel.process import xml_source
from lianjing.kernel.process.graph import Graph, parse
from lianjing.kernel.process.layout import Box, Layout, Point, layout
from lianjing.kernel.process.xml_source import BadSource, children

DI = "http://www.omg.org/spec/BPMN/20100524/DI"
POOL_HEADER = 30  # a drawing program writes the pool's name left of the lanes
LEFT, TOP = 160, 80
_OLD = re.compile(r"<([\w.-]+:)?BPMNDiagram\b.*?</\1?BPMNDiagram\s*>", re.DOTALL)
_END = re.compile(r"</([\w.-]+:)?definitions\s*>")


def with_places(xml: str, *, anew: bool = False) -> str:
    """Return the diagram with a place for every node, flow and lane, in a pool.

    One that has them all comes back unchanged, unless it is to be placed `anew`. Nothing else of the text is touched:
    `parse` reads the same graph from it. BadSource as `parse` raises it, and for a text that no places can be written
    into.
    """
    graph = parse(xml)
    root, _ = xml_source.read(xml)
    collaboration = next(children(root, "collaboration"), None)
    pool = _pool_of(root, graph.key)
    wanted = {pool, *graph.nodes, *graph.flows, *(lane.id for lane in graph.lanes)}
    if not anew and pool and _drawn(root) >= wanted:
        return xml
    bare = _OLD.sub("", xml)
    end = list(_END.finditer(bare))[-1]
    prefix = end[1] or ""
    written, plane = "", collaboration.get("id", "") if collaboration is not None and pool else ""
    if not plane:
        plane, pool = f"pool_of_{graph.key}", f"lanes_of_{graph.key}"
        written = "\n".join(_collaboration(graph, prefix, plane, pool))
    drawing = "\n".join(_diagram(graph, layout(graph), plane, pool))
    done = f"{bare[: end.start()]}{written}\n{drawing}\n{bare[end.start() :]}"
    is_same = replace(parse(done), sha256=graph.sha256) == graph
    if not is_same or not _drawn(xml_source.read(done)[0]) >= graph.nodes.keys():
        raise BadSource("", "图上写不进坐标:请另存为普通的BPMN 2.0文件再上传")
    return done


def _pool_of(root: Element, process: str) -> str:
    """The id of the pool that holds the process, "" where there is none."""
    for collaboration in children(root, "collaboration"):
        for participant in children(collaboration, "participant"):
            if participant.get("processRef", "").rpartition(":")[2] == process:
                return participant.get("id", "")
    return ""


def _drawn(root: Element) -> set[str]:
    found = (*root.iter(f"{{{DI}}}BPMNShape"), *root.iter(f"{{{DI}}}BPMNEdge"))
    return {element.get("bpmnElement", "") for element in found}


def _collaboration(graph: Graph, prefix: str, collaboration: str, pool: str) -> Iterator[str]:
    yield f"<{prefix}collaboration id={quoteattr(collaboration)}>"
    name, process = quoteattr(graph.name), quoteattr(graph.key)
    yield f"  <{prefix}participant id={quoteattr(pool)} name={name} processRef={process}/>"
    yield f"</{prefix}collaboration>"


def _diagram(graph: Graph, places: Layout, plane: str, pool: str) -> Iterator[str]:
    yield (
        f'<bpmndi:BPMNDiagram xmlns:bpmndi="{DI}" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"'
        f' xmlns:di="http://www.omg.org/spec/DD/20100524/DI" id={quoteattr(f"diagram_{graph.key}")}>'
    )
    yield f"<bpmndi:BPMNPlane id={quoteattr(f'plane_{graph.key}')} bpmnElement={quoteattr(plane)}>"
    whole = Box(-POOL_HEADER, 0, places.width + POOL_HEADER, places.height)
    yield from _shape(pool, whole, ' isHorizontal="true"')
    for band in places.lanes:
        if band.lane:
            yield from _shape(band.lane.id, band.box, ' isHorizontal="true"')
    for key, box in places.nodes.items():
        yield from _shape(key, box)
    for key, points in places.flows.items():
        yield from _edge(key, points)
    yield "</bpmndi:BPMNPlane>"
    yield "</bpmndi:BPMNDiagram>"


def _shape(key: str, box: Box, more: str = "") -> Iterator[str]:
    yield f"<bpmndi:BPMNShape id={quoteattr(f'{key}_di')} bpmnElement={quoteattr(key)}{more}>"
    yield f'  <dc:Bounds x="{box.x + LEFT}" y="{box.y + TOP}" width="{box.w}" height="{box.h}"/>'
    yield "</bpmndi:BPMNShape>"


def _edge(key: str, points: tuple[Point, ...]) -> Iterator[str]:
    yield f"<bpmndi:BPMNEdge id={quoteattr(f'{key}_di')} bpmnElement={quoteattr(key)}>"
    yield from (f'  <di:waypoint x="{x + LEFT}" y="{y + TOP}"/>' for x, y in points)
    yield "</bpmndi:BPMNEdge>"
