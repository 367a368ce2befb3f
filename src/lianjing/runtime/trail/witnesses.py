"""The installation's side of cosigning: who may cosign, what is asked of him, and taking in what he returns."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.kernel.trail.checkpoint import cosigned_by, parse_checkpoint
from lianjing.kernel.trail.malformed import Malformed
from lianjing.kernel.trail.merkle import consistency_proof
from lianjing.kernel.trail.note import (
    COSIGNATURE,
    Note,
    Signature,
    VerifierKey,
    note_bytes,
    parse_note,
    parse_signatures,
    parse_vkey,
)
from lianjing.kernel.trail.tiles import TileReader
from lianjing.kernel.trail.witness import WitnessRequest
from lianjing.runtime.trail import keys, signed
from lianjing.runtime.trail.act import SYSTEM, recorded
from lianjing.runtime.trail.disk import LogDisk, data_folder, keep, log_folder
from lianjing.runtime.trail.models import Checkpoint, Cosignature
from lianjing.runtime.trail.standing import latest, note_of

FOLDER = "witnesses"
TRIED = 200  # checkpoints among which the one that a bare line belongs to is looked for
AHEAD = timedelta(hours=1)  # how far a witness's clock may run before ours


def trust(vkey: str, now: datetime) -> VerifierKey:
    """Add a witness to the policy, as an act; BadInput for a key of another kind or one that is there already."""
    try:
        key = parse_vkey(vkey.strip())
    except Malformed as error:
        raise BadInput(_("不是见证公钥：%(reason)s") % {"reason": error.reason}, "file") from error
    if key.kind != COSIGNATURE:
        raise BadInput(_("不是见证公钥：是另一种密钥"), "file")
    policy = keys.ensure()
    held = list(policy.witnesses.values())
    if key.name == keys.SUPERVISION or any(each.name == key.name or each.key == key.key for each in held):
        raise BadInput(_("策略中已有该见证或同名见证"), "file")
    with recorded("trail.witness_added", chain="log:1", actor=SYSTEM, now=now) as act:
        act.extra["witness"] = key.text
    keys.write_policy([*held, key], policy.log_keys[0])
    return key


def witness(name: str = "") -> VerifierKey:
    """Return the witness of a name, or the only one; BadInput where it is not plain which."""
    held = keys.policy().witnesses
    if name in held:
        return held[name]
    if name or not held:
        raise BadInput(_("策略中没有该见证；先用 trail witness add 登记其公钥"), "witness")
    if len(held) > 1:
        raise BadInput(_("策略中有多个见证，请指明：%(names)s") % {"names": "、".join(held)}, "witness")
    return next(iter(held.values()))


def last_size(key: VerifierKey) -> int:
    """Return the largest size that a witness has cosigned, as far as we know; 0 for none."""
    found = Cosignature.objects.filter(witness=key.name).order_by("-checkpoint_id").first()
    return int(found.checkpoint_id) if found else 0


def request(name: str = "", old: int | None = None) -> bytes:
    """Return what a witness is asked (C2SP add-checkpoint): old size, proof of growth, newest checkpoint; about 1 KB.

    `old` is the size that the witness says it remembers, where it differs from what we know.
    """
    key, row, shown = witness(name), latest(), signed.released()
    if row is None or shown is None or shown.size < row.size:
        raise Refusal(Ground.STALE, "trail.not_published", _("日志尚未公布，没有可共签的检查点"))
    size = last_size(key) if old is None else old
    if not 0 <= size <= row.size:
        raise BadInput(_("旧规模 %(old)s 大于现有规模 %(size)s") % {"old": size, "size": row.size}, "old")
    made = ask(key, row, size)
    keep(data_folder() / FOLDER / f"{key.key_id.hex()}.request", made)
    return made


def ask(key: VerifierKey, row: Checkpoint, old: int | None = None) -> bytes:
    """Return the request for a witness to cosign the newest checkpoint, from what he cosigned last."""
    size = last_size(key) if old is None else old
    proof = consistency_proof(size, row.size, TileReader(LogDisk(log_folder()).read, row.size))
    return WitnessRequest(size, tuple(proof), parse_note(row.note.encode())).data


def accept(data: bytes, now: datetime) -> list[Cosignature]:
    """Take in a cosigned note or bare cosignature lines, each checked against the policy and the checkpoint it signs.

    BadInput where nothing in it is a cosignature of a witness of the policy on one of our checkpoints. What is there
    already is not taken twice.
    """
    try:
        note = parse_note(data)
        parse_checkpoint(note.text)
        rows, lines = _rows_of(note), note.signatures
    except Malformed:
        rows, lines = _candidates(), _bare(data)
    made = [_taken(line, rows, now) for line in lines if _is_witness(line)]
    if not made:
        raise BadInput(_("其中没有策略所认见证的共签"), "file")
    if any(row.checkpoint_id == getattr(signed.released(), "size", None) for row in made):
        show_cosigned(made[0].checkpoint)
    return made


def _bare(data: bytes) -> tuple[Signature, ...]:
    try:
        return parse_signatures(data)
    except Malformed as error:
        raise BadInput(_("不是共签文件：%(reason)s") % {"reason": error.reason}, "file") from error


def _rows_of(note: Note) -> list[Checkpoint]:
    """Return the checkpoint that a cosigned note says, if it is one of ours; BadInput for a foreign or forged one."""
    said = parse_checkpoint(note.text)
    row = Checkpoint.objects.filter(size=said.size).first()
    if row is None or parse_note(row.note.encode()).text != note.text:
        raise BadInput(_("共签的不是本日志的检查点"), "file")
    return [row]


def _candidates() -> list[Checkpoint]:
    """Return the checkpoints that a bare line may belong to, those last asked for first."""
    asked = []
    for place in sorted((data_folder() / FOLDER).glob("*.request")):
        note = parse_note(place.read_bytes().partition(b"\n\n")[2])
        asked.append(parse_checkpoint(note.text).size)
    first = list(Checkpoint.objects.filter(size__in=asked).order_by("-size"))
    rest = Checkpoint.objects.exclude(size__in=asked).order_by("-size")[:TRIED]
    return [*first, *rest]


def _is_witness(line: Signature) -> bool:
    return any(key.made(line) for key in keys.policy().witnesses.values())


def _taken(line: Signature, rows: list[Checkpoint], now: datetime) -> Cosignature:
    key = next(each for each in keys.policy().witnesses.values() if each.made(line))
    for row in rows:
        text = parse_note(row.note.encode()).text
        seconds = cosigned_by(Note(text, (line,)), key)
        if seconds is not None:
            return _kept(row, key, line, seconds, now)
    raise BadInput(
        _("%(name)s 的共签与本日志的检查点不符：可能被改动，或属于另一日志") % {"name": key.name}, "file"
    )


def _kept(row: Checkpoint, key: VerifierKey, line: Signature, seconds: int, now: datetime) -> Cosignature:
    if _moment(seconds) > now + AHEAD:
        raise BadInput(_("共签的时间在将来，请检查见证电脑的时钟"), "file")
    return keep_line(row, key, line, now)


def keep_line(row: Checkpoint, key: VerifierKey, line: Signature, now: datetime) -> Cosignature:
    """Keep a cosignature that has been verified; the one that is there already stays."""
    with transaction.atomic():
        held = Cosignature.objects.filter(checkpoint=row, witness=key.name).first()
        return held or Cosignature.objects.create(
            checkpoint=row,
            witness=key.name,
            line=line.line,
            cosigned_at=_moment(cosigned_time(line)),
            received_at=now,
        )


def cosigned_time(line: Signature) -> int:
    """Return the POSIX time that a cosignature line says."""
    return int.from_bytes(line.blob[:8], "big")


def _moment(seconds: int) -> datetime:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise BadInput(_("共签的时间无法理解"), "file") from error


def show_cosigned(row: Checkpoint, *, is_durable: bool = True) -> None:
    """Show the published checkpoint with its cosignatures."""
    disk = LogDisk(log_folder(), is_durable=is_durable)
    disk.put("checkpoint", note_bytes(note_of(row)))
    disk.settle()
