"""Several collusion signals on one tender are one dossier, red (handling rule 2 of the register of models)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput
from lianjing.runtime import codes
from lianjing.runtime.finding.acting import supervisor
from lianjing.runtime.finding.assigning import group_of
from lianjing.runtime.finding.models import Case, Finding
from lianjing.runtime.finding.numbering import CASE, next_no
from lianjing.runtime.finding.recusal import refuse_own
from lianjing.runtime.finding.visibility import open_for
from lianjing.runtime.parameter.queries import figure
from lianjing.runtime.trail.act import SYSTEM, Act, legal_day, recorded

# The indicators of concerted bids: M-T14 to M-T20 and M-T24 to M-T27.
COLLUSION = frozenset(f"M-T{number}" for number in (*range(14, 21), *range(24, 28)))
SIGNALS = ("tender", "lot")


def merge_signals(finding_ids: Sequence[int], *, now: datetime) -> list[Case]:
    """Merge the new findings with the older ones of their tender where enough different indicators speak."""
    rows = Finding.objects.filter(pk__in=finding_ids, indicator__code__in=COLLUSION).order_by("pk")
    made = []
    for subject in sorted({row.subject for row in rows if row.subject.partition(":")[0] in SIGNALS}):
        case = _merge_subject(subject, now)
        if case is not None:
            made.append(case)
    return made


def _merge_subject(subject: str, now: datetime) -> Case | None:
    least = int(figure("finding.merge_min_indicators", legal_day(now)))
    rows = list(
        Finding.objects.filter(subject=subject, indicator__code__in=COLLUSION)
        .exclude(state="closed")
        .select_related("indicator")
        .order_by("pk")
    )
    if len({row.indicator.code for row in rows}) < least:
        return None
    held = next((row.case for row in rows if row.case_id is not None), None)
    loose = [row for row in rows if row.case_id is None]
    if not loose:
        return held
    with recorded("case.merge", chain=f"finding:{loose[0].pk}", actor=SYSTEM, now=now) as act:
        case = held or open_case(
            act, rows, kind="collusion", title=_("%(subject)s疑似围串标") % {"subject": rows[0].subject_title}
        )
        for row in loose:
            row.read_again()
            row.case = case
            act.save(row)
        return case


def open_case(act: Act, rows: Sequence[Finding], *, kind: str, title: str) -> Case:
    """Open a dossier for findings; part of an act. Concerted bids are red however pale each signal is."""
    row = rows[0]
    order = ("red", "orange", "yellow", "blue")
    worst = "red" if kind == "collusion" else min((each.severity for each in rows), key=order.index)
    return act.save(
        Case(
            case_no=next_no(act, CASE),
            title=title,
            kind=kind,
            subject=row.subject,
            opened_on=act.day,
            unit_id=group_of(row.matter.unit_id if row.matter else None),
            person_id=act.actor.person_id,
            severity=worst,
            state="open",
        )
    )


def merge(
    *, finding_ids: Sequence[int], title: str, kind: str, person_id: int, now: datetime, key: str = ""
) -> Case:
    """Merge findings into one dossier by hand, by a supervisor who sees them all and stands back from none.

    Those in another dossier stay where they are and are refused.
    """
    day = legal_day(now)
    actor = supervisor(person_id, day)
    rows = [open_for(person_id, each, day) for each in sorted(set(finding_ids))]
    if len(rows) < 2 or any(row.case_id is not None for row in rows):
        raise BadInput(_("请选择两个以上未并案的预警"), "findings")
    if not title.strip():
        raise BadInput(_("请写明案卷名称"), "title")
    if kind not in codes.codes("case_kind"):
        raise BadInput(_("请选择案卷类型"), "kind")
    with recorded("case.merge", chain=f"finding:{rows[0].pk}", actor=actor, now=now, request_key=key) as act:
        for row in rows:
            refuse_own(row, actor)
        case = open_case(act, rows, kind=kind, title=title.strip())
        for row in rows:
            row.read_again()
            row.case = case
            act.save(row)
        return case
