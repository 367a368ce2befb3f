"""The installed domains: read from the settings once the apps are loaded, looked up everywhere below."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string

from lianjing.kernel.declaration import Domain, Procedure, Step


@cache
def domains() -> tuple[Domain, ...]:
    """Return the declarations named in LIANJING_DOMAINS, in order."""
    generic: Step = import_string(settings.LIANJING_GENERIC_STEP)
    declared: list[Domain] = [import_string(place) for place in settings.LIANJING_DOMAINS]
    return tuple(
        replace(each, procedures=tuple(replace(row, generic=generic) for row in each.procedures))
        for each in declared
    )


def domain(key: str) -> Domain:
    """Return one domain; KeyError for one that is not installed."""
    for each in domains():
        if each.key == key:
            return each
    raise KeyError(key)


def procedure(key: str) -> tuple[Domain, Procedure]:
    """Return the procedure of a process key and its domain; KeyError for an unknown one."""
    for each in domains():
        for candidate in each.procedures:
            if candidate.key == key:
                return each, candidate
    raise KeyError(key)
