"""The nine standard work items: read from the forms and steps in use, three named, the rest switched by data."""

from __future__ import annotations

import pytest
from django.test import Client

from lianjing.domains.works.queries import items as reads
from lianjing.runtime.domains import domain
from lianjing.runtime.guide import split_example
from lianjing.runtime.org.models import LoginAccount
from lianjing.runtime.parameter.models import Parameter
from tests.conftest import MONDAY

DAY = MONDAY.date()


def browser(number: str) -> Client:
    client = Client()
    client.force_login(LoginAccount.objects.get(number=number))
    return client


def test_nine_items_three_of_them_named():
    found = reads.items()
    assert [item.no for item in found] == list(range(1, 10))
    assert {item.key for item in found if item.is_named} == {"change", "acceptance", "catalogue"}


def test_every_limit_is_a_figure_and_every_item_has_a_procedure_in_use(zone):
    keys = set(Parameter.objects.values_list("key", flat=True))
    installed = {each.key for each in domain("works").procedures}
    for item in reads.items():
        assert set(item.limits) <= keys, item.key
        assert set(item.procedures) & installed, item.key


def test_every_field_of_every_item_says_what_it_means_or_needs_no_word(zone):
    for item in reads.active_items():
        standard = reads.standard_of(item, DAY)
        fields = [field for line in standard.procedures for step in line.steps for field in step.fields]
        assert fields, item.key
        assert all(field.label and field.filler and field.source for field in fields), item.key


def test_an_example_stands_apart_from_the_definition():
    assert split_example("工程实体的接收单位，例如“望汀街道办事处”") == (
        "工程实体的接收单位",
        "望汀街道办事处",
    )
    assert split_example("the receiver, for example the street office") == (
        "the receiver",
        "the street office",
    )
    assert split_example("没有可不填") == ("没有可不填", "")


def test_acceptance_shows_its_steps_papers_and_limits(zone):
    item = reads.item_named("acceptance")
    standard = reads.standard_of(item, DAY)
    steps = {step.name: step for step in standard.procedures[0].steps}
    assert list(steps) == [
        "自检与申请",
        "预验收",
        "专项核验",
        "组织验收",
        "整改",
        "监理复查",
        "复验销号",
        "备案移交",
    ]
    assert [paper.kind for paper in steps["备案移交"].papers if paper.is_mandatory] == ["filing"]
    limits = {line.key: line for line in standard.limits}
    assert limits["works.acceptance.filing_days"].mark == "L1"
    parties = next(field for field in steps["组织验收"].fields if field.label == "参验单位和人员")
    assert [column.label for column in parties.columns][:2] == ["参建方", "单位"]


def test_an_item_switched_off_or_replaced_in_the_data_leaves_the_pages(zone, monkeypatch):
    rows = tuple(reads.items())
    off = tuple(
        reads.Item(
            **{**{name: getattr(row, name) for name in row.__slots__}, "is_active": row.key != "tender"}
        )
        for row in rows
    )
    monkeypatch.setattr(reads, "items", lambda: off)
    assert len(reads.active_items()) == 8 and reads.item_named("tender") is None
    assert browser("20703").get("/works/items/tender/").status_code == 404


@pytest.mark.parametrize("number", ["20703", "30001", "40001"])
def test_the_pages_open_for_officials_supervisors_and_firms(zone, number):
    client = browser(number)
    page = client.get("/works/items/").content.decode()
    assert page.count("/works/items/") >= 10 and "竣工验收" in page
    one = client.get("/works/items/acceptance/").content.decode()
    assert "填报岗位" in one and "总监理工程师" in one and "必备" in one
    guide = client.get("/works/items/guide/").content.decode()
    assert "资料著录" in guide and "工程款支付" in guide
    assert client.get("/works/items/acceptance/?export=xlsx").content[:2] == b"PK"
    assert client.get("/works/items/none/").status_code == 404
