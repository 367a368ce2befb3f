"""A repeated request, on every way in that takes a key, happens once and is answered as before (bad input of all rows)."""

from __future__ import annotations

import json

from lianjing.runtime.matter.models import Matter, StageGate
from lianjing.runtime.trail.models import Event
from tests.domains.works.playing import LEAD, OFFICER


def send(client, place, data, key):
    return client.post(
        f"/api/v1{place}", json.dumps(data), content_type="application/json", headers={"Idempotency-Key": key}
    )


def test_a_gate_passed_twice_under_one_key_is_passed_once(play, enter):
    project, lead = play.project(), enter(LEAD)
    play.approved(project)
    first = send(lead, f"/matters/{project.pk}/gate", {}, "gate-1")
    again = send(lead, f"/matters/{project.pk}/gate", {}, "gate-1")
    assert (first.status_code, first.json()["stage"]) == (200, "planning")
    assert (again.status_code, again.json()["stage"]) == (200, "planning")
    assert (
        StageGate.objects.count() == 1
        and Event.objects.filter(act="matter.pass_gate", is_refused=False).count() == 1
    )


def test_a_matter_opened_twice_under_one_key_is_one_matter(play, enter):
    project, officer = play.project(), enter(OFFICER)
    place = f"/matters/{project.pk}/open/works_proposal"
    first, again = (send(officer, place, {"title": "立项"}, "open-1") for _turn in range(2))
    assert first.json()["id"] == again.json()["id"] and Matter.objects.filter(kind="proposal").count() == 1


def test_a_key_of_another_person_opens_nothing_of_his(play, enter):
    """A key is no secret: whoever repeats somebody else's gets neither his answer nor his act."""
    project = play.project()
    play.approved(project)
    assert send(enter(LEAD), f"/matters/{project.pk}/gate", {}, "shared-key").status_code == 200
    told = send(enter(OFFICER), f"/matters/{project.pk}/gate", {}, "shared-key")
    assert told.status_code in (403, 409)
