"""Checks the published log: its files and checkpoints against the leaves, its signature, and what it once signed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lianjing.kernel.refusal import Refusal
from lianjing.kernel.trail.malformed import Malformed, base64_text
from lianjing.kernel.trail.merkle import Frontier
from lianjing.kernel.trail.note import parse_note
from lianjing.kernel.trail.replay import Problem
from lianjing.kernel.trail.tiles import WIDTH, tile_hashes, tile_path, tile_root, tiles_at
from lianjing.runtime.trail import growth, keys, signed
from lianjing.runtime.trail.disk import LogDisk, log_folder
from lianjing.runtime.trail.models import Checkpoint, Leaf
from lianjing.runtime.trail.standing import cosigners, latest, log_size


def check_log() -> Iterator[Problem]:
    """Yield what is wrong with the log as published; nothing before the first publication."""
    try:
        shown, size = signed.released(), log_size()
        known = signed.largest()
    except Refusal as refusal:
        yield Problem("checkpoint", "log", str(refusal))
        return
    if known is not None and known.size > size:
        yield Problem(
            "restored",
            "log",
            f"{size} leaves in the database, {known.size} were signed: restored from an older backup; "
            "run lianjing trail rebuild --mirror DIR",
        )
        return
    yield from _check_checkpoints(size)
    if shown is None:
        if Checkpoint.objects.exists():
            yield Problem("log", "checkpoint", "the log folder shows no checkpoint, the database holds some")
        return
    yield from _check_shown()
    yield from _check_files(shown.size)


def _check_checkpoints(size: int) -> Iterator[Problem]:
    """Each root ever kept must come out of the leaves again, at its size; so must what the signer remembers."""
    rows = {row.size: row for row in Checkpoint.objects.order_by("size")}
    remembered = signed.remembered()
    frontier = Frontier()
    for digest in Leaf.objects.order_by("idx").values_list("leaf_hash", flat=True).iterator():
        frontier.append(bytes.fromhex(digest))
        row = rows.pop(frontier.size, None)
        if row is not None:
            yield from _check_row(row, frontier.root().hex())
        if remembered is not None and remembered.size == frontier.size and remembered.root != frontier.root():
            yield Problem(
                "root", f"size {remembered.size}", "the leaves do not give the root that was signed"
            )
    for row in rows.values():
        yield Problem("root", f"size {row.size}", f"a checkpoint beyond the {size} leaves")


def _check_row(row: Checkpoint, root: str) -> Iterator[Problem]:
    if row.root != root:
        yield Problem("root", f"size {row.size}", "the leaves do not give the root of this checkpoint")
    try:
        lines = parse_note(row.note.encode()).text.split("\n")
    except Malformed as error:
        yield Problem("checkpoint", f"size {row.size}", str(error))
        return
    told = (lines[1], lines[2]) if len(lines) > 2 else ("", "")
    if told != (str(row.size), base64_text(bytes.fromhex(row.root))):
        yield Problem("checkpoint", f"size {row.size}", "the note says another size or root than its columns")


def _check_shown() -> Iterator[Problem]:
    note = parse_note((log_folder() / "checkpoint").read_bytes())
    try:
        if keys.policy().signed(note) is None:
            yield Problem("signature", "checkpoint", "not signed by the key of the log that the policy names")
    except Refusal as refusal:
        yield Problem("signature", "policy", str(refusal))


def _check_files(size: int) -> Iterator[Problem]:
    """Each bundle must hold the envelopes of its leaves, each tile the hashes of what lies below."""
    disk = LogDisk(log_folder())
    for tile in tiles_at(size):
        try:
            found = tile_hashes(growth.hash_file(disk, tile), tile.width)
            if tile.level == 0:
                yield from _check_bundle(disk, tile.index, tile.width, found)
            else:
                due = [
                    tile_root(disk.read(tile_path(tile.level - 1, tile.first + place)))
                    for place in range(tile.width)
                ]
                if found != due:
                    yield Problem("log", tile.path, "is not what the tiles below give")
        except (Malformed, FileNotFoundError) as error:
            yield Problem("log", tile.path, str(error))


def _check_bundle(disk: LogDisk, index: int, width: int, found: list[bytes]) -> Iterator[Problem]:
    first = index * WIDTH
    rows = list(growth.envelopes(first, first + width))
    if [bytes.fromhex(digest) for _idx, digest, _envelope in rows] != found:
        yield Problem("log", f"tile {index}", "does not hold the hashes of its leaves")
    if [envelope for _idx, _digest, envelope in rows] != disk.entries(index, width):
        yield Problem("log", f"bundle {index}", "does not hold the envelopes of its leaves")


def log_facts() -> dict[str, Any]:
    """Return how the log stands, for JSON: demonstration, size, checkpoint, cosigners, what no checkpoint covers."""
    row, size = latest(), log_size()
    if row is None:
        return {"demonstration": False, "size": size, "checkpoint": None, "cosigners": [], "uncovered": size}
    origin = parse_note(row.note.encode()).text.split("\n", 1)[0]
    return {
        "demonstration": keys.is_demonstration(origin),
        "size": size,
        "checkpoint": {"size": row.size, "root": row.root, "signed_at": row.signed_at.isoformat()},
        "cosigners": [{"name": name, "time": when.isoformat()} for name, when in cosigners(row)],
        "uncovered": max(0, size - row.size),
    }
