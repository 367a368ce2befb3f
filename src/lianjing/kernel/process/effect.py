"""What an action brings about, as data: the runtime carries it out in this order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, TypeAlias

from lianjing.kernel.process.decision import MatchedRule
from lianjing.kernel.process.expression import Value


class OpenItem(NamedTuple):
    """An item opens. `signer` is set for that of an added signer, whose `element` is "<element>+<signer>".

    An item that comes back after a signature, or that was taken back, opens with the round that it had.
    """

    node: str
    element: str
    round: int
    signer: str = ""


class CloseItem(NamedTuple):
    """`outcome` is done, returned, withdrawn, terminated, added_signer (set aside until he signs) or taken_back."""

    node: str
    element: str
    round: int
    outcome: str


class SetTimer(NamedTuple):
    """`duration` is the text of the diagram. A multi-instance step has one timer for all (`element` "").

    `node` is the step that a boundary timer sits on, and the event itself for a catch timer.
    """

    timer_id: str
    node: str
    element: str
    duration: str


class CancelTimer(NamedTuple):
    timer_id: str
    node: str
    element: str


class Call(NamedTuple):
    """Begin the process with the key `called`; when it ends, `Returned` with these three names comes back."""

    node: str
    element: str
    called: str
    round: int


class CancelCall(NamedTuple):
    """Break off what `Call` began; `outcome` is withdrawn or terminated. No `Returned` may follow."""

    node: str
    element: str
    called: str
    round: int
    outcome: str


class Decided(NamedTuple):
    node: str
    decision: str
    inputs: Mapping[str, Value]
    outputs: Mapping[str, Value]
    matched_rules: tuple[MatchedRule, ...]


class Ended(NamedTuple):
    """`outcome` is the id of the end event, "withdrawn" or "terminated"."""

    outcome: str


Effect: TypeAlias = OpenItem | CloseItem | SetTimer | CancelTimer | Call | CancelCall | Decided | Ended
