"""The supervision group's copy of the log: grown from its own last checkpoint, recomputed, never shrunk or forked.

A witness proves that something was removed; a mirror still has it. It is written in the folder format of the export,
so that the verifier and the rebuilding read it.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.kernel.trail import checkpoint as kernel
from lianjing.kernel.trail.malformed import Malformed
from lianjing.kernel.trail.merkle import frontier_at, leaf_hashes
from lianjing.kernel.trail.note import Note, note_bytes, parse_note
from lianjing.kernel.trail.policy import parse_policy
from lianjing.kernel.trail.tiles import (
    WIDTH,
    TileReader,
    entries_path,
    grown_bundles,
    grown_tiles,
    width_at,
)
from lianjing.runtime.trail import bodies, growth, keys
from lianjing.runtime.trail.bodies import ABOUT, BODIES, Fault, LineFiles, json_lines
from lianjing.runtime.trail.disk import LogDisk, keep, log_folder
from lianjing.runtime.trail.models import Checkpoint
from lianjing.runtime.trail.standing import latest, note_of

LOG, POLICY, CHECKPOINTS, README = "log", "policy", "checkpoints.jsonl", "README.txt"
EXPLAINED = """廉镜留痕导出 / The trail of Lianjing, exported

log/                已公布的日志（C2SP tlog-tiles）：checkpoint 为签名检查点，tile/ 为哈希块与原始留痕
policy              策略（C2SP tlog-policy）：日志公钥、监督组见证公钥、所需共签
checkpoints.jsonl   历次检查点及其共签，由旧到新
bodies/             留痕正文与盐，每个文件 4096 条；已依法删除的只注明 erased
about/              重建数据库所用的列，不受签名保护
pending.jsonl       检查点之后、尚未公布的留痕
tables/             各业务表当前内容（仅 --tables）

请用监督组自己保管的核验程序与策略核验；本文件夹中的任何内容都不应直接相信。

log/                the log as published (C2SP tlog-tiles): the signed checkpoint, tiles of hashes, the entries
policy              policy (C2SP tlog-policy): the log's key, the witnesses' keys, the quorum
checkpoints.jsonl   each checkpoint with its cosignatures, oldest first
bodies/             bodies and salts, 4096 leaves a file; one erased by law says "erased"
about/              columns for rebuilding a database; no signature protects them
pending.jsonl       acts after the checkpoint
tables/             the tables as they stand (only with --tables)

