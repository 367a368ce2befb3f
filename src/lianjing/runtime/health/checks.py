"""The checks in their order, and the run of them all; other layers name their own in LIANJING_CHECKS."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.conf import settings
from django.db import DatabaseError
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from lianjing.runtime.health import database, identity, machine, stored, work
from lianjing.runtime.health.fault import Check, Fault, Level

CHECKS = (
    Check("disk", machine.disk, is_readiness=True),
    Check("keys", machine.keys),
    Check("database", database.reachable, is_readiness=True),
    Check("migrations", database.migrations, is_readiness=True, needs_database=True),
    Check("triggers", database.triggers, needs_database=True),
    Check("role", database.role, needs_database=True),
    Check("clock", machine.clock, needs_database=True),
    Check("time_service", machine.time_service),
    Check("worker", work.worker, needs_server=True, is_readiness=True, needs_database=True),
    Check("jobs", work.jobs, needs_server=True, needs_database=True),
    Check("errands", work.errands, needs_server=True, needs_database=True),
    Check("queue", work.queue, needs_server=True, needs_database=True),
    Check("restored", work.restored, needs_database=True),
    Check("publication", work.publication, needs_server=True, needs_database=True),
    Check("cosignature", work.cosignature, needs_server=True, needs_database=True),
    Check("documents", stored.documents, needs_database=True),
    Check("backup", stored.backup),
    Check("certificate", machine.certificate),
    Check("exposure", machine.exposure),
    Check("identity", identity.services),
    Check("programs", machine.programs),
)
Finding = tuple[Check, Fault]


def checks() -> tuple[Check, ...]:
    """Return every check of the installation."""
    return tuple(check for place in settings.LIANJING_CHECKS for check in import_string(place))


def examine(now: datetime, *, before_start: bool = False, readiness: bool = False) -> Iterator[Finding]:
    """Run the checks and yield what they find; what rests on the database is left out once that is away."""
    has_database = True
    for check in checks():
        if (readiness and not check.is_readiness) or (before_start and check.needs_server):
            continue
        if check.needs_database and not has_database:
            continue
        for fault in _run(check, now):
            yield check, fault
            has_database = has_database and check.name not in ("database", "migrations")


def _run(check: Check, now: datetime) -> list[Fault]:
    try:
        return list(check.run(now))
    except DatabaseError as error:
        reason = str(error).strip().splitlines()[0]
        what = _("检查未能完成：%(reason)s") % {"reason": reason}
        return [Fault(Level.FAULT, what, _("按错误信息检查数据库"))]
