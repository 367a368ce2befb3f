"""The registers of works: one page for every procedure, within the scope, with typed columns, filters and Excel."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.urls import reverse
from python_calamine import load_workbook

from lianjing.domains.works.procedures import PROCEDURES
from lianjing.domains.works.register_columns import SHOWN
from lianjing.domains.works.register_menu import REGISTERS, menu, view_name
from lianjing.runtime import codes
from lianjing.runtime.contract.models import Contract
from lianjing.runtime.payment.models import PaymentApplication
from lianjing.runtime.trail.models import Event
from tests.domains.works.playing import BUILDER, HEAD, OTHER_BUILDER, SECRETARY, Play
from tests.web.conftest import Browser

SUPERVISOR = "30001"


@pytest.fixture
def building(play: Play) -> tuple[Any, Any]:
    """A project under way with its contract."""
    return play.building()


def test_every_procedure_has_its_register_in_the_menu() -> None:
    assert {each.matter_kind for each in PROCEDURES} == set(REGISTERS)
    assert [entry.view for entry in menu()] == [view_name(kind) for kind in REGISTERS]


def test_the_registers_stand_in_the_order_of_the_field() -> None:
    order = list(REGISTERS)
    assert order.index("permit") < order.index("tender") < order.index("contract") < order.index("payment")


@pytest.mark.parametrize("kind", sorted(REGISTERS))
def test_the_columns_shown_at_first_are_columns_of_the_record(kind: str) -> None:
    columns = {field.name for field in REGISTERS[kind].record._meta.concrete_fields}
    assert set(SHOWN.get(kind, ())) <= columns


def test_every_register_opens_and_none_costs_a_query_for_each_row(
    browser: Browser, building: Any, django_assert_max_num_queries: Any
) -> None:
    client = browser(SUPERVISOR)
    for kind in REGISTERS:
        with django_assert_max_num_queries(40):
            answer = client.get(reverse(view_name(kind)))
        assert answer.status_code == 200, kind


def test_a_register_shows_money_codes_project_and_status(browser: Browser, building: Any) -> None:
    project, contract = building
    text = browser(SUPERVISOR).get(reverse("works_register_contract")).content.decode()
    row = Contract.objects.get(pk=contract.pk)
    assert project.title in text and f"/matters/{contract.pk}/" in text
    assert f"¥{row.amount:,.2f}" in text and row.enterprise.name in text
    assert codes.label("matter_status", "closed") in text


def test_a_register_is_searched_filtered_and_sorted(browser: Browser, building: Any) -> None:
    _project, contract = building
    client, place = browser(HEAD), reverse("works_register_contract")

    def count(query: str) -> int:
        return client.get(f"{place}?{query}").context["listing"].page.paginator.count

    firm = Contract.objects.get(pk=contract.pk).enterprise.name
    assert count(f"q={firm}") == 1 and count("q=没有这家") == 0
    assert count("f_kind=works") in (0, 1) and count("matter_status=terminated") == 0
    assert count("year=2019") == 0 and count("from=2100-01-01") == 0
    for column in ("f_amount", "-f_enterprise", "matter_status", "project", "opened"):
        assert client.get(f"{place}?sort={column}").status_code == 200


def test_a_firm_finds_only_its_own_contract(browser: Browser, building: Any) -> None:
    place = reverse("works_register_contract")
    assert browser(BUILDER).get(place).context["listing"].page.paginator.count == 1
    assert browser(OTHER_BUILDER).get(place).context["listing"].page.paginator.count == 0


def test_a_register_is_taken_as_a_sheet_and_the_taking_is_noted(browser: Browser, building: Any) -> None:
    client = browser(SUPERVISOR)
    answer = client.get(reverse("works_register_contract") + "?export=xlsx")
    rows = load_workbook(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert len(rows) == 2
    assert Event.objects.filter(act="access.export").exists()


def test_the_cards_of_the_file_name_people_changes_and_debts(
    browser: Browser, building: Any, django_assert_max_num_queries: Any
) -> None:
    project, _contract = building
    client = browser(SUPERVISOR)
    client.get(f"/works/{project.pk}/")
    with django_assert_max_num_queries(130):
        answer = client.get(f"/works/{project.pk}/")
    text = answer.content.decode()
    assert 'id="people"' in text and "闫犇" in text and "/org/persons/" in text
    assert answer.context["completeness"].due >= answer.context["completeness"].settled


def test_the_file_shows_the_decisions_with_views_and_votes(browser: Browser, play: Play) -> None:
    project, contract = play.building()
    matter = play.applied(project, contract, "advance")
    amount = str(PaymentApplication.objects.get(pk=matter.pk).amount)
    play.audited(matter, amount)
    play.checked(matter, amount)
    play.opinions(matter)
    play.decided(matter, kind="party_committee", amount=amount)
    decisions = browser(HEAD).get(f"/works/{project.pk}/").context["decisions"]
    latest = decisions[-1]
    assert latest["result"] == "通过" and [row["choice"] for row in latest["votes"]] == ["同意"] * 3
    assert latest["votes"][-1]["vote"].is_head
    assert browser(SECRETARY).get("/works/workload/").status_code == 200
