"""The data-quality page: what the last scan reported of each field, the emptiest first."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lianjing.analysis.lake.quality import keep_report, kept_report

SUPERVISOR = "30001"
REPORT = {
    "leaf": 41,
    "rows": {"contract": 4},
    "fields": [
        {"field": "contract.amount_fen", "label": "金额", "rows": 4, "filled": 4, "coverage": 1.0, "indicators": ["M-C01"]},
        {"field": "contract.wage_account_id", "label": "工资专户", "rows": 4, "filled": 1, "coverage": 0.25, "indicators": ["M-C13"]},
        {"field": "ticket.rating", "label": "评分", "rows": 0, "filled": 0, "coverage": None, "indicators": ["M-S07"]},
    ],
}  # fmt: skip


@pytest.fixture
def lake(settings: Any, tmp_path: Path) -> Path:
    settings.DATA_DIR = tmp_path
    (tmp_path / "lake").mkdir()
    return tmp_path / "lake"


def test_the_page_shows_each_field_with_its_indicators_the_emptiest_first(
    zone: Any, browser: Any, lake: Path
) -> None:
    keep_report(lake, REPORT)
    shown = browser(SUPERVISOR).get("/feeds/coverage/").content.decode()
    assert "第41号叶" in shown and "25.0%" in shown and "M-S07" in shown
    assert shown.index("工资专户") < shown.index("M-C01") < shown.index("M-S07")
    few = browser(SUPERVISOR).get("/feeds/coverage/?state=little").content.decode()
    assert "工资专户" in few and "M-S07" not in few


def test_before_the_first_scan_the_page_says_so(zone: Any, browser: Any, lake: Path) -> None:
    assert kept_report(lake) is None
    assert "尚未扫描" in browser(SUPERVISOR).get("/feeds/coverage/").content.decode()
    (lake / "quality.json").write_text("{half")
    assert kept_report(lake) is None
