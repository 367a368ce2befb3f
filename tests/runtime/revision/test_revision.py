"""The life of a revision: drafted, checked, approved by another, in force at midnight of its day."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from lianjing.kernel.refusal import BadInput, Refusal
from lianjing.runtime.message.models import Message
from lianjing.runtime.org.models import Appointment, Post
from lianjing.runtime.regulation.models import Definition, ProcessStep, Regulation
from lianjing.runtime.regulation.queries import clause_on, definition_on
from lianjing.runtime.revision import services
from lianjing.runtime.revision.models import Revision, RevisionPart
from lianjing.runtime.revision.queries import base_text, faults_of
from lianjing.runtime.revision.settling import remind_of_reviews, settle
from lianjing.runtime.revision.texts import heading_of
from lianjing.runtime.trail.act import SYSTEM, recorded
from lianjing.runtime.trail.models import Event

DRAFTER, APPROVER, OFFICER = "20603", "20006", "20703"
CLAUSE_1 = "zone_change#1"


@contextmanager
def refused(ground: str, rule: str, *, clause: bool = True) -> Iterator[None]:
    """Expect a refusal by its ground and rule."""
    with pytest.raises(Refusal) as caught:
        yield
    assert (caught.value.ground, caught.value.rule) == (ground, rule), caught.value
    assert not clause or caught.value.clause


class Desk:
    """The drafter and the approver at work on one regulation."""

    def __init__(self, zone: Any, regulation: str = "zone_change") -> None:
        self.zone = zone
        self.drafter, self.approver = zone.person(DRAFTER), zone.person(APPROVER)
        self.regulation = regulation
        self.revision = self.begin()

    def begin(self) -> Revision:
        return services.begin(
            regulation_key=self.regulation,
            bundle_key="",
            title="修订",
            reason="审计建议",
            person_id=self.drafter,
            now=self.zone.pass_time(hours=0.1),
        )

    def put(self, kind: str, key: str, text: str) -> RevisionPart:
        return services.put_part(
            revision_id=self.revision.pk,
            kind=kind,
            key=key,
            text=text,
            person_id=self.drafter,
            now=self.later(),
        )

    def check(self) -> Any:
        return services.check(revision_id=self.revision.pk, person_id=self.drafter, now=self.later())

    def submit(self, days: int = 3, reason: str = "只改条文引用") -> Revision:
        return services.submit(
            revision_id=self.revision.pk,
            from_on=self.zone.today() + timedelta(days=days),
            person_id=self.drafter,
            now=self.later(),
            no_replay_reason=reason,
        )

    def approve(self, person_id: int | None = None) -> Revision:
        return services.approve(
            revision_id=self.revision.pk,
            person_id=person_id or self.approver,
            now=self.later(),
            opinion="同意",
        )

    def later(self) -> Any:
        return self.zone.pass_time(hours=0.1)

    def passed(self, kind: str, key: str, text: str, days: int = 3) -> Revision:
        """Draft, check, submit and approve one part."""
        self.put(kind, key, text)
        self.check()
        self.submit(days)
        return self.approve()


@pytest.fixture
def desk(zone: Any) -> Desk:
    return Desk(zone)


def test_a_clause_is_reworded_from_its_day_on(desk: Desk) -> None:
    old = clause_on("zone_change#1", desk.zone.today())
    row = desk.passed("clause", "zone_change#1", "新条文")
    assert row.state == "approved"
    assert clause_on("zone_change#1", row.from_on - timedelta(days=1)).text == old.text
    assert clause_on("zone_change#1", row.from_on).text == "新条文"
    acts = Event.objects.filter(object=f"regulation:{row.regulation_id}", is_refused=False)
    assert {
        "revision.begin",
        "revision.draft",
        "revision.check",
        "revision.submit",
        "revision.approve",
    } <= set(acts.values_list("act", flat=True))


def test_what_is_shipped_passes_the_checks(zone: Any) -> None:
    desks: dict[str, Desk] = {}
    for row in Definition.objects.filter(kind__in=("process", "decision")).select_related("regulation"):
        key = row.regulation.key
        desks[key] = desks.get(key) or Desk(zone, key)
        desks[key].put(row.kind, row.key, row.xml)
    found = {
        key: [each for each in faults_of(desk.check()) if not each.is_warning] for key, desk in desks.items()
    }
    assert not any(found.values()), found


def test_who_drafted_cannot_approve_even_with_the_approvers_post(desk: Desk) -> None:
    desk.put("clause", CLAUSE_1, "新条文")
    desk.check()
    desk.submit()
    _appoint(desk.zone, desk.drafter, "rule_approver")
    with refused("conflict", "revision.two_persons"):
        desk.approve(desk.drafter)
    with refused("post", "post.not_held"):
        desk.approve(desk.zone.person(OFFICER))
    assert Event.objects.filter(refused_rule="revision.two_persons", is_refused=True).count() == 1


def _appoint(zone: Any, person_id: int, post_key: str) -> None:
    post = Post.objects.get(key=post_key)
    with recorded("test.setup", chain="unit:1", actor=SYSTEM, now=zone.now) as act:
        act.save(Appointment(person_id=person_id, post=post, from_on=act.day))


def test_nothing_is_submitted_without_a_clean_check_of_exactly_these_parts(desk: Desk) -> None:
    with refused("rule", "revision.empty"):
        desk.submit()
    desk.put("clause", CLAUSE_1, "新条文")
    with refused("rule", "revision.not_checked"):
        desk.submit()
    desk.check()
    desk.put("clause", CLAUSE_1, "又改了")
    with refused("rule", "revision.not_checked"):
        desk.submit()


def test_nothing_comes_into_force_before_tomorrow(desk: Desk) -> None:
    desk.put("clause", CLAUSE_1, "新条文")
    desk.check()
    with refused("rule", "revision.too_early"):
        desk.submit(days=0)
    desk.submit(days=1)
    desk.zone.pass_time(working_days=2)
    with refused("rule", "revision.too_early"):
        desk.approve()


def test_a_changed_process_is_replayed_or_the_reason_is_written(desk: Desk) -> None:
    desk.put("process", "works_change", base_text("process", "works_change"))
    desk.check()
    with refused("rule", "revision.not_replayed"):
        desk.submit(reason="")
    assert desk.submit(reason="文字未变").replay_waiver == "文字未变"


def test_a_new_version_binds_matters_from_its_day_and_the_old_one_those_before(desk: Desk) -> None:
    old = definition_on("works_change", desk.zone.today())
    row = desk.passed("process", "works_change", old.xml.replace("</process>", " </process>"))
    assert row.from_on is not None
    assert definition_on("works_change", row.from_on - timedelta(days=1)) == old
    new = definition_on("works_change", row.from_on)
    assert (new.version, new.approved_by_person_id) == (old.version + 1, desk.approver)
    steps = [
        ProcessStep.objects.filter(definition=each).values_list("step_key", flat=True) for each in (old, new)
    ]
    assert list(steps[0]) == list(steps[1])


def test_of_two_revisions_the_second_must_look_at_the_first(desk: Desk) -> None:
    first, second = desk.revision, desk.begin()
    desk.put("clause", CLAUSE_1, "第一稿")
    desk.revision = second
    desk.put("clause", CLAUSE_1, "第二稿")
    desk.check()
    desk.submit(days=5)
    desk.revision = first
    desk.check()
    desk.submit(days=3)
    desk.approve()
    desk.revision = second
    with refused("rule", "revision.stale_base"):
        desk.approve()
    assert clause_on(CLAUSE_1, desk.zone.today() + timedelta(days=6)).text == "第一稿"
    third = desk.begin()
    desk.revision = third
    desk.put("clause", CLAUSE_1, "第三稿")
    RevisionPart.objects.filter(revision=third).update(base_sha256="0" * 64)
    with refused("rule", "revision.stale_base"):
        desk.submit(days=9)
    services.rebase(
        revision_id=third.pk, kind="clause", key=CLAUSE_1, person_id=desk.drafter, now=desk.later()
    )
    desk.check()
    assert desk.submit(days=9).state == "submitted"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("<startEvent", "<scriptTask id='evil'/><startEvent", "scriptTask"),
        ("</process>", "<dataObject id='x'/></process>", "dataObject"),
        ('id="works_change"', 'id="works_other"', "works_other"),
    ],
)
def test_a_diagram_outside_of_the_profile_is_not_saved(old: str, new: str, said: str, desk: Desk) -> None:
    text = base_text("process", "works_change")
    assert old in text
    with pytest.raises(BadInput) as caught:
        desk.put("process", "works_change", text.replace(old, new, 1))
    assert said in caught.value.message
    assert not RevisionPart.objects.exists()
    assert base_text("process", "works_change") == text


def test_the_checks_name_the_place_and_what_is_missing(desk: Desk) -> None:
    text = base_text("process", "works_change")
    broken = text.replace("zone_change#2", "zone_change#99").replace(
        'lj:post="project_lead"', 'lj:post="nobody"'
    )
    assert broken != text
    broken = re.sub(r'(<userTask id="propose" name=)"[^"]*"', r'\1""', broken)
    desk.put("process", "works_change", broken)
    table = base_text("decision", "works_change_class").replace("party_committee_from_fen", "no_such_figure")
    desk.put("decision", "works_change_class", table)
    found = {each.text for each in faults_of(desk.check()) if not each.is_warning}
    for word in ("zone_change#99", "nobody", "no_such_figure", "没有名称"):
        assert any(word in text for text in found), found
    with refused("rule", "revision.not_checked"):
        desk.submit()


def test_a_table_with_a_gap_does_not_pass(desk: Desk) -> None:
    text = base_text("decision", "works_change_class")
    last = text.rindex("<rule ")
    end = text.index("</rule>", last) + len("</rule>")
    desk.put("decision", "works_change_class", text[:last] + text[end:])
    assert any("没有一行适用于" in each.text for each in faults_of(desk.check()))


def test_a_control_is_not_taken_away_in_silence(desk: Desk) -> None:
    text = base_text("process", "works_change")
    assert "lj:differsFrom=" in text
    desk.put("process", "works_change", re.sub(r'lj:differsFrom="[^"]*"', "", text))
    run = desk.check()
    warned = [each for each in faults_of(run) if each.is_warning]
    assert run.is_clean
    assert any("不是同一人" in each.text for each in warned)


def test_a_clause_that_a_rule_still_names_cannot_be_taken_out(desk: Desk) -> None:
    desk.put("clause", "zone_change#5", "")
    assert not desk.check().is_clean


def test_a_revision_amends_its_own_regulation_only(desk: Desk) -> None:
    for kind, key in (("clause", "zone_funds#1"), ("heading", "zone_funds"), ("process", "works_payment")):
        with pytest.raises(BadInput):
            desk.put(kind, key, base_text(kind, key))
    with pytest.raises(BadInput):
        desk.put("spell", "zone_change", "x")


def test_a_heading_takes_effect_on_its_day(desk: Desk) -> None:
    heading = replace(
        heading_of(base_text("heading", "zone_change")),
        doc_no="澜经管〔2025〕9号",
        is_trial=True,
        review_on="2025-12-01",
        owner_unit="LAW",
    )
    row = desk.passed("heading", "zone_change", heading.to_text())
    assert settle(desk.zone.now) == 0
    desk.zone.pass_time(working_days=4)
    assert settle(desk.zone.now) == 1
    assert settle(desk.zone.now) == 0
    regulation = Regulation.objects.get(pk=row.regulation_id)
    assert (regulation.doc_no, regulation.status, regulation.owner_unit.code) == (
        "澜经管〔2025〕9号",
        "trial",
        "LAW",
    )
    desk.zone.pass_time(working_days=20)
    assert remind_of_reviews(desk.zone.now) >= 1
    assert remind_of_reviews(desk.zone.now) == 0
    told = Message.objects.get(kind="rule_review_due")
    assert told.link == "/regulations/zone_change/"


def test_a_trial_measure_names_its_review(desk: Desk) -> None:
    heading = replace(heading_of(base_text("heading", "zone_change")), is_trial=True)
    with pytest.raises(BadInput) as caught:
        desk.put("heading", "zone_change", heading.to_text())
    assert caught.value.field == "review_on"


def test_a_repeal_needs_two_persons_and_ends_on_its_day(zone: Any) -> None:
    desk = Desk(zone, "zone_incentive_policy")
    last = zone.today() + timedelta(days=2)
    desk.revision = services.repeal(
        regulation_key="zone_incentive_policy",
        from_on=last + timedelta(days=1),
        reason="并入新办法",
        person_id=desk.drafter,
        now=desk.later(),
    )
    with refused("post", "post.not_held"):
        desk.approve(desk.drafter)
    desk.approve()
    assert clause_on("zone_incentive_policy#1", last) is not None
    assert clause_on("zone_incentive_policy#1", last + timedelta(days=1)) is None
    zone.pass_time(working_days=3)
    settle(zone.now)
    assert Regulation.objects.get(key="zone_incentive_policy").status == "repealed"
    with refused("rule", "revision.repealed"):
        desk.begin()


@pytest.mark.parametrize("key", ["zone_organisation", "zone_funds"])
def test_a_rule_that_others_rest_on_is_not_repealed(key: str, zone: Any) -> None:
    desk = Desk(zone, key)
    with refused("rule", "revision.still_needed"):
        services.repeal(
            regulation_key=key,
            from_on=zone.today() + timedelta(days=5),
            reason="不用了",
            person_id=desk.drafter,
            now=desk.later(),
        )


def test_a_submitted_revision_can_be_turned_down_or_taken_back_with_a_reason(desk: Desk) -> None:
    desk.put("clause", CLAUSE_1, "新条文")
    desk.check()
    desk.submit()
    with pytest.raises(BadInput):
        services.reject(revision_id=desk.revision.pk, person_id=desk.approver, now=desk.later(), opinion=" ")
    services.reject(revision_id=desk.revision.pk, person_id=desk.approver, now=desk.later(), opinion="不同意")
    with refused("stale", "revision.decided", clause=False):
        desk.approve()
    with refused("stale", "revision.not_draft", clause=False):
        desk.put("clause", CLAUSE_1, "再改")
    desk.revision = desk.begin()
    row = services.withdraw(
        revision_id=desk.revision.pk, person_id=desk.drafter, now=desk.later(), reason="另行起草"
    )
    assert row.state == "withdrawn"


def test_the_same_request_begins_one_revision(desk: Desk) -> None:
    given = {"regulation_key": "zone_change", "bundle_key": "", "title": "甲", "reason": "乙"}
    rows = [
        services.begin(**given, person_id=desk.drafter, now=desk.zone.now, key="k1") for _number in range(2)
    ]
    assert rows[0] == rows[1]
    assert Revision.objects.filter(title="甲").count() == 1
