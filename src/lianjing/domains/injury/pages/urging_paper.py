"""The urging notice (督促函) to the named responsible person of an employer, with place for his receipt."""

from __future__ import annotations

from lianjing.domains.injury.models import InjuryUrging
from lianjing.kernel.money import capitals
from lianjing.runtime import codes
from lianjing.web.papers.check import check_of_matter
from lianjing.web.papers.paper import Cell, Grid, Paper, Paragraph, facts, long_day
from lianjing.web.templatetags.ui import money

WIDTHS = (3, 5, 3, 5)


def urging_paper(row: InjuryUrging, *, address: str) -> Paper:
    """Return the notice; one that was signed for says when. It names no worker: the case number does."""
    sheet, matter = row.urging, row.injury.matter
    pairs = [
        ("责任人", f"{row.responsible_name} {row.responsible_title}".strip()),
        ("案件", matter.code or matter.title),
        ("待遇项目", codes.label("benefit_kind", row.benefit_item.kind)),
        ("事由", codes.label("withheld_kind", row.kind)),
        ("应转付额", f"{money(row.amount)}（{capitals(row.amount)}）"),
        ("要求完成日", long_day(sheet.due_on) or "—"),
    ]
    received = long_day(sheet.received_at) if sheet.received_at else ""
    receipt = Grid(
        WIDTHS,
        (
            (
                Cell("签收人", is_label=True),
                Cell("　" * 8),
                Cell("签收日", is_label=True),
                Cell(received),
            ),
        ),
        title="签收回执",
    )
    body = sheet.text or "请在上述期限内将应付职工的工伤待遇足额转付职工本人账户，并报送银行转账凭证。"
    return Paper(
        title="工伤待遇转付督促函",
        number=sheet.sheet_no,
        recipients=row.injury.employer_enterprise.name,
        blocks=(Paragraph(body), Grid(WIDTHS, facts(pairs)), receipt),
        signer=matter.unit.name,
        dated=sheet.issued_on,
        footer=("逾期未办的，列为挂牌督办，并依法处理。",),
        check=check_of_matter(matter, address),
    )
