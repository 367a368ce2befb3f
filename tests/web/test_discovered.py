"""The map that a log draws."""

from __future__ import annotations

from pathlib import Path

from lianjing.analysis.mining import flows, variants
from lianjing.analysis.mining.flows import Flow, StepCount
from lianjing.analysis.mining.variants import Variant
from lianjing.web.discovered import BOX_H, BOX_W, LABEL, Discovered, discover, heat_of
from lianjing.web.labels import Rect, around
from lianjing.web.views.analysis import MOST_ARROWS, MOST_STEPS
from tests.analysis.mining.logs import real


def step(name: str, cases: int) -> StepCount:
    return StepCount(name, cases, cases, 0, 0, 1.0, 2.0)


def flow(origin: str, target: str, count: int, excess: float = 0.0) -> Flow:
    return Flow(origin, target, count, count, 1.0, 2.0, float(count), excess, 8.0)


STEPS = [step("申请", 10), step("审核", 10), step("退回", 3), step("支付", 9), step("撤回", 1)]
FLOWS = [
    flow("申请", "审核", 10, 5.0),
    flow("审核", "支付", 9, 40.0),
    flow("审核", "退回", 3),
    flow("退回", "申请", 3),
    flow("申请", "撤回", 1),
]
WAYS = [Variant(("申请", "审核", "支付"), 7, 3.0, "甲"), Variant(("申请", "撤回"), 1, 1.0, "乙")]


def test_the_most_frequent_way_lies_on_one_line_from_left_to_right() -> None:
    picture = discover(STEPS, FLOWS, WAYS, most_steps=30, most_arrows=60)
    by_name = {each.name: each for each in picture.steps}
    way = [by_name[name] for name in ("申请", "审核", "支付")]
    assert len({each.y for each in way}) == 1
    assert [each.x for each in way] == sorted(each.x for each in way)
    assert by_name["退回"].y > way[0].y
    assert len({(each.x, each.y) for each in picture.steps}) == len(STEPS)


def test_what_is_not_drawn_is_counted() -> None:
    picture = discover(STEPS, FLOWS, WAYS, most_steps=3, most_arrows=1)
    assert {each.name for each in picture.steps} == {"申请", "审核", "支付"}
    assert (picture.hidden_steps, picture.hidden_arrows) == (2, 4)


def test_an_arrow_never_leads_to_a_step_that_is_not_drawn() -> None:
    picture = discover(STEPS, FLOWS, WAYS, most_steps=2, most_arrows=60)
    names = {each.name for each in picture.steps}
    assert {each.origin for each in picture.arrows} | {each.target for each in picture.arrows} <= names


def test_the_longest_excess_is_hottest_and_none_is_cold() -> None:
    picture = discover(STEPS, FLOWS, WAYS, most_steps=30, most_arrows=60)
    heats = {(each.origin, each.target): each.heat for each in picture.arrows}
    assert heats["审核", "支付"] == 4
    assert heats["审核", "退回"] == 0
    assert heat_of(0.0, 0.0) == 0


def test_a_log_of_one_step_is_drawn() -> None:
    picture = discover([step("申请", 1)], [], [], most_steps=30, most_arrows=60)
    assert [each.name for each in picture.steps] == ["申请"] and not picture.arrows


def test_no_figure_lies_on_a_box_or_on_another_one_and_what_has_no_room_is_counted() -> None:
    names = [f"环节{number}" for number in range(12)]
    steps = [step(name, 40 - place) for place, name in enumerate(names)]
    arrows = [
        flow(one, other, 1 + (place + further) % 7)
        for place, one in enumerate(names)
        for further, other in enumerate(names)
        if (place + 2 * further) % 3 == 0
    ]
    picture = discover(
        steps, arrows, [Variant(tuple(names[:7]), 9, 1.0, "甲")], most_steps=30, most_arrows=60
    )
    assert free_of_each_other(picture) + picture.hidden_labels == len(picture.arrows) == len(arrows)


def test_the_figures_of_a_real_log_stand_free_at_the_usual_sliders(shared: Path) -> None:
    with real(shared, "receipt.xes.gz") as store:
        told = flows.flows(store), variants.variants(store)
        picture = discover(flows.steps(store), *told, most_steps=MOST_STEPS, most_arrows=MOST_ARROWS)
    assert (len(picture.steps), len(picture.arrows)) == (27, MOST_ARROWS)
    assert free_of_each_other(picture) == MOST_ARROWS and picture.hidden_labels == 0


def free_of_each_other(picture: Discovered) -> int:
    """Return how many figures stand in the picture, after looking that none lies on a box or on another."""
    boxes = [Rect(each.x, each.y, each.x + BOX_W, each.y + BOX_H) for each in picture.steps]
    labels = [around(*each.place, each.label, LABEL) for each in picture.arrows if each.place is not None]
    for place, label in enumerate(labels):
        assert not any(label.meets(each) for each in [*boxes, *labels[:place]])
        assert label.left >= 0 and label.right <= picture.width
        assert label.top >= 0 and label.bottom <= picture.height
    return len(labels)
