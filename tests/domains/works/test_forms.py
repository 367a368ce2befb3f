"""Every form of works renders, names its fields, and takes what a browser sends."""

from __future__ import annotations

import pytest
from django.http import QueryDict

from lianjing.domains.works.domain import DOMAIN
from lianjing.domains.works.forms.base import MoneyInput, PercentInput
from lianjing.domains.works.forms.tender import QuotesForm
from lianjing.kernel.declaration import Duty
from lianjing.runtime.matter.models import Matter

STEPS = [(procedure, step) for procedure in DOMAIN.procedures for step in procedure.steps]


@pytest.mark.parametrize(
    ("procedure", "step"), STEPS, ids=lambda each: getattr(each, "key", getattr(each, "id", ""))
)
def test_every_form_renders_with_a_label_on_each_field(contracted, procedure, step):
    play, project, _contract = contracted
    if step.form is None:
        return
    matter = Matter(
        domain="works",
        kind=procedure.matter_kind,
        parent=project,
        root=project,
        unit_id=project.unit_id,
        title="事项",
    )
    form = step.form(None, matter=matter, day=play.scene.today())
    assert form.fields
    for bound in form:
        assert str(bound.label).strip() and bound.as_widget()


def test_rule_tasks_have_no_form_and_user_tasks_have_form_duty_and_role():
    for _procedure, step in STEPS:
        assert (step.form is None) is (step.duty is None), step.id
        assert step.role in ("entered", "reviewed", "approved")


def test_who_applies_never_approves_or_pays_by_declaration():
    for procedure in DOMAIN.procedures:
        first = procedure.steps[0]
        begins = (Duty.APPLY, Duty.FIND, Duty.MEASURE)  # checks and surveys begin with a look at the thing
        assert first.duty in begins and first.role == "entered", procedure.key


def test_a_table_takes_the_rows_of_a_browser(contracted):
    play, project, _contract = contracted
    matter = Matter(
        domain="works", kind="tender", parent=project, root=project, unit_id=project.unit_id, title="事项"
    )
    sent = QueryDict(
        f"opened_on={play.scene.today():%Y-%m-%d}&bids-0-name=甲&bids-0-credit_code=&bids-0-price=1,000.50"
        "&bids-1-name=乙&bids-1-credit_code=&bids-1-price=２&bids-2-name=&bids-2-credit_code=&bids-2-price="
    )
    form = QuotesForm(sent, matter=matter, day=play.scene.today())
    assert form.is_valid(), form.errors
    assert [(row["name"], str(row["price"])) for row in form.cleaned_data["bids"]] == [
        ("甲", "1000.50"),
        ("乙", "2"),
    ]


@pytest.mark.parametrize(("typed", "read"), [("１２.５", "12.5"), ("1，234", "1234"), (" 7 ", "7")])
def test_money_is_read_as_offices_write_it(typed, read):
    assert str(MoneyInput().clean(typed)) == read


def test_a_percentage_becomes_a_fraction_and_is_shown_as_a_percentage():
    field = PercentInput(min_value=0, max_value=100)
    fraction = field.clean("3%")
    assert str(fraction) == "0.030000"
    assert field.prepare_value(fraction) == "3"
