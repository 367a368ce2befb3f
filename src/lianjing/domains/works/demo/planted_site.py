"""Schemes of the site: a change in three parts, visas entered late, a photograph used twice, a start without permit."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from functools import partial

from lianjing.domains.works.demo.beginning import permitted
from lianjing.domains.works.demo.contracting import countersigned, drafted, signed
from lianjing.domains.works.demo.desk import LEAD
from lianjing.domains.works.demo.job import SITE_AT, Job
from lianjing.domains.works.demo.planting import near, plant
from lianjing.domains.works.demo.site import Change, changed, started
from lianjing.domains.works.demo.site_life import certified
from lianjing.domains.works.models import ChangeOrder, SiteVisa
from lianjing.runtime.documents.models import Photo
from lianjing.runtime.documents.photos import NewPhoto
from lianjing.runtime.documents.photos import hand_in as hand_in_photos
from lianjing.runtime.documents.storage import fetch
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.permit.models import Permit
from lianjing.runtime.process.papers import uploader
from lianjing.runtime.scene_queue import Script, at_work

PART = "K0+300–K0+380挡墙"
SPLIT = ("196400.00", "193800.00", "197500.00")
VISA_LATE, VISA_IN_TIME = 70, 40  # hours between the event and the visa


def split_change(job: Job) -> Script[None]:
    """One change of a wall comes as three within weeks, each just under the tier; the sum lifts them above it."""
    yield 8.0
    for place, amount in enumerate(SPLIT):
        change = Change(
            f"BG-00{place + 1}", amount, PART, "重力式挡墙", f"基础加深换填（第{place + 1}段）", days=3
        )
        job.desk.queue.start(
            _part_of_split(job, change), at_work(job.desk.today + timedelta(days=6 * place), 60)
        )
    orders = ChangeOrder.objects.filter(contract=job.contract, part=PART).exclude(change_class="")
    while orders.count() < len(SPLIT):
        yield 2.0
    rows = list(orders.select_related("matter").order_by("pk"))
    note = "三次均低于20万元起点，同一部位同一原因；定级：" + "、".join(row.change_class for row in rows)
    plant(job.desk, "split_change", rows, (job.root, *(row.matter for row in rows)), note=note)


def _part_of_split(job: Job, change: Change) -> Script[None]:
    yield from changed(job, change)


def one_change(job: Job, amount: str) -> Script[None]:
    """One ordinary change; near the tier it looks like a part of a divided one."""
    yield 20.0 + job.days(10.0)
    change = Change("BG-001", amount, "中段", "按原设计", "地下障碍物较多，基础加宽并增设挡墙", days=5)
    matter = yield from changed(job, change)
    if Decimal(amount) >= 190_000:
        row = ChangeOrder.objects.get(pk=matter.pk)
        near(job.desk, "split_change", [row], (job.root, matter), "仅一次变更，金额略低于起点")


def late_visa(job: Job) -> Script[None]:
    """A visa is entered seventy hours after the event."""
    yield 14.0
    matter = yield from certified(job, "QZ-001", "K0+180", "22", "395.00", hours=VISA_LATE)
    plant(
        job.desk, "late_visa", [SiteVisa.objects.get(pk=matter.pk)], (job.root, matter), note="滞后约70小时"
    )


def visa_in_time(job: Job) -> Script[None]:
    """A visa is entered forty hours after the event, its pictures much like each other but each its own."""
    yield 16.0 + job.days(6.0)
    matter = yield from certified(job, "QZ-001", "K0+240", "15", "410.00", hours=VISA_IN_TIME)
    near(
        job.desk,
        "late_visa",
        [SiteVisa.objects.get(pk=matter.pk)],
        (job.root, matter),
        "滞后约40小时，未超48小时",
    )
    photos = list(Photo.objects.filter(document__matter=matter).order_by("pk"))
    near(job.desk, "photo_twice", photos, (job.root, matter), "同一地点同一角度连拍，文件各不相同")


def photo_twice(job: Job) -> Script[None]:
    """A picture of the monthly report is handed in again as evidence of a visa, and refused."""
    while (used := Photo.objects.filter(document__matter__root=job.root).order_by("pk").first()) is None:
        yield 5.0
    yield 2.0
    matter = job.open(job.builder, "works_visa", "K0+090签证")
    rule = job.desk.refused(partial(_again, job, matter, used))
    plant(job.desk, "photo_twice", [used], (job.root, matter), rule=rule, note="进度月报照片用作签证证明")
    job.withdraw(job.builder, matter, "照片有误，撤回")


def _again(job: Job, matter: Matter, used: Photo) -> None:
    scene = job.desk.scene
    scene.pass_time(hours=0.05)
    again = NewPhoto(
        content=fetch(used.sha256),
        file_name="现场照片.png",
        title="签证部位施工前",
        role="before",
        taken_at=scene.now - timedelta(hours=1),
        latitude=SITE_AT[0],
        longitude=SITE_AT[1],
    )
    hand_in_photos(
        matter_id=matter.pk,
        photos=[again],
        actor=uploader(matter, job.desk.person(job.builder), scene.today()),
        now=scene.now,
        is_fictitious=True,
    )


def early_start(job: Job, tender: Matter) -> Script[None]:
    """The firm would start without the construction permit, and is refused; then all goes its way."""
    matter = yield from drafted(job, tender)
    yield from countersigned(job, matter)
    yield from signed(job, matter)
    yield 1.0
    rule = job.desk.refused(lambda: job.open(job.builder, "works_start", f"{job.plan.title}开工报审"))
    plant(job.desk, "early_start", [job.contract], (job.root,), rule=rule, note="施工许可证尚未取得")
    yield from permitted(job, "construction", wait=5.0)
    yield job.days(0.5)
    job.gate(LEAD)
    yield from started(job)


def at_once(job: Job) -> None:
    """Note a start that follows the permit within days."""
    row = Permit.objects.filter(matter__root=job.root, kind="construction").latest("pk")
    near(job.desk, "early_start", [row], (job.root,), "取得施工许可后数日内即开工")
