"""Numbers of findings, cases, papers and requests: a head, the year, and the next number of that year."""

from __future__ import annotations

from lianjing.runtime.matter.services import next_number
from lianjing.runtime.trail.act import Act

FINDING = "预警"
CASE = "监案"
REQUEST = "制改"
CAMPAIGN = "专项"
# How the office heads the numbers of its papers.
PAPERS = {
    "tip": "提示",
    "reminder": "提醒",
    "urging": "督",
    "talk": "谈",
    "suggestion": "监建",
}


def next_no(act: Act, letters: str) -> str:
    """Return 督〔2025〕12号: the next number of the year, gap-free; part of an act."""
    head = f"{letters}〔{act.day.year}〕"
    return f"{head}{next_number(act, head)}号"
