"""Tables of the trail: exact bytes of each event, its body, its number, and the index from rows to events."""

from __future__ import annotations

from django.db import models


class Event(models.Model):
    """One act. `envelope` is what is hashed; the other columns repeat it for queries and are checked against it."""

    id = models.CharField(primary_key=True, max_length=36)
    object = models.TextField()
    oseq = models.BigIntegerField()
    envelope = models.BinaryField()
    act = models.TextField()
    recorded_at = models.DateTimeField()
    happened_at = models.DateTimeField(null=True)
    person_id = models.BigIntegerField(null=True)
    on_behalf_of_person_id = models.BigIntegerField(null=True)
    post_id = models.BigIntegerField(null=True)
    unit_id = models.BigIntegerField(null=True)
    matter_id = models.BigIntegerField(null=True)
    root_matter_id = models.BigIntegerField(null=True)
    step_key = models.TextField(default="")
    role = models.TextField(default="")
    duty = models.TextField(default="")
    channel = models.TextField(default="")
    clause = models.TextField(default="")
    is_refused = models.BooleanField(default=False)
    refused_rule = models.TextField(default="")

    class Meta:
        db_table = "trail_event"
        constraints = [models.UniqueConstraint(fields=["object", "oseq"], name="trail_event_object_oseq")]
        indexes = [
            models.Index(fields=["root_matter_id", "recorded_at"], name="trail_event_root"),
            models.Index(fields=["root_matter_id", "person_id", "duty"], name="trail_event_duty"),
            models.Index(fields=["matter_id"], name="trail_event_matter"),
            models.Index(fields=["person_id", "recorded_at"], name="trail_event_person"),
            models.Index(fields=["recorded_at"], name="trail_event_recorded"),
        ]


class Body(models.Model):
    """The private part of an event: salted, erasable; the leaf stays."""

    event = models.OneToOneField(Event, models.PROTECT, primary_key=True, related_name="body")
    salt = models.BinaryField()
    content = models.BinaryField()

    class Meta:
        db_table = "trail_body"


class Erased(models.Model):
    """Says that the body of an event was erased by an act of erasure: without this row no body can be deleted."""

    event = models.OneToOneField(Event, models.PROTECT, primary_key=True, related_name="erased")

    class Meta:
        db_table = "trail_erased"


class Pending(models.Model):
    """The queue of events that wait for their leaf number; a row lives from commit to sequencing."""

    id = models.BigAutoField(primary_key=True)
    event = models.OneToOneField(Event, models.PROTECT, related_name="pending")

    class Meta:
        db_table = "trail_pending"


class Leaf(models.Model):
    """The dense number of an event in the log, from 0."""

    idx = models.BigIntegerField(primary_key=True)
    event = models.OneToOneField(Event, models.PROTECT, related_name="leaf")
    leaf_hash = models.CharField(max_length=64)

    class Meta:
        db_table = "trail_leaf"


class Checkpoint(models.Model):
    """A size of the log with its root, signed by the log: one row a size, so that there are never two roots for one."""

    size = models.BigIntegerField(primary_key=True)
    root = models.CharField(max_length=64)
    note = models.TextField()
    signed_at = models.DateTimeField()

    class Meta:
        db_table = "trail_checkpoint"


class Cosignature(models.Model):
    """A witness's line under a checkpoint: it has seen the tree grow to this size and nothing before it change."""

    checkpoint = models.ForeignKey(Checkpoint, models.PROTECT, related_name="cosignatures")
    witness = models.TextField()
    line = models.TextField()
    cosigned_at = models.DateTimeField()
    received_at = models.DateTimeField()

    class Meta:
        db_table = "trail_cosignature"
        constraints = [
            models.UniqueConstraint(fields=["checkpoint", "witness"], name="trail_cosignature_once")
        ]


class Receipt(models.Model):
    """What was answered to a request that carries a key: the same key gets the same answer, once."""

    key = models.CharField(primary_key=True, max_length=100)
    event = models.ForeignKey(Event, models.PROTECT, related_name="+")
    person_id = models.BigIntegerField(null=True)
    request_sha256 = models.CharField(max_length=64)

    class Meta:
        db_table = "trail_receipt"


class Stamp(models.Model):
    """The one row that changes with every change of reference data; see `stamp`."""

    stamp = models.CharField(max_length=16)

    class Meta:
        db_table = "reference_stamp"


class ActRow(models.Model):
    """Index: which event touched which row, and which of its columns changed; derived from the bodies."""

    event = models.ForeignKey(Event, models.PROTECT, related_name="rows")
    table_name = models.TextField()
    row_key = models.TextField()
    change = models.TextField()
    columns = models.TextField(default="")

    class Meta:
        db_table = "act_row"
        indexes = [models.Index(fields=["table_name", "row_key"], name="act_row_table_key")]
