"""Named reports: kept from a list, opened in the reader's scope, made in the background, grouped and summed."""

from __future__ import annotations

import io
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from lianjing.runtime.job.errands import carry_out_next, enqueue, errands_of, result_of
from lianjing.runtime.job.models import Errand
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.message.queries import mine
from lianjing.runtime.org.models import LoginAccount
from lianjing.runtime.report.models import NamedReport
from lianjing.runtime.trail.models import Event
from lianjing.web.reports import send_due
from tests.domains.works.playing import LEADER, OFFICER, Play
from tests.web.conftest import Browser

LIST = "/works/"


def keep(client: Any, **changes: Any) -> Any:
    data = {
        "name": "在建项目",
        "path": LIST,
        "query": "q=望汀&page=3&export=xlsx",
        "columns": ["title", "stage"],
    }
    return client.post("/reports/keep/", data | changes)


def sheet(content: bytes) -> list[list[Any]]:
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()


def test_a_list_is_kept_with_its_search_and_columns_and_opened_again(
    browser: Browser, project: Matter
) -> None:
    client = browser(OFFICER)
    assert keep(client).status_code == 302
    report = NamedReport.objects.get()
    assert (report.path, report.query) == (LIST, "q=%E6%9C%9B%E6%B1%80&cols=title%2Cstage")
    place = client.get(f"/reports/{report.pk}/")["Location"]
    page = client.get(place)
    listing = page.context["listing"]
    assert [column["key"] for column in listing.shown_columns if not column["is_hidden"]] == [
        "title",
        "stage",
    ]
    heads, *rows = sheet(client.get(place + "&export=xlsx").content)
    assert len(heads) == 2 and [row[0] for row in rows] == [project.title]
    assert keep(client, query="q=无此项目").status_code == 302
    assert NamedReport.objects.get().pk == report.pk  # the same name: replaced


def test_another_persons_report_is_not_there_and_a_shared_one_shows_the_readers_scope(
    browser: Browser, project: Matter
) -> None:
    owner, colleague, outsider = browser(OFFICER), browser("20702"), browser("40001")
    keep(owner)
    report = NamedReport.objects.get()
    for client in (colleague, outsider):
        assert client.get(f"/reports/{report.pk}/").status_code == 404
        assert client.post(f"/reports/{report.pk}/make/").status_code == 404
        assert client.post(f"/reports/{report.pk}/end/").status_code == 404
    keep(owner, is_shared="on")
    assert colleague.get(f"/reports/{report.pk}/").status_code == 302
    assert colleague.post(f"/reports/{report.pk}/make/").status_code == 404
    assert outsider.get(f"/reports/{report.pk}/").status_code == 404


@pytest.mark.parametrize(
    "changes",
    [
        {"name": " "},
        {"name": "长" * 61},
        {"path": "https://evil.example/"},
        {"path": "//evil.example/works/"},
        {"path": "/no/such/page/"},
        {"path": "/api/v1/items"},
        {"schedule": "hourly"},
        {"query": "q=" + "a" * 2100},
    ],
)
def test_what_cannot_be_a_report_is_refused(browser: Browser, changes: dict[str, str]) -> None:
    assert keep(browser(OFFICER), **changes).status_code == 422
    assert not NamedReport.objects.exists()


def test_a_due_report_is_made_once_told_and_recorded_as_an_export(
    browser: Browser, play: Play, project: Matter
) -> None:
    keep(browser(OFFICER), schedule="weekly")
    person, monday = play.scene.person(OFFICER), play.scene.now + timedelta(days=7)
    assert send_due(play.scene.now) == 0
    assert (send_due(monday), send_due(monday)) == (1, 0)
    assert carry_out_next(monday) == 1
    errand = errands_of(person).get()
    assert errand.state == Errand.State.DONE, errand.text
    assert [row[0] for row in sheet(result_of(errand).read_bytes())[1:]] == [project.title]
    assert mine(person).filter(message__kind="report").count() == 1
    assert Event.objects.filter(act="access.export", person_id=person).exists()


def test_nothing_is_made_for_one_who_has_left(browser: Browser, play: Play, project: Matter) -> None:
    keep(browser(OFFICER))
    LoginAccount.objects.filter(number=OFFICER).update(is_active=False)
    client_report = NamedReport.objects.get()
    enqueue(
        kind="report.make",
        person_id=client_report.person_id,
        arguments={"report": client_report.pk},
        now=play.scene.now,
    )
    carry_out_next(play.scene.now)
    assert errands_of(client_report.person_id).get().state == Errand.State.FAILED


def test_an_ended_report_is_no_longer_due(browser: Browser, play: Play) -> None:
    client = browser(OFFICER)
    keep(client, schedule="daily")
    report = NamedReport.objects.get()
    assert client.post(f"/reports/{report.pk}/end/").status_code == 302
    assert send_due(play.scene.now + timedelta(days=30)) == 0
    assert client.post(f"/reports/{report.pk}/end/").status_code == 404


def test_groups_are_counted_and_summed_on_the_page_and_in_the_sheet(
    browser: Browser, play: Play, project: Matter
) -> None:
    play.project(title="砼固路泵站", project_code="2411-990101-04-01-350082")
    client = browser(LEADER)
    page = client.get(f"{LIST}?group=stage")
    summary = page.context["listing"].summary
    assert summary.whole.count == 2 == sum(group.count for group in summary.groups)
    heads, *rows = sheet(client.get(f"{LIST}?group=stage&export=xlsx").content)
    assert rows[-1][1] == 2 and len(heads) == 2 + len(summary.heads)
    assert [Decimal(str(value)) for value in rows[-1][2:]] == list(summary.whole.sums)
    assert client.get(f"{LIST}?group=nothing").context["listing"].summary is None
