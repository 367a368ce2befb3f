"""The three administrators: apart by the database and by the service, each refused attempt an event, no superuser."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import IntegrityError, connection, transaction
from django.urls import URLPattern, URLResolver, get_resolver

from lianjing.kernel.refusal import BadInput, Refusal
from lianjing.runtime.org import personnel
from lianjing.runtime.org.models import Appointment, LoginAccount, Person, Post, Unit
from lianjing.runtime.org.queries import posts_held
from lianjing.runtime.org.services import delegate
from lianjing.runtime.rights import administrators, logins, posts
from lianjing.runtime.rights.models import AdministratorChange, AppointmentProposal, LoginGrant
from lianjing.runtime.trail.models import Event
from lianjing.runtime.trail.verify import verify

SYSTEM, SECURITY, AUDIT, PERSONNEL = "10001", "10002", "10003", "20111"
SITE, OFFICER, LEADER = "20704", "20703", "20002"


def person(number: str) -> Person:
    return Person.objects.get(login__number=number)


def newcomer(scene: Any, name: str = "单于澈") -> Person:
    unit = Unit.objects.get(code="ZONE")
    return personnel.create_person(
        person_id=scene.person(PERSONNEL),
        now=scene.pass_time(hours=0.1),
        name=name,
        kind="official",
        unit=unit,
    )


def refused(rule: str, number: str) -> bool:
    return Event.objects.filter(refused_rule=rule, person_id=person(number).pk, is_refused=True).exists()


def insert_appointment(who: Person, post: Post, day: Any) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO appointment (person_id, post_id, from_on, basis) VALUES (%s, %s, %s, '')",
            [who.pk, post.pk, day],
        )


@pytest.mark.parametrize("seat", ["system_admin", "security_admin", "audit_admin"])
def test_sql_that_gives_an_official_a_seat_fails_in_the_database(zone: Any, seat: str) -> None:
    with pytest.raises(IntegrityError, match="administrators"):
        insert_appointment(person(OFFICER), Post.objects.get(key=seat), zone.today())
    assert not Appointment.objects.filter(person=person(OFFICER), post__key=seat).exists()


@pytest.mark.parametrize("key", ["system_admin", "audit_admin", "payment_maker", "supervisor_officer"])
def test_sql_that_gives_an_administrator_another_post_fails_in_the_database(zone: Any, key: str) -> None:
    with pytest.raises(IntegrityError, match="administrators"):
        insert_appointment(person(SECURITY), Post.objects.filter(key=key)[0], zone.today())


def test_the_database_lets_an_administrator_go_to_business_once_his_seat_has_ended(zone: Any) -> None:
    last = zone.today() - timedelta(days=1)
    seat = Appointment.objects.get(person=person(AUDIT))
    Appointment.objects.filter(pk=seat.pk).update(to_on=max(last, seat.from_on))
    post = Post.objects.filter(key="archives_officer")[0]
    insert_appointment(person(AUDIT), post, zone.today() + timedelta(days=1))
    with pytest.raises(IntegrityError, match="administrators"), transaction.atomic():
        Appointment.objects.filter(pk=seat.pk).update(to_on=None)


def test_sql_that_lends_a_seat_or_lends_to_an_administrator_fails_in_the_database(zone: Any) -> None:
    def lend(post: Post, giver: Person, taker: Person) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO delegation (post_id, from_person_id, to_person_id, from_on, to_on, reason) "
                "VALUES (%s, %s, %s, %s, %s, '')",
                [post.pk, giver.pk, taker.pk, zone.today(), zone.today()],
            )

    with pytest.raises(IntegrityError, match="administrators"):
        lend(Post.objects.get(key="security_admin"), person(SECURITY), person(OFFICER))
    with pytest.raises(IntegrityError, match="administrators"):
        lend(Post.objects.get(unit__code="ZONE", key="leader_in_charge"), person(LEADER), person(SYSTEM))


def test_sql_that_turns_a_held_post_into_a_seat_fails_in_the_database(zone: Any) -> None:
    held = Appointment.objects.get(person=person(SITE)).post
    with pytest.raises(IntegrityError, match="administrators"), transaction.atomic():
        Post.objects.filter(pk=held.pk).update(kind="system_admin")


@pytest.mark.parametrize("table", ["appointment_proposal", "login_grant", "administrator_change"])
def test_sql_in_which_one_person_is_both_fails_in_the_database(zone: Any, table: str) -> None:
    who, other, now = person(PERSONNEL), person(SITE), zone.now
    rows = {
        "appointment_proposal": AppointmentProposal(
            person=other,
            post=Post.objects.get(key="personnel_officer"),
            from_on=zone.today(),
            basis="x",
            proposed_by_person=who,
            proposed_at=now,
            status="granted",
            decided_by_person=who,
        ),
        "login_grant": LoginGrant(
            person=other, number="1", status="granted", made_by_person=who, granted_by_person=who
        ),
        "administrator_change": AdministratorChange(
            role="audit_admin",
            incoming_person=other,
            number="1",
            basis="x",
            proposed_by_person=who,
            proposed_at=now,
            status="granted",
            decided_by_person=who,
        ),
    }
    with pytest.raises(IntegrityError), transaction.atomic():
        rows[table].save()


def test_nobody_may_delete_an_event_even_in_sql(zone: Any) -> None:
    with pytest.raises(Exception, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM trail_event")


def test_personnel_proposes_and_only_the_security_administrator_grants(zone: Any) -> None:
    who, post = newcomer(zone), Post.objects.get(unit__code="FIN", key="payment_checker")
    row = posts.propose(
        person_id=zone.person(PERSONNEL),
        now=zone.pass_time(hours=0.1),
        person=who,
        post=post,
        from_on=zone.today(),
        basis="澜经组〔2025〕3号",
    )
    assert posts_held(who.pk, zone.today()) == []
    for number in (PERSONNEL, SYSTEM, AUDIT, OFFICER):
        with pytest.raises(Refusal) as caught:
            posts.grant(proposal_id=row.pk, person_id=zone.person(number), now=zone.pass_time(hours=0.1))
        assert caught.value.rule == "access.post"
        assert refused("access.post", number)
    seat = posts.grant(proposal_id=row.pk, person_id=zone.person(SECURITY), now=zone.pass_time(hours=0.1))
    assert [held.post for held in posts_held(who.pk, zone.today())] == [post]
    assert seat.approved_by_person_id == zone.person(SECURITY)
    with pytest.raises(Refusal) as caught:
        posts.grant(proposal_id=row.pk, person_id=zone.person(SECURITY), now=zone.pass_time(hours=0.1))
    assert caught.value.rule == "rights.decided"
    assert verify().is_good


@pytest.mark.parametrize(("number", "rule"), [(SECURITY, "post.not_held"), (OFFICER, "post.not_held")])
def test_who_does_not_keep_the_staff_proposes_nobody(zone: Any, number: str, rule: str) -> None:
    with pytest.raises(Refusal) as caught:
        posts.propose(
            person_id=zone.person(number),
            now=zone.pass_time(hours=0.1),
            person=person(SITE),
            post=Post.objects.get(unit__code="FIN", key="payment_checker"),
            from_on=zone.today(),
            basis="x",
        )
    assert caught.value.rule == rule
    assert refused(rule, number)


@pytest.mark.parametrize(
    ("who", "key", "rule"),
    [
        (SITE, "audit_admin", "org.administrator_seat"),
        (AUDIT, "payment_checker", "org.administrators"),
        (PERSONNEL, "payment_checker", "org.own_appointment"),
    ],
)
def test_a_proposal_that_mixes_or_favours_is_refused_and_recorded(
    zone: Any, who: str, key: str, rule: str
) -> None:
    with pytest.raises(Refusal) as caught:
        posts.propose(
            person_id=zone.person(PERSONNEL),
            now=zone.pass_time(hours=0.1),
            person=person(who),
            post=Post.objects.filter(key=key)[0],
            from_on=zone.today(),
            basis="x",
        )
    assert caught.value.rule == rule
    assert refused(rule, PERSONNEL)


def test_a_proposal_sent_back_says_why_and_may_come_again(zone: Any) -> None:
    form = {
        "person": newcomer(zone),
        "post": Post.objects.get(unit__code="FIN", key="payment_checker"),
        "from_on": zone.today(),
        "basis": "x",
    }

    def propose() -> AppointmentProposal:
        return posts.propose(person_id=zone.person(PERSONNEL), now=zone.pass_time(hours=0.1), **form)

    row = propose()
    with pytest.raises(BadInput):
        propose()
    with pytest.raises(BadInput):
        posts.refuse(proposal_id=row.pk, person_id=zone.person(SECURITY), reason=" ", now=zone.now)
    back = posts.refuse(
        proposal_id=row.pk, person_id=zone.person(SECURITY), reason="文号不符", now=zone.pass_time(hours=0.1)
    )
    assert (back.status, back.reason) == ("refused", "文号不符")
    assert propose().status == "pending"


def test_an_administrators_seat_is_not_lent(zone: Any) -> None:
    from_post = Post.objects.get(key="security_admin")
    with pytest.raises(Refusal) as caught:
        delegate(
            post_id=from_post.pk,
            from_person_id=zone.person(SECURITY),
            to_person_id=zone.person(OFFICER),
            from_on=zone.today(),
            to_on=zone.today(),
            reason="外出",
            actor=posts.self_actor(zone.person(SECURITY), zone.now),
            now=zone.now,
        )
    assert caught.value.rule == "delegation.administrator"


def change(zone: Any, by: str, role: str, incoming: Person, number: str = "10013") -> AdministratorChange:
    return administrators.propose(
        person_id=zone.person(by),
        now=zone.pass_time(hours=0.1),
        role=role,
        incoming=incoming,
        number=number,
        basis="澜经管〔2025〕12号",
    )


def test_an_administrator_is_replaced_when_the_two_others_agree(zone: Any) -> None:
    who = newcomer(zone)
    row = change(zone, SYSTEM, "audit_admin", who)
    with pytest.raises(Refusal) as caught:
        administrators.agree(change_id=row.pk, person_id=zone.person(SYSTEM), now=zone.now)
    assert caught.value.rule == "rights.two_persons"
    with pytest.raises(Refusal) as caught:
        administrators.agree(change_id=row.pk, person_id=zone.person(AUDIT), now=zone.now)
    assert caught.value.rule == "administrator.not_other"
    zone.pass_time(working_days=1)
    made = administrators.agree(change_id=row.pk, person_id=zone.person(SECURITY), now=zone.now)
    account = LoginAccount.objects.get(number="10013")
    assert account.is_active and account.must_change_password and account.check_password(made.password)
    assert [held.post.kind for held in posts_held(who.pk, zone.today())] == ["audit_admin"]
    assert posts_held(person(AUDIT).pk, zone.today()) == []
    assert not LoginAccount.objects.get(number=AUDIT).is_active
    assert refused("rights.two_persons", SYSTEM) and refused("administrator.not_other", AUDIT)
    assert verify().is_good


def test_the_same_administrator_gets_only_a_new_one_time_pass_phrase(zone: Any) -> None:
    row = change(zone, SYSTEM, "security_admin", person(SECURITY))
    made = administrators.agree(change_id=row.pk, person_id=zone.person(AUDIT), now=zone.pass_time(hours=0.1))
    account = LoginAccount.objects.get(number=SECURITY)
    assert account.is_active and account.must_change_password and account.check_password(made.password)
    assert Appointment.objects.get(person=person(SECURITY)).to_on is None


@pytest.mark.parametrize(
    ("by", "role", "who", "rule"),
    [
        (SYSTEM, "system_admin", "", "administrator.not_other"),
        (OFFICER, "audit_admin", "", "administrator.not_other"),
        (SYSTEM, "audit_admin", SYSTEM, "org.own_appointment"),
        (SYSTEM, "audit_admin", SECURITY, "org.administrators"),
        (SYSTEM, "audit_admin", OFFICER, "org.administrators"),
    ],
)
def test_a_seat_is_not_taken_by_ones_own_will_nor_beside_another_post(
    zone: Any, by: str, role: str, who: str, rule: str
) -> None:
    incoming = person(who) if who else newcomer(zone)
    with pytest.raises(Refusal) as caught:
        change(zone, by, role, incoming)
    assert caught.value.rule == rule
    assert refused(rule, by)


def test_a_change_of_a_seat_may_be_turned_down_with_a_reason(zone: Any) -> None:
    row = change(zone, SYSTEM, "audit_admin", newcomer(zone))
    with pytest.raises(BadInput):
        change(zone, SECURITY, "audit_admin", person(AUDIT))
    with pytest.raises(BadInput):
        administrators.refuse(change_id=row.pk, person_id=zone.person(SECURITY), reason="", now=zone.now)
    done = administrators.refuse(
        change_id=row.pk,
        person_id=zone.person(SECURITY),
        reason="未见任命文件",
        now=zone.pass_time(hours=0.1),
    )
    assert done.status == "refused"
    with pytest.raises(Refusal):
        administrators.agree(change_id=row.pk, person_id=zone.person(SECURITY), now=zone.now)
    assert [seat.number for seat in administrators.seats(zone.now)] == [SYSTEM, SECURITY, AUDIT]


def walk(resolver: URLResolver) -> list[str]:
    found: list[str] = []
    for each in resolver.url_patterns:
        found += (
            walk(each)
            if isinstance(each, URLResolver)
            else [str(each.pattern)]
            if isinstance(each, URLPattern)
            else []
        )
    return found


def test_nothing_makes_a_superuser() -> None:
    user = get_user_model()
    names = {field.name for field in user._meta.get_fields()}
    assert not names & {"is_superuser", "is_staff", "groups", "user_permissions"}
    assert not hasattr(user, "has_perm")
    assert not hasattr(user.objects, "create_superuser")
    assert not apps.is_installed("django.contrib.admin")
    assert not [
        place for place in walk(get_resolver()) if place.startswith(("admin/", "hijack", "impersonate"))
    ]
    assert {post["kind"] for post in Post.objects.none().values("kind")} == set()


@pytest.fixture
def made(zone: Any) -> logins.OneTime:
    return logins.open_login(
        person_id=zone.person(SYSTEM), now=zone.pass_time(hours=0.1), person=newcomer(zone), number="20950"
    )


def test_a_log_in_is_shut_until_the_security_administrator_grants_it(zone: Any, made: logins.OneTime) -> None:
    account = LoginAccount.objects.get(number="20950")
    assert not account.is_active and account.check_password(made.password)
    for number, rule in ((SYSTEM, "access.post"), (AUDIT, "access.post")):
        with pytest.raises(Refusal) as caught:
            logins.grant(person_id=zone.person(number), now=zone.now, account_id=account.pk)
        assert caught.value.rule == rule and refused(rule, number)
    logins.grant(person_id=zone.person(SECURITY), now=zone.pass_time(hours=0.1), account_id=account.pk)
    account.refresh_from_db()
    assert account.is_active and account.must_change_password
    with pytest.raises(Refusal) as caught:
        logins.grant(person_id=zone.person(SECURITY), now=zone.now, account_id=account.pk)
    assert caught.value.rule == "rights.decided"
    assert made.password not in "".join(
        str(bytes(each.body.content)) for each in Event.objects.select_related("body")
    )
    assert verify().is_good


def test_after_a_reset_the_log_in_waits_for_a_new_grant(zone: Any, made: logins.OneTime) -> None:
    account = LoginAccount.objects.get(number="20950")
    logins.grant(person_id=zone.person(SECURITY), now=zone.pass_time(hours=0.1), account_id=account.pk)
    again = logins.reset(
        person_id=zone.person(SYSTEM), now=zone.pass_time(hours=0.1), account_id=account.pk, reason="遗忘"
    )
    account.refresh_from_db()
    assert not account.is_active and account.check_password(again.password)
    assert again.password != made.password
    logins.grant(person_id=zone.person(SECURITY), now=zone.pass_time(hours=0.1), account_id=account.pk)
    logins.close(
        person_id=zone.person(SYSTEM), now=zone.pass_time(hours=0.1), account_id=account.pk, reason="调离"
    )
    account.refresh_from_db()
    assert not account.is_active
    assert LoginGrant.objects.get(number="20950").status == "closed"


@pytest.mark.parametrize("act", [logins.reset, logins.close, logins.unlock])
def test_only_the_system_administrator_changes_log_ins_and_never_his_own(zone: Any, act: Any) -> None:
    own, other = LoginAccount.objects.get(number=SYSTEM), LoginAccount.objects.get(number=SITE)
    with pytest.raises(Refusal) as caught:
        act(person_id=zone.person(SYSTEM), now=zone.now, account_id=own.pk, reason="x")
    assert caught.value.rule == "login.own" and refused("login.own", SYSTEM)
    with pytest.raises(Refusal) as caught:
        act(person_id=zone.person(SECURITY), now=zone.now, account_id=other.pk, reason="x")
    assert caught.value.rule == "access.post" and refused("access.post", SECURITY)
    with pytest.raises(BadInput):
        act(person_id=zone.person(SYSTEM), now=zone.now, account_id=other.pk, reason=" ")


@pytest.mark.parametrize("number", ["20703", "abc", "账号一号", "a b c d", "x" * 41])
def test_a_number_in_use_or_not_a_number_is_refused(zone: Any, number: str) -> None:
    with pytest.raises(BadInput) as caught:
        logins.open_login(person_id=zone.person(SYSTEM), now=zone.now, person=newcomer(zone), number=number)
    assert caught.value.field == "number"


def test_who_left_or_has_a_log_in_gets_none(zone: Any) -> None:
    gone = newcomer(zone)
    Person.objects.filter(pk=gone.pk).update(left_on=zone.today())
    gone.refresh_from_db()
    with pytest.raises(Refusal) as caught:
        logins.open_login(person_id=zone.person(SYSTEM), now=zone.now, person=gone, number="20951")
    assert caught.value.rule == "login.left"
    with pytest.raises(BadInput):
        logins.open_login(person_id=zone.person(SYSTEM), now=zone.now, person=person(SITE), number="20951")
