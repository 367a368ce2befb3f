"""Installs the triggers that keep checkpoints and cosignatures append-only."""

from django.db import migrations

from lianjing.runtime.trail.protection import protect_checkpoints, unprotect_checkpoints


class Migration(migrations.Migration):
    dependencies = [("trail", "0003_checkpoints")]
    operations = [migrations.RunPython(protect_checkpoints, unprotect_checkpoints)]
