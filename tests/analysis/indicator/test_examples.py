"""Every indicator of the library against the examples beside it, on DuckDB."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lianjing.analysis.engine.duck import DuckEngine
from lianjing.analysis.indicator.examples import Example, answer, expected, gaps, laid, read
from lianjing.analysis.indicator.library import Indicator, library

EXAMPLES = [(each, example) for each in library() for example in read(each.examples)]


@pytest.fixture(scope="module")
def engine() -> Iterator[DuckEngine]:
    engine = DuckEngine(memory="200MB", threads=1)
    yield engine
    engine.close()


@pytest.mark.parametrize("indicator", library(), ids=lambda each: each.header.code)
def test_examples_show_a_true_positive_each_exclusion_and_both_sides_of_each_threshold(
    indicator: Indicator,
) -> None:
    assert gaps(indicator.header, read(indicator.examples)) == []


@pytest.mark.parametrize(
    ("indicator", "example"),
    EXAMPLES,
    ids=[f"{i.header.code}-{number}" for number, (i, _e) in enumerate(EXAMPLES)],
)
def test_an_indicator_finds_in_each_example_what_it_must_and_nothing_else(
    indicator: Indicator, example: Example, engine: DuckEngine, tmp_path: Path
) -> None:
    engine.attach(laid(tmp_path, indicator, example))
    assert answer(engine, indicator, example) == expected(example), example.name
