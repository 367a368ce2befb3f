"""Lays the tables of a new installation in one go; one that is there already is brought up to date by its migrations.

The migrations of all versions, one after another, take half a minute in an empty database, nearly all of it spent on
drawing up models that no longer are. A test holds both ways to the same tables, indexes, constraints and triggers.
"""

from __future__ import annotations

from django.apps import apps
from django.core.management import call_command
from django.core.management.sql import emit_post_migrate_signal, emit_pre_migrate_signal
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from lianjing.runtime.org.separation import separate
from lianjing.runtime.trail.protection import protect


def lay_tables() -> None:
    """Lay what is missing. In an empty database all or nothing: a crash leaves it empty."""
    if connection.introspection.table_names():
        call_command("migrate", verbosity=0)
        return
    loader = MigrationLoader(connection)
    emit_pre_migrate_signal(0, interactive=False, db=connection.alias)
    with connection.schema_editor(atomic=True) as editor:
        for model in apps.get_models():
            if model._meta.app_label in loader.migrated_apps and model._meta.can_migrate(connection):
                editor.create_model(model)
        protect(None, editor)
        separate(None, editor)
        recorder = MigrationRecorder(connection)
        recorder.ensure_schema()
        for app, name in loader.graph.nodes:
            recorder.record_applied(app, name)
    emit_post_migrate_signal(0, interactive=False, db=connection.alias)
