"""C9, C10 and G7: the supervisor sees everything at any time, is seen himself, and changes nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product
from urllib.parse import quote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import URLPattern, URLResolver, get_resolver

from lianjing.domains.works.services.project import open_project
from lianjing.runtime.documents.models import Document
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.org.models import Appointment, Delegation, Person, PowerItem
from lianjing.runtime.process.models import WorkItem
from lianjing.runtime.process.queries import items_for
from lianjing.runtime.trail.models import Event
from tests.appointing import appoint
from tests.covers.conftest import PERSONNEL, SUPERVISOR, digests, fields_of, post_api, session_of
from tests.domains.works.playing import AUDITOR, ENGINEER, HEAD, LEAD, OFFICER, PLANNER

ALL_SUPERVISORS = ("30001", "30002", "30003")
# His own session (the first one is his), messages and settings, and the acts of supervision itself: no business record.
OWN = {
    "login",
    "logout",
    "password",
    "set_language",
    "set_money_unit",
    "exchange_hook",
    "me",
    "item_urge",
    "analysis_urge",
} | {"system_session_end"}
OWN_BEGIN = (
    "login_",
    "me_",
    "message",
    "tip_",
    "receipt",
    "complaint",
    "injury_confirm",
    "trail_",
    "erasure",
    "legal_hold",
    "report",
    "token",
    "webhook",
    "phrase",
    "unmask",
    "help",
)
READS = {"openapi-json"}
FILLED = {
    "kind": "works_planning",
    "permit_no": "建字第1号",
    "result": "granted",
    "is_same": "on",
    "opinion": "同意",
    "approved": "1",
    "cut_reason": "核减",
    "is_contract_checked": "on",
    "is_measure_checked": "on",
    "is_change_checked": "on",
    "title": "监督组的事项",
    "reason": "form_error",
    "text": "越权",
    "target": "register",
    "to_stage": "payment",
    "action": "",
    "choice": "for",
    "to_on": "2026-01-05",
}


@pytest.mark.covers("C9")
def test_the_supervisor_sees_all_supervised_projects_and_his_own_views_are_logged(paid, enter):
    play, project, contract = paid
    scene = play.scene
    data = play.project_data(title="澜汀渠清淤工程", project_code="")
    other = open_project(person_id=scene.person(OFFICER), now=scene.now, data=data)
    supervisor = enter(SUPERVISOR)
    listed, strangers = (
        supervisor.get("/works/").content.decode(),
        enter("20302").get("/works/").content.decode(),
    )
    assert all(
        f"/works/{each.pk}/" in listed and f"/works/{each.pk}/" not in strangers for each in (project, other)
    )

    cockpit = supervisor.get("/cockpit/")
    assert cockpit.status_code == 200
    overview = cockpit.context["parts"][0]["overview"]
    assert overview.total == 2
    standing = next(each for each in overview.standings if each.url.rstrip("/").endswith(str(project.pk)))
    assert (standing.ceiling, standing.paid, standing.verified) == (contract.amount, 400000, 0)
    assert "400,000.00" in supervisor.get(f"/works/{project.pk}/").content.decode()

    views = Event.objects.filter(act="access.view")
    view = views.get()
    assert (view.person_id, view.root_matter_id, view.post_id is not None) == (
        scene.person(SUPERVISOR),
        project.pk,
        True,
    )
    supervisor.get(f"/works/{other.pk}/")
    assert views.count() == 2
    scene.pass_time(working_days=1)
    supervisor.get(f"/works/{project.pk}/")
    assert views.count() == 3
    for number in (HEAD, OFFICER):
        enter(number).get(f"/works/{project.pk}/")
    assert views.count() == 3

    own = enter(SUPERVISOR).get("/trail/?act=access.view").content.decode()
    assert all(f"/events/{each.pk}/" in own for each in views)
    head = enter(HEAD)
    seen = head.get(f"/works/{project.pk}/").content.decode() + head.get("/trail/").content.decode()
    assert not any(each.pk in seen for each in views)
    assert head.get(f"/events/{view.pk}/").status_code == 404


@pytest.mark.covers("C10")
def test_a_slow_step_appears_on_the_list_with_the_right_person(paid, enter):
    play, project, contract = paid
    scene = play.scene
    payment = play.applied(project, contract, "advance", "200000")
    item = scene.item(payment, "audit")
    assert item.due_at is not None

    def listed(number):
        answer = enter(number).get("/bottlenecks/")
        assert answer.status_code == 200
        rows = [line for line in answer.context["listing"].found if line.stuck.item.pk == item.pk]
        assert all(
            line.names in answer.content.decode() and line.step in answer.content.decode() for line in rows
        )
        return [(line.names, line.stuck.item.post.name, line.grounds) for line in rows]

    assert listed(SUPERVISOR) == [] and listed(HEAD) == []
    while scene.now <= item.due_at:
        scene.pass_time(working_days=1)
    rows = listed(SUPERVISOR)
    assert rows == listed(HEAD) and len(rows) == 1
    assert rows[0][0] == "卞燊" and "超过时限" in rows[0][2]

    seat = Appointment.objects.get(post_id=item.post_id)
    successor = Person.objects.get(login__number="20302")
    personnel, today = enter(PERSONNEL), scene.today()
    assert (
        personnel.post(
            f"/org/appointments/{seat.pk}/end/", {"to_on": today.isoformat(), "reason": "轮岗"}
        ).status_code
        == 302
    )
    scene.pass_time(working_days=1)
    named = {
        "person": successor.pk,
        "post": item.post_id,
        "from_on": scene.today().isoformat(),
        "basis": "轮岗",
    }
    appoint(enter, named)
    assert [row[0] for row in listed(SUPERVISOR)] == ["展翾"]


def addresses(values: dict[str, list[object]]) -> Iterator[tuple[str, str]]:
    """Every address of the installation with real keys in it: name and path."""

    def walk(patterns: list[object], head: str) -> Iterator[tuple[str, str]]:
        for each in patterns:
            if isinstance(each, URLResolver):
                yield from walk(each.url_patterns, head + str(each.pattern))
            elif isinstance(each, URLPattern):
                yield each.name or "", head + str(each.pattern)

    for name, pattern in walk(get_resolver().url_patterns, ""):
        parts = re.findall(r"<(?:\w+:)?(\w+)>", pattern)
        for chosen in product(*(values.get(part, [1]) for part in parts)):
            path = pattern
            for part, value in zip(parts, chosen, strict=True):
                path = re.sub(rf"<(?:\w+:)?{part}>", quote(str(value), safe=""), path, count=1)
            yield name, f"/{path}"


@pytest.fixture
def busy(paid):
    """Steps of many kinds open at once: a permit ready to be registered, a payment in audit, another not yet applied."""
    play, project, contract = paid
    permit = play.open(PLANNER, "works_permit", project)
    play.paper(PLANNER, permit, "permit", play.scene.item(permit, "register"))
    payment = play.applied(project, contract, "advance", "200000")
    play.paper(AUDITOR, payment, "audit_report", play.scene.item(payment, "audit"))
    play.open(OFFICER, "works_payment", project)
    play.open("20706", "works_account_change", project)
    return play, project, permit


@pytest.mark.covers("G7")
def test_a_supervisor_is_refused_at_every_address_and_changes_no_record(busy, enter):
    play, project, permit = busy
    open_items = list(WorkItem.objects.filter(closed_at=None).values_list("pk", flat=True))
    values: dict[str, list[object]] = {
        "item_id": [*open_items, PowerItem.objects.first().pk],
        "matter_id": [project.pk, permit.pk],
        "procedure": ["works_permit", "works_payment", "works_tender", "works_progress"],
        "document_id": [Document.objects.latest("pk").pk],
        "reference": ["zone_funds~6"],
        "key": ["zone_funds"],
        "table": ["contract"],
        "event_id": [Event.objects.latest("recorded_at").pk],
        "person_id": [play.scene.person(HEAD)],
        "appointment_id": [Appointment.objects.first().pk],
    }
    before, posted = digests(), 0
    for number in ALL_SUPERVISORS:
        client, refusals = session_of(number), 0
        assert not items_for(play.scene.person(number), play.scene.today()).exists()
        for name, path in addresses(values):
            if name in OWN | READS or name.startswith(OWN_BEGIN):
                continue
            sent = {
                **FILLED,
                "issued_on": play.scene.today().isoformat(),
                "file": SimpleUploadedFile("a.pdf", b"%PDF-1.4 x"),
            }
            answers = [client.post(path, sent)]
            if path.startswith("/api/"):
                answers += [
                    post_api(
                        client, path.removeprefix("/api/v1"), {**FILLED, "issued_on": play.scene.today()}
                    )
                ]
                answers += [client.put(path), client.patch(path), client.delete(path)]
            for answer in answers:
                posted += 1
                assert answer.status_code in (400, 403, 404, 405, 409, 422), (
                    number,
                    path,
                    answer.status_code,
                )
                refusals += answer.status_code == 403
        assert refusals > 30
        changed = {table for table, digest in digests().items() if digest != before[table]}
        assert changed == set(), number
    assert posted > 300 and not Delegation.objects.exists()
    assert (
        Event.objects.filter(
            is_refused=True, person_id__in=[play.scene.person(each) for each in ALL_SUPERVISORS]
        ).count()
        > 30
    )

    item = play.scene.item(permit, "register")
    rightful = fields_of({**FILLED, "issued_on": play.scene.today()})
    assert enter(PLANNER).post(f"/items/{item.pk}/", rightful).status_code == 302
    assert digests() != before


@pytest.mark.covers("G7")
def test_a_supervisor_reads_every_matter_of_his_units_and_every_paper_of_theirs(busy, enter):
    _play, project, _permit = busy
    supervisor = enter(SUPERVISOR)
    for matter in Matter.objects.filter(root=project):
        assert supervisor.get(f"/matters/{matter.pk}/", follow=True).status_code == 200, matter.kind
        assert supervisor.get(f"/api/v1/matters/{matter.pk}").json()["items"] is not None
    for item in WorkItem.objects.filter(matter__root=project):
        page = supervisor.get(f"/items/{item.pk}/")
        assert page.status_code == 200 and page.context["form"] is None, item.step_key
    assert (
        enter(LEAD).get("/trail/verify/").status_code == 403
        and enter(ENGINEER).get(f"/works/{project.pk}/").status_code == 200
    )
