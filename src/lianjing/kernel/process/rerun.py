"""Runs what people once did through another version of a process, and says what would not have gone the same way.

Pure: recorded actions and a decider go in; nothing of the runtime is touched. Where the other version asks for a step
that nobody did, the step is taken as done, with nothing filled in; where it does not ask for one that somebody did,
that one falls away. Steps that only changed places are taken in the new order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from lianjing.kernel.process.fault import ExplainedError
from lianjing.kernel.process.graph import Graph
from lianjing.kernel.process.interpret import (
    INITIAL,
    Action,
    Complete,
    Decide,
    Decided,
    EndlessLoop,
    Fire,
    ProcessError,
    Return,
    Returned,
    ReturnNotAllowed,
    State,
    Token,
    interpret,
)
from lianjing.kernel.process.node import CatchTimer

MOST_ASSUMED = 60  # steps taken as done in one run; a draft that asks for more goes in a circle

Place = tuple[str, str]
"""A step and the element for which it was opened ("" unless it is for several)."""


@dataclass(frozen=True, slots=True)
class Rerun:
    """What came of the recorded actions.

    `done` are the items closed by what people did, in order; `assumed` those that nobody did and the version asks
    for; `fallen` the recorded completions that it has no place for; `barred` returns that it does not allow, as
    (step, target). `stopped` says at which element and why it could not be followed further, ("", "") if to its end.
    """

    state: State
    done: tuple[Place, ...]
    assumed: tuple[Place, ...]
    fallen: tuple[Place, ...]
    barred: tuple[Place, ...]
    decided: tuple[tuple[str, Mapping[str, object]], ...]
    stopped: tuple[str, str]


def rerun(
    graph: Graph, actions: Sequence[Action], decide: Decide, *, still_open: frozenset[Place] | None
) -> Rerun:
    """Follow the actions through `graph`.

    `still_open` are the items that are open today and that nobody may take as done; None where the process has ended,
    so that the version is followed to its end. No error comes out: what the version cannot do, for want of a variable or a way, is told in `stopped`.
    """
    run = _Rerun(graph, decide, actions, still_open or frozenset())
    try:
        for action in actions:
            run.take(action)
            if run.state.is_ended or run.is_off:
                break
        if still_open is None and not run.is_off:
            run.to_the_end()
    except (ProcessError, ExplainedError, ValueError, ArithmeticError) as error:
        run.stop(error)
    return run.result()


@dataclass
class _Rerun:
    graph: Graph
    decide: Decide
    coming: Sequence[Action]
    still_open: frozenset[Place]
    state: State = INITIAL
    is_off: bool = False
    waiting: list[Complete | Return | Returned] = field(default_factory=list)
    done: list[Place] = field(default_factory=list)
    assumed: list[Place] = field(default_factory=list)
    barred: list[Place] = field(default_factory=list)
    decided: list[tuple[str, Mapping[str, object]]] = field(default_factory=list)
    stopped: tuple[str, str] = ("", "")
    _ahead: dict[Place, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for action in self.coming:
            if isinstance(action, Complete | Return | Returned):
                place = (action.node, action.element)
                self._ahead[place] = self._ahead.get(place, 0) + 1

    def take(self, action: Action) -> None:
        """Do a recorded action; put it by where its step is not open, for the order may be another one."""
        if not isinstance(action, Complete | Return | Returned):
            self._try(action)
            return
        self._ahead[action.node, action.element] -= 1
        if not self._is_open(action):
            self._assume_until(lambda: self._is_open(action))
        if self._is_open(action):
            self._perform(action)
            self._retry()
        else:
            self.waiting.append(action)

    def to_the_end(self) -> None:
        """Take as done whatever is still open once all that was recorded has been tried."""
        self._ahead.clear()
        self._retry()
        self._assume_until(lambda: self.state.is_ended)

    def _perform(self, action: Complete | Return | Returned) -> None:
        if isinstance(action, Return) and action.target not in self.graph.task(action.node).returns:
            self.barred.append((action.node, action.target))
            self.is_off = True
            return
        try:
            self._do(action)
        except ReturnNotAllowed:
            self.barred.append((action.node, action.target if isinstance(action, Return) else ""))
            self.is_off = True
        else:
            self.done.append((action.node, action.element))

    def _retry(self) -> None:
        """Do what was put by and has become open; an item left behind by a return is not done again."""
        moved = True
        while moved and not self.is_off:
            moved = False
            for action in list(self.waiting):
                if isinstance(action, Complete) and self._is_open(action) and not self._comes(action):
                    self.waiting.remove(action)
                    self._perform(action)
                    moved = True

    def _comes(self, action: Complete) -> bool:
        return self._ahead.get((action.node, action.element), 0) > 0

    def _try(self, action: Action) -> None:
        """Do what goes without saying where it still can be done: a start, a withdrawal, a signer, a timer."""
        try:
            self._do(action)
        except ProcessError:
            if not isinstance(action, Fire) and self.state == INITIAL:
                raise

    def _do(self, action: Action) -> None:
        self.state, effects = interpret(self.graph, self.state, action, self.decide)
        for effect in effects:
            if isinstance(effect, Decided):
                self.decided.append((effect.decision, dict(effect.outputs)))

    def _is_open(self, action: Complete | Return | Returned) -> bool:
        tokens = self.state.calls if isinstance(action, Returned) else self.state.tokens
        return any(token.node == action.node and token.element == action.element for token in tokens)

    def _assume_until(self, is_reached: Callable[[], bool]) -> None:
        """Take the open items that nobody ever did as done, in turn, until what was recorded can go on."""
        while not is_reached() and not self.state.is_ended:
            found = self._unrecorded()
            if found is None:
                return
            if len(self.assumed) >= MOST_ASSUMED:
                raise EndlessLoop(found[0].node)
            token, action = found
            self._do(action)
            if not isinstance(action, Fire):
                self.assumed.append((token.node, token.element))
            self._retry()

    def _unrecorded(self) -> tuple[Token, Action] | None:
        for token in self.state.tokens:
            place = (token.node, token.element)
            if place not in self.still_open and self._ahead.get(place, 0) <= 0:
                return token, Complete(token.node, token.element, {})
        for token in self.state.calls:
            if self._ahead.get((token.node, token.element), 0) <= 0:
                return token, Returned(token.node, token.element, token.round, "", {})
        for token in self.state.timers:
            if isinstance(self.graph.nodes.get(token.node), CatchTimer):
                return token, Fire(token.node, token.element)
        return None

    def stop(self, error: Exception) -> None:
        node = getattr(error, "node", "") or getattr(error, "name", "") or getattr(error, "decision", "")
        self.stopped = (str(node), str(getattr(error, "message", error)))

    def result(self) -> Rerun:
        fallen = tuple((each.node, each.element) for each in self.waiting if isinstance(each, Complete))
        is_whole = not self.is_off and not self.stopped[1]  # else what follows might still have had its place
        return Rerun(
            self.state,
            tuple(self.done),
            tuple(self.assumed),
            fallen if is_whole else (),
            tuple(self.barred),
            tuple(self.decided),
            self.stopped,
        )
