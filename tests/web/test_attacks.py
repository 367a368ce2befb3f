"""The attacks that the installation must stand, each with the tests that show it; those that had none are here."""

from __future__ import annotations

import ast
import errno
import html
from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.test import Client

from lianjing.domains.works.register_menu import REGISTERS, view_name
from lianjing.runtime import clock
from lianjing.runtime.access.models import LoginRecord
from lianjing.runtime.complaint.keys import set_key
from lianjing.runtime.complaint.models import Complaint
from lianjing.runtime.complaint.services import Report, name_subject, place_of, receive
from lianjing.runtime.domains import domains
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.message.services import set_address
from lianjing.runtime.org.models import Person
from lianjing.runtime.org.queries import actor_at, posts_held
from lianjing.runtime.process.queries import check_states
from lianjing.runtime.retention.services import place_hold
from lianjing.runtime.scope.events import events_for, may_read_body
from lianjing.runtime.trail import publication
from lianjing.runtime.trail.act import SYSTEM, recorded
from lianjing.runtime.trail.disk import log_folder
from lianjing.runtime.trail.models import Event
from lianjing.runtime.trail.verify import verify
from tests.domains.works.playing import OFFICER, Play
from tests.web import test_access
from tests.web.attack_list import ATTACKS, NAMED
from tests.web.conftest import Browser
from tests.web.test_access import place_of as address_of

ROOT = Path(__file__).parents[2]
SUPERVISOR, COLLEAGUE, OPERATOR = "30001", "30002", "20703"
arguments = test_access.arguments

HOSTILE = (
    "'; DROP TABLE matter; --",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7*7 }}{% debug %}",
    "../../etc/passwd\x00.pdf",
    "%' OR 1=1 --\r\nSet-Cookie: a=b",
    "=cmd|'/c calc'!A0",
    "\u202e\ud7ff９９９９９９９９９９９９９９９９９９９９",
)
RAW = ("<script>alert(", "<img src=x")


