"""All that the interpreter remembers of one process: small, canonical, kept as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import compress
from typing import Any, NamedTuple

from lianjing.kernel.process.expression import Value
from lianjing.kernel.process.memory import of_item


class Token(NamedTuple):
    """Where the process waits: a step (`element` "" unless multi-instance), a called process, a timer that is set.

    `round` counts the activations of the node, 1 first. An added signer has a token at the step that he signs, with
    the element "<element>+<signer>".
    """

    node: str
    element: str
    round: int


class Signer(NamedTuple):
    """A signer added to one item. `is_before`: the item is set aside until he has signed; else he follows it.

    `is_open`: his own item is open now.
    """

    node: str
    element: str
    round: int
    signer: str
    is_before: bool
    is_open: bool

    @property
    def token(self) -> Token:
        """The token of the signer's own item."""
        return Token(self.node, f"{self.element}+{self.signer}", self.round)


class State(NamedTuple):
    """All that the interpreter remembers. `arrived` counts waiting tokens by incoming flow of a join.

    `tokens` are open items, `timers` boundary and catch timers that are set, `calls` called processes that run.
    `finished` is what may still be taken back, in the texts of `memory`.
    """

    tokens: tuple[Token, ...]
    variables: Mapping[str, Value]
    arrived: Mapping[str, int]
    rounds: Mapping[str, int]
    is_ended: bool
    outcome: str
    timers: tuple[Token, ...] = ()
    calls: tuple[Token, ...] = ()
    signers: tuple[Signer, ...] = ()
    finished: tuple[str, ...] = ()

    def to_json(self) -> str:
        """Compact JSON with sorted keys, empty parts left out; equal states give equal text."""
        return _encode(dict(compress(zip(_PARTS, self, strict=True), self)))

    @classmethod
    def from_json(cls, text: str) -> State:
        """Read what `to_json` wrote, now or in an earlier edition, where parts that are new are absent."""
        parts = _decode(text)[0]
        get = parts.get
        return cls._make(
            (
                _tokens(get("tokens")),
                get("variables") or {},
                get("arrived") or {},
                get("rounds") or {},
                get("ended", False),
                get("outcome", ""),
                _tokens(get("timers")),
                _tokens(parts["calls"]) if "calls" in parts else (),
                tuple(map(Signer._make, parts["signers"])) if "signers" in parts else (),
                tuple(parts["finished"]) if "finished" in parts else (),
            )
        )

    def may_take_back(self, node: str, element: str, number: int) -> bool:
        """True where `TakeBack` of this completed item would be carried out."""
        return bool(of_item(self.finished, node, element, number))

    def stands_as(self, other: State) -> bool:
        """True where both wait at the same places with the same values.

        What may be taken back is left out: a state kept by an edition that did not remember it is still the state
        that its recorded actions give.
        """
        return self._replace(finished=()) == other._replace(finished=())


_PARTS = (  # in JSON, in the order of the fields
    "tokens",
    "variables",
    "arrived",
    "rounds",
    "ended",
    "outcome",
    "timers",
    "calls",
    "signers",
    "finished",
)

_new = tuple.__new__  # half the time of Token(*token)


def _tokens(found: list[list[Any]] | None) -> tuple[Token, ...]:
    return tuple([_new(Token, token) for token in found]) if found else ()


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode
_decode = json.JSONDecoder().raw_decode
INITIAL = State((), {}, {}, {}, is_ended=False, outcome="")
