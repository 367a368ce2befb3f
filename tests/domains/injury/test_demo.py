"""The demonstration of work injury: what it must show, and every card planted five times with its near misses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from importlib.resources import files
from random import Random
from zoneinfo import ZoneInfo

import pytest
from django.apps import apps
from django.db import transaction
from django.test import override_settings

from lianjing.cli.demonstration.zone import found_zone
from lianjing.domains.injury.demo import demonstrate
from lianjing.domains.injury.demo.planting import cards
from lianjing.domains.injury.models import BenefitClaim, BenefitShare, InjuryScreening, WorkerStatement
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.regulation.queries import clause_on
from lianjing.runtime.scene import Scene
from lianjing.runtime.scene_queue import Queue
from lianjing.runtime.undertaking.models import Undertaking

UNTIL = datetime(2026, 11, 20, 17, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
TABLES = {model._meta.db_table: model for model in apps.get_models()}


@pytest.fixture(scope="module")
def scene(
    django_db_setup: None, django_db_blocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Scene]:
    """The agency's year, played alone with its schemes."""
    folder = tmp_path_factory.mktemp("zone")
    hasher = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with django_db_blocker.unblock(), transaction.atomic():
        with override_settings(MEDIA_ROOT=folder / "documents", DATA_DIR=folder, PASSWORD_HASHERS=hasher):
            start = (UNTIL - timedelta(days=380)).replace(hour=8, minute=30)
            found_zone(start)
            played = Scene(now=start + timedelta(hours=1), end=UNTIL, random=Random(1))
            demonstrate(played, 1)
            Queue(played).run()
            yield played
        transaction.set_rollback(True)


@pytest.mark.django_db
def test_each_way_of_the_routing_rule_is_shown(scene):
    shares = BenefitShare.objects.filter(benefit_item__claim__isnull=False).values_list("payee", flat=True)
    assert Counter(shares) == {"worker": 2, "employer": 2}


def test_one_benefit_is_confirmed_by_the_worker_and_one_claim_is_open(scene):
    said = WorkerStatement.objects.get(link__isnull=False)
    assert said.kind == "confirmed" and said.benefit_item.is_confirmed
    assert BenefitClaim.objects.filter(assessed_on=None, matter__status="open").count() == 1


def test_the_screening_has_one_settled_and_one_open_row_that_went_up(scene):
    rows = Undertaking.objects.filter(source_kind="screening").order_by("list_state")
    assert [(row.list_state, row.is_listed_supervision) for row in rows] == [
        ("closed", False),
        ("task", True),
    ]
    first, second = InjuryScreening.objects.order_by("pk")
    assert (first.hit_count, second.hit_count) == (2, 1) and second.previous == first


def test_every_card_is_planted_five_times_with_as_many_near_misses(scene):
    planted = Counter((case["scheme"], case["kind"]) for case in scene.planted)
    keys = {card.key for card in cards()}
    assert {scheme for scheme, _kind in planted} == keys
    assert min(planted.values()) >= 5 and len(planted) == 2 * len(keys)


def test_the_cards_are_of_the_ten_models_and_their_clauses_exist(scene):
    assert {name for card in cards() for name in card.indicators} == {f"M-W{n:02d}" for n in range(1, 11)}
    for card in cards():
        assert all(clause_on(clause, UNTIL.date()) is not None for clause in card.clauses), card.key


def test_every_subject_and_matter_of_a_case_is_in_the_tables(scene):
    for case in scene.planted:
        for subject in case["subjects"]:
            table, _mark, key = subject.partition(":")
            assert TABLES[table].objects.filter(pk=int(key)).exists(), case
        for name in case["matters"]:
            assert Matter.objects.filter(code=name).exists(), case


def test_the_generator_asks_no_list_no_screening_and_no_indicator_what_it_planted():
    folder = files("lianjing.domains.injury") / "demo"
    for name in ("planted.py", "planting.py", "desk.py"):
        text = (folder / name).read_text(encoding="utf-8")
        assert "indicators" not in text.replace("indicators: tuple", "")
        assert "queries.withheld" not in text and "queries.screening" not in text
