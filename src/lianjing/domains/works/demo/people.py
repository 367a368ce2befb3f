"""What happens to the people during the year: a leave with a delegation, a change of post, attempts of outsiders."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import partial

from lianjing.domains.works.demo.desk import (
    AUDITOR,
    DEPUTY,
    FUNDS,
    HEAD,
    LEADER,
    PERSONNEL,
    SECRETARY,
    SECURITY_ADMIN,
    SITE,
    SITE_AFTER,
    SYSTEM_ADMIN,
    Desk,
    Leave,
)
from lianjing.runtime.handover import services as handover
from lianjing.runtime.handover.desk import digest
from lianjing.runtime.notice import services as notices
from lianjing.runtime.org import personnel, services
from lianjing.runtime.org.models import Appointment, Person, Post, Unit
from lianjing.runtime.org.queries import actor_at
from lianjing.runtime.process.clocks import calendar
from lianjing.runtime.rights import posts
from lianjing.runtime.scene_queue import Script


def committee_secretary(desk: Desk) -> None:
    """Let the secretary of the office keep the meetings of the party working committee too."""
    scene, unit = desk.scene, Unit.objects.get(code="PWC")
    officer = desk.person(PERSONNEL)
    post = personnel.create_post(
        person_id=officer,
        now=scene.pass_time(hours=0.1),
        unit=unit,
        post_key="meeting_secretary",
        name="会议秘书岗",
        kind="operator",
        risk_level="mid",
    )
    appoint(
        desk,
        person=Person.objects.get(pk=desk.person(SECRETARY)),
        post=post,
        from_on=scene.today(),
        basis=f"澜经党〔{scene.today().year}〕6号",
    )


def appoint(desk: Desk, *, person: Person, post: Post, from_on: date, basis: str) -> None:
    """Let personnel propose a person for a post and the security administrator grant it."""
    row = posts.propose(
        person_id=desk.person(PERSONNEL),
        now=desk.scene.pass_time(hours=0.1),
        person=person,
        post=post,
        from_on=from_on,
        basis=basis,
    )
    posts.grant(
        proposal_id=row.pk, person_id=desk.person(SECURITY_ADMIN), now=desk.scene.pass_time(hours=0.1)
    )


def staff(desk: Desk, *, leave: datetime, exchange: datetime) -> Script[None]:
    """The year of the staff: the leader's leave, later the exchange of posts at the site."""
    notify(
        desk,
        SYSTEM_ADMIN,
        "announcement",
        "平台启用说明",
        "自即日起，工程项目的申请、审查、支付一律在平台办理，纸质流转不再受理。\n一人一号，不得借用；首次登录请修改口令。",
    )
    yield leave
    leave_of_the_leader(desk, 10)
    notify(
        desk,
        HEAD,
        "notice",
        "关于报送下月施工计划的通知",
        "各岗位于每月25日前在平台登记下月计划，逾期由部门负责人说明原因。",
        "CON",
    )
    yield exchange
    change_of_site_officer(desk)
    notify(
        desk,
        SYSTEM_ADMIN,
        "notice",
        "系统维护通知",
        "本周六22:00至24:00停机维护，请提前保存草稿。",
    )


def leave_of_the_leader(desk: Desk, days: int) -> None:
    """The leader in charge is away for some working days and lends his post to the deputy director."""
    desk.refused(partial(lend, desk, LEADER, DEPUTY, 3, "借用权限办理急件", by=DEPUTY))
    lend(desk, LEADER, DEPUTY, days, "参加市委党校培训", first_in=1)
    first = calendar().add_working_days(desk.today, 1)
    desk.leaves.setdefault(LEADER, []).append(
        Leave(first, calendar().add_working_days(first, days - 1), DEPUTY)
    )


def lend(
    desk: Desk, giver: str, taker: str, days: int, reason: str, *, by: str = "", first_in: int = 0
) -> None:
    """Delegate a post for some working days; `by` tries it for somebody else."""
    first = calendar().add_working_days(desk.today, first_in)
    person = desk.person(giver)
    post = Appointment.objects.filter(person_id=person, to_on=None).order_by("id")[0].post_id
    acting = desk.person(by or giver)
    own = Appointment.objects.filter(person_id=acting, to_on=None).order_by("id")[0].post_id
    services.delegate(
        post_id=post,
        from_person_id=person,
        to_person_id=desk.person(taker),
        from_on=first,
        to_on=calendar().add_working_days(first, days - 1),
        reason=reason,
        actor=actor_at(acting, own, desk.today),
        now=desk.scene.pass_time(hours=0.05),
    )


def leave_of_finance(desk: Desk, days: int) -> None:
    """The finance reviewer is away and lends her post to the auditor, who may then not act where he audited."""
    lend(desk, FUNDS, AUDITOR, days, "外出学习")
    last = calendar().add_working_days(desk.today, days - 1)
    desk.leaves.setdefault(FUNDS, []).append(Leave(desk.today, last))


def change_of_site_officer(desk: Desk) -> None:
    """The site officer moves to the quality post and hands over; a colleague succeeds him the next day."""
    term = Appointment.objects.select_related("post").get(person_id=desk.person(SITE), to_on=None)
    paper = f"澜经管〔{desk.today.year}〕{next(desk.letters)}号"
    following = desk.today + timedelta(days=1)
    moves = (
        (SITE, Post.objects.get(unit_id=term.post.unit_id, key="quality_officer")),
        (SITE_AFTER, term.post),
    )
    for number, post in moves:
        appoint(
            desk,
            person=Person.objects.get(pk=desk.person(number)),
            post=post,
            from_on=following,
            basis=paper,
        )
    hand_over(desk, term, paper)
    desk.site_changes_on = following


def hand_over(desk: Desk, term: Appointment, paper: str) -> None:
    """Let the site officer draw up the list and his successor take everything over."""
    row = handover.prepare(
        person_id=term.person_id,
        now=desk.scene.pass_time(hours=0.1),
        giver=Person.objects.get(pk=term.person_id),
        successor=Person.objects.get(pk=desk.person(SITE_AFTER)),
        posts=[term.post],
        reason="rotation",
        basis=paper,
        last_on=desk.today,
        note="岗位交流。现场影像资料已按标段归入资料库，钥匙和印章当面清点。",
    )
    now = desk.scene.pass_time(hours=0.05)
    read = digest(handover.listed(row, desk.today))
    handover.confirm(handover_id=row.pk, person_id=row.successor_person_id, list_digest=read, now=now)


def notify(desk: Desk, number: str, kind: str, title: str, text: str, *unit_codes: str) -> None:
    """Publish a notice to units, or to everyone."""
    author = Person.objects.get(pk=desk.person(number))
    units = list(Unit.objects.filter(code__in=unit_codes))
    row = notices.draft(
        person=author, now=desk.scene.pass_time(hours=0.05), kind=kind, title=title, text=text, units=units
    )
    notices.publish(person=author, notice_id=row.pk, now=desk.scene.pass_time(hours=0.05))
