"""DuckDB as the engine: in this process for tests and small questions, or in a process of its own."""

from __future__ import annotations

import multiprocessing
import re
from collections.abc import Mapping, Sequence
from multiprocessing.connection import Connection
from pathlib import Path

import duckdb

from lianjing.analysis.engine.engine import Answer, EngineFailed, Value

MEMORY = "1GB"
THREADS = 2
PARAMETER = re.compile(r"\$([a-z][a-z0-9_]*)")


class DuckEngine:
    """DuckDB in this process, views over the Parquet files, one connection."""

    name = "duckdb"

    def __init__(self, *, memory: str = MEMORY, threads: int = THREADS) -> None:
        self._connection = duckdb.connect(
            config={
                "threads": threads,
                "memory_limit": memory,
                "preserve_insertion_order": False,
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
            }
        )

    def attach(self, files: Mapping[str, Sequence[Path]]) -> None:
        """See `Engine`."""
        for table, paths in files.items():
            listed = ", ".join("'" + str(path).replace("'", "''") + "'" for path in paths)
            self._connection.execute(
                f'CREATE OR REPLACE VIEW "{table}" AS SELECT * FROM read_parquet([{listed}])'
            )

    def ask(self, sql: str, parameters: Mapping[str, Value]) -> Answer:
        """See `Engine`."""
        used = {name: parameters[name] for name in set(PARAMETER.findall(sql)) if name in parameters}
        try:
            cursor = self._connection.execute(sql, used)
            columns = tuple(each[0] for each in cursor.description or ())
            return Answer(columns, tuple(cursor.fetchall()))
        except duckdb.Error as fault:
            raise EngineFailed(f"DuckDB: {fault}") from fault

    def close(self) -> None:
        """See `Engine`."""
        self._connection.close()


class DuckBeside:
    """The same in a process of its own: whatever it takes or breaks, the asking process stays as it is."""

    name = "duckdb"

    def __init__(self, *, memory: str = MEMORY, threads: int = THREADS) -> None:
        self._context = multiprocessing.get_context("spawn")
        self._settings = (memory, threads)
        self._files: Mapping[str, Sequence[Path]] = {}
        self._start()

    def _start(self) -> None:
        self._pipe, other = self._context.Pipe()
        self._process = self._context.Process(target=_serve, args=(other, *self._settings), daemon=True)
        self._process.start()
        other.close()

    def attach(self, files: Mapping[str, Sequence[Path]]) -> None:
        """See `Engine`."""
        self._files = files
        self._call("attach", files)

    def ask(self, sql: str, parameters: Mapping[str, Value]) -> Answer:
        """See `Engine`; a process that died is started again for the next question."""
        answer = self._call("ask", sql, dict(parameters))
        assert isinstance(answer, Answer)
        return answer

    def _call(self, verb: str, *values: object) -> object:
        try:
            self._pipe.send((verb, values))
            is_good, answer = self._pipe.recv()
        except (EOFError, OSError) as fault:
            self._process.join(5)
            code = self._process.exitcode
            self._start()
            if verb != "attach":
                self._call("attach", self._files)
            raise EngineFailed(f"DuckDB's process ended in the middle (exit code {code})") from fault
        if not is_good:
            raise EngineFailed(str(answer))
        return answer

    def close(self) -> None:
        """See `Engine`."""
        self._pipe.close()
        self._process.join(5)
        if self._process.is_alive():
            self._process.terminate()
            self._process.join(5)

    @property
    def process_id(self) -> int | None:
        """The number of its process."""
        return self._process.pid


def _serve(pipe: Connection, memory: str, threads: int) -> None:
    engine = DuckEngine(memory=memory, threads=threads)
    while True:
        try:
            verb, values = pipe.recv()
        except EOFError:
            return
        try:
            pipe.send((True, getattr(engine, verb)(*values)))
        except (EngineFailed, duckdb.Error) as fault:
            pipe.send((False, str(fault)))
