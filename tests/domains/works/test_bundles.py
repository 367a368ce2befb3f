"""What the works domain ships as data: every reference in it resolves, so that publishing it cannot half succeed."""

from __future__ import annotations

import csv
import re
import tomllib
from datetime import date
from fractions import Fraction
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from lianjing.kernel.process.decision import DecisionTable, parse_decision
from lianjing.kernel.process.decision import check as check_coverage
from lianjing.kernel.process.expression import compile_expression
from lianjing.kernel.process.graph import BoundaryTimer, Graph, Task, TaskKind, parse
from lianjing.kernel.process.soundness import check as check_soundness

WORKS = files("lianjing.domains.works")
RUNTIME = files("lianjing.runtime")
UNIT_CODES = {"FIN", "AUD", "LAW", "PLN", "ECO", "OFF", "CON", "ORG", "ZONE", "REL", "ST-WT"}
ADMINISTRATORS = {"system_admin", "security_admin", "audit_admin"}


def rows_of(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader((RUNTIME / name).read_text(encoding="utf-8-sig").splitlines()))


def toml_of(name: str) -> dict[str, Any]:
    return tomllib.loads((WORKS / "regulations" / name).read_text(encoding="utf-8"))


def keys_of(folder: str, ending: str) -> list[str]:
    return sorted(
        place.name.removesuffix(ending) for place in (WORKS / folder).iterdir() if place.name.endswith(ending)
    )


def graph_of(key: str) -> Graph:
    return parse((WORKS / "processes" / f"{key}.bpmn").read_bytes())


def table_of(key: str) -> DecisionTable:
    return parse_decision((WORKS / "decisions" / f"{key}.dmn").read_bytes())


PROCESSES = keys_of("processes", ".bpmn")
DECISIONS = keys_of("decisions", ".dmn")
REGULATIONS = {
    key: toml_of(f"{key}.toml")
    for key in keys_of("regulations", ".toml")
    if not key.startswith("bundles") and key != "power_items"
}
CLAUSES = {
    f"{key}#{clause['article']}" for key, content in REGULATIONS.items() for clause in content["clause"]
}
BUNDLES = [
    bundle
    for key in keys_of("regulations", ".toml")
    if key.startswith("bundles")
    for bundle in toml_of(f"{key}.toml")["bundle"]
]
POWER_ITEMS = toml_of("power_items.toml")["power_item"]
POSTS = {
    post["key"]: post
    for post in tomllib.loads((RUNTIME / "org" / "posts.toml").read_text(encoding="utf-8"))["post"]
}
CODES = {
    (row["codelist"], row["code"])
    for name in ("codes/codelists.csv", "codes/local.csv")
    for row in rows_of(name)
}
SEED = {row["key"]: row for row in rows_of("parameter/seed.csv")}


def figure(key: str) -> Fraction:
    return Fraction(SEED[key]["value"])


def user_tasks(graph: Graph) -> list[Task]:
    return [task for task in graph.tasks if task.kind is TaskKind.USER]


@pytest.mark.parametrize("key", PROCESSES)
def test_every_process_parses_under_its_own_name_and_is_sound(key: str) -> None:
    graph = graph_of(key)
    assert graph.key == key
    assert graph.name
    assert [fault.message for fault in check_soundness(graph)] == []


@pytest.mark.parametrize("key", PROCESSES)
def test_every_step_has_both_names_a_clause_and_a_lane_with_a_standard_post(key: str) -> None:
    for task in graph_of(key).tasks:
        assert task.name and task.name_en and task.lane, task.id
        assert task.clause in CLAUSES, task.id
        assert task.lane.post in POSTS, task.id


@pytest.mark.parametrize("key", PROCESSES)
def test_every_lane_names_a_known_unit_or_party(key: str) -> None:
    for lane in graph_of(key).lanes:
        assert not lane.unit or lane.unit in UNIT_CODES, lane.id
        assert not lane.role or ("party_role", lane.role) in CODES, lane.id


