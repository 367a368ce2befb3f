"""Installs the triggers that keep the trail append-only."""

from django.db import migrations

from lianjing.runtime.trail.protection import protect, unprotect


class Migration(migrations.Migration):
    dependencies = [("trail", "0001_initial")]
    operations = [migrations.RunPython(protect, unprotect)]
