"""What a run of the indicators found, and its keeping: found again it is the same finding."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Literal

from django.db.models import F
from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput
from lianjing.runtime import codes
from lianjing.runtime.finding.assigning import assign_by_rule
from lianjing.runtime.finding.campaign_scope import campaign_for
from lianjing.runtime.finding.evidence import Resolved, resolve
from lianjing.runtime.finding.merging import merge_signals
from lianjing.runtime.finding.models import (
    Finding,
    FindingEvidence,
    FindingFact,
    FindingPerson,
    FindingSeen,
    Indicator,
    IndicatorRun,
)
from lianjing.runtime.finding.numbering import FINDING, next_no
from lianjing.runtime.finding.subjects import check_subject, matter_of, title_of
from lianjing.runtime.trail.act import SYSTEM, Act, Actor, recorded

Value = int | float | str
Scope = Literal["full", "subjects"]


@dataclass(frozen=True, slots=True)
class Detected:
    """One finding as an indicator gives it.

    `subject` is "kind:id" of the closed list, `evidence` are (Django table, key) pairs, `persons` (id, role) pairs.
    Facts whose name ends in `_fen` are whole fen.
    """

    code: str
    version: int
    subject: str
    part: str
    score: float
    severity: str
    facts: Mapping[str, Value]
    evidence: tuple[tuple[str, str], ...]
    persons: tuple[tuple[int, str], ...]
    parameters: Mapping[str, Value]
    explanation: str
    explanation_en: str = ""

    @property
    def evidence_sha256(self) -> str:
        """The digest of the evidence, whatever its order."""
        lines = "\n".join(f"{table}\t{key}" for table, key in sorted(set(self.evidence)))
        return hashlib.sha256(lines.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Stored:
    """How a batch was kept: ids of new findings, of those found again, and of open ones not found any more."""

    new: tuple[int, ...] = ()
    again: tuple[int, ...] = ()
    gone: tuple[int, ...] = ()
    refused: tuple[str, ...] = field(default=())


def store(
    batch: Sequence[Detected], *, run: str, scope: Scope, now: datetime, ran: Sequence[Indicator] = ()
) -> Stored:
    """Keep a batch; each new finding is one act of its own, so that a crash in between leaves whole findings.

    The same run given again adds nothing. With `full`, open findings of the indicators that ran (`ran`, beside
    those of the batch: one that finds nothing names itself nowhere else) and were not found are marked as gone
    (their state stays: a person decides). Raises BadInput naming the indicator whose evidence
    resolves to no row, before anything is written.
    """
    indicators = {(each.code, each.version): each for each in ran} | _indicators(batch)
    resolved = [_resolved(each) for each in batch]
    new: list[int] = []
    again: list[int] = []
    for each, rows in zip(batch, resolved, strict=True):
        indicator = indicators[each.code, each.version]
        held = _same(indicator, each)
        if held is not None:
            _seen_again(held, run, now)
            again.append(held.pk)
            continue
        new.append(_keep(indicator, each, rows, now=now, run=run).pk)
    gone = _mark_gone(list(indicators.values()), {*new, *again}) if scope == "full" else ()
    for indicator in indicators.values() if scope == "full" else ():
        note_run(indicator, run=run, now=now, found=sum(each.code == indicator.code for each in batch))
    merge_signals(new, now=now)
    return Stored(tuple(new), tuple(again), tuple(gone))


def note_run(indicator: Indicator, *, run: str, now: datetime, found: int) -> None:
    """Remember when an indicator last ran over everything, also when it found nothing."""
    IndicatorRun.objects.update_or_create(
        indicator=indicator, defaults={"run": run, "last_run_at": now, "found": found}
    )


def _indicators(batch: Sequence[Detected]) -> dict[tuple[str, int], Indicator]:
    found = {}
    for code, version in sorted({(each.code, each.version) for each in batch}):
        row = Indicator.objects.filter(code=code, version=version).first()
        if row is None:
            raise BadInput(
                _("监督模型%(code)s第%(version)s版未登记") % {"code": code, "version": version}, "code"
            )
        found[code, version] = row
    return found


def _resolved(each: Detected) -> tuple[Resolved, ...]:
    check_subject(each.subject, each.code)
    if each.severity not in codes.codes("severity"):
        raise BadInput(_("%(code)s：颜色不在代码表内") % {"code": each.code}, "severity")
    return resolve(each.evidence, each.code)


def _same(indicator: Indicator, each: Detected) -> Finding | None:
    return Finding.objects.filter(
        indicator=indicator,
        subject=each.subject,
        part=each.part,
        evidence_sha256=each.evidence_sha256,
    ).first()


def _seen_again(row: Finding, run: str, now: datetime) -> None:
    FindingSeen.objects.filter(finding=row).exclude(last_run=run).update(
        last_run=run, last_at=now, times=F("times") + 1, is_gone=False
    )


def _mark_gone(indicators: Sequence[Indicator], found: set[int]) -> list[int]:
    rows = Finding.objects.filter(indicator__in=indicators, origin="scan").exclude(state="closed")
    gone = [pk for pk in rows.values_list("pk", flat=True) if pk not in found]
    FindingSeen.objects.filter(finding__in=gone).update(is_gone=True)
    return gone


def _keep(
    indicator: Indicator, each: Detected, rows: Sequence[Resolved], *, now: datetime, run: str
) -> Finding:
    with recorded("finding.detect", chain=f"indicator:{indicator.pk}", actor=SYSTEM, now=now) as act:
        row = enter(act, indicator, each, rows)
        assign_by_rule(act, row)
        FindingSeen.objects.create(finding=row, first_run=run, last_run=run, last_at=now)
        return row


def enter(
    act: Act, indicator: Indicator, each: Detected, rows: Sequence[Resolved], *, by: Actor | None = None
) -> Finding:
    """Write a finding with its facts, evidence and persons inside an act; the act then chains on the finding."""
    matter = matter_of(each.subject, each.evidence)
    row = act.save(
        Finding(
            finding_no=next_no(act, FINDING),
            indicator=indicator,
            subject=each.subject,
            subject_title=title_of(each.subject),
            part=each.part,
            score=_number(each.score),
            severity=each.severity,
            detected_severity=each.severity,
            state="new",
            origin="hand" if by is not None else "scan",
            matter=matter,
            campaign=campaign_for(each.code, matter.unit_id if matter is not None else None, act.day),
            evidence_sha256=each.evidence_sha256,
            explanation=each.explanation,
            explanation_en=each.explanation_en,
            parameters=json.dumps(dict(each.parameters), ensure_ascii=False, sort_keys=True),
            opened_by_person_id=by.person_id if by is not None else None,
            detected_on=act.day,
        )
    )
    act.chain = f"finding:{row.pk}"
    act.save_many([_fact(row, key, value) for key, value in sorted(each.facts.items())])
    act.save_many([_evidence(row, found) for found in rows])
    act.save_many([_person(row, person, role, rows) for person, role in dict.fromkeys(each.persons)])
    return row


def _number(value: float) -> Decimal:
    return Decimal(repr(float(value))).quantize(Decimal("0.000001"))


def _fact(row: Finding, key: str, value: Value) -> FindingFact:
    if isinstance(value, str):
        return FindingFact(finding=row, key=key, value_text=value)
    if key.endswith("_fen"):
        return FindingFact(finding=row, key=key, value_fen=int(value))
    return FindingFact(finding=row, key=key, value_number=_number(value))


def _evidence(row: Finding, found: Resolved) -> FindingEvidence:
    last = found.last
    return FindingEvidence(
        finding=row,
        table_name=found.table,
        record_key=found.key,
        leaf=last.leaf if last else None,
        event_id=last.event_id if last else "",
    )


def _person(row: Finding, person_id: int, role: str, rows: Sequence[Resolved]) -> FindingPerson:
    """His post, leaf and clause come from his latest act on the evidence, never from a name."""
    own = [each for found in rows for each in found.acts if each.person_id == person_id]
    last = max(own, key=lambda each: each.recorded_at, default=None)
    return FindingPerson(
        finding=row,
        person_id=person_id,
        post_id=last.post_id if last else None,
        role=role,
        leaf=last.leaf if last else None,
        event_id=last.event_id if last else "",
        clause=last.clause if last else "",
    )
