"""Lets the body of an event go where an act of erasure names it, and nowhere else."""

from django.db import migrations

from lianjing.runtime.trail.protection import protect_erased, unprotect_erased


class Migration(migrations.Migration):
    dependencies = [("trail", "0005_erased")]
    operations = [migrations.RunPython(protect_erased, unprotect_erased)]
