"""The papers of supervision: reminder letter, urging sheet, record of a talk, supervisory suggestion."""

from __future__ import annotations

from datetime import date, timedelta

from lianjing.runtime import codes
from lianjing.runtime.finding.models import Finding, FindingFact
from lianjing.runtime.finding.models import Paper as Issued
from lianjing.web.fact_labels import fact_label
from lianjing.web.papers.check import check_of_chain
from lianjing.web.papers.paper import Block, Cell, Check, Grid, Paper, Paragraph, facts, long_day
from lianjing.web.templatetags.ui import money

EPOCH = date(1970, 1, 1)  # days of the lake are counted from it
WIDTHS = (3, 5, 3, 5)
SUGGESTION_BASIS = "依据《中华人民共和国监察法》第五十二条，提出以上监察建议。"


def supervision_paper(row: Issued, *, address: str) -> Paper:
    """Return a paper as it was issued; letters have the head of the group, sheets and records are forms."""
    compose = {"urging": _sheet, "talk": _talk}.get(row.kind, _letter)
    return compose(row, address)


def _letter(row: Issued, address: str) -> Paper:
    finding = _finding(row)
    is_suggestion = row.kind == "suggestion"
    about = finding.subject_title
    title = (
        f"关于{about}的监察建议" if is_suggestion else f"关于{about}的{codes.label('paper_kind', row.kind)}"
    )
    source = f"我组在日常监督中监测发现（{finding.finding_no}，{finding.indicator.title}）如下情况。"
    blocks: list[Block] = [
        Paragraph(source),
        Paragraph("一、存在问题" if is_suggestion else "一、情况", level=1),
        *_lines(row.situation_text),
        *_figures(finding),
    ]
    blocks += [
        Paragraph("二、监察建议" if is_suggestion else "二、提醒要求", level=1),
        *_lines(row.demand_text),
    ]
    if is_suggestion:
        blocks.append(Paragraph(SUGGESTION_BASIS))
    if row.reply_due_on:
        blocks.append(Paragraph(f"请于{long_day(row.reply_due_on)}前书面回复办理情况。"))
    if is_suggestion:
        blocks.append(Paragraph("对建议有异议的，可以在回复期限内书面提出。"))
    blocks.append(_receipt(row))
    return Paper(
        mark=row.from_unit.name,
        title=title,
        number=row.doc_no,
        recipients=_addressee(row),
        blocks=tuple(blocks),
        signer=row.from_unit.name,
        dated=row.issued_on,
        check=_check(row, address),
    )


def _sheet(row: Issued, address: str) -> Paper:
    finding = _finding(row)
    pairs = [
        ("督办事项", f"{finding.finding_no} {finding.subject_title}"),
        ("交办依据", f"{finding.indicator.title}预警"),
        ("主办单位", row.to_unit.name if row.to_unit else "—"),
        ("责任人", row.to_person.name if row.to_person else "—"),
        ("要求类别", codes.label("paper_demand", row.demand)),
        ("时限", long_day(row.reply_due_on) or "—"),
        ("情况", row.situation_text),
        ("具体要求", row.demand_text),
        ("签发人", row.issued_by_person.name),
        ("签发日", long_day(row.issued_on)),
        ("领导批示", "\n"),
        ("承办反馈", row.reply_text or "\n"),
        ("审结意见", "\n"),
    ]
    return Paper(
        title="督办单",
        number=row.doc_no,
        blocks=(Grid(WIDTHS, facts(pairs)),),
        signer=row.from_unit.name,
        dated=row.issued_on,
        check=_check(row, address),
    )


def _talk(row: Issued, address: str) -> Paper:
    finding = _finding(row)
    talkers = "、".join(
        person.name for person in (row.issued_by_person, row.second_person) if person is not None
    )
    unit = f"（{row.to_unit.name}）" if row.to_unit else ""
    pairs = [
        ("时间", long_day(row.issued_on)),
        ("地点", row.place or "—"),
        ("谈话人", talkers),
        ("被谈话人", f"{row.to_person.name}{unit}" if row.to_person else "—"),
        ("事由", f"{finding.finding_no} {finding.indicator.title}"),
        ("告知", "已告知谈话性质、纪律要求和如实说明情况的义务。"),
        ("情况", row.situation_text),
        ("谈话要点", row.demand_text),
        ("认识与表态", row.reply_text or "\n"),
        ("整改期限", long_day(row.reply_due_on) or "—"),
    ]
    return Paper(
        title="约谈记录",
        number=row.doc_no,
        blocks=(
            Grid(WIDTHS, facts(pairs)),
            Paragraph("以上记录已阅，与本人所述一致。"),
            Paragraph("被谈话人（逐页签名）：　　　　　　谈话人：　　　　　　记录人："),
        ),
        signer=row.from_unit.name,
        dated=row.issued_on,
        check=_check(row, address),
    )


def _figures(finding: Finding) -> list[Block]:
    rows = list(FindingFact.objects.filter(finding=finding).order_by("key"))
    if not rows:
        return []
    head = (Cell("事实", is_label=True, align="center"), Cell("数值", is_label=True, align="center"))
    body = tuple((Cell(fact_label(each.key)), Cell(shown_fact(each), align="right")) for each in rows)
    return [Grid((5, 5), (head, *body), head_rows=1, title="监测数据")]


def shown_fact(row: FindingFact) -> str:
    """Return a fact as a reader reads it: money in yuan, a number without idle zeros."""
    if row.value_fen is not None:
        return f"{money(row.value_fen / 100)} 元"
    if row.value_number is not None and row.key.endswith("_day"):
        return (EPOCH + timedelta(days=int(row.value_number))).isoformat()
    if row.value_number is not None and row.key.endswith("_ratio"):
        return f"{(row.value_number * 100).normalize():f}%"
    if row.value_number is not None:
        return format(row.value_number.normalize(), "f")
    return row.value_text


def _receipt(row: Issued) -> Grid:
    pairs = [("签收人", "\n"), ("签收时间", "\n"), ("意见", row.reply_text or "\n")]
    return Grid(WIDTHS, facts(pairs), title="回执")


def _lines(text: str) -> list[Paragraph]:
    return [Paragraph(line) for line in text.splitlines() if line.strip()]


def _addressee(row: Issued) -> str:
    if row.to_person is not None:
        return row.to_person.name
    return row.to_unit.name if row.to_unit else ""


def _finding(row: Issued) -> Finding:
    assert row.finding is not None
    return row.finding


def _check(row: Issued, address: str) -> Check | None:
    return check_of_chain(f"finding:{row.finding_id}", "finding.handle", address) or check_of_chain(
        f"finding:{row.finding_id}", "finding.paper", address
    )
