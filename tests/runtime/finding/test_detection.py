from __future__ import annotations

from typing import Any

import pytest

from lianjing.domains.works.models import Tender
from lianjing.kernel.refusal import BadInput
from lianjing.runtime.finding import detection, indicator_versions, merging, precision
from lianjing.runtime.finding.by_hand import open_by_hand
from lianjing.runtime.finding.models import Case, Finding, FindingFact, FindingPerson, FindingSeen, Indicator
from lianjing.runtime.trail.models import Event
from tests.runtime.finding.signals import (
    ARCHIVES,
    COLLUSION,
    LEAD,
    OFFICER,
    SECOND,
    THIRD,
    Signals,
    indicator,
    refused,
)


@pytest.fixture
def signals(zone: Any) -> Signals:
    return Signals(zone)


def test_found_again_it_is_the_same_finding(signals: Signals) -> None:
    first = detection.store([signals.detected()], run="r1", scope="full", now=signals.now)
    again = detection.store([signals.detected(score=2.0)], run="r2", scope="full", now=signals.now)
    assert (len(first.new), again.new, again.again) == (1, (), first.new)
    assert FindingSeen.objects.get().times == 2
    assert Event.objects.filter(act="finding.detect").count() == 1
    other = detection.store(
        [signals.detected(evidence=(("matter", str(signals.project.pk)),))],
        run="r3",
        scope="full",
        now=signals.now,
    )
    assert (len(other.new), other.gone) == (1, first.new)


def test_the_order_of_the_evidence_does_not_matter(signals: Signals) -> None:
    pairs = (("project", str(signals.project.pk)), ("matter", str(signals.project.pk)))
    one, two = signals.detected(evidence=pairs), signals.detected(evidence=pairs[::-1])
    assert one.evidence_sha256 == two.evidence_sha256


@pytest.mark.parametrize(
    "changes",
    [
        {"evidence": (("project", "999999"),)},
        {"evidence": (("project", "no number"),)},
        {"evidence": (("login_account", "1"),)},
        {"evidence": ()},
        {"subject": "planet:1"},
        {"severity": "purple"},
        {"version": 9},
    ],
)
def test_what_resolves_to_nothing_is_refused_with_the_code_and_nothing_is_kept(
    signals: Signals, changes: dict[str, Any]
) -> None:
    with pytest.raises(BadInput, match="M-C08"):
        detection.store(
            [signals.detected(), signals.detected(**changes)], run="r", scope="full", now=signals.now
        )
    assert not Finding.objects.exists()


def test_facts_evidence_and_persons_stand_with_post_and_act(signals: Signals) -> None:
    row = signals.found(persons=((signals.person(OFFICER), "entered"),))
    facts = {each.key: each for each in FindingFact.objects.filter(finding=row)}
    assert (facts["paid_fen"].value_fen, facts["name"].value_text) == (12_345_678, "望汀大道")
    assert (
        row.evidence.get().event_id
        == Event.objects.filter(matter_id=signals.project.pk).latest("recorded_at").pk
    )
    person = FindingPerson.objects.get(finding=row)
    assert person.post is not None and person.event_id


def test_another_text_under_the_same_version_is_refused_and_a_new_version_ends_the_old(
    signals: Signals,
) -> None:
    with pytest.raises(BadInput, match="另立版本"):
        indicator_versions.register(indicator(sql_sha256="b" * 64), signals.now)
    signals.play.scene.pass_time(hours=24)
    indicator_versions.register(indicator(sql_sha256="b" * 64, version=2), signals.now)
    assert [row.version for row in indicator_versions.in_force(signals.day)] == [2]
    assert Indicator.objects.get(version=1).status == "stopped"


