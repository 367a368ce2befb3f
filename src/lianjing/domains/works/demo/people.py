"""What happens to the people during the year: a leave with a delegation, a change of post, attempts of outsiders."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from lianjing.domains.works.demo.desk import (
    AUDITOR,
    DEPUTY,
    FUNDS,
    LEADER,
    PERSONNEL,
    SECRETARY,
    SITE,
    SITE_AFTER,
    Desk,
    Leave,
)
from lianjing.domains.works.demo.queue import Script
from lianjing.runtime.org import personnel, services
from lianjing.runtime.org.models import Appointment, Person, Post, Unit
from lianjing.runtime.org.queries import actor_at
from lianjing.runtime.process.clocks import calendar


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
    personnel.appoint(
        person_id=officer,
        now=scene.pass_time(hours=0.1),
        person=Person.objects.get(pk=desk.person(SECRETARY)),
        post=post,
        from_on=scene.today(),
        basis=f"澜经党〔{scene.today().year}〕6号",
    )


def staff(desk: Desk, *, leave: datetime, exchange: datetime) -> Script[None]:
    """The year of the staff: the leader's leave, later the exchange of posts at the site."""
    yield leave
    leave_of_the_leader(desk, 10)
    yield exchange
    change_of_site_officer(desk)


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
    """The site officer moves to the quality post; a colleague succeeds him the next day."""
    officer = desk.person(PERSONNEL)
    term = Appointment.objects.select_related("post").get(person_id=desk.person(SITE), to_on=None)
    paper = f"澜经管〔{desk.today.year}〕{next(desk.letters)}号"
    personnel.end_appointment(
        person_id=officer,
        now=desk.scene.pass_time(hours=0.1),
        appointment_id=term.pk,
        to_on=desk.today,
        reason=f"岗位交流，{paper}",
    )
    following = desk.today + timedelta(days=1)
    moves = (
        (SITE, Post.objects.get(unit_id=term.post.unit_id, key="quality_officer")),
        (SITE_AFTER, term.post),
    )
    for number, post in moves:
        personnel.appoint(
            person_id=officer,
            now=desk.scene.pass_time(hours=0.1),
            person=Person.objects.get(pk=desk.person(number)),
            post=post,
            from_on=following,
            basis=paper,
        )
    desk.site_changes_on = following
