"""Puts back what a database restored from an older backup lacks: events, bodies, leaves and the rows they wrote.

Everything comes from a mirror or an export, recomputed and checked against a root that this log signed. One
transaction: all or nothing. What no event holds (log-ins, sessions, files of documents) comes from the backup alone.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.color import no_style
from django.db import connection, models, transaction
from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.kernel.trail import checkpoint as kernel
from lianjing.kernel.trail.envelope import NotCanonical, leaf_hash, parse_envelope
from lianjing.kernel.trail.malformed import Malformed
from lianjing.kernel.trail.merkle import Frontier
from lianjing.kernel.trail.note import parse_note, signed_by
from lianjing.kernel.trail.tiles import WIDTH, width_at
from lianjing.runtime.trail import bodies, keys, signed
from lianjing.runtime.trail.bodies import ABOUT, ABOUT_COLUMNS, BODIES, LineFiles
from lianjing.runtime.trail.disk import LogDisk
from lianjing.runtime.trail.kept import Kept
from lianjing.runtime.trail.mirror import CHECKPOINTS, LOG, notes_in
from lianjing.runtime.trail.models import ActRow, Body, Checkpoint, Erased, Event, Leaf, Pending
from lianjing.runtime.trail.publication import only_publisher, publish
from lianjing.runtime.trail.registry import trailed_models
from lianjing.runtime.trail.stamp import renew
from lianjing.runtime.trail.standing import log_size
from lianjing.runtime.trail.upcasting import upcast

WAIT = 15.0


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """From which size to which, and how many rows were written."""

    begin: int
    size: int
    rows: int


def rebuild(source: Path, now: datetime) -> Rebuilt:
    """Bring the database to the checkpoint of a mirror and publish; does nothing where it is there already.

    Refusal where the mirror is not signed by this log's key, its entries do not give its root, it lacks what was
    signed, or the database's own leaves or newer acts do not belong to the same history.
    """
    with only_publisher(WAIT) as is_sole:
        if not is_sole:
            raise Refusal(Ground.STALE, "trail.busy", _("日志正在公布，请先停止服务再补回"))
        checkpoint = _trusted(source)
        entries = LogDisk(source / LOG)
        begin = log_size()
        _check_entries(entries, checkpoint, begin)
        rows = 0
        if begin < checkpoint.size:
            with transaction.atomic():
                rows = _put_back(source, entries, begin, checkpoint.size)
                _put_checkpoints(source, now)
                renew()
    publish(now, wait_seconds=WAIT)
    return Rebuilt(begin, max(begin, checkpoint.size), rows)


def _trusted(source: Path) -> kernel.Checkpoint:
    """Return the mirror's checkpoint where this log signed it and nothing larger."""
    place = source / LOG / "checkpoint"
    if not place.exists():
        raise BadInput(_("%(place)s 不是镜像或导出文件夹") % {"place": str(source)}, "mirror")
    try:
        note = parse_note(place.read_bytes())
        checkpoint = kernel.parse_checkpoint(note.text)
    except Malformed as error:
        raise BadInput(f"{place}: {error}", "mirror") from error
    if not signed_by(note, keys.signer().verifier_key):
        raise Refusal(Ground.STALE, "mirror.signature", _("镜像的检查点不是由本日志的密钥签名的"))
    known = signed.largest()
    if known is not None and checkpoint.size < known.size:
        raise Refusal(
            Ground.STALE,
            "mirror.too_old",
            _("镜像只到 %(size)s 条，已签名的有 %(signed)s 条；请用更新的镜像或导出")
            % {"size": checkpoint.size, "signed": known.size},
        )
    return checkpoint


def _check_entries(disk: LogDisk, checkpoint: kernel.Checkpoint, begin: int) -> None:
    """Recompute the root from the entries; the database's own leaves and each size signed must lie on the way."""
    with closing(_stored_hashes()) as stored:  # a cursor left open would be closed in some later transaction
        _follow(disk, checkpoint, begin, stored)