@pytest.mark.parametrize("key", PROCESSES)
def test_every_deadline_is_a_figure_of_the_seed_with_a_unit_that_a_clock_knows(key: str) -> None:
    graph = graph_of(key)
    timers = [node.duration for node in graph.nodes.values() if isinstance(node, BoundaryTimer)]
    for deadline in [task.deadline for task in graph.tasks if task.deadline] + timers:
        assert deadline.startswith("@"), f"{deadline}: a figure belongs in the parameters"
        row = SEED[deadline.removeprefix("@")]
        assert row["value"], deadline
        assert row["unit"] in ("working_days", "days", "hours"), deadline


@pytest.mark.parametrize("key", PROCESSES)
def test_every_required_document_is_of_a_known_kind_and_names_its_clause(key: str) -> None:
    for task in graph_of(key).tasks:
        kinds = [rule.kind for rule in task.documents]
        assert len(set(kinds)) == len(kinds), task.id
        for rule in task.documents:
            assert ("document_kind", rule.kind) in CODES, task.id
            assert rule.clause in CLAUSES, task.id


@pytest.mark.parametrize("key", PROCESSES)
def test_returns_and_differing_persons_name_other_steps_of_the_process(key: str) -> None:
    graph = graph_of(key)
    ids = {task.id for task in user_tasks(graph)}
    for task in graph.tasks:
        assert set(task.returns) | set(task.differs_from) <= ids - {task.id}, task.id


@pytest.mark.parametrize("key", PROCESSES)
def test_whoever_begins_a_matter_never_gives_an_opinion_on_it(key: str) -> None:
    graph = graph_of(key)
    first, *later = user_tasks(graph)
    for task in later:
        assert first.id in task.differs_from or not task.returns, task.id


@pytest.mark.parametrize("key", PROCESSES)
def test_every_decision_that_a_process_asks_is_shipped(key: str) -> None:
    asked = {task.decision for task in graph_of(key).tasks if task.kind is TaskKind.RULE}
    assert asked <= set(DECISIONS)


@pytest.mark.parametrize("key", DECISIONS)
def test_every_table_covers_all_numbers_and_names_a_clause_in_each_row(key: str) -> None:
    table = table_of(key)
    assert table.key == key
    assert table.parameters <= set(SEED)
    assert [fault.message for fault in check_coverage(table, figure)] == []
    for rule in table.rules:
        assert rule.clause in CLAUSES, rule.id
        assert rule.description, rule.id


def test_the_five_reviews_and_the_application_are_six_different_persons() -> None:
    graph = graph_of("works_payment")
    chain = ["apply", "audit", "internal", "joint", "collective", "finance"]
    for place, step in enumerate(chain):
        assert set(chain[:place]) <= set(graph.task(step).differs_from), step


@pytest.mark.parametrize("key", ["works_payment", "works_compensation"])
def test_a_payment_order_goes_back_to_its_maker_at_most_and_never_after_its_release(key: str) -> None:
    graph = graph_of(key)
    steps = ("make_order", "check_order", "release", "receipt")
    assert [graph.task(step).returns for step in steps] == [(), ("make_order",), ("make_order",), ()]
    assert {"make_order", "check_order"} <= set(graph.task("release").differs_from)
    assert "make_order" in graph.task("check_order").differs_from


@pytest.mark.parametrize(
    ("amount", "more", "body"),
    [
        ("decision.zone.director_meeting_from_fen", -1, "none"),
        ("decision.zone.director_meeting_from_fen", 0, "director_meeting"),
        ("decision.zone.party_committee_from_fen", -1, "director_meeting"),
        ("decision.zone.party_committee_from_fen", 0, "party_committee"),
    ],
)
def test_a_payment_meets_its_tier_at_the_exact_fen(amount: str, more: int, body: str) -> None:
    case = {
        "amount_fen": int(figure(amount)) + more,
        "advance_fen": 0,
        "contract_fen": 10**11,
        "overrun_fen": 0,
        "budget_fen": 10**11,
        "account_changed": False,
    }
    result = table_of("works_collective_tier").evaluate(case, figure)
    assert result.outputs == {"body": body, "is_collective": body != "none"}


