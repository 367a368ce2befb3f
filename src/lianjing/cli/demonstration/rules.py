"""Two revisions of the rules: one approved and soon in force, one still being drafted."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

from lianjing.runtime.org.models import LoginAccount
from lianjing.runtime.revision import services
from lianjing.runtime.revision.queries import base_text
from lianjing.runtime.revision.texts import heading_of
from lianjing.runtime.scene import Scene

DRAFTER, APPROVER = "20603", "20006"
SHORTLIST, CHANGE = "zone_shortlist", "zone_change"
MINUTES = 0.2  # hours between two acts


def play(scene: Scene) -> None:
    """Let the drafter amend the trial measure on shortlists, its approver agree, and a second draft be begun."""
    drafter, approver = (LoginAccount.objects.get(number=number).person_id for number in (DRAFTER, APPROVER))
    _approved(scene, drafter, approver)
    _drafted(scene, drafter)


def _approved(scene: Scene, drafter: int, approver: int) -> None:
    row = services.begin(
        regulation_key=SHORTLIST,
        bundle_key="",
        title="推荐正式投标人暂行规定的修订",
        reason="审计建议：写明未入围理由的告知时间，并明确责任单位。",
        person_id=drafter,
        now=scene.pass_time(hours=MINUTES),
    )
    heading = dataclasses.replace(heading_of(base_text("heading", SHORTLIST)), owner_unit="LAW")
    reworded = base_text("clause", f"{SHORTLIST}#2").rstrip("。") + ",并于公布结果当日书面告知本人。"
    for kind, key, text in (
        ("heading", SHORTLIST, heading.to_text()),
        ("clause", f"{SHORTLIST}#2", reworded),
    ):
        now = scene.pass_time(hours=MINUTES)
        services.put_part(revision_id=row.pk, kind=kind, key=key, text=text, person_id=drafter, now=now)
    services.check(revision_id=row.pk, person_id=drafter, now=scene.pass_time(hours=MINUTES))
    first = scene.today() + timedelta(days=2)  # the office may close between the two acts
    now = scene.pass_time(hours=MINUTES)
    services.submit(revision_id=row.pk, from_on=first, person_id=drafter, now=now)
    now = scene.pass_time(hours=MINUTES)
    if first > scene.today():
        services.approve(revision_id=row.pk, person_id=approver, now=now, opinion="同意。")


def _drafted(scene: Scene, drafter: int) -> None:
    row = services.begin(
        regulation_key=CHANGE,
        bundle_key="",
        title="工程变更分级的修订（征求意见稿）",
        reason="一般变更的办理时间偏长，拟由项目负责人说明理由后直接报分管领导。",
        person_id=drafter,
        now=scene.pass_time(hours=MINUTES),
    )
    text = base_text("clause", f"{CHANGE}#4").rstrip("。") + ",审核意见须写明变更的原因和责任方。"
    services.put_part(
        revision_id=row.pk,
        kind="clause",
        key=f"{CHANGE}#4",
        text=text,
        person_id=drafter,
        now=scene.pass_time(hours=MINUTES),
    )
    services.check(revision_id=row.pk, person_id=drafter, now=scene.pass_time(hours=MINUTES))
