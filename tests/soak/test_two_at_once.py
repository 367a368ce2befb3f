"""Two people at once, each at his own desk, before one running server: one wins, the other is told so; nothing is lost."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.soak.desk import Answer, Desk, today
from tests.soak.kill_loop import ARCHIVIST, PASSWORD, PLANNER
from tests.soak.premises import Server, database_of, installation, lianjing
from tests.soak.prepared import ROUNDS

ECO, PLN, LAW, FUNDS = "20301", "20402", "20602", "20201"


@dataclass(frozen=True)
class Office:
    """A running installation."""

    server: Server
    environment: dict[str, str]
    project: int

    def desk(self, number: str) -> Desk:
        """Return the desk of a person who has logged in."""
        desk = Desk(self.server.port, number, PASSWORD)
        assert desk.log_in().status == 302
        return desk

    def number(self, sql: str, *values: object) -> int:
        """Ask the database itself."""
        database = database_of(self.environment)
        try:
            return database.number(sql, *values)
        finally:
            database.close()


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """A server with a project and some payments in joint review."""
    folder = tmp_path_factory.mktemp("office")
    with installation("joint", folder / "data", os.environ.get("LIANJING_DATABASE_URL", "")) as environment:
        server = Server(environment, folder / "kills.log")
        try:
            server.start()
            database = database_of(environment)
            project = database.number("SELECT min(id) FROM matter WHERE kind = 'project'")
            database.close()
            yield Office(server, environment, project)
        finally:
            server.stop()


def at_once(*requests: Callable[[], Answer]) -> list[Answer]:
    """Send all requests in the same moment; returns the answers in the order of the requests."""
    barrier, answers = threading.Barrier(len(requests)), dict[int, Any]()

    def send(place: int, request: Callable[[], Answer]) -> None:
        barrier.wait()
        answers[place] = request()

    threads = [threading.Thread(target=send, args=each) for each in enumerate(requests)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [answers[place] for place in range(len(requests))]


def sending(desk: Desk, path: str, data: dict[str, str], key: str) -> Callable[[], Answer]:
    """Return a request ready to be sent."""
    return lambda: desk.send(path, data, key)


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
    desks = {element: office.desk(number) for element, number in (("ECO", ECO), ("PLN", PLN), ("LAW", LAW))}
    funds = office.desk(FUNDS)
    waiting = {
        element: {
            each["matter"]: each["id"]
            for each in desk.ask("GET", "/api/v1/items").json()["items"]
            if each["step"] == "joint"
        }
        for element, desk in desks.items()
    }
    matters = sorted(waiting["ECO"])
    assert len(matters) == ROUNDS and all(sorted(each) == matters for each in waiting.values())
    for matter in matters:
        requests = [
            sending(
                desk,
                f"/api/v1/items/{waiting[element][matter]}/complete",
                {"result": "agree", "opinion": "已核"},
                f"joint-{matter}-{element}",
            )
            for element, desk in desks.items()
        ]
        answers = at_once(*requests)
        assert [each.status for each in answers] == [200] * 3, [each.content for each in answers]
        assert (
            office.number("SELECT count(*) FROM opinion WHERE matter_id = ? AND given_at IS NOT NULL", matter)
            == 3
        )
        assert (
            office.number(
                "SELECT count(*) FROM work_item WHERE matter_id = ? AND step_key = 'finance'", matter
            )
            == 1
        )
        assert (
            office.number("SELECT count(*) FROM work_item WHERE matter_id = ? AND closed_at IS NULL", matter)
            == 1
        )
    steps = {each["matter"]: each["step"] for each in funds.ask("GET", "/api/v1/items").json()["items"]}
    assert all(steps[matter] == "finance" for matter in matters)


def test_the_trail_verifies_after_all_that(office):
    lianjing(office.environment, "trail", "sequence")
    verdict = lianjing(office.environment, "trail", "verify", "--json")
    assert verdict.returncode == 0, verdict.stdout
