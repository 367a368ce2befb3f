"""The process analysis pages: map, figures and matters on one filter stack, within the reader's scope."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import datetime
from html import unescape
from typing import Any, ClassVar
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse
from python_calamine import load_workbook

from lianjing.analysis.mining import live
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.org.models import LoginAccount
from lianjing.runtime.process.models import ProcessInstance
from lianjing.web.analysis_map import FIGURE, NOTE
from lianjing.web.analysis_topics import TOPICS
from lianjing.web.labels import Rect, around
from tests.domains.works.conftest import Kept
from tests.domains.works.playing import HEAD, Play

SUPERVISOR, ABROAD = "30001", "21202"
PROCESS = "works_payment"


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    """Each test has tables of its own below the kept logs."""
    live.forget()
    yield
    live.forget()


class Audited(Kept):
    """Two payments: one audited the next day, the other after nine working days."""

    tables: ClassVar[dict[str, Any]] = {}
    at: ClassVar[list[tuple[datetime, int]]] = []


def _audited(play: Play) -> None:
    project, contract = play.under_contract()
    quick = play.applied(project, contract, "advance", "400000")
    play.audited(quick, "400000")
    slow = play.applied(project, contract, "advance", "300000")
    play.scene.pass_time(working_days=9)
    play.audited(slow, "300000")


@pytest.fixture
def two(request: pytest.FixtureRequest, db: None) -> tuple[Play, list[Matter]]:
    """The two payments, played once."""
    play = Audited.laid(request, _audited)
    return play, list(Matter.objects.filter(kind="payment").order_by("id"))


def asked(number: str, name: str, *args: str, **query: str) -> Any:
    desk = Client()
    desk.force_login(LoginAccount.objects.get(number=number))
    return desk.get(f"{reverse(name, args=args)}?{urlencode({'process': PROCESS, **query})}")


def links_of(page: str, name: str) -> list[str]:
    return [unescape(each) for each in re.findall(rf'href="({re.escape(reverse(name))}\?[^"]*)"', page)]


def test_every_number_opens_exactly_its_matters_and_every_matter_its_file(two) -> None:
    _play, matters = two
    page = asked(SUPERVISOR, "analysis_topic", "flows").content.decode()
    desk = Client()
    desk.force_login(LoginAccount.objects.get(number=SUPERVISOR))
    found = re.findall(
        rf'<a href="({re.escape(reverse("analysis_matters"))}\?[^"]*origin[^"]*)">(\d+)</a>', page
    )
    assert found
    for link, count in found:
        listed = desk.get(unescape(link)).content.decode()
        files = {matter.pk for matter in matters if reverse("matter", args=[matter.pk]) in listed}
        assert len(files) == int(count)


def test_the_slow_desk_leads_with_its_person_and_its_working_days(two) -> None:
    answer = asked(SUPERVISOR, "analysis_topic", "desks", export="xlsx")
    sheet = load_workbook(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    head = next(row for row in sheet if "岗位" in row)
    first = dict(zip(head, sheet[sheet.index(head) + 1], strict=False))
    assert (first["岗位"], first["人员"], first["环节"]) == ("内部审计岗", "卞燊", "审计审")
    assert float(first["P95（工作日）"]) >= 9


def test_nobody_sees_figures_of_matters_outside_his_scope(two) -> None:
    _play, matters = two
    page = asked(ABROAD, "analysis_matters").content.decode()
    assert not [matter for matter in matters if matter.code in page]
    assert "卞燊" not in asked(ABROAD, "analysis_topic", "desks").content.decode()


def test_the_stack_is_carried_by_every_view_and_its_parts_can_be_taken_off(two) -> None:
    page = asked(SUPERVISOR, "analysis", step="审计审", since="2025-01-01").content.decode()
    links = links_of(page, "analysis_matters") + links_of(page, "analysis_statistics")
    assert links and all("since=2025-01-01" in link for link in links)
    assert any("step" not in link for link in re.findall(r'href="\?[^"]*|href="/analysis/\?[^"]*', page))


def test_a_process_that_is_none_is_named_and_no_other_is_shown_for_it(two) -> None:
    for name in ("analysis", "analysis_matters", "analysis_statistics", "analysis_compare"):
        answer = asked(SUPERVISOR, name, process="works_nonsense")
        page = answer.content.decode()
        assert answer.status_code == 404, name
        assert "没有“works_nonsense”这一流程" in page and "卞燊" not in page
        assert f"?process={PROCESS}" in page
    page = asked(SUPERVISOR, "analysis", process="<u>x").content.decode()
    assert "&lt;u&gt;x" in page and "<u>x" not in page


def test_parts_that_are_none_do_no_harm(two) -> None:
    for query in (
        {"since": "gestern"},
        {"like": "x|10^999999"},
        {"apart": "unit"},
        {"half": "third", "reached": "支付"},
        {"unit": "<b>"},
        {"step": "'; DROP TABLE step"},
    ):
        for name in ("analysis", "analysis_matters", "analysis_statistics"):
            assert asked(SUPERVISOR, name, **query).status_code == 200


@pytest.mark.parametrize("shown", ["regulated", "discovered"])
def test_both_maps_are_drawn_and_the_sliders_hide_what_they_say(two, shown: str) -> None:
    page = asked(SUPERVISOR, "analysis", map=shown, steps_shown="1").content.decode()
    assert "<svg" in page
    assert ("未画出1个环节、1条路径" in page) is (shown == "discovered")
    assert ("2件事项至少走过其中一处" in page) is (shown == "discovered")


@pytest.mark.covers("C10")
@pytest.mark.parametrize("shown", ["regulated", "discovered"])
def test_every_number_on_a_map_opens_as_many_matters(two, shown: str) -> None:
    desk = Client()
    desk.force_login(LoginAccount.objects.get(number=SUPERVISOR))
    answer = asked(SUPERVISOR, "analysis", map=shown, steps_shown="1")
    numbers = (
        [(each.url, each.count) for each in answer.context["counts"]]
        if shown == "regulated"
        else [(answer.context["hidden_url"], answer.context["hidden"])]
    )
    assert numbers and all(count == 2 for _url, count in numbers)
    for url, count in numbers:
        assert len(desk.get(url).context["listing"].found) == count


def test_no_figure_of_the_regulated_map_lies_on_a_box_a_timer_or_another_figure(two) -> None:
    context = asked(SUPERVISOR, "analysis", map="regulated").context
    figures = [(each, NOTE) for each in context["notes"]] + [(each, FIGURE) for each in context["counts"]]
    figures += [(each, FIGURE) for each in context["beside_drawn"]]
    taken = [around(each.x, each.y, str(each.count), size) for each, size in figures]
    boxes = [shape.box for shape in context["diagram"].shapes]
    rects = [Rect(box.x, box.y, box.x + box.w, box.y + box.h) for box in boxes]
    assert len(taken) > 5
    for place, each in enumerate(taken):
        assert not any(each.meets(other) for other in [*rects, *taken[:place]]), figures[place]
    desk = Client()
    desk.force_login(LoginAccount.objects.get(number=SUPERVISOR))
    opened = [each for each in context["notes"] if each.url]
    assert opened
    for note in opened:
        assert len(desk.get(note.url).context["listing"].found) == 2


def test_heat_follows_the_measure_that_is_chosen(two) -> None:
    notes = {
        measure: {shape.title: shape.note for shape in asked(SUPERVISOR, "analysis", heat=measure).context["diagram"].shapes}
        for measure in ("excess", "median", "p95", "nonsense")
    }  # fmt: skip
    assert notes["nonsense"] == notes["excess"]
    days = [
        float(notes[measure]["审计审"].split("· ")[1].removesuffix("日")) for measure in ("median", "p95")
    ]
    assert days[0] < 2 and days[1] >= 9


@pytest.mark.covers("R4")
def test_outcome_and_lateness_are_parts_of_the_stack(two) -> None:
    found = {
        part: asked(SUPERVISOR, "analysis_matters", late=part).context["listing"].found
        for part in ("late", "in_time")
    }
    assert found["late"] and all(each.late for each in found["late"])
    assert not any(each.late for each in found["in_time"])
    assert sum(map(len, found.values())) == 2
    page = asked(SUPERVISOR, "analysis_matters", outcome="running")
    assert {each.outcome for each in page.context["listing"].found} == {
        "在办"
    } and "在办" in page.content.decode()
    assert not asked(SUPERVISOR, "analysis_matters", outcome="withdrawn").context["listing"].found


@pytest.mark.covers("R4")
def test_two_periods_stand_side_by_side_and_each_number_opens_its_matters(two) -> None:
    _play, matters = two
    days = sorted(matter.opened_on for matter in matters)
    periods = {"one_from": days[0], "one_to": days[0], "other_from": days[-1], "other_to": days[-1]}
    answer = asked(
        SUPERVISOR, "analysis_compare", by="period", **{key: str(day) for key, day in periods.items()}
    )
    rows = {row.label: row for row in answer.context["rows"]}
    desk = Client()
    desk.force_login(LoginAccount.objects.get(number=SUPERVISOR))
    for cell in (rows["事项数"].one, rows["事项数"].other):
        assert len(desk.get(cell.url).context["listing"].found) == int(cell.text) > 0
    for arrow in answer.context["arrows"]:
        for flow, url in ((arrow.one, arrow.one_url), (arrow.other, arrow.other_url)):
            assert flow is None or len(desk.get(url).context["listing"].found) == flow.cases
    assert asked(SUPERVISOR, "analysis_compare", by="period", one_from="gestern").status_code == 200


@pytest.mark.covers("C10")
def test_peers_are_ended_matters_of_one_kind_and_one_band_of_amount(two) -> None:
    _play, matters = two
    peers = {"like": "payment|10^5"}
    assert not asked(SUPERVISOR, "analysis_matters", **peers).context["listing"].found  # none has ended
    ProcessInstance.objects.filter(matter__in=matters).update(outcome="done")
    live.forget()
    answer = asked(SUPERVISOR, "analysis_matters", **peers)
    assert len(answer.context["listing"].found) == 2
    assert "100,000至1,000,000元" in answer.content.decode()
    assert not asked(SUPERVISOR, "analysis_matters", like="payment|10^4").context["listing"].found
    assert not asked(SUPERVISOR, "analysis_matters", like="change|10^5").context["listing"].found


def test_two_units_are_compared_only_where_there_are_two(two) -> None:
    page = asked(SUPERVISOR, "analysis_compare", by="unit").content.decode()
    assert "不足两个单位，无法对照" in page


def test_every_table_is_drawn_and_taken_away(two) -> None:
    for topic in TOPICS:
        assert asked(HEAD, "analysis_topic", topic).status_code == 200, topic
        answer = asked(SUPERVISOR, "analysis_topic", topic, export="xlsx")
        assert answer.status_code == 200 and answer.content[:2] == b"PK", topic


def test_a_table_that_is_none_is_not_found(two) -> None:
    assert asked(SUPERVISOR, "analysis_topic", "everything").status_code == 404


def test_before_anything_was_done_the_pages_say_so(play) -> None:
    for name in ("analysis", "analysis_matters", "analysis_statistics"):
        assert "您的数据范围内还没有办理过的流程" in asked(SUPERVISOR, name).content.decode()


def test_what_was_done_since_is_there_after_a_short_while(two) -> None:
    play, _matters = two
    assert "2" in re.findall(r"共(\d+)件", asked(SUPERVISOR, "analysis").content.decode())
    play.scene.pass_time(hours=1)
    assert live.held(PROCESS, now=play.scene.now).made_at <= play.scene.now
