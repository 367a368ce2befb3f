"""What the pages ask to be confirmed: a program does it by its own person's token with a named scope, or not at all."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from lianjing.api.acts import OPERATIONS
from lianjing.kernel.refusal import Refusal
from lianjing.runtime.complaint.keys import set_key
from lianjing.runtime.complaint.models import Complaint
from lianjing.runtime.complaint.services import Report, receive
from lianjing.runtime.handover.models import PostHandover
from lianjing.runtime.message.models import Message
from lianjing.runtime.org.models import Appointment, LoginAccount, Post
from lianjing.runtime.personal.models import Unmasking
from lianjing.runtime.rights.models import AppointmentProposal
from lianjing.runtime.scope.access_log import EXPORT
from lianjing.runtime.token.services import issue
from lianjing.runtime.trail.models import Event
from lianjing.web.lists import LISTS
from tests.api.test_acts import Program
from tests.domains.works.playing import OFFICER, Play
from tests.web.conftest import Browser

SYSTEM_ADMIN, SECURITY_ADMIN, AUDIT_ADMIN, SUPERVISOR, PERSONNEL = (
    "10001",
    "10002",
    "10003",
    "30002",
    "20111",
)
ABOUT = {"matter_choose", "feed_differences", "message_receipts", "webhook"}  # lists of one thing


@pytest.mark.parametrize("number", [SYSTEM_ADMIN, SECURITY_ADMIN, AUDIT_ADMIN, SUPERVISOR, OFFICER])
def test_every_list_of_a_page_is_read_by_who_may_open_the_page_and_by_nobody_else(
    play: Play, browser: Browser, number: str
) -> None:
    scopes = ["read", "act", "export", "confidence"]
    program, client = Program(play, number, scopes=scopes), browser(number)
    for name in LISTS:
        if name in ABOUT:
            continue
        answer = program.get(f"registers/{name}", limit=2)
        page = client.get(PLACES[name]) if name in PLACES else None
        assert answer.status_code in (200, 403), (name, answer.content)
        if page is not None:
            assert (answer.status_code == 200) == (page.status_code == 200), name


PLACES = {
    "system_accounts": "/system/accounts/",
    "complaints": "/complaints/",
    "tokens": "/me/tokens/",
    "handovers": "/org/handovers/",
}


def test_a_reading_token_reads_no_report_of_conduct_and_takes_no_list_away(play: Play) -> None:
    program = Program(play, SUPERVISOR, scopes=["read"])
    assert program.get("registers/complaints").json()["rule"] == "token.scope"
    assert program.get("registers/meetings/file").json()["rule"] == "token.scope"
    assert program.post("trail/exports", {}).json()["rule"] == "token.scope"


def test_a_list_taken_away_is_an_event_and_with_personal_columns_wants_a_reason(play: Play) -> None:
    program = Program(play)
    answer = program.get("registers/org_units/file")
    assert (answer.status_code, answer.content[:2]) == (200, b"PK")
    assert Event.objects.filter(act=EXPORT).count() == 1
    assert program.get("registers/nothing/file").status_code == 404


def test_rights_are_granted_by_a_token_with_that_scope_only(play: Play, zone: Any) -> None:
    post = Post.objects.filter(kind="operator").order_by("id")[0]
    person = zone.person(OFFICER)
    paper = {"basis": "组〔2025〕9号", "from_on": zone.now.date().isoformat()}
    asked = Program(play, PERSONNEL).post(
        "appointments", {"person_id_": 1, **paper}
    )  # an unknown word is a fault
    assert asked.status_code == 422
    assert Appointment.objects.filter(person_id=person, post=post).count() == 0
    AppointmentProposal.objects.all().delete()
    plain = Program(play, SECURITY_ADMIN)
    assert plain.post("appointment-proposals/1/grant", {}).json()["rule"] == "token.scope"
    named = Program(play, SECURITY_ADMIN, scopes=["read", "act", "rights"])
    assert named.post("appointment-proposals/999/grant", {}).status_code == 404


def test_a_log_in_made_by_a_program_waits_for_the_other_administrator(play: Play, zone: Any) -> None:
    maker = Program(play, SYSTEM_ADMIN, scopes=["act", "rights"])
    LoginAccount.objects.filter(number="20705").delete()
    person = zone.person("20706")
    LoginAccount.objects.filter(person_id=person).delete()
    made = maker.post("logins", {"owner_person_id": person, "number": "20790"})
    assert made.status_code == 200 and made.json()["result"]["password"]
    account = LoginAccount.objects.get(number="20790")
    assert not account.is_active
    assert maker.post(f"logins/{account.pk}/grant", {}).json()["rule"] == "post.kind"
    granted = Program(play, SECURITY_ADMIN, scopes=["act", "rights"]).post(f"logins/{account.pk}/grant", {})
    account.refresh_from_db()
    assert granted.status_code == 200 and account.is_active


def test_unmasking_by_a_program_needs_the_scope_a_purpose_and_a_reason(play: Play, zone: Any) -> None:
    asked = {"table": "person", "record_key": str(zone.person(OFFICER)), "purpose": "verify"}
    assert Program(play).post("unmaskings", {**asked, "reason": "核对身份"}).json()["rule"] == "token.scope"
    program = Program(play, scopes=["act", "personal"])
    assert program.post("unmaskings", {**asked, "reason": ""}).status_code == 422
    found = program.post("unmaskings", {**asked, "reason": "核对身份"})
    assert (found.status_code in (200, 422), Unmasking.objects.count() <= 1) == (True, True)


def test_a_session_that_proved_nothing_lately_is_asked_again(browser: Browser, zone: Any) -> None:
    client = browser(SYSTEM_ADMIN)
    zone.now += timedelta(minutes=20)
    answer = client.post(
        "/api/v1/logins", '{"owner_person_id": 1, "number": "20790"}', content_type="application/json"
    )
    assert answer.status_code in (403, 409)


@pytest.mark.parametrize("scope", ["rights", "personal", "confidence"])
def test_nobody_issues_such_a_token_in_anothers_name(zone: Any, scope: str) -> None:
    given = {"name": "代办", "scopes": ["act", scope], "days": 30, "now": zone.now}
    with pytest.raises(Refusal, match="本人签发"):
        issue(**given, person_id=zone.person(SYSTEM_ADMIN), for_person_id=zone.person(OFFICER))


@pytest.mark.parametrize("number", [SECURITY_ADMIN, AUDIT_ADMIN, SUPERVISOR])
def test_the_system_administrator_becomes_nobody_who_watches_him(zone: Any, number: str) -> None:
    with pytest.raises(Refusal, match="本人签发"):
        issue(
            name="代办",
            scopes=["act"],
            days=30,
            person_id=zone.person(SYSTEM_ADMIN),
            for_person_id=zone.person(number),
            now=zone.now,
        )


def test_who_gets_a_service_token_in_his_name_is_told(zone: Any) -> None:
    owner = zone.person(OFFICER)
    issue(
        name="代办",
        scopes=["read"],
        days=30,
        person_id=zone.person(SYSTEM_ADMIN),
        for_person_id=owner,
        now=zone.now,
    )
    assert Message.objects.filter(deliveries__person_id=owner, kind="security").exists()


def test_a_report_of_conduct_is_handled_by_a_program_and_never_opened(play: Play, zone: Any) -> None:
    supervisor = zone.person(SUPERVISOR)
    office = Appointment.objects.get(person_id=supervisor).post.unit_id
    set_key(unit_id=office, person_id=supervisor, phrase="一把锁 两把钥匙 三个人", now=zone.now)
    receive(Report("某科室超标准接待，有发票为证。"), now=zone.now)
    report = Complaint.objects.get()
    program = Program(play, SUPERVISOR, scopes=["read", "act", "confidence"])
    told = program.get(f"complaints/{report.pk}")
    assert told.status_code == 200 and "接待" not in told.content.decode()
    done = program.post(f"complaints/{report.pk}/handle", {"state": "verifying", "note": "已分派核实"})
    report.refresh_from_db()
    assert (done.status_code, report.state) == (200, "verifying")
    assert Program(play, OFFICER, scopes=["read", "confidence"]).get(
        f"complaints/{report.pk}"
    ).status_code in (
        403,
        404,
    )


def test_a_hand_over_is_confirmed_by_the_digest_of_the_list_that_was_read(play: Play, zone: Any) -> None:
    giver, successor = zone.person(OFFICER), zone.person("20201")
    post = Appointment.objects.filter(person_id=giver, to_on=None).order_by("id")[0].post_id
    made = Program(play).post(
        "handovers",
        {
            "giver_person_id": giver,
            "successor_person_id": successor,
            "post_ids": [post],
            "reason": "transfer",
            "basis": "组〔2025〕12号",
            "last_on": (zone.now + timedelta(days=3)).date().isoformat(),
        },
    )
    assert made.status_code == 200, made.content
    row = PostHandover.objects.get()
    read = Program(play).get(f"handovers/{row.pk}").json()["result"]
    assert read["list_digest"]
    stranger = Program(play, "20707")
    assert stranger.get(f"handovers/{row.pk}").status_code == 404
    wrong = Program(play, "20201").post(f"handovers/{row.pk}/confirm", {"list_digest": "x"})
    assert wrong.status_code == 409


def test_every_operation_that_a_page_confirms_names_its_scope() -> None:
    """The pages that ask again who it is, as far as they have an operation."""
    confirmed = {"webhook_new", "unmask", "system_identity_new", "system_identity_end"}
    found = {
        page: each.scope
        for operations in OPERATIONS.values()
        for each in operations
        for page in each.pages
        if page in confirmed
    }
    assert set(found) == confirmed and all(found.values())
