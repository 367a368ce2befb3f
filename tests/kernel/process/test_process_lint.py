"""What a diagram leaves unsaid is listed with its remedy, and unsupported elements are refused with theirs."""

from __future__ import annotations

import pytest

from lianjing.kernel.process.graph import BadDiagram, parse
from lianjing.kernel.process.lint import lint
from tests.kernel.process import drawn_process as ink

LANE = (
    '<bpmn:laneSet id="s"><bpmn:lane id="l" lj:post="officer" lj:scope="matter_unit">'
    "<bpmn:flowNodeRef>apply</bpmn:flowNodeRef></bpmn:lane></bpmn:laneSet>"
)
WHOLE = ink.definitions(
    LANE
    + ink.start()
    + ink.user("apply", lj_clause="pay#1", lj_deadline="3 working_day")
    + ink.end()
    + ink.chain("start", "apply", "end")
)


def faults(xml: str) -> list[tuple[str, str]]:
    return [(fault.element_id, fault.message) for fault in lint(parse(xml))]


def test_a_diagram_that_says_all_has_no_fault() -> None:
    assert faults(WHOLE) == []


@pytest.mark.parametrize(
    ("old", "new", "element", "word"),
    [
        (' name="apply"', "", "apply", "名称"),
        (' name="end"', "", "end", "名称"),
        (' name="支付"', "", "payment", "名称"),
        (' lj:deadline="3 working_day"', "", "apply", "时限"),
        (' lj:clause="pay#1"', "", "apply", "条款"),
        ("<bpmn:flowNodeRef>apply</bpmn:flowNodeRef>", "", "apply", "岗位"),
    ],
)
def test_what_is_missing_is_named_with_its_place(old: str, new: str, element: str, word: str) -> None:
    found = faults(WHOLE.replace(old, new))
    assert [place for place, _ in found] == [element]
    assert word in found[0][1]


def test_gateways_without_default_or_without_use_and_steps_of_one_name_are_named() -> None:
    found = faults(
        ink.definitions(
            ink.start()
            + ink.choice("idle")
            + ink.choice("g")
            + ink.call("one", lj_clause="c#1").replace('name="one"', 'name="同"')
            + ink.call("two", lj_clause="c#1").replace('name="two"', 'name="同"')
            + ink.end()
            + ink.chain("start", "idle", "g")
            + ink.flow("g", "one", "x = 1")
            + ink.flow("g", "two", "x = 2")
            + ink.chain("one", "end")
            + ink.chain("two", "end")
        )
    )
    assert [place for place, _ in found] == ["idle", "g", "one", "two"]


BASE = ink.start() + ink.user("apply") + ink.end() + ink.chain("start", "apply", "end")


@pytest.mark.parametrize(
    "kind",
    [
        "scriptTask",
        "serviceTask",
        "sendTask",
        "receiveTask",
        "intermediateThrowEvent",
        "subProcess",
        "eventBasedGateway",
        "complexGateway",
        "manualTask",
        "dataObject",
    ],
)
def test_an_unsupported_element_is_refused_with_its_id_the_reason_and_what_to_draw_instead(kind: str) -> None:
    with pytest.raises(BadDiagram) as caught:
        parse(ink.definitions(BASE + ink.node(kind, "odd")))
    assert caught.value.element_id == "odd"
    assert kind in caught.value.message
    assert "请" in caught.value.message


@pytest.mark.parametrize(
    ("xml", "element"),
    [
        (
            ink.definitions(
                BASE + ink.catch("wait") + ink.flow("wait", "end") + ink.flow("wait", "wait")
            ).replace("timeDuration", "timeCycle"),
            "wait",
        ),
        (ink.definitions(BASE + '<x:run xmlns:x="urn:x" id="foreign"/>'), "foreign"),
        (
            ink.definitions(BASE).replace(
                "</bpmn:definitions>", '<x:run xmlns:x="urn:x" id="root"/></bpmn:definitions>'
            ),
            "root",
        ),
        (ink.definitions(BASE).replace('id="apply"', 'id="ap ply"'), "start__apply"),
        (ink.definitions(BASE + ink.node("callActivity", "c") + ink.flow("c", "end")), "c"),
        (ink.definitions(BASE + ink.call("c", "payment") + ink.flow("c", "end")), "c"),
    ],
)
def test_a_new_element_that_is_wrong_is_refused_with_its_place(xml: str, element: str) -> None:
    with pytest.raises(BadDiagram) as caught:
        parse(xml)
    assert caught.value.element_id in (element, "ap ply")


def test_an_inclusive_gateway_with_too_many_branches_is_refused() -> None:
    flows = "".join(ink.flow("g", "end", f"x = {number}", f"f{number}") for number in range(9))
    with pytest.raises(BadDiagram) as caught:
        parse(ink.definitions(ink.start() + ink.inclusive("g") + ink.end() + ink.flow("start", "g") + flows))
    assert caught.value.element_id == "g"
