"""One project's people at work: opening matters, doing steps with their papers, sending back, being refused."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from functools import partial
from random import Random
from typing import Any

from lianjing.domains.works.demo.bidfiles import Offer
from lianjing.domains.works.demo.desk import SUPERVISION, Desk
from lianjing.domains.works.demo.papers import pdf, png
from lianjing.domains.works.demo.plans import Plan
from lianjing.runtime.contract.models import Contract
from lianjing.runtime.documents.models import Document
from lianjing.runtime.documents.photos import NewPhoto, photos_of
from lianjing.runtime.documents.photos import hand_in as hand_in_photos
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.matter.stages import pass_gate
from lianjing.runtime.process import services as process
from lianjing.runtime.process.models import WorkItem
from lianjing.runtime.process.papers import hand_in, uploader
from lianjing.runtime.scene_queue import Script

Data = Mapping[str, Any]
Given = Data | Callable[[], Data]

# Median working days until the step is done; the draw around it is log-normal, so that some are late.
USUAL = {
    "draft": 2.2,
    "check": 0.8,
    "funds": 1.0,
    "commission": 1.5,
    "preconditions": 2.0,
    "compile": 3.0,
    "budget": 2.0,
    "review": 2.5,
    "filing": 0.5,
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
    "compare": 0.3,
    "seal": 0.6,
    "site": 0.8,
    "measure": 0.4,
    "consent": 0.2,
    "papers": 2.5,
    "drawing": 2.2,
    "declare": 0.5,
    "inspect": 0.2,
    "second": 0.6,
    "rectify": 2.8,
    "recheck": 0.9,
    "pay": 1.0,
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
# How many photographs a step asks for, and what they show.
PHOTOS = {
    ("progress", "report"): (4, "progress"),
    ("visa", "apply"): (2, "before"),
    ("change", "propose"): (3, "before"),
    ("change", "papers"): (3, "site"),
    ("inspection", "rectify"): (1, "after"),
}
SITE_AT = (Decimal("28.961200"), Decimal("118.872400"))
PAPERS = {
    ("proposal", "draft"): ("proposal", "项目建议书"),
    ("proposal", "filing"): ("letter", "项目建议书申请文件"),
    ("proposal", "register"): ("approval", "项目建议书批复"),
    ("feasibility", "commission"): ("agreement", "可研编制合同"),
    ("feasibility", "compile"): ("feasibility", "可行性研究报告"),
    ("feasibility", "review"): ("opinion", "可研评审意见"),
    ("feasibility", "filing"): ("letter", "可研报批申请文件"),
    ("feasibility", "register"): ("approval", "可研批复"),
    ("design", "commission"): ("agreement", "勘察设计合同"),
    ("design", "budget"): ("budget", "概算书"),
    ("design", "review"): ("opinion", "初步设计审查意见"),
    ("design", "filing"): ("letter", "初步设计报批申请文件"),
    ("design", "register"): ("approval", "初步设计及概算批复"),
    ("permit", "register"): ("permit", "证照扫描件"),
    ("tender", "plan"): ("tender_document", "招标文件"),
    ("tender", "evaluate"): ("evaluation_report", "评标报告"),
    ("award", "notice"): ("award_notice", "中标通知书"),
    ("contract", "draft"): ("contract", "合同送审稿"),
    ("contract", "file"): ("contract", "合同（签章扫描件）"),
    ("amendment", "draft"): ("agreement", "补充协议送审稿"),
    ("amendment", "file"): ("agreement", "补充协议（签章扫描件）"),
    ("start", "apply"): ("start", "工程开工报审表"),
    ("progress", "report"): ("progress", "工程进度月报"),
    ("visa", "apply"): ("visa", "现场签证单"),
    ("subcontract", "apply"): ("contract", "分包合同"),
    ("wage", "pay"): ("voucher", "工资专户银行回单"),
    ("change", "drawing"): ("design", "设计变更通知单"),
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
    winner: str = ""  # log-in number of the firm that won, where it is not the plan's
    bend: Callable[[Matter, list[Offer]], list[Offer]] = lambda _tender, offers: offers
    opening: Callable[[Matter], None] = lambda _tender: None  # what a story notes when the bids are open

    @property
    def builder(self) -> str:
        """The contractor's manager."""
        return self.winner or self.plan.builder

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
        if (matter.kind, step) in PHOTOS:
            self.pictures(number, matter, *PHOTOS[matter.kind, step])
        return self.try_step(number, matter, step, data, element)

    def pictures(self, number: str, matter: Matter, count: int, role: str) -> None:
        """Hand in photographs with time and place, all in one act; nothing where the matter has them already."""
        if photos_of(matter.pk, role).exists():
            return
        scene = self.desk.scene
        scene.pass_time(hours=0.03)
        found = []
        for _each in range(count):
            self.photos += 1
            found.append(
                NewPhoto(
                    content=png(next(self.desk.papers)),
                    file_name="现场照片.png",
                    title=f"现场照片{self.photos}",
                    role=role,
                    taken_at=scene.now - timedelta(minutes=50 + self.dice.randrange(90)),
                    latitude=SITE_AT[0] + Decimal(self.dice.randrange(2000)) / 1_000_000,
                    longitude=SITE_AT[1] + Decimal(self.dice.randrange(2000)) / 1_000_000,
                )
            )
        person = self.desk.person(number)
        hand_in_photos(
            matter_id=matter.pk,
            photos=found,
            actor=uploader(matter, person, scene.today()),
            now=scene.now,
            is_fictitious=True,
        )

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
