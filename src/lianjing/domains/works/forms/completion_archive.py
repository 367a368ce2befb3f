"""Forms of the archive hand-over and of the post-evaluation."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from lianjing.domains.works.forms.base import (
    WorksForm,
    coded,
    day_field,
    line,
    opinion,
    prose,
    ticked,
)


class HandoverForm(WorksForm):
    """Step prepare: the package to be handed over; the manifest is computed. Filled in by the archives officer."""

    receiver = line(_("接收单位"), _("例如“澜汀市城建档案馆”"), longest=120)
    note = prose(_("说明"), required=False)


class HandoverCheckForm(WorksForm):
    """Step check: another person compares the manifest with the papers. Filled in by the project lead."""

    is_same = ticked(_("清册与资料逐件相符"), _("清册摘要未变；不符的应退回"))
    opinion = opinion()


class HandoverReceiptForm(WorksForm):
    """Step receive: the receiver has signed for the package. Filled in by the archives officer."""

    past_days: ClassVar[tuple[str, ...]] = ("handed_on",)
    handed_on = day_field(_("移交日"))
    receiver_name = line(_("接收人"), _("接收单位签收人姓名"), longest=60)


def score(label: Any) -> forms.DecimalField:
    """Return a field for a score out of a hundred."""
    return forms.DecimalField(
        label=label, min_value=0, max_value=100, max_digits=5, decimal_places=2, help_text=_("0–100")
    )


class EvaluationForm(WorksForm):
    """Step draft: what was promised and what came of it. Filled in by the project officer."""

    target_text = prose(_("预期目标"), _("按批复写明建设内容、投资、工期和效益目标"))
    result_text = prose(_("实现情况"), _("逐项对照写明实际结果和数据来源"))
    lesson_text = prose(_("经验与问题"), required=False)


class ScoreForm(WorksForm):
    """Step score: four scores by somebody who did not run the project. Filled in by the internal auditor."""

    schedule_score = score(_("进度得分"))
    cost_score = score(_("投资得分"))
    quality_score = score(_("质量得分"))
    benefit_score = score(_("效益得分"))
    grade = coded(_("等级"), "grade")
    opinion = opinion()
