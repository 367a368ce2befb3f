from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from lianjing.kernel.refusal import BadInput
from lianjing.runtime.finding import changing, closing, loop, papers
from lianjing.runtime.finding.models import ChangeRequest, Finding, FindingStep, Paper
from lianjing.runtime.finding.visibility import visible_to
from lianjing.runtime.org.models import Person
from lianjing.runtime.parameter.queries import figure
from lianjing.runtime.process.clocks import calendar_for
from lianjing.runtime.scope.events import events_for
from lianjing.runtime.trail.models import Event
from tests.runtime.finding.signals import (
    ARCHIVES,
    CHIEF,
    HEAD,
    LEAD,
    OFFICER,
    SECOND,
    THIRD,
    Signals,
    refused,
)


@pytest.fixture
def signals(zone: Any) -> Signals:
    return Signals(zone)


def acts(row: Finding) -> list[str]:
    return list(
        Event.objects.filter(object=f"finding:{row.pk}").order_by("oseq").values_list("act", flat=True)
    )


def test_a_yellow_finding_runs_from_detection_to_close_out_one_event_each_step(signals: Signals) -> None:
    row = signals.found()
    assert (row.state, row.is_released, row.unit_id) == ("assigned", True, signals.project.unit_id)
    row = signals.corrected(row)
    row = signals.closed(row, SECOND)
    assert (row.state, row.verdict, row.root_cause, row.result_form) == (
        "closed",
        "confirmed",
        "control_not_run",
        "first",
    )
    assert row.detected_on and row.reminded_on and row.corrected_on and row.closed_on
    assert acts(row) == [
        "finding.detect",
        "finding.sign_in",
        "finding.verify",
        "finding.handle",
        "finding.feed_back",
        "finding.review",
        "finding.close",
    ]
    assert not FindingStep.objects.filter(finding=row, done_at__isnull=True).exists()


@pytest.mark.parametrize("severity", ["red", "orange", "yellow"])
def test_the_verification_is_due_in_working_days_by_colour_from_the_parameters(
    signals: Signals, severity: str
) -> None:
    row = signals.found(severity=severity)
    row = signals.signed(row, SECOND if severity != "yellow" else ARCHIVES)
    days = int(figure(f"finding.verify_{severity}_working_days", signals.day))
    assert row.due_on == calendar_for(row.unit_id).add_working_days(signals.day, days)


def test_blue_is_only_listed(signals: Signals) -> None:
    row = signals.found(severity="blue")
    assert (row.state, row.due_on) == ("new", None)
    assert not FindingStep.objects.filter(finding=row).exists()
    with refused("finding.listed_only"):
        signals.signed(row, SECOND)


def test_procedural_yellow_is_seen_by_the_unit_at_once_red_by_the_supervisors_first(signals: Signals) -> None:
    yellow, red = signals.found(), signals.found(severity="red", part="2")

    def sees(number: str) -> set[int]:
        return set(visible_to(signals.person(number), signals.day).values_list("pk", flat=True))

    assert sees(HEAD) == {yellow.pk}
    assert sees(SECOND) == {yellow.pk, red.pk}
    assert sees("10001") == sees("40001") == set()
    loop.tell_unit(finding_id=red.pk, **signals.who(CHIEF))
    assert sees(HEAD) == {yellow.pk, red.pk}


def test_a_yellow_finding_about_ties_of_a_person_waits_for_the_supervisors(signals: Signals) -> None:
    row = signals.found(persons=((signals.person(OFFICER), "tied"),))
    assert (row.is_released, row.unit.code if row.unit else "") == (False, "DIS")
    assert not visible_to(signals.person(HEAD), signals.day).exists()


def test_the_trail_tells_of_a_finding_only_to_who_may_read_it(signals: Signals) -> None:
    row = signals.found(severity="red")
    told = {
        number: events_for(Person.objects.get(pk=signals.person(number)), signals.day)
        .filter(object=f"finding:{row.pk}")
        .exists()
        for number in (HEAD, SECOND)
    }
    assert told == {HEAD: False, SECOND: True}


def test_nobody_handles_a_finding_about_himself(signals: Signals) -> None:
    row = signals.found(persons=((signals.person(ARCHIVES), "entered"),))
    with refused("finding.about_himself"):
        signals.signed(row, ARCHIVES)
    assert Event.objects.filter(act="finding.sign_in", is_refused=True).count() == 1
    signals.signed(row, HEAD)


