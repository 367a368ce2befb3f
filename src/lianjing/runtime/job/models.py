"""Tables of background work: machinery, no business fact, so the trail leaves them out (trail/registry)."""

from __future__ import annotations

from django.db import models


class JobState(models.Model):
    """How a recurring job fares: when it last ran, how often it failed in a row, what its last fault said."""

    name = models.CharField(primary_key=True, max_length=100)
    started_at = models.DateTimeField()
    succeeded_at = models.DateTimeField(null=True)
    done = models.BigIntegerField(default=0)
    failures = models.IntegerField(default=0)
    failed_at = models.DateTimeField(null=True)
    error = models.TextField(default="")

    class Meta:
        db_table = "job_state"


class Errand(models.Model):
    """Long work that one person sent: an export, a count, a verification. Progress and result are his alone."""

    class State(models.TextChoices):
        """From sent to answered."""

        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    kind = models.CharField(max_length=100)
    person_id = models.BigIntegerField()
    arguments = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    sent_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    beat_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    attempts = models.IntegerField(default=0)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    text = models.TextField(default="")
    file_name = models.TextField(default="")
    media_type = models.TextField(default="")
    size_bytes = models.BigIntegerField(default=0)

    class Meta:
        db_table = "job_errand"
        indexes = [
            models.Index(fields=["person_id", "sent_at"], name="job_errand_person"),
            models.Index(fields=["state", "id"], name="job_errand_state"),
        ]