def test_below_the_tier_the_rule_itself_gives_the_clause_of_not_required() -> None:
    case = {
        "amount_fen": 1,
        "advance_fen": 0,
        "contract_fen": 1,
        "overrun_fen": 0,
        "budget_fen": 1,
        "account_changed": False,
    }
    result = table_of("works_collective_tier").evaluate(case, figure)
    assert [rule.clause for rule in result.matched] == ["zone_collective#7"]


@pytest.mark.parametrize("change", [{"account_changed": True}, {"advance_fen": 31}, {"overrun_fen": 10}])
def test_a_small_payment_still_goes_to_the_committee_for_account_advance_or_overrun(
    change: dict[str, int],
) -> None:
    case = {
        "amount_fen": 1,
        "advance_fen": 30,
        "contract_fen": 100,
        "overrun_fen": 9,
        "budget_fen": 100,
        "account_changed": False,
    }
    table = table_of("works_collective_tier")
    assert table.evaluate(case, figure).outputs["body"] == "none"
    assert table.evaluate(case | change, figure).outputs["body"] == "party_committee"


def test_two_changes_just_under_a_tier_are_summed_and_escalate() -> None:
    single = int(figure("works.change.larger.single_from_fen")) - 1
    contract = single * 25
    table = table_of("works_change_class")
    first = {"amount_fen": single, "cumulative_fen": single, "contract_fen": contract, "scope_changed": False}
    assert table.evaluate(first, figure).outputs["change_class"] == "general"
    assert table.evaluate(first | {"cumulative_fen": single * 2}, figure).outputs["change_class"] == "larger"
    assert table.evaluate(first | {"cumulative_fen": single * 3}, figure).outputs["change_class"] == "major"


def test_a_change_of_scope_is_major_and_goes_to_the_original_approver() -> None:
    case = {"amount_fen": 0, "cumulative_fen": 0, "contract_fen": 1, "scope_changed": True}
    outputs = table_of("works_change_class").evaluate(case, figure).outputs
    assert (outputs["change_class"], outputs["original_approver"]) == ("major", True)


def test_every_class_and_body_that_a_table_gives_is_in_the_code_lists() -> None:
    for rule in table_of("works_change_class").rules:
        change_class, body = (give(figure) for give in rule.outputs[:2])
        assert ("change_class", change_class) in CODES
        assert ("decision_body", body) in CODES
    for rule in table_of("works_collective_tier").rules:
        body = rule.outputs[0](figure)
        assert body == "none" or ("decision_body", body) in CODES


def test_the_joint_review_names_three_units_that_review_nowhere_else_in_the_chain() -> None:
    departments = (
        table_of("works_joint_departments")
        .evaluate({"matter_kind": "payment"}, figure)
        .outputs["departments"]
    )
    assert isinstance(departments, list) and len(departments) == 3
    assert set(departments) <= UNIT_CODES
    assert not set(departments) & {lane.unit for lane in graph_of("works_payment").lanes}


@pytest.mark.parametrize(
    ("category", "key"),
    [("works", "works"), ("epc", "works"), ("goods", "goods"), ("supervision", "services")],
)
def test_tendering_is_mandatory_from_the_exact_threshold_of_its_category(category: str, key: str) -> None:
    limit = int(figure(f"works.tender.threshold.{key}_fen"))
    case = {
        "category": category,
        "estimated_fen": limit,
        "budget_money_fen": 0,
        "investment_fen": limit,
        "state_controlled": True,
    }
    table = table_of("works_tender_threshold")
    assert table.evaluate(case, figure).outputs["must_tender"] is True
    assert table.evaluate(case | {"estimated_fen": limit - 1}, figure).outputs["must_tender"] is False
    assert table.evaluate(case | {"state_controlled": False}, figure).outputs["must_tender"] is False


