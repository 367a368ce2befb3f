"""Erasure over the pages: asked from the trace of a row, decided by the supervision group, listed."""

from __future__ import annotations

from lianjing.domains.works.models import Project
from lianjing.runtime.erasure.models import ErasureRequest
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.trail.models import Event
from lianjing.runtime.trail.sequencer import sequence_all
from tests.domains.works.playing import HEAD, OFFICER, Play
from tests.web.conftest import Browser


def test_the_head_asks_and_the_group_decides(browser: Browser, play: Play) -> None:
    project = play.project(need="王某反映道路破损，出行困难。" * 10)
    sequence_all()
    head, group = browser(HEAD), browser("30001")
    trace = f"/trace/project/{project.pk}/"
    place = f"/erasures/new/project/{project.pk}/"
    assert place in head.get(trace).content.decode()
    assert place not in browser(OFFICER).get(trace).content.decode()
    assert head.post(place, {"columns": ["need"]}).status_code == 422
    data = {"columns": ["need"], "basis": "个人信息保护法第四十七条", "reason": "本人申请删除"}
    assert head.post(place, data).status_code == 302
    request = ErasureRequest.objects.get()
    page = f"/erasures/{request.pk}/"
    assert 'value="approve"' not in head.get(page).content.decode()
    shown = group.get(page).content.decode()
    assert 'value="approve"' in shown and "条留痕的正文将被删除" in shown
    assert head.post(page, {"decision": "approve"}).status_code == 403
    assert group.post(page, {"decision": "approve"}).status_code == 302
    assert "王某" not in Project.objects.get(pk=project.pk).need
    assert "已删除" in browser("10003").get("/erasures/").content.decode()
    event = Event.objects.filter(erased__isnull=False).first()
    assert event is not None and "已依法删除" in group.get(f"/events/{event.pk}/").content.decode()


def test_a_row_outside_the_scope_cannot_be_asked_for(browser: Browser, project: Matter) -> None:
    assert browser("20301").get(f"/erasures/new/project/{project.pk}/").status_code == 404
    assert browser(HEAD).get("/erasures/new/login_account/1/").status_code == 404
