"""An erasure after an erasure: the first one's list is carried on; two decisions at once are one; no right is lengthened."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.resources import files
from typing import Any

import pytest

from lianjing.domains.works.models import Project
from lianjing.kernel.refusal import BadInput, Refusal
from lianjing.runtime.erasure.models import ErasureRequest
from lianjing.runtime.erasure.services import PLACEHOLDER, approve, ask, erasable
from lianjing.runtime.org.models import Appointment, Person
from lianjing.runtime.process.queries import check_states
from lianjing.runtime.retention.models import LegalHold
from lianjing.runtime.token.models import ApiToken
from lianjing.runtime.trail.folder import export
from lianjing.runtime.trail.models import Erased
from lianjing.runtime.trail.publication import publish
from lianjing.runtime.trail.sequencer import sequence_all
from lianjing.runtime.trail.verify import verify
from tests.domains.works.playing import HEAD, Play
from tests.runtime.meanwhile import meanwhile

SUPERVISOR, COLLEAGUE, LAW = "30001", "30002", "《个人信息保护法》第四十七条"
NEED = "王某（身份证 3307）反映道路破损。" * 8


def asked(play: Play, key: str, column: str) -> ErasureRequest:
    return ask(
        table="project",
        key=key,
        columns=(column,),
        basis=LAW,
        reason="本人申请，处理目的已实现",
        person_id=play.scene.person(HEAD),
        now=play.scene.now,
    )


def decide(play: Play, request: ErasureRequest, number: str = SUPERVISOR) -> int:
    return approve(request_id=request.pk, person_id=play.scene.person(number), note="", now=play.scene.now)


def test_a_second_erasure_of_a_row_still_names_what_the_first_took(zone: Any, tmp_path: Any) -> None:
    play = Play(zone)
    key = str(play.project(need=NEED, site="王某家门前").pk)
    sequence_all()
    decide(play, asked(play, key, "need"))
    first = set(Erased.objects.values_list("event_id", flat=True))
    sequence_all()
    decide(play, asked(play, key, "site"))
    row = Project.objects.get(pk=key)
    assert (row.need, row.site) == (PLACEHOLDER, PLACEHOLDER)
    sequence_all()
    verdict = verify([check_states])
    assert verdict.is_good, verdict.problems
    assert first < set(verdict.erased)
    publish(play.scene.now)
    export(tmp_path / "out", tables=True)
    program = files("lianjing.kernel.trail") / "verifier.py"
    done = subprocess.run(
        [sys.executable, str(program), str(tmp_path / "out"), "--tables", "--json"],
        capture_output=True,
        text=True,
    )
    assert done.returncode in (0, 2), done.stdout + done.stderr
    assert "unauthorised" not in json.dumps(json.loads(done.stdout))


def test_two_supervisors_who_decide_at_once_erase_once(zone: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    play = Play(zone)
    request = asked(play, str(play.project(need=NEED).pk), "need")
    sequence_all()
    meanwhile(monkeypatch, lambda: decide(play, request, COLLEAGUE))
    with pytest.raises(Refusal) as caught:
        decide(play, request)
    assert caught.value.rule == "erasure.decided"


@pytest.mark.parametrize(
    ("model", "column"),
    [
        (Appointment, "to_on"),
        (Person, "left_on"),
        (ApiToken, "revoked_at"),
        (LegalHold, "released_at"),
        (LegalHold, "subject"),
    ],
)
def test_a_day_that_ends_a_right_is_never_erased(model: Any, column: str) -> None:
    assert column in {field.name for field in model._meta.concrete_fields}
    assert column not in erasable(model)


def test_what_is_no_column_of_the_row_is_named(zone: Any) -> None:
    play = Play(zone)
    key = str(play.project().pk)
    with pytest.raises(BadInput):
        asked(play, key, "matter_id")
