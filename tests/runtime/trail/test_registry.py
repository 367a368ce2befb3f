"""No table may be in none of the three lists: trailed, derived, excluded with a reason."""

import pytest
from django.apps import apps
from django.db import connection

from lianjing.runtime.trail.registry import EXCLUDED, keeping_of


@pytest.mark.django_db
def test_every_table_of_the_database_is_in_the_registry():
    tables = set(connection.introspection.table_names())
    assert sorted(table for table in tables if keeping_of(table) is None) == []


def test_every_exclusion_gives_its_reason():
    assert all(len(reason) > 10 for reason in EXCLUDED.values())


def test_the_exclusions_name_no_table_that_is_kept():
    kept = {model._meta.db_table for model in apps.get_models() if hasattr(model, "keeping")}
    assert not kept & set(EXCLUDED)
