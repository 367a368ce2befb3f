"""The interpreter: one pure function from (state, action) to (new state, effects). No time enters it.

Tokens rest on user tasks only, one for each element of a multi-instance step. Everything else runs through at once.
Parallel joins count the arrivals on each incoming flow and fire when every flow has one. The state is small and
canonical (tokens sorted), so that two departments that finish at once leave the same state in either order.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from lianjing.kernel.process import memory, signing
from lianjing.kernel.process.action import (
    Action,
    AddSigner,
    Complete,
    Fire,
    Return,
    Returned,
    Start,
    TakeBack,
    Terminate,
    Withdraw,
    action_from_dict,
)
from lianjing.kernel.process.effect import (
    Call,
    CancelCall,
    CancelTimer,
    CloseItem,
    Decided,
    Effect,
    Ended,
    OpenItem,
    SetTimer,
)
from lianjing.kernel.process.graph import BoundaryTimer, CatchTimer, Graph
from lianjing.kernel.process.memory import Finished
from lianjing.kernel.process.not_allowed import (
    AlreadyStarted,
    BadVariable,
    EmptyCollection,
    EndlessLoop,
    NoPath,
    NotOpen,
    ProcessError,
    ReturnNotAllowed,
    SignerNotAllowed,
    Stuck,
    TakeBackNotAllowed,
)
from lianjing.kernel.process.run import Decide, Run
from lianjing.kernel.process.state import INITIAL, Signer, State, Token

__all__ = [
    "INITIAL",
    "Action",
    "AddSigner",
    "AlreadyStarted",
    "BadVariable",
    "Call",
    "CancelCall",
    "CancelTimer",
    "CloseItem",
    "Complete",
    "Decide",
    "Decided",
    "Effect",
    "EmptyCollection",
    "Ended",
    "EndlessLoop",
    "Fire",
    "NoPath",
    "NotOpen",
    "OpenItem",
    "ProcessError",
    "Return",
    "ReturnNotAllowed",
    "Returned",
    "SetTimer",
    "Signer",
    "SignerNotAllowed",
    "Start",
    "State",
    "Stuck",
    "TakeBack",
    "TakeBackNotAllowed",
    "Terminate",
    "Token",
    "Withdraw",
    "action_from_dict",
    "interpret",
]

WITHDRAWN = "withdrawn"
TERMINATED = "terminated"


def interpret(  # noqa: C901  (one line for each kind of action)
    graph: Graph, state: State, action: Action, decide: Decide
) -> tuple[State, tuple[Effect, ...]]:
    """Perform one action; the same arguments always give the same answer.

    Raises a ProcessError, or what `decide` or a condition raises; then nothing has happened.
    """
    run = Run(graph, state, decide)
    match action:
        case Complete():
            _complete(run, action)
        case Start():
            _begin(run, state, action)
        case Return():
            _send_back(run, action)
        case Fire():
            _fire(run, action)
        case Returned():
            _come_back(run, action)
        case AddSigner():
            signing.add(run, action)
        case TakeBack():
            _take_back(run, action)
        case Withdraw():
            _break_off(run, WITHDRAWN)
        case Terminate():
            _break_off(run, TERMINATED)
        case _:
            assert_never(action)
    return run.result()


def _begin(run: Run, state: State, action: Start) -> None:
    if state != INITIAL:
        raise AlreadyStarted
    run.merge(action.variables)
    run.follow(run.graph.outgoing(run.graph.start))


def _complete(run: Run, action: Complete) -> None:
    token = run.close(action.node, action.element, "done")
    run.merge(action.variables)
    if run.finished:
        run.finished = memory.without(run.finished, token.node)
    elements: Sequence[str] = (token.element,)
    if run.signers:
        if signing.is_signer(run, token):
            elements = ()  # a signature is not taken back
        if signing.signed(run, token):
            return
    _note(run, token, elements)
    if not _has_siblings(run.tokens, token):
        run.leave(token.node, token.round)


def _note(run: Run, token: Token, elements: Sequence[str]) -> None:
    """Put the item to those of its activation that may be taken back together."""
    if "\n" in token.element:
        return  # no name that the memory could hold
    for text in run.finished:
        if text.startswith(f"{token.node}\n{token.round}\n"):
            run.finished.remove(text)
            elements = (*Finished.read(text).elements, *elements)
            break
    run.mine = (token.node, token.round, elements)


def _has_siblings(tokens: Sequence[Token], token: Token) -> bool:
    """True while other items or calls of the same activation, or signers of it, are open."""
    for other in tokens:  # noqa: SIM110  (on every step, and three times as fast as any())
        if other.node == token.node and other.round == token.round:
            return True
    return False


def _send_back(run: Run, action: Return) -> None:
    """Undo what lies after the target, siblings of a joint review too, and open the target once more."""
    graph = run.graph
    token = run.close(action.node, action.element, "returned")
    if action.target not in graph.task(token.node).returns:
        raise ReturnNotAllowed(token.node, action.target)
    undone = graph.reach.after(action.target) | {token.node}
    run.terminate(lambda other: other.node in undone)
    run.cancel_calls(lambda other: other.node in undone)
    run.cancel_timers(token.node, token.round)
    for timer in [timer for timer in run.timers if timer.node in undone]:
        run.cancel(timer)
    run.arrived = {key: count for key, count in run.arrived.items() if graph.flows[key].source not in undone}
    run.finished = memory.undone(run.finished, graph, undone)
    run.open(graph.task(action.target))


def _fire(run: Run, action: Fire) -> None:
    token = next((each for each in run.timers if each[:2] == (action.timer, action.element)), None)
    if token is None:
        raise NotOpen(action.timer, action.element)
    run.timers.remove(token)  # sorted: the earliest round
    timer = run.graph.nodes[token.node]
    if isinstance(timer, BoundaryTimer):
        _fire_at_edge(run, timer, token)
    run.finished = memory.without(run.finished, token.node)
    run.follow(run.graph.outgoing(token.node))


def _fire_at_edge(run: Run, timer: BoundaryTimer, token: Token) -> None:
    run.finished = memory.without(run.finished, timer.attached_to)
    if not timer.is_interrupting:
        return
    step = (timer.attached_to, token.round)
    run.terminate(lambda other: (other.node, other.round) == step)
    run.cancel_calls(lambda other: (other.node, other.round) == step)
    run.cancel_timers(*step)
    begin = f"{timer.attached_to}\n{token.round}\n"
    run.finished = [text for text in run.finished if not text.startswith(begin)]


def _come_back(run: Run, action: Returned) -> None:
    token = Token(action.node, action.element, action.round)
    if token not in run.calls:
        raise NotOpen(action.node, action.element)
    run.calls.remove(token)
    run.merge(action.variables)
    name, outcome = f"{token.node}_outcome", action.outcome
    if run.graph.call(token.node).multi is None:
        run.variables[name] = outcome
    else:
        before = run.variables[name]
        run.variables[name] = sorted([*(before if isinstance(before, list) else ()), outcome])
    if not _has_siblings(run.calls, token):
        run.leave(token.node, token.round)


def _break_off(run: Run, outcome: str) -> None:
    if run.is_ended or not run.rounds:
        raise NotOpen
    run.break_off(outcome, closing=outcome)


def _take_back(run: Run, action: TakeBack) -> None:
    """Close what the completion led to, restore what it used up, and open the item again with its round."""
    if run.is_ended:
        raise NotOpen(action.node, action.element)
    token = Token(action.node, action.element, action.round)
    text = memory.of_item(run.finished, *token)
    if not text:
        raise TakeBackNotAllowed(action.node)
    run.finished.remove(text)
    found = Finished.read(text)
    others = tuple(element for element in found.elements if element != token.element)
    if others:
        run.finished.append(memory.written(token.node, token.round, others, (), ()))
    for place in found.led:
        _close_again(run, place)
    run.tokens.append(token)
    run.effects.append(OpenItem(*token))
    for place in found.back:
        run.timers.append(Token(place, "", token.round))
        run.effects.append(SetTimer(place, token.node, "", run.graph.timer(place).duration))


def _close_again(run: Run, place: str) -> None:
    if place in run.graph.flows:
        run.unarrive(place)
        return
    number = run.rounds[place]
    if isinstance(run.graph.nodes[place], CatchTimer):
        run.cancel(Token(place, "", number))
    run.terminate(lambda other: (other.node, other.round) == (place, number), outcome="taken_back")
    run.cancel_timers(place, number)
