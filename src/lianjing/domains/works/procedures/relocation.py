"""Relocation: one household one file."""

from __future__ import annotations

from lianjing.kernel.declaration import Procedure

PROCEDURES: tuple[Procedure, ...] = ()
