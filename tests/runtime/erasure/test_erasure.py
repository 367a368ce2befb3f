"""Erasure: bodies go, leaves stay, the tables hold placeholders, and every verification still passes and lists it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib.resources import files
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import TextField

from lianjing.domains.works.models import Project
from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.complaint.models import ComplaintKey
from lianjing.runtime.documents.models import Document
from lianjing.runtime.erasure.models import ErasureRequest
from lianjing.runtime.erasure.services import PLACEHOLDER, approve, ask, erasable, extent, reject
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.org.models import Person
from lianjing.runtime.personal_columns import erasable_columns, personal_columns
from lianjing.runtime.process.models import DecisionLog, ProcessInstance, WorkItem
from lianjing.runtime.process.queries import check_states
from lianjing.runtime.retention.models import LegalHold
from lianjing.runtime.trail.act import SYSTEM, recorded
from lianjing.runtime.trail.folder import export
from lianjing.runtime.trail.models import Body, Erased, Event, Leaf
from lianjing.runtime.trail.publication import publish
from lianjing.runtime.trail.registry import trailed_models
from lianjing.runtime.trail.sequencer import sequence_all
from lianjing.runtime.trail.verify import verify
from tests.domains.works.playing import HEAD, OFFICER, Play

SUPERVISOR, LAW = "30001", "《个人信息保护法》第四十七条第一款第（一）项"


@pytest.fixture
def play(zone: Any) -> Play:
    """The cast in a founded zone."""
    return Play(zone)


@pytest.fixture
def project(play: Play) -> Matter:
    """A project whose acts are numbered."""
    found = play.project(need="王某（身份证 3307）反映道路破损。" * 8)
    sequence_all()
    return found


def asked(play: Play, key: str, table: str = "project", columns: tuple[str, ...] = ("need",), **changes: Any):
    values = {"basis": LAW, "reason": "本人申请，处理目的已实现"} | changes
    return ask(
        table=table, key=key, columns=columns, person_id=play.scene.person(HEAD), now=play.scene.now, **values
    )


def decide(play: Play, request: ErasureRequest, number: str = SUPERVISOR) -> int:
    return approve(request_id=request.pk, person_id=play.scene.person(number), note="", now=play.scene.now)


def everywhere() -> str:
    return "".join(bytes(body.content).decode() for body in Body.objects.all())


def test_the_words_are_gone_everywhere_and_the_verification_lists_what_was_erased(
    play: Play, project: Matter
) -> None:
    before = Leaf.objects.count()
    assert "王某" in everywhere()
    reach = extent("project", str(project.pk))
    assert decide(play, asked(play, str(project.pk))) == len(reach.events) >= 1
    assert "王某" not in everywhere()
    assert Project.objects.get(pk=project.pk).need == PLACEHOLDER
    assert Leaf.objects.count() == before and Erased.objects.count() == len(reach.events)
    verdict = verify([check_states])
    assert verdict.is_good, verdict.problems
    assert set(verdict.erased) == {event.pk for event in reach.events} and set(verdict.erased.values()) == {
        LAW
    }


def test_what_else_the_bodies_told_is_told_again(play: Play, project: Matter) -> None:
    title = Matter.objects.get(pk=project.pk).title
    reach = extent("project", str(project.pk))
    assert ("matter", str(project.pk)) in reach.others
    decide(play, asked(play, str(project.pk)))
    event = Event.objects.get(act="trail.erase")
    told = {(row["t"], row["k"]): row["v"] for row in json.loads(bytes(event.body.content))["rows"]}
    assert told["matter", str(project.pk)]["title"] == title
    assert told["project", str(project.pk)]["need"] == PLACEHOLDER


def test_the_stand_alone_verifier_passes_and_lists_it_too(play: Play, project: Matter, tmp_path: Any) -> None:
    decide(play, asked(play, str(project.pk)))
    publish(play.scene.now)
    export(tmp_path / "out", tables=True)
    program = files("lianjing.kernel.trail") / "verifier.py"
    done = subprocess.run(
        [sys.executable, str(program), str(tmp_path / "out"), "--tables", "--json"],
        capture_output=True,
        text=True,
    )
    said = json.loads(done.stdout)
    assert done.returncode in (0, 2), done.stdout + done.stderr  # 2: nobody cosigned, no policy of one's own
    assert not [fault for fault in said["faults"] if fault.get("exit") == 1] if "faults" in said else True
    assert "王某" not in (tmp_path / "out").joinpath("bodies/000000.jsonl").read_text()
    assert LAW in done.stdout


def test_a_body_removed_without_an_erasure_is_refused_and_if_forced_found(
    play: Play, project: Matter
) -> None:
    event = Event.objects.filter(matter_id=project.pk).earliest("recorded_at")
    with pytest.raises(DatabaseError), transaction.atomic():
        Body.objects.filter(event=event).delete()
    Erased.objects.create(event=event)  # whoever has the database can write this row: it authorises nothing
    Body.objects.filter(event=event).delete()
    verdict = verify()
    assert any(problem.kind == "body" and event.pk in problem.where for problem in verdict.problems)


def test_a_body_is_never_changed_even_once_it_is_named(play: Play, project: Matter) -> None:
    event = Event.objects.filter(matter_id=project.pk).earliest("recorded_at")
    Erased.objects.create(event=event)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE trail_body SET content = salt WHERE event_id = %s", [event.pk])


def test_nobody_decides_his_own_request_nor_at_another_post(play: Play, project: Matter) -> None:
    request = asked(play, str(project.pk))
    ErasureRequest.objects.filter(pk=request.pk).update(asked_by_person_id=play.scene.person(SUPERVISOR))
    with pytest.raises(Refusal) as caught:
        decide(play, request)
    assert caught.value.rule == "erasure.same_person" and caught.value.ground is Ground.CONFLICT
    with pytest.raises(Refusal) as caught:
        decide(play, request, number=OFFICER)
    assert caught.value.rule == "erasure.post"
    assert "王某" in everywhere() and not Erased.objects.exists()


def test_a_legal_hold_stops_the_request_and_the_decision(play: Play, project: Matter) -> None:
    request = asked(play, str(project.pk))
    hold = LegalHold(
        subject=f"matter:{project.pk}",
        basis="浙纪调〔2025〕3号",
        reason="案件调查",
        placed_by_person_id=play.scene.person(SUPERVISOR),
        placed_at=play.scene.now,
    )
    with recorded("retention.hold", chain="installation:1", actor=SYSTEM, now=play.scene.now) as act:
        act.save(hold)
    sequence_all()
    with pytest.raises(Refusal):
        decide(play, request)
    assert "王某" in everywhere()


def test_a_request_is_decided_once_and_rejected_with_a_reason(play: Play, project: Matter) -> None:
    request = asked(play, str(project.pk))
    with pytest.raises(BadInput):
        asked(play, str(project.pk))
    person, now = play.scene.person(SUPERVISOR), play.scene.now
    with pytest.raises(BadInput):
        reject(request_id=request.pk, person_id=person, note="", now=now)
    reject(request_id=request.pk, person_id=person, note="仍在法定保管期限内", now=now)
    with pytest.raises(Refusal):
        decide(play, request)
    assert "王某" in everywhere()


@pytest.mark.parametrize(
    "changes",
    [
        {"columns": ()},
        {"columns": ("owner_unit",)},
        {"columns": ("matter",)},
        {"columns": ("nothing",)},
        {"basis": " "},
        {"reason": "无"},
    ],
)
def test_what_cannot_be_asked_is_named(play: Play, project: Matter, changes: dict[str, Any]) -> None:
    with pytest.raises(BadInput):
        asked(play, str(project.pk), **changes)


@pytest.mark.parametrize(
    ("table", "key"),
    [("project", "999999"), ("project", "x'--"), ("auth_user", "1"), ("erasure_request", "1")],
)
def test_a_row_that_is_not_there_is_not_erased(play: Play, project: Matter, table: str, key: str) -> None:
    with pytest.raises(Refusal) as caught:
        asked(play, key, table=table)
    assert caught.value.rule == "scope.row"


def test_keys_links_and_unique_columns_are_never_erased() -> None:
    assert {"name", "phone"} <= set(erasable(Person)) and not {"id", "unit", "pseudonym"} & set(
        erasable(Person)
    )


def test_an_act_still_waiting_for_its_number_makes_the_decision_wait(play: Play) -> None:
    found = play.project(need="王某反映道路破损，出行困难。" * 10)
    request = asked(play, str(found.pk))
    with pytest.raises(Refusal) as caught:
        decide(play, request)
    assert caught.value.rule == "erasure.not_numbered"
    assert "王某" in everywhere()


MACHINERY = re.compile(
    r"(^|_)(sha256|marking|status|state|key|keys|clause|digest|mapping|matched|public)(_|$)"
)


@pytest.mark.parametrize(
    ("model", "column"),
    [
        (Document, "sha256"),
        (Document, "media_type"),
        (ProcessInstance, "marking"),
        (WorkItem, "step_key"),
        (WorkItem, "clause"),
        (DecisionLog, "outputs"),
        (ComplaintKey, "public_key"),
    ],
)
def test_what_the_program_acts_by_is_never_erased(model: Any, column: str) -> None:
    assert column not in erasable(model)


def test_a_column_is_erasable_because_it_is_listed_and_no_proof_or_state_is() -> None:
    tables = {model._meta.db_table: model for model in trailed_models()}
    for table, column in sorted(erasable_columns()):
        fields = {field.column for field in tables[table]._meta.concrete_fields}
        assert column in fields, (table, column)
        assert not MACHINERY.search(column), (table, column)


def test_every_text_that_names_a_person_can_be_erased() -> None:
    missing = [
        (model._meta.db_table, field.column)
        for model in trailed_models()
        for field in model._meta.concrete_fields
        if (model._meta.db_table, field.column) in personal_columns()
        and isinstance(field, TextField)
        and not field.unique
        and field.name not in erasable(model)
    ]
    assert missing == []
