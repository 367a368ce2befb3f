"""Where the labels of a picture stand: each in the first free room, never on a box or on another label."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

Point = tuple[int, int]

ALONG = (50, 42, 58, 34, 66, 26, 74, 18, 82, 10, 90)  # percent of a curve, the middle first
OFFSETS = (-9, 12, 0, -18, 22, -28, 32)


@dataclass(frozen=True, slots=True)
class Rect:
    """A rectangle that is taken."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Rect) -> bool:
        """True where the two overlap."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )


def around(x: float, y: float, text: str, size: int) -> Rect:
    """Return what a text of one line takes whose middle stands at x and whose base line at y, in letters of so many pixels."""
    half = (sum(1.0 if ord(sign) > 0x2E7F else 0.58 for sign in text) * size + 4) / 2
    return Rect(x - half, y - size, x + half, y + size * 0.3)


@dataclass
class Room:
    """A picture of so many pixels, and what is taken of it."""

    width: int
    height: int
    taken: list[Rect] = field(default_factory=list)

    def place(self, text: str, size: int, wanted: Iterable[Point]) -> Point | None:
        """Take the first wanted place at which the text is free, and return it; None where it has none."""
        for x, y in wanted:
            rect = around(x, y, text, size)
            if rect.left < 0 or rect.top < 0 or rect.right > self.width or rect.bottom > self.height:
                continue
            if not any(rect.meets(each) for each in self.taken):
                self.taken.append(rect)
                return x, y
        return None


def along_curve(begin: Point, one: Point, other: Point, end: Point) -> Iterator[Point]:
    """Yield places beside a Bézier curve by its four points: its middle first, then towards the ends, then farther off."""
    for offset in OFFSETS:
        for percent in ALONG:
            t = percent / 100
            weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
            points = (begin, one, other, end)
            x, y = (sum(w * p[axis] for w, p in zip(weights, points, strict=True)) for axis in (0, 1))
            yield round(x), round(y) + 4 + offset


def along_line(begin: Point, end: Point) -> Iterator[Point]:
    """Yield places on a straight line and a little beside it, the middle first."""
    for offset in (0, -14, 14):
        for percent in ALONG:
            x = begin[0] + (end[0] - begin[0]) * percent // 100
            y = begin[1] + (end[1] - begin[1]) * percent // 100
            is_level = abs(end[0] - begin[0]) >= abs(end[1] - begin[1])
            yield (x, y + offset + 5) if is_level else (x + offset, y + 5)
