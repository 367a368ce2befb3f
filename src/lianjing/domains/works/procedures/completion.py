"""Completion: acceptance, settlement, warranty, hand-over."""

from __future__ import annotations

from lianjing.kernel.declaration import Procedure

PROCEDURES: tuple[Procedure, ...] = ()
