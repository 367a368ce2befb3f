"""The net of a process, and what left it; known results of published logs."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lianjing.analysis.mining import conformance, variants
from lianjing.analysis.mining.compiled import compile_bpmn
from lianjing.analysis.mining.conformance import Judge, align, conform, deviations, rows
from lianjing.analysis.mining.net import Known, Net, Transition
from lianjing.kernel.process.xml_source import BadSource
from tests.analysis.mining.logs import event, real, store_of

HEAD = '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"><process id="p">'
TAIL = "</process></definitions>"


def diagram(*lines: str) -> str:
    """A diagram of nodes "kind id" and flows "id > id"."""
    parts = []
    for number, line in enumerate(lines):
        if ">" in line:
            source, target = line.split(" > ")
            parts.append(f'<sequenceFlow id="f{number}" sourceRef="{source}" targetRef="{target}"/>')
        else:
            kind, key = line.split()
            parts.append(f'<{kind} id="{key}" name="{key}"/>')
    return HEAD + "".join(parts) + TAIL


LINE = diagram(
    "startEvent s", "userTask 申请", "userTask 审核", "userTask 放行", "endEvent e",
    "s > 申请", "申请 > 审核", "审核 > 放行", "放行 > e",
)  # fmt: skip
BLOCK = diagram(
    "startEvent s", "parallelGateway g", "userTask 法制", "userTask 财政", "parallelGateway j", "userTask 批准", "endEvent e",
    "s > g", "g > 法制", "g > 财政", "法制 > j", "财政 > j", "j > 批准", "批准 > e",
)  # fmt: skip


def said(net: Net, *steps: str, is_open: bool = False) -> list[tuple[str, str, int]]:
    """The deviations of a way, in words."""
    _cost, moves = align(net, steps, is_open=is_open)
    return [(each.kind, each.step, each.pos) for each in deviations(net, moves)]


def test_a_way_of_the_model_fits_in_either_order_of_a_parallel_block() -> None:
    net = compile_bpmn(BLOCK)
    assert net.fits(("法制", "财政", "批准"))
    assert net.fits(("财政", "法制", "批准"))
    assert not net.fits(("财政", "批准"))


def test_a_step_left_out_is_named_with_its_place() -> None:
    assert said(compile_bpmn(LINE), "申请", "放行") == [("missing", "审核", 2)]
    assert said(compile_bpmn(BLOCK), "法制", "批准") == [("missing", "财政", 2)]


def test_each_other_kind_of_deviation_has_its_name() -> None:
    net = compile_bpmn(LINE)
    assert said(net, "申请", "审核", "审核", "放行") == [("repeated", "审核", 3)]
    assert said(net, "申请", "审核", "聚餐", "放行") == [("unknown_step", "聚餐", 3)]
    assert said(net, "审核", "申请", "放行") == [("out_of_sequence", "申请", 2)]


def test_an_open_matter_is_judged_as_far_as_it_came() -> None:
    net = compile_bpmn(LINE)
    assert net.fits(("申请",), is_open=True)
    assert not net.fits(("申请",))
    assert said(net, "审核", is_open=True) == [("missing", "申请", 1)]


def test_a_mandatory_control_weighs_more_than_an_order() -> None:
    net = Net(
        (Transition("控制", (1,), (2,)), Transition("放行", (2,), (0,)), Transition("免", (1,), (3,)), Transition("放行", (3,), (0,))),
        (1,), (0,), {"控制": Known(weight=4.0)},
    )  # fmt: skip
    cost, moves = align(net, ["放行"])
    assert (cost, [move.label for move in moves if move.pos is None]) == (1.0, ["免"])


def test_deviations_stand_with_person_post_and_days() -> None:
    events = [
        event("支1", "申请", "甲", 0, 9), event("支1", "审核", "乙", 1, 9), event("支1", "审核", "丁", 3, 9),
        event("支1", "放行", "丙", 4, 9), event("支2", "申请", "甲", 0, 9), event("支2", "放行", "丙", 1, 9),
    ]  # fmt: skip
    with store_of(events) as store:
        net = compile_bpmn(LINE)
        answer = conform(store, lambda _number: Judge(net, is_open=False))
        found = {(each.object, each.kind, each.step): each for each in rows(store, answer)}
    assert (answer.cases, answer.fit, answer.unaligned) == (2, 0, 0)
    again, left_out = found["支1", "repeated", "审核"], found["支2", "missing", "审核"]
    assert (again.person, again.post, again.extra_days) == ("丁", "岗", 2.0)
    assert (left_out.person, left_out.extra_days) == ("丙", None)


def test_a_net_too_large_to_search_is_said_not_guessed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conformance, "MOST_STATES", 3)
    with store_of([event("支1", "放行", "甲", 0, 9), event("支1", "申请", "乙", 1, 9)]) as store:
        net = compile_bpmn(LINE)
        answer = conform(store, lambda _number: Judge(net, is_open=False))
    assert (answer.fit, answer.unaligned, answer.ways[0].cost) == (0, 1, None)


@pytest.mark.parametrize(
    ("xml", "place"),
    [
        (diagram("startEvent s", "subProcess 子"), "子"),
        (diagram("startEvent s", "complexGateway g"), "g"),
        (diagram("userTask 申请"), ""),
        (HEAD + TAIL + "<", ""),
        ('<!DOCTYPE a [<!ENTITY b "c">]>' + LINE, ""),
        ("<definitions/>", ""),
    ],
)
def test_what_the_net_cannot_say_is_refused_with_its_place(xml: str, place: str) -> None:
    with pytest.raises(BadSource) as refused:
        compile_bpmn(xml)
    assert refused.value.element_id == place


@settings(max_examples=60)
@given(steps=st.lists(st.sampled_from(["法制", "财政", "批准", "聚餐"]), max_size=6))
def test_a_way_costs_nothing_just_when_it_fits(steps: list[str]) -> None:
    net = compile_bpmn(BLOCK)
    cost, moves = align(net, steps)
    assert (cost == 0) == net.fits(tuple(steps))
    assert [move.label for move in moves if move.pos is not None] == steps
    assert cost == sum(not (move.pos and move.is_model) for move in moves)


def test_receipt_has_116_variants_and_all_1434_cases_fit_its_model(shared: Path) -> None:
    """The reference data's README; Buijs, Receipt phase of an environmental permit application process (2014)."""
    net = compile_bpmn((shared / "data/eventlogs/receipt.bpmn").read_bytes())
    with real(shared, "receipt.xes.gz") as store:
        answer = conform(store, lambda _number: Judge(net, is_open=False))
        assert len(variants.variants(store)) == 116
    assert (answer.cases, answer.fit) == (1434, 1434)


def test_domestic_declarations_have_99_variants(shared: Path) -> None:
    """The reference data's README; van Dongen, BPI Challenge 2020: Domestic Declarations."""
    with real(shared, "bpic2020_DomesticDeclarations.xes.gz") as store:
        assert store.one("SELECT COUNT(DISTINCT object), COUNT(*) FROM step") == (10_500, 56_437)
        assert len(variants.variants(store)) == 99
