"""The database as one file: SQLite by its own online backup, PostgreSQL by pg_dump, both as of one moment."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from lianjing.kernel.refusal import BadInput
from lianjing.runtime.backup.folder import DATABASE

Query = Callable[[str], Sequence[Sequence[Any]]]
DUMP = "database.dump"


def member_of(vendor: str) -> str:
    """Return under which name the archive holds the database of this kind."""
    return DUMP if vendor == "postgresql" else DATABASE


@contextmanager
def snapshot(target: Path) -> Iterator[Query]:
    """Write the database as of now into `target` and yield a way to ask it, as of the same moment.

    Nobody waits: writers go on while it is taken.
    """
    if connection.vendor == "postgresql":
        with _dumped(target) as query:
            yield query
        return
    own = sqlite3.connect(Path(settings.DATA_DIR) / DATABASE, timeout=60)
    with closing(own) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")
    with closing(sqlite3.connect(f"file:{target}?mode=ro", uri=True)) as copy:
        yield lambda sql: copy.execute(sql).fetchall()


@contextmanager
def _dumped(target: Path) -> Iterator[Query]:
    own = connection.copy()
    try:
        with own.cursor() as cursor:
            cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            cursor.execute("SELECT pg_export_snapshot()")
            name = cursor.fetchone()[0]

            def query(sql: str) -> Sequence[Sequence[Any]]:
                cursor.execute(sql)
                return list(cursor.fetchall())

            options = ["--format=custom", "--no-owner", "--no-privileges", f"--snapshot={name}"]
            _run("pg_dump", *options, f"--file={target}")
            yield query
            cursor.execute("ROLLBACK")
    finally:
        own.close()


def check_empty() -> None:
    """BadInput where the PostgreSQL database into which to restore already holds tables."""
    if connection.introspection.table_names():
        raise BadInput("目标数据库不是空的；请新建一个空数据库，并用 LIANJING_DATABASE_URL 指向它")


def load_dump(dump: Path) -> None:
    """Load a dump into the empty PostgreSQL database of the settings, whole or not at all."""
    options = ["--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction"]
    _run("pg_restore", *options, f"--dbname={connection.settings_dict['NAME']}", str(dump))


def _run(program: str, *arguments: str) -> None:
    """Run a program of PostgreSQL against our database; the password goes through the environment, not the list."""
    found = shutil.which(program)
    if found is None:
        raise BadInput(f"找不到 {program}；请安装与服务器版本相同的 PostgreSQL 客户端（postgresql-client）")
    given = connection.settings_dict
    environment = {
        **os.environ,
        "PGHOST": str(given.get("HOST") or ""),
        "PGPORT": str(given.get("PORT") or ""),
        "PGUSER": str(given.get("USER") or ""),
        "PGPASSWORD": str(given.get("PASSWORD") or ""),
        "PGDATABASE": str(given["NAME"]),
        **{f"PG{key.upper()}": str(value) for key, value in given.get("OPTIONS", {}).items() if "ssl" in key},
    }
    environment = {key: value for key, value in environment.items() if value or not key.startswith("PG")}
    done = subprocess.run([found, *arguments], env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["?"])[0]
        raise BadInput(f"{program} 没有完成：{last}")


def check_file(place: Path) -> None:
    """BadInput where a restored SQLite file is damaged inside."""
    try:
        with closing(sqlite3.connect(place)) as database:
            answer = database.execute("PRAGMA quick_check").fetchone()[0]
    except sqlite3.DatabaseError as error:
        answer = str(error)
    if answer != "ok":
        raise BadInput(f"备份中的数据库已损坏：{answer}")


def end_sessions(place: Path | None) -> None:
    """Forget who was logged in when the backup was taken: an old session must not live again."""
    if place is None:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM django_session")
        return
    with closing(sqlite3.connect(place)) as database:
        database.execute("DELETE FROM django_session")
        database.commit()
