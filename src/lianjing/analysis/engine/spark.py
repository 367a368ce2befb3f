"""Apache Spark as the engine: the same text by sqlglot, on a standalone cluster or in this process."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import sqlglot
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession
from sqlglot import exp

from lianjing.analysis.engine.engine import Answer, EngineFailed, Value

SETTINGS = {
    "spark.ui.enabled": "false",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.shuffle.partitions": "4",
}


def session(address: str, **settings: str) -> SparkSession:
    """Start a session at `spark://HOST:PORT` or `local[2]`."""
    builder = SparkSession.builder.master(address).appName("lianjing")
    for key, value in {**SETTINGS, **settings}.items():
        builder = builder.config(key, value)
    return builder.getOrCreate()


def spark_text(sql: str) -> str:
    """Return the text in Spark's dialect, its parameters as `:name`."""
    return sqlglot.parse_one(sql, read="duckdb").sql("spark")


class SparkEngine:
    """A Spark session with the lake's files as temporary views."""

    name = "spark"

    def __init__(self, session: SparkSession) -> None:
        self.session = session

    def attach(self, files: Mapping[str, Sequence[Path]]) -> None:
        """See `Engine`."""
        for table, paths in files.items():
            frame = self.session.read.parquet(*[str(path.absolute()) for path in paths])
            frame.createOrReplaceTempView(table)

    def ask(self, sql: str, parameters: Mapping[str, Value]) -> Answer:
        """See `Engine`."""
        tree = sqlglot.parse_one(sql, read="duckdb")
        used = {each.name: parameters[each.name] for each in tree.find_all(exp.Placeholder)}
        try:
            frame = self.session.sql(tree.sql("spark"), args=used)
            return Answer(tuple(frame.columns), tuple(tuple(row) for row in frame.collect()))
        except PySparkException as fault:
            raise EngineFailed(f"Spark: {str(fault).splitlines()[0]}") from fault

    def close(self) -> None:
        """See `Engine`."""
        self.session.stop()
