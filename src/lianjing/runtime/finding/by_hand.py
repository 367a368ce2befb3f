"""Findings that a supervisor opens himself, from what a page of analysis or a file shows him."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime import codes
from lianjing.runtime.finding.acting import supervisor
from lianjing.runtime.finding.assigning import assign_by_rule
from lianjing.runtime.finding.detection import Detected, Value, enter
from lianjing.runtime.finding.evidence import resolve
from lianjing.runtime.finding.indicator_versions import Indicator, register
from lianjing.runtime.finding.models import Finding
from lianjing.runtime.finding.recusal import refuse_own
from lianjing.runtime.finding.subjects import check_subject, row_of
from lianjing.runtime.trail.act import answered, legal_day, recorded, request_digest
from lianjing.runtime.trail.models import Event

CODE = "HAND"
# Findings by hand hang on one model of their own, so that they are listed, counted and measured like the others.
MODEL = Indicator(
    code=CODE,
    version=1,
    title="人工登记",
    title_en="Opened by hand",
    domain="supervision",
    severity="yellow",
    sql_sha256="",
    source="监督检查中发现",
)


def open_by_hand(
    *,
    subject: str,
    severity: str,
    explanation: str,
    person_id: int,
    now: datetime,
    evidence: Sequence[tuple[str, str]] = (),
    facts: Mapping[str, Value] | None = None,
    persons: Sequence[tuple[int, str]] = (),
    part: str = "",
    key: str = "",
) -> Finding:
    """Open a finding from what a supervisor sees; then it runs like any other.

    `subject` is "kind:id"; without evidence its own row is the evidence. `facts` are the figures that the page
    showed. The same subject, part and evidence open no second finding while the first is open: Refusal(STALE).
    """
    day = legal_day(now)
    actor = supervisor(person_id, day)
    digest = request_digest(["finding.open", str(person_id), subject, part, severity, explanation.strip()])
    if (event := answered(key, digest)) is not None:
        return Finding.objects.get(pk=Event.objects.get(id=event).object.removeprefix("finding:"))
    detected = Detected(
        code=CODE,
        version=MODEL.version,
        subject=subject,
        part=part,
        score=1.0,
        severity=_colour(severity),
        facts=dict(facts or {}),
        evidence=tuple(evidence) or _own_row(subject),
        persons=tuple(persons),
        parameters={},
        explanation=_words(explanation),
    )
    rows = resolve(detected.evidence, CODE)
    indicator = register(MODEL, now)
    with recorded(
        "finding.open",
        chain=f"indicator:{indicator.pk}",
        actor=actor,
        now=now,
        request_key=key,
        request_sha256=digest,
    ) as act:
        _require_new(indicator.pk, detected)
        row = enter(act, indicator, detected, rows, by=actor)
        refuse_own(row, actor)
        assign_by_rule(act, row)
        return row


def _colour(severity: str) -> str:
    if severity not in codes.codes("severity"):
        raise BadInput(_("请选择颜色"), "severity")
    return severity


def _words(explanation: str) -> str:
    if not explanation.strip():
        raise BadInput(_("请写明发现的情况"), "explanation")
    return explanation.strip()


def _own_row(subject: str) -> tuple[tuple[str, str], ...]:
    check_subject(subject, CODE)
    kind, _colon, key = subject.partition(":")
    row = row_of(kind, key)
    if row is None:
        raise BadInput(_("没有该对象的记录"), "subject")
    return ((row._meta.db_table, row.row_key()),)


def _require_new(indicator_id: int, detected: Detected) -> None:
    held = Finding.objects.filter(
        indicator_id=indicator_id,
        subject=detected.subject,
        part=detected.part,
        evidence_sha256=detected.evidence_sha256,
    ).first()
    if held is not None:
        raise Refusal(
            Ground.STALE,
            "finding.same",
            _("相同对象和证据的预警已经登记：%(number)s") % {"number": held.finding_no},
        )
