"""What the signer remembers outside the database: the largest tree that it has signed or was about to sign."""

from __future__ import annotations

from pathlib import Path

from django.utils.translation import gettext as _

from lianjing.kernel.refusal import Ground, Refusal
from lianjing.kernel.trail.checkpoint import Checkpoint, parse_checkpoint
from lianjing.kernel.trail.malformed import Malformed
from lianjing.kernel.trail.note import parse_note
from lianjing.runtime.trail.disk import data_folder, keep, log_folder

MEMORY = "signed"  # in the data folder, beside the key


def remembered() -> Checkpoint | None:
    """Return the largest tree that was signed or was about to be, from the file beside the key."""
    return _read(data_folder() / MEMORY)


def released() -> Checkpoint | None:
    """Return the checkpoint that the log folder shows."""
    place = log_folder() / "checkpoint"
    if not place.exists():
        return None
    try:
        return parse_checkpoint(parse_note(place.read_bytes()).text)
    except Malformed as error:
        raise _damaged(place, error) from error


def largest() -> Checkpoint | None:
    """Return the largest tree that this installation knows to have been signed, whatever its database says."""
    known = [each for each in (remembered(), released()) if each is not None]
    return max(known, key=lambda each: each.size, default=None)


def remember(checkpoint: Checkpoint, *, is_durable: bool = True) -> None:
    """Keep the intent to sign a tree, before it is signed: no other root will be signed for its size."""
    keep(data_folder() / MEMORY, checkpoint.text.encode(), is_durable=is_durable)


def refuse_shorter(size: int) -> None:
    """Raise Refusal where the database holds fewer leaves than were signed: it was restored from an older copy."""
    known = largest()
    if known is not None and known.size > size:
        raise Refusal(
            Ground.STALE,
            "trail.shorter",
            _(
                "数据库只有 %(size)s 条留痕，已签名的有 %(signed)s 条：数据库可能由较旧的备份恢复。"
                "不编号、不签名；请先运行 lianjing trail rebuild --mirror DIR"
            )
            % {"size": size, "signed": known.size},
        )


def _read(place: Path) -> Checkpoint | None:
    if not place.exists():
        return None
    try:
        return parse_checkpoint(place.read_text(encoding="utf-8"))
    except (Malformed, UnicodeDecodeError) as error:
        raise _damaged(place, error) from error


def _damaged(place: Path, error: ValueError) -> Refusal:
    return Refusal(
        Ground.STALE,
        "trail.memory_damaged",
        _("文件 %(place)s 已损坏：%(reason)s") % {"place": str(place), "reason": str(error)},
    )
