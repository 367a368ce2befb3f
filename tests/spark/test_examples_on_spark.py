"""Every example of every indicator on a real Spark cluster: the same findings as on DuckDB."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pytest

from lianjing.analysis.indicator.examples import Example, answer, arrow, expected, read
from lianjing.analysis.indicator.library import Indicator, library
from lianjing.analysis.lake.schema import schema
from tests.spark.together import answers, batches, tables

pytestmark = pytest.mark.spark


@pytest.mark.parametrize("indicator", library(), ids=lambda each: each.header.code)
def test_spark_finds_in_each_example_what_duckdb_finds(indicator: Indicator, spark: Any) -> None:
    for batch in batches(indicator, read(indicator.examples)):
        is_alone = len(batch) == 1
        for name, rows in tables(indicator, batch) if not is_alone else _alone(indicator, batch[0]):
            spark.session.createDataFrame(rows).createOrReplaceTempView(name)
        found = [answer(spark, indicator, batch[0])] if is_alone else answers(spark, indicator, batch)
        for example, rows in zip(batch, found, strict=True):
            near = [_near(each) for each in rows]
            assert near == [_near(each) for each in expected(example)], example.name


def _alone(indicator: Indicator, example: Example) -> Iterator[tuple[str, pa.Table]]:
    for name in sorted(indicator.tables):
        yield name, arrow(schema().tables[name], example.tables.get(name, ()))


def _near(row: dict[str, Any]) -> dict[str, Any]:
    facts = {
        key: round(value, 9) if isinstance(value, float) else value for key, value in row["facts"].items()
    }
    return {**row, "score": round(row["score"], 9), "facts": facts}