@cache
def defined_in(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return frozenset(each.name for each in ast.walk(tree) if isinstance(each, ast.FunctionDef))


@pytest.mark.parametrize("attack", ATTACKS)
def test_each_attack_has_its_tests(attack: str) -> None:
    for name in ATTACKS[attack]:
        path, _colons, test = name.partition("::")
        assert (ROOT / path).exists() and test in defined_in(path), name


@pytest.mark.parametrize("named", NAMED)
def test_no_named_attack_is_missing(named: str) -> None:
    assert any(attack.startswith(named) for attack in ATTACKS)


def sound(answer: Any, place: str) -> None:
    """No fault of ours, and nothing of what was sent comes back as mark-up or as a header."""
    assert answer.status_code < 500, (place, answer.status_code)
    assert "a=b" not in answer.headers.get("Set-Cookie", "") and "a" not in answer.cookies, place
    if not getattr(answer, "streaming", False) and "html" in answer.headers.get("Content-Type", ""):
        page = answer.content.decode()
        assert not [sign for sign in RAW if sign in page], place


def pages(method: str) -> Iterator[str]:
    """The addresses that are asked or sent to, one register for all."""
    alike = {view_name(kind) for kind in list(REGISTERS)[1:]}
    for name, (asked, _statuses) in test_access.rows().items():
        if asked == method and name not in alike and name not in ("logout", "readyz"):
            yield name


@pytest.mark.parametrize("number", [SUPERVISOR, OPERATOR])
def test_hostile_words_in_every_search_box_are_words(
    number: str, browser: Browser, arguments: dict[str, list[Any]], settings: Any
) -> None:
    settings.LIANJING_RATE_ADDRESS = settings.LIANJING_RATE_PERSON = 100_000
    client = browser(number)
    for place, name in enumerate(pages("GET")):
        text = HOSTILE[place % len(HOSTILE)]
        asked = dict.fromkeys(
            (
                "q",
                "sort",
                "state",
                "unit",
                "from",
                "to",
                "page",
                "after",
                "cols",
                "group",
                "next",
                "on",
                "year",
            ),
            text,
        )
        sound(client.get(address_of(name, arguments), asked), name)
        sound(client.get(address_of(name, arguments), {"q": HOSTILE[1], "sort": HOSTILE[0]}), name)


@pytest.mark.parametrize("number", [SUPERVISOR, OPERATOR, "10001", "40001"])
def test_hostile_words_sent_to_every_page_are_words(
    number: str, browser: Browser, arguments: dict[str, list[Any]], settings: Any
) -> None:
    settings.LIANJING_RATE_ADDRESS = settings.LIANJING_RATE_PERSON = 100_000
    client, before = browser(number), Matter.objects.count()
    fields = (
        "title", "text", "reason", "opinion", "name", "number", "code", "basis", "person", "unit", "post", "matter",
        "to", "from_on", "to_on", "kind", "value", "key", "query", "path", "next", "result", "note", "answer",
        "columns", "subject", "amount", "due_on", "state", "action", "phrase", "witness", "receipt", "address",
    )  # fmt: skip
    for place, name in enumerate(each for each in pages("POST") if not each.startswith("api:")):
        sent = dict.fromkeys(fields, HOSTILE[place % len(HOSTILE)])
        sound(client.post(address_of(name, arguments), sent), name)
        if client.get("/").status_code != 200:
            client = browser(number)
    assert Matter.objects.count() >= before


def test_hostile_text_in_every_declared_form_is_text(zone: Any) -> None:
    play = Play(zone)
    project = play.project()
    count = 0
    for domain in domains():
        for procedure in domain.procedures:
            for step in procedure.steps:
                count += step.form is not None and _holds(step.form, project, zone.today())
    assert count > 100


def _holds(form: Any, matter: Matter, day: Any) -> bool:
    try:
        names = list(form(None, matter=matter, day=day).fields)
    except (AttributeError, LookupError, Matter.DoesNotExist):
        return False  # a form that needs a record of its own kind: its procedure's stories send text there
    except Exception as error:  # noqa: BLE001 - a record that is absent, of whatever table
        assert type(error).__name__ == "DoesNotExist", (form, error)
        return False
    for text in HOSTILE:
        bound = form(dict.fromkeys(names, text), matter=matter, day=day)
        bound.is_valid()
        drawn = render_to_string("lianjing/parts/step_form.html", {"form": bound})
        assert not [sign for sign in RAW if sign in drawn], form
    return True


def test_what_is_escaped_is_shown_whole(browser: Browser, zone: Any) -> None:
    page = browser(SUPERVISOR).get("/works/", {"q": HOSTILE[1]}).content.decode()
    assert html.escape(HOSTILE[1]) in page


def test_the_program_runs_nothing_that_it_is_given() -> None:
    """No evaluated text, no shell, no pickles, nowhere in the program."""
    found = []
    for path in (ROOT / "src").rglob("*.py"):
        for each in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(each, ast.Call) and getattr(each.func, "id", "") in ("eval", "exec", "compile"):
                found.append((path.name, each.lineno))
            if isinstance(each, ast.keyword) and each.arg == "shell":
                found.append((path.name, each.lineno))
            names = [alias.name for alias in each.names] if isinstance(each, ast.Import) else []
            names += [each.module or ""] if isinstance(each, ast.ImportFrom) else []
            found += [(path.name, name) for name in names if name in ("pickle", "marshal", "shelve")]
    assert found == []


# --- a full disk


def no_space(*_given: Any) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_stops_publication_and_the_next_one_is_whole(
    db: None, monkeypatch: pytest.MonkeyPatch, zone: Any
) -> None:
    publication.publish(zone.now)
    size = publication.latest().size
    with recorded("test.note", chain="test:1", actor=SYSTEM, now=zone.now):
        pass
    with monkeypatch.context() as full:
        full.setattr("lianjing.runtime.trail.disk.os.fsync", no_space)
        with pytest.raises(OSError, match="No space"):
            publication.publish(zone.now)
        assert publication.latest().size == size
    assert publication.publish(zone.now).size > size
    assert not [place for place in log_folder().rglob("*") if place.name.endswith(".new")]
    assert verify().is_good


def test_a_full_disk_leaves_no_half_report(zone: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    _key(zone)
    monkeypatch.setattr("lianjing.runtime.complaint.services.Path.write_bytes", no_space)
    report = Report("岑某在工地向承包人借款五万元。", files=[("a.pdf", b"%PDF-1.4 note")])
    with pytest.raises(OSError, match="No space"):
        receive(report, now=zone.now)
    assert not Complaint.objects.exists()
    root = place_of("0" * 64).parents[1]
    assert [place for place in root.rglob("*") if place.is_file()] == []


# --- a clock that jumps


def test_a_clock_that_jumps_a_year_ahead_and_back_leaves_a_sound_trail(zone: Any) -> None:
    play = Play(zone)
    play.project()
    begun = zone.now
    for jump in (timedelta(days=365), timedelta(days=-1), timedelta(days=1)):
        with recorded("test.note", chain="test:1", actor=SYSTEM, now=begun + jump):
            pass
        publication.publish(begun + jump)
    times = list(Event.objects.filter(object="test:1").order_by("oseq").values_list("recorded_at", flat=True))
    assert times == sorted(times)
    verdict = verify([check_states])
    assert verdict.is_good, verdict.problems


def test_a_step_done_late_stays_late_when_the_clock_jumps_back(zone: Any) -> None:
    """The event tells both: the time the server had, and the later one that its chain had already reached."""
    play = Play(zone)
    project = play.project()
    before = zone.now
    with recorded("test.note", chain=f"matter:{project.pk}", actor=SYSTEM, now=before + timedelta(days=40)):
        pass
    clock.set_source(lambda: before)
    with recorded("test.late", chain=f"matter:{project.pk}", actor=SYSTEM, now=clock.now()):
        pass
    late = Event.objects.get(act="test.late")
    assert late.recorded_at == before + timedelta(days=40)


# --- what nobody may see through the trail


def _key(zone: Any) -> None:
    office = posts_held(zone.person(SUPERVISOR), zone.today())[0].post.unit_id
    set_key(unit_id=office, person_id=zone.person(SUPERVISOR), phrase="a phrase of two people", now=zone.now)


def test_a_supervisor_finds_no_act_on_a_report_about_himself(zone: Any, browser: Browser) -> None:
    _key(zone)
    receive(Report("监督员某某收受承包人礼金五千元。"), now=zone.now)
    report, named = Complaint.objects.get(), Person.objects.get(pk=zone.person(COLLEAGUE))
    event = Event.objects.get(act="complaint.receive")
    assert events_for(named, zone.today()).filter(pk=event.pk).exists()
    name_subject(
        complaint_id=report.pk,
        person_id=zone.person(SUPERVISOR),
        about_person_id=named.pk,
        about_unit_id=None,
        now=zone.now,
    )
    for act in ("complaint.receive", "complaint.subject"):
        assert not events_for(named, zone.today()).filter(act=act).exists()
    client = browser(COLLEAGUE)
    assert client.get(f"/events/{event.pk}/").status_code == 404
    assert client.get(f"/trace/complaint/{report.pk}/").status_code == 404
    assert client.get(f"/api/v1/trail/events/{event.pk}").status_code == 404


def test_guessing_at_the_phrase_of_the_reports_locks_like_the_log_in(zone: Any, browser: Browser) -> None:
    _key(zone)
    client = browser(SUPERVISOR)
    for _attempt in range(5):
        client.post("/complaints/unseal/", {"phrase": "another phrase entirely"})
    client.post("/complaints/unseal/", {"phrase": "a phrase of two people"})
    assert "lj_unsealed" not in client.cookies
    assert LoginRecord.objects.filter(reason="not_opened", person_id=zone.person(SUPERVISOR)).count() == 5


def test_who_is_under_a_legal_hold_does_not_read_of_it(zone: Any, browser: Browser) -> None:
    suspect = zone.person(OPERATOR)
    place_hold(
        subject=f"person:{suspect}",
        basis="监督立案〔2025〕3号",
        reason="线索核查需要",
        person_id=zone.person(SUPERVISOR),
        now=zone.now,
    )
    event = Event.objects.get(act="retention.hold")
    told = browser(OPERATOR).get(f"/api/v1/trail/events/{event.pk}")
    assert told.status_code == 404 or told.json()["body"] is None
    assert f"person:{suspect}" not in browser(OPERATOR).get(f"/events/{event.pk}/").content.decode()
    assert may_read_body(Person.objects.get(pk=zone.person(COLLEAGUE)), event, zone.now)


def test_where_a_colleagues_messages_go_is_his_own(zone: Any, browser: Browser) -> None:
    owner = zone.person(OFFICER)
    actor = actor_at(owner, posts_held(owner, zone.today())[0].post.pk, zone.today())
    set_address(person_id=owner, channel="sms", address="13900000000", actor=actor, now=zone.now)
    event = Event.objects.get(act="message.address")
    for number in ("20701", "20201", "10001"):
        answer = browser(number).get(f"/api/v1/trail/events/{event.pk}")
        assert "13900000000" not in answer.content.decode(), number


def test_the_policy_lets_no_page_move_its_base(client: Client, db: None) -> None:
    assert "base-uri 'none'" in client.get("/login/").headers["Content-Security-Policy"]
