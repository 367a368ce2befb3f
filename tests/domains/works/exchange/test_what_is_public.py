"""What may not leave does not: tenders before their notice, sealed bids, persons, inner papers."""

from __future__ import annotations

import json
from datetime import timedelta

from lianjing.kernel.json_text import written
from lianjing.runtime.org.models import Person
from lianjing.runtime.parties.models import Account
from tests.domains.works.exchange.conftest import exported, paid
from tests.domains.works.playing import TENDERS, Play


def text_of(play: Play, standard: str = "ocds") -> str:
    return "".join(written(package) for package in exported(play, standard).values())


def tendering(play: Play) -> object:
    project = play.project()
    play.approved(project)
    play.gate(project)
    play.permit(project, "works_planning")
    play.gate(project)
    return project


def test_a_tender_is_no_process_before_its_notice(play: Play) -> None:
    project = tendering(play)
    first = play.scene.today() + timedelta(days=9)
    matter = play.open(TENDERS, "works_tender", project)  # type: ignore[arg-type]
    plan = play.tender_plan(published_on=first, deadline_on=first + timedelta(days=25))
    play.do(TENDERS, matter, "plan", plan)
    assert exported(play) == {}
    assert "50000000" not in text_of(play, "oc4ids")


def test_bids_are_sealed_until_the_opening(play: Play) -> None:
    project = tendering(play)
    matter = play.tender_to_opening(project)  # type: ignore[arg-type]
    before = exported(play)["records-0001.json"]["records"][0]["compiledRelease"]
    assert "bids" not in before and "tenderers" not in before["tender"]
    play.evaluated(matter, "48000000", "49000000", "49500000")
    after = exported(play)["records-0001.json"]["records"][0]["compiledRelease"]
    assert len(after["bids"]["details"]) == 3 and "awards" not in after


def test_no_person_and_no_account_is_named(play: Play) -> None:
    paid(play)
    text = text_of(play) + text_of(play, "oc4ids")
    for name in Person.objects.exclude(name="").values_list("name", flat=True):
        assert name not in text, name
    for account in Account.objects.all():
        assert account.account_no_masked not in text and account.account_no_hash not in text


def test_of_the_papers_only_the_public_kinds_are_named(play: Play) -> None:
    paid(play)
    project = exported(play, "oc4ids")["projects.json"]["projects"][0]
    release = exported(play)["records-0001.json"]["records"][0]["compiledRelease"]
    found = [
        *project.get("documents", []),
        *release["tender"].get("documents", []),
        *(paper for contract in release["contracts"] for paper in contract.get("documents", [])),
    ]
    assert found and {paper["documentType"] for paper in found} <= {
        "projectApproval",
        "feasibilityStudy",
        "permit",
        "biddingDocuments",
        "tenderNotice",
        "awardNotice",
        "contractSigned",
    }
    assert all(paper["digest"].startswith("sha256:") for paper in found)


def test_sums_are_json_numbers_digit_for_digit(play: Play) -> None:
    paid(play)
    text = text_of(play)
    assert '"amount": 48000000.00' in text and '"amount": 400000.00' in text
    release = json.loads(text_of(play).split("}{")[0] + "}" if "}{" in text else text)["releases"][0]
    assert release["planning"]["budget"]["amount"] == {"amount": 68000000.0, "currency": "CNY"}


def test_an_export_of_one_project_or_since_a_day_is_only_that(play: Play) -> None:
    project, _contract = paid(play)
    code = "2401-990101-04-01-318462"
    assert exported(play, project=code) and exported(play, project=str(project.pk))
    assert exported(play, since=play.scene.today() + timedelta(days=1)) == {}
    assert exported(play, since=play.scene.today() - timedelta(days=60))
