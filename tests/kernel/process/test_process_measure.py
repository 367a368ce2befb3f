"""The added fields of a step: what is read, and what is refused with its place."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianjing.kernel.process.measure import MOST_FIELDS, Measure, parse_fields
from lianjing.kernel.process.xml_source import BadSource

SITE = {"name": "site_state", "label": "现场状况", "type": "choice", "choices": ["完好", "受损"]}


def written(*fields: object) -> str:
    return json.dumps({"fields": list(fields)}, ensure_ascii=False)


def test_a_field_is_read_with_all_its_parts():
    depth = {
        "name": "depth",
        "label": "埋深（米）",
        "label_en": "Depth (m)",
        "type": "decimal",
        "required": True,
        "help": "按竣工图填写",
    }
    assert parse_fields(written(SITE, depth)) == (
        Measure("site_state", "现场状况", "", "choice", ("完好", "受损")),
        Measure("depth", "埋深（米）", "Depth (m)", "decimal", (), is_required=True, help="按竣工图填写"),
    )


def test_a_measure_may_be_taken_away_again():
    assert parse_fields(written()) == ()


@pytest.mark.parametrize(
    ("text", "place", "word"),
    [
        ("", "", "JSON"),
        ("{", "", "JSON"),
        ("[" * 50_000, "", "JSON"),
        ('{"fields": [], "fields": []}', "", "JSON"),
        ('{"fields": NaN}', "", "JSON"),
        ("[]", "", "fields"),
        ('{"fields": {}}', "", "fields"),
        ('{"fields": [], "script": "x"}', "", "fields"),
        (" " * 70_000, "", "字节"),
        (written("x"), "1", "对象"),
        (written(SITE, {**SITE, "name": "现场"}), "2", "名称"),
        (written({**SITE, "name": "x" * 41}), "1", "名称"),
        (written({**SITE, "type": "file"}), "site_state", "类型"),
        (written({**SITE, "type": ["text"]}), "site_state", "类型"),
        (written({**SITE, "label": ""}), "site_state", "标签"),
        (written({**SITE, "label": 3}), "site_state", "label"),
        (written({**SITE, "label": "甲" * 201}), "site_state", "label"),
        (written({**SITE, "help": "a\nb"}), "site_state", "help"),
        (written({**SITE, "required": 1}), "site_state", "required"),
        (written({**SITE, "onclick": "x"}), "site_state", "onclick"),
        (written({**SITE, "choices": ["完好"]}), "site_state", "选项"),
        (written({**SITE, "choices": ["完好", " 完好"]}), "site_state", "选项"),
        (written({**SITE, "choices": ["完好", 3]}), "site_state", "选项"),
        (written({**SITE, "choices": "完好"}), "site_state", "选项"),
        (written({**SITE, "type": "text"}), "site_state", "选项"),
        (written(SITE, SITE), "site_state", "重复"),
        (written(SITE, {**SITE, "name": "other"}), "other", "重复"),
        (written(*[{"name": f"n{i}", "label": f"第{i}", "type": "text"} for i in range(31)]), "", "最多"),
    ],
)
def test_what_lies_outside_is_refused_with_its_place(text: str, place: str, word: str):
    with pytest.raises(BadSource) as caught:
        parse_fields(text)
    assert caught.value.element_id == place
    assert word in caught.value.message


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda part: (
            st.lists(part, max_size=4)
            | st.dictionaries(
                st.sampled_from(["fields", "name", "label", "type", "choices", "required"]), part, max_size=6
            )
        ),
        max_leaves=20,
    )
)
def test_any_json_is_read_or_refused_by_name(found: object):
    try:
        fields = parse_fields(json.dumps(found))
    except BadSource:
        return
    assert len(fields) <= MOST_FIELDS
