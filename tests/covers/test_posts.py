"""C4: each approval belongs to a post, each post on each day to one person, and nobody approves what he submitted."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lianjing.runtime.org.models import Appointment, Person, Post
from tests.appointing import appoint
from tests.covers.conftest import PERSONNEL, SUPERVISOR, attempts, post_api
from tests.domains.works.playing import ARCHIVES, PLANNER


@pytest.mark.covers("C4")
def test_who_could_approve_on_a_day_has_one_name_for_every_day(play, enter):
    scene, personnel, supervisor = play.scene, enter(PERSONNEL), enter(SUPERVISOR)
    post = Post.objects.get(unit__code="ZONE", key="leader_in_charge")
    seat = Appointment.objects.select_related("person").get(post=post)
    successor = Person.objects.get(login__number="20004")
    last = scene.today() + timedelta(days=10)

    def could(day):
        page = supervisor.get("/org/who/", {"post": post.pk, "day": day.isoformat()})
        assert page.status_code == 200
        names = [row["person"].name for row in page.context["answer"]]
        assert all(name in page.content.decode() for name in names)
        return names, page.context["fault"]

    assert could(scene.today()) == ([seat.person.name], "")
    ended = personnel.post(
        f"/org/appointments/{seat.pk}/end/", {"to_on": last.isoformat(), "reason": "澜经管〔2025〕9号"}
    )
    assert ended.status_code == 302
    first = last + timedelta(days=1)
    named = {
        "person": successor.pk,
        "post": post.pk,
        "from_on": first.isoformat(),
        "basis": "澜经管〔2025〕9号",
    }
    appoint(enter, named)
    assert could(last) == ([seat.person.name], "")
    assert could(first) == ([successor.name], "")
    assert could(seat.from_on - timedelta(days=1)) == ([], "该日该岗位无人在任")


@pytest.mark.covers("C4")
def test_a_submitter_does_not_approve_even_through_a_delegation(play, enter):
    project = play.project()
    play.approved(project)
    play.gate(project)
    permit = play.open(PLANNER, "works_permit", project)
    data = {
        "kind": "works_planning",
        "permit_no": "建字第1号",
        "issued_on": play.scene.today(),
        "result": "granted",
    }
    play.do(PLANNER, permit, "register", data)
    item = play.scene.item(permit, "verify")
    planner, archivist = enter(PLANNER), enter(ARCHIVES)
    assert (
        post_api(planner, f"/items/{item.pk}/complete", {"is_same": "on"}).json()["rule"] == "post.not_held"
    )

    today = play.scene.today()
    lent = {
        "post": item.post_id,
        "to_person": play.scene.person(PLANNER),
        "from_on": today.isoformat(),
        "to_on": (today + timedelta(days=5)).isoformat(),
        "reason": "出差",
    }
    assert archivist.post("/org/delegations/new/", lent).status_code == 302
    page = planner.post(f"/items/{item.pk}/", {"is_same": "on"})
    assert page.status_code == 403 and "不得由同一人办理" in page.content.decode()
    told = post_api(planner, f"/items/{item.pk}/complete", {"is_same": "on"})
    assert (told.status_code, told.json()["rule"], told.json()["ground"]) == (
        403,
        "separation.same_person",
        "conflict",
    )
    assert [event.person_id for event in attempts("separation.same_person")] == [
        play.scene.person(PLANNER)
    ] * 2
    assert archivist.post(f"/items/{item.pk}/", {"is_same": "on"}).status_code == 302
