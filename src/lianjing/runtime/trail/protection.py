"""Triggers that stop accidents on the trail's tables; they prove nothing, the verifier does (trail.md)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

FIRST = ("trail_event", "trail_body", "trail_leaf")
CHECKPOINTS = ("trail_checkpoint", "trail_cosignature")
BODY, ERASED = "trail_body", "trail_erased"
GUARDED = (*FIRST, *CHECKPOINTS, ERASED)

POSTGRESQL_FUNCTION = """
CREATE OR REPLACE FUNCTION trail_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the trail is append-only: % on % refused', TG_OP, TG_TABLE_NAME; END $$
"""
# A body goes only where an act of erasure has put its row beforehand; its content is never changed.
POSTGRESQL_BODY = """
CREATE OR REPLACE FUNCTION trail_body_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND EXISTS (SELECT 1 FROM trail_erased WHERE event_id = OLD.event_id) THEN RETURN OLD; END IF;
  RAISE EXCEPTION 'the trail is append-only: % on % refused', TG_OP, TG_TABLE_NAME;
END $$
"""
IN_SQLITE = "WHEN NOT EXISTS (SELECT 1 FROM trail_erased WHERE event_id = OLD.event_id) "


def statements(vendor: str, tables: Sequence[str] = GUARDED) -> list[str]:
    """Return the statements that protect tables of the trail on a database of this kind."""
    if vendor == "postgresql":
        made = [POSTGRESQL_FUNCTION, *([POSTGRESQL_BODY] if ERASED in tables else [])]
        for table in tables:
            keeper = "trail_body_is_kept" if table == BODY and ERASED in tables else "trail_is_append_only"
            made += [
                f"CREATE TRIGGER {table}_rows BEFORE UPDATE OR DELETE ON {table} "
                f"FOR EACH ROW EXECUTE FUNCTION {keeper}()",
                f"CREATE TRIGGER {table}_truncate BEFORE TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION trail_is_append_only()",
                f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_rows",
                f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_truncate",
            ]
        return made
    return [
        f"CREATE TRIGGER {table}_{verb.lower()} BEFORE {verb} ON {table} "
        f"{IN_SQLITE if (table, verb) == (BODY, 'DELETE') and ERASED in tables else ''}"
        f"BEGIN SELECT RAISE(ABORT, 'the trail is append-only: {verb} on {table} refused'); END"
        for table in tables
        for verb in ("UPDATE", "DELETE")
    ]


def role_statements(role: str) -> list[str]:
    """Return the grants of an application role that owns nothing (PostgreSQL): it may add to the trail, not change it."""
    quoted = '"' + role.replace('"', '""') + '"'
    return [
        f"GRANT USAGE ON SCHEMA public TO {quoted}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {quoted}",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {quoted}",
        *(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {quoted}" for table in GUARDED),
        f"GRANT DELETE ON {BODY} TO {quoted}",  # an erasure; its trigger lets nothing else through
    ]


def like_statements(table: str, roles: Sequence[str]) -> list[str]:
    """Return the grants by which roles that may add to the trail may add to a table that is new in it (PostgreSQL)."""
    quoted = ['"' + role.replace('"', '""') + '"' for role in roles]
    return [f"GRANT SELECT, INSERT ON {table} TO {role}" for role in quoted]


def protect(apps: Any, schema_editor: Any) -> None:
    """Install the triggers on those tables of the trail that exist, as a step of a migration."""
    _run(schema_editor, statements(schema_editor.connection.vendor, _existing(schema_editor, GUARDED)))


def protect_checkpoints(apps: Any, schema_editor: Any) -> None:
    """Install the triggers on the tables of checkpoints, and let the roles that write the trail write them."""
    vendor = schema_editor.connection.vendor
    _run(schema_editor, statements(vendor, CHECKPOINTS))
    if vendor == "postgresql":
        roles = _writers(schema_editor.connection)
        for table in CHECKPOINTS:
            _run(schema_editor, like_statements(table, roles))
        _run(
            schema_editor,
            [f'GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO "{role}"' for role in roles],
        )


def protect_erased(apps: Any, schema_editor: Any) -> None:
    """Let a body go where an act of erasure names it, and keep what says so append-only."""
    _unprotect(schema_editor, [BODY])
    _run(schema_editor, statements(schema_editor.connection.vendor, [BODY, ERASED]))
    if schema_editor.connection.vendor == "postgresql":
        roles = _writers(schema_editor.connection)
        _run(schema_editor, like_statements(ERASED, roles))
        _run(schema_editor, [f'GRANT DELETE ON {BODY} TO "{role}"' for role in roles])


def unprotect_erased(apps: Any, schema_editor: Any) -> None:
    """Undo that: no body goes."""
    _unprotect(schema_editor, [BODY, ERASED])
    _run(schema_editor, statements(schema_editor.connection.vendor, [BODY]))


def unprotect(apps: Any, schema_editor: Any) -> None:
    """Take the triggers away, for a migration that is undone."""
    _unprotect(schema_editor, _existing(schema_editor, GUARDED))


def unprotect_checkpoints(apps: Any, schema_editor: Any) -> None:
    """Take the triggers of the tables of checkpoints away."""
    _unprotect(schema_editor, CHECKPOINTS)


def _unprotect(schema_editor: Any, tables: Sequence[str]) -> None:
    for table in tables:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f"DROP TRIGGER {table}_rows ON {table}", None)
            schema_editor.execute(f"DROP TRIGGER {table}_truncate ON {table}", None)
        else:
            schema_editor.execute(f"DROP TRIGGER {table}_update", None)
            schema_editor.execute(f"DROP TRIGGER {table}_delete", None)


def _run(schema_editor: Any, made: Sequence[str]) -> None:
    for statement in made:
        schema_editor.execute(statement, None)


def _existing(schema_editor: Any, tables: Sequence[str]) -> list[str]:
    there = set(schema_editor.connection.introspection.table_names())
    return [table for table in tables if table in there]


def _writers(connection: Any) -> list[str]:
    """Return the roles other than the owner that may insert events."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT grantee FROM information_schema.role_table_grants WHERE table_name = 'trail_event' "
            "AND privilege_type = 'INSERT' AND grantee NOT IN (current_user, 'PUBLIC')"
        )
        return [row[0] for row in cursor.fetchall()]
