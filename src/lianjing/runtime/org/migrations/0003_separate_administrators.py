"""Lays the triggers that keep the three administrators apart."""

from django.db import migrations

from lianjing.runtime.org.separation import join, separate


class Migration(migrations.Migration):
    dependencies = [("org", "0002_scope_grant")]
    operations = [migrations.RunPython(separate, join)]
