"""Somebody is faster: what another person does between the reading of a row and the lock of its chain."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from lianjing.runtime.trail import act


def meanwhile(monkeypatch: pytest.MonkeyPatch, other: Callable[[], Any]) -> None:
    """Let `other` happen just before the next act gets its chain, as if its transaction had committed first."""
    lock, is_done = act.lock_chain, False

    def late(chain: str) -> None:
        nonlocal is_done
        if not is_done:
            is_done = True
            other()
        lock(chain)

    monkeypatch.setattr(act, "lock_chain", late)
