"""What no domain plays: reports to the supervision group, and a report that somebody keeps."""

from __future__ import annotations

from lianjing.runtime.complaint.keys import set_key
from lianjing.runtime.complaint.models import Complaint
from lianjing.runtime.complaint.services import Report, handle, receive
from lianjing.runtime.org.models import LoginAccount, Unit
from lianjing.runtime.org.queries import posts_held
from lianjing.runtime.report.services import keep_report
from lianjing.runtime.scene import Scene

PHRASE = "lianjing-demo-seal"  # shown in docs/how-to/reports-of-conduct.md, used in demonstrations only
SUPERVISOR, OFFICER = "30001", "20703"


def play(scene: Scene) -> None:
    """Let the supervision group open its mailbox, two people write to it, and an officer keep a list as a report."""
    supervisor, officer = (
        LoginAccount.objects.get(number=number).person_id for number in (SUPERVISOR, OFFICER)
    )
    office = next(
        held.post.unit_id for held in posts_held(supervisor, scene.today()) if held.post.kind == "supervisor"
    )
    set_key(unit_id=office, person_id=supervisor, phrase=PHRASE, now=scene.pass_time(hours=0.1))
    unit = Unit.objects.get(code="CON").pk
    receive(
        Report(
            "望汀大道北延工程工地夜间施工，扬尘没有覆盖，多次反映没有人处理。",
            about="施工现场负责人",
            contact="周边居民，电话演示略",
            harm="late_policy",
            about_unit_id=unit,
        ),
        now=scene.pass_time(hours=0.2),
    )
    receive(
        Report(
            "有人在签证单审核前要求施工单位安排吃请，时间在上月中旬。", harm="extortion", about_unit_id=unit
        ),
        now=scene.pass_time(hours=0.2),
    )
    handle(
        complaint_id=Complaint.objects.earliest("id").pk,
        person_id=supervisor,
        state="verifying",
        note="已转建设中心限期答复，约反映人现场查看。",
        answer="您的反映已受理，正在核实。",
        now=scene.pass_time(hours=0.2),
    )
    keep_report(
        person_id=officer,
        name="在建项目按阶段汇总",
        path="/works/",
        query="",
        columns=["title", "stage", "approved_budget"],
        group="stage",
        schedule="weekly",
        is_shared=True,
        now=scene.pass_time(hours=0.1),
    )
