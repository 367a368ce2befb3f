"""The closing report of a special campaign as a paper."""

from __future__ import annotations

from django.db.models import QuerySet

from lianjing.runtime import codes
from lianjing.runtime.finding.models import Finding
from lianjing.runtime.risk.models import CampaignReport
from lianjing.web.papers.check import check_of_chain
from lianjing.web.papers.paper import Block, Cell, Grid, Paper, Paragraph, facts, long_day

WIDTHS = (3, 5, 3, 5)
MOST = 500


def campaign_paper(row: CampaignReport, *, findings: QuerySet[Finding], address: str) -> Paper:
    """Return the report as it was issued, with each finding that its reader may see as it stands."""
    campaign = row.campaign
    pairs = [
        ("整治问题", codes.label("harm", campaign.harm)),
        ("起止", f"{long_day(campaign.from_on)}至{long_day(campaign.to_on)}"),
        ("预警数", str(row.findings)),
        ("属实数", str(row.confirmed)),
        ("已销号数", str(row.closed)),
        ("逾期数", str(row.overdue)),
    ]
    blocks: list[Block] = [
        Grid(WIDTHS, facts(pairs)),
        Paragraph("一、总结", level=1),
        *(Paragraph(line) for line in row.text.splitlines() if line.strip()),
        Paragraph("二、长效措施", level=1),
        *(Paragraph(line) for line in row.measures.splitlines() if line.strip()),
        _listed(findings),
    ]
    return Paper(
        mark=campaign.unit.name,
        title=f"{campaign.title}总结报告",
        number=row.doc_no,
        blocks=tuple(blocks),
        signer=campaign.unit.name,
        dated=row.closed_on,
        check=check_of_chain(f"unit:{campaign.unit_id}", "campaign.close", address),
    )


def _listed(findings: QuerySet[Finding]) -> Grid:
    """Number and standing only: subjects and persons stay in the findings' own files."""
    head = tuple(Cell(word, is_label=True, align="center") for word in ("编号", "监督模型", "环节"))
    rows = findings.order_by("pk")[:MOST]
    body = [
        (Cell(each.finding_no), Cell(each.indicator.title), Cell(codes.label("finding_state", each.state)))
        for each in rows
    ]
    return Grid((5, 7, 4), (head, *body), head_rows=1, title="预警清单")