def test_every_condition_in_a_diagram_reads_only_what_a_table_gives() -> None:
    for key in PROCESSES:
        graph = graph_of(key)
        given = {name for task in graph.tasks if task.decision for name in table_of(task.decision).outputs}
        for flow in graph.flows.values():
            if flow.condition is not None:
                assert set(compile_expression(flow.condition.text).names) <= given, flow.id
        for task in graph.tasks:
            assert task.multi is None or task.multi.collection in given, task.id


@pytest.mark.parametrize("key", sorted(REGULATIONS))
def test_every_regulation_is_complete_in_both_languages_with_its_evidence(key: str) -> None:
    content = REGULATIONS[key]
    assert content["key"] == key
    assert content["title"] and content["title_en"] and content["issuer"]
    assert ("regulation_kind", content["kind"]) in CODES
    assert ("regulation_status", content["status"]) in CODES
    assert (content["status"] == "trial") == isinstance(content.get("review_on"), date)
    articles = [clause["article"] for clause in content["clause"]]
    assert len(set(articles)) == len(articles)
    for clause in content["clause"]:
        assert clause["text"] and clause["text_en"]
        assert ("evidence_mark", clause["mark"]) in CODES


def test_every_process_and_table_belongs_to_exactly_one_bundle() -> None:
    assert sorted(key for bundle in BUNDLES for key in bundle["processes"]) == PROCESSES
    assert sorted(key for bundle in BUNDLES for key in bundle["decisions"]) == DECISIONS
    assert {bundle["regulation"] for bundle in BUNDLES} <= set(REGULATIONS)


def test_every_document_list_names_a_stage_a_kind_and_a_clause() -> None:
    for row in (row for bundle in BUNDLES for row in bundle.get("document", [])):
        assert ("stage", row["stage"]) in CODES
        assert ("document_kind", row["kind"]) in CODES
        assert row["clause"] in CLAUSES


def test_the_power_register_has_one_item_a_process() -> None:
    own = ["works_gate", "works_plan", "works_project"]  # acts without a process of their own
    assert sorted(item["definition_key"] for item in POWER_ITEMS) == sorted([*PROCESSES, *own])
    assert len({item["code"] for item in POWER_ITEMS}) == len(POWER_ITEMS)
    for item in POWER_ITEMS:
        assert item["clause"] in CLAUSES and item["unit"] in UNIT_CODES and item["name_en"]
        if item["definition_key"] not in own:
            assert item["post_key"] in {lane.post for lane in graph_of(item["definition_key"]).lanes}
        assert "limit_days" not in item or SEED[item["limit_days"].removeprefix("@")]["value"]
        assert ("disclosure_rule", item["disclosure"]) in CODES


def test_every_standard_post_has_known_kind_duties_and_risk() -> None:
    for key, post in POSTS.items():
        assert post["zh"] and post["en"], key
        assert ("post_kind", post["kind"]) in CODES, key
        assert ("risk_level", post["risk_level"]) in CODES, key
        assert all(("duty", duty) in CODES for duty in post["duties"]), key


def test_administrators_and_supervisors_carry_no_business_duty() -> None:
    assert {key for key, post in POSTS.items() if not post["duties"]} == ADMINISTRATORS
    assert all(post["duties"] == ["supervise"] for post in POSTS.values() if post["kind"] == "supervisor")
    acting = {lane.post for key in PROCESSES for lane in graph_of(key).lanes}
    assert not acting & (ADMINISTRATORS | {"supervisor_head", "supervisor_officer"})


def test_every_clause_that_the_code_cites_is_shipped() -> None:
    source = Path(str(files("lianjing")))
    shipped = {
        f"{content['key']}#{clause['article']}"
        for place in source.glob("domains/*/regulations/*.toml")
        for content in [tomllib.loads(place.read_text(encoding="utf-8"))]
        for clause in content.get("clause", ())
    }
    cited = {
        (place.name, reference)
        for place in source.rglob("*.py")
        for reference in re.findall(r'"([a-z][a-z_0-9]*#\d+)"', place.read_text(encoding="utf-8"))
    }
    assert {found for found in cited if found[1] not in shipped} == set()
