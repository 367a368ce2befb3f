"""What may be done to a process, as the trail records it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, TypeAlias

from lianjing.kernel.process.expression import Value


class _Recorded:
    __slots__ = ()

    def to_dict(self) -> dict[str, Any]:
        """The action as plain data for the trail; `action_from_dict` reads it back."""
        return {
            "act": type(self).__name__.lower(),
            **{part.name: getattr(self, part.name) for part in fields(self)},  # type: ignore[arg-type]
        }


@dataclass(frozen=True, slots=True)
class Start(_Recorded):
    variables: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Complete(_Recorded):
    """An item is done: that of a step, or that of an added signer (`element` "<element>+<signer>")."""

    node: str
    element: str
    variables: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Return(_Recorded):
    """Send the step back to `target`; all that lies after the target is undone."""

    node: str
    element: str
    target: str


@dataclass(frozen=True, slots=True)
class Withdraw(_Recorded):
    """End the process at once; whether this may still happen is for the caller to know."""


@dataclass(frozen=True, slots=True)
class Terminate(_Recorded):
    """Break the process off at once, with the reason for the trail; outcome "terminated"."""

    reason: str


@dataclass(frozen=True, slots=True)
class Fire(_Recorded):
    """The time of a boundary or catch timer has come; `element` as its SetTimer said."""

    timer: str
    element: str


@dataclass(frozen=True, slots=True)
class Returned(_Recorded):
    """The process called at `node` has ended.

    Its variables are merged. `outcome` goes into the variable "<node>_outcome": of a call for each element as a
    sorted list.
    """

    node: str
    element: str
    round: int
    outcome: str
    variables: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class AddSigner(_Recorded):
    """Let another sign: before the item's holder decides (it is set aside until then), or after he has."""

    node: str
    element: str
    round: int
    signer: str
    is_before: bool


@dataclass(frozen=True, slots=True)
class TakeBack(_Recorded):
    """Undo the completion of an item, where nothing that it led to has been touched since."""

    node: str
    element: str
    round: int


Action: TypeAlias = Start | Complete | Return | Withdraw | Terminate | Fire | Returned | AddSigner | TakeBack
_ACTIONS: Mapping[str, type[Action]] = {
    "start": Start,
    "complete": Complete,
    "return": Return,
    "withdraw": Withdraw,
    "terminate": Terminate,
    "fire": Fire,
    "returned": Returned,
    "addsigner": AddSigner,
    "takeback": TakeBack,
}


def action_from_dict(data: Mapping[str, Any]) -> Action:
    """Read back what `to_dict` wrote; KeyError or TypeError for anything else."""
    rest = {key: value for key, value in data.items() if key != "act"}
    return _ACTIONS[data["act"]](**rest)
