"""What work injury ships as data: every reference resolves, every figure exists, duties stay apart, money has three hands."""

from __future__ import annotations

import csv
import tomllib
from fractions import Fraction
from importlib.resources import files
from typing import Any

import pytest

from lianjing.kernel.process.decision import check as check_coverage
from lianjing.kernel.process.decision import parse_decision
from lianjing.kernel.process.graph import Graph, parse
from lianjing.kernel.process.soundness import check as check_soundness

INJURY, RUNTIME = files("lianjing.domains.injury"), files("lianjing.runtime")
PROCESSES = [
    "injury_assessment",
    "injury_claim",
    "injury_claim_online",
    "injury_payment",
    "injury_recognition",
]


def rows_of(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader((RUNTIME / name).read_text(encoding="utf-8-sig").splitlines()))


def toml_of(name: str) -> dict[str, Any]:
    return tomllib.loads((INJURY / "regulations" / name).read_text(encoding="utf-8"))


def graph_of(key: str) -> Graph:
    return parse((INJURY / "processes" / f"{key}.bpmn").read_bytes())


TOMLS = sorted(place.name for place in (INJURY / "regulations").iterdir())
REGULATIONS = {name: toml_of(name) for name in TOMLS if "clause" in toml_of(name)}
CLAUSES = {f"{each['key']}#{row['article']}" for each in REGULATIONS.values() for row in each["clause"]}
SEED = {row["key"]: row for row in rows_of("parameter/seed.csv")}
CODES = {
    (row["codelist"], row["code"])
    for name in ("codes/codelists.csv", "codes/local.csv")
    for row in rows_of(name)
}
POSTS = {
    row["key"] for row in tomllib.loads((RUNTIME / "org" / "posts.toml").read_text(encoding="utf-8"))["post"]
}


@pytest.mark.parametrize("key", PROCESSES)
def test_every_step_is_sound_named_timed_and_rests_on_a_clause(key: str) -> None:
    graph = graph_of(key)
    assert [fault.message for fault in check_soundness(graph)] == []
    for task in graph.tasks:
        assert task.name and task.name_en and task.clause in CLAUSES, task.id
        assert task.lane is not None and task.lane.post in POSTS, task.id
        assert task.lane.unit == "SIC" or (task.lane.scope, task.lane.role) == ("party", "employer"), task.id
        assert all(
            ("document_kind", rule.kind) in CODES and rule.clause in CLAUSES for rule in task.documents
        )
        if task.deadline:
            row = SEED[task.deadline.removeprefix("@")]
            assert row["value"] and row["unit"] in ("working_days", "days"), task.id


@pytest.mark.parametrize("key", ["injury_claim", "injury_claim_online"])
def test_the_claim_passes_four_different_hands(key: str) -> None:
    graph = graph_of(key)
    taken_in = ["accept"] if key.endswith("online") else []
    chain = ["apply", *taken_in, "assess", "review", "confirm"]
    for place, step in enumerate(chain):
        assert set(chain[:place]) <= set(graph.task(step).differs_from), step


def test_an_order_is_made_checked_and_released_by_three_and_never_goes_back_after_its_release() -> None:
    graph = graph_of("injury_payment")
    steps = ("make_order", "check_order", "release", "receipt")
    assert [graph.task(step).returns for step in steps] == [(), ("make_order",), ("make_order",), ()]
    assert {"make_order", "check_order"} <= set(graph.task("release").differs_from)


def test_the_route_covers_all_cases_and_names_a_clause_in_each_row() -> None:
    table = parse_decision((INJURY / "decisions" / "injury_route.dmn").read_bytes())
    assert check_coverage(table, lambda key: Fraction(SEED[key]["value"])) == []
    routes = {rule.outputs[0](lambda _key: Fraction(0)) for rule in table.rules}
    assert routes == {"worker", "employer", "hospital", "split"}
    assert {rule.clause for rule in table.rules} <= CLAUSES


@pytest.mark.parametrize("name", sorted(REGULATIONS))
def test_every_regulation_is_complete_in_both_languages_with_its_evidence(name: str) -> None:
    content = REGULATIONS[name]
    assert name == f"{content['key']}.toml"
    assert content["title"] and content["title_en"] and content["issuer"]
    assert ("regulation_kind", content["kind"]) in CODES and ("regulation_status", content["status"]) in CODES
    assert len({row["article"] for row in content["clause"]}) == len(content["clause"])
    for row in content["clause"]:
        assert row["text"] and row["text_en"] and ("evidence_mark", row["mark"]) in CODES


def test_the_power_register_has_one_item_a_process_and_one_each_for_case_and_gate() -> None:
    items = toml_of("power_items.toml")["power_item"]
    own = [each for each in items if each["definition_key"] in {*PROCESSES, "injury_case", "injury_gate"}]
    assert sorted(each["definition_key"] for each in own) == sorted(
        [*PROCESSES, "injury_case", "injury_gate"]
    )
    for item in items:
        assert item["clause"] in CLAUSES and item["unit"] == "SIC" and item["post_key"] in POSTS


def test_the_two_articles_that_the_press_reports_are_marked_as_stated_and_no_other() -> None:
    stated = [row["article"] for row in REGULATIONS["zone_injury.toml"]["clause"] if row["mark"] == "stated"]
    assert stated == ["3", "4"]
