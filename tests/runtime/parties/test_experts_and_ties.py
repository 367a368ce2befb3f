from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from lianjing.kernel.refusal import BadInput, Refusal
from lianjing.runtime.parameter.models import Parameter
from lianjing.runtime.parties import experts
from lianjing.runtime.parties.models import Expert, Tie
from lianjing.runtime.parties.services import register_natural_person, tie
from lianjing.runtime.parties.ties import FORMER_YEARS, tied_refs, ties_between
from tests.runtime.contract.office import NOW, TODAY, Office


@pytest.fixture
def office(db: None) -> Office:
    return Office()


def enter(office: Office, number: int = 0, **columns: Any) -> Expert:
    with office.act() as act:
        return experts.add_expert(act, **{"person_id": office.members[number].pk, "pool": "zone", **columns})


def bind(office: Office, a: str, b: str, **columns: Any) -> Tie:
    with office.act() as act:
        wanted = {"kind": "employed", "source": "declared", **columns}
        return tie(act, from_party=a, to_party=b, **wanted)


def test_an_expert_stands_in_his_pool_from_his_first_to_his_last_day(office: Office) -> None:
    expert = enter(office)
    assert experts.pool_of("zone", TODAY) == [expert]
    assert experts.pool_of("zone", TODAY - timedelta(days=1)) == []
    assert experts.pool_of("award", TODAY) == []
    with office.act() as act:
        experts.end_expert(act, expert, to_on=TODAY, note="调离")
    assert experts.pool_of("zone", TODAY) == [expert]
    assert experts.pool_of("zone", TODAY + timedelta(days=1)) == []


def test_nobody_stands_twice_in_one_pool_and_bad_input_is_told(office: Office) -> None:
    enter(office)
    for columns in ({}, {"pool": "none"}, {"person_id": 99_999}, {"to_on": TODAY - timedelta(days=1)}):
        with pytest.raises(BadInput):
            enter(office, **columns)
    assert enter(office, pool="award").pool == "award"


def test_only_the_keepers_enter_experts_and_never_themselves(office: Office) -> None:
    wanted = {"pool": "zone", "now": NOW}
    with pytest.raises(Refusal) as caught:
        experts.enter(expert_person_id=office.lawyer.pk, person_id=office.officer.pk, **wanted)
    assert caught.value.rule == "expert.keeper"
    with office.act() as act:
        keeper = office._person(act, "组织岗", office.office, "personnel_officer", "operator")
    with pytest.raises(Refusal) as caught:
        experts.enter(expert_person_id=keeper.pk, person_id=keeper.pk, **wanted)
    assert caught.value.rule == "expert.own_entry"
    firm = office.firm()
    expert = experts.enter(
        expert_person_id=office.lawyer.pk,
        person_id=keeper.pk,
        employer_credit_code=firm.credit_code,
        **wanted,
    )
    assert expert.employer_enterprise == firm
    with pytest.raises(BadInput):
        experts.leave(expert_id=expert.pk, to_on=TODAY, person_id=keeper.pk, now=NOW)
    left = experts.leave(expert_id=expert.pk, to_on=TODAY, person_id=keeper.pk, now=NOW, note="本人申请")
    assert left.to_on == TODAY


def test_an_expert_is_tied_through_his_person_his_private_self_and_his_employer(office: Office) -> None:
    firm, other = office.firm(), office.firm(1)
    with office.act() as act:
        private = register_natural_person(act, name="委员0")
    expert = enter(office, natural_person_id=private.pk, employer_enterprise_id=other.pk)
    ref, bidders = f"expert:{expert.pk}", [f"enterprise:{firm.pk}", f"enterprise:{other.pk}"]
    assert [(each.other, each.kind) for each in ties_between([ref], bidders, TODAY)] == [
        (bidders[1], "employed")
    ]
    bind(office, f"enterprise:{firm.pk}", f"natural_person:{private.pk}", kind="paid_by")
    bind(office, f"person:{office.members[0].pk}", bidders[0], kind="agent")
    found = tied_refs([ref, f"person:{office.lawyer.pk}"], bidders, TODAY)
    assert set(found) == {ref}
    assert sorted(each.kind for each in found[ref]) == ["agent", "employed", "paid_by"]
    turned = ties_between(bidders, [f"person:{office.members[0].pk}"], TODAY)
    assert {each.ref for each in turned} == set(bidders)


def test_a_tie_counts_while_it_is_dated(office: Office) -> None:
    a, b = f"person:{office.lawyer.pk}", f"enterprise:{office.firm().pk}"
    bind(office, a, b, kind="spouse", from_on=TODAY + timedelta(days=1))
    bind(office, a, b, kind="sibling", to_on=TODAY - timedelta(days=1))
    assert ties_between([a], [b], TODAY) == []
    assert [each.kind for each in ties_between([a], [b], TODAY + timedelta(days=1))] == ["spouse"]


def test_a_former_employment_binds_as_long_as_the_figure_says(office: Office) -> None:
    a, b = f"person:{office.lawyer.pk}", f"enterprise:{office.firm().pk}"
    bind(office, a, b, to_on=TODAY - timedelta(days=300))
    assert ties_between([a], [b], TODAY) == []
    former = ties_between([a], [b], TODAY, with_former=True)
    assert [each.is_former for each in former] == [True]
    with office.act() as act:
        act.save(Parameter(key=FORMER_YEARS, value_number=3, unit="years", zh="原任职回避期"))
    assert len(ties_between([a], [b], TODAY)) == 1
    assert ties_between([a], [b], TODAY + timedelta(days=3 * 366)) == []


def test_a_person_who_logs_in_for_a_firm_is_tied_to_it(office: Office) -> None:
    firm = office.firm()
    with office.act() as act:
        office.office.enterprise_no = firm.credit_code
        act.save(office.office)
    (found,) = ties_between([f"person:{office.lawyer.pk}"], [f"enterprise:{firm.pk}"], TODAY)
    assert (found.kind, found.source) == ("employed", "registry")


def test_a_reference_that_is_none_is_told(office: Office) -> None:
    with pytest.raises(BadInput):
        ties_between(["某人"], [], TODAY)
