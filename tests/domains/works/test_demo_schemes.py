"""The planted irregularities: every card is played, every case is where the ground truth says, the trail is clean."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.apps import apps
from django.db import transaction
from django.test import override_settings

from lianjing.cli.demonstration.zone import GROUND_TRUTH, SEED, found_zone, keep_truth
from lianjing.domains.works.demo import demonstrate_schemes
from lianjing.domains.works.demo.crowd_plans import courses, titles
from lianjing.domains.works.demo.plans import PLANS
from lianjing.domains.works.demo.planting import cards
from lianjing.domains.works.rules.project import is_project_code
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.regulation.queries import clause_on
from lianjing.runtime.scene import Scene
from lianjing.runtime.trail.models import Event
from lianjing.runtime.trail.sequencer import sequence_all
from lianjing.runtime.trail.verify import verify

UNTIL = datetime(2026, 11, 20, 17, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
DAYS = 380
TABLES = {model._meta.db_table: model for model in apps.get_models()}


@pytest.fixture(scope="module")
def truth(
    django_db_setup: None, django_db_blocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Any]]:
    """The file of the ground truth, after the projects that carry a scheme have been played alone."""
    folder = tmp_path_factory.mktemp("zone")
    hasher = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with django_db_blocker.unblock(), transaction.atomic():
        with override_settings(MEDIA_ROOT=folder / "documents", DATA_DIR=folder, PASSWORD_HASHERS=hasher):
            start = (UNTIL - timedelta(days=DAYS)).replace(hour=8, minute=30)
            found_zone(start)
            scene = Scene(now=start + timedelta(hours=1), end=UNTIL, random=Random(SEED))
            demonstrate_schemes(scene)
            sequence_all()
            keep_truth(scene)
        yield json.loads((Path(folder) / GROUND_TRUTH).read_text(encoding="utf-8"))
        transaction.set_rollback(True)


def of_kind(truth: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [case for case in truth["cases"] if case["kind"] == kind]


def test_every_card_is_planted_at_least_once(truth):
    planted = Counter(case["scheme"] for case in of_kind(truth, "positive"))
    assert set(planted) == {card["key"] for card in truth["schemes"]} == {card.key for card in cards()}


def test_every_subject_of_a_case_is_in_the_tables(truth):
    for case in truth["cases"]:
        assert case["subjects"]
        for subject in case["subjects"]:
            table, _mark, key = subject.partition(":")
            assert TABLES[table].objects.filter(pk=int(key)).exists(), case


def test_every_matter_of_a_case_is_known_by_its_code(truth):
    for case in truth["cases"]:
        for name in case["matters"]:
            found = (
                {"pk": int(name.removeprefix("matter:"))} if name.startswith("matter:") else {"code": name}
            )
            assert Matter.objects.filter(**found).exists(), case


def test_every_refused_attempt_has_its_event_with_the_rule_of_its_card(truth):
    rules = {card.key: card.refused_rule for card in cards()}
    for case in of_kind(truth, "positive"):
        assert case["refused_rule"] == rules[case["scheme"]]
        event = Event.objects.get(pk=case["event"])
        assert (event.is_refused, event.refused_rule) == (bool(case["refused_rule"]), case["refused_rule"])


def test_what_looks_alike_is_far_more_frequent(truth):
    schemes = {card.key for card in cards()}
    assert {case["scheme"] for case in of_kind(truth, "near_miss")} <= schemes
    assert not any(case["refused_rule"] for case in of_kind(truth, "near_miss"))


def test_the_trail_agrees_with_the_tables(truth):
    assert verify().problems == []


def test_every_card_names_clauses_that_are_in_the_library(truth):
    for card in cards():
        for clause in card.clauses:
            assert clause_on(clause, UNTIL.date()) is not None, (card.key, clause)


def test_the_scripts_of_schemes_ask_nothing_that_finds_them():
    folder = Path(__file__).parents[3] / "src/lianjing/domains/works/demo"
    for place in sorted(folder.glob("plant*.py")):
        text = place.read_text(encoding="utf-8")
        assert "queries.tender_signals" not in text and "queries.pieces" not in text
        assert "queries.supervision" not in text and "analysis" not in text


def test_the_other_projects_have_their_own_names_and_codes(db):  # so that alone, too, there is a database
    rows = list(courses(730))
    assert len(rows) + len(PLANS) == 111
    assert len(rows) == len(set(titles(730))) == len({row.plan.number for row in rows})
    assert all(is_project_code(row.plan.number) for row in rows)
    spread = Counter(row.until for row in rows)
    assert spread["entered"] + spread["initiating"] >= 18 and spread["building"] >= 20
