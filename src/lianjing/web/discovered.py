"""The map that a log itself draws: its steps and arrows as a picture, the most frequent way on one line."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from lianjing.analysis.mining.flows import Flow, StepCount
from lianjing.analysis.mining.variants import Variant
from lianjing.web.labels import Point, Rect, Room, along_curve

BOX_W, BOX_H, GAP_X, GAP_Y, EDGE, TOP = 150, 58, 110, 74, 30, 70
AIR = 2  # pixels kept free around a box
LABEL = 12  # letters beside an arrow, in pixels (analysis.css)
MOST_ROWS = 4  # below the main way; then the next column, so that a map is not mostly empty
SIGNS_A_LINE = 9
MOST_LINES = 2
WIDTHS = 5  # classes of thickness, by count
HEATS = 4  # classes of colour, by working days beyond the median


@dataclass(frozen=True, slots=True)
class Step:
    """One box: where it stands, its name in lines, how often, and how hot."""

    name: str
    x: int
    y: int
    lines: tuple[tuple[int, str], ...]
    count: int
    heat: int

    @property
    def cx(self) -> int:
        """The middle across."""
        return self.x + BOX_W // 2

    @property
    def count_y(self) -> int:
        """Where the count stands."""
        return self.y + BOX_H - 8


@dataclass(frozen=True, slots=True)
class Arrow:
    """One arrow: its path, its thickness and heat, and what stands beside it; no place where there was no free room."""

    path: str
    width: int
    heat: int
    title: str
    label: str
    place: Point | None
    origin: str
    target: str
    is_left: bool = False  # some matter left the regulated process here


@dataclass(frozen=True, slots=True)
class Discovered:
    """What parts/discovered.html draws, and how much of the log it does not show."""

    width: int
    height: int
    steps: tuple[Step, ...]
    arrows: tuple[Arrow, ...]
    hidden_steps: int
    hidden_arrows: int

    @property
    def hidden_labels(self) -> int:
        """Arrows whose figures have no room; their title tells them."""
        return sum(each.place is None for each in self.arrows)

    @property
    def names(self) -> set[str]:
        """The steps that are drawn."""
        return {each.name for each in self.steps}

    @property
    def pairs(self) -> set[tuple[str, str]]:
        """The arrows that are drawn."""
        return {(each.origin, each.target) for each in self.arrows}


@dataclass(frozen=True, slots=True)
class Heat:
    """What makes a step or an arrow hot: its value by name, in working days; the hottest is the darkest."""

    steps: Mapping[str, float]
    arrows: Mapping[tuple[str, str], float]


MEASURES = ("excess", "median", "p95")


def heat_by(measure: str, steps: Sequence[StepCount], flows: Sequence[Flow]) -> Heat:
    """Return the heat by one of the MEASURES; a step that mostly begins its matter has no usual wait and no heat."""
    arrows = {(each.origin, each.target): float(getattr(each, f"{measure}_days")) for each in flows}
    if measure == "excess":
        summed: dict[str, float] = {}
        for each in flows:
            summed[each.target] = round(summed.get(each.target, 0.0) + each.excess_days, 2)
        return Heat(summed, arrows)
    waits = {
        each.type: getattr(each, f"{measure}_wait_days") for each in steps if each.first * 2 <= each.count
    }
    return Heat({name: wait for name, wait in waits.items() if wait is not None}, arrows)


def heat_of(value: float, largest: float) -> int:
    """Return a class of colour, 0 to 4, by the share of the largest value."""
    if value <= 0 or largest <= 0:
        return 0
    return min(HEATS, 1 + int(HEATS * value / largest * 0.999))


def shown_of(
    steps: Sequence[StepCount], flows: Sequence[Flow], most_steps: int, most_arrows: int
) -> tuple[list[StepCount], list[Flow]]:
    """Return the steps of the most objects and, among these, the arrows of the highest count."""
    kept = sorted(steps, key=lambda each: (-each.cases, -each.count, each.type))[:most_steps]
    names = {each.type for each in kept}
    inside = [each for each in flows if each.origin in names and each.target in names]
    return kept, sorted(inside, key=lambda each: (-each.count, each.origin, each.target))[:most_arrows]


def discover(
    steps: Sequence[StepCount],
    flows: Sequence[Flow],
    variants: Sequence[Variant],
    *,
    most_steps: int,
    most_arrows: int,
    measure: str = MEASURES[0],
    left: Collection[tuple[str, str]] = (),
) -> Discovered:
    """Return the picture of the most frequent steps and, among these, the most frequent arrows.

    Kept are the steps of the most objects, then the arrows of the highest count; the rest is counted. Arrows among
    `left` are those on which matters left the regulated process.
    """
    kept, shown = shown_of(steps, flows, most_steps, most_arrows)
    names = {each.type for each in kept}
    places = _places([each.type for each in kept], shown, _main_way(variants, names))
    heat = heat_by(measure, steps, flows)
    hottest = max((heat.steps.get(name, 0.0) for name in names), default=0.0)
    drawn = tuple(
        _step(each, places[each.type], heat_of(heat.steps.get(each.type, 0.0), hottest)) for each in kept
    )
    most = max((flow.count for flow in shown), default=1)
    hottest = max((heat.arrows[each.origin, each.target] for each in shown), default=0.0)
    right = max((step.x for step in drawn), default=0) + BOX_W + EDGE
    bottom = max((step.y for step in drawn), default=0) + BOX_H + EDGE + GAP_Y // 2
    room = Room(right, bottom, [box_of(step) for step in drawn])
    arrows = tuple(
        _arrow(each, places, most, heat.arrows[each.origin, each.target], hottest, left, room)
        for each in shown
    )
    return Discovered(right, bottom, drawn, arrows, len(steps) - len(kept), len(flows) - len(shown))


def box_of(step: Step) -> Rect:
    """Return what a box takes, with a little air."""
    return Rect(step.x - AIR, step.y - AIR, step.x + BOX_W + AIR, step.y + BOX_H + AIR)


def _main_way(variants: Sequence[Variant], names: set[str]) -> list[str]:
    way = variants[0].steps if variants else ()
    return [each for each in dict.fromkeys(way) if each in names]


def _places(names: Sequence[str], flows: Sequence[Flow], way: Sequence[str]) -> dict[str, tuple[int, int]]:
    """Return column and row of each step: the main way in row 0, every other one right of where it mostly comes from."""
    places = {name: (column, 0) for column, name in enumerate(way)}
    taken = set(places.values())
    waiting = [name for name in names if name not in places]
    while waiting:
        name = next((each for each in waiting if _before(each, flows, places) is not None), waiting[0])
        before = _before(name, flows, places)
        column, row = (0 if before is None else places[before][0] + 1), 1
        while (column, row) in taken:
            column, row = (column, row + 1) if row < MOST_ROWS else (column + 1, 1)
        places[name] = (column, row)
        taken.add((column, row))
        waiting.remove(name)
    return places


def _before(name: str, flows: Sequence[Flow], places: dict[str, tuple[int, int]]) -> str | None:
    coming = [each for each in flows if each.target == name and each.origin in places]
    return max(coming, key=lambda each: each.count).origin if coming else None


def _corner(place: tuple[int, int]) -> tuple[int, int]:
    return EDGE + place[0] * (BOX_W + GAP_X), TOP + place[1] * (BOX_H + GAP_Y)


def _step(each: StepCount, place: tuple[int, int], heat: int) -> Step:
    x, y = _corner(place)
    parts = _broken(each.type)
    top = y + (22 if len(parts) == 1 else 18)
    lines = tuple((top + 17 * number, part) for number, part in enumerate(parts))
    return Step(each.type, x, y, lines, each.count, heat)


def _broken(name: str) -> list[str]:
    """Break a name into the lines of a box: Chinese by signs, words at spaces; what is too long ends in an ellipsis."""
    lines = [""]
    for part in name.split(" ") if " " in name else list(name):
        glue = " " if " " in name and lines[-1] else ""
        if _wide(lines[-1] + glue + part) > SIGNS_A_LINE and lines[-1]:
            lines.append(part)
        else:
            lines[-1] += glue + part
    if len(lines) > MOST_LINES:
        rest = " ".join(lines[MOST_LINES - 1 :]) if " " in name else "".join(lines[MOST_LINES - 1 :])
        while _wide(rest) > SIGNS_A_LINE - 0.5:
            rest = rest[:-1]
        lines = [*lines[: MOST_LINES - 1], rest + "…"]
    return lines


def _wide(text: str) -> float:
    """Return the width of a text in Chinese signs."""
    return sum(1 if ord(sign) > 0x2E7F else 0.55 for sign in text)


def _arrow(
    flow: Flow,
    places: dict[str, tuple[int, int]],
    most: int,
    days: float,
    hottest: float,
    left: Collection[tuple[str, str]],
    room: Room,
) -> Arrow:
    (x1, y1), (x2, y2) = _corner(places[flow.origin]), _corner(places[flow.target])
    width = 1 + min(WIDTHS - 1, int(WIDTHS * flow.count / most * 0.999))
    begin, end, bend = _ends(x1, y1, x2, y2)
    path = f"M{begin[0]},{begin[1]} C{bend[0]},{bend[1]} {bend[2]},{bend[3]} {end[0]},{end[1]}"
    label = f"{flow.cases} · {days:g}"
    return Arrow(
        path,
        width,
        heat_of(days, hottest),
        f"{flow.origin} → {flow.target}：{label}",
        label,
        room.place(label, LABEL, along_curve(begin, bend[:2], bend[2:], end)),
        flow.origin,
        flow.target,
        (flow.origin, flow.target) in left,
    )


def _ends(
    x1: int, y1: int, x2: int, y2: int
) -> tuple[tuple[int, int], tuple[int, int], tuple[int, int, int, int]]:
    """Return begin, end and the two control points: forwards from side to side, backwards and in place below."""
    half = BOX_H // 2
    if x2 > x1:
        begin, end = (x1 + BOX_W, y1 + half), (x2, y2 + half)
        reach = max(30, (end[0] - begin[0]) // 2)
        lift = 0 if y1 != y2 or x2 - x1 <= BOX_W + GAP_X else -(GAP_Y // 2 + (x2 - x1) // 12)
        return begin, end, (begin[0] + reach, begin[1] + lift, end[0] - reach, end[1] + lift)
    begin, end = (x1 + BOX_W // 2 + 12, y1 + BOX_H), (x2 + BOX_W // 2 - 12, y2 + BOX_H)
    drop = 36 + (x1 - x2) // 14
    return begin, end, (begin[0], begin[1] + drop, end[0], end[1] + drop)
