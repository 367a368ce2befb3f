"""A process carried over to another version of its diagram: where it stands, under the new names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lianjing.kernel.process.interpret import State, Token

MIGRATE = "migrate"


@dataclass(frozen=True, slots=True)
class Moved:
    """From which version to which, and the new name of each node and flow that the state names."""

    old: int
    new: int
    names: Mapping[str, str]

    def apply(self, state: State) -> State:
        """Return the state under the new names; what may be taken back is forgotten, rounds of what is gone too."""
        return state._replace(
            tokens=tuple(sorted(self._token(each) for each in state.tokens)),
            timers=tuple(sorted(self._token(each) for each in state.timers)),
            calls=tuple(sorted(self._token(each) for each in state.calls)),
            signers=tuple(sorted(each._replace(node=self.names[each.node]) for each in state.signers)),
            arrived={self.names[flow]: count for flow, count in state.arrived.items()},
            rounds={self.names[node]: count for node, count in state.rounds.items() if node in self.names},
            finished=(),
        )

    def _token(self, token: Token) -> Token:
        return token._replace(node=self.names[token.node])

    def to_dict(self) -> dict[str, Any]:
        """The move as the trail keeps it, among the actions of the process."""
        return {"act": MIGRATE, "old": self.old, "new": self.new, "names": dict(self.names)}


def moved_from_dict(data: Mapping[str, Any]) -> Moved:
    """Read back what `to_dict` wrote; KeyError or TypeError for anything else."""
    return Moved(
        int(data["old"]), int(data["new"]), {str(old): str(new) for old, new in data["names"].items()}
    )
