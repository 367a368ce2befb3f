"""Standing back from a finding (回避): whoever has it in hand gives it back to the head of the group."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime import codes
from lianjing.runtime.finding.acting import act_on
from lianjing.runtime.finding.assigning import chiefs, group_of, tell
from lianjing.runtime.finding.models import Finding, FindingRecusal, FindingStep
from lianjing.runtime.finding.visibility import open_for
from lianjing.runtime.process.desk import WATCHING, actor_near
from lianjing.runtime.trail.act import Act, legal_day


def recuse(
    *, finding_id: int, reason: str, person_id: int, now: datetime, text: str = "", key: str = ""
) -> FindingRecusal:
    """Stand back from a finding with a reason of the list; a finding given to the person by name loses that name.

    From then on he neither sees nor handles it; the head of the group is told. Refusal(STALE) for a closed one.
    """
    day = legal_day(now)
    row = open_for(person_id, finding_id, day)
    actor = actor_near(person_id, day, kinds=WATCHING, own_only=True)
    with act_on("finding.recuse", row, actor, now, key=key, parts=[reason, text.strip()]) as (act, done):
        if done:
            return FindingRecusal.objects.get(finding=row, person_id=person_id)
        if row.state == "closed":
            raise Refusal(Ground.STALE, "finding.moved_on", _("该预警已销号"))
        if reason not in codes.codes("recusal_reason"):
            raise BadInput(_("请选择回避事由"), "reason")
        made = act.save(
            FindingRecusal(
                finding=row, person_id=person_id, reason=reason, text=text.strip(), recused_on=act.day
            )
        )
        if row.person_id == person_id:
            row.person = None
            act.save(row)
        act.save(
            FindingStep(
                finding=row,
                kind="recuse",
                opened_at=act.now,
                done_at=act.now,
                person_id=person_id,
                post_id=actor.post_id,
                text=codes.label("recusal_reason", reason),
            )
        )
        _tell_chiefs(row, act)
        return made


def _tell_chiefs(row: Finding, act: Act) -> None:
    group = group_of(row.matter.unit_id if row.matter is not None else row.unit_id)
    tell(act, row, chiefs(group, act.day), _("有人员回避，请重新分办"))
