"""The same fourteen columns under four keepers."""

from __future__ import annotations

from auditlog.registry import auditlog
from django.db import models
from simple_history.models import HistoricalRecords

from lianjing.runtime.trail.kept import Kept


class Columns(models.Model):
    """What a payment application holds, about."""

    code = models.CharField(max_length=32)
    title = models.TextField()
    kind = models.CharField(max_length=16)
    status = models.CharField(max_length=16)
    amount = models.DecimalField(max_digits=18, decimal_places=2)
    approved = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    applied_on = models.DateField()
    due_on = models.DateField(null=True)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    unit_number = models.IntegerField()
    person_number = models.IntegerField(null=True)
    is_urgent = models.BooleanField(default=False)
    note = models.TextField(default="")

    class Meta:
        abstract = True


class Bare(Columns):
    """Nobody keeps what changes."""


class Trailed(Kept, Columns):
    """Lianjing's trail keeps it."""


class Historical(Columns):
    """django-simple-history keeps it: a whole copy of the row in a second table."""

    history = HistoricalRecords()


class Audited(Columns):
    """django-auditlog keeps it: the difference as JSON in a table of its own."""


auditlog.register(Audited)
