"""Checks of the outside identity services, where any is configured."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from lianjing.runtime.access import ldap, oidc
from lianjing.runtime.health.fault import Fault, Level


def services(_now: datetime) -> Iterator[Fault]:
    """What their own modules find wrong with their settings."""
    for found in (*ldap.faults(), *oidc.faults()):
        yield Fault(Level.FAULT, found.what, found.remedy)
