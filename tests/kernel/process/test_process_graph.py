"""A diagram is read whole or refused with the element and the reason."""

from __future__ import annotations

import hashlib

import pytest

from lianjing.kernel.process.graph import (
    BadDiagram,
    BoundaryTimer,
    DocumentRule,
    Gateway,
    Lane,
    TaskKind,
    parse,
)
from tests.kernel.process import drawn_process as ink

LANES = (
    '<bpmn:laneSet id="lanes">'
    '<bpmn:lane id="officer" name="经办" lj:post="project_officer" lj:scope="matter_unit">'
    "<bpmn:flowNodeRef>apply</bpmn:flowNodeRef></bpmn:lane>"
    '<bpmn:lane id="offices" name="联审" lj:post="department_head" lj:scope="element">'
    "<bpmn:flowNodeRef>review</bpmn:flowNodeRef></bpmn:lane></bpmn:laneSet>"
)
PAPER = (
    "<bpmn:documentation>说明</bpmn:documentation><bpmn:extensionElements>"
    '<lj:document kind="invoice" mandatory="true" clause="pay#3"/><lj:document kind="photo"/>'
    "</bpmn:extensionElements>"
)
WHOLE = ink.definitions(
    LANES
    + ink.start()
    + ink.user("apply", PAPER, lj_nameEn="Apply", lj_clause="pay#1", lj_deadline="3 working_day")
    + ink.rule("tier", "change_tier")
    + ink.joint("review", lj_returns="apply", lj_differsFrom="apply", lj_deadline="@review.works.joint")
    + ink.timer("late", "review", "@review.late", cancel="false")
    + ink.end("reminded")
    + ink.choice("above", "above__end")
    + ink.user("meeting")
    + ink.end()
    + ink.chain("start", "apply", "tier", "review", "above", "end")
    + ink.flow("late", "reminded")
    + ink.flow("above", "meeting", "amount &gt;= 100")
    + ink.flow("meeting", "end")
    + '<bpmn:textAnnotation id="note"><bpmn:text>注</bpmn:text></bpmn:textAnnotation>'
)


def refusal(xml: str | bytes) -> BadDiagram:
    with pytest.raises(BadDiagram) as caught:
        parse(xml)
    return caught.value


def test_a_diagram_within_the_profile_is_read_with_all_that_it_declares() -> None:
    graph = parse(WHOLE)
    assert (graph.key, graph.name, graph.start) == ("payment", "支付", "start")
    assert graph.sha256 == hashlib.sha256(WHOLE.encode()).hexdigest()
    assert [task.id for task in graph.tasks] == ["apply", "tier", "review", "meeting"]
    apply = graph.task("apply")
    assert apply.lane == Lane("officer", "经办", "project_officer", "matter_unit", "", "")
    assert (apply.name_en, apply.clause, apply.deadline) == ("Apply", "pay#1", "3 working_day")
    assert apply.documents == (DocumentRule("invoice", True, "pay#3"), DocumentRule("photo", False, ""))
    assert (graph.task("tier").kind, graph.task("tier").decision) == (TaskKind.RULE, "change_tier")
    review = graph.task("review")
    assert review.multi is not None
    assert (review.multi.collection, review.multi.is_sequential) == ("departments", False)
    assert (review.returns, review.differs_from) == (("apply",), ("apply",))
    assert graph.timers("review") == (graph.timer("late"),)
    assert graph.timer("late") == BoundaryTimer("late", "late", "review", "@review.late", False, None)
    assert isinstance(graph.nodes["above"], Gateway)
    assert [flow.id for flow in graph.outgoing("above")] == ["above__end", "above__meeting"]
    assert [flow.is_default for flow in graph.outgoing("above")] == [True, False]
    assert len(graph.incoming("end")) == 2
    with pytest.raises(KeyError):
        graph.task("above")
    with pytest.raises(KeyError):
        graph.timer("apply")


def test_bytes_and_a_pool_around_the_process_are_taken() -> None:
    pool = (
        '<bpmn:collaboration id="c"><bpmn:participant id="p" processRef="payment"/></bpmn:collaboration>'
        '<bpmn:process id="payment"'
    )
    xml = ink.straight(ink.user("apply")).replace('<bpmn:process id="payment"', pool)
    assert parse(xml.encode()).key == "payment"
    assert parse(b'<?xml version="1.0" encoding="UTF-8"?>' + xml.encode()).task("apply").name == "apply"


BASE = ink.start() + ink.user("apply") + ink.end()
LINE = ink.chain("start", "apply", "end")

