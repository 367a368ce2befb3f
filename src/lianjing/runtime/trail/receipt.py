"""The receipt of an act: what a person can keep, and anybody check, without trusting whoever keeps the log.

A receipt is a C2SP tlog-proof whose `extra` is the envelope of the act, so that the leaf hash follows from the text
itself. Before the act is published the receipt is its leaf hash alone: enough to prove later that an act was removed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput, Refusal
from lianjing.kernel.trail.envelope import Envelope, NotCanonical, leaf_hash, parse_envelope
from lianjing.kernel.trail.malformed import Malformed
from lianjing.kernel.trail.merkle import NotProved, check_inclusion
from lianjing.kernel.trail.proof import FIRST_LINE as PROOF
from lianjing.kernel.trail.proof import TlogProof, parse_proof
from lianjing.runtime.trail import keys
from lianjing.runtime.trail.models import Checkpoint, Event, Leaf
from lianjing.runtime.trail.standing import Standing, covered_by, log_size, prove

LARGEST = 16 * 1024  # characters that a receipt may have
FIRST_LINE = "lianjing receipt: event and leaf hash"
NAMED = re.compile(
    r"(?P<event>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\s*(?:&leaf=)?\s*(?P<leaf>[0-9a-f]{64})"
)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What is handed out for an act; `is_proof` once it is published, before that only the leaf hash."""

    event: Event
    leaf_hash: str
    text: str
    is_proof: bool
    standing: Standing


def receipt_of(event: Event) -> Receipt:
    """Return the receipt of an act as it stands now."""
    envelope = bytes(event.envelope)
    digest = leaf_hash(envelope).hex()
    leaf = Leaf.objects.filter(event=event).values_list("idx", flat=True).first()
    standing = covered_by(leaf)
    try:
        text = replace(prove(event.pk), extra=envelope).text
    except Refusal:
        return Receipt(
            event, digest, f"{FIRST_LINE}\n{event.pk}\n{digest}\n", is_proof=False, standing=standing
        )
    return Receipt(event, digest, text, is_proof=True, standing=standing)


@dataclass(frozen=True, slots=True)
class Checked:
    """What a receipt proves. `state` is cosigned, signed, waiting, unknown or wrong; `reason` says why in one sentence.

    `envelope` is what the act says of itself, where the receipt carries it.
    """

    state: str
    reason: str
    leaf_hash: str = ""
    envelope: Envelope | None = None
    index: int | None = None
    size: int | None = None
    root: str = ""
    cosigners: list[tuple[str, datetime]] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        """True where the act is proved to stand in the log, cosigned or not."""
        return self.state in ("cosigned", "signed")


def check_receipt(text: str) -> Checked:
    """Check a receipt against the policy and the log of this installation; BadInput for what is no receipt.

    Event and leaf hash alone are looked up in the log: gone means that an act was removed.
    """
    if len(text) > LARGEST:
        raise BadInput(_("收据过长"), "receipt")
    if PROOF not in text and (named := _named(text)):
        return _looked_up(*named)
    try:
        proof = parse_proof(text.replace("\r\n", "\n").strip("\ufeff \t\n") + "\n")
        envelope = parse_envelope(proof.extra) if proof.extra else None
    except Malformed as error:
        raise BadInput(_("不是收据：请粘贴收据的全文，不要增减"), "receipt") from error
    except NotCanonical as error:
        raise BadInput(_("收据所附的信封无法识别"), "receipt") from error
    if envelope is None:
        raise BadInput(_("收据没有附信封，请改用独立核验程序"), "receipt")
    return _proved(proof, envelope)


def _named(text: str) -> tuple[str, str] | None:
    """The event and the leaf hash that a receipt without proof names; the QR code of a printed paper names them too."""
    found = NAMED.search(text.lower())
    return (found.group("event"), found.group("leaf")) if found else None


def _looked_up(event_id: str, digest: str) -> Checked:
    event = Event.objects.filter(pk=event_id).select_related("leaf").first()
    if event is None:
        return Checked("unknown", _("日志中没有这条留痕：收据若由本系统出具，说明留痕已被删除"), digest)
    envelope = bytes(event.envelope)
    if leaf_hash(envelope).hex() != digest:
        return Checked("wrong", _("日志中这条留痕的内容与收据不符：收据或留痕被改动过"), digest)
    leaf = getattr(event, "leaf", None)
    if leaf is None:
        return Checked("waiting", _("该留痕已记录，等待编号"), digest, parse_envelope(envelope))
    standing = covered_by(leaf.idx)
    state = {"cosigned": "cosigned", "published": "signed"}.get(standing.state, "waiting")
    return Checked(
        state,
        _("该留痕在日志中，编号 %(leaf)s") % {"leaf": leaf.idx},
        digest,
        parse_envelope(envelope),
        leaf.idx,
        cosigners=standing.cosigners,
    )


def _proved(proof: TlogProof, envelope: Envelope) -> Checked:
    digest, policy = leaf_hash(proof.extra), keys.policy()
    said = proof.checkpoint
    base = Checked("wrong", "", digest.hex(), envelope, proof.index, said.size, said.root.hex(), cosigners=[])
    signed = policy.signed(proof.checkpoint_note)
    if signed is None:
        return replace(base, reason=_("检查点不是由本日志签名的，或签名不成立"))
    try:
        check_inclusion(
            index=proof.index, size=signed.size, leaf=digest, proof=proof.inclusion, root=signed.root
        )
    except NotProved:
        return replace(base, reason=_("证明路径不成立：收据被改动过"))
    if signed.size > log_size():
        return replace(
            base, reason=_("出具收据时日志已有 %(size)s 条，现在不足：日志被截短") % {"size": signed.size}
        )
    row = Checkpoint.objects.filter(size=signed.size).first()
    if row is not None and row.root != signed.root.hex():
        return replace(base, reason=_("同一规模有两个不同的根：现在的日志不是出具收据时的日志"))
    names = policy.covering(proof.checkpoint_note)
    if not keys.has_witness() or not policy.has_quorum({name for name, _time in names}):
        return replace(base, state="signed", reason=_("该留痕在日志中；收据未经监督组共签"))
    times = [(name, datetime.fromtimestamp(seconds, UTC)) for name, seconds in names]
    return replace(base, state="cosigned", reason=_("该留痕在日志中，经监督组共签"), cosigners=times)
