"""Messages, copies, questions, batch work and phrases before the browser."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from lianjing.runtime.consultation.models import Circulation, Inquiry
from lianjing.runtime.message import services
from lianjing.runtime.message.models import MessageAddress, MessageDelivery
from lianjing.runtime.org.models import Appointment, Person
from lianjing.runtime.org.services import add_appointment
from lianjing.runtime.phrase.models import OpinionPhrase
from lianjing.runtime.process.models import WorkItem
from lianjing.runtime.trail.act import SYSTEM, recorded
from lianjing.runtime.trail.models import Event
from tests.domains.works.playing import FUNDS, HEAD, LAWYER, OFFICER, Play
from tests.web.conftest import Browser

pytestmark = pytest.mark.django_db
SYSTEM_ADMIN, SUPERVISOR = "10001", "30002"


@pytest.fixture
def checking(play: Play) -> WorkItem:
    """A step on the desk of the head."""
    return play.scene.item(play.proposal_at_head(play.project(), "望汀大道北延立项"), "check")


def seat(play: Play, number: str) -> str:
    person = play.scene.person(number)
    return f"{person}:{Appointment.objects.get(person_id=person, to_on=None).post_id}"


def test_the_bell_counts_and_opening_the_step_reads_its_message(browser: Browser, checking: WorkItem) -> None:
    client = browser(HEAD)
    assert "消息，1条未读" in client.get(reverse("message_bell")).content.decode()
    listed = client.get(reverse("messages")).content.decode()
    assert "望汀大道北延立项 · 部门审核" in listed and "待办到达" in listed
    client.get(reverse("item", args=[checking.pk]))
    assert "消息，没有未读" in client.get(reverse("message_bell")).content.decode()


def test_a_message_is_read_by_showing_it_and_shown_to_nobody_else(
    browser: Browser, checking: WorkItem
) -> None:
    row = MessageDelivery.objects.get(kind="step_opened", person__login__number=HEAD)
    assert browser(OFFICER).get(reverse("message", args=[row.pk])).status_code == 404
    page = browser(HEAD).get(reverse("message", args=[row.pk]))
    assert page.status_code == 200 and f"/items/{checking.pk}/" in page.content.decode()
    row.refresh_from_db()
    assert row.read_at is not None


def test_all_are_marked_read_and_the_list_is_searched_and_filtered(browser: Browser, play: Play) -> None:
    head = play.scene.person(HEAD)
    for kind, subject in (("notice", "关于值班的通知"), ("step_opened", "望汀大道")):
        services.send(to_person_ids=[head], kind=kind, subject=subject, now=play.scene.now)
    client, place = browser(HEAD), reverse("messages")
    found = client.get(place, {"q": "值班"}).content.decode()
    assert "关于值班的通知" in found and "望汀大道" not in found
    found = client.get(place, {"kind": "step_opened", "unread": "1"}).content.decode()
    assert "关于值班的通知" not in found and "望汀大道" in found
    assert client.post(reverse("messages_read")).status_code == 302
    assert "没有消息" in client.get(place, {"unread": "1"}).content.decode()
    assert client.get(place, {"export": "xlsx"}).status_code == 200


def test_markup_in_a_message_is_shown_as_text(browser: Browser, play: Play) -> None:
    message = services.send(
        to_person_ids=[play.scene.person(HEAD)],
        kind="notice",
        subject="通知",
        text="<script>alert(1)</script>",
        now=play.scene.now,
    )
    row = MessageDelivery.objects.get(message=message)
    page = browser(HEAD).get(reverse("message", args=[row.pk])).content.decode()
    assert "<script>alert" not in page and "&lt;script&gt;" in page


def test_receipts_are_shown_to_the_sender_and_a_supervisor_only(browser: Browser, play: Play) -> None:
    message = services.send(
        to_person_ids=[play.scene.person(HEAD)],
        kind="notice",
        subject="通知",
        now=play.scene.now,
        sender_person_id=play.scene.person(OFFICER),
    )
    assert message is not None
    place = reverse("message_receipts", args=[message.pk])
    assert "未读" in browser(OFFICER).get(place).content.decode()
    assert browser(SUPERVISOR).get(place).status_code == 200
    assert browser(HEAD).get(place).status_code == 404


def test_settings_keep_what_may_be_chosen_and_an_address_is_an_act(browser: Browser, play: Play) -> None:
    client, place = browser(HEAD), reverse("message_settings")
    assert client.get(place).status_code == 200
    before = Event.objects.count()
    answer = client.post(place, {"on": ["digest:site"], "address_email": "zhu@example.gov.cn"})
    assert answer.status_code == 302
    assert MessageAddress.objects.get().address == "zhu@example.gov.cn"
    assert Event.objects.count() == before + 1
    bad = client.post(place, {"address_email": "a@b.cn\r\nBcc: c@d.cn"})
    assert bad.status_code == 422 and "邮箱地址不正确" in bad.content.decode()


def test_the_system_administrator_sends_a_dead_delivery_again_without_seeing_its_words(
    browser: Browser, play: Play
) -> None:
    head = play.scene.person(HEAD)
    message = services.send(to_person_ids=[head], kind="notice", subject="内部事项甲", now=play.scene.now)
    row = MessageDelivery.objects.create(
        message=message, person_id=head, channel="email", kind="notice", due_at=play.scene.now,
        dead_at=play.scene.now, error="HTTP 500",
    )  # fmt: skip
    client, place = browser(SYSTEM_ADMIN), reverse("message_delivery", args=[row.pk])
    for page in (client.get(reverse("message_deliveries")), client.get(place)):
        assert "HTTP 500" in page.content.decode() and "内部事项甲" not in page.content.decode()
    assert browser(HEAD).post(place, {"action": "resend"}).status_code == 403
    assert client.post(place, {"action": "resend"}).status_code == 302
    assert client.post(place, {"action": "resend"}).status_code == 422
    row.refresh_from_db()
    assert row.dead_at is None


def test_a_matter_is_shown_to_another_read_and_taken_back(
    browser: Browser, play: Play, checking: WorkItem
) -> None:
    matter, officer, lawyer = checking.matter, browser(OFFICER), browser(LAWYER)
    assert lawyer.get(reverse("matter", args=[matter.pk])).status_code == 404
    place = reverse("circulate", args=[matter.pk])
    assert "令狐霏" in officer.get(place).content.decode()
    assert officer.post(place, {"to": []}).status_code == 422
    assert officer.post(place, {"to": ["x:y"]}).status_code == 422
    assert officer.post(place, {"to": [seat(play, LAWYER)], "text": "请阅"}).status_code == 302
    row = Circulation.objects.get()
    own = reverse("circulation", args=[row.pk])
    assert lawyer.get(reverse("matter", args=[matter.pk])).status_code == 200
    assert lawyer.get(reverse("item", args=[checking.pk])).status_code == 200
    assert lawyer.get(place).status_code == 404
    assert lawyer.get(reverse("matter_print", args=[matter.pk])).status_code == 200
    assert "望汀大道北延立项" in lawyer.get(reverse("circulations")).content.decode()
    assert lawyer.post(own, {"action": "read", "text": "已知悉"}).status_code == 302
    assert lawyer.post(own, {"action": "read"}).status_code == 409
    assert "已知悉" in officer.get(own).content.decode()
    assert "已知悉" in browser(SUPERVISOR).get(own).content.decode()
    assert browser(FUNDS).get(own).status_code == 404
    assert "阅知" in officer.get(reverse("matter", args=[matter.pk])).content.decode()
    assert officer.post(own, {"action": "withdraw", "text": "发错"}).status_code == 302
    assert lawyer.get(reverse("matter", args=[matter.pk])).status_code == 404
    assert "已撤回" in lawyer.get(own).content.decode()
    assert officer.get(reverse("circulations") + "?tab=sent").status_code == 200


def test_a_question_is_asked_answered_and_shown_on_the_step_and_in_the_file(
    browser: Browser, play: Play, checking: WorkItem
) -> None:
    head, lawyer = browser(HEAD), browser(LAWYER)
    place = reverse("item_ask", args=[checking.pk])
    assert head.get(place).status_code == 200
    assert browser(OFFICER).get(place).status_code == 403
    post = seat(play, LAWYER).partition(":")[2]
    wrong = head.post(place, {"to": ["abc"], "question": "用地是否合规"})
    assert wrong.status_code == 422 and "用地是否合规" in wrong.content.decode()
    assert (
        head.post(place, {"to": [post], "question": "用地是否合规", "is_required": "on"}).status_code == 302
    )
    inquiry = Inquiry.objects.get()
    own = reverse("inquiry", args=[inquiry.pk])
    held = head.post(reverse("item", args=[checking.pk]), {"opinion": "同意"})
    assert held.status_code == 403 and "征询未答复" in held.content.decode()
    assert "用地是否合规" in lawyer.get(reverse("inquiries")).content.decode()
    answer = inquiry.answers.get()
    assert lawyer.post(own, {"action": "answer", "answer": answer.pk, "text": " "}).status_code == 422
    assert (
        lawyer.post(own, {"action": "answer", "answer": answer.pk, "text": "合规，可办"}).status_code == 302
    )
    assert "合规，可办" in head.get(reverse("item", args=[checking.pk])).content.decode()
    file = browser(OFFICER).get(reverse("matter", args=[checking.matter_id])).content.decode()
    assert "合规，可办" in file and "部门审核·征询" in file and "答复征询" in file
    assert browser(FUNDS).get(own).status_code == 404
    assert head.get(reverse("inquiries") + "?tab=asked").status_code == 200
    assert head.post(own, {"action": "withdraw", "text": "不再需要"}).status_code == 302


def test_a_step_is_passed_on_and_urged_from_its_page(
    browser: Browser, play: Play, checking: WorkItem
) -> None:
    colleague = Person.objects.get(id=play.scene.person("20709"))
    with recorded("test.setup", chain=f"person:{colleague.pk}", actor=SYSTEM, now=play.scene.now) as act:
        add_appointment(
            act, person=colleague, post=checking.post, from_on=play.scene.today(), basis="澜经人〔2025〕9号"
        )
    place = reverse("item", args=[checking.pk])
    officer, head = browser(OFFICER), browser(HEAD)
    assert "催办要求" in officer.get(place).content.decode()
    assert officer.post(reverse("item_urge", args=[checking.pk]), {"text": "请尽快"}).status_code == 302
    again = officer.post(reverse("item_urge", args=[checking.pk]), {"text": "请尽快"})
    assert again.status_code == 403 and "今日已催办" in again.content.decode()
    page = head.get(place).content.decode()
    assert "吴㛃" in page and "已被催办1次" in page
    reassign = reverse("item_reassign", args=[checking.pk])
    assert head.post(reassign, {"to_person": "", "text": "出差"}).status_code == 422
    assert head.post(reassign, {"to_person": colleague.pk, "text": "出差"}).status_code == 302
    shown = head.get(place).content.decode()
    assert "此待办已转由吴㛃办理" in shown and "已转给同岗位其他人员" in shown


def test_like_items_are_done_together_with_a_result_for_each(
    browser: Browser, play: Play, checking: WorkItem
) -> None:
    other = play.proposal_at_head(
        play.project(title="望汀支路工程", project_code="2401-990101-04-01-318463"), "望汀支路立项"
    )
    second = play.scene.item(other, "check")
    client, place = browser(HEAD), reverse("items_batch")
    page = client.get(place).content.decode()
    assert "望汀大道北延立项" in page and "望汀支路立项" in page
    data = {"items": [checking.pk, second.pk], "opinion": "同意", "request_key": str(uuid.uuid4())}
    assert client.post(place, data | {"opinion": ""}).status_code == 422
    done = client.post(place, data).content.decode()
    assert "已办 2 件，未办 0 件" in done
    again = client.post(place, data).content.decode()
    assert again.count("此前已提交") == 2
    assert Event.objects.filter(act="works_proposal.check").count() == 2
    assert "没有可以批量办理的待办" in client.get(place).content.decode()


def test_the_steps_of_a_desk_are_passed_on_together_with_a_result_for_each(
    browser: Browser, play: Play, checking: WorkItem
) -> None:
    other = play.proposal_at_head(
        play.project(title="望汀支路工程", project_code="2401-990101-04-01-318463"), "望汀支路立项"
    )
    second, place = play.scene.item(other, "check"), reverse("items_pass_on")
    head = browser(HEAD)
    assert "没有可以转办的待办" in head.get(place).content.decode()
    colleague = Person.objects.get(id=play.scene.person("20709"))
    with recorded("test.setup", chain=f"person:{colleague.pk}", actor=SYSTEM, now=play.scene.now) as act:
        add_appointment(
            act, person=colleague, post=checking.post, from_on=play.scene.today(), basis="澜经人〔2025〕9号"
        )
    page = head.get(place).content.decode()
    assert "望汀大道北延立项" in page and "望汀支路立项" in page and "岗位上任一人" in page and "吴㛃" in page
    data = {"items": [checking.pk, second.pk], "to_person": colleague.pk, "text": "<b>外出学习</b>"}
    data["request_key"] = str(uuid.uuid4())
    for lacking in ({"text": ""}, {"to_person": ""}, {"items": []}):
        answer = head.post(place, data | lacking)
        assert answer.status_code == 422 and "望汀支路立项" in answer.content.decode()
    assert browser(LAWYER).post(place, data).status_code == 404
    done = head.post(place, data).content.decode()
    assert "已转 2 件，未转 0 件" in done
    assert head.post(place, data).content.decode().count("此前已提交") == 2
    assert Event.objects.filter(act="works_proposal.check.reassign").count() == 2
    assert (
        "没有可以转办的待办" in head.get(place).content.decode()
        or "吴㛃</td>" in head.get(place).content.decode()
    )


def test_phrases_are_kept_and_offered_beside_an_opinion(browser: Browser, checking: WorkItem) -> None:
    client, place = browser(HEAD), reverse("phrases")
    assert client.get(place).status_code == 200
    assert client.post(place, {"action": "add", "text": "情况属实，拟同意"}).status_code == 302
    assert client.post(place, {"action": "add", "text": " "}).status_code == 422
    page = client.get(reverse("item", args=[checking.pk])).content.decode()
    assert 'data-insert-into="id_opinion"' in page and "情况属实，拟同意" in page
    row = OpinionPhrase.objects.get()
    assert browser(OFFICER).post(place, {"action": "end", "phrase": row.pk}).status_code == 404
    assert client.post(place, {"action": "end", "phrase": row.pk}).status_code == 302
    assert "data-insert-into" not in client.get(reverse("item", args=[checking.pk])).content.decode()


def test_a_stranger_who_asks_for_the_bell_is_sent_to_the_log_in(client: Any, play: Play) -> None:
    answer = client.get(reverse("message_bell"), headers={"HX-Request": "true"})
    assert answer.status_code == 401 and answer["HX-Redirect"].startswith("/login/")


def test_the_bell_that_rings_by_itself_keeps_no_idle_session_alive(
    browser: Browser, play: Play, settings: Any
) -> None:
    settings.LIANJING_ACCESS_POLICY = {"session.idle_minutes": 30}
    client = browser(HEAD)
    for _turn in range(2):
        play.scene.now += timedelta(minutes=20)
        answer = client.get(reverse("message_bell"))
    assert answer.status_code == 302
    assert "ended=idle" in answer.headers["Location"]
