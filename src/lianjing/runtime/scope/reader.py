"""Who reads: a person on a day, with the kinds of the posts he holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from lianjing.runtime.org.queries import posts_held
from lianjing.runtime.trail.act import legal_day

# Groups of post kinds (code list post_kind).
ADMINISTRATORS = frozenset({"system_admin", "security_admin", "audit_admin"})
OFFICIALS = frozenset({"operator", "reviewer", "approver", "head", "supervisor"})
STAFF = OFFICIALS | ADMINISTRATORS


@dataclass(frozen=True)
class Reader:
    """A person who asks for rows at a moment; who holds no post today is shown nothing but his own."""

    person_id: int
    now: datetime

    @cached_property
    def day(self) -> date:
        """The legal day."""
        return legal_day(self.now)

    @cached_property
    def kinds(self) -> frozenset[str]:
        """The kinds of the posts held today."""
        return frozenset(held.post.kind for held in posts_held(self.person_id, self.day))

    @property
    def is_staff(self) -> bool:
        """True for officials and administrators."""
        return bool(self.kinds & STAFF)

    @property
    def is_official(self) -> bool:
        """True for who does business inside: officials, never administrators or firms."""
        return bool(self.kinds & OFFICIALS)

    @cached_property
    def credit_codes(self) -> frozenset[str]:
        """The credit codes of the firms for which the person stands today."""
        held = posts_held(self.person_id, self.day)
        codes = {each.post.unit.enterprise_no for each in held if each.post.kind == "external"}
        return frozenset(codes - {""})
