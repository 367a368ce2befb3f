"""C5, C8 and C11: a changed byte is found, a project's file is whole, and every amount leads to its persons."""

from __future__ import annotations

import re
from urllib.parse import urljoin

import pytest
from django.db import connection

from lianjing.domains.works.models import Award
from lianjing.runtime.payment.models import PaymentApplication
from lianjing.runtime.trail.models import Event
from lianjing.runtime.trail.protection import FIRST
from lianjing.runtime.trail.sequencer import sequence_all
from tests.covers.conftest import AUDIT_ADMIN, SUPERVISOR
from tests.domains.works.playing import HEAD, LEADER

LINE = re.compile(r"<li class=\"is-(?!empty)[a-z]+\">.*?</li>", re.DOTALL)
EVENT_LINK = re.compile(r'class="lj-act"><a href="(/events/[^/"]+/)"')
OLDER = re.compile(r'href="([^"]*\?before=\d+)"')


def sql(statement: str, *values: object) -> None:
    """Write past the product."""
    with connection.cursor() as cursor:
        cursor.execute(statement, list(values))


def unguard(table: str) -> None:
    """Take away the triggers, as one with the database's password can."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            return
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [table])
        for (trigger,) in cursor.fetchall():
            cursor.execute(f'DROP TRIGGER "{trigger}"')


@pytest.mark.covers("C5")
def test_one_altered_amount_fails_the_verification_and_is_named(paid, enter):
    _play, _project, contract = paid
    payment = PaymentApplication.objects.get()
    supervisor = enter(SUPERVISOR)
    page = supervisor.post("/trail/verify/").content.decode()
    assert "核验通过" in page and "发现" not in page
    sql("UPDATE contract SET amount = amount + 1 WHERE id = %s", contract.pk)
    sql("UPDATE payment_application SET approved = approved + 0.01 WHERE id = %s", payment.pk)
    page = enter(AUDIT_ADMIN).post("/trail/verify/").content.decode()
    assert "核验通过" not in page and "发现 2 处不符" in page
    assert f"contract {contract.pk}" in page and f"payment_application {payment.pk}" in page
    assert "amount is" in page and "approved is" in page and "48000000.00" in page


@pytest.mark.covers("C5")
@pytest.mark.parametrize("table", FIRST)
def test_one_altered_byte_of_the_trail_itself_is_found_and_the_pages_still_tell(paid, enter, table):
    _play, _project, contract = paid
    sequence_all()
    event = Event.objects.filter(act="works_contract.approve").select_related("leaf").get()
    unguard(table)
    column, key = {
        "trail_event": ("envelope", "id"),
        "trail_body": ("content", "event_id"),
        "trail_leaf": ("leaf_hash", "event_id"),
    }[table]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {table} WHERE {key} = %s", [event.pk])
        before = cursor.fetchone()[0]
    after = (
        before[:-1] + ("0" if before[-1] != "0" else "1")
        if isinstance(before, str)
        else bytes(before)[:-1] + b" "
    )
    sql(f"UPDATE {table} SET {column} = %s WHERE {key} = %s", after, event.pk)
    supervisor = enter(SUPERVISOR)
    page = supervisor.post("/trail/verify/").content.decode()
    assert "核验通过" not in page and f"event {event.pk}" in page
    proof = supervisor.get(f"/events/{event.pk}/")
    assert proof.status_code == 200 and not all(check.holds for check in proof.context["checks"])
    assert (
        f"/events/{event.pk}/"
        in supervisor.get(f"/trace/contract/{contract.pk}/?column=amount").content.decode()
    )


@pytest.mark.covers("C8")
def test_every_line_of_the_project_file_links_to_an_event_and_none_is_missing(paid, enter):
    _play, project, contract = paid
    head, place = enter(HEAD), f"/works/{project.pk}/"
    page = head.get(place).content.decode()
    for told in (
        "48,000,000.00",
        "400,000.00",
        "?print=1",
        contract.matter.title,
        "婺澜澍建市政工程有限公司",
    ):
        assert told in page, told
    linked: list[str] = []
    while True:
        timeline, rest = page[page.index('class="lj-timeline"') :].split("</ol>", 1)
        lines = LINE.findall(timeline)
        links = EVENT_LINK.findall(timeline)
        assert len(lines) == len(links) > 0
        linked += links
        older = OLDER.search(rest)
        if older is None:
            break
        place = urljoin(place, older.group(1))
        page = head.get(place).content.decode()
    chain = Event.objects.filter(object=f"matter:{project.pk}").order_by("-oseq").values_list("id", flat=True)
    assert linked == [f"/events/{event}/" for event in chain]
    printed = head.get(f"/works/{project.pk}/?print=1").content.decode()
    told = printed[printed.index('class="lj-timeline"') :].split("</ol>")[0]
    assert EVENT_LINK.findall(told) == linked[::-1]
    for link in linked[::6]:
        answer = head.get(link)
        assert answer.status_code == 200 and link.split("/")[2] in answer.content.decode()


@pytest.mark.covers("C8")
def test_the_printed_form_of_a_payment_names_amount_opinions_and_persons(paid, enter):
    payment = PaymentApplication.objects.get()
    page = enter(HEAD).get(f"/matters/{payment.pk}/print/")
    text = page.content.decode()
    assert page.status_code == 200 and "肆拾万元整" in text
    for name in ("闫犇", "卞燊", "柴堃林", "宓骁", "欧阳煦", "令狐霏", "桑玥", "佘芃", "尹翯", "蔺赟"):
        assert name in text, name


@pytest.mark.covers("C11")
@pytest.mark.parametrize(
    ("kind", "entered", "reviewed", "approved", "rule"),
    [
        ("contract", "靳棽", {"傅昪", "桑玥", "艾甪"}, "亓砚秋", "works_contract@1"),
        ("payment_application", "闫犇", {"卞燊", "柴堃林", "桑玥"}, "蔺赟", "works_payment@1"),
        ("award", "温翀", set(), "亓砚秋", "works_award@1"),
    ],
)
def test_an_amount_leads_to_names_posts_and_times(paid, enter, kind, entered, reviewed, approved, rule):
    _play, _project, contract = paid
    key = {
        "contract": contract.pk,
        "payment_application": PaymentApplication.objects.get().pk,
        "award": Award.objects.get().pk,
    }[kind]
    page = enter(SUPERVISOR).get(f"/trace/{kind}/{key}/?column=amount")
    assert page.status_code == 200
    groups = {
        group["role"]: [row["touch"].line for row in group["touches"]] for group in page.context["groups"]
    }
    names = {role: {line.person for line in lines} for role, lines in groups.items()}
    assert entered in names["entered"] and reviewed <= names["reviewed"] and approved in names["approved"]
    text = page.content.decode()
    for line in (line for role in ("entered", "reviewed", "approved") for line in groups[role]):
        assert line.post and line.post in text and line.person in text
        assert line.when.astimezone().strftime("%Y-%m-%d") in text and f"/events/{line.event_id}/" in text
    assert rule in text


@pytest.mark.covers("C11")
def test_a_delegated_approval_leads_to_both_persons(play, enter):
    scene, today = play.scene, play.scene.today()
    project = play.project()
    lent = {
        "post": scene_post(scene, LEADER),
        "to_person": scene.person("20004"),
        "from_on": today.isoformat(),
        "to_on": today.replace(day=28).isoformat(),
        "reason": "学习",
    }
    assert enter(LEADER).post("/org/delegations/new/", lent).status_code == 302
    matter = play.open("20703", "works_proposal", project)
    draft = {"amount": "68000000", "authority": "行政审批局", "basis": "会议纪要"}
    play.do("20703", matter, "draft", draft)
    play.do(HEAD, matter, "check")
    line = {"code": "1", "name": "道路", "fiscal_year": 2025, "fund_kind": "budget", "amount": "68000000"}
    play.do("20201", matter, "funds", {"lines": [line], "opinion": "同意"})
    item = scene.item(matter, "decide")
    deputy = enter("20004")
    assert deputy.post(f"/items/{item.pk}/", {"opinion": "同意"}).status_code == 302
    text = enter(SUPERVISOR).get(f"/trace/permit/{matter.pk}/").content.decode()
    assert "麴明漪" in text and "代亓砚秋" in text


def scene_post(scene, number: str) -> int:
    """The post of a log-in."""
    from_table = Event._meta.apps.get_model("org", "Appointment")
    return int(from_table.objects.get(person_id=scene.person(number)).post_id)
