"""Two people at once, each at his own desk, before one running server: one wins, the other is told so; nothing is lost."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.soak import timer_loop
from tests.soak.desk import Desk, today
from tests.soak.joint_loop import Office, at_once, opened, review_all, sending
from tests.soak.kill_loop import ARCHIVIST, PLANNER
from tests.soak.premises import lianjing
from tests.soak.prepared import ROUNDS


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """A server with a project and some payments in joint review."""
    folder = tmp_path_factory.mktemp("office")
    with opened("joint", folder, os.environ.get("LIANJING_DATABASE_URL", "")) as found:
        yield found


def permit(office: Office, planner: Desk, name: str) -> tuple[int, int]:
    """Open a permit with its paper; returns the matter and its first step."""
    opened = planner.send(
        f"/api/v1/matters/{office.project}/open/works_permit", {"title": name}, f"open-{name.encode().hex()}"
    ).json()
    paper = {"kind": "permit", "title": name, "is_fictitious": "true"}
    handed = planner.hand_in(
        f"/api/v1/matters/{opened['id']}/documents",
        paper,
        f"%PDF-1.4 {name}".encode(),
        f"paper-{name.encode().hex()}",
    )
    assert handed.status == 200, handed.content
    return opened["id"], opened["items"][0]["id"]


def test_of_two_who_complete_the_same_step_one_wins_and_the_other_is_told(office):
    one, two = office.desk(PLANNER), office.desk(PLANNER)
    for turn in range(ROUNDS):
        matter, item = permit(office, one, f"同办{turn}")
        data = [
            {
                "kind": "works_planning",
                "permit_no": f"建字{turn}-{hand}",
                "issued_on": today(),
                "result": "granted",
            }
            for hand in "甲乙"
        ]
        path = f"/api/v1/items/{item}/complete"
        answers = at_once(
            sending(one, path, data[0], f"one-{turn}"), sending(two, path, data[1], f"two-{turn}")
        )
        assert sorted(each.status for each in answers) == [200, 409], [each.content for each in answers]
        loser = next(each for each in answers if each.status == 409).json()
        assert (loser["rule"], loser["ground"]) == ("item.closed", "stale") and "已由他人办结" in loser[
            "message"
        ]
        winner = data[0 if answers[0].status == 200 else 1]["permit_no"]
        assert (
            office.number("SELECT count(*) FROM permit WHERE id = ? AND permit_no = ?", matter, winner) == 1
        )
        assert office.number("SELECT count(*) FROM submission WHERE matter_id = ?", matter) == 1
        assert (
            office.number(
                "SELECT count(*) FROM trail_event WHERE matter_id = ? AND act = 'works_permit.register'",
                matter,
            )
            == 1
        )


def test_the_same_request_sent_twice_at_once_happens_once(office):
    one, two = office.desk(PLANNER), office.desk(PLANNER)
    for turn in range(ROUNDS):
        matter, item = permit(office, one, f"重发{turn}")
        data = {
            "kind": "works_planning",
            "permit_no": f"重字{turn}",
            "issued_on": today(),
            "result": "granted",
        }
        path, key = f"/api/v1/items/{item}/complete", f"same-{turn}"
        answers = at_once(sending(one, path, data, key), sending(two, path, data, key))
        assert {each.status for each in answers} <= {200, 409} and 200 in {each.status for each in answers}
        again = one.send(path, data, key)
        assert again.status == 200 and again.json()["is_repeated"]
        events = {each.json()["event"] for each in (*answers, again) if each.status == 200}
        assert len(events) == 1
        assert office.number("SELECT count(*) FROM submission WHERE matter_id = ?", matter) == 1
        following = office.desk(ARCHIVIST).ask("GET", f"/api/v1/matters/{matter}").json()["items"]
        assert [each["step"] for each in following] == ["verify"]


def test_heads_who_finish_a_joint_review_at_once_are_all_heard_and_the_matter_moves_on_once(office):
    result = review_all(office)
    assert (result["rounds"], result["faults"]) == (ROUNDS, [])


def test_two_workers_fire_each_late_timer_once(tmp_path):
    result = timer_loop.loop_on(os.environ.get("LIANJING_DATABASE_URL", ""), 3, tmp_path)
    assert (sum(result["shares"]), result["faults"]) == (3, [])


def test_the_trail_verifies_after_all_that(office):
    lianjing(office.environment, "trail", "sequence")
    verdict = lianjing(office.environment, "trail", "verify", "--json")
    assert verdict.returncode == 0, verdict.stdout
