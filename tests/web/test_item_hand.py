"""The acts by hand on the pages: asking for a signature, taking back, breaking off, beginning anew, measures."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from lianjing.runtime.matter.models import Matter
from lianjing.runtime.org.models import LoginAccount, Post
from lianjing.runtime.process.models import AddedSigner, ItemOpened, MatterRestart, Submission, WorkItem
from lianjing.runtime.regulation.models import Regulation
from lianjing.runtime.regulation.services import publish_version
from lianjing.runtime.trail.act import SYSTEM, recorded
from tests.domains.works.playing import FINANCE_HEAD, FUNDS, HEAD, OFFICER, Play

pytestmark = pytest.mark.django_db
DEPTH = {
    "fields": [
        {
            "name": "depth",
            "label": "管线埋深（米）",
            "label_en": "Depth (m)",
            "type": "decimal",
            "required": True,
        },
        {"name": "near", "label": "邻近保护范围", "type": "boolean", "help": "按规划图"},
    ]
}


def browser(number: str) -> Client:
    client = Client()
    client.force_login(LoginAccount.objects.get(number=number))
    return client


@pytest.fixture
def funding(zone: Any) -> tuple[Play, WorkItem]:
    play = Play(zone)
    matter = play.proposal_at_head(play.project(), "望汀大道北延立项")
    play.do(HEAD, matter, "check")
    return play, play.scene.item(matter, "funds")


def text_of(client: Client, place: str) -> str:
    answer = client.get(place)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_signature_is_asked_for_given_and_shown_in_the_file_and_on_paper(funding) -> None:
    play, item = funding
    holder, place = browser(FUNDS), reverse("item_signer", args=[item.pk])
    assert place in text_of(holder, reverse("item", args=[item.pk]))
    page = text_of(holder, place)
    assert "前加签" in page and "后加签" in page
    seat = f"{play.scene.person(FINANCE_HEAD)}:{Post.objects.get(key='finance_head').pk}"
    assert holder.post(place, {"to": "", "when": "before", "reason": "把关"}).status_code == 422
    assert holder.post(place, {"to": seat, "when": "", "reason": "把关"}).status_code == 422
    assert holder.post(place, {"to": seat, "when": "before", "reason": ""}).status_code == 422
    assert holder.post(place, {"to": seat, "when": "before", "reason": "把关"}).status_code == 302
    row = AddedSigner.objects.get()
    signer, mine = browser(FINANCE_HEAD), reverse("item", args=[row.signing_item_id])
    page = text_of(signer, mine)
    assert "加签意见" in page and "只上传材料" not in page and "暂停计时" not in page
    assert signer.post(mine, {"result": "disagree", "opinion": "资金缺口未说明"}).status_code == 302
    matter = reverse("matter", args=[item.matter_id])
    assert "资金缺口未说明" in text_of(holder, matter)
    assert "资金缺口未说明" in text_of(holder, reverse("matter_print", args=[item.matter_id]))
    assert browser(HEAD).get(place).status_code in (403, 409)


def test_a_step_is_taken_back_from_its_page_until_the_next_holder_opens_his(funding) -> None:
    play, item = funding
    done = WorkItem.objects.get(matter=item.matter, step_key="check")
    head, place = browser(HEAD), reverse("item_take_back", args=[done.pk])
    assert place in text_of(head, reverse("item", args=[done.pk]))
    assert head.post(place, {"text": ""}).status_code == 422
    answer = head.post(place, {"text": "意见有误"})
    again = play.scene.item(item.matter, "check")
    assert answer.status_code == 302 and answer.headers["Location"] == reverse("item", args=[again.pk])
    play.do(HEAD, item.matter, "check")
    waiting = play.scene.item(item.matter, "funds")
    text_of(browser(FUNDS), reverse("item", args=[waiting.pk]))
    assert ItemOpened.objects.filter(work_item=waiting, person_id=play.scene.person(FUNDS)).count() == 1
    again.refresh_from_db()
    assert reverse("item_take_back", args=[again.pk]) not in text_of(head, reverse("item", args=[again.pk]))
    refused = head.post(reverse("item_take_back", args=[again.pk]), {"text": "再改"})
    assert refused.status_code == 403 and "已打开" in refused.content.decode()


def test_looking_at_a_step_that_is_not_ones_own_bars_no_take_back(funding) -> None:
    _play, item = funding
    text_of(browser(HEAD), reverse("item", args=[item.pk]))
    assert not ItemOpened.objects.filter(work_item=item).exists()


def test_a_matter_is_begun_anew_from_its_page(funding) -> None:
    _play, item = funding
    head, place = browser(HEAD), reverse("matter", args=[item.matter_id])
    assert reverse("matter_terminate", args=[item.matter_id]) in text_of(head, place)
    assert reverse("matter_terminate", args=[item.matter_id]) not in text_of(browser(FUNDS), place)
    assert head.post(reverse("matter_restart", args=[item.matter_id]), {"reason": ""}).status_code == 422
    denied = browser(FUNDS).post(reverse("matter_terminate", args=[item.matter_id]), {"reason": "不办"})
    assert denied.status_code == 403
    assert (
        head.post(reverse("matter_restart", args=[item.matter_id]), {"reason": "口径改变"}).status_code == 302
    )
    new = MatterRestart.objects.get().new_matter
    assert reverse("matter", args=[new.pk]) in text_of(head, place)
    assert reverse("matter", args=[item.matter_id]) in text_of(head, reverse("matter", args=[new.pk]))
    first = WorkItem.objects.get(matter=new)
    assert "68000000.00" in text_of(browser(OFFICER), reverse("item", args=[first.pk]))


def test_a_matter_is_broken_off_from_its_page(funding) -> None:
    _play, item = funding
    place = reverse("matter_terminate", args=[item.matter_id])
    assert browser(HEAD).post(place, {"reason": "项目取消"}).status_code == 302
    assert Matter.objects.get(pk=item.matter_id).status == "terminated"


def measure(play: Play, day: Any) -> None:
    with recorded("test.setup", chain="installation:1", actor=SYSTEM, now=play.scene.now) as act:
        publish_version(
            act,
            kind="form",
            key="works_proposal/check",
            xml=json.dumps(DEPTH),
            regulation=Regulation.objects.get(key="zone_initiation"),
            bundle_key="initiation",
            from_on=day,
        )


def test_the_fields_of_a_measure_are_asked_kept_shown_and_given_out(zone) -> None:
    play = Play(zone)
    measure(play, zone.today())
    matter = play.proposal_at_head(play.project(), "望汀大道北延立项")
    item, head = play.scene.item(matter, "check"), browser(HEAD)
    place = reverse("item", args=[item.pk])
    page = text_of(head, place)
    assert "管线埋深（米）" in page and "按规划图" in page
    assert head.post(place, {"opinion": "同意", "measure_depth": "深"}).status_code == 422
    assert head.post(place, {"opinion": "同意"}).status_code == 422
    assert (
        head.post(place, {"opinion": "同意", "measure_depth": "1.25", "measure_near": "yes"}).status_code
        == 302
    )
    assert json.loads(Submission.objects.get(work_item=item).content)["measure_depth"] == "1.25"
    for where in ("matter", "matter_print"):
        page = text_of(head, reverse(where, args=[matter.pk]))
        assert "管线埋深（米）" in page and "1.25" in page
    sheet = head.get(reverse("matter", args=[matter.pk]), {"export": "measures"})
    assert sheet.content[:2] == b"PK"


def test_a_measure_binds_only_what_began_after_it(zone) -> None:
    play = Play(zone)
    matter = play.proposal_at_head(play.project(), "望汀大道北延立项")
    play.scene.pass_time(working_days=1)
    measure(play, zone.today())
    item = play.scene.item(matter, "check")
    assert "管线埋深" not in text_of(browser(HEAD), reverse("item", args=[item.pk]))
    play.do(HEAD, matter, "check")
