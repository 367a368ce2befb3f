"""The cells of a decision table as a reader sees them."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils.translation import override

from lianjing.web.table_words import cell_words
from tests.domains.works.playing import OFFICER

pytestmark = pytest.mark.django_db
DAY = date(2026, 6, 1)


@pytest.mark.parametrize(
    ("cell", "column", "words"),
    [
        ("-", "amount_fen", "—"),
        ("true", "scope_changed", "是"),
        ('"major"', "change_class", "重大"),
        ('"joint_review"', "body", "办局联审"),  # a word of two lists: the one named like the column
        ('"vote", "discussion"', "award_method", "票决, 集体议事"),
        ('not("passed")', "acceptance_result", "除通过以外"),
        ("[50..400)", "bidders", "[50..400)"),
        (">= 15000000", "amount_fen", "≥ ¥150,000.00"),
        ("[50..400)", "amount_fen", "[¥0.50..¥4.00)"),
        ("< 0.05", "cumulative_ratio", "< 5%"),
        (">= @no.such.figure", "amount_fen", "≥ no.such.figure（尚未设定）"),
        ('"XYZ"', "body", "XYZ"),
    ],
)
def test_a_cell_is_said_in_words(zone, cell: str, column: str, words: str) -> None:
    assert cell_words(cell, column, DAY) == words


def test_a_figure_has_its_name_and_its_value_of_the_day(zone) -> None:
    words = cell_words(">= @works.change.major.single_from_fen", "amount_fen", DAY)
    assert words.startswith("≥ ") and "（¥" in words and "@" not in words
    assert cell_words(">= @works.change.larger.cumulative_from_ratio", "x", DAY).endswith("%）")
    with override("en"):
        assert cell_words("false", "x", DAY) == "No"


def test_the_page_of_a_regulation_names_its_tables_and_their_cells_in_words(browser) -> None:
    page = browser(OFFICER).get("/regulations/zone_change/").content.decode()
    assert "工程变更定级" in page and "办局联审" in page
    assert "&gt;= @works" not in page.replace('title="&gt;= @works', "")
