"""What the indicators say while a person decides: shown before the form is sent, and again with what was typed."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import get_language

from lianjing.kernel.declaration import Procedure
from lianjing.runtime.finding.subjects import title_of
from lianjing.runtime.process.in_the_act import FIELD, Looked, Signal, is_decision, look_at
from lianjing.runtime.process.models import WorkItem
from lianjing.runtime.process.standing import is_signing
from lianjing.web.access import PageRequest

EVIDENCE_SHOWN = 8


def in_the_act(
    request: PageRequest, item: WorkItem, procedure: Procedure, *, looked: Looked | None, is_deciding: bool
) -> dict[str, Any]:
    """Return what the page of a deciding step shows of the check; nothing for any other step."""
    duty = procedure.step(item.step_key).duty
    if not is_deciding or duty is None or not is_decision(duty.value) or is_signing(item):
        return {}
    with_change = looked is not None
    found = looked or look_at(item.matter_id, now=request.now)
    if found is None:
        return {}
    return {
        "looked": found,
        "with_change": with_change,
        "signals": [_shown(each) for each in found.signals],
        "asks_reason": any(each.asks for each in found.signals),
        "reason_field": FIELD,
        "reason": request.POST.get(FIELD, ""),
    }


def _shown(each: Signal) -> dict[str, Any]:
    is_chinese = (get_language() or "zh").startswith("zh")
    return {
        "code": each.code,
        "severity": each.severity,
        "title": each.title if is_chinese or not each.title_en else each.title_en,
        "text": each.explanation if is_chinese or not each.explanation_en else each.explanation_en,
        "subject": title_of(each.subject),
        "part": each.part,
        "source": each.source,
        "evidence": [
            (f"{table}:{key}", reverse("trace", args=[table, key]))
            for table, key in each.evidence[:EVIDENCE_SHOWN]
        ],
        "more": max(0, len(each.evidence) - EVIDENCE_SHOWN),
    }
