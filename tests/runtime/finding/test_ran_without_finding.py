from __future__ import annotations

from typing import Any

import pytest

from lianjing.kernel.refusal import BadInput, Refusal
from lianjing.runtime.finding import changing, detection
from lianjing.runtime.finding.models import ChangeRequest, FindingSeen, Indicator
from lianjing.runtime.regulation.models import Regulation
from lianjing.runtime.revision import services as revisions
from lianjing.web.fact_labels import labels
from tests.runtime.finding.signals import ARCHIVES, CHIEF, SECOND, Signals, refused

DRAFTER = "20603"


@pytest.fixture
def signals(zone: Any) -> Signals:
    return Signals(zone)


def test_a_full_run_that_finds_nothing_marks_what_it_found_before_as_gone(signals: Signals) -> None:
    row = signals.found()
    ran = [Indicator.objects.get(code="M-C08")]
    stored = detection.store([], run="r2", scope="full", now=signals.now, ran=ran)
    assert stored.gone == (row.pk,) and FindingSeen.objects.get(finding=row).is_gone
    assert ran[0].run.found == 0
    again = detection.store([signals.detected()], run="r3", scope="full", now=signals.now, ran=ran)
    assert again.gone == () and not FindingSeen.objects.get(finding=row).is_gone


def test_a_run_over_some_subjects_marks_nothing_as_gone(signals: Signals) -> None:
    row = signals.found()
    ran = [Indicator.objects.get(code="M-C08")]
    assert detection.store([], run="r2", scope="subjects", now=signals.now, ran=ran).gone == ()
    assert not FindingSeen.objects.get(finding=row).is_gone


def _requested(signals: Signals) -> ChangeRequest:
    row = signals.signed(signals.found(), ARCHIVES)
    signals.verified(row, ARCHIVES)
    return changing.ask(
        finding_id=row.pk,
        regulation_key="zone_site",
        gap="未定时限。",
        proposal="补时限。",
        **signals.who(SECOND),
    )


def test_a_request_is_taken_up_by_a_revision_of_its_own_rule_and_verified_once_that_is_in_force(
    signals: Signals,
) -> None:
    made = _requested(signals)
    begun = {"bundle_key": "", "title": "修订", "reason": "堵漏洞"}
    other = Regulation.objects.exclude(key="zone_site").filter(key__startswith="zone_").order_by("pk")[0]
    strange = revisions.begin(regulation_key=other.key, **begun, **signals.who(DRAFTER))
    with pytest.raises(BadInput):
        changing.take_up(request_id=made.pk, revision_id=strange.pk, **signals.who(DRAFTER))
    own = revisions.begin(regulation_key="zone_site", **begun, **signals.who(DRAFTER))
    with pytest.raises(Refusal):
        changing.take_up(request_id=made.pk, revision_id=own.pk, **signals.who(SECOND))
    made = changing.take_up(request_id=made.pk, revision_id=own.pk, **signals.who(DRAFTER))
    assert (made.status, made.revision_id) == ("drafted", own.pk)
    with refused("change.not_in_force"):
        changing.verify(request_id=made.pk, text="有效。", **signals.who(CHIEF))
    type(own).objects.filter(pk=own.pk).update(state="approved", from_on=signals.day)
    made = changing.verify(request_id=made.pk, text="运行一月未再发生。", **signals.who(CHIEF))
    assert (made.status, made.in_force_on, made.verified_on) == ("verified", signals.day, signals.day)
    with refused("change.answered"):
        changing.take_up(request_id=made.pk, revision_id=own.pk, **signals.who(DRAFTER))


def test_the_words_of_facts_are_in_both_languages() -> None:
    assert all(zh and en for zh, en in labels().values())
    assert labels()["amount_fen"] == ("金额", "Amount")
