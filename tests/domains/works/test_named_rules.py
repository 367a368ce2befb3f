"""The seven rules that the zone is known for are in the library under their own names, as proposals."""

from __future__ import annotations

from typing import Any

import pytest

from lianjing.runtime.regulation.models import Clause, Regulation

NAMED = {
    "zone_relocation": "建设项目征迁经费管理办法",
    "zone_change": "工程变更管理办法",
    "zone_shortlist": "工程建设项目招投标推荐正式投标人暂行规定(试行)",
    "zone_award": "工程建设项目定标工作管理办法(试行)",
    "zone_incentive_review": "企业政策兑现支出联审会议制度(试行)",
    "zone_incentive_policy": "招商项目财政扶持政策管理办法(试行)",
    "zone_audit_firms": "企业政策兑现审计机构监督管理制度(试行)",
}


@pytest.mark.parametrize("key", NAMED)
def test_the_rule_stands_in_the_library_and_says_what_is_proposed(key: str, zone: Any) -> None:
    row = Regulation.objects.get(key=key)
    assert row.title == NAMED[key]
    assert row.is_trial == ("试行" in row.title) == (row.review_on is not None)
    marks = set(Clause.objects.filter(regulation=row).values_list("mark", flat=True))
    assert "proposed" in marks and marks <= {"proposed", "stated", "read"}
