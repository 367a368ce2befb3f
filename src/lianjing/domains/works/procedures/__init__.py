"""The procedures of works by area; each module gives PROCEDURES."""

from lianjing.domains.works.procedures import (
    completion,
    contracting,
    initiation,
    money,
    relocation,
    site,
    takeover,
    tendering,
)

PROCEDURES = (
    *initiation.PROCEDURES,
    *tendering.PROCEDURES,
    *contracting.PROCEDURES,
    *site.PROCEDURES,
    *relocation.PROCEDURES,
    *money.PROCEDURES,
    *completion.PROCEDURES,
    *takeover.PROCEDURES,
)