def test_nobody_handles_a_finding_about_a_matter_that_he_handled(signals: Signals) -> None:
    matter = signals.play.open(OFFICER, "works_proposal", signals.project, "立项")
    row = signals.found(subject=f"matter:{matter.pk}", evidence=(("matter", str(matter.pk)),))
    with refused("finding.own_matter"):
        signals.signed(row, OFFICER)


def test_somebody_of_another_unit_and_an_outsider_do_not_see_the_finding(signals: Signals) -> None:
    row = signals.found()
    for number in ("20201", "40001"):
        with refused("scope.finding"):
            signals.signed(row, number)


def test_the_chief_alone_dispatches(signals: Signals) -> None:
    row = signals.found(severity="red")
    wanted = {"finding_id": row.pk, "unit_id": signals.project.unit_id}
    with refused("post.not_held"):
        loop.dispatch(**wanted, **signals.who(SECOND))
    row = loop.dispatch(**wanted, named_person_id=signals.person(ARCHIVES), **signals.who(CHIEF))
    assert (row.state, row.is_released, row.person_id) == ("assigned", False, signals.person(ARCHIVES))
    assert visible_to(signals.person(ARCHIVES), signals.day).exists()
    assert not visible_to(signals.person(HEAD), signals.day).exists()
    with refused("scope.finding"):
        signals.signed(row, HEAD)


def test_a_finding_is_not_given_to_whom_it_is_about(signals: Signals) -> None:
    row = signals.found(severity="red", persons=((signals.person(LEAD), "approved"),))
    with refused("finding.named_not_free"):
        loop.dispatch(
            finding_id=row.pk,
            unit_id=signals.project.unit_id,
            named_person_id=signals.person(LEAD),
            **signals.who(CHIEF),
        )


def test_unfounded_needs_its_reason_and_goes_to_review_without_handling(signals: Signals) -> None:
    row = signals.signed(signals.found(), ARCHIVES)
    with pytest.raises(BadInput, match="原因"):
        signals.verified(row, ARCHIVES, "unfounded")
    row = signals.verified(row, ARCHIVES, "unfounded", reason="lawful_reason")
    with refused("finding.nothing_to_handle"):
        signals.handled(row, HEAD)
    row = signals.reviewed(row, SECOND)
    assert row.corrected_on is None
    row = signals.closed(row, SECOND, root_cause="", root_cause_text="", result_form="")
    assert (row.state, row.unfounded_reason, row.root_cause) == ("closed", "lawful_reason", "")


@pytest.mark.covers("R11")
def test_a_confirmed_finding_is_not_closed_without_root_cause(signals: Signals) -> None:
    row = signals.corrected(signals.found())
    with refused("finding.no_root_cause"):
        signals.closed(row, SECOND, root_cause="")


def test_a_gap_in_a_rule_closes_only_with_a_request_to_change_it(signals: Signals) -> None:
    row = signals.corrected(signals.found())
    with refused("finding.no_change_request"):
        signals.closed(row, SECOND, root_cause="rule_gap")
    made = changing.ask(
        finding_id=row.pk,
        regulation_key="zone_change",
        gap="未规定累计金额。",
        proposal="按累计金额分档。",
        **signals.who(SECOND),
    )
    assert signals.closed(row, SECOND, root_cause="rule_gap").state == "closed"
    with refused("post.not_held"):
        changing.answer(request_id=made.pk, is_accepted=True, text="采纳。", **signals.who(SECOND))
    changing.answer(request_id=made.pk, is_accepted=True, text="采纳。", **signals.who("20603"))
    with refused("change.not_in_force"):
        changing.verify(request_id=made.pk, text="", **signals.who(SECOND))
    assert ChangeRequest.objects.get().status == "accepted"


def test_who_verified_or_handled_does_not_review(signals: Signals) -> None:
    row = signals.found(severity="red")
    signals.signed(row, SECOND)
    signals.verified(row, SECOND)
    signals.handled(row, THIRD)
    loop.feed_back(finding_id=row.pk, text="已整改。", **signals.who(ARCHIVES))
    for number in (SECOND, THIRD):
        with refused("finding.second_person"):
            signals.reviewed(row, number)
    assert signals.reviewed(row, CHIEF).state == "reviewed"


