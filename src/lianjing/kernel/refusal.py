"""What the system answers when an act may not happen: one sentence, with the rule and the clause it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Ground(StrEnum):
    """Why an act is refused. Every ground but FORM and STALE is itself written to the trail."""

    POST = "post"  # does not hold the post today
    CONFLICT = "conflict"  # a conflicting duty in this matter
    DELEGATE = "delegate"  # the delegation does not reach this matter
    POWER = "power"  # no power item in force for this act
    GATE = "gate"  # a condition of a stage or of opening is not met
    RED_LINE = "red_line"  # a hard red line, which nobody can override
    DOCUMENTS = "documents"  # a mandatory paper is missing
    RULE = "rule"  # another rule of the regulation
    SCOPE = "scope"  # outside the person's data scope
    FORM = "form"  # invalid input: not recorded
    STALE = "stale"  # the item is closed or was changed meanwhile: not recorded

    @property
    def is_recorded(self) -> bool:
        """True where the attempt is an event of its own (nouns.md, events and replay)."""
        return self not in (Ground.FORM, Ground.STALE)


@dataclass
class Refusal(Exception):
    """An act refused by a rule.

    `rule` is a stable key ("red_line.over_contract"), `message` one sentence for the person in his language,
    `clause` the reference "regulation#article" whose text in force that day explains it ("" where none).
    """

    ground: Ground
    rule: str
    message: str
    clause: str = ""

    def __str__(self) -> str:
        return self.message


@dataclass
class BadInput(Exception):
    """Input that cannot be taken as it is; `field` names the place ("" for the whole form)."""

    message: str
    field: str = ""

    def __str__(self) -> str:
        return self.message
