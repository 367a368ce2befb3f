"""What an indicator reads is found part by part of its text; a time of day is a figure in minutes."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from lianjing.analysis.indicator.header import Parameter
from lianjing.analysis.indicator.library import chosen
from lianjing.analysis.indicator.runner import shown_value


def test_an_alias_counts_only_in_the_part_where_it_stands() -> None:
    (late,) = chosen("M-C11")
    assert {
        ("payment_order", "paid_day"),
        ("payment_hold", "is_allowed"),
        ("calendar", "day"),
    } <= late.columns
    (unbalanced,) = chosen("M-C06")  # one letter stands for two tables there
    assert ("bid_item", "unit_price_fen") in unbalanced.columns
    assert ("change_item", "unit_price_fen") not in unbalanced.columns


@pytest.mark.django_db
def test_a_time_of_day_is_given_in_minutes_and_shown_as_a_time(zone: Any) -> None:
    night = Parameter("night_from_clock", None, "indicator.m_c27.night_from").on(date(2026, 1, 1))
    assert night == 1320 and shown_value("night_from_clock", night) == "22:00"