Verify with the program and the policy that the supervision group keeps itself; believe nothing in this folder.
"""


@dataclass
class Mirrored:
    """What a run copied: from which size to which, how many bodies, how many erased since, what was wrong."""

    begin: int
    size: int
    bodies: int = 0
    erased: int = 0
    faults: list[Fault] = field(default_factory=list)


def mirror(target: Path) -> Mirrored:
    """Bring a mirror up to the newest checkpoint.

    Refusal where the log shrank, forked, or is signed by another key than the mirror's first; the mirror then stays
    as it was. Bodies that do not fit their envelopes are named, and an older copy in the mirror is kept.
    """
    row = latest()
    if row is None:
        raise Refusal(Ground.STALE, "trail.not_published", _("日志尚未公布，没有可镜像的内容"))
    note = note_of(row)
    disk = LogDisk(target / LOG)
    own = own_checkpoint(target)
    checkpoint = _accepted(target, note)
    _refuse_shrunk(own, checkpoint)
    begin = own.size if own else 0
    _grow(disk, begin, checkpoint, own)
    done = _copy_bodies(target, disk, begin, checkpoint.size)
    _keep_checkpoints(target)
    _keep_policy(target)
    keep(target / README, EXPLAINED.encode())
    disk.put("checkpoint", note_bytes(note))
    disk.settle()
    return done


def own_checkpoint(target: Path) -> kernel.Checkpoint | None:
    """Return the checkpoint that a mirror stands at; BadInput for a folder that holds something else."""
    place = target / LOG / "checkpoint"
    if not place.exists():
        if target.exists() and any(target.iterdir()) and not (target / LOG).exists():
            raise BadInput(_("%(place)s 不是镜像文件夹") % {"place": str(target)}, "target")
        return None
    try:
        return kernel.parse_checkpoint(parse_note(place.read_bytes()).text)
    except Malformed as error:
        raise BadInput(f"{place}: {error}", "target") from error


def _accepted(target: Path, note: Note) -> kernel.Checkpoint:
    """Return the checkpoint where the log signed it with the key that the mirror knows (first use: the policy's)."""
    place = target / POLICY
    policy = parse_policy(place.read_bytes()) if place.exists() else keys.policy()
    checkpoint = policy.signed(note)
    if checkpoint is None:
        raise Refusal(Ground.STALE, "mirror.signature", _("检查点不是由镜像所认的日志密钥签名的"))
    return checkpoint


def _refuse_shrunk(own: kernel.Checkpoint | None, offered: kernel.Checkpoint) -> None:
    if own is None:
        return
    if own.origin != offered.origin:
        raise Refusal(Ground.STALE, "mirror.other_log", _("这是另一个日志的镜像"))
    if offered.size < own.size:
        raise Refusal(
            Ground.STALE,
            "mirror.shrank",
            _("日志变短了：镜像已有 %(own)s 条，现只有 %(size)s 条；镜像保持不变")
            % {"own": own.size, "size": offered.size},
        )


def _grow(disk: LogDisk, begin: int, to: kernel.Checkpoint, own: kernel.Checkpoint | None) -> None:
    """Copy the new entries and compute the tiles from them; Refusal unless they lead from the old root to the new."""
    source = LogDisk(log_folder())
    try:
        place = begin
        while place < to.size:
            end = min(to.size, (place // growth.CHUNK + 1) * growth.CHUNK)
            entries = list(_entries(source, place, end))
            for tile, data in grown_bundles(place, entries, disk.read):
                disk.put(entries_path(tile.index, tile.width), data)
            for tile, data in grown_tiles(place, leaf_hashes(entries), disk.read):
                disk.put(tile.path, data)
            place = end
        reader = TileReader(disk.read, to.size)
        if own is not None and frontier_at(own.size, reader).root() != own.root:
            raise Refusal(Ground.STALE, "mirror.damaged", _("镜像自身的文件已损坏；请另建镜像并报告"))
        found = frontier_at(to.size, reader).root()
    except (Malformed, FileNotFoundError) as error:
        raise Refusal(
            Ground.STALE,
            "mirror.files",
            _("日志文件缺失或损坏：%(detail)s") % {"detail": str(error)},
        ) from error
    if found != to.root:
        raise Refusal(
            Ground.STALE,
            "mirror.forked",
            _("日志的历史与镜像不一致：由镜像已有内容得不出新的根；镜像保持不变，请立即报告监督组"),
        )
    disk.settle()


def _entries(source: LogDisk, begin: int, end: int) -> Iterator[bytes]:
    for index in range(begin // WIDTH, -(-end // WIDTH)):
        first = index * WIDTH
        entries = source.entries(index, width_at(end, 0, index))
        yield from entries[max(0, begin - first) : end - first]


def _copy_bodies(target: Path, disk: LogDisk, begin: int, size: int) -> Mirrored:
    done, files = Mirrored(begin, size), LineFiles(target / BODIES)
    erased: list[int] = []

    def lines() -> Generator[bodies.Line, None, None]:
        envelopes = _entries(disk, begin, size)
        for (leaf, event), envelope in zip(bodies.events(begin, size), envelopes, strict=False):
            line = bodies.body_line(leaf, event)
            if detail := bodies.fault_of(line, envelope):
                done.faults.append(Fault(leaf, detail))
            erased.extend(bodies.erased_by(line))
            done.bodies += 1
            yield line

    with closing(lines()) as made:  # a cursor left open would be closed in some later transaction
        files.put(made)
    LineFiles(target / ABOUT).put(
        bodies.about_line(leaf, event) for leaf, event in bodies.events(begin, size)
    )
    for leaf in sorted(set(erased)):
        if leaf < size and not (files.line(leaf) or {}).get("erased"):
            files.put([{"leaf": leaf, "erased": True}])
            done.erased += 1
    return done


def _keep_policy(target: Path) -> None:
    """Follow new witnesses of the policy, never another key of the log."""
    place, present = target / POLICY, keys.policy()
    if not place.exists() or parse_policy(place.read_bytes()).log_keys == present.log_keys:
        keep(place, present.text.encode())


def _keep_checkpoints(target: Path) -> None:
    """Write every checkpoint with its cosignatures; those that only the mirror still has stay."""
    place = target / CHECKPOINTS
    held: dict[int, str] = {}
    for note in notes_in(place):
        held[kernel.parse_checkpoint(parse_note(note.encode()).text).size] = note
    for row in Checkpoint.objects.order_by("size").prefetch_related("cosignatures"):
        note = note_bytes(note_of(row)).decode()
        if len(note) >= len(held.get(row.size, "")):
            held[row.size] = note
    keep(place, json_lines({"note": held[size]} for size in sorted(held)))


def notes_in(place: Path) -> Iterable[str]:
    """Return the notes of a file of checkpoints, [] where it is absent; BadInput for a line that is none."""
    if not place.exists():
        return []
    try:
        lines: list[Any] = [json.loads(text) for text in place.read_text(encoding="utf-8").splitlines()]
        return [str(line["note"]) for line in lines]
    except (ValueError, KeyError, TypeError) as error:
        raise BadInput(f"{place}: {error}", "target") from error
