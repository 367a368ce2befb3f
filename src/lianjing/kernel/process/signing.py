"""Signers added to an item (加签): before its holder decides, or after he has."""

from __future__ import annotations

from lianjing.kernel.process import memory
from lianjing.kernel.process.action import AddSigner
from lianjing.kernel.process.effect import CloseItem, OpenItem
from lianjing.kernel.process.not_allowed import NotOpen, SignerNotAllowed
from lianjing.kernel.process.run import Run
from lianjing.kernel.process.state import Signer, Token


def add(run: Run, action: AddSigner) -> None:
    """Add a signer to an open item, or to one that is set aside for other signers before."""
    item = Token(action.node, action.element, action.round)
    signer = Signer(*item, action.signer, is_before=action.is_before, is_open=action.is_before)
    is_aside = any(_item(each) == item and each.is_before for each in run.signers)
    if item not in run.tokens and not is_aside:
        raise NotOpen(action.node, action.element)
    taken = {each.token for each in run.signers}
    if not action.signer or item in taken or signer.token in (*taken, *run.tokens):
        raise SignerNotAllowed(action.node, action.signer)
    run.finished = memory.without(run.finished, action.node)
    run.signers.append(signer)
    if not action.is_before:
        return
    if not is_aside:
        run.tokens.remove(item)
        run.effects.append(CloseItem(*item, "added_signer"))
    _open(run, signer)


def signed(run: Run, token: Token) -> bool:
    """Carry on after an item was done where signers stand; True where its activation stays open because of them.

    A signer's own item: with the last one before, the item of the step comes back. The item of a step: those who sign
    after it get theirs.
    """
    for each in run.signers:
        if each.token == token:
            run.signers.remove(each)
            if each.is_before:
                _bring_back(run, _item(each))
            return each.is_before
    after = [each for each in run.signers if _item(each) == token]
    for each in after:
        run.signers.remove(each)
        run.signers.append(each._replace(is_open=True))
        _open(run, each)
    return bool(after)


def is_signer(run: Run, token: Token) -> bool:
    """True where the token is that of an added signer."""
    return any(each.token == token for each in run.signers)


def _bring_back(run: Run, item: Token) -> None:
    if not any(_item(each) == item and each.is_before for each in run.signers):
        run.tokens.append(item)
        run.effects.append(OpenItem(*item))


def _item(signer: Signer) -> Token:
    return Token(signer.node, signer.element, signer.round)


def _open(run: Run, signer: Signer) -> None:
    run.tokens.append(signer.token)
    run.effects.append(OpenItem(*signer.token, signer.signer))
