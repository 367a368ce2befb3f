"""Receipts: self-contained, checked by anybody, and honest about what they do not prove."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lianjing.kernel.refusal import BadInput
from lianjing.runtime.trail.models import Event
from lianjing.runtime.trail.protection import protect, unprotect
from lianjing.runtime.trail.publication import publish
from lianjing.runtime.trail.receipt import LARGEST, check_receipt, receipt_of
from tests.runtime.trail.logs import NOW, act, cosigned, join_witness

pytestmark = pytest.mark.django_db


def event(count: int = 1) -> Event:
    """The last of some new acts."""
    return Event.objects.get(pk=act(count))


def past_the_protection(statement: str, values: list[object]) -> None:
    """Change a table as somebody would who has the database to himself."""

    class Editor:
        connection = connection

        @staticmethod
        def execute(sql: str, _parameters: None = None) -> None:
            with connection.cursor() as cursor:
                cursor.execute(sql)

    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":  # triggers cannot be taken away while deferred checks wait
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    unprotect(None, Editor)
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
    protect(None, Editor)


def test_a_receipt_grows_from_a_hash_to_a_cosigned_proof(tmp_path):
    found = event(3)
    early = receipt_of(found)
    assert not early.is_proof and early.standing.state == "pending"
    assert check_receipt(early.text).state == "waiting"
    publish(NOW)
    signed = receipt_of(found)
    assert signed.is_proof and check_receipt(signed.text).state == "signed"
    join_witness(tmp_path / "group")
    cosigned(tmp_path / "group")
    last = check_receipt(receipt_of(found).text)
    assert (last.state, last.cosigners) == ("cosigned", [("supervision", NOW)])
    assert last.envelope is not None and last.envelope.id == found.pk
    assert check_receipt(early.text).state == "cosigned"  # the early one leads to the log as it stands
    assert check_receipt(signed.text).state == "signed"  # and the one between proves what it carries


def test_a_receipt_fits_one_code_and_one_line_of_a_printed_paper():
    found = event(300)
    publish(NOW)
    receipt = receipt_of(found)
    assert len(receipt.text.encode()) <= 2_900
    printed = f"https://zone.example/receipts/#event={found.pk}&leaf={receipt.leaf_hash}"
    assert check_receipt(printed).state == "signed"


def test_an_act_that_was_removed_is_missed_by_its_receipt_before_anybody_cosigned():
    found = event(2)
    early = receipt_of(found)
    for table, column in (
        ("trail_pending", "event_id"),
        ("act_row", "event_id"),
        ("trail_body", "event_id"),
        ("trail_event", "id"),
    ):
        past_the_protection(f'DELETE FROM {table} WHERE "{column}" = %s', [found.pk])
    publish(NOW)
    assert check_receipt(early.text).state == "unknown"


def test_a_receipt_of_another_history_is_wrong(tmp_path):
    first = event(5)
    publish(NOW)
    receipt = receipt_of(first)
    past_the_protection("UPDATE trail_checkpoint SET root = %s", ["0" * 64])
    checked = check_receipt(receipt.text)
    assert checked.state == "wrong" and "根" in checked.reason


def test_a_receipt_from_before_the_log_was_cut_is_wrong():
    found = event(5)
    publish(NOW)
    receipt = receipt_of(found)
    past_the_protection("DELETE FROM trail_leaf WHERE idx >= %s", [3])
    assert check_receipt(receipt.text).state == "wrong"


def test_a_receipt_of_a_stranger_proves_nothing():
    found = event()
    publish(NOW)
    text = receipt_of(found).text
    assert check_receipt(text.replace("\n— ", "\n— other-")).state == "wrong"
    other = event()
    publish(NOW + timedelta(minutes=1))
    mixed = receipt_of(other).text.splitlines()
    mixed[1] = text.splitlines()[1]  # the envelope of the one with the path of the other
    assert check_receipt("\n".join(mixed)).state == "wrong"


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_changed_receipt_is_never_taken_for_proof(data, django_db_setup):
    found = Event.objects.order_by("recorded_at").last() or event(4)
    publish(NOW)
    text = receipt_of(found).text
    place = data.draw(st.integers(0, len(text) - 1))
    sign = data.draw(st.characters(exclude_characters=text[place] + "\r", max_codepoint=0x2FF))
    changed = text[:place] + sign + text[place + 1 :]
    try:
        checked = check_receipt(changed)
    except BadInput:
        return
    # A change among the signatures can leave the log's own intact only by touching nothing that is read.
    assert not checked.is_good or changed.strip() == text.strip()


@pytest.mark.parametrize(
    "rubbish",
    [
        "",
        " ",
        "receipt",
        "a" * 64,
        "c2sp.org/tlog-proof@v1\n",
        "c2sp.org/tlog-proof@v1\nindex 1\n\n",
        "\x00" * 50,
        "A" * (LARGEST + 1),
    ],
)
def test_rubbish_is_refused_with_a_reason(rubbish: str):
    with pytest.raises(BadInput) as caught:
        check_receipt(rubbish)
    assert str(caught.value)
