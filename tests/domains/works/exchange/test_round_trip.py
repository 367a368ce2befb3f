"""Out, into an empty installation and out again: not one difference, in either standard."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from lianjing.domains.works.exchange.merge import merged
from lianjing.domains.works.exchange.plain import differences
from lianjing.kernel.json_text import written
from lianjing.runtime.batch.ledger import Result
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.trail.verify import verify
from tests.domains.works.exchange.conftest import Bring, elsewhere, exported, paid
from tests.domains.works.playing import Play


def as_file(package: dict[str, Any]) -> Any:
    """Return a package as a reader of its file sees it."""
    return json.loads(written(package), parse_float=Decimal)


@pytest.mark.parametrize("name", ["releases-0001.json", "records-0001.json"])
def test_ocds_comes_back_without_a_difference(play: Play, bring: Bring, name: str) -> None:
    packages = elsewhere(play, "ocds")["ocds"]
    taken = bring("ocds", as_file(packages[name]))
    assert taken.counts == {Result.IMPORTED: 1}, [line.faults for line in taken.lines]
    assert not taken.not_taken
    again = exported(play)
    assert list(differences(as_file(packages[name]), as_file(again[name]))) == []
    assert verify().is_good


def test_oc4ids_comes_back_without_a_difference(play: Play, bring: Bring) -> None:
    packages = elsewhere(play, "oc4ids")["oc4ids"]
    taken = bring("oc4ids", as_file(packages["projects.json"]))
    assert taken.counts == {Result.IMPORTED: 1}, [line.faults for line in taken.lines]
    assert not taken.not_taken
    again = exported(play, "oc4ids")
    assert list(differences(as_file(packages["projects.json"]), as_file(again["projects.json"]))) == []


@pytest.mark.parametrize("order", [("ocds", "oc4ids"), ("oc4ids", "ocds")])
def test_both_standards_of_one_project_are_one_project(
    play: Play, bring: Bring, order: tuple[str, str]
) -> None:
    packages = elsewhere(play, "ocds", "oc4ids")
    files = {"ocds": "releases-0001.json", "oc4ids": "projects.json"}
    for standard in order:
        bring(standard, as_file(packages[standard][files[standard]]))
    assert Matter.objects.filter(kind="project").count() == 1
    assert Matter.objects.filter(kind="tender").count() == 1
    assert Matter.objects.filter(kind="contract").count() == 1
    again = exported(play, "ocds")
    assert (
        list(differences(as_file(packages["ocds"]["records-0001.json"]), as_file(again["records-0001.json"])))
        == []
    )


def test_a_second_import_leaves_no_event(play: Play, bring: Bring) -> None:
    packages = elsewhere(play, "ocds", "oc4ids")
    for standard, name in (("ocds", "releases-0001.json"), ("oc4ids", "projects.json")):
        package = as_file(packages[standard][name])
        bring(standard, package)
        assert bring(standard, package).counts == {Result.UNCHANGED: 1}


def test_the_releases_of_a_process_merge_into_its_compiled_release(play: Play) -> None:
    paid(play)
    packages = exported(play)
    record = as_file(packages["records-0001.json"])["records"][0]
    whole = merged(record["releases"])
    told = {key: value for key, value in record["compiledRelease"].items() if key not in ("id", "tag")}
    assert list(differences({key: whole[key] for key in told}, told)) == []
    assert [release["tag"] for release in record["releases"]] == [
        ["tender"],
        ["award"],
        ["contract"],
        ["implementation"],
    ]
    dates = [release["date"] for release in record["releases"]]
    assert dates == sorted(dates)


def test_the_same_content_has_the_same_release_id_and_another_content_another(play: Play) -> None:
    _project, contract = paid(play)
    before, again = exported(play), exported(play)
    assert before["releases-0001.json"] == again["releases-0001.json"]
    ids = [each["id"] for each in before["releases-0001.json"]["releases"]]
    assert len(set(ids)) == len(ids)
    type(contract).objects.filter(pk=contract.pk).update(title="另一名称")
    after = [each["id"] for each in exported(play)["releases-0001.json"]["releases"]]
    assert after[:2] == ids[:2] and after[2] != ids[2]
