"""What an approval writes: new versions and wordings from their day on, the old ones closed the day before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from django.db.models import Q
from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput
from lianjing.runtime.domains import procedure
from lianjing.runtime.regulation.models import Clause, Definition, Regulation
from lianjing.runtime.regulation.queries import latest_clause, latest_definition
from lianjing.runtime.regulation.services import derive_steps, publish_version
from lianjing.runtime.revision.models import Revision, RevisionPart
from lianjing.runtime.revision.texts import DEFINITIONS
from lianjing.runtime.trail.act import Act

DAY = timedelta(days=1)


def require_free_day(rows: Sequence[RevisionPart], from_on: date) -> None:
    """BadInput where a text that was decided earlier begins on that day or later."""
    for row in rows:
        last: Definition | Clause | None = None
        if row.kind in DEFINITIONS:
            last = latest_definition(row.key)
        elif row.kind == "clause":
            last = latest_clause(row.key)
        if last is not None and last.from_on is not None and last.from_on >= from_on:
            raise BadInput(
                _("“%(key)s”的上一版本自%(day)s起施行，新版本须晚于该日")
                % {"key": row.key, "day": last.from_on.isoformat()},
                "from_on",
            )


def bring_into_force(act: Act, revision: Revision, rows: Sequence[RevisionPart], from_on: date) -> None:
    """Publish all parts of an approved revision as of one day; part of an act.

    Headings and repeals are put into the regulation's row by `settling` when their day has come.
    """
    for row in rows:
        if row.kind in DEFINITIONS:
            _publish(act, revision, row, from_on)
        elif row.kind == "clause":
            _reword(act, revision.regulation, row, from_on)
        elif row.kind == "repeal":
            _close(act, revision.regulation, from_on - DAY)


def _publish(act: Act, revision: Revision, row: RevisionPart, from_on: date) -> None:
    definition = publish_version(
        act,
        kind=row.kind,
        key=row.key,
        xml=row.text,
        regulation=revision.regulation,
        bundle_key=row.base_definition.bundle_key if row.base_definition else revision.bundle_key,
        from_on=from_on,
        approved_by_person_id=act.actor.person_id,
    )
    if row.kind == "process":
        derive_steps(act, definition, {step.id: step for step in procedure(row.key)[1].steps})


def _reword(act: Act, regulation: Regulation, row: RevisionPart, from_on: date) -> None:
    """An empty text takes the clause out; otherwise a new wording follows the old one."""
    article = row.key.partition("#")[2]
    for former in Clause.objects.filter(Q(to_on__isnull=True) | Q(to_on__gte=from_on), regulation=regulation):
        if former.article_no == article:
            former.to_on = from_on - DAY
            act.save(former)
    if row.text.strip():
        act.save(
            Clause(
                regulation=regulation,
                article_no=article,
                text=row.text.strip(),
                mark="stated",
                from_on=from_on,
            )
        )


def _close(act: Act, regulation: Regulation, last_on: date) -> None:
    """End a regulation with everything that it holds; processes that run still find their version by its id."""
    open_ended = Q(to_on__isnull=True) | Q(to_on__gt=last_on)
    for clause in Clause.objects.filter(open_ended, regulation=regulation).order_by("id"):
        clause.to_on = last_on
        act.save(clause)
    for definition in Definition.objects.filter(open_ended, regulation=regulation).order_by("id"):
        definition.to_on = last_on
        act.save(definition)
    regulation.to_on = last_on
    act.save(regulation)
