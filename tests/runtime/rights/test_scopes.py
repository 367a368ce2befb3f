"""Data scopes: what comes with a post, what is granted in its place or on top, and to whom nothing is granted."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from lianjing.kernel.refusal import BadInput, Refusal
from lianjing.runtime.org.models import Appointment, Person, Post, ScopeGrant, Unit
from lianjing.runtime.org.queries import Reach, scope_of
from lianjing.runtime.rights import posts
from lianjing.runtime.trail.models import Event

SYSTEM, SECURITY, AUDIT = "10001", "10002", "10003"
OFFICER, HEAD, SUPERVISOR, BUILDER = "20703", "20701", "30002", "40001"


def seat(number: str) -> Post:
    return Appointment.objects.select_related("post").filter(person__login__number=number)[0].post


def grant(zone: Any, by: str = SECURITY, **form: Any) -> ScopeGrant:
    given = {"scope": "unit_tree", "basis": "澜经管〔2025〕20号", "from_on": zone.today(), **form}
    return posts.grant_scope(person_id=zone.person(by), now=zone.pass_time(hours=0.1), **given)


@pytest.mark.parametrize(
    ("number", "scope"),
    [(OFFICER, "unit"), (HEAD, "unit_tree"), (SUPERVISOR, "supervised"), (BUILDER, "party")],
)
def test_each_kind_of_post_has_its_own_reach(zone: Any, number: str, scope: str) -> None:
    post = seat(number)
    found = scope_of(zone.person(number), zone.today())
    assert Reach(scope, post.unit_id, post.pk) in found
    assert {reach.scope for reach in found} == {scope}


@pytest.mark.parametrize("number", [SYSTEM, SECURITY, AUDIT])
def test_administrators_see_no_business(zone: Any, number: str) -> None:
    assert scope_of(zone.person(number), zone.today()) == frozenset()


def test_a_grant_to_a_post_takes_the_place_of_its_reach_until_it_ends(zone: Any) -> None:
    post = seat(OFFICER)
    row = grant(zone, post=post, scope="own")
    assert scope_of(zone.person(OFFICER), zone.today()) == {Reach("own", post.unit_id, post.pk)}
    posts.end_scope(
        grant_id=row.pk, person_id=zone.person(SECURITY), reason="到期", now=zone.pass_time(hours=0.1)
    )
    tomorrow = zone.today() + timedelta(days=1)
    assert scope_of(zone.person(OFFICER), tomorrow) == {Reach("unit", post.unit_id, post.pk)}
    with pytest.raises(Refusal):
        posts.end_scope(grant_id=row.pk, person_id=zone.person(SECURITY), reason="再次", now=zone.now)


def test_a_grant_to_a_person_adds_to_his_posts_and_ends_by_itself(zone: Any) -> None:
    post, finance = seat(OFFICER), Unit.objects.get(code="FIN")
    person, last = Person.objects.get(login__number=OFFICER), zone.today() + timedelta(days=5)
    grant(zone, person=person, unit=finance, to_on=last)
    own = Reach("unit", post.unit_id, post.pk)
    assert scope_of(person.pk, last) == {own, Reach("unit_tree", finance.pk)}
    assert scope_of(person.pk, last + timedelta(days=1)) == {own}


@pytest.mark.parametrize("number", [SYSTEM, OFFICER, AUDIT])
def test_only_the_security_administrator_grants_a_scope(zone: Any, number: str) -> None:
    with pytest.raises(Refusal) as caught:
        grant(zone, by=number, post=seat(HEAD))
    assert caught.value.rule == "access.post"
    assert Event.objects.filter(refused_rule="access.post", act="scope.grant").exists()


@pytest.mark.parametrize("number", [SYSTEM, SUPERVISOR, BUILDER])
def test_the_reach_of_administrators_supervisors_and_firms_is_not_changed(zone: Any, number: str) -> None:
    with pytest.raises(Refusal) as caught:
        grant(zone, post=seat(number))
    assert caught.value.rule == "scope.not_grantable"


def test_nobody_grants_himself_a_scope_by_service_or_by_sql(zone: Any) -> None:
    me = Person.objects.get(login__number=SECURITY)
    form = {"person": me, "scope": "all", "to_on": zone.today()}
    with pytest.raises(Refusal):
        grant(zone, **form)
    with pytest.raises(IntegrityError), transaction.atomic():
        ScopeGrant(**form, from_on=zone.today(), basis="x", granted_by_person=me).save()
    with pytest.raises(IntegrityError), transaction.atomic():
        ScopeGrant(scope="all", from_on=zone.today(), basis="x", granted_by_person=me).save()


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"basis": " "},
        {"from_on": -1},
        {"to_on": -1},
        {"person": True, "to_on": None, "unit": True},
        {"person": True, "to_on": 3},
        {"person": True, "to_on": 3, "unit": True, "scope": "all"},
    ],
)
def test_a_scope_without_object_paper_or_days_is_wrong_input(zone: Any, wrong: dict[str, Any]) -> None:
    form: dict[str, Any] = dict(wrong)
    for name in ("from_on", "to_on"):
        if isinstance(form.get(name), int):
            form[name] = zone.today() + timedelta(days=form[name])
    if form.get("person"):
        form["person"] = Person.objects.get(login__number=OFFICER)
    elif wrong:
        form["post"] = seat(OFFICER)
    if form.get("unit"):
        form["unit"] = Unit.objects.get(code="FIN")
    with pytest.raises(BadInput):
        grant(zone, **form)
