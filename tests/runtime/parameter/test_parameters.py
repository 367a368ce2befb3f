from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.parameter import queries, services
from lianjing.runtime.parameter.models import Parameter
from lianjing.runtime.parameter.queries import MissingFigure
from lianjing.runtime.trail.models import Event
from tests.runtime.contract.office import NOW, TODAY, Office

RATIO, SUM, FRACTION = (
    "works.payment.advance_max_ratio",
    "decision.zone.director_meeting_from_fen",
    "meeting.quorum_ratio",
)


@pytest.fixture
def office(db: None) -> Office:
    return Office()


def decide(office: Office, **changes: Any) -> Parameter:
    wanted: dict[str, Any] = {
        "key": RATIO,
        "value": "0.25",
        "from_on": TODAY,
        "source": "澜经管〔2025〕17号",
        "mark": "local",
        "person_id": office.lawyer.pk,
        "now": NOW,
        **changes,
    }
    return services.set_figure(**wanted)


def test_the_shipped_figures_are_loaded_once_and_say_their_source(office: Office) -> None:
    assert Parameter.objects.count() == 589
    with office.act() as act:
        assert services.seed(act) == 0
    row = queries.parameter_on("works.payment.progress_min_ratio", date(2025, 1, 1))
    assert (row.mark, row.value_number) == ("L4", Decimal("0.8"))
    assert "183" in row.source


def test_money_is_kept_in_fen_and_in_yuan(office: Office) -> None:
    assert queries.figure(SUM, TODAY) == Decimal(50_000_000)
    assert queries.money(SUM, TODAY) == Decimal("500000.00")
    with pytest.raises(MissingFigure):
        queries.money(RATIO, TODAY)


def test_a_share_is_exact(office: Office) -> None:
    assert queries.share(FRACTION, TODAY) == Fraction(2, 3)
    assert queries.figure(FRACTION, TODAY) == Decimal("0.666667")
    assert queries.share(RATIO, TODAY) == Fraction(3, 10)
    summer = date(2025, 7, 1)
    assert queries.text("works.payment.sme_publish_by", summer) == "03-31"
    for take in (queries.share, queries.figure):
        with pytest.raises(MissingFigure):
            take("works.payment.sme_publish_by", summer)
    with pytest.raises(MissingFigure):
        queries.text(RATIO, TODAY)


@pytest.mark.parametrize("key", ["works.tender.bid_period_other_days", "no.such.figure"])
def test_a_rule_without_its_figure_refuses_to_run(office: Office, key: str) -> None:
    for take in (queries.figure, queries.share, queries.money, queries.text):
        with pytest.raises(MissingFigure) as caught:
            take(key, TODAY)
        assert caught.value.ground is Ground.RULE
        assert caught.value.rule == "parameter.missing"


def test_a_figure_does_not_hold_before_its_day(office: Office) -> None:
    with pytest.raises(MissingFigure):
        queries.figure("works.payment.sme_days", date(2025, 5, 31))
    assert queries.figure("works.payment.sme_days", date(2025, 6, 1)) == 30


def test_field_knowledge_only_warns(office: Office) -> None:
    assert not queries.may_refuse(queries.parameter_on(FRACTION, TODAY))
    assert queries.may_refuse(queries.parameter_on("works.payment.progress_min_ratio", TODAY))


def test_a_decision_closes_the_old_row_and_overwrites_nothing(office: Office) -> None:
    start = TODAY + timedelta(days=10)
    new = decide(office, from_on=start)
    assert queries.figure(RATIO, start - timedelta(days=1)) == Decimal("0.30")
    assert queries.figure(RATIO, start) == Decimal("0.25")
    assert [row.value_number for row in queries.history(RATIO)] == [Decimal("0.25"), Decimal("0.30")]
    assert (new.unit, new.zh, new.checked_on) == ("ratio", "预付款上限", TODAY)
    assert Event.objects.get(act="parameter.set").object == "installation:1"


def test_a_decision_before_a_later_one_ends_where_that_begins(office: Office) -> None:
    later, sooner = TODAY + timedelta(days=20), TODAY + timedelta(days=5)
    decide(office, from_on=later, value="0.2")
    decide(office, from_on=sooner, value="0.1")
    got = [queries.figure(RATIO, TODAY + timedelta(days=days)) for days in (0, 5, 19, 20)]
    assert got == [Decimal("0.30"), Decimal("0.1"), Decimal("0.1"), Decimal("0.2")]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"value": ""}, "value"),
        ({"value": "some"}, "value"),
        ({"value": "NaN"}, "value"),
        ({"value": "0.1234567"}, "value"),
        ({"source": " "}, "source"),
        ({"from_on": TODAY - timedelta(days=1)}, "from_on"),
        ({"key": SUM, "value": "1.5"}, "value"),
        ({"key": "works.payment.sme_publish_by", "value": "31"}, "value"),
    ],
)
def test_a_decision_with_bad_input_changes_nothing(
    office: Office, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(BadInput) as caught:
        decide(office, **changes)
    assert caught.value.field == field
    assert Parameter.objects.count() == 589


def test_a_figure_is_not_decided_twice_for_one_day_nor_invented(office: Office) -> None:
    decide(office)
    with pytest.raises(BadInput):
        decide(office, value="0.2")
    with pytest.raises(MissingFigure):
        decide(office, key="no.such.figure")


def test_an_exact_fraction_can_be_decided(office: Office) -> None:
    decide(office, key=FRACTION, value="3/4")
    assert queries.share(FRACTION, TODAY) == Fraction(3, 4)


def test_only_the_keeper_of_the_figures_decides_them(office: Office) -> None:
    for person in (office.officer, office.supervisor):
        with pytest.raises(Refusal) as caught:
            decide(office, person_id=person.pk)
        assert caught.value.ground is Ground.POST
