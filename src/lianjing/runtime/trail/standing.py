"""How far the log stands: its last checkpoint, who cosigned it, and what of it covers a given act."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Literal

from django.db.models import Max
from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.kernel.trail.envelope import leaf_hash
from lianjing.kernel.trail.malformed import Malformed
from lianjing.kernel.trail.merkle import NotProved, check_inclusion, inclusion_proof
from lianjing.kernel.trail.note import Note, note_bytes, parse_note, parse_signature
from lianjing.kernel.trail.policy import Policy
from lianjing.kernel.trail.proof import TlogProof
from lianjing.kernel.trail.tiles import TileReader
from lianjing.runtime.trail import keys, signed
from lianjing.runtime.trail.disk import LogDisk, log_folder
from lianjing.runtime.trail.models import Checkpoint, Event, Leaf, Pending

State = Literal["pending", "numbered", "published", "cosigned"]
TRIED = 32  # checkpoints looked at for one that enough witnesses cosigned


@dataclass(frozen=True, slots=True)
class Standing:
    """What the log says of one act. `checkpoint` covers it; `cosigners` are the witnesses under it, with their times."""

    state: State
    checkpoint: Checkpoint | None = None
    cosigners: list[tuple[str, datetime]] = field(default_factory=list)


def log_size() -> int:
    """Return how many leaves the log has, published or not."""
    last = Leaf.objects.aggregate(last=Max("idx"))["last"]
    return 0 if last is None else int(last) + 1


def latest() -> Checkpoint | None:
    """Return the newest checkpoint, None before the first."""
    return Checkpoint.objects.order_by("-size").first()


def note_of(row: Checkpoint) -> Note:
    """Return a checkpoint's note with all cosignatures that have come in."""
    note = parse_note(row.note.encode())
    lines = row.cosignatures.order_by("id").values_list("line", flat=True)
    return Note(note.text, note.signatures + tuple(parse_signature(line.rstrip("\n")) for line in lines))


def cosigners(row: Checkpoint) -> list[tuple[str, datetime]]:
    """Return the witnesses of the policy under a checkpoint, each line verified; [] where they are not enough."""
    if not keys.has_witness():
        return []
    try:
        found = _covering(note_bytes(note_of(row)), keys.policy().text)
    except Malformed:
        return []  # a line that somebody has changed in the table: it cosigns nothing
    return [(name, datetime.fromtimestamp(seconds, UTC)) for name, seconds in found]


@lru_cache(maxsize=512)
def _covering(note_data: bytes, policy_text: str) -> tuple[tuple[str, int], ...]:
    """Return the verified cosignatures of a note that the policy trusts; () where the quorum is not reached."""
    note, policy = parse_note(note_data), _policy(policy_text)
    if policy.signed(note) is None:
        return ()
    found = policy.covering(note)
    return tuple(found) if policy.has_quorum({name for name, _time in found}) else ()


def _policy(text: str) -> Policy:
    return keys.parsed_policy(text.encode(), "policy")


def first_cosigned(size: int) -> tuple[Checkpoint, list[tuple[str, datetime]]] | None:
    """Return the smallest checkpoint of at least this size that enough witnesses cosigned, with them."""
    rows = Checkpoint.objects.filter(size__gte=size, cosignatures__isnull=False).distinct().order_by("size")
    return _first(list(rows[:TRIED]))


def last_cosigned(size: int = 0) -> tuple[Checkpoint, list[tuple[str, datetime]]] | None:
    """Return the largest checkpoint of at least this size that enough witnesses cosigned, with them."""
    rows = Checkpoint.objects.filter(size__gte=size, cosignatures__isnull=False).distinct().order_by("-size")
    return _first(list(rows[:TRIED]))


def _first(rows: list[Checkpoint]) -> tuple[Checkpoint, list[tuple[str, datetime]]] | None:
    for row in rows:
        if found := cosigners(row):
            return row, found
    return None


@dataclass(frozen=True, slots=True)
class Overview:
    """The log in one view: leaves, acts that wait for a number, newest checkpoint, newest cosigned one and by whom."""

    size: int
    waiting: int
    checkpoint: Checkpoint | None
    cosigned: Checkpoint | None
    cosigners: list[tuple[str, datetime]]
    is_restored: bool  # the database is older than what was signed

    @property
    def uncovered(self) -> int:
        """How many numbered acts no cosigned checkpoint covers."""
        return self.size - (self.cosigned.size if self.cosigned else 0)


def overview() -> Overview:
    """Return how the log stands now."""
    size, known = log_size(), signed.largest()
    found = last_cosigned() if keys.has_witness() else None
    row, names = found or (None, [])
    is_restored = known is not None and known.size > size
    return Overview(size, Pending.objects.count(), latest(), row, names, is_restored)


def covered_by(leaf_idx: int | None) -> Standing:
    """Return how a leaf stands: waiting for a number (None), numbered, published, or cosigned by enough witnesses.

    The checkpoint of a cosigned leaf is the first that covers it with its quorum; of a published one, the first.
    """
    if leaf_idx is None:
        return Standing("pending")
    if found := first_cosigned(leaf_idx + 1):
        return Standing("cosigned", *found)
    row = Checkpoint.objects.filter(size__gt=leaf_idx).order_by("size").first()
    return Standing("published", row) if row is not None else Standing("numbered")


def standing_of(event_id: str) -> Standing:
    """Return how an act stands; BadInput for one that is not in the trail."""
    if not Event.objects.filter(pk=event_id).exists():
        raise BadInput(_("没有这条留痕"), "event")
    return covered_by(Leaf.objects.filter(event_id=event_id).values_list("idx", flat=True).first())


def prove(event_id: str) -> TlogProof:
    """Return the receipt of an act, to the newest cosigned checkpoint that covers it, else to the newest.

    BadInput for an act that is not in the trail; Refusal where it is not yet published, or the log's files are damaged.
    """
    event = Event.objects.filter(pk=event_id).select_related("leaf").first()
    if event is None:
        raise BadInput(_("没有这条留痕"), "event")
    leaf, shown, newest = getattr(event, "leaf", None), signed.released(), latest()
    if leaf is None or newest is None or shown is None or min(newest.size, shown.size) <= leaf.idx:
        raise Refusal(Ground.STALE, "trail.not_published", _("该留痕尚未公布，请稍后再取证明"))
    found = last_cosigned(leaf.idx + 1)
    row = found[0] if found else Checkpoint.objects.filter(size__lte=shown.size).latest("size")
    proof = _path(leaf.idx, row.size, shown.size)
    try:
        check_inclusion(
            index=leaf.idx,
            size=row.size,
            leaf=leaf_hash(bytes(event.envelope)),
            proof=proof,
            root=bytes.fromhex(row.root),
        )
    except NotProved as error:
        raise _damaged(str(error)) from error
    return TlogProof(leaf.idx, tuple(proof), note_of(row))


def _path(index: int, size: int, shown: int) -> list[bytes]:
    try:
        return inclusion_proof(index, size, TileReader(LogDisk(log_folder()).read, shown))
    except (Malformed, FileNotFoundError) as error:
        raise _damaged(str(error)) from error


def _damaged(detail: str) -> Refusal:
    return Refusal(
        Ground.STALE,
        "trail.damaged",
        _("公布的留痕文件与签名的根不符，不能出具证明；请立即核验（%(detail)s）") % {"detail": detail},
    )
