"""The help of each step is the documentation of that very step, in both languages, and the step's page leads to it."""

from __future__ import annotations

from html import unescape
from typing import Any

import pytest
from django.test import Client

from lianjing.kernel.declaration import Procedure
from lianjing.runtime.domains import domains
from lianjing.runtime.guide import steps_of
from lianjing.runtime.process.models import WorkItem
from tests.conftest import MONDAY
from tests.domains.works.playing import OFFICER
from tests.web.conftest import Browser

DAY = MONDAY.date()


def procedures() -> list[Procedure]:
    return [each for domain in domains() for each in domain.procedures]


def test_every_step_with_a_form_has_its_documentation(zone: Any) -> None:
    declared = {(each.key, step.id) for each in procedures() for step in each.steps if step.form is not None}
    documented = {(each.key, line.key) for each in procedures() for line in steps_of(each, DAY)}
    assert documented == declared


def test_a_documented_step_says_who_and_what_follows(zone: Any) -> None:
    bare = [
        f"{procedure.key}.{line.key}"
        for procedure in procedures()
        for line in steps_of(procedure, DAY)
        if not (line.name and line.post and (line.next or line.ends))
    ]
    assert bare == []


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_help_page_opens_and_names_its_post_and_its_fields(
    zone: Any, browser: Browser, language: str
) -> None:
    client = browser(OFFICER)
    client.cookies["django_language"] = language
    for procedure in procedures():
        for line in steps_of(procedure, DAY)[
            :2
        ]:  # the rest is drawn by the same template from the same lines
            page = client.get(f"/help/{procedure.key}/{line.key}/")
            assert page.status_code == 200
            shown = page.context["step"]
            assert shown.post and len(shown.fields) == len(line.fields)
            assert shown.post in unescape(page.content.decode())


def test_the_help_says_the_deadline_with_its_mark_and_its_papers(zone: Any, browser: Browser) -> None:
    found = [
        (procedure.key, line)
        for procedure in procedures()
        for line in steps_of(procedure, DAY)
        if line.deadline and line.mark and line.papers and line.returns
    ]
    key, line = found[0]
    text = browser(OFFICER).get(f"/help/{key}/{line.key}/").content.decode()
    assert line.deadline in text and line.returns[0] in text
    assert "必备" in text or "如有" in text


def test_the_index_finds_a_step_by_the_word_of_a_field(zone: Any, browser: Browser) -> None:
    field = next(line.fields[0].label for each in procedures() for line in steps_of(each, DAY) if line.fields)
    page = browser(OFFICER).get("/help/", {"q": field})
    assert 0 < page.context["count"] < sum(len(steps_of(each, DAY)) for each in procedures())
    assert "没有环节提到这个词" in browser(OFFICER).get("/help/", {"q": "查无此词"}).content.decode()


@pytest.mark.parametrize("place", ["/help/nothing/apply/", "/help/works_payment/nothing/"])
def test_an_unknown_step_has_no_help(zone: Any, browser: Browser, place: str) -> None:
    assert browser(OFFICER).get(place).status_code == 404


def test_the_page_of_a_step_leads_to_its_help(browser: Browser, drafting: WorkItem) -> None:
    page = browser(OFFICER).get(f"/items/{drafting.id}/")
    key = drafting.instance.definition.key
    assert f"/help/{key}/{drafting.step_key}/" in page.content.decode()


def test_other_pages_lead_to_the_index(zone: Any, browser: Browser) -> None:
    text = browser(OFFICER).get("/").content.decode()
    assert 'href="/help/" data-shortcut="gh"' in text and 'id="keys"' in text


def test_nobody_without_a_log_in_reads_the_help(zone: Any) -> None:
    assert Client().get("/help/").status_code == 302
