"""Gaps and overlaps of a decision table, found exactly by cutting each input into cells on which no test changes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from math import ceil, floor

from lianjing.kernel.process import feel
from lianjing.kernel.process.expression import (
    NotComparable,
    Operand,
    ParameterLookup,
    UnaryTest,
    endpoint_value,
)

OTHER = "\N{REPLACEMENT CHARACTER}"  # stands for any text that the column does not name


@dataclass(frozen=True, slots=True)
class Cell:
    """A range of one input on which every test of the column gives one answer, with one value out of it."""

    sample: Operand
    label: str


def cells(
    tests: Sequence[UnaryTest], kind: str, allowed_values: UnaryTest | None, parameter: ParameterLookup
) -> tuple[Cell, ...]:
    """Cut one input; NotComparable where the column mixes kinds of values."""
    named = [
        endpoint_value(node, parameter)
        for test in [*tests, *([allowed_values] if allowed_values else [])]
        for node in _endpoints(test.tests)
    ]
    flat = [
        item
        for value in named
        for item in (value if isinstance(value, Sequence) and not isinstance(value, str) else [value])
    ]
    found = [*_cut(flat, kind, is_open=any(_is_negative(test) for test in tests))]
    if any(item is None for item in flat):
        found.append(Cell(None, "null"))
    if allowed_values is not None:
        found = [cell for cell in found if _passes(allowed_values, cell, parameter)]
    return tuple(found or [Cell(None, "-")])


def masks(tests: Sequence[UnaryTest], column: Sequence[Cell], parameter: ParameterLookup) -> tuple[int, ...]:
    """For each cell the rows whose test it passes, as bits."""
    return tuple(
        sum(1 << row for row, test in enumerate(tests) if _passes(test, cell, parameter)) for cell in column
    )


def gaps(
    columns: Sequence[tuple[Cell, ...]], bits: Sequence[tuple[int, ...]], rows: int
) -> Iterator[tuple[str, ...]]:
    """Yield the labels of each combination that no row takes, the same set of rows left over only once."""
    seen: set[tuple[int, int]] = set()
    waiting: list[tuple[int, int, tuple[str, ...]]] = [(0, (1 << rows) - 1, ())]
    while waiting:
        position, left, path = waiting.pop()
        if not left:
            yield path
        elif position < len(columns) and (position, left) not in seen:
            seen.add((position, left))
            waiting.extend(
                (position + 1, left & mask, (*path, cell.label))
                for cell, mask in zip(columns[position], bits[position], strict=True)
            )


def overlaps(
    columns: Sequence[tuple[Cell, ...]], bits: Sequence[tuple[int, ...]], rows: int
) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    """Yield each pair of rows that some combination passes, with that combination."""
    for first in range(rows):
        for second in range(first + 1, rows):
            both = (1 << first) | (1 << second)
            path = [
                next(
                    (cell.label for cell, mask in zip(column, masks_, strict=True) if mask & both == both),
                    None,
                )
                for column, masks_ in zip(columns, bits, strict=True)
            ]
            if None not in path:
                yield first, second, tuple(str(label) for label in path)


def _passes(test: UnaryTest, cell: Cell, parameter: ParameterLookup) -> bool:
    try:
        return test(cell.sample, parameter)
    except NotComparable:
        return False


def _is_negative(test: UnaryTest) -> bool:
    return test.tests.is_negated or any(
        isinstance(node, feel.Compare) and node.operator == "!=" for node in test.tests.alternatives
    )


def _endpoints(tests: feel.Tests) -> Iterator[feel.Node]:
    for node in tests.alternatives:
        if isinstance(node, feel.Compare):
            yield node.endpoint
        elif isinstance(node, feel.Range):
            yield from (node.low, node.high)
        else:
            yield node


def _cut(named: Sequence[Operand], kind: str, *, is_open: bool) -> Iterator[Cell]:
    numbers = sorted(
        {Fraction(item) for item in named if isinstance(item, int | Fraction) and not isinstance(item, bool)}
    )
    days = sorted({item for item in named if isinstance(item, date)})
    texts = sorted({item for item in named if isinstance(item, str)})
    truths = {item for item in named if isinstance(item, bool)}
    if sum(map(bool, (numbers, days, texts, truths))) > 1:
        raise NotComparable(named[0], named[-1], "=")
    if numbers:
        yield from _number_cells(numbers, is_whole=kind == "integer")
    elif days:
        yield from _day_cells(days)
    elif truths or kind == "boolean":
        yield from (Cell(sample=True, label="true"), Cell(sample=False, label="false"))
    else:
        yield from (Cell(item, f'"{item}"') for item in texts)
        if texts and is_open:
            yield Cell(OTHER, "其他")


def _number_cells(ends: Sequence[Fraction], *, is_whole: bool) -> Iterator[Cell]:
    yield Cell(ceil(ends[0]) - 1, f"< {_figure(ends[0])}")
    for end, following in zip(ends, [*ends[1:], None], strict=True):
        if not is_whole or end.denominator == 1:
            yield Cell(end, _figure(end))
        if following is None:
            yield Cell(floor(end) + 1, f"> {_figure(end)}")
        elif not is_whole:
            yield Cell((end + following) / 2, f"({_figure(end)}..{_figure(following)})")
        elif floor(end) + 1 < following:
            yield Cell(floor(end) + 1, f"({_figure(end)}..{_figure(following)})")


def _figure(number: Fraction) -> str:
    return str(number.numerator) if number.denominator == 1 else f"{float(number):g}"


def _day_cells(ends: Sequence[date]) -> Iterator[Cell]:
    day = timedelta(days=1)
    yield Cell(ends[0] - day, f"< {ends[0]}")
    for end, following in zip(ends, [*ends[1:], None], strict=True):
        yield Cell(end, str(end))
        if following is None:
            yield Cell(end + day, f"> {end}")
        elif end + day < following:
            yield Cell(end + day, f"({end}..{following})")
