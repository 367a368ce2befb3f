"""A diagram without coordinates gets a picture: rank by column, lane by row."""

from __future__ import annotations

from lianjing.kernel.process.graph import parse
from lianjing.kernel.process.layout import layout
from tests.kernel.process import drawn_process as ink
from tests.kernel.process.picture_rules import assert_picture_is_clean

LANES = (
    '<bpmn:laneSet id="lanes"><bpmn:lane id="officer" name="经办"><bpmn:flowNodeRef>start</bpmn:flowNodeRef>'
    "<bpmn:flowNodeRef>apply</bpmn:flowNodeRef></bpmn:lane><bpmn:lane id="
    '"head" name="负责人"><bpmn:flowNodeRef>check</bpmn:flowNodeRef></bpmn:lane></bpmn:laneSet>'
)
GRAPH = parse(
    ink.definitions(
        LANES
        + ink.start()
        + ink.user("apply")
        + ink.timer("late", "apply", cancel="false")
        + ink.timer("gone", "apply")
        + ink.user("urge")
        + ink.end("urged")
        + ink.end("lapsed")
        + ink.user("check")
        + ink.choice("again", "again__end")
        + ink.choice("head_again")
        + ink.end()
        + ink.chain("start", "head_again", "apply", "check", "again", "end")
        + ink.flow("again", "head_again", "x = 1")
        + ink.chain("late", "urge", "urged")
        + ink.flow("gone", "lapsed")
    )
)
PICTURE = layout(GRAPH)


def test_the_way_forward_goes_from_left_to_right() -> None:
    xs = [PICTURE.nodes[key].x for key in ("start", "head_again", "apply", "check", "again", "end")]
    assert xs == sorted(xs)
    assert len(set(xs)) == len(xs)


def test_each_step_stands_in_its_lane_and_the_lanes_fill_the_picture() -> None:
    bands = {band.lane.id: band.box for band in PICTURE.lanes if band.lane}
    for key, lane in (("apply", "officer"), ("check", "head"), ("again", "head")):
        box, band = PICTURE.nodes[key], bands[lane]
        assert band.y <= box.y
        assert box.y + box.h <= band.y + band.h
    assert bands["head"].y == bands["officer"].h
    assert PICTURE.height == bands["officer"].h + bands["head"].h


def test_timers_sit_on_the_edge_of_their_step() -> None:
    step = PICTURE.nodes["apply"]
    for key in ("late", "gone"):
        box = PICTURE.nodes[key]
        assert box.y < step.y + step.h < box.y + box.h
    assert PICTURE.nodes["late"].x != PICTURE.nodes["gone"].x


def test_the_step_of_the_main_way_stands_above_that_of_a_reminder() -> None:
    graph = parse(
        ink.definitions(
            ink.start()
            + ink.user("apply")
            + ink.timer("late", "apply", cancel="false")
            + ink.user("urge")
            + ink.end("urged")
            + ink.user("check")
            + ink.end()
            + ink.chain("start", "apply", "check", "end")
            + ink.chain("late", "urge", "urged")
        )
    )
    picture = layout(graph)
    assert picture.nodes["check"].y < picture.nodes["urge"].y
    assert picture.flows["apply__check"] == tuple(dict.fromkeys(picture.flows["apply__check"]))
    assert len(picture.flows["apply__check"]) == 2


def test_edges_run_at_right_angles_and_never_through_boxes() -> None:
    assert_picture_is_clean(GRAPH, PICTURE)


def test_the_same_diagram_gives_the_same_picture() -> None:
    assert layout(GRAPH) == PICTURE
    assert PICTURE.lanes[0].lane is not None


def test_a_diagram_without_lanes_is_one_band() -> None:
    graph = parse(ink.straight(ink.user("apply")))
    assert [band.lane for band in layout(graph).lanes] == [None]
