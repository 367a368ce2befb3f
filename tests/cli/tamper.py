"""A man with the database password: changes one value of one row, knowing SQL and nothing of the product.

    python tests/cli/tamper.py DATABASE TABLE COLUMN KEY VALUE

DATABASE is the SQLite file or a PostgreSQL address. Triggers that stand in the way are dropped first.
"""

from __future__ import annotations

import sqlite3
import sys
from typing import Any

import psycopg

SQLITE_TRIGGERS = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?"
POSTGRESQL_TRIGGERS = "SELECT tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE c.relname = %s AND NOT t.tgisinternal"


def tamper(place: str, table: str, column: str, key: str, value: str) -> int:
    """Change the value; returns how many rows were changed."""
    is_file = not place.startswith("postgres")
    connection: Any = sqlite3.connect(place) if is_file else psycopg.connect(place)
    mark = "?" if is_file else "%s"
    try:
        cursor = connection.cursor()
        cursor.execute(SQLITE_TRIGGERS if is_file else POSTGRESQL_TRIGGERS, (table,))
        for (trigger,) in cursor.fetchall():
            cursor.execute(f'DROP TRIGGER "{trigger}"' + ("" if is_file else f' ON "{table}"'))
        cursor.execute(
            f'UPDATE "{table}" SET "{column}" = {mark} WHERE {_key(cursor, is_file, table)} = {mark}',
            (value, key),
        )
        changed = int(cursor.rowcount)
        connection.commit()
    finally:
        connection.close()
    return changed


def _key(cursor: Any, is_file: bool, table: str) -> str:
    """The primary key, asked of the database's own catalogue."""
    if is_file:
        cursor.execute("SELECT name FROM pragma_table_info(?) WHERE pk = 1", (table,))
    else:
        cursor.execute(
            "SELECT a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey) "
            "WHERE i.indrelid = %s::regclass AND i.indisprimary",
            (table,),
        )
    return f'"{cursor.fetchone()[0]}"' if is_file else f'"{cursor.fetchone()[0]}"::text'


if __name__ == "__main__":
    sys.exit(0 if tamper(*sys.argv[1:6]) == 1 else 1)