REFUSED = {
    "two starts": (ink.definitions(BASE + ink.start("again") + LINE + ink.flow("again", "apply")), "payment"),
    "no start": (ink.definitions(ink.end()), "payment"),
    "no process": (ink.HEAD + "</bpmn:definitions>", ""),
    "not BPMN": ("<definitions/>", ""),
    "script task": (ink.definitions(BASE + ink.node("scriptTask", "run") + LINE), "run"),
    "message": (
        ink.definitions(BASE + LINE).replace("<bpmn:process", '<bpmn:message id="m"/><bpmn:process'),
        "m",
    ),
    "message flow": (
        ink.definitions(BASE + LINE).replace(
            "<bpmn:process",
            '<bpmn:collaboration id="c"><bpmn:messageFlow id="mf"/></bpmn:collaboration><bpmn:process',
        ),
        "mf",
    ),
    "message start": (
        ink.definitions(
            BASE.replace('name="start">', 'name="start"><bpmn:messageEventDefinition id="d"/>') + LINE
        ),
        "d",
    ),
    "foreign namespace": (ink.definitions(BASE + LINE + '<x:userTask xmlns:x="urn:x" id="u2"/>'), "u2"),
    "foreign attribute": (
        ink.straight(ink.user("apply")).replace(
            'id="apply"', 'xmlns:c="urn:camunda" c:assignee="x" id="apply"'
        ),
        "apply",
    ),
    "unknown attribute of ours": (ink.straight(ink.user("apply", lj_deadlin="1 day")), "apply"),
    "script in a condition": (
        ink.definitions(
            ink.start()
            + ink.choice("g", "g__end")
            + ink.end()
            + ink.user("apply")
            + ink.chain("start", "g", "end")
            + ink.flow("g", "apply", "__import__('os')")
            + ink.flow("apply", "end")
        ),
        "g__apply",
    ),
    "dangling flow": (ink.definitions(BASE + LINE + ink.flow("apply", "nowhere")), "apply__nowhere"),
    "two ways out of a step": (
        ink.definitions(BASE + ink.end("end2") + LINE + ink.flow("apply", "end2")),
        "apply",
    ),
    "a step without a way out": (
        ink.definitions(ink.start() + ink.user("apply") + ink.flow("start", "apply")),
        "apply",
    ),
    "a step without a way in": (
        ink.definitions(BASE + ink.user("lost") + LINE + ink.flow("lost", "end")),
        "lost",
    ),
    "a way into the start": (ink.definitions(BASE + ink.chain("start", "apply", "start")), "start"),
    "a way out of the end": (ink.definitions(BASE + LINE + ink.flow("end", "apply")), "end"),
    "a gateway without a way out": (
        ink.definitions(ink.start() + ink.choice("g") + ink.flow("start", "g")),
        "g",
    ),
    "the same id twice": (ink.definitions(BASE + ink.user("apply") + LINE), "apply"),
    "no id": (ink.straight(ink.user("apply")).replace('<bpmn:endEvent id="end"', "<bpmn:endEvent"), ""),
    "a second process": (
        ink.straight(ink.user("apply")).replace(
            "</bpmn:definitions>", '<bpmn:process id="two"/></bpmn:definitions>'
        ),
        "",
    ),
    "return to nothing": (ink.straight(ink.user("apply"), ink.user("check", lj_returns="nobody")), "check"),
    "return to itself": (ink.straight(ink.user("apply", lj_returns="apply")), "apply"),
    "return to a later step": (
        ink.straight(ink.user("apply", lj_returns="check"), ink.user("check")),
        "apply",
    ),
    "return to a rule": (ink.straight(ink.rule("tier", "t"), ink.user("check", lj_returns="tier")), "check"),
    "differs from nothing": (ink.straight(ink.user("apply", lj_differsFrom="end")), "apply"),
    "deadline in words": (ink.straight(ink.user("apply", lj_deadline="soon")), "apply"),
    "rule without table": (ink.straight(ink.rule("tier", "")), "tier"),
    "sequential multi-instance": (
        ink.straight(ink.joint("review")).replace('Sequential="false"', 'Sequential="true"'),
        "review",
    ),
    "multi-instance without list": (ink.straight(ink.joint("review", "")), "review"),
    "completion condition": (
        ink.straight(
            ink.user(
                "review",
                '<bpmn:multiInstanceLoopCharacteristics id="l" lj:collection="d"><bpmn:completionCondition/>'
                "</bpmn:multiInstanceLoopCharacteristics>",
            )
        ),
        "l",
    ),
    "paper without kind": (
        ink.straight(ink.user("apply", "<bpmn:extensionElements><lj:document/></bpmn:extensionElements>")),
        "apply",
    ),
    "paper not ours": (
        ink.straight(
            ink.user("apply", '<bpmn:extensionElements><bpmn:document kind="x"/></bpmn:extensionElements>')
        ),
        "apply",
    ),
    "paper perhaps mandatory": (
        ink.straight(
            ink.user(
                "apply",
                '<bpmn:extensionElements><lj:document kind="x" mandatory="maybe"/></bpmn:extensionElements>',
            )
        ),
        "",
    ),
    "timer on nothing": (
        ink.straight(ink.user("apply")).replace(
            "</bpmn:process>", ink.timer("late", "x") + ink.flow("late", "end") + "</bpmn:process>"
        ),
        "late",
    ),
    "timer without duration": (
        ink.definitions(BASE + LINE + ink.node("boundaryEvent", "late", attachedToRef="apply")),
        "late",
    ),
    "condition after a step": (
        ink.definitions(BASE + ink.flow("start", "apply") + ink.flow("apply", "end", "1 = 1")),
        "apply__end",
    ),
    "choice without condition": (
        ink.definitions(
            ink.start()
            + ink.choice("g")
            + ink.end()
            + ink.end("e2")
            + ink.chain("start", "g", "end")
            + ink.flow("g", "e2")
        ),
        "g__end",
    ),
    "default with a condition": (
        ink.definitions(
            ink.start()
            + ink.choice("g", "g__end")
            + ink.end()
            + ink.end("e2")
            + ink.flow("start", "g")
            + ink.flow("g", "end", "1 = 1")
            + ink.flow("g", "e2", "1 = 2")
        ),
        "g__end",
    ),
    "default of another gateway": (
        ink.definitions(
            ink.start() + ink.choice("g", "start__g") + ink.end() + ink.chain("start", "g", "end")
        ),
        "g",
    ),
    "default that is nowhere": (
        ink.definitions(ink.start() + ink.choice("g", "x") + ink.end() + ink.chain("start", "g", "end")),
        "g",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_anything_outside_the_profile_is_refused_with_the_element(case: str) -> None:
    xml, element = REFUSED[case]
    error = refusal(xml)
    assert error.element_id == element
    assert error.message == str(error)
    assert "%(" not in error.message


def lane(attributes: str, *references: str, key: str = "l1") -> str:
    inner = "".join(f"<bpmn:flowNodeRef>{reference}</bpmn:flowNodeRef>" for reference in references)
    return f'<bpmn:lane id="{key}" {attributes}>{inner}</bpmn:lane>'


@pytest.mark.parametrize(
    ("lanes", "element"),
    [
        (lane('lj:post="p" lj:scope="anywhere"'), "l1"),
        (lane('lj:post="p"'), "l1"),
        (lane('lj:scope="matter_unit"'), "l1"),
        (lane('lj:post="p" lj:scope="named_unit"'), "l1"),
        (lane('lj:post="p" lj:scope="party"'), "l1"),
        (lane('lj:post="p" lj:scope="matter_unit" lj:unit="U1"'), "l1"),
        (lane("", "nobody"), "l1"),
        (lane("") + lane(""), "l1"),
        (lane("", "apply") + lane("", "apply", key="l2"), "apply"),
        (lane('lj:post="p" lj:scope="element"', "apply"), "apply"),
    ],
)
def test_a_lane_that_does_not_say_whose_it_is_is_refused(lanes: str, element: str) -> None:
    error = refusal(ink.definitions(f'<bpmn:laneSet id="s">{lanes}</bpmn:laneSet>' + BASE + LINE))
    assert error.element_id == element


def test_a_second_set_of_lanes_is_refused() -> None:
    assert (
        refusal(ink.definitions('<bpmn:laneSet id="s1"/><bpmn:laneSet id="s2"/>' + BASE + LINE)).element_id
        == "s2"
    )


def test_lanes_of_a_named_unit_or_a_party_are_read() -> None:
    lanes = lane('lj:post="p" lj:scope="named_unit" lj:unit="U1"', "apply") + lane(
        'lj:post="p" lj:scope="party" lj:role="supplier"', key="l2"
    )
    graph = parse(ink.definitions(f'<bpmn:laneSet id="s">{lanes}</bpmn:laneSet>' + BASE + LINE))
    assert [(found.unit, found.role) for found in graph.lanes] == [("U1", ""), ("", "supplier")]


@pytest.mark.parametrize(
    "xml",
    [
        '<!DOCTYPE d [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;">]><d>&b;</d>',
        '<!DOCTYPE d SYSTEM "file:///etc/passwd"><d/>',
        "<not closed",
        "",
        b'<?xml version="1.0" encoding="UTF-8"?><d name="\xd6\xa7\xb8\xb6"/>',
        b'<?xml version="1.0" encoding="GBK"?><d name="\xd6\xa7\xb8\xb6"/>',
        b'<?xml version="1.0" encoding="klingon"?><d/>',
        "<d>" + " " * 1_000_001 + "</d>",
    ],
)
def test_bombs_wrong_encodings_and_oversized_files_are_refused(xml: str | bytes) -> None:
    assert refusal(xml).element_id == ""
