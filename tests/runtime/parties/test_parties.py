from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from lianjing.kernel.identity import credit_check
from lianjing.kernel.refusal import BadInput
from lianjing.runtime.org.models import Unit
from lianjing.runtime.parties import queries, services
from lianjing.runtime.parties.models import Account, NaturalPerson
from lianjing.runtime.parties.numbers import account_digest, credit_code_complaint
from lianjing.runtime.trail.models import Body
from tests.runtime.contract.office import CODES, TODAY, Office

NUMBER = "9900 0000 0000 0000 0101"


@pytest.fixture
def office(db: None) -> Office:
    return Office()


def test_an_enterprise_is_found_by_name_code_and_reading(office: Office) -> None:
    firm = office.firm()
    with office.act() as act:
        other = services.register_enterprise(act, name="婺澜澍建劳务有限公司", pinyin="wu lan zhu jian")
    for text in ("澍建市政", CODES[0], CODES[0].lower(), " 91990101MAA26 ", "wu lan shu"):
        assert queries.find_enterprises(text)[0] == firm
    assert queries.find_enterprises("wu lan zhu") == [other]
    assert queries.find_enterprises(" ") == []
    assert queries.find_enterprises("没有") == []
    assert len(queries.find_enterprises("婺澜", limit=1)) == 1
    assert queries.enterprise_by_code(CODES[0]) == firm
    assert queries.enterprise_by_code("") is None
    assert list(queries.enterprises_named(other.name)) == [other]


@pytest.mark.parametrize(
    ("columns", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "某公司", "credit_code": CODES[0]}, "credit_code"),
        ({"name": "某公司", "credit_code": CODES[1][:-1] + "0"}, "credit_code"),
        ({"name": "某公司", "credit_code": "123"}, "credit_code"),
    ],
)
def test_an_enterprise_by_hand_must_have_a_name_and_a_new_sound_code(
    office: Office, columns: dict[str, Any], field: str
) -> None:
    office.firm()
    with pytest.raises(BadInput) as caught, office.act() as act:
        services.register_enterprise(act, **columns)
    assert caught.value.field == field


def test_an_import_keeps_a_code_that_breaks_its_check_and_can_warn(office: Office) -> None:
    broken = CODES[0][:-1] + "X"
    with office.act() as act:
        assert (
            services.register_enterprise(act, name="老企业", credit_code=broken, is_import=True).credit_code
            == broken
        )
    assert "第18位" in credit_code_complaint(broken)
    assert credit_code_complaint(CODES[0]) == ""
    assert "18位数字" in credit_code_complaint("12")
    wrong = CODES[0][:16] + ("1" if CODES[0][16] != "1" else "2")
    assert "第17位" in credit_code_complaint(wrong + credit_check(wrong))


def test_a_correction_is_checked_like_an_entry(office: Office) -> None:
    firm, other = office.firm(), office.firm(1)
    with office.act() as act:
        assert (
            services.correct_enterprise(act, firm, size_class="small", credit_code=CODES[0]).size_class
            == "small"
        )
    for columns in ({"credit_code": other.credit_code}, {"credit_code": "1"}, {"name": " "}):
        with pytest.raises(BadInput), office.act() as act:
            services.correct_enterprise(act, firm, **columns)


def test_an_account_number_is_nowhere_kept_in_clear(office: Office) -> None:
    firm = office.firm()
    account = office.account(f"enterprise:{firm.pk}", NUMBER)
    assert account.account_no_masked == "****0101"
    assert (
        account.account_no_hash
        == account_digest("99000000000000000101")
        != account_digest("99000000000000000102")
    )
    plain = NUMBER.replace(" ", "").encode()
    assert not any(plain in bytes(body.content) for body in Body.objects.all())
    assert list(queries.accounts_with_number(NUMBER)) == [account]
    assert list(queries.accounts_of(f"enterprise:{firm.pk}", TODAY)) == [account]


def test_the_digest_of_an_account_rests_on_the_key_of_the_installation(settings: Any) -> None:
    before = account_digest(NUMBER)
    settings.SECRET_KEY = "another installation"
    assert account_digest(NUMBER) != before


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"account_no": "12"}, "account_no"),
        ({"account_no": "99000000x000"}, "account_no"),
        ({"holder": "firm:1"}, "holder"),
        ({"holder": "enterprise"}, "holder"),
        ({"holder_name": ""}, "holder_name"),
        ({}, "account_no"),
    ],
)
def test_an_account_is_entered_once_and_whole(office: Office, changes: dict[str, Any], field: str) -> None:
    office.account("enterprise:1", NUMBER)
    with pytest.raises(BadInput) as caught, office.act() as act:
        services.open_account(
            act, **{"holder": "enterprise:1", "holder_name": "某公司", "account_no": NUMBER, **changes}
        )
    assert caught.value.field == field


def test_a_closed_account_is_no_longer_offered_and_may_be_opened_again(office: Office) -> None:
    with office.act() as act:
        unit = act.save(Unit(code="ACC", name="财政局", kind="bureau"))
    account = office.account(f"unit:{unit.id}", NUMBER)
    assert account.unit_id == unit.id
    with office.act() as act, pytest.raises(BadInput):
        services.close_account(act, account, to_on=TODAY - timedelta(days=9))
    with office.act() as act:
        services.close_account(act, account, to_on=TODAY)
    assert not queries.accounts_of(f"unit:{unit.id}", TODAY + timedelta(days=1)).exists()
    office.account(f"unit:{unit.id}", NUMBER)
    assert Account.objects.count() == 2


def test_a_natural_person_is_kept_with_a_masked_number_only(office: Office) -> None:
    with office.act() as act:
        person = services.register_natural_person(act, name="某某", id_no="990101197903140016")
    assert person.id_no_masked == "990101********0016"
    for name, number in (("", ""), ("某某", "990101197903140017")):
        with pytest.raises(BadInput), office.act() as act:
            services.register_natural_person(act, name=name, id_no=number)
    assert NaturalPerson.objects.count() == 1


def test_a_tie_holds_on_its_days_in_both_directions(office: Office) -> None:
    with office.act() as act:
        row = services.tie(
            act,
            from_party="person:1",
            to_party="enterprise:2",
            kind="employed",
            source="declared",
            from_on=TODAY,
        )
    assert list(queries.ties_of("enterprise:2", TODAY)) == [row] == list(queries.ties_of("person:1", TODAY))
    assert not queries.ties_of("person:1", TODAY - timedelta(days=1)).exists()
    with office.act() as act:
        services.end_tie(act, row, ended_on=TODAY + timedelta(days=2))
    assert not queries.ties_of("person:1", TODAY + timedelta(days=2)).exists()
    with pytest.raises(BadInput), office.act() as act:
        services.tie(act, from_party="person:1", to_party="person:1", kind="employed", source="declared")