def test_two_collusion_signals_on_one_tender_are_one_red_dossier(signals: Signals) -> None:
    project, _award = signals.play.awarded_project("5000000.00", "5100000.00", "5200000.00")
    tender = Tender.objects.get(matter__root=project)
    about = {
        "subject": f"tender:{tender.pk}",
        "evidence": (("tender", str(tender.pk)),),
        "severity": "orange",
    }
    for code in COLLUSION:
        indicator_versions.register(indicator(code, domain="works"), signals.now)
    signals.found(code=COLLUSION[0], **about)
    assert not Case.objects.exists()
    signals.found(code=COLLUSION[1], **about)
    signals.found(code=COLLUSION[2], **about)
    case = Case.objects.get()
    assert (case.kind, case.severity) == ("collusion", "red")
    assert Finding.objects.filter(case=case).count() == 3


def test_a_supervisor_opens_a_finding_from_what_he_sees(signals: Signals) -> None:
    row = open_by_hand(
        subject=f"matter:{signals.project.pk}",
        severity="orange",
        explanation="该事项两次逾期。",
        facts={"days_late": 12},
        **signals.who(SECOND),
    )
    assert (row.origin, row.state, row.indicator.code) == ("hand", "assigned", "HAND")
    with refused("finding.same"):
        open_by_hand(
            subject=f"matter:{signals.project.pk}",
            severity="red",
            explanation="再登。",
            **signals.who(SECOND),
        )
    with refused("post.none_fitting"):
        open_by_hand(
            subject=f"matter:{signals.project.pk}", severity="red", explanation="登。", **signals.who(LEAD)
        )
    with pytest.raises(BadInput):
        open_by_hand(subject="matter:999999", severity="red", explanation="登。", **signals.who(SECOND))


def test_nobody_opens_a_finding_about_himself(signals: Signals) -> None:
    with refused("finding.about_himself"):
        open_by_hand(
            subject=f"person:{signals.person(SECOND)}",
            severity="red",
            explanation="登。",
            **signals.who(SECOND),
        )


def test_wilson_gives_the_published_interval() -> None:
    low, high = precision.wilson(10, 100)
    assert (round(low, 4), round(high, 4)) == (0.0552, 0.1744)
    assert precision.wilson(0, 10)[0] == 0.0
    assert precision.wilson(10, 10)[1] == 1.0


def test_precision_by_unit_counts_the_unit_a_finding_is_about_whoever_handled_it(signals: Signals) -> None:
    row = signals.found(severity="red")
    assert row.unit_id != row.matter.unit_id  # the supervisors' group has it
    row = signals.signed(row, SECOND)
    row = signals.verified(row, SECOND, "unfounded", reason="lawful_reason")
    signals.reviewed(row, THIRD)
    expected = [(signals.project.unit.name, precision.Precision(0, 1))]
    assert precision.by_unit(row.indicator_id) == expected


def test_precision_counts_reviewed_findings_and_the_imprecise_go_to_review(
    signals: Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = signals.signed(signals.found(), ARCHIVES)
    signals.verified(row, ARCHIVES, "unfounded", reason="rule_wrong")
    assert precision.by_indicator() == {}
    signals.reviewed(row, SECOND)
    assert precision.by_indicator() == {row.indicator_id: precision.Precision(0, 1)}
    assert precision.for_review(signals.day) == []
    with refused("indicator.precise"):
        precision.put_in_review(indicator_id=row.indicator_id, **signals.who(SECOND))
    figures = {"finding.precision_review_min_handled": 1, "finding.precision_review_min_ratio": 0.05}
    monkeypatch.setattr(precision, "figure", lambda key, _day: figures[key])
    assert [each.pk for each, _precision in precision.for_review(signals.day)] == [row.indicator_id]
    assert precision.put_in_review(indicator_id=row.indicator_id, **signals.who(SECOND)).status == "in_review"


def test_findings_are_merged_by_hand_once(signals: Signals) -> None:
    rows = [signals.found(), signals.found(part="2")]
    who = signals.who(SECOND)
    merging.merge(finding_ids=[row.pk for row in rows], title="并案", kind="payment", **who)
    with pytest.raises(BadInput):
        merging.merge(finding_ids=[row.pk for row in rows], title="并案", kind="payment", **who)
