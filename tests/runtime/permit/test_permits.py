from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from lianjing.kernel.refusal import BadInput, Refusal
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.permit import queries, services
from lianjing.runtime.permit.models import Permit
from tests.runtime.contract.office import TODAY, Office


class Register:
    def __init__(self) -> None:
        self.office = Office()
        self.project = self.office.project()
        self.matter = self.office.child(self.project, "permit")

    def enter(self, matter: Matter | None = None, **changes: Any) -> Permit:
        wanted: dict[str, Any] = {
            "kind": "construction",
            "permit_no": "9901012025001",
            "issued_on": TODAY,
            **changes,
        }
        with self.office.act(self.office.officer) as act:
            return services.register(act, matter=matter or self.matter, project=self.project, **wanted)

    def verify(self, permit: Permit) -> Permit:
        with self.office.act(self.office.lead) as act:
            return services.verify(act, permit)


@pytest.fixture
def register(db: None) -> Register:
    return Register()


def test_a_permit_counts_only_when_verified_and_in_time(register: Register) -> None:
    permit = register.enter(valid_to_on=TODAY + timedelta(days=90))
    assert queries.permit_on(register.project.pk, "construction", TODAY) is None
    assert list(queries.unverified(register.project.pk)) == [permit]
    assert register.verify(permit).verified_by_person == register.office.lead
    assert queries.permit_on(register.project.pk, "construction", TODAY) == permit
    for days in (-1, 91):
        assert queries.permit_on(register.project.pk, "construction", TODAY + timedelta(days=days)) is None
    assert queries.permit_on(register.project.pk, "works_planning", TODAY) is None
    assert list(queries.expiring(TODAY + timedelta(days=100), since=TODAY)) == [permit]


def test_a_refused_permit_never_counts(register: Register) -> None:
    register.verify(register.enter(result="refused"))
    assert queries.permit_on(register.project.pk, "construction", TODAY) is None


def test_a_permit_can_be_corrected_until_it_is_verified(register: Register) -> None:
    register.enter()
    permit = register.enter(permit_no="9901012025002")
    assert [row.permit_no for row in queries.permits_of(register.project.pk)] == ["9901012025002"]
    register.verify(permit)
    for act in (register.enter, lambda: register.verify(permit)):
        with pytest.raises(Refusal) as caught:
            act()
        assert caught.value.rule == "permit.verified"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"permit_no": " "}, "permit_no"),
        ({"issued_on": TODAY + timedelta(days=1)}, "issued_on"),
        ({"valid_to_on": TODAY - timedelta(days=1)}, "valid_to_on"),
    ],
)
def test_a_permit_with_bad_input_is_not_entered(
    register: Register, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(BadInput) as caught:
        register.enter(**changes)
    assert caught.value.field == field
