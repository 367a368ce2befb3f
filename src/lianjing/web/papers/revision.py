"""A revision as a paper (修订审批单): what changes and why, old beside new, who drafted, checked and approved it."""

from __future__ import annotations

from lianjing.kernel.process.compare import compare_graphs
from lianjing.kernel.process.graph import Graph, parse
from lianjing.runtime import codes
from lianjing.runtime.revision.models import Revision, RevisionPart
from lianjing.runtime.revision.queries import faults_of, latest_check, parts
from lianjing.web.compared_words import Told, graph_names, marks_of, told
from lianjing.web.diagram import SIGNS, draw
from lianjing.web.papers.drawn import svg_of
from lianjing.web.papers.paper import (
    Block,
    Cell,
    Grid,
    Paper,
    Paragraph,
    Picture,
    facts,
    long_day,
    moment,
)
from lianjing.web.revision_words import heading_lines

HALVES = (2, 5, 5)


def revision_sheet(revision: Revision) -> Paper:
    """Return the approval sheet of a revision."""
    decided = revision.decided_by_person.name if revision.decided_by_person else ""
    run = latest_check(revision.pk)
    head = facts(
        [
            ("所属制度", f"《{revision.regulation.title}》{revision.regulation.doc_no}"),
            ("修订理由", revision.reason),
            ("起草人", revision.author_person.name),
            ("起草时间", moment(revision.begun_at)),
            ("校验", _run_words(run.is_clean, len(faults_of(run))) if run else "尚未校验"),
            ("送审时间", moment(revision.submitted_at)),
            ("状态", codes.label("revision_state", revision.state)),
            ("施行日", long_day(revision.from_on)),
            ("审定人", decided),
            ("审定时间", moment(revision.decided_at)),
            ("审定意见", revision.decision_text),
        ]
    )
    rows = parts(revision.pk)
    texts = [row for row in rows if row.kind in ("clause", "heading", "repeal")]
    bound = [row for row in rows if row not in texts]
    blocks: list[Block] = [Grid((2, 4, 2, 4), head), Paragraph("修订内容", level=1)]
    if texts:
        blocks.append(Grid(HALVES, tuple(_compared(texts)), head_rows=1))
    if bound:
        blocks.append(Grid((2, 4, 2, 4), tuple(_bound(bound)), head_rows=1, title="流程、决策表与填报项"))
    blocks += [each for row in bound if row.kind == "process" for each in _pictures(row)]
    return Paper(title=f"制度修订审批单：{revision.title}", blocks=tuple(blocks), number=f"修订{revision.pk}")


def _run_words(is_clean: bool, count: int) -> str:
    return ("通过" if is_clean else "未通过") + (f"，提示{count}条" if count else "")


def _compared(rows: list[RevisionPart]) -> list[tuple[Cell, ...]]:
    lines: list[tuple[Cell, ...]] = [
        (Cell("条款", is_label=True), Cell("原文", is_label=True), Cell("修订后", is_label=True))
    ]
    for row in rows:
        if row.kind == "clause":
            name = f"第{row.key.partition('#')[2]}条"
            lines.append((Cell(name), Cell(row.base_text or "（无）"), Cell(row.text or "（删去）")))
        elif row.kind == "heading":
            lines += [
                (Cell(line.label), Cell(line.old or "（无）"), Cell(line.new or "（无）"))
                for line in heading_lines(row.base_text, row.text)
            ]
        else:
            lines.append((Cell("全文"), Cell("施行"), Cell("废止")))
    return lines


def _bound(rows: list[RevisionPart]) -> list[tuple[Cell, ...]]:
    heads = ("类别", "编号", "所改版本", "新文本摘要")
    lines = [tuple(Cell(word, is_label=True) for word in heads)]
    for row in rows:
        base = f"v{row.base_definition.version}" if row.base_definition else "新增"
        kind = codes.label("revision_part_kind", row.kind)
        lines.append((Cell(kind), Cell(row.key), Cell(base), Cell(row.sha256[:16])))
    return lines


def _pictures(row: RevisionPart) -> list[Picture]:
    """The process as it would be, and as it is, with what differs marked by signs and told below."""
    new = parse(row.text)
    before = parse(row.base_definition.xml) if row.base_definition else None
    differences = compare_graphs(before, new) if before else ()
    lines = told(differences, graph_names(*((before, new) if before else (new,))))
    marks = marks_of(differences)
    changed = tuple(_said(each) for each in lines)
    drawn = [
        _picture(
            new, f"流程图（修订后）：{new.name}", {k: m for k, m in marks.items() if m != "removed"}, changed
        )
    ]
    if before:
        gone = {key: mark for key, mark in marks.items() if mark != "added"}
        drawn.append(_picture(before, f"流程图（施行版本）：{before.name}", gone, ()))
    return drawn


def _said(line: Told) -> str:
    """One difference as a line of the paper."""
    words = f"{SIGNS[line.kind]} {line.word}{line.part}：{line.name}"
    if line.kind != "changed":
        return words
    return f"{words}，{line.old or '（无）'} → {line.new or '（无）'}"


def _picture(graph: Graph, title: str, marks: dict[str, str], words: tuple[str, ...]) -> Picture:
    diagram = draw(graph, {}, marks=marks)
    is_wide = diagram.width > diagram.height
    return Picture(svg_of(diagram), title, words, is_wide)
