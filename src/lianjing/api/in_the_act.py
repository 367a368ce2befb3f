"""The check of the matter at hand as the API gives it: what a person should know before he decides."""

from __future__ import annotations

from typing import Any

from lianjing.runtime.process.in_the_act import FIELD, Looked, Signal


def told(looked: Looked | None) -> dict[str, Any]:
    """Return the signals with clause and evidence; `checked` is false where the check failed, null where none runs."""
    if looked is None:
        return {"checked": None, "signals": []}
    return {
        "checked": looked.is_checked,
        "fault": looked.fault,
        "asked": list(looked.asked),
        "left_to_the_night": list(looked.left),
        "signals": [_signal(each) for each in looked.signals],
        "reason_field": FIELD if any(each.asks for each in looked.signals) else "",
    }


def _signal(each: Signal) -> dict[str, Any]:
    return {
        "code": each.code,
        "version": each.version,
        "title": each.title,
        "severity": each.severity,
        "subject": each.subject,
        "part": each.part,
        "explanation": each.explanation,
        "source": each.source,
        "evidence": [f"{table}:{key}" for table, key in each.evidence],
    }
