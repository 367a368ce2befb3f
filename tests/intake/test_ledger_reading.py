"""Reading files: what is no ledger is refused in one sentence, what is broken in one row stays in that row."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter

from lianjing.intake.delimited import delimiter_of
from lianjing.intake.importing import read_file
from lianjing.intake.ledger import Ledger, Limits, shown
from lianjing.kernel.refusal import BadInput

LIMITS = Limits(bytes=2_000_000, unpacked=5_000_000, rows=2000, columns=100)


def written(folder: Path, content: bytes, name: str = "a.csv") -> Path:
    place = folder / name
    place.write_bytes(content)
    return place


def read(folder: Path, content: bytes, name: str = "a.csv", **options: str) -> Ledger:
    return read_file(written(folder, content, name), LIMITS, **options)


def workbook(rows: list[list[object]], **sheets: list[list[object]]) -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        for name, content in {"台账": rows, **sheets}.items():
            sheet = book.add_worksheet(name)
            day = book.add_format({"num_format": "yyyy-mm-dd"})
            for number, row in enumerate(content):
                for column, value in enumerate(row):
                    if isinstance(value, date):
                        sheet.write_datetime(number, column, value, day)
                    else:
                        sheet.write(number, column, value)
    return target.getvalue()


def package(**entries: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in entries.items():
            file.writestr(name.replace("__", "/").replace("_", "."), content)
    return target.getvalue()


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "a.csv", "空文件"),
        (b"\x00\x01\x02\x03" * 500, "a.csv", "不是文本文件"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + b"x" * 400, "a.xlsx", "不是Excel文件"),
        (b"%PDF-1.7\n1 0 obj\n", "a.csv", "PDF"),
        (b"PK\x03\x04" + b"\x00" * 300, "a.xlsx", "已损坏"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "a.xls", "已损坏"),
        (b"\xff\xfe\x00\xd8", "a.csv", "编码"),
        (b"\n \n,,\n", "a.csv", "没有内容"),
        (b"a,b\n" + b"x" * 2_100_000, "a.csv", "上限"),
        (b",".join(b"c%d" % n for n in range(10_000)) + b"\n1\n", "a.csv", "10000列"),
        (b"a,b\n" + b"1,2\n" * 2100, "a.csv", "行数超过上限"),
    ],
)
def test_rubbish_gets_one_clear_sentence(tmp_path: Path, content: bytes, name: str, words: str) -> None:
    with pytest.raises(BadInput) as caught:
        read(tmp_path, content, name)
    assert words in str(caught.value) and "\n" not in str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"没有文件“no\.csv”"):
        read_file(tmp_path / "no.csv", LIMITS)


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    bomb = package(xl__workbook_xml=b"<workbook/>", xl__worksheets__sheet1_xml=b"0" * 50_000_000)
    with pytest.raises(BadInput, match="解压后过大"):
        read(tmp_path, bomb, "bomb.xlsx")


def test_a_package_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    data = bytearray(package(xl__workbook_xml=b"<workbook/>", xl__worksheets__sheet1_xml=b"0" * 400_000))
    for place in range(len(data) - 4):
        if data[place : place + 4] == (400_000).to_bytes(4, "little"):
            data[place : place + 4] = (10).to_bytes(4, "little")
    with pytest.raises(BadInput, match="已损坏"):
        read(tmp_path, bytes(data), "liar.xlsx")


def test_a_zip_of_something_else_is_no_workbook(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"不是\.xlsx文件"):
        read(tmp_path, package(word__document_xml=b"<x/>"), "letter.xlsx")


@pytest.mark.parametrize(("cell", "words"), [("XFD2", "列，上限"), ("A1048576", "最后一行")])
def test_a_sheet_stretched_to_the_last_cell_is_refused_before_it_is_laid_out(
    tmp_path: Path, cell: str, words: str
) -> None:
    data = workbook([["a", "b"], [1, 2]])
    with zipfile.ZipFile(io.BytesIO(data)) as source:
        entries = {name: source.read(name) for name in source.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    number = cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    far = f'<row r="{number}"><c r="{cell}"><v>1</v></c></row></sheetData>'.encode()
    entries[sheet] = entries[sheet].replace(b"</sheetData>", far)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as file:
        for name, content in entries.items():
            file.writestr(name, content)
    with pytest.raises(BadInput, match=words):
        read(tmp_path, target.getvalue(), "far.xlsx")


def test_a_workbook_keeps_days_numbers_and_its_own_line_numbers(tmp_path: Path) -> None:
    ledger = read(
        tmp_path,
        workbook([["名称", "日期", "金额"], ["甲", date(2025, 3, 6), 9.65e7], [], ["乙", "", 1.5]]),
        "a.xlsx",
    )
    assert [row.line for row in ledger.rows] == [1, 2, 4]
    assert ledger.rows[1].cells == ("甲", date(2025, 3, 6), 96_500_000.0)
    assert [shown(cell) for cell in ledger.rows[1].cells] == ["甲", "2025-03-06", "96500000"]


def test_formulas_and_error_values_are_marked_on_the_right_sheet(tmp_path: Path) -> None:
    ledger = read(tmp_path, workbook([["a", "b"], ["=1+1", 2]], other=[["x"], ["=1/0"]]), "a.xlsx")
    assert ledger.rows[1].formulas == {0} and not ledger.rows[1].errors
    assert ledger.remarks and "other" in ledger.remarks[0]
    other = read(tmp_path, workbook([["a"]], other=[["x"], ["=1/0"]]), "a.xlsx", sheet="other")
    assert other.rows[1].formulas == {0}


def test_a_sheet_that_is_not_there_is_named_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="没有工作表“X”，现有：台账"):
        read(tmp_path, workbook([["a"], ["b"]]), "a.xlsx", sheet="X")


RARE = "名称,人\n工程,邬𬭎祝䶮\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_rare_characters_survive_every_encoding(tmp_path: Path, encoding: str) -> None:
    ledger = read(tmp_path, RARE.encode(encoding))
    assert ledger.rows[1].cells == ("工程", "邬𬭎祝䶮")


def test_an_encoding_that_is_named_is_used_and_one_that_does_not_fit_is_said(tmp_path: Path) -> None:
    assert read(tmp_path, "a,b\nPiña,2\n".encode("cp1252"), encoding="cp1252").rows[1].cells[0] == "Piña"
    with pytest.raises(BadInput, match="不能按编码"):
        read(tmp_path, "名称\n".encode("gb18030"), encoding="utf-8")
    with pytest.raises(BadInput, match="不能按编码"):
        read(tmp_path, b"a", encoding="klingon")


def test_a_few_broken_bytes_do_not_turn_a_utf8_file_into_another_encoding(tmp_path: Path) -> None:
    ledger = read(tmp_path, ("名称,地点\n" + "道路改造工程,澜汀\n" * 20).encode() + b"\xe9\x81,x\n")
    assert ledger.rows[1].cells == ("道路改造工程", "澜汀")
    assert "utf-8" in ledger.form and ledger.rows[-1].cells[0] == "\udce9\udc81"


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_seen_from_the_rows(delimiter: str) -> None:
    rows = [["名称", "金额", "地点"], ["甲;乙,丙", "1", "x"]]
    text = "\n".join(delimiter.join(f'"{cell}"' for cell in row) for row in rows)
    assert delimiter_of(text) == delimiter


def test_a_line_whose_quotes_do_not_match_is_a_fault_and_the_others_are_read(tmp_path: Path) -> None:
    ledger = read(tmp_path, '名称,金额\n甲,1\n"乙"x,2\n丙,3\n'.encode())
    assert [row.cells[0] for row in ledger.rows] == ["名称", "甲", "丙"]
    assert [fault.line for fault in ledger.faults] == [3]


def test_line_numbers_follow_the_file_past_cells_of_several_lines(tmp_path: Path) -> None:
    ledger = read(tmp_path, '名称,金额\n"甲\n乙",1\n丙,3\n'.encode())
    assert [row.line for row in ledger.rows] == [1, 2, 4]
    assert shown(ledger.rows[1].cells[0]) == "甲 乙"
