"""A process as an SVG drawing for paper: the coordinates of the page, black on white, differences by sign and stroke."""

from __future__ import annotations

from collections.abc import Iterator
from xml.sax.saxutils import escape

from lianjing.web.diagram import Diagram, Shape
from lianjing.web.papers.paper import clean

FACES = "Noto Sans CJK SC, Noto Sans SC, SimHei, Source Han Sans SC, sans-serif"
# What a comparison says, without colour: width and dashes of the stroke.
STROKES = {
    "added": 'stroke-width="3.5"',
    "removed": 'stroke-width="1.5" stroke-dasharray="7 5"',
    "changed": 'stroke-width="3.5"',
    "": 'stroke-width="1.5"',
}
SIGNS = {"parallel": "+", "inclusive": "○", "exclusive": "×"}


def svg_of(diagram: Diagram) -> str:
    """Return a process as an SVG drawing by itself: no style sheet, no script, every text escaped."""
    w, h = diagram.width, diagram.height
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {w} {h}" width="{w}" height="{h}" '
        f'font-family="{FACES}" font-size="16" fill="#000" role="img" aria-label="{_text(diagram.name)}">'
        f'<rect width="{w}" height="{h}" fill="#fff"/>{"".join(_parts(diagram))}</svg>'
    )


def _text(words: str) -> str:
    return escape(clean(words), {'"': "&quot;"})


def _parts(diagram: Diagram) -> Iterator[str]:
    for lane in diagram.lanes:
        frame = 'fill="none" stroke="#777" stroke-width="1"'
        yield f'<rect x="0" y="{lane.y}" width="{diagram.width}" height="{lane.h}" {frame}/>'
        yield f'<rect x="0" y="{lane.y}" width="40" height="{lane.h}" fill="#eee" stroke="#777" stroke-width="1"/>'
        yield (
            f'<text transform="translate(25 {lane.middle}) rotate(-90)" text-anchor="middle">{_text(lane.name)}</text>'
        )
    for edge in diagram.edges:
        yield f'<polyline points="{edge.points}" fill="none" stroke="#000" {STROKES[edge.mark]}/>'
        yield _arrow(edge.points)
    for shape in diagram.shapes:
        yield from _shape(shape)


def _arrow(points: str) -> str:
    """The head of a flow, drawn as a shape of its own: markers are not drawn alike everywhere."""
    corners = [tuple(map(int, each.split(","))) for each in points.split(" ")]
    (x0, y0), (x, y) = corners[-2], corners[-1]
    if abs(x - x0) >= abs(y - y0):
        back = -9 if x >= x0 else 9
        return f'<polygon points="{x},{y} {x + back},{y - 4} {x + back},{y + 4}"/>'
    back = -9 if y >= y0 else 9
    return f'<polygon points="{x},{y} {x - 4},{y + back} {x + 4},{y + back}"/>'


def _shape(shape: Shape) -> Iterator[str]:
    look = f'fill="#fff" stroke="#000" {STROKES[shape.mark]}'
    box = shape.box
    if shape.kind in ("task", "rule", "call"):
        yield f'<rect x="{box.x}" y="{box.y}" width="{box.w}" height="{box.h}" rx="6" {look}/>'
        if shape.kind == "call":
            inner = 'fill="none" stroke="#000" stroke-width="1"'
            yield f'<rect x="{box.x + 4}" y="{box.y + 4}" width="{box.w - 8}" height="{box.h - 8}" rx="4" {inner}/>'
        if shape.kind == "rule":
            yield (
                f'<path d="M{box.x + 8},{box.y + 8} h16 v12 h-16 z m0,4 h16 m-11,-4 v12" fill="none" stroke="#000"/>'
            )
        for y, line in shape.lines:
            yield f'<text x="{shape.cx}" y="{y}" text-anchor="middle">{_text(line)}</text>'
    elif shape.kind in SIGNS:
        yield f'<polygon points="{shape.diamond}" {look}/>'
        yield f'<text x="{shape.cx}" y="{shape.cy + 8}" font-size="24" text-anchor="middle">{SIGNS[shape.kind]}</text>'
    else:
        yield f'<circle cx="{shape.cx}" cy="{shape.cy}" r="{shape.radius}" {look}/>'
        yield from _event(shape)
    if shape.sign:
        yield f'<circle cx="{shape.right}" cy="{box.y}" r="12" fill="#000"/>'
        yield (
            f'<text x="{shape.right}" y="{box.y + 5}" fill="#fff" font-size="15" text-anchor="middle">{shape.sign}</text>'
        )


def _event(shape: Shape) -> Iterator[str]:
    """What stands inside the circle of an event."""
    if shape.kind == "terminate":
        yield f'<circle cx="{shape.cx}" cy="{shape.cy}" r="10"/>'
    elif shape.kind == "end":
        yield f'<circle cx="{shape.cx}" cy="{shape.cy}" r="{shape.radius}" fill="none" stroke="#000" stroke-width="4"/>'
    elif shape.kind in ("timer", "catch"):
        yield f'<path d="M{shape.cx},{shape.cy} v-9 M{shape.cx},{shape.cy} h6" fill="none" stroke="#000"/>'
