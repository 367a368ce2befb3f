"""The application role of PostgreSQL owns nothing: it adds to the trail and can neither change nor switch it off."""

from datetime import UTC, datetime

import psycopg
import pytest
from django.db import connection

from lianjing.cli.init import grant
from lianjing.kernel.refusal import BadInput
from lianjing.runtime.trail.act import SYSTEM, recorded

ROLE = "lianjing_app_test"


@pytest.fixture
def role(transactional_db):
    if connection.vendor != "postgresql":
        yield None
        return
    with connection.cursor() as cursor:
        cursor.execute(f"DROP ROLE IF EXISTS {ROLE}")
        cursor.execute(f"CREATE ROLE {ROLE} LOGIN")
    grant(ROLE)
    yield ROLE
    with connection.cursor() as cursor:
        cursor.execute(f"DROP OWNED BY {ROLE}")
        cursor.execute(f"DROP ROLE {ROLE}")


def test_a_role_can_be_granted_on_postgresql_only(db):
    if connection.vendor == "postgresql":
        with pytest.raises(BadInput, match="没有角色"):
            grant("nobody_of_this_name")
    else:
        with pytest.raises(BadInput, match="PostgreSQL"):
            grant(ROLE)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE trail_event SET act = act",
        "DELETE FROM trail_body",
        "TRUNCATE trail_leaf",
        "ALTER TABLE trail_event DISABLE TRIGGER ALL",
        "DROP TRIGGER trail_event_rows ON trail_event",
        "SET session_replication_role = replica",
    ],
)
def test_the_application_role_can_neither_change_the_trail_nor_switch_its_protection_off(role, statement):
    if role is None:
        assert connection.vendor == "sqlite"  # SQLite has no roles: the file's owner is the database
        return
    with recorded("test", chain="unit:1", actor=SYSTEM, now=datetime.now(UTC)):
        pass
    settings = connection.settings_dict
    target = f"host={settings['HOST']} port={settings['PORT']} dbname={settings['NAME']} user={role}"
    # A body may be deleted by an act of erasure alone: there the trigger refuses, everywhere else the missing right.
    refusals = (psycopg.errors.InsufficientPrivilege, psycopg.errors.RaiseException)
    with psycopg.connect(target) as other, pytest.raises(refusals):
        other.execute(statement)
