"""One project's people at work: opening matters, doing steps with their papers, sending back, being refused."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Any

from lianjing.domains.works.demo.desk import SUPERVISION, Desk
from lianjing.domains.works.demo.papers import pdf, png
from lianjing.domains.works.demo.plans import Plan
from lianjing.domains.works.demo.queue import Script
from lianjing.runtime.contract.models import Contract
from lianjing.runtime.documents.models import Document
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.matter.stages import pass_gate
from lianjing.runtime.process import services as process
from lianjing.runtime.process.models import WorkItem
from lianjing.runtime.process.papers import hand_in

Data = Mapping[str, Any]
Given = Data | Callable[[], Data]

# Median working days until the step is done; the draw around it is log-normal, so that some are late.
USUAL = {
    "draft": 2.2,
    "check": 0.8,
    "funds": 1.0,
    "decide": 2.5,
    "register": 6.0,
    "confirm": 0.5,
    "verify": 0.6,
    "plan": 1.8,
    "legality": 1.0,
    "approve": 1.2,
    "evaluate": 0.8,
    "award": 2.4,
    "notice": 1.5,
    "cost": 1.3,
    "finance": 1.0,
    "legal": 1.8,
    "file": 1.2,
    "report": 0.4,
    "propose": 0.6,
    "supervise": 0.9,
    "price": 1.7,
    "lead": 1.4,
    "leader": 1.6,
    "order": 0.5,
    "apply": 0.4,
    "audit": 1.7,
    "internal": 1.4,
    "joint": 2.4,
    "collective": 0.6,
    "make_order": 0.4,
    "check_order": 0.3,
    "release": 0.4,
    "receipt": 0.5,
}
SPREAD = 0.62
PAPERS = {
    ("initiation", "draft"): ("proposal", "项目建议书"),
    ("initiation", "register"): ("approval", "立项及概算批复"),
    ("permit", "register"): ("permit", "证照扫描件"),
    ("tender", "plan"): ("tender_document", "招标文件"),
    ("tender", "evaluate"): ("evaluation_report", "评标报告"),
    ("tender", "notice"): ("award_notice", "中标通知书"),
    ("contract", "draft"): ("contract", "合同送审稿"),
    ("contract", "file"): ("contract", "合同（签章扫描件）"),
    ("progress", "report"): ("progress", "工程进度月报"),
    ("change", "propose"): ("change", "工程变更单"),
    ("change", "price"): ("budget", "变更预算书"),
    ("payment", "audit"): ("audit_report", "支付审核意见书"),
    ("payment", "finance"): ("invoice", "增值税发票"),
    ("payment", "receipt"): ("voucher", "银行电子回单"),
    ("account_change", "apply"): ("letter", "收款账户变更函"),
}
OPINIONS = (
    "情况属实，同意。",
    "已核，同意。",
    "资料齐全，符合规定，同意。",
    "经复核无误，同意按程序办理。",
    "同意，请按规定时限办理。",
)


@dataclass
class Job:
    """One project with its own dice, so that one story's draws do not depend on another's."""

    desk: Desk
    plan: Plan
    dice: Random
    root: Matter = field(init=False)  # set by the opening
    contract: Contract = field(init=False)  # set by the filing
    photos: int = 0

    @property
    def builder(self) -> str:
        """The contractor's manager."""
        return self.plan.builder

    @property
    def chief(self) -> str:
        """The chief engineer of the supervision firm."""
        return SUPERVISION[self.plan.supervision][1]

    @property
    def engineer(self) -> str:
        """The engineer of the supervision firm."""
        return SUPERVISION[self.plan.supervision][2]

    def days(self, median: float, spread: float = SPREAD) -> float:
        """Draw a wait in working days around a median."""
        return min(self.dice.lognormvariate(math.log(median), spread), median * 6)

    def opinion(self) -> dict[str, str]:
        """Return an opinion that agrees."""
        return {"opinion": self.dice.choice(OPINIONS)}

    def open(self, number: str, procedure: str, title: str) -> Matter:
        """Open a child matter of the project now."""
        scene = self.desk.scene
        scene.pass_time(hours=0.04)
        return process.open_matter(
            procedure_key=procedure,
            parent_id=self.root.pk,
            title=title,
            person_id=self.desk.person(number),
            now=scene.now,
        )

    def paper(
        self, number: str, matter: Matter, kind: str, title: str, *, step: str = "", is_photo: bool = False
    ) -> Document:
        """Hand in a small paper of a matter now."""
        scene, place = self.desk.scene, next(self.desk.papers)
        scene.pass_time(hours=0.03)
        lines = (
            f"项目：{self.plan.title}",
            f"事项：{matter.code or matter.title}",
            f"编号：{place:05d}",
            f"日期：{scene.today():%Y年%m月%d日}",
        )
        return hand_in(
            matter=matter,
            person_id=self.desk.person(number),
            now=scene.now,
            kind=kind,
            title=title,
            step_key=step,
            content=png(place) if is_photo else pdf(title, lines),
            file_name="现场照片.png" if is_photo else f"{title}.pdf",
            issued_on=scene.today(),
            is_fictitious=True,
        )

    def do(self, number: str, matter: Matter, step: str, data: Given, element: str = "") -> process.Outcome:
        """Do a step now, with the paper that it asks for."""
        if (matter.kind, step) in PAPERS:
            kind, words = PAPERS[matter.kind, step]
            self.paper(number, matter, kind, f"{self.plan.title}{words}", step=step)
        return self.try_step(number, matter, step, data, element)

    def try_step(
        self, number: str, matter: Matter, step: str, data: Given, element: str = ""
    ) -> process.Outcome:
        """Do a step now with what is there; the services may refuse it."""
        self.desk.scene.pass_time(hours=0.05)
        return self.desk.scene.do(number, matter, step, data() if callable(data) else data, element)

    def present(self, number: str) -> Script[str]:
        """Wait until somebody may act for this number, and say who."""
        while True:
            who = self.desk.on_duty(number)
            if isinstance(who, str):
                return who
            yield who

    def step(
        self,
        number: str,
        matter: Matter,
        step: str,
        data: Given | None = None,
        *,
        element: str = "",
        wait: float | None = None,
    ) -> Script[process.Outcome]:
        """Wait as long as such a step usually takes, then do it."""
        yield self.days(USUAL.get(step, 1.0)) if wait is None else wait
        who = yield from self.present(number)
        return self.do(who, matter, step, self.opinion() if data is None else data, element)

    def back(
        self,
        number: str,
        matter: Matter,
        step: str,
        target: str,
        text: str,
        *,
        reason: str = "not_conform",
        element: str = "",
    ) -> Script[None]:
        """Wait, then send the matter back with what is missing."""
        yield self.days(USUAL.get(step, 1.0))
        who = yield from self.present(number)
        scene = self.desk.scene
        scene.pass_time(hours=0.05)
        item = scene.item(matter, step, element)
        process.return_item(
            item_id=item.id,
            person_id=self.desk.person(who),
            target=target,
            reason=reason,
            text=text,
            now=scene.now,
        )

    def pause(self, number: str, matter: Matter, step: str, text: str) -> WorkItem:
        """Stop the clock of a step for missing papers."""
        scene = self.desk.scene
        item = scene.item(matter, step)
        return process.suspend(
            item_id=item.id, person_id=self.desk.person(number), reason="papers", text=text, now=scene.now
        )

    def go_on(self, number: str, matter: Matter, step: str) -> WorkItem:
        """Let the clock of a step run again."""
        scene = self.desk.scene
        return process.resume(
            item_id=scene.item(matter, step).id, person_id=self.desk.person(number), now=scene.now
        )

    def withdraw(self, number: str, matter: Matter, reason: str) -> None:
        """Take a matter back."""
        scene = self.desk.scene
        scene.pass_time(hours=0.05)
        process.withdraw(
            matter_id=matter.pk, person_id=self.desk.person(number), reason=reason, now=scene.now
        )

    def gate(self, number: str, to_stage: str = "") -> None:
        """Pass the gate into the next stage now."""
        scene = self.desk.scene
        scene.pass_time(hours=0.05)
        pass_gate(
            matter_id=self.root.pk, person_id=self.desk.person(number), now=scene.now, to_stage=to_stage
        )
        self.root.refresh_from_db()

    def refused_step(self, number: str, matter: Matter, step: str, data: Given, element: str = "") -> str:
        """Let somebody try a step and be refused."""
        return self.desk.refused(partial(self.try_step, number, matter, step, data, element))
