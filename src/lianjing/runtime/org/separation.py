"""Triggers by which the database itself keeps the three administrators apart from one another and from business (三员).

A unique key cannot say "no two of these at the same time", so both databases get the same three rules as triggers:
an appointment that would put an administrator's post and any other kind of post in one hand on one day, a delegation
of or to an administrator's post, and a change of a post's kind while it is held are refused, whoever writes.
"""

from __future__ import annotations

from typing import Any

SEATS = "('system_admin', 'security_admin', 'audit_admin')"
FAR = "'9999-12-31'"
MESSAGE = "the three administrators exclude one another and every business post"

# n is the post of the new row, p a post that the same person holds (or was lent) on one of the same days.
HELD = f"""
SELECT 1 FROM appointment a JOIN post p ON p.id = a.post_id JOIN post n ON n.id = NEW.post_id
WHERE a.person_id = NEW.person_id AND a.id <> NEW.id AND p.kind <> n.kind
AND (p.kind IN {SEATS} OR n.kind IN {SEATS})
AND coalesce(a.to_on, {FAR}) >= NEW.from_on AND a.from_on <= coalesce(NEW.to_on, {FAR})
"""
LENT = f"""
SELECT 1 FROM delegation d JOIN post n ON n.id = NEW.post_id
WHERE d.to_person_id = NEW.person_id AND n.kind IN {SEATS}
AND d.to_on >= NEW.from_on AND d.from_on <= coalesce(NEW.to_on, {FAR})
"""
LENDING = f"""
SELECT 1 FROM post n WHERE n.id = NEW.post_id AND n.kind IN {SEATS}
"""
BORROWING = f"""
SELECT 1 FROM appointment a JOIN post p ON p.id = a.post_id
WHERE a.person_id = NEW.to_person_id AND p.kind IN {SEATS}
AND coalesce(a.to_on, {FAR}) >= NEW.from_on AND a.from_on <= NEW.to_on
"""
KIND = f"""
SELECT 1 FROM appointment a WHERE a.post_id = NEW.id AND NEW.kind <> OLD.kind
AND (NEW.kind IN {SEATS} OR OLD.kind IN {SEATS})
"""
RULES = (
    ("appointment", ("INSERT", "UPDATE"), "person_id", (HELD, LENT)),
    ("delegation", ("INSERT", "UPDATE"), "to_person_id", (LENDING, BORROWING)),
    ("post", ("UPDATE",), "", (KIND,)),
)


def statements(vendor: str) -> list[str]:
    """Return the statements that lay the rules on a database of this kind."""
    made = []
    for table, verbs, person, conditions in RULES:
        wrong = " OR ".join(f"EXISTS ({condition})" for condition in conditions)
        if vendor == "postgresql":
            made += _postgresql(table, verbs, person, wrong.replace(FAR, f"DATE {FAR}"))
        else:
            # In SQLite the number of a row not yet written is unknown, and nothing is unlike an unknown number.
            wrong = wrong.replace("a.id <> NEW.id", "a.id IS NOT NEW.id")
            made += [
                f"CREATE TRIGGER {table}_apart_{verb.lower()} BEFORE {verb} ON {table} WHEN {wrong} "
                f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
                for verb in verbs
            ]
    return made


def _postgresql(table: str, verbs: tuple[str, ...], person: str, wrong: str) -> list[str]:
    """A person's lock makes two appointments at the same moment see each other."""
    lock = f"PERFORM pg_advisory_xact_lock(hashtextextended('seat:' || NEW.{person}, 0));" if person else ""
    return [
        f"CREATE OR REPLACE FUNCTION {table}_apart() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {lock} "
        f"IF {wrong} THEN RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'check_violation'; END IF; RETURN NEW; END $$",
        f"CREATE TRIGGER {table}_apart BEFORE {' OR '.join(verbs)} ON {table} FOR EACH ROW "
        f"EXECUTE FUNCTION {table}_apart()",
    ]


def separate(apps: Any, schema_editor: Any) -> None:
    """Lay the rules, as a step of a migration."""
    for statement in statements(schema_editor.connection.vendor):
        schema_editor.execute(statement, None)


def join(apps: Any, schema_editor: Any) -> None:
    """Take the rules away, for a migration that is undone."""
    for table, verbs, _person, _conditions in RULES:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f"DROP TRIGGER {table}_apart ON {table}", None)
        else:
            for verb in verbs:
                schema_editor.execute(f"DROP TRIGGER {table}_apart_{verb.lower()}", None)
