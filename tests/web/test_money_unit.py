"""元, 万元, 亿元: chosen once, shown on every page, nothing rounded away, papers untouched."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianjing.runtime.matter.models import Matter
from lianjing.web.money_unit import showing
from lianjing.web.templatetags.ui import money
from tests.domains.works.playing import OFFICER
from tests.web.conftest import Browser


@pytest.mark.parametrize(
    ("unit", "amount", "text"),
    [
        ("yuan", "1234567.5", "¥1,234,567.50"),
        ("wan", "48000000", "¥4,800.00万"),
        ("wan", "1234567.89", "¥123.456789万"),
        ("wan", "-0.01", "−¥0.000001万"),
        ("yi", "9492000000", "¥94.92亿"),
        ("yi", "0.01", "¥0.0000000001亿"),
        ("other", "5", "¥5.00"),
    ],
)
def test_a_sum_in_a_unit(unit: str, amount: str, text: str) -> None:
    with showing(unit):
        assert money(Decimal(amount)) == text


@given(st.integers(-(10**14), 10**14), st.sampled_from(["wan", "yi"]))
def test_nothing_is_rounded_away(fen: int, unit: str) -> None:
    amount = Decimal(fen) / 100
    with showing(unit):
        text = money(amount)
    digits = text.translate(str.maketrans("−", "-", "¥,万亿"))
    assert Decimal(digits) * (10_000 if unit == "wan" else 100_000_000) == amount


def test_a_foreign_sum_keeps_its_own_size() -> None:
    with showing("wan"):
        assert money(Decimal("1234.5"), "PHP") == "PHP 1,234.50"


def test_the_reader_chooses_once_and_goes_back_to_where_he_was(browser: Browser, project: Matter) -> None:
    client = browser(OFFICER)
    assert "万</a>" not in client.get("/works/").content.decode()
    answer = client.post("/money-unit/", {"unit": "wan", "next": "/works/?sort=-code"})
    assert answer["Location"] == "/works/?sort=-code"
    page = client.get("/works/").content.decode()
    assert "¥6,000.00万" in page or "万</" in page
    assert 'value="wan" class="btn btn-sm active" aria-pressed="true"' in page


@pytest.mark.parametrize("place", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_nobody_is_sent_elsewhere(browser: Browser, place: str) -> None:
    answer = browser(OFFICER).post("/money-unit/", {"unit": "yi", "next": place})
    assert answer["Location"] == "/"


def test_an_unknown_unit_is_yuan_and_papers_stay_in_yuan(browser: Browser, project: Matter) -> None:
    client = browser(OFFICER)
    client.post("/money-unit/", {"unit": "<script>", "next": "/"})
    assert client.cookies["lj_money_unit"].value == "yuan"
    client.post("/money-unit/", {"unit": "wan", "next": "/"})
    assert "万</" not in client.get(f"/matters/{project.pk}/print/").content.decode()
