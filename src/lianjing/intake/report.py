"""The report of an import: every line of the file in a workbook, the counts as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _

from lianjing.intake.rows import Line
from lianjing.intake.run import Import
from lianjing.runtime.batch.ledger import Result
from lianjing.runtime.zone_mark import sheet_name

LARGEST_CELL = 32_767


def result_word(result: Result | None) -> str:
    """Return the word for what became of a row."""
    words = {
        Result.IMPORTED: _("新增"),
        Result.UPDATED: _("更新"),
        Result.UNCHANGED: _("未变"),
        Result.REJECTED: _("拒绝"),
    }
    return words[result] if result else _("未办理")


def summary(imports: Sequence[Import], report: Path | None) -> dict[str, Any]:
    """Return the counts of a run: rows, imported, updated, rejected, report, and what the mapping was."""
    totals = {result: sum(each.counts[result] for each in imports) for result in Result}
    warnings: dict[str, int] = {}
    for each in imports:
        for kind, count in each.warnings.items():
            warnings[kind] = warnings.get(kind, 0) + count
    return {
        "rows": sum(len(each.lines) for each in imports),
        **{result.value: totals[result] for result in Result},
        "warnings": dict(sorted(warnings.items())),
        "report": str(report) if report else "",
        "dry_run": any(each.is_trial for each in imports),
        "files": [_file(each) for each in imports],
    }


def _file(each: Import) -> dict[str, Any]:
    return {
        "file": each.ledger.name,
        "sha256": each.ledger.sha256,
        "kind": each.kind.key,
        "read_as": each.ledger.form,
        "rows": len(each.lines),
        **{result.value: each.counts[result] for result in Result},
        "mapping": dict(each.mapping.columns),
        "constants": dict(each.mapping.constants),
        "units": dict(each.mapping.units),
        "unmapped": [
            header for header in each.ledger.headers() if header and header not in each.mapping.columns
        ],
        "batch": each.batch.pk if each.batch is not None and not each.is_trial else None,
    }


def write_report(path: Path, imports: Sequence[Import]) -> None:
    """Write the workbook: each line with its result, faults and warnings; the counts; the mapping used."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with xlsxwriter.Workbook(
        str(path), {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    ) as book:
        heads = [
            _("文件"),
            _("行号"),
            _("编号"),
            _("结果"),
            _("性质"),
            _("种类"),
            _("列"),
            _("原值"),
            _("原因"),
            _("怎么办"),
        ]
        _sheet(
            book,
            _("逐行结果"),
            heads,
            (row for each in imports for line in each.lines for row in _rows(each, line)),
        )
        _sheet(
            book,
            _("汇总"),
            [_("文件"), _("项目"), _("数量")],
            (row for each in imports for row in _totals(each)),
        )
        _sheet(
            book,
            _("列对应"),
            [_("文件"), _("表头"), _("对应"), _("金额单位")],
            (row for each in imports for row in _columns(each)),
        )


def _rows(each: Import, line: Line) -> Iterator[list[str | int]]:
    start: list[str | int] = [each.ledger.name, line.line, line.key, result_word(line.result)]
    for fault in line.faults:
        yield [*start, _("错误"), "", fault.column, fault.value, fault.reason, fault.remedy]
    for notice in line.notices:
        yield [*start, _("提示"), notice.kind, notice.column, notice.value, notice.text, ""]
    if not line.faults and not line.notices:
        yield [*start, "", "", "", "", "", ""]


def _totals(each: Import) -> Iterator[list[str | int]]:
    name = each.ledger.name
    yield [name, _("行数"), len(each.lines)]
    for result in Result:
        yield [name, result_word(result), each.counts[result]]
    for kind, count in sorted(each.warnings.items()):
        yield [name, _("提示：%(kind)s") % {"kind": kind}, count]


def _columns(each: Import) -> Iterator[list[str | int]]:
    for header in each.ledger.headers():
        target = each.mapping.columns.get(header, "")
        label = str(each.kind.column(target).label) if target else _("（未用）")
        yield [each.ledger.name, header, label, each.mapping.units.get(header, "")]
    for key, value in each.mapping.constants.items():
        yield [
            each.ledger.name,
            _("（固定值）%(value)s") % {"value": value},
            str(each.kind.column(key).label),
            "",
        ]


def _sheet(book: Any, title: str, heads: Sequence[str], rows: Iterator[list[str | int]]) -> None:
    sheet = book.add_worksheet(sheet_name(title))
    bold, quoted = book.add_format({"bold": True}), book.add_format({"quote_prefix": True})
    sheet.set_column(0, len(heads) - 1, 18)
    sheet.freeze_panes(1, 0)
    for column, head in enumerate(heads):
        sheet.write_string(0, column, head, bold)
    for number, row in enumerate(rows, start=1):
        for column, value in enumerate(row):
            if isinstance(value, int):
                sheet.write_number(number, column, value)
            elif value:
                text = value[:LARGEST_CELL]
                sheet.write_string(number, column, text, quoted if text[0] in "=+-@\t\r" else None)