def _follow(disk: LogDisk, checkpoint: kernel.Checkpoint, begin: int, stored: Iterator[str]) -> None:
    frontier = Frontier()
    known = [each for each in (signed.remembered(), signed.released()) if each is not None]
    for place, entry in enumerate(_entries(disk, 0, checkpoint.size)):
        digest = leaf_hash(entry)
        if place < begin and next(stored, "") != digest.hex():
            raise Refusal(
                Ground.STALE,
                "mirror.forked",
                _("数据库第 %(leaf)s 条与镜像不是同一历史") % {"leaf": place},
            )
        frontier.append(digest)
        for each in known:
            if each.size == frontier.size and each.root != frontier.root():
                raise Refusal(Ground.STALE, "mirror.forked", _("镜像与已签名的根不符"))
    if frontier.root() != checkpoint.root:
        raise Refusal(Ground.STALE, "mirror.damaged", _("镜像的内容得不出它的根，不能据以补回"))


def _stored_hashes() -> Generator[str, None, None]:
    yield from Leaf.objects.order_by("idx").values_list("leaf_hash", flat=True).iterator()


def _entries(disk: LogDisk, begin: int, size: int) -> Iterator[bytes]:
    try:
        for index in range(begin // WIDTH, -(-size // WIDTH)):
            entries = disk.entries(index, width_at(size, 0, index))
            yield from entries[max(0, begin - index * WIDTH) :]
    except (Malformed, FileNotFoundError) as error:
        raise Refusal(
            Ground.STALE, "mirror.damaged", _("镜像文件缺失或损坏：%(detail)s") % {"detail": str(error)}
        ) from error


def _put_back(source: Path, disk: LogDisk, begin: int, size: int) -> int:
    content, about = LineFiles(source / BODIES), LineFiles(source / ABOUT)
    held_number, held = -1, (dict[int, bodies.Line](), dict[int, bodies.Line]())
    writer = _Writer()
    for leaf, entry in enumerate(_entries(disk, begin, size), start=begin):
        if leaf // bodies.A_FILE != held_number:
            held_number = leaf // bodies.A_FILE
            held = (content.read(held_number), about.read(held_number))
        line = held[0].get(leaf, {"leaf": leaf, "erased": True})
        if detail := bodies.fault_of(line, entry):
            raise Refusal(Ground.STALE, "mirror.damaged", f"leaf {leaf}: {detail}")
        writer.put(leaf, entry, line, held[1].get(leaf, {}))
    writer.finish()
    return writer.rows


class _Writer:
    """Writes events and what their bodies say into the tables."""

    def __init__(self) -> None:
        self.models = {model._meta.db_table: model for model in trailed_models()}
        self.rows = 0

    def put(self, leaf: int, entry: bytes, line: bodies.Line, about: bodies.Line) -> None:
        """Put one event back with its body and its number; one that only waited for its number gets it."""
        try:
            envelope = parse_envelope(entry)
        except NotCanonical as error:
            raise Refusal(Ground.STALE, "mirror.damaged", f"leaf {leaf}: {error}") from error
        event = Event.objects.filter(pk=envelope.id).first()
        if event is None:
            self._refuse_conflict(envelope.object, envelope.oseq)
            event = Event.objects.create(**_columns(entry, about))
            self._put_body(event, line)
        elif bytes(event.envelope) != entry:
            raise Refusal(Ground.STALE, "mirror.forked", f"event {event.pk}")
        Pending.objects.filter(event=event).delete()
        Leaf.objects.create(idx=leaf, event=event, leaf_hash=leaf_hash(entry).hex())

    def _refuse_conflict(self, chain: str, oseq: int) -> None:
        newer = Event.objects.filter(object=chain, oseq=oseq).first()
        if newer is not None:
            raise Refusal(
                Ground.STALE,
                "trail.newer_acts",
                _(
                    "恢复备份之后又有新的办理（%(act)s，%(chain)s），与要补回的留痕冲突；"
                    "请重新恢复该备份，先补回再办理"
                )
                % {"act": newer.act, "chain": chain},
            )

    def _put_body(self, event: Event, line: bodies.Line) -> None:
        if line.get("erased"):
            return
        data = line["body"].encode("utf-8")
        Body.objects.create(event=event, salt=bytes.fromhex(line["salt"]), content=data)
        body = json.loads(data)
        for row in body.get("rows", []):
            self._put_row(event, row["t"], row["k"], row["v"], int(body.get("schema", 1)))
        for leaf in bodies.erased_by(line):
            self._erase(leaf)

    def _erase(self, leaf: int) -> None:
        """Let a body go that an act of erasure names: the backup may be older than the erasure."""
        gone = Leaf.objects.filter(idx=leaf).values_list("event_id", flat=True).first()
        if gone is not None:
            Erased.objects.get_or_create(event_id=gone)
            Body.objects.filter(event_id=gone).delete()

    def _put_row(self, event: Event, table: str, key: str, image: Any, schema: int) -> None:
        model = self.models.get(table)
        if model is None:
            raise Refusal(Ground.STALE, "mirror.schema", _("本程序没有表 %(table)s") % {"table": table})
        before = model._base_manager.filter(pk=key).first()
        columns = set(model.column_names())
        if image is None:
            model._base_manager.filter(pk=key).delete()
            change = "erased"
        else:
            made = row_of(model, upcast(table, image, schema))
            if before is not None:
                columns = {
                    name
                    for name, field in model.column_names().items()
                    if getattr(made, field.attname) != getattr(before, field.attname)
                }
            change = "changed" if before is not None else "created"
            models.Model.save_base(made, raw=True)
        ActRow.objects.create(
            event=event, table_name=table, row_key=key, change=change, columns=" ".join(sorted(columns))
        )
        self.rows += 1

    def finish(self) -> None:
        """Let the counters of the tables go on after the rows put back."""
        with connection.cursor() as cursor:
            for statement in connection.ops.sequence_reset_sql(no_style(), list(self.models.values())):
                cursor.execute(statement)


def row_of(model: type[Kept], image: Any) -> Kept:
    """Return the row that an image describes; Refusal where it does not fit the table of today."""
    columns = model.column_names()
    try:
        if set(image) != set(columns):
            raise ValueError(f"columns {sorted(set(image) ^ set(columns))}")
        values = {field.attname: _value(field, image[name]) for name, field in columns.items()}
    except (ValueError, TypeError, ValidationError) as error:
        raise Refusal(Ground.STALE, "mirror.schema", f"{model._meta.db_table}: {error}") from error
    return model(**values)


def _value(field: Any, value: Any) -> Any:
    while field.remote_field is not None:
        field = field.target_field
    return None if value is None else field.to_python(value)


def _columns(entry: bytes, about: bodies.Line) -> dict[str, Any]:
    envelope = parse_envelope(entry)
    post = envelope.post.partition(":")[2]
    return {
        "id": envelope.id,
        "object": envelope.object,
        "oseq": envelope.oseq,
        "envelope": entry,
        "act": envelope.act,
        "recorded_at": datetime.fromisoformat(envelope.recorded),
        "happened_at": datetime.fromisoformat(envelope.happened) if envelope.happened else None,
        "post_id": int(post) if post else None,
        "is_refused": bool(envelope.refused),
        "refused_rule": envelope.refused,
        **{name: about[name] for name in ABOUT_COLUMNS if name in about},
    }


def _put_checkpoints(source: Path, now: datetime) -> None:
    """Put back the checkpoints that the database lacks, where this log signed them."""
    size = log_size()
    for text in notes_in(source / CHECKPOINTS):
        note = parse_note(text.encode())
        said = kernel.parse_checkpoint(note.text)
        if said.size > size or Checkpoint.objects.filter(size=said.size).exists():
            continue
        if signed_by(note, keys.signer().verifier_key):
            own = note.text + "\n" + note.signatures[0].line
            Checkpoint.objects.create(size=said.size, root=said.root.hex(), note=own, signed_at=now)
