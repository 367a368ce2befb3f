"""Reads Excel files, after looking inside the package for what would blow up or compute."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from dataclasses import dataclass
from xml.etree.ElementTree import ParseError

from defusedxml.ElementTree import fromstring
from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from lianjing.intake.ledger import Ledger, Limits, RawRow, numbered, refuse_width
from lianjing.kernel.refusal import BadInput

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENTRIES = 5000
RATIO = 300  # a bomb of zeros reaches 1032; sheets of real ledgers stay below 60
BLOCK = 1 << 20
BROKEN = (ValueError, KeyError, NotImplementedError, RuntimeError, EOFError)
PLACE = re.compile(rb"""\br=["']([A-Z]{1,3})(\d{1,8})["']""")
CELL = re.compile(rb"""<(?:\w+:)?c\s([^>]*?)>(?:\s*<(?:\w+:)?(f)[\s>/])?""")
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


@dataclass(frozen=True, slots=True)
class Marks:
    """Places (line from 1, column from 0) of a sheet's computed cells and of its error values."""

    formulas: frozenset[tuple[int, int]] = frozenset()
    errors: frozenset[tuple[int, int]] = frozenset()


def is_workbook(data: bytes) -> bool:
    """True where the bytes begin as an Excel file does, whatever the file is called."""
    return data.startswith((ZIP, OLE))


def read_workbook(data: bytes, *, name: str, sha256: str, limits: Limits, sheet: str = "") -> Ledger:
    """Read one sheet: the one named, else the first visible one that holds rows. BadInput for what is no workbook."""
    broken = BadInput(_("“%(name)s”已损坏或不是Excel文件，请用Excel重新另存为.xlsx") % {"name": name}, "file")
    marks: list[Marks] = []
    try:
        if data.startswith(ZIP):
            marks = _inspect(data, name, limits)
        with CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
            return _read(book, name=name, sha256=sha256, limits=limits, sheet=sheet, marks=marks)
    except (CalamineError, zipfile.BadZipFile, zlib.error, ParseError, *BROKEN) as error:
        raise broken from error


def _inspect(data: bytes, name: str, limits: Limits) -> list[Marks]:
    """Refuse a package that is no .xlsx, a bomb, or a sheet stretched out of all bounds; note formulas and errors."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        entries = package.infolist()
        if "xl/workbook.xml" not in package.namelist():
            raise BadInput(_("“%(name)s”不是.xlsx文件，请用Excel另存为.xlsx") % {"name": name}, "file")
        if any(entry.flag_bits & 1 for entry in entries):
            raise BadInput(_("“%(name)s”有密码，请去掉密码后再导入") % {"name": name}, "file")
        unpacked = sum(entry.file_size for entry in entries)
        steep = any(
            entry.file_size > BLOCK and entry.file_size > RATIO * entry.compress_size for entry in entries
        )
        if unpacked > limits.unpacked or steep or len(entries) > ENTRIES:
            raise BadInput(
                _("“%(name)s”解压后过大（%(size)d MB），不予打开") % {"name": name, "size": unpacked >> 20},
                "file",
            )
        contents = {entry.filename: _unpacked(package, entry) for entry in entries}
    return [
        _marks(contents[place], limits) if place in contents else Marks() for place in _sheet_files(contents)
    ]


def _sheet_files(contents: dict[str, bytes]) -> list[str]:
    """Return the files of the sheets in the order of the tabs."""
    relations = fromstring(contents["xl/_rels/workbook.xml.rels"])
    targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
    sheets = fromstring(contents["xl/workbook.xml"]).iter(f"{MAIN}sheet")
    found = [str(targets.get(sheet.get(LINK), "")) for sheet in sheets]
    return [target.removeprefix("/") if target.startswith("/") else f"xl/{target}" for target in found]


def _unpacked(package: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """Inflate an entry; BadZipFile where it holds more than it declares (its check sum then disagrees)."""
    with package.open(entry) as stream:
        return stream.read()


def _marks(content: bytes, limits: Limits) -> Marks:
    for match in PLACE.finditer(content):
        column, digits = _column(match[1]), match[2]
        if column >= limits.columns:
            refuse_width(column + 1, limits)
        if int(digits) > limits.rows * 2:
            raise BadInput(
                _("有内容的最后一行是第%(line)d行，上限%(limit)d行，请删去表格下方的空行")
                % {"line": int(digits), "limit": limits.rows},
                "file",
            )
    formulas, errors = set(), set()
    for match in CELL.finditer(content):
        attributes, place = match[1], PLACE.search(b" " + match[1])
        if place is None:
            continue
        at = (int(place[2]), _column(place[1]))
        if match[2]:
            formulas.add(at)
        if b't="e"' in attributes or b"t='e'" in attributes:
            errors.add(at)
    return Marks(frozenset(formulas), frozenset(errors))


def _column(letters: bytes) -> int:
    number = 0
    for sign in letters:
        number = number * 26 + sign - 64
    return number - 1


def _read(
    book: CalamineWorkbook, *, name: str, sha256: str, limits: Limits, sheet: str, marks: list[Marks]
) -> Ledger:
    shown = [
        place
        for place, meta in enumerate(book.sheets_metadata)
        if meta.typ is SheetTypeEnum.WorkSheet and meta.visible is SheetVisibleEnum.Visible
    ]
    if sheet and sheet not in book.sheet_names:
        raise BadInput(
            _("没有工作表“%(sheet)s”，现有：%(names)s")
            % {"sheet": sheet, "names": "、".join(book.sheet_names)},
            "sheet",
        )
    wanted = [book.sheet_names.index(sheet)] if sheet else shown
    filled = [(place, rows) for place in wanted if (rows := _rows(book, place, limits, marks))]
    if not filled:
        raise BadInput(_("“%(name)s”中没有内容") % {"name": name}, "file")
    place, rows = filled[0]
    others = [book.sheet_names[other] for other, _rest in filled[1:]]
    remarks = (
        (
            _("只读取工作表“%(sheet)s”；未读取：%(others)s（可用--sheet指明）")
            % {"sheet": book.sheet_names[place], "others": "、".join(others)},
        )
        if others
        else ()
    )
    return Ledger(name, sha256, tuple(rows), form=f"xlsx · {book.sheet_names[place]}", remarks=remarks)


def _rows(book: CalamineWorkbook, place: int, limits: Limits, marks: list[Marks]) -> list[RawRow]:
    grid = book.get_sheet_by_index(place).to_python(skip_empty_area=False)
    noted = marks[place] if place < len(marks) else Marks()
    formulas, errors = _by_line(noted.formulas), _by_line(noted.errors)
    rows = [
        RawRow(line, tuple(cells), formulas.get(line, frozenset()), errors.get(line, frozenset()))
        for line, cells in enumerate(grid, start=1)
    ]
    return list(numbered(rows, limits))


def _by_line(places: frozenset[tuple[int, int]]) -> dict[int, frozenset[int]]:
    found: dict[int, set[int]] = {}
    for line, column in places:
        found.setdefault(line, set()).add(column)
    return {line: frozenset(columns) for line, columns in found.items()}
