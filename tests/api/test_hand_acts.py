"""The acts by hand through the interface for programs: the same rules, the same refusals."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from lianjing.runtime.org.models import LoginAccount
from lianjing.runtime.process.models import AddedSigner, ItemOpened, MatterRestart, WorkItem
from tests.domains.works.playing import FINANCE_HEAD, FUNDS, HEAD, Play

pytestmark = pytest.mark.django_db


@pytest.fixture
def funding(zone: Any) -> tuple[Play, WorkItem]:
    play = Play(zone)
    matter = play.proposal_at_head(play.project(), "望汀大道北延立项")
    play.do(HEAD, matter, "check")
    return play, play.scene.item(matter, "funds")


def send(number: str, path: str, data: dict[str, Any], key: str) -> Any:
    client = Client()
    client.force_login(LoginAccount.objects.get(number=number))
    return client.post(
        f"/api/v1/{path}", json.dumps(data), content_type="application/json", headers={"Idempotency-Key": key}
    )


def test_a_program_adds_a_signer_and_signs(funding) -> None:
    play, item = funding
    wanted = {"signer_person_id": play.scene.person(FINANCE_HEAD), "is_before": True, "reason": "把关"}
    answer = send(FUNDS, f"items/{item.pk}/signers", wanted, "signer-0001")
    assert answer.status_code == 200, answer.content
    row = AddedSigner.objects.get()
    client = Client()
    client.force_login(LoginAccount.objects.get(number=FINANCE_HEAD))
    fields = client.get(f"/api/v1/items/{row.signing_item_id}").json()["fields"]
    assert [each["name"] for each in fields] == ["result", "opinion"]
    signed = {"result": "agree", "opinion": "同意"}
    assert send(FINANCE_HEAD, f"items/{row.signing_item_id}/complete", signed, "sign-0001").status_code == 200


def test_reading_ones_own_step_by_program_opens_it_too(funding) -> None:
    play, item = funding
    client = Client()
    client.force_login(LoginAccount.objects.get(number=FUNDS))
    assert client.get(f"/api/v1/items/{item.pk}").status_code == 200
    assert ItemOpened.objects.filter(work_item=item, person_id=play.scene.person(FUNDS)).exists()
    done = WorkItem.objects.get(matter=item.matter, step_key="check")
    answer = send(HEAD, f"items/{done.pk}/take-back", {"reason": "有误"}, "back-0001")
    assert (answer.status_code, answer.json()["rule"]) == (403, "take_back.opened")


def test_a_program_terminates_and_restarts_as_the_head_may(funding) -> None:
    _play, item = funding
    place = f"matters/{item.matter_id}"
    assert send(FUNDS, f"{place}/terminate", {"reason": "不办"}, "end-0001").status_code == 403
    assert send(HEAD, f"{place}/restart", {"reason": "口径改变"}, "end-0002").status_code == 200
    assert MatterRestart.objects.get().old_matter_id == item.matter_id


def test_a_program_asks_what_a_newer_version_would_mean(funding) -> None:
    _play, item = funding
    client = Client()
    client.force_login(LoginAccount.objects.get(number=HEAD))
    same = item.instance.definition_id
    answer = client.get(f"/api/v1/matters/{item.matter_id}/migration-plan", {"definition_id": same})
    assert answer.status_code == 422, answer.content
