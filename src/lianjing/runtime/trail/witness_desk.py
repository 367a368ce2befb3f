"""The witness's own side: its key and memory in a folder of the supervision group, with no database and no log.

The memory is on the disk before the cosignature exists. A witness without its memory cosigns nothing: it could be
shown a second history.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.kernel.trail.checkpoint import Checkpoint, cosign, parse_checkpoint
from lianjing.kernel.trail.malformed import Malformed
from lianjing.kernel.trail.merkle import NotProved
from lianjing.kernel.trail.note import COSIGNATURE, Signature, VerifierKey, check_name, parse_vkey, signed_by
from lianjing.kernel.trail.policy import parse_policy
from lianjing.kernel.trail.signer import SeedSigner, parse_seed_signer
from lianjing.kernel.trail.witness import WitnessRequest, check_growth, parse_request
from lianjing.runtime.trail.disk import keep, sole

KEY, PUBLIC = "witness.key", "witness.pub"


@dataclass(frozen=True, slots=True)
class Cosigned:
    """A cosignature, and the tree that the witness remembered before and remembers now."""

    signature: Signature
    before: int
    checkpoint: Checkpoint


def init(folder: Path, name: str) -> VerifierKey:
    """Make a witness's key in an empty folder; BadInput where one is there."""
    if (folder / KEY).exists():
        raise BadInput(_("%(place)s 已有见证密钥，不能覆盖") % {"place": str(folder)}, "dir")
    try:
        check_name(name, "witness")
    except Malformed as error:
        raise BadInput(_("见证名称不能为空，也不能含空格或加号"), "name") from error
    signer = SeedSigner(name, os.urandom(32), COSIGNATURE)
    keep(folder / KEY, f"{signer.text}\n".encode(), mode=0o600)
    keep(folder / PUBLIC, f"{signer.verifier_key.text}\n".encode())
    return signer.verifier_key


def watch(folder: Path, log: str) -> VerifierKey:
    """Let the witness cosign a log: its key as text, or the text of a policy that names it. Its memory begins empty."""
    _signer(folder)
    try:
        key = _log_key(log)
    except Malformed as error:
        raise BadInput(_("不是日志公钥：%(reason)s") % {"reason": error.reason}, "log") from error
    place = _memory(folder, key)
    if not place.exists():
        keep(_log(folder, key), f"{key.text}\n".encode())
        keep(place, b"")
    return key


def _log_key(text: str) -> VerifierKey:
    if "\n" not in text.strip():
        key = parse_vkey(text.strip())
        if key.kind == COSIGNATURE:
            raise Malformed("verifier key", "the key of a witness")
        return key
    keys = parse_policy(text.encode()).log_keys
    if len(keys) != 1:
        raise Malformed("policy", f"{len(keys)} logs, one is due")
    return keys[0]


def cosign_request(folder: Path, data: bytes, seconds: int, *, is_durable: bool = True) -> Cosigned:
    """Check a request against the memory, remember the new tree, then cosign it as of `seconds`.

    BadInput for what is no request; Refusal where the log is not known, its signature is wrong, it shrank, forked, or
    the request grows from another size than the remembered one.
    """
    signer = _signer(folder)
    try:
        request = parse_request(data)
        parse_checkpoint(request.checkpoint_note.text)
    except Malformed as error:
        raise BadInput(_("不是共签申请：%(reason)s") % {"reason": str(error)}, "request") from error
    with sole(folder / "lock") as is_mine:
        if not is_mine:
            raise Refusal(Ground.STALE, "witness.busy", _("另一个共签正在进行"))
        log = _known_log(folder, request)
        before = _remembered(folder, log)
        checkpoint = _grown(request, before)
        keep(_memory(folder, log), checkpoint.text.encode(), is_durable=is_durable)
        signature = cosign(request.checkpoint_note.text, signer, seconds)
    return Cosigned(signature, before.size if before else 0, checkpoint)


def _known_log(folder: Path, request: WitnessRequest) -> VerifierKey:
    origin = parse_checkpoint(request.checkpoint_note.text).origin
    for place in sorted((folder / "logs").glob("*.pub")):
        key = parse_vkey(place.read_text(encoding="utf-8").strip())
        if key.name == origin and signed_by(request.checkpoint_note, key):
            return key
    raise Refusal(
        Ground.STALE,
        "witness.signature",
        _("检查点不是由本见证所认的日志（%(origin)s）签名的") % {"origin": origin},
    )


def _remembered(folder: Path, log: VerifierKey) -> Checkpoint | None:
    place = _memory(folder, log)
    if not place.exists():
        raise Refusal(
            Ground.STALE, "witness.memory", _("见证的记忆文件不见了，不能共签；请查明原因并按规程处理")
        )
    try:
        text = place.read_text(encoding="utf-8")
        return parse_checkpoint(text) if text else None
    except (Malformed, UnicodeDecodeError) as error:
        raise Refusal(Ground.STALE, "witness.memory", _("见证的记忆文件已损坏，不能共签")) from error


def _grown(request: WitnessRequest, before: Checkpoint | None) -> Checkpoint:
    offered, old = parse_checkpoint(request.checkpoint_note.text), before.size if before else 0
    if offered.size < old:
        message = _("日志变短了：见证记得 %(old)s 条，现只有 %(size)s 条")
        raise Refusal(Ground.STALE, "witness.shrank", message % {"old": old, "size": offered.size})
    if before is not None and offered.size == old and offered.root != before.root:
        raise Refusal(
            Ground.STALE,
            "witness.forked",
            _("同一规模 %(size)s 有两个不同的根：给见证看的是另一个历史") % {"size": old},
        )
    if request.old_size != old:
        message = _("申请由 %(asked)s 条增长而来，见证记得 %(old)s 条；请用 --old %(old)s 重新申请")
        raise Refusal(Ground.STALE, "witness.old_size", message % {"asked": request.old_size, "old": old})
    try:
        return check_growth(request, before)
    except NotProved as error:
        raise Refusal(
            Ground.STALE,
            "witness.forked",
            _("新的日志不是由见证记得的日志增长而来：%(detail)s") % {"detail": str(error)},
        ) from error


def memory_of(folder: Path) -> list[tuple[str, Checkpoint | None]]:
    """Return the logs that a witness watches, with the tree that it remembers of each."""
    found = []
    for place in sorted((folder / "logs").glob("*.pub")):
        key = parse_vkey(place.read_text(encoding="utf-8").strip())
        found.append((key.name, _remembered(folder, key)))
    return found


def _signer(folder: Path) -> SeedSigner:
    place = folder / KEY
    if not place.exists():
        raise BadInput(
            _("%(place)s 中没有见证密钥；先运行 trail witness init") % {"place": str(folder)}, "dir"
        )
    try:
        return parse_seed_signer(place.read_text(encoding="ascii").strip())
    except (Malformed, UnicodeDecodeError) as error:
        raise BadInput(_("见证密钥文件已损坏"), "dir") from error


def _log(folder: Path, key: VerifierKey) -> Path:
    return folder / "logs" / f"{key.key_id.hex()}.pub"


def _memory(folder: Path, key: VerifierKey) -> Path:
    return folder / "logs" / f"{key.key_id.hex()}.memory"
