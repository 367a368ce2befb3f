"""Triggers that stop accidents on the trail's tables; they prove nothing, the verifier does (trail.md)."""

from __future__ import annotations

from typing import Any

GUARDED = ("trail_event", "trail_body", "trail_leaf")

POSTGRESQL_FUNCTION = """
CREATE OR REPLACE FUNCTION trail_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the trail is append-only: % on % refused', TG_OP, TG_TABLE_NAME; END $$
"""


def statements(vendor: str) -> list[str]:
    """Return the statements that protect the trail on a database of this kind."""
    if vendor == "postgresql":
        made = [POSTGRESQL_FUNCTION]
        for table in GUARDED:
            made += [
                f"CREATE TRIGGER {table}_rows BEFORE UPDATE OR DELETE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION trail_is_append_only()",
                f"CREATE TRIGGER {table}_truncate BEFORE TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION trail_is_append_only()",
                f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_rows",
                f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_truncate",
            ]
        return made
    return [
        f"CREATE TRIGGER {table}_{verb.lower()} BEFORE {verb} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, 'the trail is append-only: {verb} on {table} refused'); END"
        for table in GUARDED
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
    ]


def protect(apps: Any, schema_editor: Any) -> None:
    """Install the triggers, as a step of a migration."""
    for statement in statements(schema_editor.connection.vendor):
        schema_editor.execute(statement, None)


def unprotect(apps: Any, schema_editor: Any) -> None:
    """Take the triggers away, for a migration that is undone."""
    for table in GUARDED:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f"DROP TRIGGER {table}_rows ON {table}", None)
            schema_editor.execute(f"DROP TRIGGER {table}_truncate ON {table}", None)
        else:
            schema_editor.execute(f"DROP TRIGGER {table}_update", None)
            schema_editor.execute(f"DROP TRIGGER {table}_delete", None)
