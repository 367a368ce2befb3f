"""Shared by all tests: where the reference data lies, and a small zone built through the real services."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import hypothesis
import pytest
from django.apps import apps
from django.core.cache import cache
from django.core.management.color import no_style
from django.db import connection

from lianjing.runtime import clock
from lianjing.runtime.org.separation import separate
from lianjing.runtime.token.rate import COUNTER
from lianjing.runtime.trail.protection import protect, unprotect

# How long an example takes says something of the machine, nothing of the rule.
hypothesis.settings.register_profile("lianjing", deadline=None)
hypothesis.settings.load_profile("lianjing")

SHARED = Path(__file__).resolve().parents[2] / "shared"
OFF = ("session.idle_minutes", "session.absolute_minutes", "session.concurrent")
MONDAY = datetime(2025, 9, 1, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of reference data; where it is absent the test is skipped, loudly."""
    if not SHARED.is_dir():
        pytest.skip("../shared is absent: reference data not at hand")
    return SHARED


@pytest.fixture(scope="session")
def django_db_use_migrations() -> bool:
    """Lay the tables from the models: the migrations, half a minute, run for real in the demonstration's tests."""
    return False


@pytest.fixture(scope="session", autouse=True)
def _flush_past_the_protection(django_db_setup: None, django_db_blocker: Any) -> None:
    """Protect the trail and keep the administrators apart; tests with real transactions end with a flush, which its triggers would rightly stop."""
    inner = connection.ops.execute_sql_flush

    def flush(statements: list[str]) -> None:
        editor = SimpleNamespace(connection=connection, execute=execute)
        unprotect(None, editor)
        inner(statements)
        protect(None, editor)

    def execute(statement: str, _parameters: None = None) -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement)

    connection.ops.execute_sql_flush = flush
    if not str(connection.settings_dict["NAME"]).startswith(("file:memorydb", "test_")):
        return  # no test here asked for a database
    with django_db_blocker.unblock():
        editor = SimpleNamespace(connection=connection, execute=execute)
        protect(None, editor)
        separate(None, editor)


@pytest.fixture(autouse=True)
def _fast_and_clean(settings: object, tmp_path: Path) -> Iterator[None]:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # type: ignore[attr-defined]
    settings.MEDIA_ROOT = tmp_path / "documents"  # type: ignore[attr-defined]
    settings.DATA_DIR = tmp_path  # type: ignore[attr-defined]
    # Scenes jump over days between two requests; the limits have tests of their own.
    settings.LIANJING_ACCESS_POLICY = dict.fromkeys(OFF, "0") | {"factor.post_kinds": ""}  # type: ignore[attr-defined]
    yield
    cache.clear()
    COUNTER.clear()
    clock.set_source(None)


BESIDE = TemporaryDirectory(prefix="lianjing-zone-")  # where founded zones wait for SQLite


def _stored(row: tuple[object, ...]) -> tuple[object, ...]:
    """Return a row as SQLite stores it: days and moments as text."""
    return tuple(str(value) if isinstance(value, date) else value for value in row)


class Snapshot:
    """The rows of a founded zone: founding it takes seconds, laying its rows down again a blink."""

    tables: ClassVar[dict[str, tuple[list[str], list[tuple[object, ...]]]]] = {}

    @classmethod
    def lay(cls) -> None:
        """Found the zone the first time, lay the same rows the next."""
        if not cls.tables:
            import_module("lianjing.cli.demonstration.zone").found_zone(MONDAY)
            cls._take()
            return
        with connection.cursor() as cursor:
            beside = cls._beside(cursor) if connection.vendor == "sqlite" else ""
            for table, (columns, rows) in cls.tables.items():
                names = ", ".join(f'"{column}"' for column in columns)
                if beside:
                    cursor.execute(f'INSERT INTO "{table}" ({names}) SELECT {names} FROM {beside}."{table}"')
                else:
                    cls._insert(cursor, table, names, rows)
        models = [model for model in apps.get_models() if model._meta.db_table in cls.tables]
        with connection.cursor() as cursor:
            for statement in connection.ops.sequence_reset_sql(no_style(), models):
                cursor.execute(statement)

    @staticmethod
    def _insert(cursor: Any, table: str, names: str, rows: list[tuple[object, ...]]) -> None:
        if connection.vendor == "postgresql":
            with cursor.copy(f'COPY "{table}" ({names}) FROM STDIN') as copy:
                for row in rows:
                    copy.write_row(row)
            return
        marks = ", ".join(["%s"] * len(rows[0]))
        cursor.executemany(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', rows)

    @classmethod
    def _beside(cls, cursor: Any) -> str:
        """Attach the file that holds these rows and return its name: SQLite reads them twice as fast from there."""
        name = cls.__name__.lower()
        place = Path(BESIDE.name) / f"{name}.sqlite3"
        if not place.exists():
            with closing(sqlite3.connect(place)) as file:
                for table, (columns, rows) in cls.tables.items():
                    marks = ", ".join("?" * len(columns))
                    file.execute(f'CREATE TABLE "{table}" ({", ".join(columns)})')
                    file.executemany(f'INSERT INTO "{table}" VALUES ({marks})', map(_stored, rows))
                file.commit()
        cursor.execute("PRAGMA database_list")
        if name not in {row[1] for row in cursor.fetchall()}:
            cursor.execute(f"ATTACH %s AS {name}", [str(place)])
        return name

    @classmethod
    def _take(cls) -> None:
        before = {"django_migrations", "django_content_type", "auth_permission"}
        with connection.cursor() as cursor:
            for table in connection.introspection.table_names(cursor):
                if table not in before:
                    cursor.execute(f'SELECT * FROM "{table}"')
                    rows = cursor.fetchall()
                    if rows:
                        cls.tables[table] = ([column[0] for column in cursor.description], rows)


@pytest.fixture
def zone(db: None):
    """A founded zone on a Monday morning: units, posts, persons, firms, rules; log-ins with the demonstration word."""
    Snapshot.lay()
    scene = import_module("lianjing.runtime.scene").Scene(
        now=MONDAY, end=datetime(2026, 12, 31, tzinfo=MONDAY.tzinfo), random=random.Random(1)
    )
    scene.pass_time(hours=1)
    clock.set_source(lambda: scene.now)
    return scene