def test_what_the_review_does_not_accept_goes_back_to_feedback(signals: Signals) -> None:
    row = signals.found()
    signals.signed(row, ARCHIVES)
    signals.verified(row, ARCHIVES)
    signals.handled(row, HEAD)
    loop.feed_back(finding_id=row.pk, text="已整改。", **signals.who(ARCHIVES))
    row = signals.reviewed(row, SECOND, is_accepted=False)
    assert (row.state, row.corrected_on) == ("handled", None)


def test_the_colour_falls_only_after_a_verified_correction(signals: Signals) -> None:
    row = signals.found(severity="red")
    signals.signed(row, SECOND)
    lower = {"finding_id": row.pk, "severity": "yellow", "text": "已整改。"}
    with refused("finding.not_corrected"):
        closing.lower_colour(**lower, **signals.who(CHIEF))
    signals.verified(row, SECOND)
    signals.handled(row, SECOND)
    loop.feed_back(finding_id=row.pk, text="已整改。", **signals.who(ARCHIVES))
    signals.reviewed(row, CHIEF)
    with pytest.raises(BadInput):
        closing.lower_colour(**{**lower, "severity": "red"}, **signals.who(CHIEF))
    row = closing.lower_colour(**lower, **signals.who(CHIEF))
    assert (row.severity, row.detected_severity) == ("yellow", "red")


def test_a_verification_is_extended_once(signals: Signals) -> None:
    row = signals.signed(signals.found(), ARCHIVES)
    before = row.due_on
    row = loop.extend(finding_id=row.pk, reason="资料尚在调取。", **signals.who(ARCHIVES))
    assert before is not None and row.due_on is not None and row.due_on > before
    with refused("finding.extended"):
        loop.extend(finding_id=row.pk, reason="再延。", **signals.who(ARCHIVES))


def test_a_suggestion_is_a_numbered_paper_that_the_unit_answers(signals: Signals) -> None:
    row = signals.found(severity="orange")
    signals.signed(row, SECOND)
    signals.verified(row, SECOND)
    row = signals.handled(row, SECOND, "suggestion")
    paper = Paper.objects.get()
    days = int(figure("finding.suggestion_reply_days", signals.day))
    assert paper.doc_no.startswith("监建〔") and paper.reply_due_on == signals.day + timedelta(days=days)
    assert row.due_on == paper.reply_due_on and row.is_released
    with refused("scope.finding"):
        papers.reply(paper_id=paper.pk, text="收到。", **signals.who("20201"))
    paper = papers.reply(paper_id=paper.pk, text="已建立台账。", **signals.who(HEAD))
    assert paper.replied_on == signals.day
    with refused("paper.replied"):
        papers.reply(paper_id=paper.pk, text="再答。", **signals.who(HEAD))


def test_a_talk_needs_two_who_talk_and_stamps_early_education(signals: Signals) -> None:
    row = signals.found(severity="orange")
    signals.signed(row, SECOND)
    signals.verified(row, SECOND)
    talk = signals.paper(kind="talk", to_person_id=signals.person(LEAD))
    with pytest.raises(BadInput, match="两人"):
        signals.handled(row, SECOND, "talk", paper=talk)
    talk = signals.paper(
        kind="talk", to_person_id=signals.person(LEAD), second_person_id=signals.person(THIRD)
    )
    row = signals.handled(row, SECOND, "talk", paper=talk)
    assert row.educated_on == signals.day


def test_the_same_request_is_done_once_and_a_step_too_late_is_refused(signals: Signals) -> None:
    row = signals.found()
    for _time in range(2):
        loop.sign_in(finding_id=row.pk, key="k-1", **signals.who(ARCHIVES))
    assert acts(row).count("finding.sign_in") == 1
    with refused("finding.moved_on"):
        signals.signed(row, ARCHIVES)


def test_an_overdue_step_is_raised_to_the_chief_once(signals: Signals) -> None:
    row = signals.found()
    signals.play.scene.pass_time(hours=24 * 5)
    assert closing.escalate_due(signals.now) == 1
    assert closing.escalate_due(signals.now) == 0
    assert FindingStep.objects.filter(finding=row, kind="escalate").count() == 1


def test_a_look_back_that_fails_opens_the_finding_anew(signals: Signals) -> None:
    row = signals.closed(signals.corrected(signals.found()), SECOND)
    row = closing.look_back(finding_id=row.pk, holds=False, text="又发生。", **signals.who(THIRD))
    assert (row.state, row.closed_on, row.verdict) == ("reopened", None, "")
    assert signals.signed(row, ARCHIVES).state == "signed_in"
