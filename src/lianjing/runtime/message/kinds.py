"""The kinds of message and the policy for each: what nobody may switch off, what never leaves the site in words."""

from __future__ import annotations

from dataclasses import dataclass

from lianjing.runtime import codes

SITE, EMAIL, SMS, HOOK = "site", "email", "sms", "hook"
OUTSIDE = (EMAIL, SMS, HOOK)
CHANNELS = (SITE, *OUTSIDE)


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind. `outside` are the channels on by default besides the bell.

    `is_statutory`: the bell and the default channels cannot be switched off. `is_confidential`: only that there is
    a message leaves the site. `is_urgent`: sent in quiet hours too. `has_receipts`: its sender and the supervisors
    see who has read it.
    """

    key: str
    outside: tuple[str, ...] = ()
    is_statutory: bool = False
    is_confidential: bool = False
    is_urgent: bool = False
    has_receipts: bool = False


_ALL = (
    Kind("step_opened", (HOOK,)),
    Kind("step_returned", (HOOK,)),
    Kind("step_reassigned", (HOOK,)),
    Kind("signer_added", (HOOK,)),
    Kind("signer_signed", (HOOK,)),
    Kind("step_taken_back"),
    Kind("step_due_soon", (HOOK,)),
    Kind("step_at_risk", (HOOK,)),
    Kind("deadline_moved", (HOOK,), is_statutory=True),
    Kind("step_overdue", (HOOK,), is_statutory=True),
    Kind("step_urged", (HOOK, SMS), is_statutory=True),
    Kind("matter_result", (HOOK, EMAIL)),
    Kind("undertaking_given", (HOOK,), is_statutory=True),
    Kind("undertaking_due", (HOOK,)),
    Kind("undertaking_urged", (HOOK,), is_statutory=True),
    Kind("external_finding_issued", (HOOK,), is_statutory=True),
    Kind("external_finding_assigned", (HOOK,), is_statutory=True),
    Kind("external_finding_answered", (HOOK,)),
    Kind("external_finding_returned", (HOOK,), is_statutory=True),
    Kind("injury_urged", (HOOK, SMS), is_statutory=True),
    Kind("home_check_named", (HOOK,), is_statutory=True),
    Kind("rule_submitted", (HOOK,), is_statutory=True),
    Kind("rule_decided", (HOOK,), is_statutory=True),
    Kind("rule_review_due", (HOOK,), is_statutory=True),
    Kind("delegation_given", (HOOK,), is_statutory=True),
    Kind("hand_over", (HOOK,), is_statutory=True),
    Kind("meeting_called", (HOOK, EMAIL), is_statutory=True),
    Kind("objection_received", (HOOK,), is_statutory=True),
    Kind("notice", (EMAIL, HOOK), is_statutory=True, has_receipts=True),
    Kind("circulated", (), has_receipts=True),
    Kind("inquiry", (HOOK,), is_statutory=True),
    Kind("inquiry_answered", ()),
    Kind("report"),
    Kind("digest", (EMAIL,)),
    Kind("feed", (HOOK,), is_statutory=True),
    Kind("finding", (HOOK,), is_statutory=True, is_confidential=True),
    Kind("tip", (HOOK,), is_statutory=True, is_confidential=True),
    Kind("security", (EMAIL, SMS), is_statutory=True, is_confidential=True, is_urgent=True),
)
KINDS = {kind.key: kind for kind in _ALL}


def label(kind: str) -> str:
    """Return the word of a kind in the reader's language."""
    return codes.label("message_kind", kind)


def may_switch(kind: str, channel: str) -> bool:
    """True where a person may choose; a statutory kind keeps its bell and its default channels."""
    found = KINDS[kind]
    return not (found.is_statutory and (channel == SITE or channel in found.outside))


def is_default(kind: str, channel: str) -> bool:
    """True where the policy sends this kind by this channel unless the person chose otherwise."""
    return channel == SITE or channel in KINDS[kind].outside
